import fs from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { parse } from 'yaml'
import { MODELS } from '../../src/kinds/models.ts'
import type { SpecCode } from '../../src/model/codes.ts'
import { at, into, type Json, type JsonObject, type Pointer } from '../../src/model/json.ts'
import { emptyState } from '../../src/model/state.ts'
import { CONFIG, ENVELOPE, schemaOf } from '../../src/spec/check.ts'
import { compile } from '../../src/spec/compile.ts'
import { specsOf } from '../../src/spec/specs.ts'
import { type Form, validatorOf } from '../../src/state/compile.ts'
import { BUILT, build } from '../e2e/process.ts'
import { type Case, derive, fill, put, read, rulesOf } from './derive.ts'
import { type Written, writeJson } from './written-json.ts'

type Seed = {
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

const MANIFEST = `{ "manifestVersion": "2.0", "deviceId": "D1", "eraseDevice": "yes", "bucket": "tapes", "returnAddress": { "name": "A", "street1": "1", "city": "B", "postalCode": "1", "phoneNumber": "1", "country": "USA" } }`

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

/** Sound specs that between them have every member, and meet every condition. */
const SEEDS: readonly Seed[] = [
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
  const types = at(schema, '/properties/Type/enum') as string[]
  const members = Object.keys(at(schema, '/properties/Details/properties') as JsonObject)
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
      ...(assets ? { codes: ['SPEC_ASSET_CONFIGURATION'] } : {}),
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
    const inManifest = Object.entries(manifest).map(([member, by]) => [into('/Manifest', member), by])
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
const UNREACHABLE: Readonly<Record<string, string>> = {
  'common.schema.json#/$defs/file/required/$file': 'a mapping without $file is not taken for a file',
  'ImportExportJob.schema.json#/properties/ValidateOnly/type': 'it is taken out unread',
}

/** Codes of rules that have a better name than that of their keyword. */
const NAMED: Readonly<Record<string, SpecCode>> = {
  'job.schema.json#/$defs/envelope/type': 'SPEC_NOT_A_SPEC',
  'job.schema.json#/$defs/envelope/properties/kind/enum': 'SPEC_UNKNOWN_KIND',
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
}

/** What only jobwright.yaml refers to. */
const CONFIG_ONLY = 'common.schema.json#/$defs/name'

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

type Trial = Case & { readonly document: Json; readonly base: Pointer; readonly seed: Seed }

/** The cases of all seeds, each once: what seeds of a kind share is tried with the first of them. */
function trials(): Trial[] {
  const found = new Map<string, Trial>()
  const note = (seed: Seed, base: Pointer, one: Case, document: Json): void => {
    if (one.rule in UNREACHABLE || (!one.fault && one.rule in SOUND && SOUND[one.rule] === undefined)) return
    const key = JSON.stringify([seed.kind, one.rule, one.place, one.fault ?? at(one.value, one.place) ?? null])
    if (!found.has(key)) found.set(key, { ...one, seed, base, document })
  }
  // Those that are not quite sound come last: what another seed has too is tried there.
  const seeds = [...SEEDS].sort((a, b) => (a.codes?.length ?? 0) - (b.codes?.length ?? 0))
  for (const [index, seed] of seeds.entries()) {
    let count = 0
    const name = (): string => `${index}-${count++}`
    for (const one of derive(seed.spec, `${seed.kind}.schema.json`)) {
      const sound = one.fault ? undefined : SOUND[one.rule]
      const value = sound === undefined ? withOtherDetails(one) : put(one.value, one.place, sound)
      note(seed, '/spec', one, documentOf(seed, value, name()))
    }
    if (!seed.envelope) continue
    const whole = documentOf(seed, seed.spec, name())
    for (const one of derive(whole, 'job.schema.json', '/$defs/envelope')) note(seed, '', one, one.value)
  }
  return [...found.values()]
}

/** A second member of Details has to be one that exists: an unknown one is another mistake. */
function withOtherDetails({ rule, value }: Case): Json {
  if (!rule.endsWith('/Details/maxProperties')) return value
  const others = ['ExportAssetsToS3', 'ExportAssetToSignedUrl'].filter(
    (member) => at(value, `/Details/${member}`) === undefined,
  )
  const other = fill('DataExchangeJob.schema.json', `/properties/Details/properties/${others[0]}`)
  return changed(value, { '/Details/extra0': undefined, [`/Details/${others[0]}`]: other })
}

/** Where a fault has to be shown: at the member, or, where it is missing, at the key of what lacks it. */
function placeOf({ keys, values }: Written, pointer: Pointer, aim: 'key' | 'value'): string {
  if (values.has(pointer)) return (aim === 'key' ? keys.get(pointer) : undefined) ?? values.get(pointer)!
  const above = pointer.slice(0, pointer.lastIndexOf('/'))
  return keys.get(above) ?? values.get(above)!
}

t.test(
  'each constraint of each schema is met at its bound, and beyond it is reported alone, at its place',
  async (t) => {
    const all = trials().map((trial, index) => ({
      ...trial,
      file: `${index}.yaml`,
      written: writeJson(trial.document),
    }))
    const { diagnostics } = specsOf(new Map(all.map(({ file, written }) => [file, written.text])), {
      kinds: MODELS,
      schemas: read,
      include: () => ({ text: MANIFEST, file: 'included' }),
    })
    const said = new Map<string, string[]>()
    for (const { code, pointer, place, related } of diagnostics) {
      // Most of these documents have the same ID; what is wrong between documents is not the matter here.
      if (related || code === 'SPEC_UNKNOWN_DEPENDENCY') continue
      const line = `${code} ${pointer} ${place?.line}:${place?.column}`
      said.set(place!.file, [...(said.get(place!.file) ?? []), line])
    }
    for (const { file, rule, fault, base, seed, written } of all) {
      const expected = fault
        ? [expectedOf({ ...fault, code: NAMED[rule] ?? fault.code }, base, seed, written)]
        : (seed.codes ?? [])
      const found = (said.get(file) ?? []).map((line) => (fault ? line : line.split(' ')[0]))
      if (JSON.stringify(found) === JSON.stringify(expected)) continue
      t.strictSame(found, expected, `${seed.kind} ${rule}${fault ? '' : ' (at its bound)'}`)
    }
    const broken = new Set(all.filter(({ fault }) => fault).map(({ rule }) => rule))
    const rules = [...MODELS.map(({ kind }) => `${kind}.schema.json`), 'common.schema.json'].flatMap((file) =>
      rulesOf(file),
    )
    const envelope = rulesOf('job.schema.json', '/$defs/envelope')
    const left = [...rules, ...envelope].filter(
      (rule) => !broken.has(rule) && !(rule in UNREACHABLE) && !rule.startsWith(CONFIG_ONLY),
    )
    t.strictSame(left, [], 'no constraint is left out')
    t.ok(all.length > 700, `${all.length} documents`)
  },
)

/** A fault in a secret is a fault of the secret, whatever it is: its text is not to be shown. */
function expectedOf(fault: NonNullable<Case['fault']>, base: Pointer, { kind }: Seed, written: Written): string {
  const secrets = MODELS.find((model) => model.kind === kind)!.request.secrets.map((secret) => `/spec${secret}`)
  const pointer = base + fault.pointer
  const secret = secrets.find((one) => pointer === one || pointer.startsWith(`${one}/`))
  if (secret !== undefined) return `SPEC_SECRET ${secret} ${placeOf(written, secret, 'key')}`
  return `${fault.code} ${pointer} ${placeOf(written, pointer, fault.aim)}`
}

/** What the AWS CLI 2.9 prints for `--generate-cli-skeleton yaml-input`, without the words behind `#`; and the same, filled in. */
function skeleton(kind: string, form: 'printed' | 'filled'): string {
  const text = fs.readFileSync(new URL(`../fixtures/skeletons/${kind}.${form}.yaml`, import.meta.url), 'utf8')
  return `apiVersion: jobwright/v1\nkind: ${kind}\nmetadata: { name: pasted }\nspec:\n${text.replaceAll(/^(?=.)/gm, '  ')}`
}

/** The members of a value, without what is told apart by a number in a list. */
function membersOf(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [pointer]
  return Object.entries(value).flatMap(([step, inner]) =>
    membersOf(inner, `${pointer}/${Array.isArray(value) ? '*' : step}`),
  )
}

t.test("the AWS CLI's skeletons can be pasted: each member is known, and filled in they are valid", async (t) => {
  const reading = { kinds: MODELS, schemas: read, include: () => ({ text: '', file: '' }) }
  for (const { kind } of MODELS) {
    const { diagnostics } = specsOf(new Map([['printed.yaml', skeleton(kind, 'printed')]]), reading)
    const codes = [...new Set(diagnostics.map(({ code }) => code))]
    // Empty texts, zeros and all alternatives at once are for a person to fill in, or to remove.
    const open = ['SPEC_LENGTH', 'SPEC_PATTERN', 'SPEC_RANGE', 'SPEC_ITEMS', 'SPEC_RULE', 'SPEC_SECRET']
    t.strictSame(
      codes.filter((code) => !open.includes(code)),
      [],
      `${kind}: no unknown member, no wrong type`,
    )
    t.ok(codes.length > 0, `${kind}: an empty skeleton is no spec`)

    const filled = specsOf(new Map([['filled.yaml', skeleton(kind, 'filled')]]), reading)
    t.strictSame(filled.diagnostics, [], `${kind}: filled in`)
    t.equal(filled.specs.length, 1)
    const [asked, offered] = (['filled', 'printed'] as const).map((form) =>
      membersOf((parse(skeleton(kind, form)) as { spec: unknown }).spec),
    )
    t.strictSame(
      asked!.filter((member) => !offered!.includes(member)),
      [],
      `${kind}: nothing but what was printed`,
    )
  }
})

type Validate = { (value: unknown): unknown; errors?: unknown }

/** What of these has another result, or other errors, the schema that each names included, when it is checked by code of the build. */
function differing<Part extends string>(
  cases: readonly (readonly [part: Part, value: unknown])[],
  source: (part: Part) => Validate,
  built: (part: Part) => Validate,
): string[] {
  return cases.flatMap(([part, value]) => {
    const [ours, theirs] = [source(part), built(part)]
    const same = ours(value) === theirs(value) && isDeepStrictEqual(ours.errors, theirs.errors)
    return same ? [] : [`${part} ${JSON.stringify(value).slice(0, 200)}`]
  })
}

t.test('what the build makes of the schemas finds the same errors as Ajv does when it runs from source', async (t) => {
  build()
  const spec = (await import(`${BUILT}spec/compile.js`)) as { compile: typeof compile }
  const state = (await import(`${BUILT}state/compile.js`)) as { validatorOf: typeof validatorOf }
  const odd = [null, [], 'text', 1.5, {}, { apiVersion: 'jobwright/v2', kind: 7, metadata: { name: '-' }, spec: [] }]
  const all = trials()
  const parts = MODELS.map(({ kind }) => schemaOf(kind))
  const cases = [
    ...all.map(({ document }) => [ENVELOPE, document] as const),
    ...all.map(({ document, seed }) => [schemaOf(seed.kind), at(document, '/spec') ?? null] as const),
    ...[CONFIG, ENVELOPE, ...parts].flatMap((part) => odd.map((value) => [part, value] as const)),
    [
      CONFIG,
      { specs: 'x', targets: { a: { region: 'R', account: '1' } }, limits: { iot: { perSecond: -1 } }, more: 1 },
    ],
  ] as const
  const check = compile(read)
  t.strictSame(differing(cases, check, spec.compile(read)), [])

  const record = { run: 0, stage: 'begun', submittedAt: '2026-11-14', more: 1 }
  const full = { apiVersion: 'jobwright/v1', lineage: 'x', serial: -1, records: { 'IotJob/a': record, b: {} } }
  const forms = (['state', 'change', 'header'] as const satisfies Form[]).flatMap((form) =>
    [...odd, full, record, { records: { 'IotJob/a': record } }, emptyState('night')].map(
      (value) => [form, value] as const,
    ),
  )
  t.strictSame(differing(forms, validatorOf, state.validatorOf), [])
  t.ok(cases.filter(([part, value]) => !check(part)(value)).length > 300, 'most are not sound')
})
