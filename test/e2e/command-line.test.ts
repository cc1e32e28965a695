import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { build, cli, type Files, folder, repository, start, write } from './process.ts'
import { aws, CONFIG, diskWith, doc, keepsContract, recordsIn } from './world.ts'

build()
t.jobs = 2

const TARGETS = `specs: [specs]
defaultTarget: prod
targets:
  prod: { region: eu-west-1, account: "111122223333" }
  depot: { region: us-east-1, roleArn: "arn:aws:iam::444455556666:role/reconcile" }
`
const thing = (account: string, region: string, name: string) => ({
  targets: [`arn:aws:iot:${region}:${account}:thing/${name}`],
  document: { operation: 'restart' },
})
const PROD = thing('111122223333', 'eu-west-1', 'night')
const DEPOT = thing('444455556666', 'us-east-1', 'gate')
const TWO: Files = {
  'jobwright.yaml': TARGETS,
  'specs/desks.yaml': doc('IotJob', 'desks', { spec: PROD }),
  'specs/gates.yaml': doc('IotJob', 'gates', { spec: DEPOT, policy: { target: 'depot' } }),
}

t.test('adopt takes a target in each of its forms, and an unknown one is no bug', async (t) => {
  const cwd = folder(t, TWO)
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.equal((await run('reconcile')).code, 0)
  for (const file of ['jobs.state.json', 'jobs.state.json.journal'])
    fs.rmSync(path.join(cwd, '.jobwright/emulator', file))
  fs.rmSync(path.join(cwd, 'specs/gates.yaml'))
  const list = await run('adopt', '--list', '--target', 'depot', '-ojson')
  t.match(list.lines[0], { type: 'adoptable', kind: 'IotJob', id: 'gates' })
  t.equal(list.lines.filter(({ type }) => type === 'adoptable').length, 1, 'and lists that target alone')
  t.match(await run('adopt', 'IotJob', 'gates', '--target', 'depot', '--yes', '--force'), { code: 0 })
  t.match(recordsIn(cwd), { 'IotJob/gates': { how: 'adopted', site: { account: '444455556666' } } })
  for (const args of [
    ['--list', '--target', 'dépot'],
    ['IotJob', 'gates', '--target', 'depto'],
  ])
    t.match(await run('adopt', ...args), {
      code: 1,
      stdout: /USAGE: there is no target d.*\n.*targets are prod, depot/,
    })
  t.match(await run('adopt', 'IotJob/desks', '--target', 'depot'), { code: 1, stdout: /takes no --target/ })
})

t.test('what another tool calls a verb is answered with ours', async (t) => {
  const cwd = folder(t, {})
  const answers: [string, RegExp][] = [
    ['apply', /jobwright reconcile$/m],
    ['up', /jobwright reconcile$/m],
    ['deploy', /jobwright reconcile$/m],
    ['run', /jobwright reconcile; .*jobwright rerun KIND\/NAME$/m],
    ['diff', /jobwright plan$/m],
    ['import', /jobwright adopt KIND\/NAME; .*jobwright adopt --list$/m],
    ['man', /jobwright --help; /],
    ['destroy', /jobwright cancel KIND\/NAME --reason TEXT; /],
    ['rm', /jobwright cancel /],
    ['ls', /jobwright status; /],
    ['show', /jobwright status; .*jobwright status KIND\/NAME$/m],
    ['refresh', /jobwright reconcile; .*jobwright status --wait$/m],
    ['Apply', /jobwright reconcile$/m],
  ]
  for (const [verb, hint] of answers) {
    const answer = await cli([verb], { cwd })
    t.match(answer, { code: 1, stdout: '', stderr: new RegExp(`^error: unknown command '${verb}'\n`) }, verb)
    t.match(answer.stderr, hint, verb)
    t.notMatch(answer.stderr, /Did you mean/, verb)
  }
  const json = await cli(['apply', '-o', 'json'], { cwd })
  t.match(json.lines, [
    { code: 'USAGE', hint: /jobwright reconcile$/ },
    { type: 'summary', exitCode: 1 },
  ])
  keepsContract(t, json)
  t.match(await cli(['--no-color', 'apply'], { cwd }), { code: 1, stderr: /jobwright reconcile$/m })
  t.match(await cli(['statsu'], { cwd }), { code: 1, stderr: /Did you mean status\?/ })
})

t.test('each way to ask for the version prints it, but -v behind a verb runs nothing', async (t) => {
  const cwd = folder(t, {})
  for (const args of [['-v'], ['-V'], ['--version'], ['version']])
    t.match(await cli(args, { cwd }), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ }, args.join())
  t.match(await cli(['plan', '-v'], { cwd }), { code: 1, stdout: '', stderr: /unknown option '-v'\n[\s\S]*--verbose/ })
})

t.test('-q says what is wrong and nothing else, before or behind the verb', async (t) => {
  const cwd = folder(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  const quiet = await cli(['-q', 'reconcile', '--emulator', '--wait'], { cwd })
  t.same([quiet.code, quiet.stdout, quiet.stderr], [0, '', ''])
  t.same((await cli(['plan', '--emulator', '--quiet'], { cwd })).stdout, '')
  t.match(
    (await cli(['status', '--emulator', '-q'], { cwd })).stdout,
    /IotJob\/lamp .*Succeeded/,
    'a question is answered',
  )
  write(cwd, { 'specs/lamp.yaml': 'kind: IotJob\n', 'specs/fails.yaml': doc('IotJob', 'bad', { spec: FAULTY }) })
  const wrong = await cli(['reconcile', '--emulator', '--wait', '-q'], { cwd })
  t.equal(wrong.code, 3)
  t.match(wrong.stdout, /^specs\/lamp.yaml:1:1: error SPEC_/)
  t.match(wrong.stdout, /exit 3: invalid specs/)
  const json = await cli(['plan', '--emulator', '-q', '-ojson'], { cwd })
  keepsContract(t, json)
  t.notMatch(json.stderr, /jobwright plan/)
  t.match(await cli(['plan', '-q', '--verbose'], { cwd }), { code: 1, stderr: /cannot be used with option/ })
})
const FAULTY = thing('123456789012', 'us-east-1', 'faulty')

t.test(
  '--verbose says what is sent, when and with which outcome; --debug also when it starts; no secret is in it',
  async (t) => {
    const world = await aws(t)
    const upload = {
      Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
      Details: {
        ImportAssetFromSignedUrl: {
          AssetName: 'readings.csv',
          DataSetId: '0123456789abcdef0123456789abcdef',
          RevisionId: 'fedcba9876543210fedcba9876543210',
        },
      },
    }
    const root = await repository(t, {
      'jobwright.yaml': `${CONFIG}env: [PINPOINT_TOKEN, DISK_PIN]\ntargets:\n  main: { region: eu-west-1, roleArn: "arn:aws:iam::123456789012:role/reconcile" }\n`,
      'specs/lamp.yaml': doc('IotJob', 'lamp', { spec: thing('123456789012', 'eu-west-1', 'lamp') }),
      'specs/disk.yaml': diskWith({ pinCode: { $env: 'DISK_PIN' } }),
      'specs/upload.yaml': doc('DataExchangeJob', 'upload', { spec: upload, policy: { upload: 'readings.csv' } }),
      'specs/readings.csv': 'lamp,hours\n',
    })
    const env = {
      ...world.env,
      AWS_SECRET_ACCESS_KEY: 'verysecretkey',
      DISK_PIN: '93751',
      AWS_SESSION_TOKEN: 'sessiontoken77',
    }
    const plain = await cli(['plan'], { cwd: root, env })
    t.equal(plain.stderr, '')
    const run = await cli(['reconcile', '--verbose', '-ojson'], { cwd: root, env })
    t.equal(run.code, 0, run.stderr)
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /m
    const host = new URL(world.url).host
    t.match(run.stderr, new RegExp(`${at.source}POST ${host}/ AssumeRole: 200 in \\d+ ms`, 'm'))
    t.match(run.stderr, new RegExp(`POST ${host}/ GetCallerIdentity: 200 in \\d+ ms \\(request [\\w-]+\\)`))
    t.match(run.stderr, new RegExp(`PUT ${host}/jobs/lamp: 200 in \\d+ ms`))
    t.match(run.stderr, new RegExp(`POST ${host}/ CreateJob: 200 in \\d+ ms`))
    t.match(run.stderr, new RegExp(`PUT ${host}/_signed/\\S+: 200 in \\d+ ms`), 'an upload by its signed link')
    t.match(run.stderr, /^creating IotJob\/lamp$/m, 'and which spec it is for')
    keepsContract(t, run)
    const debug = await cli(['--debug', 'plan', '--refresh'], { cwd: root, env })
    t.match(debug.stderr, /^jobwright \d+\.\d+\.\d+, Node v\d+\.\d+\.\d+, \w+ \w+\n/)
    t.match(debug.stderr, new RegExp(`GET ${host}/jobs/lamp\n`), 'its start')
    for (const text of [run.stderr, debug.stderr])
      t.notMatch(text, /verysecretkey|sessiontoken77|93751|AKIAFLEET|Signature|X-Amz|\?/i, 'nothing secret')

    await world.control('PUT', 'faults', [
      { service: 'iot', operation: 'DescribeJob', fault: 'throttle', times: 1 },
      { service: 'iot', operation: 'DescribeJob', fault: 'drop-response', times: 1 },
    ])
    const again = await cli(['plan', '--refresh', '--verbose', '--only', 'IotJob/lamp'], { cwd: root, env })
    t.match(again.stderr, new RegExp(`GET ${host}/jobs/lamp: 400 ThrottlingException in \\d+ ms`))
    t.match(again.stderr, new RegExp(`GET ${host}/jobs/lamp: ECONNRESET in \\d+ ms`))
  },
)

t.test('colour is what the command line, the environment and the medium ask for, in this order', async (t) => {
  const cwd = folder(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  const isColoured = async (args: string[], env: Record<string, string> = {}) =>
    /\x1b\[1m/.test((await cli(['plan', '--emulator', ...args], { cwd, env })).stdout)
  const cases: [boolean, string[], Record<string, string>?][] = [
    [false, []],
    [true, ['--color']],
    [true, [], { FORCE_COLOR: '1' }],
    [true, [], { FORCE_COLOR: '' }],
    [false, [], { FORCE_COLOR: '0' }],
    [true, [], { FORCE_COLOR: '1', NO_COLOR: '1' }],
    [false, ['--no-color'], { FORCE_COLOR: '1' }],
    [true, ['--color'], { NO_COLOR: '1' }],
    [true, [], { GITHUB_ACTIONS: 'true' }],
    [true, [], { GITHUB_ACTIONS: 'true', TERM: 'dumb' }],
    [false, [], { GITHUB_ACTIONS: 'true', NO_COLOR: '1' }],
    [false, ['--no-color'], { GITHUB_ACTIONS: 'true' }],
  ]
  for (const [expected, args, env] of cases) t.equal(await isColoured(args, env), expected, JSON.stringify([args, env]))
  const json = await cli(['plan', '--emulator', '-ojson', '--color'], { cwd })
  keepsContract(t, json)
})

t.test('status shows the specs that have no job yet, and where each goes', async (t) => {
  const cwd = folder(t, {
    ...TWO,
    'specs/held.yaml': doc('IotJob', 'held', { spec: PROD, policy: { hold: true } }),
    'specs/later.yaml': doc('IotJob', 'later', { spec: PROD, policy: { dependsOn: ['IotJob/desks'] } }),
    'specs/bad.yaml': doc('IotJob', 'bad', { spec: { targets: 'none' } }),
  })
  const before = await cli(['status'], { cwd })
  t.equal(before.code, 0)
  t.notMatch(before.stdout, /No jobs are on record/)
  t.match(before.stdout, /target prod\n[\s\S]*IotJob\/desks +- +- +new /)
  t.match(before.stdout, /target depot\n +IotJob\/gates +- +- +new /)
  t.match(before.stdout, /hint: no state is stored, so what ran before is not known; .*jobwright plan --offline/)
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.equal((await run('reconcile', '--only', 'IotJob/gates')).code, 3)
  const all = await run('status')
  t.match(all.stdout, /target depot\n +IotJob\/gates +1 +gates +InProgress/)
  t.match(all.stdout, /IotJob\/held +- +- +held .*\n +policy.hold is true\n/)
  t.match(all.stdout, /IotJob\/later +- +- +waiting .*\n +waits for IotJob\/desks/)
  t.match(all.stdout, /IotJob\/bad +- +- +blocked .*\n +its spec has errors: SPEC_MISSING_MEMBER/)
  t.match(all.stdout, /\n1 job: 1 in progress\. 4 specs without a job yet: /)
  const held = await run('status', 'IotJob/held')
  t.equal(
    held.stdout,
    'IotJob/held\n  condition  held\n  why        policy.hold is true\n  run        1\n  target     prod\n  spec       specs/held.yaml:1\n',
  )
  t.match(
    (await run('status', 'IotJob/bad')).stdout,
    /condition +blocked\n[\s\S]*hint: see its errors: jobwright validate/,
  )
  t.match(
    (await run('status', 'IotJob/gates')).stdout,
    / {2}target +depot\n {2}where +us-east-1, 444455556666, emulator\n/,
  )
  const json = await run('status', '--target', 'prod', '-ojson')
  keepsContract(t, json)
  t.same(json.lines.map(({ type, address, action }) => [type, address, action]).slice(0, -1), [
    ['planned', 'IotJob/desks', 'create'],
    ['planned', 'IotJob/held', 'held'],
    ['planned', 'IotJob/later', 'waiting'],
    ['planned', 'IotJob/bad', 'blocked'],
  ])
  t.match((await run('status', 'IotJob/gates', '-ojson')).lines[0], { type: 'job', target: 'depot' })
  t.equal((await cli(['status'], { cwd: folder(t, {}) })).stdout, 'No jobs are on record.\n')
})

t.test('when all spec files are gone, a plan and a run say that and nothing that contradicts it', async (t) => {
  const cwd = folder(t, { 'jobwright.yaml': CONFIG, 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.equal((await run('reconcile', '--wait')).code, 0)
  fs.rmSync(path.join(cwd, 'specs/lamp.yaml'))
  for (const verb of ['plan', 'reconcile']) {
    const answer = await run(verb)
    t.match(answer, { code: 3, stdout: /error SPEC_NO_FILES[\s\S]*write specs: \[\]/ })
    t.match(answer.stdout, /Nothing was planned: no spec file was found\. The job on record is left as it is\.\n/)
    t.notMatch(answer.stdout, /Nothing to do|settled/)
  }
  fs.rmdirSync(path.join(cwd, 'specs'))
  t.notMatch((await run('plan')).stdout, /Nothing to do/, 'also without the folder')
  write(cwd, { 'jobwright.yaml': CONFIG.replace('[specs]', '[]') })
  const meant = await run('plan')
  t.match(meant, { code: 0, stdout: /forget +IotJob\/lamp/ })
  t.notMatch(meant.stdout, /SPEC_NO_FILES|Nothing/)
})

t.test('runs of single targets that start at once wait for each other', async (t) => {
  const cwd = folder(t, TWO)
  const runs = await Promise.all(
    ['prod', 'depot'].map((target) => start(['reconcile', '--emulator', '--wait', '--target', target], { cwd })),
  )
  t.same(
    runs.map(({ code }) => code),
    [0, 0],
    runs.map(({ stdout }) => stdout).join('\n'),
  )
  t.match(recordsIn(cwd), {
    'IotJob/desks': { site: { account: '111122223333', region: 'eu-west-1' } },
    'IotJob/gates': { site: { account: '444455556666', region: 'us-east-1' } },
  })
})

t.test('--lock-timeout bounds the wait for a run that holds the state; without it a run ends at once', async (t) => {
  const world = await aws(t)
  const root = await repository(t, { 'jobwright.yaml': CONFIG, 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  const { env } = world
  let second: ReturnType<typeof cli> | undefined
  const first = start(['reconcile', '--wait', '-ojson'], {
    cwd: root,
    env,
    onLine: (line) => {
      if (line.includes('"created"')) second = held()
    },
  })
  const held = async () => {
    const none = await cli(['reconcile'], { cwd: root, env })
    t.match(none, { code: 8, stdout: /STATE_LOCKED/ })
    const short = await cli(['cancel', 'IotJob/lamp', '--reason', 'x', '--lock-timeout', '1s'], { cwd: root, env })
    t.match(short, { code: 8, stdout: /^waiting for another run: .* is held by pid \d+ [\s\S]*STATE_LOCKED/ })
    // The first run ends only once this one waits.
    return start(['reconcile', '--lock-timeout', '5m', '-ojson'], {
      cwd: root,
      env,
      onErrorLine: (line) => {
        if (line.startsWith('waiting for another run')) void world.advance(24 * 60)
      },
    })
  }
  t.equal((await first).code, 0)
  const waited = await second!
  t.equal(waited.code, 0)
  keepsContract(t, waited)
  t.match(waited.stderr, /^waiting for another run: .* is held by pid/)
})

t.test('the emulator plays the account of each target, and one with older jobs goes on where they are', async (t) => {
  const cwd = folder(t, TWO)
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.equal((await run('reconcile')).code, 0)
  t.match(recordsIn(cwd), {
    'IotJob/desks': { site: { account: '111122223333' }, arn: 'arn:aws:iot:eu-west-1:111122223333:job/desks' },
    'IotJob/gates': { site: { account: '444455556666' } },
  })
  const old = folder(t, {
    'jobwright.yaml': 'specs: [specs]\n',
    'specs/desks.yaml': doc('IotJob', 'desks', { spec: PROD }),
  })
  write(old, { 'jobwright.yaml': TARGETS.replace(/, account: "\d+"/, '') })
  t.equal((await cli(['reconcile', '--emulator'], { cwd: old })).code, 0)
  write(old, { 'jobwright.yaml': TARGETS })
  const later = await cli(['reconcile', '--emulator', '--wait'], { cwd: old })
  t.equal(later.code, 0, later.stdout)
  t.match(recordsIn(old), { 'IotJob/desks': { site: { account: '123456789012' }, condition: { type: 'Succeeded' } } })
})

t.test('a port that is taken, or a file in place of a folder, is no bug', async (t) => {
  const world = await aws(t)
  const cwd = folder(t, { file: '', '.jobwright': '' })
  for (const args of [
    ['emulator', '--dir', 'file'],
    ['emulator', '--dir', 'file/below'],
    ['emulator', 'advance', '1d'],
    ...['plan', 'status', 'reconcile'].map((verb) => [verb, '--emulator']),
  ])
    t.match(await cli(args, { cwd }), { code: 4, stdout: /^error FILE_WRITE: / }, args.join(' '))
  const { port } = new URL(world.url)
  const taken = await cli(['emulator', '--port', port], { cwd })
  t.match(taken, { code: 1, stdout: /EMULATOR_OPTION: port \d+ of 127\.0\.0\.1 is in use\n.*choose another --port/ })
  const large = await cli(['emulator', '--port', '99999'], { cwd })
  t.match(large, { code: 1, stdout: /EMULATOR_OPTION: port must be from 0 to 65535/ })
})

t.test("a harvest of tomorrow is rehearsed: the emulator's clock starts today and is moved on", async (t) => {
  const tomorrow = (hour: string) => `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T${hour}:00:00Z`
  const spec = {
    OriginEndpointId: 'live',
    StartTime: tomorrow('19'),
    EndTime: tomorrow('22'),
    S3Destination: { BucketName: 'vod', ManifestKey: 'cup.m3u8', RoleArn: 'arn:aws:iam::123456789012:role/harvest' },
  }
  const cwd = folder(t, { 'specs/cup.yaml': doc('MediaPackageHarvestJob', 'cup', { spec }) })
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.match((await run('reconcile', '--start-at', 'now')).stdout, /waiting +MediaPackageHarvestJob\/cup/)
  const moved = await cli(['emulator', 'advance', '2d'], { cwd })
  t.match(moved, { code: 0, stdout: /^the emulator's clock is at \d{4}-\d\d-\d\d \d\d:\d\d UTC, was at .* UTC\n$/ })
  t.equal((await run('reconcile', '--wait')).code, 0)
  t.match(recordsIn(cwd), { 'MediaPackageHarvestJob/cup': { condition: { type: 'Succeeded' } } })
})

t.test('the clock of the local emulator is moved on for whoever uses it, and never backwards', async (t) => {
  const cwd = folder(t, { 'specs/lamp.yaml': doc('IotJob', 'lamp') })
  const now = async () => /is at (.*) UTC,/.exec((await cli(['emulator', 'advance', '0s'], { cwd })).stdout)?.[1] ?? ''
  t.match(await now(), /^2026-11-15 09:/)
  t.match(await cli(['emulator', 'advance', '3d'], { cwd }), {
    stdout: /is at 2026-11-18 09:.*, was at 2026-11-15 09:/,
  })
  t.equal((await cli(['plan', '--emulator', '--start-at', '2026-01-01T00:00:00Z'], { cwd })).code, 0)
  t.match(await now(), /^2026-11-18 09:/, 'an earlier start changes nothing')
  t.equal((await cli(['plan', '--emulator', '--start-at', '2031-01-01T00:00:00Z'], { cwd })).code, 0)
  t.match(await now(), /^2031-01-01 00:/)
  for (const [args, said] of [
    [['emulator', 'advance'], /missing required argument 'duration'\n+see: jobwright emulator advance --help/],
    [['emulator', 'advance', 'tomorrow'], /number with a unit/],
    [['emulator', 'advance', '-3d'], /unknown option '-3d'/],
    [['emulator', 'advance', '99999d'], /EMULATOR_OPTION: the emulator's clock cannot advance that far/],
    [['plan', '--start-at', 'now'], /USAGE: --start-at sets the emulator's clock[\s\S]*add --emulator/],
    [['plan', '--emulator', '--start-at', 'noon'], /or now or today/],
  ] as const) {
    const answer = await cli([...args], { cwd })
    t.equal(answer.code, 1, args.join(' '))
    t.match(answer.stdout + answer.stderr, said)
  }
})
