import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { dataSet, openWorld, revision, thing, type World } from '../emulator/setup.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
t.setTimeout(180_000)

/** A run of the script against an emulator, with these answers on its standard input. */
async function conform(t: Test, world: World, args: readonly string[], answers: string) {
  const folder = t.testdir({ credentials: '[fleet]\naws_access_key_id = AKIAFLEET\naws_secret_access_key = secret\n' })
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/conformance/real.ts', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      AWS_ENDPOINT_URL: world.url,
      AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'credentials'),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  child.stdin.end(answers)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, said }
}

const all = ['--thing', thing('pump'), '--data-set', dataSet, '--revision', revision, '--application', 'crew']
const fleet = ['--aws', 'fleet', '--region', 'eu-west-1', ...all]

t.test('each assumption is tried; jobs are made only after a yes, and none is left behind', async (t) => {
  const world = await openWorld(t, { startAt: new Date().toISOString(), timeScale: 1 })
  const { code, said } = await conform(t, world, fleet, 'y\ny\ny\n')
  t.equal(code, 0, said)
  t.notMatch(said, /^differs/m, said)
  const jobs = await world.jobs()
  t.same(jobs.map(({ service, status }) => `${service} ${status}`).sort(), [
    'dataexchange CANCELLED',
    'iot DELETION_IN_PROGRESS',
  ])
  const page = fs.readFileSync(path.join(ROOT, 'docs/assumptions.md'), 'utf8')
  for (const [, assumption] of said.matchAll(/^(?:holds|skipped) +([a-z-]+):/gm))
    t.match(page, `\n## ${assumption}\n`, 'the page explains it')
})

t.test('without a yes nothing is made, and without the first one nothing is asked', async (t) => {
  const world = await openWorld(t, { startAt: new Date().toISOString(), timeScale: 1 })
  const { code, said } = await conform(t, world, fleet, 'y\nn\n')
  t.equal(code, 0, said)
  t.match(said, /skipped +iot-taken-id: not asked for/)
  t.match(said, /skipped +data-exchange-inert: not asked for/)
  t.same(await world.jobs(), [])
  const none = await conform(t, world, fleet, '')
  t.equal(none.code, 0)
  t.notMatch(none.said, /holds|differs/)
})

t.test('an account that behaves differently is reported, and its jobs are cleaned up all the same', async (t) => {
  const world = await openWorld(t, {
    startAt: new Date().toISOString(),
    timeScale: 1,
    limits: { signatureSeconds: 3600 },
  })
  await world.control('PUT', 'faults', [{ service: 'dataexchange', operation: 'ListJobs', fault: 'deny' }])
  const { code, said } = await conform(t, world, fleet, 'y\ny\ny\n')
  t.equal(code, 1, said)
  t.match(said, /differs +signature-life: IotJob: a read signed 6 minutes ago is taken/)
  t.match(said, /differs +data-exchange-inert: AccessDeniedException/)
  const jobs = await world.jobs()
  t.same(jobs.map(({ status }) => status).sort(), ['CANCELLED', 'DELETION_IN_PROGRESS'])
})

t.test('no profile is guessed', async (t) => {
  const world = await openWorld(t)
  const { code, said } = await conform(t, world, [], '')
  t.equal(code, 2)
  t.match(said, /^usage: npm run conformance/)
})
