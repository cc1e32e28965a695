import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { State } from '../../src/model/state.ts'
import { build, cli, commit, folder, git, start, write } from './process.ts'
import { aws, doc, tells } from './world.ts'

build()
// The children do the work: as many tests as there are processors may wait for theirs.
t.jobs = 2

const BUCKET = 'fleet-state'
const KEY = 'jobs/jobs.state.json'

type Objects = Record<string, { objects: Record<string, string> }>

/** A repository with a job, an emulator with a bucket, and the program between them. */
async function openProject(t: Test, bucket: object = { region: 'us-east-1', isVersioned: true }) {
  const world = await aws(t)
  world.ask('PUT', 'buckets', { [BUCKET]: bucket })
  const cwd = folder(t, {})
  git(cwd, 'init', '--quiet')
  /** Puts lamps in place of the example, and commits. */
  const addLamps = (count: number): void => {
    fs.rmSync(path.join(cwd, 'specs/kiosks.yaml'), { force: true })
    for (let n = 1; n <= count; n++) write(cwd, { [`specs/lamp-${n}.yaml`]: doc('IotJob', `lamp-${n}`, { n }) })
    commit(cwd)
  }
  const clone = (): string => {
    const other = path.join(folder(t, {}), 'clone')
    git(cwd, 'clone', '--quiet', cwd, other)
    return other
  }
  const run = (args: readonly string[], at = cwd, env = {}) =>
    cli(args, { cwd: at, env: { ...world.env, AWS_REGION: 'us-east-1', ...env } })
  const stored = () => JSON.parse((world.ask('GET', 'buckets') as Objects)[BUCKET]!.objects[KEY]!) as State
  return { world, cwd, run, stored, addLamps, clone }
}

const INIT = ['init', '--store', 's3', '--bucket', BUCKET, '--key', KEY]

t.test('init stores the state in a bucket and prints its policies, and two clones share it', async (t) => {
  const { world, cwd, run, stored, addLamps, clone: copy } = await openProject(t)
  const begun = await run(INIT)
  t.equal(begun.code, 0, begun.stderr)
  t.notMatch(begun.stderr, /warning/)
  t.match(begun.stdout, /stored {2}an empty state +s3:\/\/fleet-state\/jobs\/jobs\.state\.json/)
  const policies = begun.stdout.split('\n').flatMap((line) => (line.startsWith('  {') ? [JSON.parse(line)] : []))
  t.match(policies, [
    {
      Statement: [
        { Action: ['s3:GetObject', 's3:PutObject'], Resource: [`arn:aws:s3:::${BUCKET}/${KEY}`, /\.probe$/] },
        { Action: 's3:ListBucket', Resource: `arn:aws:s3:::${BUCKET}` },
      ],
    },
    {
      Statement: [
        {
          Effect: 'Deny',
          Condition: {
            Null: { 's3:if-match': 'true', 's3:if-none-match': 'true' },
            Bool: { 's3:ObjectCreationOperation': 'true' },
          },
        },
      ],
    },
  ])
  t.match(
    fs.readFileSync(path.join(cwd, 'jobwright.yaml'), 'utf8'),
    /store: s3\n {2}bucket: fleet-state\n {2}key: jobs/,
  )
  t.match(await run(INIT), { code: 0, stdout: /kept {4}the state/ }, 'a second run keeps it')
  addLamps(1)
  const clone = copy()
  const made = await run(['reconcile', '--output', 'json'])
  t.equal(made.code, 0, made.stderr)
  t.match(stored(), { writeId: /./, records: { 'IotJob/lamp-1': { stage: 'started' } } })
  const again = await run(['reconcile', '--output', 'json'], clone)
  t.equal(again.code, 0, again.stderr)
  t.equal((await world.jobs()).length, 1, 'the clone knows of the job')
  t.equal((await run(['plan'], clone)).code, 0)
  t.match(await run(['status', '--output', 'json'], clone), { code: 0 })
})

t.test('of two reconcilers at once, each job is made once, whatever answers are lost', async (t) => {
  const { world, cwd, run, addLamps, clone: copy } = await openProject(t)
  await run(INIT)
  addLamps(4)
  const clone = copy()
  world.ask('PUT', 'faults', [{ service: 's3', operation: 'PutObject', fault: 'drop-response', times: 3 }])
  const both = await Promise.all([run(['reconcile'], cwd), run(['reconcile'], clone)])
  t.ok(
    both.every(({ code }) => code === 0 || code === 8),
    both.map(({ stderr }) => stderr).join(),
  )
  t.ok(both.some(({ code }) => code === 0))
  t.equal((await run(['reconcile'], clone)).code, 0)
  t.equal((await world.jobs()).length, 4)
})

t.test('init refuses a store that ignores conditions, and no state is begun there', async (t) => {
  const { world, run } = await openProject(t)
  world.ask('PUT', 'faults', [{ service: 's3', operation: 'PutObject', fault: 'ignore-condition' }])
  const refused = await run([...INIT, '--output', 'json'])
  t.equal(refused.code, 4)
  tells(t, refused, { type: 'diagnostic', code: 'STATE_BUCKET_UNSAFE', severity: 'error' })
  t.notOk(KEY in (world.ask('GET', 'buckets') as Objects)[BUCKET]!.objects)
})

t.test('init warns of a bucket without versions, and asks for no right to find that out', async (t) => {
  const { world, run } = await openProject(t, { region: 'us-east-1' })
  const begun = await run([...INIT, '--output', 'json'])
  t.equal(begun.code, 0)
  tells(t, begun, { type: 'diagnostic', code: 'STATE_UNVERSIONED', severity: 'warning' })
  const calls = (world.ask('GET', 'calls') as { service: string; operation: string }[]).filter(
    ({ service }) => service === 's3',
  )
  t.same([...new Set(calls.map(({ operation }) => operation))].sort(), ['GetObject', 'PutObject'])
})

t.test(
  'a bucket in another region, a denied write and expired credentials stop a run before its first job',
  async (t) => {
    const { world, run, addLamps } = await openProject(t)
    await run(INIT)
    addLamps(1)
    const cases = [
      ['STATE_BUCKET_CREDENTIALS', { service: 's3', fault: 'expire' }],
      ['STATE_BUCKET_DENIED', { service: 's3', operation: 'PutObject', fault: 'deny' }],
      ['STATE_BUCKET_DENIED', { service: 's3', operation: 'GetObject', fault: 'deny' }],
    ] as const
    for (const [code, rule] of cases) {
      world.ask('PUT', 'faults', [rule])
      const ran = await run(['reconcile', '--output', 'json'])
      t.equal(ran.code, 4, `${code}: ${ran.stderr}`)
      tells(t, ran, { type: 'diagnostic', code })
    }
    world.ask('PUT', 'faults', [])
    world.ask('POST', 'reset')
    world.ask('PUT', 'buckets', { [BUCKET]: { region: 'us-west-2' } })
    const moved = await run(['reconcile', '--output', 'json'])
    t.equal(moved.code, 4)
    tells(t, moved, { type: 'diagnostic', code: 'STATE_BUCKET_REGION' })
    t.equal((await world.jobs()).length, 0)
  },
)

for (const [fault, code, words] of [
  ['conflict', 'STATE_BUCKET_CONFLICT', /another request for it was under way: S3 answered 409/],
  ['throttle', 'STATE_BUCKET_SLOW', /S3 asks to slow down: SlowDown/],
] as const)
  t.test(`a bucket that answers each write with a ${fault} stops a run before and after its creates`, async (t) => {
    const { world, cwd, run, stored, addLamps } = await openProject(t)
    await run(INIT)
    addLamps(2)
    const strike = { service: 's3', operation: 'PutObject', fault }
    const refused = { type: 'diagnostic', code, message: words, hint: /run the command again.*nothing is lost/ }
    world.ask('PUT', 'faults', [strike])
    const before = await run(['reconcile', '--output', 'json'])
    t.equal(before.code, 4, before.stdout)
    t.match(
      before.lines.find((line) => line['code'] === code),
      refused,
    )
    t.equal((await world.jobs()).length, 0, 'no intent was stored, so nothing was sent')
    // Both creates are on their way when the bucket begins to refuse.
    world.ask('PUT', 'faults', [{ service: 'iot', operation: 'CreateJob', fault: 'late', seconds: 60 }])
    const env = { ...world.env, AWS_REGION: 'us-east-1' }
    const going = start(['reconcile', '--output', 'json'], { cwd, env })
    while (Object.keys(stored().records).length < 2) await new Promise((resolve) => setTimeout(resolve, 50))
    world.ask('PUT', 'faults', [strike])
    world.ask('POST', 'advance', { seconds: 61 })
    const after = await going
    t.equal(after.code, 4, after.stdout)
    t.match(
      after.lines.find((line) => line['code'] === code),
      refused,
    )
    t.match(stored().records, { 'IotJob/lamp-1': { stage: 'intent' }, 'IotJob/lamp-2': { stage: 'intent' } })
    world.ask('PUT', 'faults', [])
    t.equal((await run(['reconcile'])).code, 0, 'the journal has what was sent')
    t.match(stored().records, { 'IotJob/lamp-1': { stage: 'started' }, 'IotJob/lamp-2': { stage: 'started' } })
    t.equal((await world.jobs()).length, 2)
  })

t.test('jobwright.yaml and the command line name a whole object, or are refused', async (t) => {
  const { cwd, run } = await openProject(t)
  for (const args of [
    ['init', '--store', 's3'],
    ['init', '--store', 's3', '--bucket', 'Fleet State'],
    ['init', '--store', 's3', '--bucket', BUCKET, '--key', '../state.json'],
    ['init', '--bucket', BUCKET],
    ['init', '--store', 's3', '--bucket', BUCKET, '--write', 'github-api'],
  ]) {
    const ran = await run([...args, '--output', 'json'])
    t.equal(ran.code, 1, args.join(' '))
    tells(t, ran, { code: 'INIT_STORE' })
  }
  t.notOk(fs.existsSync(path.join(cwd, 'jobwright.yaml')), 'nothing was written')
  for (const state of [
    { store: 's3', bucket: BUCKET },
    { store: 's3', bucket: BUCKET, key: '../x' },
    { store: 's3', bucket: BUCKET, key: 'x', branch: 'jobs' },
    { store: 's3', bucket: BUCKET, key: 'x', endpoint: 'https://store.example' },
    { store: 'file', bucket: BUCKET },
    { store: 'git', kmsKeyId: 'alias/fleet' },
  ]) {
    write(cwd, { 'jobwright.yaml': { state } })
    t.equal((await run(['plan'])).code, 4, JSON.stringify(state))
  }
})
