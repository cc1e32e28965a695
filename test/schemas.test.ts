import fs from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { ADDED, type Constraint, type Difference, UNENFORCED } from '../scripts/differences.ts'
import { generated, listKinds } from '../scripts/generate.ts'
import { EDITOR_KEYWORDS } from '../src/documents/check/ajv.ts'

type Schema = { [member: string]: unknown }

const root = path.join(import.meta.dirname, '..')
const base = 'https://jobwright.dev/schemas/v1/'
const files = [...listKinds(), 'common', 'config', 'job', 'per-run'].map((name) => `${name}.schema.json`)

function read(file: string): Schema {
  return JSON.parse(fs.readFileSync(path.join(root, 'schemas', file), 'utf8')) as Schema
}

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true })
addFormats.default(ajv)
ajv.addVocabulary(EDITOR_KEYWORDS)
for (const file of files) ajv.addSchema(read(file))

/** What a schema finds wrong with a value, as `keyword pointer`, without the errors that only introduce another. */
function findings(schema: string, value: unknown): string[] {
  const validate = ajv.getSchema(base + schema)
  if (!validate) throw new Error(`no schema ${schema}`)
  validate(value)
  const own = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if' && keyword !== 'propertyNames')
  return own.map(({ keyword, instancePath }) => `${keyword} ${instancePath}`)
}

type Example = { file: string; value: { kind: string; metadata: { name: string }; policy?: Schema; spec: Schema } }

function examples(): Example[] {
  return fs.readdirSync(path.join(root, 'specs')).flatMap((file) =>
    parseAllDocuments(fs.readFileSync(path.join(root, 'specs', file), 'utf8')).map((document) => ({
      file,
      value: document.toJS() as Example['value'],
    })),
  )
}

/** The request of the first example of a kind, with some members replaced; undefined takes one out. */
function request(kind: string, changes: Schema): unknown {
  const found = examples().find(({ value }) => value.kind === kind)
  if (!found) throw new Error(`no example of ${kind}`)
  return JSON.parse(JSON.stringify({ ...found.value.spec, ...changes }))
}

t.test('every schema compiles in strict mode, under an id that says its file', async (t) => {
  for (const file of files) {
    t.equal(read(file)['$id'], base + file)
    t.type(ajv.getSchema(base + file), 'function', file)
  }
})

t.test('the envelope refers to no other schema, so that it can be compiled without any kind', async (t) => {
  const { envelope } = read('job.schema.json')['$defs'] as { envelope: Schema }
  const alone = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true })
  addFormats.default(alone)
  alone.addVocabulary(EDITOR_KEYWORDS)
  const validate = alone.compile(envelope)
  t.ok(validate({ apiVersion: 'jobwright/v1', kind: 'IotJob', metadata: { name: 'kiosks' }, spec: { wrong: 1 } }))
  t.notOk(validate({ apiVersion: 'jobwright/v1', kind: 'IotJob', metadata: { name: 'kiosks' } }))
})

t.test('what is generated is up to date', async (t) => {
  for (const [file, text] of generated()) t.equal(fs.readFileSync(path.join(root, file), 'utf8'), text, file)
})

t.test('every example is a valid spec, names its schema for editors, and runs with an empty environment', async (t) => {
  const all = examples()
  for (const { file, value } of all)
    t.strictSame(findings('job.schema.json', value), [], `${file} ${value.metadata.name}`)
  for (const file of new Set(all.map((example) => example.file))) {
    const text = fs.readFileSync(path.join(root, 'specs', file), 'utf8')
    t.ok(text.startsWith('# yaml-language-server: $schema=../schemas/job.schema.json\n'), file)
  }
  t.strictSame([...new Set(all.map(({ value }) => value.kind))].sort(), listKinds(), 'every kind has an example')
  t.notMatch(JSON.stringify(all), /\$env/)
  t.notOk(all.some(({ value }) => value.policy?.['target']))
  const addresses = all.map(({ value }) => `${value.kind}/${value.metadata.name}`)
  t.equal(new Set(addresses).size, addresses.length, 'no address twice')
})

t.test('every member is described in words of our own', async (t) => {
  for (const file of files) {
    for (const [place, member] of members(read(file), file)) {
      const text = (member['description'] ?? target(member, file)?.['description'] ?? '') as string
      t.ok(text.length > 4, `${place} has a description`)
      // AWS's reference begins its descriptions so; ours say what a member is without an article in front.
      t.notMatch(text, /^(The Amazon Resource Name|Specifies|An? optional|The unique identifier|Allows you to)/, place)
    }
  }
})

/** Every member that a schema lists, but for those of conditions, which repeat others. */
function* members(schema: unknown, place: string): Generator<[string, Schema]> {
  if (typeof schema !== 'object' || schema === null) return
  for (const [word, value] of Object.entries(schema)) {
    if (['if', 'then', 'else', 'allOf', 'not', 'examples', 'default'].includes(word)) continue
    if (word === 'properties') {
      for (const [name, member] of Object.entries(value as Schema)) {
        if (typeof member === 'object') yield [`${place}/${name}`, member as Schema]
      }
    }
    yield* members(value, word === 'properties' ? place : `${place}/${word}`)
  }
}

function target({ $ref }: Schema, file: string): Schema | undefined {
  if (typeof $ref !== 'string') return undefined
  const [other, pointer] = $ref.split('#/$defs/')
  return (read(other || file)['$defs'] as Record<string, Schema>)[String(pointer)]
}

const address = {
  name: 'Alex',
  street1: '1 Road',
  city: 'Boston',
  postalCode: '02134',
  phoneNumber: '1',
  country: 'USA',
}
const disk = { manifestVersion: '2.0', deviceId: 'D1', returnAddress: address }
const id = 'a'.repeat(32)
const revision = { DataSetId: id, RevisionId: id }
const api = {
  ...revision,
  ApiId: 'a1',
  ApiName: 'prices',
  ApiSpecificationMd5Hash: '1B2M2Y8AsgTpgAmY7PhCfg==',
  ProtocolType: 'REST',
  Stage: 'live',
}
const policy = (rules: Schema) => ({
  CatalogId: '012345678901',
  RoleArn: 'arn:aws:iam::123456789012:role/lake',
  ...revision,
  ...rules,
})
const exporting = (rules: Schema) => ({
  Type: 'EXPORT_REVISIONS_TO_S3',
  Details: {
    ExportRevisionsToS3: { DataSetId: id, RevisionDestinations: [{ RevisionId: id, Bucket: 'prices' }], ...rules },
  },
})
const source = { Bucket: 'prices', Key: 'a.csv' }
const thing = 'arn:aws:iot:eu-west-1:123456789012:thing/kiosk-1'
const template = 'arn:aws:iot:eu-west-1::jobtemplate/AWS-Reboot:1.0'
const rate = (criteria: Schema) => ({
  exponentialRate: { baseRatePerMinute: 1, incrementFactor: 1.1, rateIncreaseCriteria: criteria },
})
const criterion = { failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 1, minNumberOfExecutedThings: 1 }

/** Kind, changes to its example, and what is wrong then; nothing where the changes are fine. */
const cases: readonly (readonly [string, Schema, ...string[]])[] = [
  ['IotJob', { jobId: 'a/b' }, 'pattern /jobId'],
  ['IotJob', { jobId: 'x'.repeat(65) }, 'maxLength /jobId'],
  ['IotJob', { jobid: 'x' }, 'additionalProperties '],
  ['IotJob', { targets: undefined }, 'required '],
  ['IotJob', { targets: [] }, 'minItems /targets'],
  ['IotJob', { targets: Array(101).fill(thing) }, 'maxItems /targets'],
  ['IotJob', { targets: ['kiosk-1'] }, 'pattern /targets/0'],
  ['IotJob', { targets: ['arn:aws-cn:iot:cn-north-1:123456789012:thinggroup/kiosks'] }],
  ['IotJob', { document: undefined }, 'required '],
  ['IotJob', { document: undefined, documentSource: 'https://s3.amazonaws.com/b/k' }],
  ['IotJob', { document: undefined, jobTemplateArn: template, documentParameters: { pathToHandler: '/opt' } }],
  ['IotJob', { documentSource: 'https://s3.amazonaws.com/b/k' }, 'not /documentSource'],
  ['IotJob', { document: undefined, documentSource: 's3://b/k' }, 'pattern /documentSource'],
  ['IotJob', { document: 5 }, 'type /document'],
  ['IotJob', { document: 'x'.repeat(32_769) }, 'maxLength /document'],
  ['IotJob', { document: { $file: 'documents/reboot.json' } }],
  ['IotJob', { document: { $file: '../shared/reboot.json' } }],
  ['IotJob', { document: { $file: '/etc/passwd' } }, 'pattern /document/$file'],
  ['IotJob', { document: { $file: 'a.json', operation: 'reboot' } }, 'additionalProperties /document'],
  ['IotJob', { document: { $env: 'DOCUMENT' } }, 'not /document/$env'],
  ['IotJob', { documentParameters: { a: 'b' } }, 'dependentRequired '],
  ['IotJob', { jobTemplateArn: template, documentParameters: { 'a b': 'c' } }, 'pattern /documentParameters'],
  ['IotJob', { description: 'two\nlines' }, 'pattern /description'],
  ['IotJob', { description: 'Zürich, 駅 🚆' }],
  ['IotJob', { presignedUrlConfig: { expiresInSec: 59 } }, 'minimum /presignedUrlConfig/expiresInSec'],
  [
    'IotJob',
    { presignedUrlConfig: { roleArn: 'arn:aws:iam::123456789012:user/x' } },
    'pattern /presignedUrlConfig/roleArn',
  ],
  ['IotJob', { targetSelection: 'CONTINUOS' }, 'enum /targetSelection'],
  [
    'IotJob',
    { jobExecutionsRolloutConfig: { maximumPerMinute: 1001 } },
    'maximum /jobExecutionsRolloutConfig/maximumPerMinute',
  ],
  [
    'IotJob',
    { jobExecutionsRolloutConfig: rate({ numberOfNotifiedThings: 1, numberOfSucceededThings: 1 }) },
    'maxProperties /jobExecutionsRolloutConfig/exponentialRate/rateIncreaseCriteria',
  ],
  [
    'IotJob',
    { jobExecutionsRolloutConfig: rate({}) },
    'minProperties /jobExecutionsRolloutConfig/exponentialRate/rateIncreaseCriteria',
  ],
  [
    'IotJob',
    { abortConfig: { criteriaList: [{ ...criterion, thresholdPercentage: 100.5 }] } },
    'maximum /abortConfig/criteriaList/0/thresholdPercentage',
  ],
  [
    'IotJob',
    { timeoutConfig: { inProgressTimeoutInMinutes: 10_081 } },
    'maximum /timeoutConfig/inProgressTimeoutInMinutes',
  ],
  ['IotJob', { tags: [{ key: 'team' }] }, 'required /tags/0', 'additionalProperties /tags/0'],
  ['IotJob', { tags: [{ Key: 'team é', Value: '' }] }],
  ['IotJob', { jobExecutionsRetryConfig: { criteriaList: [] } }, 'minItems /jobExecutionsRetryConfig/criteriaList'],
  ['IotJob', { schedulingConfig: { startTime: '2026-12-01 02:00' } }],
  ['IotJob', { schedulingConfig: { startTime: '2026-13-01 02:00' } }, 'pattern /schedulingConfig/startTime'],
  ['IotJob', { schedulingConfig: { endBehavior: 'CANCEL' } }, 'dependentRequired /schedulingConfig'],
  ['IotJob', { destinationPackageVersions: Array(26).fill('arn:x') }, 'maxItems /destinationPackageVersions'],

  ['MediaPackageHarvestJob', { Id: 'final 1' }, 'pattern /Id'],
  ['MediaPackageHarvestJob', { StartTime: '1794685500' }],
  ['MediaPackageHarvestJob', { StartTime: 1794685500 }, 'type /StartTime'],
  ['MediaPackageHarvestJob', { StartTime: '1794685500000' }, 'maxLength /StartTime'],
  ['MediaPackageHarvestJob', { StartTime: '2026-11-14T19:45:00' }, 'format /StartTime'],
  ['MediaPackageHarvestJob', { StartTime: '2026-11-31T19:45:00Z' }, 'format /StartTime'],
  ['MediaPackageHarvestJob', { StartTime: '2026-11-14 19:45:00Z' }, 'pattern /StartTime'],
  ['MediaPackageHarvestJob', { EndTime: undefined }, 'required '],
  [
    'MediaPackageHarvestJob',
    { S3Destination: { BucketName: 's3://vod' } },
    'required /S3Destination',
    'required /S3Destination',
    'pattern /S3Destination/BucketName',
  ],

  ['PinpointExportJob', { ApplicationId: '' }, 'minLength /ApplicationId', 'pattern /ApplicationId'],
  ['PinpointExportJob', { ExportJobRequest: undefined, RoleArn: 'x' }, 'required ', 'additionalProperties '],
  [
    'PinpointExportJob',
    { ExportJobRequest: { RoleArn: 'arn:aws:iam::123456789012:role/p', S3UrlPrefix: 'bucket/x', SegmentVersion: 0 } },
    'dependentRequired /ExportJobRequest',
    'pattern /ExportJobRequest/S3UrlPrefix',
    'minimum /ExportJobRequest/SegmentVersion',
  ],

  ['DataExchangeJob', { Type: 'EXPORT_TO_S3' }, 'enum /Type'],
  ['DataExchangeJob', { Type: 'EXPORT_ASSETS_TO_S3' }, 'required /Details'],
  [
    'DataExchangeJob',
    {
      Details: {
        ImportAssetsFromS3: { ...revision, AssetSources: [source] },
        ExportAssetToSignedUrl: { ...revision, AssetId: id },
      },
    },
    'maxProperties /Details',
  ],
  [
    'DataExchangeJob',
    { Details: { ImportAssetsFromS3: { ...revision, AssetSources: Array(101).fill(source) } } },
    'maxItems /Details/ImportAssetsFromS3/AssetSources',
  ],
  [
    'DataExchangeJob',
    { Details: { ImportAssetsFromS3: { DataSetId: 'short', RevisionId: id, AssetSources: [source] } } },
    'pattern /Details/ImportAssetsFromS3/DataSetId',
  ],
  [
    'DataExchangeJob',
    exporting({ Encryption: { Type: 'aws:kms' } }),
    'required /Details/ExportRevisionsToS3/Encryption',
  ],
  ['DataExchangeJob', exporting({ Encryption: { Type: 'AES256' } })],
  [
    'DataExchangeJob',
    exporting({ RevisionDestinations: [{ RevisionId: id, Bucket: 'prices', KeyPattern: 'all.csv' }] }),
    'pattern /Details/ExportRevisionsToS3/RevisionDestinations/0/KeyPattern',
  ],
  [
    'DataExchangeJob',
    {
      Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
      Details: { ImportAssetFromApiGatewayApi: { ...api, ApiKey: { $env: 'API_KEY' } } },
    },
  ],
  [
    'DataExchangeJob',
    { Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API', Details: { ImportAssetFromApiGatewayApi: { ...api, ApiKey: 'k3y' } } },
    'type /Details/ImportAssetFromApiGatewayApi/ApiKey',
  ],
  [
    'DataExchangeJob',
    {
      Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
      Details: { ImportAssetFromSignedUrl: { ...revision, AssetName: 'a', Md5Hash: `${'A'.repeat(24)}` } },
    },
    'pattern /Details/ImportAssetFromSignedUrl/Md5Hash',
  ],
  [
    'DataExchangeJob',
    {
      Type: 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
      Details: {
        ImportAssetsFromLakeFormationTagPolicy: policy({
          Database: { Expression: [{ TagKey: 'team', TagValues: ['prices'] }], Permissions: ['SELECT'] },
        }),
      },
    },
    'enum /Details/ImportAssetsFromLakeFormationTagPolicy/Database/Permissions/0',
  ],
  [
    'DataExchangeJob',
    {
      Type: 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
      Details: { ImportAssetsFromLakeFormationTagPolicy: policy({ CatalogId: 12345678901 }) },
    },
    'type /Details/ImportAssetsFromLakeFormationTagPolicy/CatalogId',
  ],

  ['ImportExportJob', { ValidateOnly: true }],
  ['ImportExportJob', { JobType: 'import' }, 'enum /JobType'],
  ['ImportExportJob', { Manifest: 'manifestVersion:2.0' }],
  ['ImportExportJob', { Manifest: { $file: 'manifests/disk.yaml' } }],
  ['ImportExportJob', { Manifest: { $file: '' } }, 'minLength /Manifest/$file', 'pattern /Manifest/$file'],
  ['ImportExportJob', { Manifest: disk }, 'required /Manifest', 'required /Manifest'],
  [
    'ImportExportJob',
    { Manifest: { ...disk, bucket: 'tapes', eraseDevice: true } },
    'type /Manifest/eraseDevice',
    'enum /Manifest/eraseDevice',
  ],
  [
    'ImportExportJob',
    { Manifest: { ...disk, bucket: 'tapes', eraseDevice: 'yes', generator: 'me' } },
    'not /Manifest/generator',
  ],
  [
    'ImportExportJob',
    { Manifest: { ...disk, bucket: 'tapes', eraseDevice: 'yes', pinCode: '1234' } },
    'type /Manifest/pinCode',
  ],
  [
    'ImportExportJob',
    { Manifest: { ...disk, bucket: 'tapes', eraseDevice: 'yes', accessKeyId: { $env: 'key' } } },
    'pattern /Manifest/accessKeyId/$env',
  ],
  [
    'ImportExportJob',
    {
      Manifest: {
        ...disk,
        bucket: 'tapes',
        eraseDevice: 'yes',
        storageClass: 'STANDARD',
        staticMetadata: { tape: '7' },
      },
    },
  ],
  [
    'ImportExportJob',
    { Manifest: { ...disk, bucket: 'tapes', eraseDevice: 'yes', staticMetadata: { tape: 7 } } },
    'type /Manifest/staticMetadata/tape',
  ],
  ['ImportExportJob', { Manifest: { ...disk, manifestVersion: '3.0' } }, ...Array(3).fill('required /Manifest')],
  [
    'ImportExportJob',
    {
      Manifest: {
        ...disk,
        manifestVersion: '3.0',
        logBucket: 'logs',
        operations: [{ destination: 'glacier', vaultName: 'tapes' }],
      },
    },
  ],
  [
    'ImportExportJob',
    {
      JobType: 'Export',
      Manifest: { ...disk, logBucket: 'logs', fileSystem: 'NTFS', operations: [{ exportBucket: 'tapes' }] },
    },
  ],
  [
    'ImportExportJob',
    { JobType: 'Export', Manifest: { ...disk, logBucket: 'logs', operations: [{ prefix: 'a/' }] } },
    'required /Manifest',
    'required /Manifest/operations/0',
  ],
]

t.test('each kind refuses what its service would refuse, and nothing else', async (t) => {
  for (const [kind, changes, ...wrong] of cases) {
    const name = `${kind} ${JSON.stringify(changes).slice(0, 100)}`
    t.strictSame(findings(`${kind}.schema.json`, request(kind, changes)).sort(), [...wrong].sort(), name)
  }
})

t.test('the envelope says what is wrong with a spec of any kind', async (t) => {
  const spec = (changes: Schema) => ({
    apiVersion: 'jobwright/v1',
    kind: 'IotJob',
    metadata: { name: 'restart' },
    spec: { targets: [thing], document: {} },
    ...changes,
  })
  const check = (changes: Schema) => findings('job.schema.json', spec(changes)).sort()
  t.strictSame(check({}), [])
  t.strictSame(check({ apiVersion: 'jobwright/v2' }), ['const /apiVersion'])
  t.strictSame(check({ kind: 'IoTJob' }), ['enum /kind'])
  t.strictSame(
    check({ spec: { document: {} } }),
    ['required /spec'],
    'the content is checked by the schema of its kind',
  )
  t.strictSame(check({ metadata: { name: '-restart' } }), ['pattern /metadata/name'])
  t.strictSame(check({ metadata: { name: 'r'.repeat(57) } }), ['maxLength /metadata/name'])
  t.strictSame(check({ metadata: { name: 'restart', labels: { fleet: 7, 'a b': '' } } }), [
    'pattern /metadata/labels',
    'type /metadata/labels/fleet',
  ])
  t.strictSame(check({ policy: { run: 0, onRemove: 'delete', success: { maxFailedPercent: 101 } } }), [
    'enum /policy/onRemove',
    'maximum /policy/success/maxFailedPercent',
    'minimum /policy/run',
  ])
  const harvest = examples().find(({ value }) => value.kind === 'MediaPackageHarvestJob')?.value
  t.strictSame(findings('job.schema.json', { ...harvest, policy: { success: {} } }), ['not /policy/success'])
})

t.test('jobwright.yaml is checked down to its last member', async (t) => {
  const check = (value: Schema) => findings('config.schema.json', value).sort()
  t.strictSame(check({}), [])
  t.strictSame(
    check({
      specs: ['specs', 'more/**/*.yaml'],
      state: { store: 'git', branch: 'jobs/state', remote: 'origin' },
      targets: {
        prod: {
          region: 'us-gov-west-1',
          account: '012345678901',
          roleArn: 'arn:aws-us-gov:iam::012345678901:role/jobs',
        },
      },
      defaultTarget: 'prod',
      limits: { iot: { perSecond: 10 }, 'importexport.CreateJob': { perSecond: 0.5, perDay: 200 } },
      guards: { maxCreates: 300, maxRemovals: 0 },
    }),
    [],
  )
  t.strictSame(check({ state: { store: 'file', branch: 'x' } }), ['not /state/branch'])
  t.strictSame(check({ targets: { prod: { region: 'Ireland', account: 12345678901 } } }), [
    'pattern /targets/prod/region',
    'type /targets/prod/account',
  ])
  t.strictSame(check({ targets: { prod: { region: 'eu-west-1', endpoint: 'localhost:4566' } } }), [
    'pattern /targets/prod/endpoint',
  ])
  t.strictSame(check({ limits: { IoT: { perSecond: 0 } } }), [
    'exclusiveMinimum /limits/IoT/perSecond',
    'pattern /limits',
  ])
  t.strictSame(check({ guards: { maxCreate: 9 } }), ['additionalProperties /guards'])
})

/** What AWS's models say of one member of a create request. */
type Fact = {
  type: string
  required?: boolean
  min?: number
  max?: number
  pattern?: string
  enum?: string[]
}

const TYPES: Record<string, string> = {
  structure: 'object',
  map: 'object',
  list: 'array',
  string: 'string',
  boolean: 'boolean',
  integer: 'integer',
  long: 'integer',
  double: 'number',
}

/** The schema of a member as it stands, and that of what holds it. */
function schemaAt(kind: string, member: string): { own?: Schema; around?: Schema } {
  let file = `${kind}.schema.json`
  let own: Schema | undefined = read(file)
  let around: Schema | undefined
  for (const step of member.split('/').slice(1)) {
    around = own
    if (step === '*') own = (around?.['items'] ?? around?.['additionalProperties']) as Schema | undefined
    else if (step === '(key)') own = { type: 'string', ...(around?.['propertyNames'] as Schema) }
    else own = (around?.['properties'] as Record<string, Schema> | undefined)?.[step]
    const reference = String(own?.['$ref'] ?? '').split('#')[0]
    if (own?.['$ref'] !== undefined) own = target(own, file)
    if (reference) file = reference
  }
  return { ...(own ? { own } : {}), ...(around ? { around } : {}) }
}

/** In what a schema says less than the model, or something else, and what it says beyond it. */
function compare(kind: string, member: string, fact: Fact): { unenforced: Constraint[]; added: Constraint[] } {
  const { own, around } = schemaAt(kind, member)
  if (!own) return { unenforced: ['type'], added: [] }
  const [min, max] =
    fact.type === 'list'
      ? ['minItems', 'maxItems']
      : fact.type === 'string'
        ? ['minLength', 'maxLength']
        : ['minimum', 'maximum']
  const asked: [Constraint, unknown, unknown][] = [
    // No text and no list is shorter than nothing.
    ['min', fact.min === 0 && own[min!] === undefined ? undefined : fact.min, own[min!]],
    ['max', fact.max, own[max!]],
    ['pattern', fact.pattern?.replace(/^(?!\^)/, '^').replace(/(?<!\$)$/, '$'), own['pattern']],
    ['enum', fact.enum?.join(), (own['enum'] as string[] | undefined)?.join()],
  ]
  const isOpen = fact.type === 'structure' && own['additionalProperties'] !== false
  const step = member.slice(member.lastIndexOf('/') + 1)
  return {
    unenforced: [
      ...(fact.required && !((around?.['required'] ?? []) as string[]).includes(step) ? ['required' as const] : []),
      ...(own['type'] !== TYPES[fact.type] || isOpen ? ['type' as const] : []),
      ...asked.filter(([, model, ours]) => model !== undefined && model !== ours).map(([constraint]) => constraint),
    ],
    added: asked
      .filter(([, model, ours]) => model === undefined && ours !== undefined)
      .map(([constraint]) => constraint),
  }
}

t.test("every constraint of AWS's models is in the schema, or in the table with a reason", async (t) => {
  const file = path.join(import.meta.dirname, 'fixtures', 'aws-constraints.json')
  const facts = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, { members: Record<string, Fact> }>
  t.strictSame(Object.keys(facts), listKinds())
  const lines = (table: readonly Difference[]): string[] =>
    table.flatMap(({ kind, members, constraints }) =>
      members.flatMap((member) => constraints.map((constraint) => `${kind} ${member} ${constraint}`)),
    )
  const found = Object.entries(facts).flatMap(([kind, { members }]) =>
    Object.entries(members).map(([member, fact]) => ({ at: `${kind} ${member}`, ...compare(kind, member, fact) })),
  )
  const of = (part: 'unenforced' | 'added'): string[] =>
    found.flatMap((one) => one[part].map((constraint) => `${one.at} ${constraint}`))
  t.strictSame(of('unenforced').sort(), lines(UNENFORCED).sort())
  t.strictSame(of('added').sort(), lines(ADDED).sort())
  for (const { kind, members } of UNENFORCED) {
    for (const member of members) t.ok(schemaAt(kind, member).own, `${kind} ${member} is a member all the same`)
  }
  const constraints =
    found.length +
    Object.values(facts)
      .flatMap(({ members }) => Object.values(members))
      .flatMap((one) => Object.keys(one)).length
  t.ok(constraints > 400, `${constraints} facts were compared`)
})
