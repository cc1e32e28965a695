import t from 'tap'
import { readSpecs } from '../../src/documents/specs.ts'
import { writeManifest } from '../../src/kinds/import-export-job/manifest.ts'
import { getModel, MODELS } from '../../src/kinds/index.ts'
import { isObject, type Json, type JsonObject, joinPointer, type Pointer } from '../../src/model/json.ts'
import { put, read } from '../documents/derive.ts'
import { MANIFEST, SEEDS, trials } from '../documents/trials.ts'
import { due, loaded } from '../kinds/due.ts'
import { seeded } from '../plan/seeded.ts'
import { openWorld, type World } from './setup.ts'

/*
 * `jobwright validate` and the emulator know AWS's rules apart from each other. What one takes and the other refuses is a fault of one of
 * them, or stands here with its reason.
 */

/** What the validator refuses and the emulator takes: code, place in the spec, and why that is right. */
const STRICTER: readonly (readonly [code: RegExp, place: RegExp, why: string])[] = [
  [/^SPEC_FORMAT$/, /\/(StartTime|EndTime)$/, 'the guide always shows seconds'],
  [/^SPEC_UNKNOWN_MEMBER$/, /./, 'AWS drops what it does not know: a misspelt member would vanish'],
  [/^SPEC_SECRET$/, /./, 'a secret in a spec would be committed'],
  [/./, /\/\$(file|env)$/, 'Jobwright reads the file or variable before it sends anything'],
  [/^SPEC_TYPE$/, /^\/Manifest/, 'a manifest holds texts alone: a number or a yes would change its form'],
  [
    /^SPEC_TYPE$/,
    /^\/(jobId|Id|ApplicationId|APIVersion|ManifestAddendum|document)/,
    'a path, or a form, makes text of it',
  ],
  [/^SPEC_MISSING_MEMBER$/, /^\/ApplicationId$/, 'without a project there is no path to send to'],
  [
    /^SPEC_(LENGTH|PATTERN)$/,
    /(Bucket|BucketName|Key|Keys\/\d+|KeyPrefixes\/\d+|bucket|S3UrlPrefix)$/,
    "S3's own limits",
  ],
  [/^SPEC_(LENGTH|PATTERN)$/, /Arn$/, 'the model gives no form; IAM, KMS and Redshift name their resources so'],
  [
    /^SPEC_LENGTH$/,
    /^\/(Details|AssetConfiguration|Manifest)\//,
    'an empty text says nothing, or the guide alone has a limit',
  ],
  [/^SPEC_ITEMS$/, /\/Permissions$/, 'a list of no permissions permits nothing'],
  [/^SPEC_ENUM$/, /^\/Manifest\//, 'the guide lists the words; the emulator looks at those that its jobs need'],
  [
    /^SPEC_PATTERN$/,
    /^\/Manifest\/operations\/\d+\/region$/,
    'the guide asks for a region; the emulator has no vaults',
  ],
  [/^SPEC_PATTERN$/, /\/SegmentId$/, 'the model gives no form; no other is known'],
  [/^SPEC_RULE$/, /\/Encryption\/KmsKeyArn$/, 'AWS ignores a key that the encryption does not use'],
  [/^SPEC_RULE$/, /^\/Manifest\/generator$/, 'Jobwright writes its mark there'],
  [/^SPEC_RANGE$/, /\/thresholdPercentage$/, 'a negative share of failures is no share'],
  [/^SPEC_MISSING_MEMBER$/, /\/(endTime|SegmentId)$/, 'AWS ignores the other member without this one'],
  [/^SPEC_SAME_OBJECT$/, /./, 'AWS writes both, one over the other'],
  [/^SPEC_RETRIES_OVERLAP$/, /./, 'AWS documents no rule; which of two criteria counts is not known'],
  [/^SPEC_DECIMALS$/, /./, 'the guide gives the digits; what AWS does with more is not known'],
  [/^SPEC_NUMBER$/, /./, 'the text of a spec would not print again as it was written'],
  [/^SPEC_CUSTOMS$/, /./, 'the emulator ships nothing across borders'],
  [/^SPEC_INTERNAL_MEMBER$/, /./, "the member is for AWS's own tools"],
  [/^SPEC_TAG_KEY$/, /./, 'the tag is the one that carries our mark'],
  [/^SPEC_TEMPLATE_PARAMETERS$/, /./, 'the emulator has no templates'],
]

/** What one of the two says: nothing where it takes the request, else why not. */
type Verdict = { readonly code: string; readonly place: string } | undefined
type Judged = { readonly verdict: Verdict; readonly request: JsonObject }

/** What `validate` says of each document, and its request as it would be sent. */
function judge(documents: readonly JsonObject[]): Judged[] {
  const sources = new Map(documents.map((document, index) => [`${index}.yaml`, JSON.stringify(document)]))
  const include = () => ({ text: MANIFEST, file: 'included' })
  const { specs, diagnostics } = readSpecs(sources, { kinds: MODELS, schemas: read, include })
  const requests = new Map(specs.map(({ place, request }) => [place.file, request]))
  const errors = new Map<string, Verdict>()
  for (const { severity, related, code, pointer = '', place } of diagnostics) {
    // What is wrong between documents is not the matter here.
    const isOwn = severity === 'error' && !related && code !== 'SPEC_UNKNOWN_DEPENDENCY' && place !== undefined
    if (isOwn && !errors.has(place.file)) errors.set(place.file, { code, place: pointer.replace('/spec', '') })
  }
  return documents.map((document, index) => ({
    verdict: errors.get(`${index}.yaml`),
    request: requests.get(`${index}.yaml`) ?? (document['spec'] as JsonObject),
  }))
}

/** What the emulator says of a request of this ID, which is one of its own unless the ID itself is tried. */
async function ask(world: World, kind: string, request: JsonObject, id: JsonObject): Promise<Verdict> {
  const whole = loaded({ ...request, ...id }) as JsonObject
  const { status, error, text } = await (kind === 'ImportExportJob' ? asForm(world, whole) : asJson(world, kind, whole))
  // Two that try the same ID are no difference between the two.
  return status < 300 || text.includes('already exists')
    ? undefined
    : { code: String(error), place: text.slice(0, 300) }
}

function asJson(world: World, kind: string, whole: JsonObject) {
  const { path, body } = due(kind, whole)
  return world.call(getModel(kind).service, kind === 'IotJob' ? 'PUT' : 'POST', path, body)
}

function asForm(world: World, { Manifest, ValidateOnly: _ours, ...members }: JsonObject) {
  const text = isObject(Manifest) ? writeManifest(Manifest, { generator: 'mark' }) : Manifest
  const form = { Action: 'CreateJob', ValidateOnly: 'false', ...members, ...(text !== undefined && { Manifest: text }) }
  return world.call('importexport', 'POST', '/', form)
}

type Asked = {
  readonly kind: string
  readonly document: JsonObject
  readonly what: string
  readonly isAboutId: boolean
}

/** Where the two differ, but for what is listed; and which lines of the list were met. */
async function differences(world: World, asked: readonly Asked[]): Promise<{ found: string[]; met: Set<string> }> {
  const [found, met]: [string[], Set<string>] = [[], new Set()]
  const judged = judge(asked.map(({ document }) => document))
  for (const [index, { kind, what, isAboutId }] of asked.entries()) {
    const { verdict: ours, request } = judged[index]!
    const { identity, lifecycle } = getModel(kind)
    // What is sound and has to wait is not sent now.
    if (ours === undefined && lifecycle.timing(request, world.now()).is !== 'ready') continue
    const id = identity.idMember === undefined || isAboutId ? {} : { [identity.idMember]: `job-${index}` }
    const theirs = await ask(world, kind, request, id)
    if ((ours === undefined) === (theirs === undefined)) continue
    const reason = ours && STRICTER.find(([code, place]) => code.test(ours.code) && place.test(ours.place))
    if (reason) met.add(reason[2])
    else found.push(`${kind} ${what}: ${said('validate', ours)}; ${said('the emulator', theirs)}`)
  }
  return { found, met }
}

function said(who: string, verdict: Verdict): string {
  return verdict ? `${who} says ${verdict.code} ${verdict.place}` : `${who} takes it`
}

const WORLD = {
  startAt: '2026-11-15T12:00:00Z',
  limits: { harvestConcurrent: 1e6, importExportPerDay: 1e6, iotConcurrent: 1e6 },
}

// Some thousand requests over a socket, on whatever machine.
t.setTimeout(300_000)

t.test('at each bound of each schema, the validator and the emulator accept the same requests', async (t) => {
  const world = await openWorld(t, WORLD)
  const asked = trials()
    .filter(({ base }) => base === '/spec')
    .map(({ seed: { kind }, document, rule, place }) => ({
      kind,
      document: document as JsonObject,
      what: `${rule} at ${place}`,
      isAboutId: place === `/${getModel(kind).identity.idMember}`,
    }))
  const { found, met } = await differences(world, asked)
  t.same(found, [])
  t.ok(asked.length > 600, `${asked.length} requests`)
  t.ok(met.size > 10)
})

/** Values that are nearly right somewhere: times above all, of which both sides have a parser. */
const TIMES = [
  '2026-12-01 02:00, 2026-12-01T02:00, 2026-12-01T02:00Z, 2026-12-01T02:00:30Z, 2026-12-01T02:00+01:00',
  '2026-12-01T02:00:30.5-11:30, 2026-02-30 02:00, 2026-11-31T02:00, 2026-12-01 24:00, 2026-12-01 02:60',
  'undefinedTundefined, undefined undefined, 2026-12-01, 02:00, 2026-12-01  02:00, 2026-12-01T02:00+99:99',
  '2026-11-14T19:45:00Z, 2026-11-14T20:45:00+01:00, 2026-11-14T19:45:00+0100, 2026-11-14 19:45:00Z',
  '2026-11-14t19:45:00z, 2026-11-14T19:45Z, 1794685500, 1794685500.5, -1, +2026-11-14T19:45:00Z, 1e9',
].flatMap((line) => line.split(', '))
const TEXTS = ['', ' ', 'a', 'no', 'é', '日本', 'a b', 'a'.repeat(65), '${DataSet.Id}/${Asset.Id}', '${Asset.Name']
const NEAR: readonly Json[] = [...TIMES, ...TEXTS, 0, 1, -1, 1.5, 11, 101, 1e6, true, [], {}]

/** A document of a sound spec in which one or two things are otherwise. */
function neighbour(dice: () => number, serial: number): Asked {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(dice() * items.length)]!
  const { kind, spec } = pick(SEEDS)
  const changes: string[] = []
  let changed = spec
  for (let left = dice() < 0.7 ? 1 : 2; left > 0; left--) {
    const place = pick(placesOf(changed))
    // What Jobwright fills in by itself is not missed in a spec.
    const isFilled = /\/(jobId|Id|Md5Hash|ApiSpecificationMd5Hash)$/.test(place)
    const by = dice() < 0.15 && !isFilled ? undefined : pick(NEAR)
    changes.push(`${place} ${JSON.stringify(by)}`)
    changed = put(changed, place, by)
  }
  const isMatched = getModel(kind).identity.recovery.is === 'match'
  const policy = isMatched ? { allowIdentical: true } : undefined
  const document: JsonObject = {
    apiVersion: 'jobwright/v1',
    kind,
    metadata: { name: `n-${serial}` },
    ...(policy && { policy }),
    spec: changed,
  }
  const isAboutId = changes.some((change) => /^\/(jobId|Id) /.test(change))
  return { kind, document, what: changes.join(', '), isAboutId }
}

/** Where something stands in a value, at every depth but its root. */
function placesOf(value: Json, place: Pointer = ''): Pointer[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([step, inner]) => {
    const here = joinPointer(place, step)
    return [here, ...placesOf(inner as Json, here)]
  })
}

t.test('near valid requests, the validator and the emulator accept the same ones', async (t) => {
  const world = await openWorld(t, WORLD)
  const [seed, count] = [Number(process.env['AGREEMENT_SEED'] ?? 13), Number(process.env['AGREEMENT_COUNT'] ?? 400)]
  const dice = seeded(seed)
  const asked = Array.from({ length: count }, (_, index) => neighbour(dice, index))
  const { found } = await differences(world, asked)
  t.same(found, [], `seed ${seed}`)
})
