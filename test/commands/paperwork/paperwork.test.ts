import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { fetchPaperwork } from '../../../src/commands/paperwork/paperwork.ts'
import { reconcileCommand } from '../../../src/commands/reconcile/reconcile.ts'
import { Problem } from '../../../src/model/problem.ts'
import type { Host } from '../../../src/session/host.ts'
import { CASES } from '../../conformance/cases.ts'
import { repository } from '../../e2e/process.ts'
import { openWorld, type World } from '../../emulator/setup.ts'

const ADDRESS = 'ImportExportJob/crate-7'
const { request } = CASES.find(({ kind }) => kind === 'ImportExportJob')!
const doc = (kind: string, name: string, spec: object) => ({
  apiVersion: 'jobwright/v1',
  kind,
  metadata: { name },
  spec,
})

type Stage = { readonly world: World; readonly cwd: string; readonly host: Host; said(): string }

async function open(t: Test): Promise<Stage> {
  const world = await openWorld(t, { startAt: new Date().toISOString() })
  const cwd = await repository(t, {
    'jobwright.yaml': 'specs: [specs]\nlimits: { importexport: { perSecond: 50 } }\n',
    'specs/crate.yaml': doc('ImportExportJob', 'crate-7', request(7)),
    'specs/lamp.yaml': doc('IotJob', 'lamp', CASES[0]!.request(1)),
  })
  let said = ''
  const stream = {
    write: (text: string) => {
      said += text
    },
  }
  const env = {
    AWS_ENDPOINT_URL: world.url,
    AWS_ACCESS_KEY_ID: 'AKIAFLEET',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'us-east-1',
  }
  const before = { ...process.env }
  Object.assign(process.env, env)
  t.teardown(() => {
    process.env = before
  })
  const host: Host = { cwd, env, stdout: stream, stderr: stream, signal: new AbortController().signal }
  return {
    world,
    cwd,
    host,
    said: () => {
      const all = said
      said = ''
      return all
    },
  }
}

/** The Problem with which a command ends. */
async function refusal(work: Promise<unknown>): Promise<Problem | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

t.test('paperwork fetches the signature and the label for their owner only and keeps no copy', async (t) => {
  const { cwd, host, world, said } = await open(t)
  const run = (out = 'ship') => fetchPaperwork(ADDRESS, { output: 'text', out }, host)
  t.match(await refusal(run()), { exitCode: 1, diagnostic: { code: 'PAPERWORK_NO_JOB' } }, 'before there is a job')
  await reconcileCommand({ output: 'text', settleMs: 0 }, host)
  const reconciled = said()
  t.equal(await run(), 0)
  const told = said()
  const folder = path.join(cwd, 'ship')
  t.strictSame(fs.readdirSync(folder).sort(), ['SIGNATURE', 'shipping-label.pdf'])
  const signature = fs.readFileSync(path.join(folder, 'SIGNATURE'), 'utf8')
  const [, secret = ''] = /^signature:(.+)$/m.exec(signature) ?? []
  t.match(signature, /^version:2\.0\nsigningMethod:HmacSHA1\njobId:[A-Z0-9]{5}\nsignature:\S+$/)
  t.match(fs.readFileSync(path.join(folder, 'shipping-label.pdf'), 'latin1'), /^%PDF/)
  t.equal(fs.statSync(folder).mode & 0o777, 0o700)
  for (const name of fs.readdirSync(folder)) t.equal(fs.statSync(path.join(folder, name)).mode & 0o777, 0o600, name)
  t.match(told, /root folder of the device/)
  t.equal(await run(), 0, 'the same again is no trouble')
  const outside = [reconciled, told, said(), fs.readFileSync(path.join(cwd, 'jobs.state.json'), 'utf8')].join('\n')
  t.ok(secret.length > 20)
  t.notOk(outside.includes(secret), 'the signature is nowhere else')
  t.notMatch(outside, /_labels/, 'and neither is the link to the label')

  fs.writeFileSync(path.join(folder, 'SIGNATURE'), 'another')
  t.match(await refusal(run()), { exitCode: 1, diagnostic: { code: 'PAPERWORK_FILE' } })
  t.equal(fs.readFileSync(path.join(folder, 'SIGNATURE'), 'utf8'), 'another', 'no file is replaced')
  t.strictSame(fs.readdirSync(folder).sort(), ['SIGNATURE', 'shipping-label.pdf'])

  const label = { service: 'importexport', operation: 'GetShippingLabel', fault: 'drop-request' }
  await world.control('PUT', 'faults', [label])
  t.equal(await run('other'), 5)
  t.match(
    said(),
    /wrote SIGNATURE \(.*AWS_UNREACHABLE: \S+ paperwork failed/s,
    'a label that is not made keeps nothing else back',
  )
  t.strictSame(fs.readdirSync(path.join(cwd, 'other')), ['SIGNATURE'])
  await world.control('PUT', 'faults', [])

  await world.advance(90)
  t.match(await refusal(run('late')), {
    diagnostic: { message: `${ADDRESS} has no paperwork: its job is terminal: Complete` },
  })
  t.notOk(fs.existsSync(path.join(cwd, 'late')))
})

t.test('an address without paperwork is explained', async (t) => {
  const { host } = await open(t)
  const of = (address: string) => fetchPaperwork(address, { output: 'text', out: 'ship' }, host)
  t.match(await refusal(of('ImportExportJob/crate-8')), {
    exitCode: 1,
    diagnostic: {
      code: 'USAGE',
      remedies: [{ text: 'did you mean ImportExportJob/crate-7?' }, {}, {}, { command: ['jobwright', 'status'] }],
    },
  })
  t.match(await refusal(of('IotJob/lamp')), { diagnostic: { message: 'IotJob/lamp has no device to ship' } })
})
