import { load } from 'js-yaml'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { AwsError } from '../../src/aws/aws-error.ts'
import { type Connection, connect } from '../../src/aws/connection.ts'
import { type Emulator, startEmulator } from '../../src/emulator/index.ts'
import { openCalls } from '../../src/kinds/calls.ts'
import { parseManifest, writeManifest } from '../../src/kinds/import-export-job/manifest.ts'
import { getModel } from '../../src/kinds/index.ts'
import { formatAttempt, formatAttemptTag, parseAttempt } from '../../src/model/attempt-name.ts'
import { isTagRefusal } from '../../src/model/aws-problem.ts'
import { digest } from '../../src/model/digest.ts'
import { canonicalise, type JsonObject } from '../../src/model/json.ts'
import type { Calls } from '../../src/model/kind-calls.ts'
import type { Live } from '../../src/model/live.ts'
import { quickClock } from '../aws/clock.ts'
import { rawServer } from '../aws/raw-server.ts'

const yes = { mayStillSend: () => true }
const account = '123456789012'
const [dataSet, revision, asset] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)]
const app = '8f6b3f2c1d5e4a7b9c0d1e2f3a4b5c6d'

const manifest = {
  manifestVersion: '2.0',
  deviceId: 'ARCHIVE-0007',
  eraseDevice: 'yes',
  bucket: 'football-archive',
  ignore: ['\\._.*', '.*\\.tmp'],
  returnAddress: {
    name: 'Alex Kim',
    street1: '12 Stadium Road',
    city: 'Boston',
    postalCode: '02134',
    phoneNumber: '+1 617',
    country: 'NO',
  },
}

type Case = {
  readonly kind: string
  readonly request: JsonObject
  readonly scope?: string
  /** A request whose job takes no other's place, for lists. */
  readonly variant: (n: number) => JsonObject
}

const harvest = {
  OriginEndpointId: 'stadium-live-hls',
  StartTime: '2026-11-14T19:45:00Z',
  EndTime: '2026-11-14T22:00:00Z',
  S3Destination: { BucketName: 'vod', ManifestKey: 'cup/final.m3u8', RoleArn: `arn:aws:iam::${account}:role/harvest` },
}
const iot = {
  targets: [`arn:aws:iot:eu-west-1:${account}:thing/kiosk-0117`],
  document: { operation: 'restart', graceSeconds: 30 },
  description: 'one kiosk',
  tags: [{ Key: 'fleet', Value: 'kiosks' }],
}
const pinpoint = {
  ApplicationId: app,
  ExportJobRequest: {
    RoleArn: `arn:aws:iam::${account}:role/export`,
    S3UrlPrefix: 's3://exports/readers/',
    SegmentId: 'seg',
    SegmentVersion: 7,
  },
}
const exchange = {
  Type: 'IMPORT_ASSETS_FROM_S3',
  Details: {
    ImportAssetsFromS3: {
      DataSetId: dataSet,
      RevisionId: revision,
      AssetSources: [{ Bucket: 'prices', Key: 'energy.csv' }],
    },
  },
}
const disk = { JobType: 'Import', Manifest: manifest }

const cases: readonly Case[] = [
  { kind: 'IotJob', request: iot, variant: () => iot },
  { kind: 'MediaPackageHarvestJob', request: harvest, variant: () => harvest },
  {
    kind: 'PinpointExportJob',
    request: pinpoint,
    scope: app,
    variant: (n) => ({
      ...pinpoint,
      ExportJobRequest: { ...pinpoint.ExportJobRequest, S3UrlPrefix: `s3://exports/${n}/` },
    }),
  },
  { kind: 'DataExchangeJob', request: exchange, scope: dataSet, variant: () => exchange },
  {
    kind: 'ImportExportJob',
    request: disk,
    variant: (n) => ({ ...disk, Manifest: { ...manifest, deviceId: `disk-${n}` } }),
  },
]

type Stage = {
  emulator: Emulator
  connection: Connection
  calls: Calls
  jobs(): Promise<JsonObject[]>
  faults(...rules: object[]): Promise<void>
}

/** An emulator, and one kind's calls over a connection to it, in a region that is not the default. */
async function stage(t: Test, kind: string, options: { page?: number; key?: string } = {}): Promise<Stage> {
  const emulator = await startEmulator({
    startAt: '2026-11-15T12:00:00Z',
    timeScale: 0,
    limits: { harvestConcurrent: 100 },
  })
  t.teardown(() => emulator.close())
  const base = await connect(
    { name: 'default', region: 'eu-west-1' },
    { clock: quickClock(), emulator, envNames: ['FREIGHT_TEST_KEY', 'FREIGHT_TEST_PIN'] },
  )
  t.teardown(() => base.close())
  const connection = options.key ? withKey(base, options.key) : base
  const model = getModel(kind)
  const { createCalls } = await import(`../../src/kinds/${folder(kind)}/calls.ts`)
  const { listing } = model.api
  const pages = options.page ? { ...model, api: { ...model.api, listing: { ...listing, page: options.page } } } : model
  return {
    emulator,
    connection,
    calls: createCalls(connection, pages) as Calls,
    jobs: async () => (await (await fetch(`${emulator.url}/_emulator/jobs`)).json()) as JsonObject[],
    faults: async (...rules) => {
      await fetch(`${emulator.url}/_emulator/faults`, { method: 'PUT', body: JSON.stringify(rules) })
    },
  }
}

function withKey(base: Connection, accessKeyId: string): Connection {
  const credentials = async () => ({ accessKeyId, secretAccessKey: 'secret' })
  return {
    ...base,
    settings: (model, mode) => ({ ...base.settings(model, mode), credentials }),
    query: (model, mode) => ({ ...base.query(model, mode), credentials }),
  }
}

function folder(kind: string): string {
  return kind
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace('media-package', 'mediapackage')
}

const options = (n = 1) => ({ ...yes, id: `cup-final-r${n}`, marker: `3f2a91bc01de Kind/cup-final:${n}.1` })

async function listed({ calls }: Stage, scope: string | undefined): Promise<Live[]> {
  const all: Live[] = []
  for await (const page of calls.reader.list(scope ? { scope } : {})) all.push(...page)
  return all
}

for (const one of cases) {
  const scope = one.scope ? { scope: one.scope } : {}
  const model = getModel(one.kind)

  t.test(`${one.kind}: a created job reads back as requested`, async (t) => {
    const here = await stage(t, one.kind)
    const made = await here.calls.writer.create(one.request, options())
    if (made.is !== 'done') return t.fail(canonicalise(made.problem))
    const live = await here.calls.reader.describe(made.value.id, { ...scope, definition: true })
    t.equal(live?.id, made.value.id)
    t.equal(live?.createdAt, '2026-11-15T12:00:00.000Z')
    const wanted = model.request.comparable(model.request.normalise(one.request))
    t.same(
      live?.request && model.request.comparable(model.request.normalise(live.request)),
      wanted,
      'in the form in which specs are compared',
    )
    t.equal((await here.jobs()).length, 1)
    t.equal((await here.jobs())[0]?.['region'], model.api.regionless ? 'us-east-1' : 'eu-west-1')
    if (model.identity.recovery.is === 'id') t.equal(made.value.id, 'cup-final-r1')
    t.match(model.lifecycle.condition(made.value, { maxFailedPercent: 0 }).type, /Pending|InProgress/)
  })

  t.test(`${one.kind}: a list reads all its pages`, async (t) => {
    const here = await stage(t, one.kind, { page: 2 })
    const made: (string | undefined)[] = []
    for (let n = 1; n <= 5; n++) {
      const outcome = await here.calls.writer.create(one.variant(n), options(n))
      made.push(outcome.is === 'done' ? outcome.value.id : canonicalise(outcome.problem))
    }
    t.same(
      (await listed(here, one.scope)).map((live) => live.id),
      made.reverse(),
      'newest first',
    )
  })

  t.test(
    `${one.kind}: a job that is not there is undefined, and an empty ID is refused before it is sent`,
    async (t) => {
      const here = await stage(t, one.kind)
      t.equal(await here.calls.reader.describe('0123456789abcdef0123456789abcdef', scope), undefined)
      await t.rejects(here.calls.reader.describe('', scope), /EmptyId/)
      t.same(await listed(here, one.scope), [])
    },
  )

  t.test(`${one.kind}: unknown credentials are an auth error, for reads and for creates`, async (t) => {
    const here = await stage(t, one.kind, { key: 'AKIAUNKNOWNEXAMPLE' })
    const error = await listed(here, one.scope).catch((thrown: AwsError) => thrown)
    t.ok(error instanceof AwsError && error.problem.class === 'auth', String(error))
    t.match(await here.calls.writer.create(one.request, options()), { is: 'not-done', problem: { class: 'auth' } })
    t.same(await here.jobs(), [])
  })

  t.test(`${one.kind}: a throttled read is retried; a throttled create is not done and not retried`, async (t) => {
    const here = await stage(t, one.kind)
    await here.faults({ fault: 'throttle', times: 3 })
    t.same(await listed(here, one.scope), [])
    await here.faults({ fault: 'throttle', times: 1 })
    t.match(await here.calls.writer.create(one.request, options()), { is: 'not-done', problem: { class: 'throttle' } })
    t.same(await here.jobs(), [])
  })

  t.test(`${one.kind}: a create whose answer is lost is unknown, and exactly one job exists`, async (t) => {
    const here = await stage(t, one.kind)
    await here.faults({ operation: model.api.operations.create, fault: 'drop-response' })
    t.match(await here.calls.writer.create(one.request, options()), {
      is: 'unknown',
      problem: { class: 'unreachable' },
    })
    t.equal((await here.jobs()).length, 1)
    await here.faults({ operation: model.api.operations.create, fault: 'error-before' })
    t.match(await here.calls.writer.create(one.variant(2), options(2)), { is: 'unknown' }, 'a 500 as well')
    t.equal((await here.jobs()).length, 1)
  })
}

t.test('an IoT document is sent as JSON text, and a duplicate create is rejected by name', async (t) => {
  const here = await stage(t, 'IotJob')
  t.match(await here.calls.writer.create(iot, options()), { is: 'done' })
  t.match(await here.jobs(), [
    {
      id: 'cup-final-r1',
      request: { document: '{"operation":"restart","graceSeconds":30}', tags: [{ Key: 'fleet' }] },
    },
  ])
  t.match(await here.calls.writer.create(iot, options()), { is: 'not-done', problem: { class: 'exists' } })
  const quick = await here.calls.reader.describe('cup-final-r1', {})
  t.equal(quick?.request, undefined, 'without its document a definition is not told')
  t.type(quick?.counts?.['queued'], 'number')
})

t.test('an IoT job with a document in S3 is compared by its source', async (t) => {
  const here = await stage(t, 'IotJob')
  const { document: _, ...members } = iot
  const request = { ...members, documentSource: 'https://bucket.s3.eu-west-1.amazonaws.com/job.json' }
  t.match(await here.calls.writer.create(request, options()), { is: 'done' })
  const live = await here.calls.reader.describe('cup-final-r1', { definition: true })
  t.equal(live?.request?.['documentSource'], request.documentSource)
  t.equal(live?.request?.['document'], undefined)
})

t.test('a Data Exchange job starts once; another start is a conflict', async (t) => {
  const here = await stage(t, 'DataExchangeJob')
  const made = await here.calls.writer.create(exchange, options())
  const id = made.is === 'done' ? made.value.id : ''
  t.equal((await here.calls.reader.describe(id, {}))?.status, 'WAITING')
  t.match(await here.calls.writer.start?.(id, yes), { is: 'done' })
  t.match(await here.calls.writer.start?.(id, yes), { is: 'not-done', problem: { class: 'conflict' } })
  t.equal((await here.calls.reader.describe(id, {}))?.status, 'IN_PROGRESS')
  t.match(await here.calls.writer.start?.('', yes), { is: 'not-done', problem: { name: 'EmptyId' } })
})

t.test('no read of a Data Exchange job returns a signed URL or an API key', async (t) => {
  const here = await stage(t, 'DataExchangeJob')
  process.env['FREIGHT_TEST_KEY'] = 'open-sesame'
  t.teardown(() => delete process.env['FREIGHT_TEST_KEY'])
  const ids = { DataSetId: dataSet, RevisionId: revision }
  const requests: JsonObject[] = [
    {
      Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
      Details: { ImportAssetFromSignedUrl: { AssetName: 'a', Md5Hash: 'KW8h9TXAdTtG2OhE3KVvdA==', ...ids } },
    },
    {
      Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
      Details: {
        ImportAssetFromApiGatewayApi: {
          ApiId: 'api',
          ApiName: 'prices',
          ApiSpecificationMd5Hash: 'KW8h9TXAdTtG2OhE3KVvdA==',
          ProtocolType: 'REST',
          Stage: 'prod',
          ApiKey: { $env: 'FREIGHT_TEST_KEY' },
          ...ids,
        },
      },
    },
    { Type: 'EXPORT_ASSET_TO_SIGNED_URL', Details: { ExportAssetToSignedUrl: { AssetId: asset, ...ids } } },
  ]
  for (const request of requests) {
    const made = await here.calls.writer.create(request, options())
    if (made.is !== 'done') return t.fail(canonicalise(made.problem))
    t.notMatch(JSON.stringify(made.value), /"SignedUrl|UploadUrl|X-Amz|open-sesame|https?:/i)
    await here.calls.writer.start?.(made.value.id, yes)
  }
  t.match(JSON.stringify((await here.jobs())[1]), digest('open-sesame'), 'the key itself was sent')
  await fetch(`${here.emulator.url}/_emulator/advance`, { method: 'POST', body: '{"seconds":7200}' })
  const all = await listed(here, undefined)
  t.equal(all.length, 3)
  t.notMatch(JSON.stringify(all), /"SignedUrl|UploadUrl|X-Amz|open-sesame|https?:/i)
})

t.test('an Import/Export job is validated first, keeps its marker, and returns no secret', async (t) => {
  const here = await stage(t, 'ImportExportJob')
  process.env['FREIGHT_TEST_PIN'] = '08152'
  t.teardown(() => delete process.env['FREIGHT_TEST_PIN'])
  const request = { ...disk, Manifest: { ...manifest, pinCode: { $env: 'FREIGHT_TEST_PIN' } } }
  t.match(await here.calls.writer.validate?.(request, options()), { is: 'done' })
  t.same(await here.jobs(), [], 'validating makes nothing')
  const { bucket: _, ...broken } = manifest
  t.match(await here.calls.writer.validate?.({ ...disk, Manifest: broken }, options()), {
    is: 'not-done',
    problem: { class: 'bad-request', name: 'MissingManifestFieldException' },
  })
  const made = await here.calls.writer.create(request, options(3))
  const live = await here.calls.reader.describe(made.is === 'done' ? made.value.id : '', {})
  t.match(live?.request, {
    Manifest: { generator: '3f2a91bc01de Kind/cup-final:3.1', eraseDevice: 'yes', manifestVersion: '2.0' },
  })
  t.notMatch(JSON.stringify(live), /08152|pinCode|Signature/)
  t.match(JSON.stringify(await here.jobs()), digest('08152'), 'the secret itself was sent')
})

t.test('Import/Export jobs that ended without their device are terminal', async (t) => {
  const here = await stage(t, 'ImportExportJob')
  const made = await here.calls.writer.create({ ...disk, Manifest: { ...manifest, deviceId: 'lost-disk' } }, options())
  const id = made.is === 'done' ? made.value.id : ''
  await fetch(`${here.emulator.url}/_emulator/advance`, { method: 'POST', body: `{"seconds":${40 * 86_400}}` })
  t.equal((await here.calls.reader.describe(id, {}))?.status, 'Expired')
})

t.test('an Import/Export list with a lost marker is not taken for complete', async (t) => {
  const list =
    '<ListJobsResponse><ListJobsResult><IsTruncated>true</IsTruncated><Jobs/></ListJobsResult></ListJobsResponse>'
  const who =
    '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/t</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>'
  const { url } = await rawServer(t, (socket, request) => {
    const body = request.includes('GetCallerIdentity') ? who : list
    socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  })
  const connection = await connect({ name: 'default', region: 'us-east-1' }, { clock: quickClock(), emulator: { url } })
  t.teardown(() => connection.close())
  const { createCalls } = await import('../../src/kinds/import-export-job/calls.ts')
  const read = async (): Promise<void> => {
    for await (const page of createCalls(connection).reader.list({})) t.same(page, [])
  }
  const error = await read().catch((thrown: unknown) => thrown)
  t.match(error, { problem: { name: 'UnusableAnswer', message: /names no job to go on from/ } })
})

t.test('calls are loaded only for the kinds in use', async (t) => {
  const emulator = await startEmulator()
  t.teardown(() => emulator.close())
  const connection = await connect({ name: 'default', region: 'us-east-1' }, { clock: quickClock(), emulator })
  t.teardown(() => connection.close())
  for (const { kind } of cases) t.same(Object.keys(await openCalls(kind, connection)), ['reader', 'writer'])
})

t.test('a manifest is read as its text', async (t) => {
  const samples: [string, string, JsonObject | undefined][] = [
    [
      'numbers and booleans stay text',
      'manifestVersion: 2.0\neraseDevice: yes\npostalCode: 02134\n',
      { manifestVersion: '2.0', eraseDevice: 'yes', postalCode: '02134' },
    ],
    [
      'AWS’s own samples, without a space',
      'manifestVersion:2.0\ngenerator:Text editor\nbucket:vault',
      { manifestVersion: '2.0', generator: 'Text editor', bucket: 'vault' },
    ],
    [
      'lists and mappings',
      'operations:\n  - exportBucket: a\n    prefix: b/\n',
      { operations: [{ exportBucket: 'a', prefix: 'b/' }] },
    ],
    ['an empty value', 'company:\ncity: Boston\n', { company: '', city: 'Boston' }],
    ['a list is no manifest', '- a\n- b\n', undefined],
    ['broken text', 'a: [b\nc: }', undefined],
    ['nesting that would bring the parser down', `a: ${'['.repeat(900)}`, undefined],
    ['far too long', `a: ${'x'.repeat(70_000)}`, undefined],
    ['aliases', 'a: &a [x]\nb: *a\n', undefined],
  ]
  for (const [name, text, expected] of samples) t.same(parseManifest(text), expected, name)
})

t.test('a written manifest has the same texts in every parser', async (t) => {
  const texts = [
    '2.0',
    'yes',
    'No',
    'y',
    '~',
    '',
    ' padded ',
    '02134',
    '1e3',
    '0x1F',
    '12:30:45',
    '2026-11-22',
    '.5',
    'a: b',
    'a #b',
    '- a',
    '"',
    "'",
    '\\._.*',
    'two\nlines',
    'tab\t',
    'null',
    '=',
    '<<',
    '!tag',
    '&a',
    '*a',
    '%',
    '@',
    '`',
    '{a}',
    '[a]',
    'a,b',
    'Straße',
    '\u0085\u2028\u2029\ufeff\u0007',
    '😀',
    'plain words',
    's3/prefix/',
    '.inf',
    '?',
    'on',
  ]
  const mapping: JsonObject = {
    manifestVersion: '2.0',
    generator: 'somebody else',
    texts,
    byKey: Object.fromEntries(texts.map((text) => [text, text])),
    nested: [[{ deep: 'yes', deeper: [{ a: 'b' }] }], ['x'], {}, []],
  }
  const text = writeManifest(mapping, { generator: 'jobwright #1' })
  const expected = { ...mapping, generator: 'jobwright #1' }
  t.same(parseManifest(text), expected, 'our own reader')
  t.same(parse(text), expected, 'YAML 1.2')
  t.same(parse(text, { version: '1.1' }), expected, 'YAML 1.1')
  t.same(load(text), expected, 'another parser')
  t.equal(
    writeManifest(
      { bucket: 'vault', eraseDevice: 'yes', returnAddress: { country: 'NO' }, operations: [{ a: '1', b: 'c' }] },
      { generator: 'g' },
    ),
    'bucket: vault\neraseDevice: "yes"\nreturnAddress:\n  country: "NO"\noperations:\n  - a: "1"\n    b: c\ngenerator: g\n',
  )
})

const mark = '3f2a91bc01de IotJob/cup-final:1.1'

t.test('the marker of an IoT job is a tag beside those of the spec, and a read returns it', async (t) => {
  const here = await stage(t, 'IotJob')
  t.match(await here.calls.writer.create(iot, { ...options(), marker: mark }), { is: 'done' })
  const [job = {}] = await here.jobs()
  t.strictSame((job['request'] as JsonObject)['tags'], [
    { Key: 'fleet', Value: 'kiosks' },
    { Key: 'jobwright', Value: mark },
  ])
  const live = await here.calls.reader.describe('cup-final-r1', { definition: true, mark: true })
  t.match(live, { mark, markRead: 'succeeded', tags: [{ Key: 'fleet' }, { Key: 'jobwright', Value: mark }] })
  t.match(live?.request, { document: '{"operation":"restart","graceSeconds":30}' })
  t.equal((await here.calls.reader.describe('cup-final-r1', { mark: true }))?.request, undefined)
  const plain = await here.calls.reader.describe('cup-final-r1', {})
  t.notOk(plain && ('tags' in plain || 'mark' in plain || 'markRead' in plain), 'only where it is asked for')
})

t.test('an IoT job without a marker differs from one with unreadable tags', async (t) => {
  const here = await stage(t, 'IotJob')
  const { tags: _, ...untagged } = iot
  await here.calls.writer.create(untagged, { ...yes, id: 'plain' })
  const [job = {}] = await here.jobs()
  t.notOk('tags' in (job['request'] as JsonObject), 'no mark, no tags: none are sent')
  const read = () => here.calls.reader.describe('plain', { mark: true })
  const told = await read()
  t.match(told, { markRead: 'succeeded', tags: [] })
  t.notOk('mark' in told!)
  for (const [fault, markRead] of [
    ['deny', 'refused'],
    ['error-before', 'failed'],
  ] as const) {
    await here.faults({ operation: 'ListTagsForResource', fault })
    const live = await read()
    t.match(live, { id: 'plain', status: 'IN_PROGRESS', markRead })
    t.notOk('tags' in live! || 'mark' in live!, fault)
  }
})

t.test('a marker after many tags is found on a later page', async (t) => {
  const here = await stage(t, 'IotJob')
  const tags = Array.from({ length: 49 }, (_, index) => ({ Key: `n${index}`, Value: '' }))
  t.match(await here.calls.writer.create({ ...iot, tags }, { ...options(), marker: mark }), { is: 'done' })
  const live = await here.calls.reader.describe('cup-final-r1', { mark: true })
  t.equal(live?.mark, mark)
  t.equal(live?.tags?.length, 50)
})

t.test('a role that may not read tags can still read and create any number of jobs', async (t) => {
  const here = await stage(t, 'IotJob')
  await here.faults({ operation: 'ListTagsForResource', fault: 'deny' })
  const create = (n: number) => here.calls.writer.create(iot, { ...options(n), marker: mark })
  const many = Array.from({ length: 8 }, (_, index) => index + 1)
  for (const n of many) t.match(await create(n), { is: 'done' })
  const reads = many.map((n) => here.calls.reader.describe(`cup-final-r${n}`, { mark: true }))
  for (const live of await Promise.all(reads)) t.match(live, { status: 'IN_PROGRESS', markRead: 'refused' })
  t.match(await create(9), { is: 'done' }, 'many refusals in a row stop no other call')
})

t.test('a create that is denied for its tag says so, and is not done', async (t) => {
  const here = await stage(t, 'IotJob')
  await here.faults({ operation: 'CreateJob', fault: 'deny', when: 'tags' })
  const refused = await here.calls.writer.create(iot, { ...options(), marker: mark })
  t.match(refused, {
    is: 'not-done',
    problem: { class: 'auth', name: 'AccessDeniedException', status: 403, deniedAction: 'iot:TagResource' },
  })
  t.ok(refused.is === 'not-done' && isTagRefusal(refused.problem))
  t.same(await here.jobs(), [])
  const { tags: _, ...untagged } = iot
  t.match(await here.calls.writer.create(untagged, { ...yes, id: 'plain' }), { is: 'done' })
  await here.faults({ operation: 'CreateJob', fault: 'deny' })
  const denied = await here.calls.writer.create(iot, options(2))
  t.match(denied, { is: 'not-done', problem: { class: 'auth', deniedAction: 'iot:CreateJob' } })
  t.notOk(denied.is === 'not-done' && isTagRefusal(denied.problem), 'another permission is missing')
})

t.test(
  'a job whose tag somebody removed has no mark, and one that another made in its place has its own',
  async (t) => {
    const here = await stage(t, 'IotJob')
    await here.calls.writer.create(iot, { ...options(), marker: mark })
    const call = (method: string, path: string, body: object) =>
      fetch(`${here.emulator.url}${path}`, {
        method,
        headers: {
          authorization: 'AWS4-HMAC-SHA256 Credential=AKIAOTHER/20261115/eu-west-1/iot/aws4_request, Signature=0',
        },
        body: JSON.stringify(body),
      })
    const first = await here.calls.reader.describe('cup-final-r1', { mark: true })
    await call('POST', '/untag', { resourceArn: first?.arn, tagKeys: ['jobwright'] })
    const stripped = await here.calls.reader.describe('cup-final-r1', { mark: true })
    t.match(stripped, { markRead: 'succeeded', createdAt: first?.createdAt })
    t.equal(stripped?.mark, undefined)

    await call('DELETE', '/jobs/cup-final-r1?force=true', {})
    here.emulator.ask('POST', 'advance', { seconds: 60 })
    const other = {
      targets: iot.targets,
      document: '{}',
      tags: [{ Key: 'jobwright', Value: 'aaaabbbbcccc IotJob/x:1.1' }],
    }
    t.equal((await call('PUT', '/jobs/cup-final-r1', other)).status, 200)
    const replaced = await here.calls.reader.describe('cup-final-r1', { mark: true })
    t.match(replaced, { mark: 'aaaabbbbcccc IotJob/x:1.1', createdAt: '2026-11-15T12:01:00.000Z' })
  },
)

t.test('the name of an attempt of any length fits in a tag, and is read back', async (t) => {
  const here = await stage(t, 'IotJob')
  const attempt = {
    lineage: 'Az09_-Az09_-',
    address: `IotJob/${'x_-'.repeat(18)}yz`,
    run: 999_999,
    attempt: 999_999,
  } as const
  const marker = formatAttemptTag(attempt)
  t.match(await here.calls.writer.create(iot, { ...options(), marker }), { is: 'done' })
  const live = await here.calls.reader.describe('cup-final-r1', { mark: true })
  t.strictSame(parseAttempt(live?.mark ?? ''), attempt)
  t.strictSame(parseAttempt(formatAttempt(attempt)), attempt, 'as is the form that other kinds carry')
  t.equal(parseAttempt('3f2a91bc01de IotJob/a;1.1'), undefined)
})
