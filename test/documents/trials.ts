import { getValue, isWithin, type Json, type JsonObject, joinPointer, type Pointer } from '../../src/model/json.ts'
import { type Case, derive, fill, put, read } from './derive.ts'

/** A sound spec. `codes`: what is said of it all the same. */
export type Seed = {
  readonly kind: string
  readonly spec: Json
  readonly envelope?: JsonObject
  readonly codes?: readonly string[]
}

/** Changes of a value: pointer to the new value; undefined takes a member out. */
function changed(value: Json, changes: Readonly<Record<Pointer, Json | undefined>>): Json {
  return Object.entries(changes).reduce((all, [pointer, by]) => put(all, pointer, by), value)
}

const one = (kind: string, changes: Readonly<Record<Pointer, Json | undefined>>, more: Partial<Seed> = {}): Seed => ({
  kind,
  spec: changed(fill(`${kind}.schema.json`), changes),
  ...more,
})

/** The text of a sound manifest. */
export const MANIFEST = `{ "manifestVersion": "2.0", "deviceId": "D1", "eraseDevice": "yes", "bucket": "tapes", "returnAddress": { "name": "A", "street1": "1", "city": "B", "postalCode": "1", "phoneNumber": "1", "country": "USA" } }`

const IOT = {
  '/documentSource': undefined,
  '/jobTemplateArn': undefined,
  '/documentParameters': undefined,
  '/schedulingConfig/endTime': '2026-12-02 02:00',
  '/jobExecutionsRolloutConfig/exponentialRate/rateIncreaseCriteria/numberOfSucceededThings': undefined,
}
const TEMPLATE = 'arn:aws:iot:eu-west-1::jobtemplate/AWS-Reboot:1.0'
const RATE = '/jobExecutionsRolloutConfig/exponentialRate/rateIncreaseCriteria'

const DETAILS = 'DataExchangeJob.schema.json'
const exported = fill(DETAILS, '/properties/Details/properties/ExportAssetsToS3') as JsonObject

const SCHEDULE = 'job.schema.json#/$defs/envelope/properties/policy/properties/schedule'

/** Sound specs that between them have every member, and meet every condition. */
export const SEEDS: readonly Seed[] = [
  one('IotJob', IOT, {
    envelope: {
      metadata: { name: 'NAME', labels: { team: 'kiosks' }, formerly: 'NAME-former' },
      policy: {
        target: 'prod',
        run: 1,
        hold: false,
        adopt: false,
        allowIdentical: true,
        onRemove: 'forget',
        dependsOn: ['IotJob/first'],
        notBefore: '2026-11-14T19:45:00Z',
        expires: '2026-12-14T19:45:00Z',
        success: { maxFailedPercent: 5 },
      },
    },
  }),
  one(
    'IotJob',
    { ...IOT, '/document': '{"operation": "reboot"}', [RATE]: { numberOfSucceededThings: 1 } },
    { envelope: { policy: { dependsOn: [{ job: 'IotJob/first', when: 'finished' }] } } },
  ),
  one('IotJob', { ...IOT, '/document': { $file: 'documents/reboot.json' } }),
  ...(
    [
      { cron: '0 3 * * 1', timezone: 'Europe/Berlin', end: '2027-06-30' },
      { every: 'P1D', catchUp: 'all', maxCatchUp: 3, overlap: 'wait' },
      { at: ['2026-12-07T17:30'] },
    ] as readonly JsonObject[]
  ).map((when) =>
    one(
      'IotJob',
      { ...IOT, '/jobId': undefined },
      { envelope: { policy: { schedule: { start: '2026-12-01', ...when } } } },
    ),
  ),
  one('IotJob', {
    ...IOT,
    '/document': undefined,
    '/documentSource': 'https://s3.eu-west-1.amazonaws.com/kiosks/job.json',
  }),
  one('IotJob', { ...IOT, '/document': undefined, '/jobTemplateArn': TEMPLATE }),
  one('IotJob', { ...IOT, '/jobTemplateArn': TEMPLATE, '/documentParameters': { path: '/opt' } }),
  one('MediaPackageHarvestJob', { '/EndTime': '2026-11-14T22:00:00Z' }, { envelope: { policy: { run: 1 } } }),
  one('MediaPackageHarvestJob', { '/StartTime': '1794685500', '/EndTime': '1794685600' }),
  one('PinpointExportJob', {}),
  ...dataExchange(),
  one('DataExchangeJob', {
    '/Type': 'EXPORT_ASSETS_TO_S3',
    '/AssetConfiguration': undefined,
    '/Details': { ExportAssetsToS3: { ...exported, Encryption: { Type: 'AES256' } } },
  }),
  one(
    'DataExchangeJob',
    {
      '/Type': 'EXPORT_ASSET_TO_SIGNED_URL',
      '/AssetConfiguration': undefined,
      '/Details': { ExportAssetToSignedUrl: fill(DETAILS, '/properties/Details/properties/ExportAssetToSignedUrl') },
    },
    { envelope: { policy: { download: 'prices.csv' } } },
  ),
  ...importExport(),
]

function dataExchange(): Seed[] {
  const schema = read('DataExchangeJob.schema.json')
  const types = getValue(schema, '/properties/Type/enum') as string[]
  const members = Object.keys(getValue(schema, '/properties/Details/properties') as JsonObject)
  const byName = (text: string): string => text.replaceAll('_', '').toLowerCase()
  return types.map((type) => {
    const member = members.find((name) => byName(name) === byName(type))!
    const details = { [member]: fill('DataExchangeJob.schema.json', `/properties/Details/properties/${member}`) }
    const assets = type === 'EXPORT_ASSET_TO_SIGNED_URL'
    return {
      kind: 'DataExchangeJob',
      spec: {
        Type: type,
        Details: details,
        ...(assets ? { AssetConfiguration: { Tags: [{ Key: 'a', Value: 'b' }] } } : {}),
      },
      ...(type === 'IMPORT_ASSET_FROM_SIGNED_URL' ? { envelope: { policy: { upload: 'prices.csv' } } } : {}),
    }
  })
}

function importExport(): Seed[] {
  const all = fill('ImportExportJob.schema.json', '/$defs/manifest') as JsonObject
  const free = { staticMetadata: { tape: '7', copies: ['a'] } }
  const of = (JobType: string, manifest: Readonly<Record<string, Json | undefined>>): Seed => {
    const changes = Object.entries({
      '/JobType': JobType,
      '/Manifest': { ...all, ...free },
      '/ManifestAddendum': undefined,
    })
    const inManifest = Object.entries(manifest).map(([member, by]) => [joinPointer('/Manifest', member), by])
    return one('ImportExportJob', Object.fromEntries([...changes, ...inManifest]))
  }
  return [
    of('Import', { manifestVersion: '2.0' }),
    of('Import', {
      manifestVersion: '3.0',
      destination: undefined,
      operations: [{ destination: 'glacier', region: 'eu-west-1' }],
    }),
    of('Import', { manifestVersion: '3.0', destination: undefined, operations: [{ source: 'a' }] }),
    of('Export', { manifestVersion: '2.0', operations: [{ exportBucket: 'tapes' }] }),
    one('ImportExportJob', { '/Manifest': { $file: 'manifests/disk.yaml' }, '/ManifestAddendum': undefined }),
    one('ImportExportJob', { '/Manifest': MANIFEST }, { codes: ['SPEC_INTERNAL_MEMBER'] }),
  ]
}

/** Rules that no value can break by itself, and why. */
export const UNREACHABLE: Readonly<Record<string, string>> = {
  'common.schema.json#/$defs/file/required/$file': 'a mapping without $file is not taken for a file',
  'ImportExportJob.schema.json#/properties/ValidateOnly/type': 'it is taken out unread',
  'DataExchangeJob.schema.json#/allOf/9/then/properties/Details/type':
    'it is for a spec without Type, which breaks a rule already',
  ...Object.fromEntries(
    [0, 1, 2].map((index) => [
      `${SCHEDULE}/allOf/${index}/not`,
      'it is for editors; the check of schedules names both members, and specs.test.ts tries it',
    ]),
  ),
}

/** Sound values at a bound that meet the rules between members too; undefined: another member would have to change with it. */
const SOUND: Readonly<Record<string, Json | undefined>> = {
  'IotJob.schema.json#/properties/document/minLength': '7',
  'IotJob.schema.json#/properties/document/maxLength': JSON.stringify('x'.repeat(32_766)),
  'IotJob.schema.json#/properties/jobExecutionsRetryConfig/properties/criteriaList/maxItems': [
    { failureType: 'FAILED', numberOfRetries: 5 },
    { failureType: 'TIMED_OUT', numberOfRetries: 5 },
  ],
  'MediaPackageHarvestJob.schema.json#/$defs/instant/minLength': undefined,
  'MediaPackageHarvestJob.schema.json#/$defs/instant/then/maxLength': undefined,
  'DataExchangeJob.schema.json#/properties/Type/enum': undefined,
  'DataExchangeJob.schema.json#/$defs/encryption/properties/Type/enum': undefined,
  'ImportExportJob.schema.json#/properties/Manifest/minLength': undefined,
  'job.schema.json#/$defs/envelope/properties/kind/enum': undefined,
  [`${SCHEDULE}/properties/cron/minLength`]: '* * * * *',
  [`${SCHEDULE}/properties/cron/maxLength`]: '0 3 * * 1'.padEnd(256),
  [`${SCHEDULE}/properties/every/maxLength`]: `P${'1'.padStart(62, '0')}D`,
  ...Object.fromEntries(
    ['timezone/minLength', 'timezone/maxLength', 'start/maxLength', 'end/maxLength', 'at/items/maxLength'].map(
      (rule) => [`${SCHEDULE}/properties/${rule}`, undefined],
    ),
  ),
}

function documentOf({ kind, envelope }: Seed, spec: Json, name: string): JsonObject {
  const policy: JsonObject =
    kind === 'PinpointExportJob' || kind === 'ImportExportJob'
      ? { policy: { allowIdentical: true } }
      : // AWS's 50 tags are all the spec's own only where none is ours.
        kind === 'IotJob'
        ? { policy: { ownerTag: false } }
        : {}
  const own = JSON.parse(JSON.stringify(envelope ?? {}).replaceAll('NAME', name)) as JsonObject
  const both = { policy: { ...(policy['policy'] as JsonObject), ...(own['policy'] as JsonObject) } }
  return { apiVersion: 'jobwright/v1', kind, metadata: { name }, ...own, ...both, spec }
}

/** A case, with the document that it stands in and the seed that it was made of; `base` is where the case's value is in the document. */
export type Trial = Case & { readonly document: Json; readonly base: Pointer; readonly seed: Seed }

/** The cases of all seeds, each once: what seeds of a kind share is tried with the first of them. */
export function trials(): Trial[] {
  const found = new Map<string, Trial>()
  const note = (seed: Seed, base: Pointer, one: Case, document: Json): void => {
    if (one.rule in UNREACHABLE || (!one.fault && one.rule in SOUND && SOUND[one.rule] === undefined)) return
    const key = JSON.stringify([seed.kind, one.rule, one.place, one.fault ?? getValue(one.value, one.place) ?? null])
    if (!found.has(key)) found.set(key, { ...one, seed, base, document })
  }
  // Those that are not quite sound come last: what another seed has too is tried there.
  const seeds = [...SEEDS].sort((a, b) => (a.codes?.length ?? 0) - (b.codes?.length ?? 0))
  for (const [index, seed] of seeds.entries()) {
    let count = 0
    const name = (): string => `${index}-${count++}`
    for (const one of derive(seed.spec, `${seed.kind}.schema.json`)) {
      note(seed, '/spec', one, documentOf(seed, substitute(one), name()))
    }
    if (!seed.envelope) continue
    const whole = documentOf(seed, seed.spec, name())
    // A name is shorter with a schedule, so the rest of the envelope is tried without one.
    for (const one of derive(whole, 'job.schema.json', '/$defs/envelope'))
      if (getValue(whole, '/policy/schedule') === undefined || isWithin(one.place, '/policy/schedule'))
        note(seed, '', one, substitute(one))
  }
  return [...found.values()]
}

/** At a bound, a value that meets the rules between members too. */
function substitute(one: Case): Json {
  const sound = one.fault ? undefined : SOUND[one.rule]
  return sound === undefined ? withOtherDetails(one) : put(one.value, one.place, sound)
}

/** A second member of Details has to be one that exists: an unknown one is another mistake. */
function withOtherDetails({ rule, value }: Case): Json {
  if (!/\/Details\/(allOf\/\d+\/)?maxProperties$/.test(rule)) return value
  const others = ['ExportAssetsToS3', 'ExportAssetToSignedUrl'].filter(
    (member) => getValue(value, `/Details/${member}`) === undefined,
  )
  const other = fill('DataExchangeJob.schema.json', `/properties/Details/properties/${others[0]}`)
  return changed(value, { '/Details/extra0': undefined, [`/Details/${others[0]}`]: other })
}
