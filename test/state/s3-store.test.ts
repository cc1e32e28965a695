import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { openS3Bucket } from '../../src/aws/s3-bucket.ts'
import { BUCKET_NAME, type Bucket, OBJECT_KEY } from '../../src/model/bucket.ts'
import type { Problem } from '../../src/model/problem.ts'
import { emptyState } from '../../src/model/state.ts'
import { hintFor } from '../../src/report/remedies.ts'
import { serialiseState } from '../../src/state/format.ts'
import { getProbeKey, probeBucket } from '../../src/state/s3-probe.ts'
import type { OpenStore, Store } from '../../src/state/store.ts'
import { addWriteId, splitWriteId } from '../../src/state/write-id.ts'
import { BUCKET, type BucketWorld, KEY, openBucket, openBuckets, openStoreInS3 } from './buckets.ts'
import { attempt, job, LINEAGE, set, stateOf } from './fixtures.ts'
import { git, problemOf } from './repositories.ts'

/** Waits take no time, so that every attempt is made at once. */
const clock = { sleep: () => Promise.resolve() }

type Opened = { readonly world: BucketWorld; readonly store: Store; readonly open: OpenStore }

/** An empty repository, whose Git folder holds the journal. */
function repository(t: Test): string {
  const root = t.testdir({})
  git(root, 'init', '-q')
  return root
}

/** A state that was begun, held for writing. `around` wraps the bucket. */
async function begun(t: Test, around: (bucket: Bucket, world: BucketWorld) => Bucket = (one) => one): Promise<Opened> {
  const world = await openBuckets(t)
  const open = async () => around(await openBucket(world.env), world)
  const store = openStoreInS3(repository(t), world.env, { clock, open })
  const held = await store.open()
  await held.create(emptyState(LINEAGE))
  return { world, store, open: held }
}

/** Sets faults of writes. */
const strike = (world: BucketWorld, ...rules: object[]): unknown =>
  world.ask(
    'PUT',
    'faults',
    rules.map((rule) => ({ service: 's3', operation: 'PutObject', ...rule })),
  )

const intent = [set('attic', attempt('intent', 1))]
const stored = serialiseState(stateOf({ 'IotJob/attic': attempt('intent', 1) }, { serial: 2 }))
const textIn = (world: BucketWorld): string => splitWriteId(world.text()).text

for (const [what, ...rules] of [
  ['whose answer is lost', { fault: 'drop-response', times: 1 }],
  ['that is lost', { fault: 'drop-request', times: 1 }],
  ['that S3 fails at', { fault: 'error-before', times: 1 }],
  ['that S3 carries out and answers with 500', { fault: 'error-after', times: 1 }],
  ['that a proxy sends twice', { fault: 'repeat', times: 1 }],
  ['in the way of another request', { fault: 'conflict', times: 4 }],
  ['that S3 asks to send more slowly', { fault: 'throttle', times: 3 }],
  ['that is lost four times', { fault: 'drop-request', times: 4 }],
  [
    'lost after one that arrived without an answer',
    { fault: 'drop-response', times: 1 },
    { fault: 'conflict', times: 1 },
  ],
] as const)
  t.test(`a write ${what} is stored once, and the run goes on`, async (t) => {
    const { world, open } = await begun(t)
    strike(world, ...rules)
    t.match(await open.commit(intent, 'Intents'), { is: 'committed', state: { serial: 2 } })
    t.equal(textIn(world), stored)
    strike(world)
    t.match(await open.commit([set('attic', job('created'))], 'Made'), { is: 'committed', state: { serial: 3 } })
    await open.close()
  })

t.test('a write that arrives late takes effect before the next one of its condition, or never', async (t) => {
  const { world, open } = await begun(t)
  strike(world, { fault: 'late', seconds: 60, times: 1 }, { fault: 'drop-response', times: 1 })
  t.match(await open.commit(intent, 'Intents'), { is: 'committed' })
  t.match(await open.commit([set('attic', job('created'))], 'Made'), { is: 'committed', state: { serial: 3 } })
  const after = world.text()
  await world.advance(2)
  t.equal(world.text(), after, 'the late write met a newer version')
  await open.close()
})

t.test('a late write that arrives between the read and the next attempt is recognised as our own', async (t) => {
  const { world, open } = await begun(t, (bucket, world) => ({
    ...bucket,
    async read(key) {
      const seen = await bucket.read(key)
      await world.advance(2)
      return seen
    },
  }))
  strike(world, { fault: 'late', seconds: 60, times: 1 }, { fault: 'drop-response', times: 1 })
  t.match(await open.commit(intent, 'Intents'), { is: 'committed' })
  t.equal(textIn(world), stored)
  t.match(await open.commit([set('attic', job('created'))], 'Made'), { is: 'committed' })
  await open.close()
})

t.test('another state in place of a lost write is stale, even with the same text', async (t) => {
  const { world, store, open } = await begun(t)
  await open.append([set('attic', job('created'))])
  strike(world, { fault: 'drop-request', times: 1 })
  world.put(addWriteId(serialiseState(stateOf({ 'IotJob/attic': job('created') }, { serial: 2 })), 'another-write'))
  t.match(await open.commit([], 'Results'), { is: 'stale', message: /s3:\/\/fleet-state\/.* was changed/ })
  t.match(await problemOf(open.close()), { exitCode: 8, diagnostic: { code: 'STATE_STALE' } })
  t.match((await store.read()).state, { serial: 2 })
})

t.test('of ten writes over one version, one alone is stored', async (t) => {
  const world = await openBuckets(t)
  const bucket = await openBucket(world.env)
  const text = serialiseState(stateOf({}))
  const first = await bucket.write(KEY, text, { ifNone: true })
  t.match(first, { is: 'stored', stored: { isVersioned: true, isEncrypted: true } })
  const ifMatch = first.is === 'stored' ? first.stored.etag : ''
  const ids = Array.from({ length: 10 }, (_, n) => `${n}`)
  const ends = await Promise.all(ids.map((id) => bucket.write(KEY, addWriteId(text, id), { ifMatch })))
  t.same(ends.map(({ is }) => is).sort(), [...ids.slice(1).map(() => 'changed'), 'stored'])
})

t.test('each attempt of a write is one request, whatever its answer', async (t) => {
  const world = await openBuckets(t)
  const bucket = await openBucket(world.env)
  for (const fault of ['drop-request', 'error-before', 'throttle', 'conflict']) {
    strike(world, { fault })
    await bucket.write(KEY, serialiseState(stateOf({})), { ifNone: true })
    const calls = world.ask('GET', 'calls') as { outcome: string; count: number }[]
    t.match(
      calls.filter(({ outcome }) => outcome === fault),
      [{ count: 1 }],
      fault,
    )
  }
})

t.test('a bucket that never answers stops the run, and says that it does not know', async (t) => {
  const { world, store, open } = await begun(t)
  strike(world, { fault: 'drop-response' })
  const before = await store.read()
  t.match(before.state, { serial: 1 })
  strike(world, { fault: 'drop-request' })
  const lost = await problemOf(open.commit(intent, 'Intents'))
  t.match(lost, { exitCode: 4, diagnostic: { code: 'STATE_BUCKET', message: /did not say whether it stored/ } })
  t.match(hintFor((lost as Problem).diagnostic), /nothing is lost/)
  strike(world, { fault: 'throttle' })
  t.match(await problemOf(open.commit(intent, 'Intents')), { exitCode: 4, diagnostic: { code: 'STATE_BUCKET_SLOW' } })
  strike(world, { fault: 'conflict' })
  const busy = await problemOf(open.commit(intent, 'Intents'))
  t.match(busy, { exitCode: 4, diagnostic: { code: 'STATE_BUCKET_CONFLICT', message: /another request .* under way/ } })
  t.match(hintFor((busy as Problem).diagnostic), /nothing is lost/)
  strike(world)
  t.match(await open.commit(intent, 'Intents'), { is: 'committed', state: { serial: 2 } })
  await open.close()
})

t.test('each refusal of S3 has a code, the words of S3, and a way out', async (t) => {
  const { world, open } = await begun(t)
  const reading = async (env: object, more: object = {}): Promise<unknown> =>
    problemOf(
      openStoreInS3(repository(t), world.env, {
        clock,
        open: () => openBucket({ ...world.env, ...env }, more),
      }).read(),
    )
  const writing = async (rule: object, more: object = {}): Promise<unknown> => {
    strike(world, rule)
    const bucket = await openBucket(world.env, more)
    const problem = await problemOf(probeBucket({ bucket, key: KEY, clock }))
    strike(world)
    return problem
  }
  const cases: readonly [problem: unknown, code: string, words: RegExp, way: RegExp][] = [
    [
      await reading({}, { region: 'us-east-1' }),
      'STATE_BUCKET_REGION',
      /is not in us-east-1, but in eu-west-1/,
      /^set state\.region: eu-west-1 in jobwright\.yaml$/,
    ],
    [await writing({ fault: 'expire' }), 'STATE_BUCKET_CREDENTIALS', /ExpiredToken/, /aws sso login/],
    [await writing({ fault: 'deny' }), 'STATE_BUCKET_DENIED', /denies s3:PutObject/, /s3:ListBucket on the bucket/],
    [
      await writing({ fault: 'deny', when: 'SSEKMSKeyId' }, { kmsKeyId: 'alias/fleet' }),
      'STATE_BUCKET_KEY',
      /kms:GenerateDataKey/,
      /allow kms:GenerateDataKey and kms:Decrypt on the key/,
    ],
    [
      await reading({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }),
      'STATE_BUCKET',
      /S3 does not answer: ECONNREFUSED/,
      /AWS_ENDPOINT_URL_S3/,
    ],
  ]
  for (const [problem, code, words, way] of cases) {
    t.match(problem, { name: 'Problem', exitCode: 4, diagnostic: { code, message: words } }, code)
    t.match(hintFor((problem as Problem).diagnostic), way, code)
  }
  world.ask('POST', 'reset')
  const gone = await reading({})
  t.match(gone, { diagnostic: { code: 'STATE_BUCKET_MISSING', message: /there is no bucket fleet-state/ } })
  t.match(hintFor((gone as Problem).diagnostic), /aws s3 mb s3:\/\/fleet-state --region eu-west-1/)
  await problemOf(open.close())
})

t.test('the environment alone names another endpoint, and only one where signed requests may go', async (t) => {
  const open = (env: Record<string, string>) =>
    problemOf(openS3Bucket({ bucket: BUCKET }, { env: { AWS_REGION: 'eu-west-1', ...env }, version: '0' }))
  for (const variable of ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'])
    t.match(await open({ [variable]: 'http://store.example' }), { diagnostic: { code: 'CONFIG_ENDPOINT' } }, variable)
  t.match(await open({ AWS_REGION: '' }), { diagnostic: { code: 'CONFIG_NO_REGION' } })
  const schema = fs.readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8')
  const { properties } = (JSON.parse(schema) as { properties: { state: { properties: Record<string, object> } } })
    .properties.state
  t.notOk('endpoint' in properties)
  t.match(properties, {
    bucket: { minLength: 3, maxLength: 63 },
    key: { pattern: OBJECT_KEY.source.replaceAll('\\/', '/') },
  })
  t.notOk(BUCKET_NAME.test('a'.repeat(64)))
})

t.test('a probe accepts a bucket that honours conditions, again and again, and leaves the state alone', async (t) => {
  const { world, open } = await begun(t)
  const before = world.text()
  const bucket = await openBucket(world.env)
  for (const faults of [[], [{ fault: 'drop-response', times: 1 }], [{ fault: 'conflict', times: 1 }], []]) {
    strike(world, ...faults)
    t.match(await probeBucket({ bucket, key: KEY, clock }), { isVersioned: true, isEncrypted: true })
  }
  t.equal(world.text(), before)
  t.match(world.text(getProbeKey(KEY)), /You may delete this/)
  await open.close()
})

t.test(
  'a probe refuses a store that ignores If-None-Match or If-Match, or knows neither, and says what it did',
  async (t) => {
    const world = await openBuckets(t)
    const real = await openBucket(world.env)
    const probe = (bucket: Bucket) => problemOf(probeBucket({ bucket, key: path.posix.join('a', KEY), clock }))
    const unsafe = (message: RegExp) => ({ exitCode: 4, diagnostic: { code: 'STATE_BUCKET_UNSAFE', message } })
    strike(world, { fault: 'ignore-condition' })
    t.match(await probe(real), unsafe(/answered 200 to a write with If-None-Match: \*, and replaced an object/))
    strike(world)
    const ignoresMatch: Bucket = {
      ...real,
      async write(key, text, condition) {
        if ('ifMatch' in condition) strike(world, { fault: 'ignore-condition', times: 1 })
        return real.write(key, text, condition)
      },
    }
    t.match(await probe(ignoresMatch), unsafe(/answered 200 to a write with If-Match over an older version/))
    const knowsNone: Bucket = {
      ...real,
      write: () =>
        Promise.resolve({ is: 'refused', failure: { kind: 'unsupported', name: 'NotImplemented', message: '501' } }),
    }
    t.match(await probe(knowsNone), unsafe(/does not know conditional writes/))
    const refusesAll: Bucket = {
      ...real,
      write: (key, text, condition) =>
        'ifMatch' in condition ? Promise.resolve({ is: 'changed', why: '412' }) : real.write(key, text, condition),
    }
    t.match(await probe(refusesAll), unsafe(/refused a write with If-Match over the very version/))
  },
)

t.test('a bucket without versions or encryption says so', async (t) => {
  const world = await openBuckets(t)
  world.ask('PUT', 'buckets', { [BUCKET]: { isVersioned: false } })
  const bucket = await openBucket(world.env)
  t.match(await probeBucket({ bucket, key: KEY, clock }), { isVersioned: false, isEncrypted: true })
})

t.test('the write ID is the last member of the stored JSON, and no reader of the state sees it', async (t) => {
  const text = serialiseState(stateOf({ 'IotJob/attic': job('created') }))
  const signed = addWriteId(text, 'a-1')
  t.match(JSON.parse(signed), { writeId: 'a-1', serial: 1 })
  t.same(splitWriteId(signed), { text, id: 'a-1' })
  t.same(splitWriteId(text), { text }, 'a copy from another store has none')
  const { world, store, open } = await begun(t)
  world.put(serialiseState(stateOf({}, { serial: 7 })))
  t.match((await store.read()).state, { serial: 7 })
  t.notOk('writeId' in ((await store.read()).state ?? {}))
  await problemOf(open.close())
})

t.test('outside Git, the journal is in the project, and a long key has a short name there', async (t) => {
  const world = await openBuckets(t)
  const root = fs.mkdtempSync(path.join(fs.realpathSync('/tmp'), 'jobwright-s3-'))
  t.teardown(() => fs.rmSync(root, { recursive: true, force: true }))
  const open = await openStoreInS3(root, world.env).open()
  await open.create(emptyState(LINEAGE))
  await open.close()
  t.same(fs.readdirSync(path.join(root, '.jobwright/state')).sort(), [
    's3@fleet-state@jobs.state.json.journal',
    's3@fleet-state@jobs.state.json.lock',
  ])
})
