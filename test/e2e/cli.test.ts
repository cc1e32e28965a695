import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { IN_WORKFLOW, ON_EMULATOR } from '../../src/report/remedies.ts'
import { build, cli, folder, repository, stateOf, write } from './process.ts'
import { aws, CONFIG, doc, harmless, keepsContract, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

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
  const two = await cli(['plan', 'IotJob/lamp-17', 'IotJob/gate'], { cwd })
  t.match(two, { code: 1, stderr: /\nhint: write --only IotJob\/lamp-17 --only IotJob\/gate\n$/ })
  const both = await cli(['plan', 'IotJob/lamp-17', '--only', 'IotJob/gate'], { cwd })
  t.match(both, { code: 1, stdout: /USAGE: plan IotJob\/lamp-17 selects one spec.*write --only IotJob\/lamp-17/s })
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
  const damaged = {
    type: 'diagnostic',
    code: 'EMULATOR_LOG_DAMAGED',
    message: /aws\/jobs\.log:1:1 is not JSON: unexpected token torn$/,
  }
  const plan = await cli(['plan', '--emulator', '-ojson'], { cwd })
  t.match(plan, { code: 8, lines: [{ ...damaged, hint: /^remove \.jobwright\/emulator:/ }, { exitCode: 8 }] })
  const served = await cli(['emulator', '--dir', '.jobwright/emulator/aws'], { cwd })
  t.match(served, {
    code: 8,
    stdout: /EMULATOR_LOG_DAMAGED.*\n {2}hint: restore the file, or remove the folder of --dir/,
  })
})

t.test('a command as one text is split, and a mistake in it is reported like any other', async (t) => {
  const cwd = folder(t, { 'specs/one.yaml': doc('IotJob', 'one') })
  const given = (text: string) => cli(['__line', text], { cwd })
  const [plan, open, json] = await Promise.all([
    given('plan --emulator "--only" "IotJob/one"'),
    given('status "'),
    given('plan --nope --output=json'),
  ])
  t.match(plan, { code: 0, stdout: /create +IotJob\/one/ })
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

t.test('8: a damaged state is reported once, with its own way out, and never as an empty one', async (t) => {
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
  t.equal((await cli(['status'], { cwd: folder(t, {}) })).stdout, 'No jobs are on record.\n')
  const status = async (...more: string[]) => (await cli(['status', ...more], { cwd })).stdout
  const none = await status()
  t.match(none, /IotJob\/lamp-17 .* new /)
  t.notMatch(none, /hint: 1 job/)
  t.equal((await cli(['reconcile', '--emulator'], { cwd })).code, 0)
  const hint = 'hint: 1 job on record of the emulator: jobwright status --emulator\n'
  t.equal(await status(), none + hint)
  t.notMatch(await status('--emulator'), /hint/)
  const json = await cli(['status', '--output=json'], { cwd })
  keepsContract(t, json)
  t.match(json.stderr, hint)
  write(cwd, { 'jobs.state.json': '{"apiVersion":' })
  t.notMatch(await status(), /hint: 1 job/, 'a state that cannot be read is not an empty one')
})
