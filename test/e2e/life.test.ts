import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../src/model/json.ts'
import { CASES } from '../conformance/cases.ts'
import { openWorld } from '../emulator/setup.ts'
import { build, cli, commit, type Files, folder, repository, start, write } from './process.ts'
import { recordsIn } from './world.ts'

build()
t.jobs = 2

const requestOf = (kind: string): JsonObject => CASES.find((one) => one.kind === kind)!.request(1)
const doc = (kind: string, name: string, policy?: object, spec = requestOf(kind)) => ({
  apiVersion: 'jobwright/v1',
  kind,
  metadata: { name },
  policy,
  spec,
})

const RESTART = `# kiosks that hang
apiVersion: jobwright/v1
kind: IotJob
metadata: { name: restart }
policy:
  run: 1   # raised whenever they hang again
spec:
  targets: ["arn:aws:iot:eu-west-1:123456789012:thing/kiosk-7"]
  document: { operation: restart }
`

/** `rerun` of a job that the emulator ran, as if AWS had: it reads the state alone. */
function rerunOnRecord(cwd: string, address: string) {
  fs.copyFileSync(path.join(cwd, '.jobwright/emulator/jobs.state.json'), path.join(cwd, 'jobs.state.json'))
  return cli(['rerun', address], { cwd })
}

t.test('rerun --emulator rehearses: the job runs again there, and the spec stays as it is committed', async (t) => {
  const cwd = folder(t, { 'specs/restart.yaml': RESTART })
  const file = path.join(cwd, 'specs/restart.yaml')
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.equal((await run('reconcile', '--wait')).code, 0)
  const rehearsed = await run('rerun', 'IotJob/restart')
  t.equal(rehearsed.code, 0)
  t.equal(
    rehearsed.stdout,
    `run 2 of IotJob/restart is due on the emulator; specs/restart.yaml is unchanged
next:
  jobwright reconcile --emulator
to run it again on AWS:
  jobwright rerun IotJob/restart
`,
  )
  t.equal(fs.readFileSync(file, 'utf8'), RESTART)
  t.match((await run('plan', '--offline')).stdout, /create +IotJob\/restart +policy.run was raised from 1 to 2/)
  t.match((await run('rerun', 'IotJob/restart')).stdout, /RUN_PENDING: run 2 of/)
  t.equal((await run('reconcile', '--wait')).code, 0)
  t.match(recordsIn(cwd), { 'IotJob/restart': { run: 2, id: 'restart-r2', history: [{ run: 1 }] } })
  t.notMatch((await run('plan')).stdout, /PLAN_LOWER_RUN/, 'and it stays the run of the emulator')
  t.equal(
    (await cli(['plan', '--offline', '-ojson'], { cwd })).lines[1]?.['reason'],
    'new spec',
    'AWS knows nothing of it',
  )

  write(cwd, { '.jobwright/emulator/runs.json': '{"IotJob/restart": 2' })
  t.match((await run('plan')).stdout, /EMULATOR_LOG_DAMAGED: .jobwright\/emulator\/runs.json:1:\d+ is not JSON/)
})

t.test('an address of before is answered with the name that its spec has now', async (t) => {
  const cwd = folder(t, { 'specs/restart.yaml': RESTART })
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.equal((await run('reconcile')).code, 0)
  const renamed = RESTART.replace('name: restart', 'name: reboot')
  write(cwd, { 'specs/restart.yaml': renamed })
  t.match(
    (await run('rerun', 'IotJob/restart')).stdout,
    /IotJob\/restart is on record, but its spec was removed\n.*IotJob\/reboot asks for the same/,
  )
  write(cwd, { 'specs/restart.yaml': renamed.replace('name: reboot', 'name: reboot, formerly: restart') })
  const now = /USAGE: the spec IotJob\/restart is called IotJob\/reboot now.*\n {2}hint: name IotJob\/reboot\n/
  t.match(await run('rerun', 'IotJob/restart'), { code: 1, stdout: now })
  // Its record has the old name until the next run: a decision about it is carried out.
  t.match(await run('cancel', 'IotJob/restart', '--reason', 'wrong night'), {
    code: 0,
    stdout: /cancelled IotJob\/restart|IotJob\/restart: its job has already ended/,
  })
  t.equal((await run('reconcile')).code, 0)
  t.match(recordsIn(cwd), { 'IotJob/reboot': { run: 1, id: 'restart' } })
  for (const args of [
    ['rerun', 'IotJob/restart'],
    ['status', 'IotJob/restart'],
    ['adopt', 'IotJob/restart'],
    ['cancel', 'IotJob/restart', '--reason', 'again'],
    ['resolve', 'IotJob/restart', '--not-created'],
    ['acknowledge', 'IotJob/restart'],
    ['plan', '--only', 'IotJob/restart'],
    ['baseline', '--only', 'IotJob/restart'],
  ])
    t.match(await run(...args), { code: 1, stdout: now }, args.join(' '))
})

t.test('rerun raises the run in the file, reconcile submits it, and status shows both runs', async (t) => {
  const cwd = folder(t, {
    'specs/kiosks.yaml': `${RESTART}---\n${RESTART.replace('restart }\npolicy', 'other }\npolicy')}`,
  })
  const file = path.join(cwd, 'specs/kiosks.yaml')
  fs.chmodSync(file, 0o640)
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  const rerun = () => rerunOnRecord(cwd, 'IotJob/restart')
  const early = await run('rerun', 'IotJob/restart')
  t.equal(early.code, 6)
  t.match(early.stdout, /RUN_PENDING: run 1 of IotJob\/restart was not submitted yet/)
  t.equal((await run('reconcile', '--wait')).code, 0)
  const before = fs.readFileSync(file, 'utf8')
  const raised = await rerun()
  t.equal(raised.code, 0)
  t.equal(
    raised.stdout,
    `specs/kiosks.yaml:6: policy.run of IotJob/restart is 2 now, was 1
next:
  git commit -m 'Run IotJob/restart again' -- specs/kiosks.yaml
  jobwright reconcile
`,
  )
  t.equal(fs.readFileSync(file, 'utf8'), before.replace('run: 1 ', 'run: 2 '), 'comments and layout stay')
  t.equal(fs.statSync(file).mode & 0o777, 0o640)
  t.same(fs.readdirSync(path.dirname(file)), ['kiosks.yaml'], 'nothing is left beside it')
  t.equal((await rerun()).code, 6, 'once for each run')
  t.equal((await run('reconcile')).code, 0)
  const second = fs.readFileSync(file, 'utf8')
  t.match(
    (await rerun()).stdout,
    /RUN_NOT_OVER: run 2 of IotJob\/restart is not terminal \(.*\): both will run, and run 2 is no longer followed\n/,
  )
  fs.writeFileSync(file, second)
  const followed = await run('status', 'IotJob/restart', '--wait', '--output', 'json')
  t.equal(followed.code, 0)
  t.match(followed.lines.at(-2), {
    type: 'job',
    address: 'IotJob/restart',
    run: 2,
    id: 'restart-r2',
    condition: 'Succeeded',
    site: { account: '123456789012', region: 'us-east-1' },
    counts: { succeeded: 1 },
    history: [{ run: 1, id: 'restart', condition: 'Succeeded' }],
  })
  const shown = await run('status', 'IotJob/restart')
  t.match(
    shown.stdout,
    /^IotJob\/restart\n {2}condition {2}Succeeded\n[\s\S]*document.operation: "restart"[\s\S]*run 1: Succeeded, id restart, finished/,
  )
  const all = await run('status')
  t.match(all.stdout, /IotJob\/restart .*\n.*IotJob\/other /)
})

t.test('rerun leaves alone what it cannot edit safely', async (t) => {
  const anchored = RESTART.replace('policy:\n  run: 1 ', 'x: 1\npolicy:\n  run: 1 ').replace('x: 1\n', '')
  const cwd = folder(t, {
    'elsewhere/restart.yaml': anchored,
    'specs/alias.yaml': RESTART.replace('restart }\npolicy', 'alias }\npolicy')
      .replace('run: 1', 'run: &n 1')
      .replace('kiosk-7"]', 'kiosk-7"]\n  timeoutConfig: { inProgressTimeoutInMinutes: *n }'),
  })
  fs.symlinkSync('../elsewhere/restart.yaml', path.join(cwd, 'specs/restart.yaml'))
  const run = (...args: string[]) => cli([...args, '--emulator'], { cwd })
  t.equal((await run('reconcile', '--wait')).code, 0)
  const linked = await rerunOnRecord(cwd, 'IotJob/restart')
  t.equal(linked.code, 1)
  t.match(
    linked.stdout,
    /RUN_UNEDITABLE: specs\/restart.yaml was not changed: it is reached by a link\n.*write policy.run: 2 by hand/,
  )
  t.ok(fs.lstatSync(path.join(cwd, 'specs/restart.yaml')).isSymbolicLink())
  t.equal(fs.readFileSync(path.join(cwd, 'elsewhere/restart.yaml'), 'utf8'), anchored)
  const aliased = await rerunOnRecord(cwd, 'IotJob/alias')
  t.match(aliased.stdout, /RUN_UNEDITABLE.*alias/)
  t.match(
    (await run('rerun', 'IotJob/restrat')).stdout,
    /there is no spec IotJob\/restrat\n.*did you mean IotJob\/restart\?/,
  )
})

const thing = (account: string, region: string): JsonObject => ({
  targets: [`arn:aws:iot:${region}:${account}:thing/night`],
  document: { operation: 'restart' },
})
const DESKS = thing('111122223333', 'eu-west-1')
const GATES = thing('444455556666', 'us-east-1')

const PROFILES = '[studio]\naws_access_key_id = AKIASTUDIO111122223333\naws_secret_access_key = secret\n'

/** Two accounts on one emulator: one by the key of a profile, one by a role that the environment's key may assume. */
async function twoAccounts(t: Test, more: Files = {}) {
  const world = await openWorld(t, { startAt: new Date().toISOString() })
  const cwd = await repository(t, {
    'jobwright.yaml': `specs: [specs]
defaultTarget: studio
targets:
  studio: { region: eu-west-1, profile: studio, account: "111122223333" }
  depot: { region: us-east-1, roleArn: "arn:aws:iam::444455556666:role/reconcile", account: "444455556666" }
`,
    'specs/studio.yaml': doc('IotJob', 'desks', undefined, DESKS),
    'specs/depot.yaml': doc('IotJob', 'gates', { target: 'depot' }, GATES),
    ...more,
  })
  const profiles = path.join(cwd, '.git', 'credentials')
  fs.writeFileSync(profiles, PROFILES)
  const env = {
    AWS_ENDPOINT_URL: world.url,
    AWS_ACCESS_KEY_ID: 'AKIABASE777788889999',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SHARED_CREDENTIALS_FILE: profiles,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  return { world, cwd, env, run: (...args: string[]) => cli(args, { cwd, env }) }
}

t.test(
  'one repository reaches two accounts and regions, by profile and by role, and one alone with --target',
  async (t) => {
    const { world, cwd, run } = await twoAccounts(t)
    const places = async () => (await world.jobs()).map(({ id, account, region }) => [id, account, region].join(' '))
    const planned = await run('plan')
    t.equal(planned.code, 0)
    t.match(planned.stdout, /eu-west-1\/111122223333, us-east-1\/444455556666/)
    t.match(planned.stdout, /2 to create/)
    const slip = await run('plan', '--target', 'depto')
    t.equal(slip.code, 1)
    t.match(slip.stdout, /there is no target depto\n.*did you mean depot\?/)
    const depot = await run('reconcile', '--target', 'depot')
    t.equal(depot.code, 0)
    t.same(await places(), ['gates 444455556666 us-east-1'])
    t.equal((await run('reconcile')).code, 0)
    t.same((await places()).sort(), ['desks 111122223333 eu-west-1', 'gates 444455556666 us-east-1'])
    const gaveUp = await run('status', '--wait', '--timeout', '100ms')
    t.equal(gaveUp.code, 9)
    t.match(
      gaveUp.stdout,
      /RUN_TIMEOUT: the timeout expired with 2 jobs not settled: IotJob\/gates \(.*\), IotJob\/desks \(.*\); nothing has changed since/,
    )
    t.equal((await world.jobs()).length, 2)
    t.notMatch((await run('status', '--target', 'studio')).stdout, /gates/)
    const moved = await run('plan', '--target', 'studio', '--target', 'depot', '--output', 'json')
    t.same(
      moved.lines.filter(({ type }) => type === 'planned').map(({ address, action }) => [address, action]),
      [
        ['IotJob/gates', 'keep'],
        ['IotJob/desks', 'keep'],
      ],
    )
    write(cwd, { 'specs/depot.yaml': doc('IotJob', 'gates', { target: 'studio' }, DESKS) })
    commit(cwd)
    t.match((await run('plan')).stdout, /conflict +IotJob\/gates/, 'a job that was made in one account stays there')
  },
)

t.test('4: an account that is not the expected one is refused before anything is sent', async (t) => {
  const { world, cwd, env } = await twoAccounts(t)
  const config = fs.readFileSync(path.join(cwd, 'jobwright.yaml'), 'utf8')
  const refused = async (said: RegExp): Promise<void> => {
    // The SDK reads the file of profiles once in a process.
    const ended = await start(['reconcile'], { cwd, env })
    t.equal(ended.code, 4, ended.stdout)
    t.match(ended.stdout, said)
  }
  for (const [from, to, said] of [
    ['role/reconcile', 'role/denied', /"depot".*sts:AssumeRole/s],
    ['profile: studio', 'profile: studoi', /AWS_NO_CREDENTIALS.*"studio" \(profile "studoi"\)/],
  ] as const) {
    write(cwd, { 'jobwright.yaml': config.replace(from, to) })
    commit(cwd)
    await refused(said)
  }
  write(cwd, { 'jobwright.yaml': config, '.git/credentials': PROFILES.replace('111122223333', '999900001111') })
  commit(cwd)
  await refused(/AWS_WRONG_ACCOUNT.*"studio" is account 111122223333, but these credentials belong to 999900001111/)
  t.same(await world.jobs(), [], 'not in the other account either')
})
