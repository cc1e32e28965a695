import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { reportFailure } from '../../../src/cli/failure.ts'
import { type AdoptOptions, adoptCommand } from '../../../src/commands/adopt/adopt.ts'
import { formatExportedSpec } from '../../../src/commands/adopt/exported-spec-text.ts'
import { planCommand } from '../../../src/commands/plan/plan.ts'
import { reconcileCommand } from '../../../src/commands/reconcile/reconcile.ts'
import { startEmulator } from '../../../src/emulator/index.ts'
import { getModel, MODELS } from '../../../src/kinds/index.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { JobRecord, State } from '../../../src/model/state.ts'
import type { Host } from '../../../src/session/host.ts'
import { openFileStore } from '../../../src/state/file-store.ts'
import type { OpenStore } from '../../../src/state/store.ts'
import { nodeDisk } from '../../../src/system/disk.ts'
import { folder, write } from '../../e2e/process.ts'

const EXAMPLES = path.join(import.meta.dirname, '../../../specs')
const THING = ['arn:aws:iot:eu-west-1:123456789012:thing/lamp']
const PROJECT = '8f6b3f2c1d5e4a7b9c0d1e2f3a4b5c6d'

type Said = { readonly code: number; readonly stdout: string; readonly stderr: string; readonly lines: readonly Line[] }
type Line = { readonly type: string; readonly [member: string]: unknown }

async function heard(cwd: string, run: (host: Host) => Promise<number>, more: Partial<Host> = {}): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  const stream = (to: 'stdout' | 'stderr') => ({ write: (text: string) => (said[to] += text) })
  const host = {
    cwd,
    env: {},
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: new AbortController().signal,
    ...more,
  }
  const code = await run(host).catch((error: unknown) => reportFailure(error, host, false, 'text'))
  const lines = said.stdout.startsWith('{')
    ? said.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line)
    : []
  return { code, ...said, lines }
}

const on = { output: 'text', emulator: true } as const
const adopt = (
  cwd: string,
  what?: string,
  id?: string,
  options: Partial<AdoptOptions> = {},
  more: Partial<Host> = {},
) =>
  heard(
    cwd,
    // The jobs carry the mark of the state that was forgotten.
    (host) => adoptCommand(what, id, { ...on, ...(id === undefined ? {} : { force: true }), ...options }, host),
    more,
  )
const plan = (cwd: string) => heard(cwd, (host) => planCommand({ ...on }, host))
const specsIn = (cwd: string) => fs.readdirSync(path.join(cwd, 'specs')).sort()

/** A repository without specs and without a record, beside an emulator on which the jobs of all examples exist. */
async function forgotten(t: Test): Promise<{ readonly cwd: string; readonly records: State['records'] }> {
  const rate = '{ perSecond: 50 }'
  const cwd = folder(t, {
    'jobwright.yaml': `limits: { dataexchange: ${rate}, importexport: ${rate}, mediapackage: ${rate} }\n`,
  })
  fs.cpSync(EXAMPLES, path.join(cwd, 'specs'), { recursive: true })
  const dir = path.join(cwd, '.jobwright/emulator/aws')
  fs.mkdirSync(dir, { recursive: true })
  // Half an hour in a run's second: some of the jobs are over when they are looked at, others are not.
  const emulator = await startEmulator({ dir, timeScale: 1800, startAt: '2026-11-15T09:00:00Z' })
  t.teardown(() => emulator.close())
  await heard(cwd, (host) => reconcileCommand({ ...on, settleMs: 0 }, host))
  const state = path.join(cwd, '.jobwright/emulator/jobs.state.json')
  const { records } = JSON.parse(fs.readFileSync(state, 'utf8')) as State
  for (const file of fs.readdirSync(path.dirname(state)).filter((name) => name.startsWith('jobs.state.json')))
    fs.rmSync(path.join(path.dirname(state), file))
  fs.rmSync(path.join(cwd, 'specs'), { recursive: true })
  fs.mkdirSync(path.join(cwd, 'specs'))
  return { cwd, records }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

// One emulator for all: the last test takes what the others leave.
const { cwd, records } = await forgotten(t)

t.test('a job is shown, and its spec is written only after confirmation', async (t) => {
  const table = await adopt(cwd, undefined, undefined, { list: true, kind: 'iotjob' })
  t.match(table.stdout, /^ {2}Kind +ID +Created +Status +In\n {2}IotJob +\S+ +\d{4}-\d\d-\d\d \d\d:\d\d +\w+\n/m)
  t.match(table.stdout, /3 jobs without a record.*\n {2}jobwright adopt IotJob \S+ --emulator\n/)
  t.match(await adopt(cwd, undefined, undefined, { list: true }), {
    code: 0,
    stdout: /ADOPT_NO_SCOPE: PinpointExportJob/,
  })

  const shown = await adopt(cwd, 'iotjob', 'central-station-settings')
  t.equal(shown.code, 0)
  t.match(
    shown.stdout,
    /^# yaml-language-server: \$schema=\.schemas\/job\.schema\.json\n# Written by jobwright adopt from the job/,
  )
  t.match(shown.stdout, '\n  # tags: not returned by AWS; ')
  t.match(shown.stdout, '\n  jobwright adopt IotJob central-station-settings --yes --emulator\n')
  const asked: string[] = []
  const answer = (word: string) => (question: string) => {
    asked.push(question)
    return Promise.resolve(word)
  }
  t.match(await adopt(cwd, 'IotJob', 'central-station-settings', {}, { ask: answer('') }), {
    code: 0,
    stdout: /Nothing was written/,
  })
  t.same(specsIn(cwd), [])
  const json = await adopt(cwd, 'IotJob', 'central-station-settings', { output: 'json' })
  t.match(json.lines, [
    { type: 'spec', address: 'IotJob/central-station-settings', file: 'specs/central-station-settings.yaml' },
    { type: 'summary', exitCode: 0 },
  ])

  const agreed = await adopt(cwd, 'IotJob', 'central-station-settings', {}, { ask: answer(' Yes\n') })
  t.match(agreed, { code: 0, stdout: /adopted IotJob\/central-station-settings/ })
  t.match(asked, [/Write specs\/central-station-settings.yaml and record the job/, /\[y\/N\]/])
  t.same(specsIn(cwd), ['central-station-settings.yaml'])
  const again = await adopt(cwd, 'IotJob', 'central-station-settings', { yes: true })
  t.match(again, { code: 0, stdout: /is on record already, as IotJob\/central-station-settings/ })
  const decided = await adopt(cwd, 'IotJob/central-station-settings')
  const why = '\nIotJob/central-station-settings: job central-station-settings is on record already\n'
  t.match(decided, { code: 0, stdout: why }, 'why nothing is done is said')
})

t.test('a spec whose job could not be recorded is removed: it would create a duplicate', async (t) => {
  const state = openFileStore({ path: path.join(cwd, '.jobwright/emulator/jobs.state.json'), disk: nodeDisk })
  const specs = specsIn(cwd)
  let held: OpenStore | undefined
  const ask = async () => {
    held = await state.open()
    return 'y'
  }
  const said = await adopt(cwd, 'IotJob', 'kiosk-firmware-4-2', {}, { ask })
  await held?.close()
  t.equal(said.code, 8, 'another run has the state')
  t.match(said.stdout + said.stderr, /removed specs\/kiosk-firmware-4-2.yaml again/)
  t.same(specsIn(cwd), specs)
})

t.test('a job that cannot be adopted is reported with a remedy, and no file is replaced', async (t) => {
  const taken = {
    apiVersion: 'jobwright/v1',
    kind: 'IotJob',
    metadata: { name: 'taken' },
    spec: { targets: THING, document: {} },
  }
  write(cwd, { 'specs/all.yaml': taken, 'specs/kiosk-firmware-4-2.yaml': '# kept\n' })
  const cases: [Promise<Said>, number, RegExp][] = [
    [
      adopt(cwd, 'IotJob', 'nobody'),
      6,
      /PLAN_NO_SUCH_JOB: emulator has no IotJob job nobody\n.*adopt --list --kind IotJob/,
    ],
    [
      adopt(cwd, 'PinpointExportJob', 'nobody'),
      6,
      /adopt --list --kind PinpointExportJob; name its ApplicationId with --application/,
    ],
    [adopt(cwd, 'IotJob', 'kiosk-firmware-4-2', { yes: true }), 1, /NEW_FILE_EXISTS/],
    [
      adopt(cwd, 'IotJob', 'kiosk-firmware-4-2', { yes: true, name: 'taken' }),
      1,
      /NEW_TAKEN.*\n.*adopt IotJob\/taken --id kiosk-firmware-4-2/,
    ],
    [adopt(cwd, 'IotJob', 'kiosk-firmware-4-2', { name: 'a b' }), 1, /NEW_NAME/],
    [adopt(cwd, 'IotJb', 'x'), 1, /did you mean IotJob\?/],
    [adopt(cwd), 1, /adopt needs a job\n.*adopt KIND\/NAME/],
    [adopt(cwd, 'IotJob'), 1, /needs the ID of a job of IotJob/],
    [adopt(cwd, 'IotJob/x', 'y'), 1, /as --id y/],
    [adopt(cwd, 'IotJob/x', undefined, { yes: true }), 1, /adopt ADDRESS takes no --yes/],
    [adopt(cwd, 'IotJob', 'x', { id: 'x' }), 1, /adopt KIND ID takes no --id/],
    [adopt(cwd, 'IotJob', undefined, { list: true }), 1, /--list takes no address/],
    [
      adopt(cwd, 'IotJob', 'x', { emulator: false, target: undefined } as never),
      8,
      /STATE_MISSING.*\n.*jobwright init/,
    ],
  ]
  for (const [said, code, text] of cases) {
    const { stdout, stderr, ...rest } = await said
    t.match({ code: rest.code, text: stdout + stderr }, { code, text })
  }
  t.same(specsIn(cwd), ['all.yaml', 'central-station-settings.yaml', 'kiosk-firmware-4-2.yaml'])
  t.equal(fs.readFileSync(path.join(cwd, 'specs/kiosk-firmware-4-2.yaml'), 'utf8'), '# kept\n')
  fs.rmSync(path.join(cwd, 'specs/all.yaml'))
  fs.rmSync(path.join(cwd, 'specs/kiosk-firmware-4-2.yaml'))
  t.match(await adopt(cwd, 'IotJob', 'kiosk-firmware-4-2', { name: 'kiosks', yes: true }), { code: 0 })
  t.match(parse(fs.readFileSync(path.join(cwd, 'specs/kiosks.yaml'), 'utf8')), {
    spec: { jobId: 'kiosk-firmware-4-2' },
  })
})

t.test('a spec from a job omits additions of AWS, secrets and lost digits', async (t) => {
  const exported = (kind: string, request?: JsonObject) =>
    getModel(kind).request.toSpec({ id: 'x', status: '', ...(request && { request }) })
  const targets = THING
  const documents: [string, unknown][] = [
    ['{"n": 1.5, "t": "1.0"}', { n: 1.5, t: '1.0' }],
    ['{"n": 12345678901234567890}', '{"n": 12345678901234567890}'],
    ['{"n": 1.0}', '{"n": 1.0}'],
    ['{"$file": "x"}', '{"$file": "x"}'],
    ['[1]', '[1]'],
  ]
  for (const [document, expected] of documents)
    t.same(exported('IotJob', { targets, document, abortConfig: {} })?.request, { targets, document: expected })
  const template = { targets, jobTemplateArn: 'arn:aws:iot:eu-west-1::jobtemplate/AWS-Reboot:1.0' }
  t.same(exported('IotJob', { ...template, document: '{}' })?.request, template)
  const Manifest = { deviceId: '1', generator: 'jobwright', pinCode: 'secret' }
  t.same(exported('ImportExportJob', { JobType: 'Import', Manifest })?.request, {
    JobType: 'Import',
    Manifest: { deviceId: '1' },
  })
  const Details = { ImportAssetFromApiGatewayApi: { ApiId: 'a' } }
  t.match(exported('DataExchangeJob', { Type: 'X', Details })?.omitted, [
    { pointer: '/Details/ImportAssetFromApiGatewayApi/ApiKey' },
  ])
  for (const kind of ['IotJob', 'ImportExportJob', 'PinpointExportJob', 'MediaPackageHarvestJob', 'DataExchangeJob'])
    t.equal(exported(kind), undefined, `${kind}: not enough is told`)
  const text = formatExportedSpec({
    kind: 'IotJob',
    name: 'no',
    schema: 's',
    target: 'prod',
    origin: 'of a job\nthat lies: here',
    exported: {
      request: { description: 'yes', when: '12:30', spec: '0123' },
      omitted: [{ pointer: '/a/b', why: 'nowhere' }],
    },
  })
  t.match(text, /^# of a job.*that lies: here$/m)
  t.match(text, '  name: "no"\npolicy:\n  target: prod\nspec:\n  description: "yes"\n  when: "12:30"\n  spec: "0123"\n')
})

t.test('unrecorded jobs of every kind are listed and adopted as specs, and then there is nothing to do', async (t) => {
  const adopted = ['central-station-settings', 'kiosk-firmware-4-2']
  const known = (Object.entries(records) as [string, JobRecord][]).filter(([, { id }]) => !adopted.includes(String(id)))
  const listed = await adopt(cwd, undefined, undefined, { list: true, output: 'json', application: [PROJECT] })
  t.equal(listed.code, 0)
  t.same(listed.lines.at(-1), {
    v: 1,
    type: 'summary',
    counts: { adoptable: known.length },
    outcomes: [],
    exitCode: 0,
  })
  const jobs = listed.lines.slice(0, -1)
  t.same(
    jobs.map(({ kind, id }) => [kind, id].join('/')).sort(),
    known.map(([address, { id }]) => `${address.split('/')[0]}/${id}`).sort(),
  )
  for (const { type, kind, status, createdAt } of jobs)
    t.match(
      { type, status, createdAt },
      { type: 'adoptable', status: /^\w+$/, createdAt: /^2026-\d\d-\d\dT/ },
      String(kind),
    )

  const chosen = [...new Map(jobs.map((job) => [job['kind'], job])).values()]
  t.equal(chosen.length, MODELS.length)
  for (const job of chosen) {
    const [kind, id] = [String(job['kind']), String(job['id'])]
    const said = await adopt(cwd, kind, id, {
      yes: true,
      application: [PROJECT],
      name: `a-${id}`,
    })
    t.equal(said.code, 0, said.stdout)
    t.match(said.stdout, `wrote  specs/a-${id}.yaml`)
    const spec = parse(fs.readFileSync(path.join(cwd, `specs/a-${id}.yaml`), 'utf8')) as { spec: JsonObject }
    const model = getModel(kind)
    const [, record] = known.find(([address, one]) => one.id === id && address.startsWith(`${kind}/`))!
    const alike = (request: JsonObject) =>
      JSON.stringify(sorted(model.request.normalise(model.request.comparable(request))))
    t.equal(alike(spec.spec), alike(record.request), `${kind}: what is written is what was asked for`)
  }
  const planned = await plan(cwd)
  t.match(planned, { code: 0, stdout: /Nothing to do( now)?: 7 specs, 7 jobs/ })
  const rest = await adopt(cwd, undefined, undefined, { list: true })
  t.match(rest, { code: 0, stdout: /emulator: 2 jobs without a record/ }, 'the project is known by its spec now')
})
