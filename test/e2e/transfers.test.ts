import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { openWorld } from '../emulator/setup.ts'
import { build, CLI, PLAIN, repository, start, stateOf } from './process.ts'

build()

const IDS = { DataSetId: 'a'.repeat(32), RevisionId: 'b'.repeat(32) }
const CONFIG = 'specs: [specs]\nlimits: { dataexchange: { perSecond: 50 } }\n'

function doc(name: string, policy: object, Type: string, Details: object): object {
  return { apiVersion: 'jobwright/v1', kind: 'DataExchangeJob', metadata: { name }, policy, spec: { Type, Details } }
}
const IMPORT = doc('prices', { upload: '../prices.csv' }, 'IMPORT_ASSET_FROM_SIGNED_URL', {
  ImportAssetFromSignedUrl: { AssetName: 'prices.csv', ...IDS },
})
const EXPORT = doc('rates', { download: '../out/rates.json' }, 'EXPORT_ASSET_TO_SIGNED_URL', {
  ExportAssetToSignedUrl: { AssetId: 'c'.repeat(32), ...IDS },
})

function environment(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIAFLEET',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // A run that is killed may leave a create in doubt, which the next one waits for.
    JOBWRIGHT_WAITS: JSON.stringify({ leaseMs: 5_000, signatureMs: 0, requestMs: 5_000, listLagMs: 500, graceMs: 500 }),
  }
}

t.test(
  'killed before, while and after a file goes either way, jobs are made once and files arrive whole',
  async (t) => {
    const world = await openWorld(t, { startAt: new Date().toISOString() })
    const cwd = await repository(t, {
      'jobwright.yaml': CONFIG,
      'specs/prices.yaml': IMPORT,
      'specs/rates.yaml': EXPORT,
      'prices.csv': 'pump,litres\n'.repeat(100_000),
    })
    const env = environment(world.url)
    const said: string[] = []
    const run = async (killAt?: string) => {
      const ran = await start(['reconcile', '--output', 'json'], {
        cwd,
        env,
        onLine: (line, child) => {
          if (killAt !== undefined && line.includes(`"step":"${killAt}"`)) child.kill('SIGKILL')
        },
      })
      said.push(ran.stdout, ran.stderr)
      return ran
    }
    for (const step of ['created', 'uploading', 'uploaded']) t.equal((await run(step)).code, null, `killed at ${step}`)
    t.equal((await run()).code, 0)
    t.strictSame(
      (await world.jobs()).map(({ status }) => status),
      ['IN_PROGRESS', 'IN_PROGRESS'],
    )
    await world.advance(20)
    t.equal((await run('downloading')).code, null)
    t.equal((await run()).code, 0)
    const over = await run()
    t.match(over.lines.at(-1), { exitCode: 0, counts: { keep: 2 } })
    t.equal((await world.jobs()).length, 2)
    t.strictSame(
      (await world.jobs()).map(({ status }) => status),
      ['COMPLETED', 'COMPLETED'],
      'what was uploaded was whole',
    )
    const asset = fs.readFileSync(path.join(cwd, 'out/rates.json'), 'utf8')
    t.match((await stateOf(cwd).read()).state?.records, {
      'DataExchangeJob/rates': {
        downloaded: { bytes: asset.length, digest: `sha256:${createHash('sha256').update(asset).digest('hex')}` },
      },
    })
    const files = fs.readdirSync(cwd, { recursive: true, encoding: 'utf8', withFileTypes: true })
    for (const file of files.filter((one) => one.isFile())) {
      said.push(fs.readFileSync(path.join(file.parentPath, file.name), 'latin1'))
    }
    t.notMatch(said.join('\n'), /_signed|signature=|expires=/, 'no link is on disk, in a log or in an output')
  },
)

t.test('a large file is measured and sent in memory that does not grow with it', async (t) => {
  const world = await openWorld(t, { startAt: new Date().toISOString() })
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, 'specs/prices.yaml': IMPORT })
  fs.writeFileSync(path.join(cwd, 'prices.csv'), '')
  fs.truncateSync(path.join(cwd, 'prices.csv'), 256 * 1024 ** 2)
  const tell = 'data:text/javascript,process.on("exit",()=>process.stderr.write("kB "+process.resourceUsage().maxRSS))'
  const child = spawn(
    'env',
    [...PLAIN, process.execPath, '--max-old-space-size=64', '--import', tell, CLI, 'reconcile', '--allow-dirty'],
    { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...environment(world.url) } },
  )
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  t.match(stdout, /uploaded DataExchangeJob\/prices/)
  t.match(stdout, /started DataExchangeJob\/prices/)
  const megabytes = Number(/kB (\d+)/.exec(stderr)?.[1]) / 1024
  t.ok(megabytes < 256, `${megabytes} MB`)
  t.comment(`${Math.round(megabytes)} MB`)
  const calls = (await world.control('GET', 'calls')) as { service: string }[]
  t.match(
    calls.filter(({ service }) => service === 's3'),
    [{ operation: 'PUT', count: 1 }],
  )
})
