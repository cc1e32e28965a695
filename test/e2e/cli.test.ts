import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { State } from '../../src/model/state.ts'
import { IN_WORKFLOW, ON_EMULATOR } from '../../src/report/remedies.ts'
import { arrive, CASES } from '../conformance/cases.ts'
import { type EveryJob, openWorld, type World } from '../emulator/setup.ts'
import { build, cli, commit, folder, git, type Ran, repository, stateOf, write } from './process.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

/** Services for which AWS publishes no rate are called with more than our careful one. */
const CONFIG = 'specs: [specs]\nlimits: { dataexchange: { perSecond: 50 }, importexport: { perSecond: 50 } }\n'

const requestOf = (kind: string, n = 1): JsonObject => CASES.find((one) => one.kind === kind)!.request(n)

/** A document with a spec, as a user would commit it. */
function doc(
  kind: string,
  name: string,
  more: { n?: number; spec?: JsonObject; policy?: object; labels?: object } = {},
) {
  const { n = 1, spec = requestOf(kind, n), policy, labels } = more
  return { apiVersion: 'jobwright/v1', kind, metadata: { name, ...(labels && { labels }) }, policy, spec }
}

/** AWS is an emulator of this process; the program reaches it as it would reach any endpoint. */
async function aws(t: Test, options: EmulatorOptions = {}): Promise<World & { env: Record<string, string> }> {
  const world = await openWorld(t, { startAt: new Date().toISOString(), ...options })
  return { ...world, env: environment(world.url) }
}

function environment(url: string, key = 'AKIAFLEET'): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

/** Where a folder's own emulator is; a run with `--emulator` joins one that is open there. */
function emulatorIn(cwd: string): string {
  return path.join(cwd, '.jobwright/emulator/aws')
}

/** What is on record of the jobs on that emulator. */
function recordsIn(cwd: string): State['records'] {
  const text = fs.readFileSync(path.join(cwd, '.jobwright/emulator/jobs.state.json'), 'utf8')
  return (JSON.parse(text) as State).records
}

const prefixOf = CASES.find(({ kind }) => kind === 'PinpointExportJob')!.markerOf!

async function callsOf(world: World, operation: string): Promise<number> {
  const all = (await world.control('GET', 'calls')) as { operation: string; count: number }[]
  return all.filter((call) => call.operation === operation).reduce((sum, { count }) => sum + count, 0)
}

const MEMBERS: Readonly<Record<string, string>> = {
  diagnostic: 'v type severity code message file line column endLine endColumn pointer address hint',
  planned: 'v type address action reason until changes',
  progress: 'v type address step',
  job: 'v type address target run id record condition status reason',
  adoptable: 'v type kind id scope createdAt status',
  spec: 'v type address file text',
  summary: 'v type counts outcomes nextAt twins exitCode',
}

/** Standard output is JSON lines of contract 1 and nothing else, the summary is the last of them and tells the exit code. */
function keepsContract(t: Test, { code, lines, stdout }: Ran): void {
  t.ok(lines.length > 0, 'something is on stdout')
  for (const line of lines) {
    t.equal(line.v, 1)
    const known = MEMBERS[line.type]?.split(' ') ?? []
    t.same(
      Object.keys(line).filter((name) => !known.includes(name)),
      [],
      `members of ${line.type}`,
    )
    t.notOk(Object.values(line).includes(null), 'absent values are left out')
  }
  t.equal(lines.filter(({ type }) => type === 'summary').length, 1)
  t.match(lines.at(-1), { type: 'summary', exitCode: code })
  harmless(t, stdout)
}

/** One of its lines says this. */
function tells(t: Test, { lines }: Ran, said: Readonly<Record<string, unknown>>): void {
  const hits = lines.filter((line) => Object.entries(said).every(([name, value]) => line[name] === value))
  t.ok(hits.length > 0, `tells ${JSON.stringify(said)}`)
}

/** Nothing in it acts on a terminal. */
function harmless(t: Test, text: string): void {
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/, 'no control characters')
}

t.test('a slip on the command line says where the options are, and keeps the contract of JSON lines', async (t) => {
  const cwd = folder(t, {})
  const [unknown, json, value, hostile] = await Promise.all([
    cli(['validate', '--specs', 'x'], { cwd }),
    cli(['plan', '--nope', '--output=json'], { cwd }),
    cli(['emulator', '--start-at', 'yesterday'], { cwd }),
    cli(['plan', '--x\x1b[2J\n::error::forged'], { cwd }),
  ])
  t.match(unknown, {
    code: 1,
    stdout: '',
    stderr: /unknown option '--specs'\n.*--spec\?.*\n+see: jobwright validate --help/s,
  })
  t.match(json, {
    code: 1,
    lines: [
      { type: 'diagnostic', code: 'USAGE', message: /'--nope'/ },
      { type: 'summary', exitCode: 1 },
    ],
  })
  keepsContract(t, json)
  t.match(value, { code: 1, stderr: /'--start-at <time>' argument 'yesterday' is invalid. Write an ISO time/ })
  t.notMatch(hostile.stderr, /\x1b|^::/m, 'and nothing of it acts on a terminal or a workflow')
})

t.test('a file or an address by itself is answered with the option that takes it', async (t) => {
  const cwd = folder(t, {})
  const [file, address, json, none] = await Promise.all([
    cli(['validate', '-o', 'text', 'specs/lamp.yaml'], { cwd }),
    cli(['reconcile', 'IotJob/lamp-17'], { cwd }),
    cli(['plan', 'x\x1b[2J\n::error::forged', '--output=json'], { cwd }),
    cli(['resolve', 'IotJob/lamp-17', 'specs/lamp.yaml'], { cwd }),
  ])
  t.match(file, {
    code: 1,
    stdout: '',
    stderr: /^error: too many arguments.*\nhint: write --spec specs\/lamp\.yaml\n$/s,
  })
  t.match(address, { code: 1, stderr: /\nhint: write --only IotJob\/lamp-17\n$/ })
  t.match(json, { code: 1, lines: [{ code: 'USAGE', hint: /^write --spec x/ }, { type: 'summary' }] })
  keepsContract(t, json)
  t.notMatch(json.stderr, /\x1b|^::/m, 'nothing of it acts on a terminal or a workflow')
  t.notMatch(none.stderr, /hint/, 'an address too many is not meant for --spec')
})

t.test(
  'the commands of messages are those of the program, and have --emulator where it keeps them off AWS',
  async (t) => {
    const { stdout } = await cli(['completion', 'fish'], { cwd: folder(t, {}) })
    const found = (pattern: RegExp): string[] => [...stdout.matchAll(pattern)].map(([, verb = '']) => verb)
    const verbs = found(/ __fish_use_subcommand -a (\S+)/g)
    const onEmulator = found(/'__fish_seen_subcommand_from (\S+)' .*-l emulator /g)
    // There, init stores no state; and validate reads the same files either way.
    const indifferent = ['init', 'validate']
    t.same([...ON_EMULATOR, ...indifferent].sort(), onEmulator.sort())
    t.same(
      [...IN_WORKFLOW].filter((verb) => !verbs.includes(verb)),
      [],
    )
  },
)

t.test('8: an emulator whose jobs cannot be read is no bug, and names the folder to remove', async (t) => {
  const cwd = folder(t, { '.jobwright/emulator/aws/jobs.log': 'torn\n{}\n' })
  const damaged = { type: 'diagnostic', code: 'EMULATOR_LOG_DAMAGED', message: /aws\/jobs\.log:1 is not JSON$/ }
  const plan = await cli(['plan', '--emulator', '-ojson'], { cwd })
  t.match(plan, { code: 8, lines: [{ ...damaged, hint: /^remove \.jobwright\/emulator:/ }, { exitCode: 8 }] })
  const served = await cli(['emulator', '--dir', '.jobwright/emulator/aws'], { cwd })
  t.match(served, {
    code: 8,
    stdout: /EMULATOR_LOG_DAMAGED.*\n {2}hint: restore the file, or remove the folder of --dir/,
  })
})

t.test('a command as one text is split, and a slip in it is told like any other', async (t) => {
  const cwd = folder(t, {})
  const given = (text: string) => cli(['__line', text], { cwd })
  const [schema, open, json] = await Promise.all([
    given('schema "IotJob"'),
    given('status "'),
    given('plan --nope --output=json'),
  ])
  t.match(schema, { code: 0, stdout: /^\{/ })
  t.match(open, { code: 1, stdout: /USAGE: a quote in the command is not closed/ })
  t.match(json, { code: 1, lines: [{ code: 'USAGE' }, { type: 'summary', exitCode: 1 }] })
  keepsContract(t, json)
})

t.test('--help teaches: commands, first steps, exit codes', async (t) => {
  const cwd = folder(t, {})
  const help = await cli(['--help'], { cwd })
  t.equal(help.code, 0)
  t.equal(help.stderr, '')
  t.matchSnapshot(help.stdout, 'jobwright --help')
  const reconcile = await cli(['reconcile', '--help'], { cwd })
  t.matchSnapshot(reconcile.stdout, 'jobwright reconcile --help')
})

t.test('1: what cannot be understood is explained on stderr', async (t) => {
  const cwd = folder(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17', { labels: { fleet: 'lamps' } }) })
  for (const [args, said] of [
    [['reconcle'], /Did you mean reconcile\?/],
    [['reconcile', '--emulater'], /Did you mean --emulator\?/],
    [['reconcile', '--timeout', '5'], /number with a unit/],
    [['schema', 'NightJob'], /there is no schema "NightJob"/],
    [['plan', '--offline', '--only', 'IotJob/lamb-17'], /no record IotJob\/lamb-17\n.*did you mean IotJob\/lamp-17\?/],
    [['reconcile', '--emulator', '--only', 'fleet=lamp'], /no spec has the label fleet=lamp\n.*fleet=lamps\?/],
    [['status', '--only', 'lamp-17'], /no record lamp-17\n.*did you mean IotJob\/lamp-17\? an address is Kind\/name/],
    [['status', 'lamp-18'], /no record lamp-18\n {2}hint: an address is Kind\/name; .*: jobwright status\n/],
  ] as const) {
    const ran = await cli(args, { cwd })
    t.equal(ran.code, 1, args.join(' '))
    t.match(ran.stdout + ran.stderr, said)
  }
})

t.test('3: every mistake at its place, as text and as JSON lines, with hostile names made harmless', async (t) => {
  const evil = '\u001b[2Jlamp\u202e'
  const cwd = folder(t, {
    'jobwright.yaml': CONFIG,
    'specs/bad.yaml': `apiVersion: jobwright/v1\nkind: IotJob\nmetadata:\n  name: lamps\nspec:\n  targts: [a]\n  document: {}\n`,
    'specs/evil.yaml': { apiVersion: 'jobwright/v1', kind: 'IotJob', metadata: { name: evil }, spec: { [evil]: evil } },
    [`specs/${evil}.yaml`]: 'kind: [',
    'specs/good.yaml': doc('IotJob', 'lamp-17'),
  })
  const text = await cli(['validate'], { cwd })
  t.equal(text.code, 3)
  t.match(text.stdout, /specs\/bad\.yaml:6:3/)
  t.match(text.stdout, /targets/)
  harmless(t, text.stdout + text.stderr)
  const json = await cli(['validate', '--output', 'json'], { cwd })
  keepsContract(t, json)
  tells(t, json, { type: 'diagnostic', file: 'specs/bad.yaml', line: 6, column: 3, severity: 'error' })
  harmless(t, json.stderr)
  t.equal((await cli(['validate', '--spec', 'specs/good.yaml'], { cwd })).code, 0)
  const plan = await cli(['plan', '--offline', '--output=json'], { cwd })
  t.equal(plan.code, 8, 'outside the emulator a plan needs a state')
  keepsContract(t, plan)
})

t.test('a repository lives: plan, reconcile, idle, edit, more, stale, removed', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/lamp.yaml': doc('IotJob', 'lamp-17', { labels: { fleet: 'lamps' } }),
    'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
    'specs/prices.yaml': doc('DataExchangeJob', 'prices'),
    'specs/crate.yaml': doc('ImportExportJob', 'crate'),
  })
  const offline = await cli(['plan', '--offline', '-o', 'json'], { cwd })
  t.equal(offline.code, 0, 'without any credentials')
  keepsContract(t, offline)
  t.same(
    offline.lines.filter(({ type }) => type === 'planned').map(({ action }) => action),
    Array(4).fill('create'),
  )

  const pending = await cli(['plan', '--exit-code'], { cwd, env })
  t.equal(pending.code, 2)
  t.same(await world.jobs(), [], 'a plan has no side effect')

  const only = await cli(['reconcile', '--only', 'fleet=lamps', '--output', 'json'], { cwd, env })
  t.equal(only.code, 0)
  keepsContract(t, only)
  t.match(await world.jobs(), [{ service: 'iot', id: 'lamp-17', region: 'eu-west-1' }])
  t.equal((await cli(['reconcile', '--spec', 'specs/readers.yaml'], { cwd, env })).code, 0)
  t.equal((await world.jobs()).length, 2)

  const all = await cli(['reconcile', '--output', 'json'], { cwd, env })
  t.equal(all.code, 0)
  keepsContract(t, all)
  t.match(all.stderr, /DataExchangeJob\/prices/, 'people read stderr')
  t.notMatch(all.stderr, /Warning/, 'no noise of the runtime')
  t.equal((await world.jobs()).length, 4)
  tells(t, all, { type: 'planned', address: 'DataExchangeJob/prices', action: 'create' })
  tells(t, all, { type: 'progress', address: 'DataExchangeJob/prices', step: 'started' })
  tells(t, all, { type: 'job', address: 'ImportExportJob/crate', record: 'started' })

  const before = await callsOf(world, 'CreateJob')
  const idle = await cli(['reconcile'], { cwd, env })
  t.equal(idle.code, 0)
  t.match(idle.stdout, /nothing|done/i)
  t.equal(await callsOf(world, 'CreateJob'), before, 'the second run creates nothing')

  const status = await cli(['status', '--output=json'], { cwd })
  t.equal(status.code, 0)
  keepsContract(t, status)
  t.equal(status.lines.filter(({ type }) => type === 'job').length, 4)

  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17', { n: 2 }) })
  commit(cwd)
  const edited = await cli(['reconcile', '--output', 'json'], { cwd, env })
  t.equal(edited.code, 6)
  keepsContract(t, edited)
  tells(t, edited, { code: 'PLAN_IMMUTABLE', file: 'specs/lamp.yaml', line: 1 })

  git(cwd, 'checkout', '--quiet', 'HEAD~1')
  const old = await cli(['reconcile'], { cwd, env })
  t.equal(old.code, 8)
  t.match(old.stdout, /CHECKOUT_STALE/)

  git(cwd, 'checkout', '--quiet', '-')
  fs.rmSync(path.join(cwd, 'specs/lamp.yaml'))
  commit(cwd)
  const removed = await cli(['reconcile', '--output', 'json'], { cwd, env })
  t.equal(removed.code, 0)
  tells(t, removed, { type: 'planned', address: 'IotJob/lamp-17', action: 'forget' })
  t.equal((await world.jobs()).length, 4)
})

t.test('a job made elsewhere becomes a spec, and from then on there is nothing to do about it', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, 'specs/lamp.yaml': doc('IotJob', 'lamp-17') })
  const request = requestOf('ImportExportJob')
  const id = await arrive(world, 'ImportExportJob', request, 'AWS Import/Export Web Service Tool')
  const listed = await cli(['adopt', '--list', '-o', 'json'], { cwd, env })
  t.equal(listed.code, 0)
  keepsContract(t, listed)
  tells(t, listed, { type: 'adoptable', kind: 'ImportExportJob', id, status: 'Pending' })
  const shown = await cli(['adopt', 'ImportExportJob', id], { cwd, env })
  t.match(shown, { code: 0, stdout: /\n {2}jobwright adopt ImportExportJob \S+ --yes\n/ })
  t.notOk(fs.existsSync(path.join(cwd, `specs/${id}.yaml`)), 'nobody is there to say yes')
  const written = await cli(['adopt', 'importexportjob', id, '--name', 'crate', '--yes', '-o', 'json'], { cwd, env })
  t.equal(written.code, 0, written.stderr)
  keepsContract(t, written)
  tells(t, written, { type: 'spec', address: 'ImportExportJob/crate', file: 'specs/crate.yaml' })
  tells(t, written, { type: 'job', address: 'ImportExportJob/crate', id })
  commit(cwd)
  const planned = await cli(['plan', '-o', 'json', '--only', 'ImportExportJob/crate'], { cwd, env })
  t.match(
    planned.lines.filter(({ type }) => type === 'planned'),
    [{ address: 'ImportExportJob/crate', action: 'keep' }],
  )
  t.equal((await world.jobs()).length, 1)
})

t.test('4: credentials, accounts and endpoints that do not work', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/readers.yaml': Array.from({ length: 40 }, (_, n) =>
      JSON.stringify(doc('PinpointExportJob', `readers-${n}`, { n })),
    ).join('\n---\n'),
  })
  const { AWS_REGION: _region, ...nowhere } = environment(world.url)
  for (const [name, env, said] of [
    ['unknown key', environment(world.url, 'AKIAUNKNOWN'), /AWS_REFUSED/],
    [
      'no key',
      { AWS_ENDPOINT_URL: world.url, AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' },
      /AWS_NO_CREDENTIALS/,
    ],
    ['nobody listens', environment('http://127.0.0.1:9'), /AWS_UNREACHABLE/],
    ['no region', nowhere, /CONFIG_NO_REGION/],
  ] as const) {
    const ran = await cli(['reconcile', '-ojson'], { cwd, env })
    t.equal(ran.code, 4, name)
    t.match(ran.stdout, said)
    keepsContract(t, ran)
  }
  const denied = environment(world.url, 'AKIADENIED')
  const ran = await cli(['reconcile', '--output', 'json'], { cwd, env: denied })
  t.equal(ran.code, 4)
  t.match(ran.lines.at(-1), { outcomes: [4, 5] })
  t.ok((await callsOf(world, 'CreateExportJob')) < 20, 'equal refusals stop the lane')
  t.same((await stateOf(cwd).read()).state?.records, {}, 'none of them left an intent')
  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17'), 'specs/readers.yaml': '' })
  commit(cwd)
  t.equal((await cli(['plan'], { cwd, env: denied })).code, 4, 'a read that is refused is no other trouble')
})

t.test('5, 9: a call that fails, and an outcome that is not known in time', async (t) => {
  const world = await aws(t)
  const { env } = world
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
  })
  await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'throttle' }])
  const failed = await cli(['reconcile', '-o', 'json'], { cwd, env })
  t.equal(failed.code, 5)
  keepsContract(t, failed)
  tells(t, failed, { code: 'AWS_THROTTLE', address: 'PinpointExportJob/readers' })
  const tried = await callsOf(world, 'CreateExportJob')
  await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-request', times: 1 }])
  const lost = await cli(['reconcile', '--settle', '0s', '--output', 'json'], { cwd, env })
  t.equal(lost.code, 9)
  keepsContract(t, lost)
  tells(t, lost, { type: 'progress', address: 'PinpointExportJob/readers', step: 'settling' })
  const nextAt = lost.lines.at(-1)?.['nextAt']
  t.type(nextAt, 'string')
  const again = await cli(['reconcile', '--settle', '0s', '-ojson'], { cwd, env })
  t.equal(again.code, 9)
  tells(t, again, { type: 'planned', address: 'PinpointExportJob/readers', action: 'settling', until: nextAt })
  t.equal(await callsOf(world, 'CreateExportJob'), tried + 1, 'a create that may still arrive is not sent again')
  t.same(await world.jobs(), [])

  write(cwd, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17'), 'specs/readers.yaml': doc('PinpointExportJob', 'readers') })
  const dirty = await cli(['reconcile', '--only', 'IotJob/lamp-17'], { cwd, env })
  t.equal(dirty.code, 9)
  t.match(dirty.stdout, /not committed/)
  const wait = ['reconcile', '--only', 'IotJob/lamp-17', '--wait', '--timeout', '10ms', '-ojson']
  const late = await cli([...wait, '--allow-dirty'], { cwd, env })
  t.equal(late.code, 9)
  keepsContract(t, late)
  t.equal((await world.jobs()).length, 1)
})

t.test(
  'a create whose answer is lost, and one that never arrived, are one job each when their run is over',
  async (t) => {
    const cwd = folder(t, {
      'jobwright.yaml': CONFIG,
      'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
    })
    const world = await openWorld(t, { dir: emulatorIn(cwd), startAt: '2026-11-15T09:00:00Z', timeScale: 1200 })
    await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-response', times: 1 }])
    const found = await cli(['reconcile', '--emulator', '--output', 'json'], { cwd })
    t.equal(found.code, 0)
    keepsContract(t, found)
    tells(t, found, { type: 'progress', address: 'PinpointExportJob/readers', step: 'adopted' })
    const [first] = await world.jobs()
    tells(t, found, { type: 'job', address: 'PinpointExportJob/readers', record: 'started', id: first?.id })
    t.equal(await callsOf(world, 'CreateExportJob'), 1)

    write(cwd, { 'specs/writers.yaml': doc('PinpointExportJob', 'writers', { n: 2 }) })
    await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-request', times: 1 }])
    const repeated = await cli(['reconcile', '--emulator', '--settle', '2h', '--output', 'json'], { cwd })
    t.equal(repeated.code, 0)
    keepsContract(t, repeated)
    tells(t, repeated, { type: 'progress', address: 'PinpointExportJob/writers', step: 'settling' })
    const [, second, ...more] = await world.jobs()
    t.same(more, [])
    tells(t, repeated, { type: 'job', address: 'PinpointExportJob/writers', record: 'started', id: second?.id })
    t.equal(await callsOf(world, 'CreateExportJob'), 3)
  },
)

t.test('6: a create that stays unresolved comes with two commands, one for each answer', async (t) => {
  const [readers, writers] = [1, 2].map((n) => requestOf('PinpointExportJob', n))
  const cwd = folder(t, {
    'jobwright.yaml': CONFIG,
    'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
    'specs/writers.yaml': doc('PinpointExportJob', 'writers', { n: 2 }),
  })
  const world = await openWorld(t, { dir: emulatorIn(cwd), startAt: '2026-11-15T09:00:00Z' })
  await world.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-request', times: 2 }])
  const run = ['reconcile', '--emulator', '--settle', '0s', '--output', 'json']
  t.equal((await cli(run, { cwd })).code, 9)
  for (const request of [readers!, readers!, writers!, writers!]) {
    await arrive(world, 'PinpointExportJob', request, prefixOf(request))
  }
  await world.advance(9)
  const ran = await cli(run, { cwd })
  t.equal(ran.code, 6)
  keepsContract(t, ran)
  t.match(ran.stderr, /PLAN_UNRESOLVED/)
  const hints = ran.lines.filter(({ code }) => code === 'PLAN_UNRESOLVED').map(({ hint }) => String(hint))
  t.equal(hints.length, 2)
  const said = hints.join('; ')
  t.same((await cli(run, { cwd })).code, 6, 'it stays so')

  const adopt = /jobwright (resolve PinpointExportJob\/readers --adopt \w+ --emulator);/.exec(said)?.[1]
  const giveUp = /jobwright (resolve PinpointExportJob\/writers --not-created --emulator)/.exec(said)?.[1]
  for (const command of [adopt, giveUp]) {
    const decided = await cli([...(command ?? said).split(' '), '-ojson'], { cwd })
    t.equal(decided.code, 0, `${command}`)
    keepsContract(t, decided)
  }
  t.equal((await world.jobs()).length, 4, 'a decision creates nothing')
  const over = await cli(run, { cwd })
  t.equal(over.code, 0)
  tells(t, over, { type: 'planned', address: 'PinpointExportJob/readers', action: 'keep' })
  tells(t, over, { type: 'planned', address: 'PinpointExportJob/writers', action: 'create' })
  const jobs = await world.jobs()
  t.equal(jobs.length, 5)
  t.match(recordsIn(cwd), {
    'PinpointExportJob/readers': { stage: 'started', id: adopt?.split(' ').at(-2) },
    'PinpointExportJob/writers': { stage: 'started', id: jobs.at(-1)?.id },
  })
})

t.test('7: a guard refuses the whole run, and prints the arithmetic', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, {
    'jobwright.yaml': `${CONFIG}guards: { maxCreates: 1 }\n`,
    'specs/lamp.yaml': doc('IotJob', 'lamp-17'),
    'specs/readers.yaml': doc('PinpointExportJob', 'readers'),
  })
  const ran = await cli(['reconcile'], { cwd, env: world.env })
  t.equal(ran.code, 7)
  t.match(ran.stdout, /would create 2 jobs; guards\.maxCreates allows 1/)
  t.same(await world.jobs(), [])
})

t.test('8: without its state, or while another run has it, nothing is created', async (t) => {
  const world = await aws(t)
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, 'specs/lamp.yaml': doc('IotJob', 'lamp-17') })
  const held = await stateOf(cwd).open()
  const locked = await cli(['reconcile', '--output', 'json'], { cwd, env: world.env })
  await held.close()
  t.equal(locked.code, 8)
  keepsContract(t, locked)
  t.match(locked.lines[0], { code: 'STATE_LOCKED' })
  for (const file of fs.readdirSync(cwd)) if (file.startsWith('jobs.state')) fs.rmSync(path.join(cwd, file))
  const missing = await cli(['reconcile'], { cwd, env: world.env })
  t.equal(missing.code, 8)
  t.match(missing.stdout + missing.stderr, /STATE_MISSING.*jobwright init/s)
  t.same(await world.jobs(), [])
})

t.test('8: a damaged state is told once, with its own way out, and never as an empty one', async (t) => {
  const cwd = await repository(t, { 'jobwright.yaml': CONFIG, 'specs/lamp.yaml': doc('IotJob', 'lamp-17') })
  write(cwd, { 'jobs.state.json': '{"apiVersion":' })
  const plan = await cli(['plan', '--offline'], { cwd })
  const status = await cli(['status'], { cwd })
  for (const { code, stdout } of [plan, status]) {
    t.equal(code, 8)
    t.match(stdout, /STATE_DAMAGED/)
    t.notMatch(stdout, /STATE_MISSING|new-state|No jobs are on record/)
  }
})

t.test('a status without any job says that the emulator has some', async (t) => {
  const cwd = folder(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17') })
  const status = async (...more: string[]) => (await cli(['status', ...more], { cwd })).stdout
  t.equal(await status(), 'No jobs are on record.\n')
  t.equal((await cli(['reconcile', '--emulator'], { cwd })).code, 0)
  const hint = 'hint: 1 job on record of the emulator: jobwright status --emulator\n'
  t.equal(await status(), `No jobs are on record.\n${hint}`)
  t.notMatch(await status('--emulator'), /hint/)
  const json = await cli(['status', '--output=json'], { cwd })
  keepsContract(t, json)
  t.match(json.stderr, hint)
  write(cwd, { 'jobs.state.json': '{"apiVersion":' })
  t.notMatch(await status(), /hint: 1 job/, 'a state that cannot be read is not an empty one')
})

t.test('the end of a run shows the jobs whose specs it withdrew', async (t) => {
  const cwd = folder(t, {
    'specs/lamp.yaml': doc('IotJob', 'lamp-17', { policy: { onRemove: 'cancel' } }),
    'specs/door.yaml': doc('IotJob', 'door-3', { n: 2 }),
    'specs/gate.yaml': doc('IotJob', 'gate-1', { n: 3 }),
  })
  // Its time stands still enough for all jobs to be under way.
  await openWorld(t, { dir: emulatorIn(cwd), startAt: '2026-11-15T09:00:00Z' })
  t.equal((await cli(['reconcile', '--emulator'], { cwd })).code, 0)
  for (const name of ['lamp', 'door']) fs.rmSync(path.join(cwd, `specs/${name}.yaml`))
  const { stdout } = await cli(['reconcile', '--emulator', '--allow-removals'], { cwd })
  t.match(stdout, /^ {2}IotJob\/lamp-17 +Cancelled: JOBWRIGHT \(withdrawn\)/m)
  t.match(stdout, /^ {2}IotJob\/door-3 +\w+.* \(withdrawn\)/m)
  t.match(stdout, /; 2 withdrawn\.\n/)
  const after = await cli(['reconcile', '--emulator', '--allow-removals'], { cwd })
  t.notMatch(after.stdout, /lamp-17|door-3/, 'and no later run does')
})

t.test('a reader who goes away stops no run and shows no stack', async (t) => {
  const cwd = folder(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp-17') })
  let child: ChildProcess | undefined
  const ran = await cli(['reconcile', '--emulator', '--wait'], {
    cwd,
    onLine: (_line, running) => {
      child ??= running
      child.stdout?.destroy()
    },
  })
  t.equal(ran.code, 0)
  t.equal(ran.stderr, '')
  t.match(recordsIn(cwd)['IotJob/lamp-17'], { condition: { type: 'Succeeded' } })
  t.match((await cli(['adopt', 'IotJob/lamp-17', '--emulator'], { cwd })).stdout, /^jobwright adopt /)
})

t.test('10: the run that sees a job fail says so, and no other', async (t) => {
  const world = await aws(t)
  const failing = CASES.find(({ kind }) => kind === 'IotJob')!.failing
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/lamp.yaml': doc('IotJob', 'lamp-17', { spec: failing }),
  })
  t.equal((await cli(['reconcile'], { cwd, env: world.env })).code, 0)
  await world.advance(60)
  const saw = await cli(['reconcile', '-o', 'json'], { cwd, env: world.env })
  t.equal(saw.code, 10)
  keepsContract(t, saw)
  const count = (await world.control('GET', 'calls')) as unknown[]
  t.equal((await cli(['reconcile'], { cwd })).code, 0, 'a finished job needs no credentials either')
  t.same(await world.control('GET', 'calls'), count)
})

t.test('130: an interrupted run takes back what it has not sent, and the next one goes on', async (t) => {
  const world = await aws(t)
  const size = 30
  const cwd = await repository(t, {
    'jobwright.yaml': CONFIG,
    'specs/lamps.yaml': Array.from({ length: size }, (_, n) => JSON.stringify(doc('IotJob', `lamp-${n}`, { n }))).join(
      '\n---\n',
    ),
  })
  let created = 0
  const stopped = await cli(['reconcile', '--output', 'json'], {
    cwd,
    env: world.env,
    onLine: (line, child) => {
      if (line.includes('"step":"created"') && ++created === 3) child.kill('SIGINT')
    },
  })
  t.equal(stopped.code, 130)
  keepsContract(t, stopped)
  const made = await world.jobs()
  t.ok(made.length >= 3 && made.length < size, `${made.length} were made`)
  const records = (await stateOf(cwd).read()).state?.records ?? {}
  t.same(new Set(Object.values(records).map(({ id }) => id)), new Set(made.map(({ id }) => id)))
  t.equal((await cli(['reconcile'], { cwd, env: world.env })).code, 0)
  t.equal((await world.jobs()).length, size)
  t.equal(await callsOf(world, 'CreateJob'), size)
})

/** One job for each of these is what the specs ask for. */
const NIGHT = CASES.flatMap(({ kind }) => [1, 2].map((n) => ({ kind, n, name: `night-${n}` })))

for (const point of [1, 7, 13, 19]) {
  t.test(`a run that is killed (${point}) makes no job twice, and loses none`, async (t) => {
    const cwd = folder(t, {
      'jobwright.yaml': CONFIG,
      'specs/night.yaml': NIGHT.map(({ kind, name, n }) => JSON.stringify(doc(kind, name, { n }))).join('\n---\n'),
    })
    let steps = 0
    const killed = await cli(['reconcile', '--emulator', '--output', 'json'], {
      cwd,
      onLine: (line, child) => {
        if (line.includes('"type":"progress"') && ++steps === point) child.kill('SIGKILL')
      },
    })
    t.equal(killed.code, null)
    const next = await cli(['reconcile', '--emulator', '--settle', '1h', '--output', 'json'], { cwd })
    t.equal(next.code, 0)
    const world = await openWorld(t, { dir: emulatorIn(cwd) })
    const records = recordsIn(cwd)
    const jobs = await world.jobs()
    for (const { kind, name, n } of NIGHT) {
      const own = jobs
        .filter((job) => isOf(job, kind, n))
        .filter(({ startedAt, service }) => service !== 'dataexchange' || startedAt)
      t.equal(own.length, 1, `${kind}/${name} was made once`)
      t.match(records[`${kind}/${name}`], { id: own[0]?.id, stage: 'started' })
    }
  })
}

/** Whether a job was made from the n-th request of a kind, by what is unique in it. */
function isOf(job: EveryJob, kind: string, n: number): boolean {
  const marks: Readonly<Record<string, string>> = {
    IotJob: `\\"order\\":${n}}`,
    MediaPackageHarvestJob: `night/${n}.m3u8`,
    DataExchangeJob: `night-${n}.csv`,
    PinpointExportJob: `readers-${n}/`,
    ImportExportJob: `crate-${n}\\n`,
  }
  return JSON.stringify(job.request).includes(marks[kind]!)
}
