import { formatAddress } from '../../model/address.ts'
import type { SpecCode } from '../../model/codes.ts'
import type { Config } from '../../model/config.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { groupBy, listRepeated } from '../../model/group.ts'
import { canonicalise, getValue, type Pointer } from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import { getRemoteId } from '../../model/remote-id.ts'
import { resolveTargetName } from '../../model/target-name.ts'
import { parseOccurrence } from '../../schedule/names.ts'
import { type Draft, toDiagnostic } from '../draft.ts'
import { suggestClosest } from '../hints/suggest.ts'
import { isSound } from '../read.ts'
import { noteDependencies } from './dependencies.ts'
import { checkEnv } from './env.ts'
import type { Fault } from './fault.ts'
import { checkPlaces } from './places.ts'

/** Problems between documents, by draft. Both drafts of a clash get a diagnostic that shows the other's place. */
export type Clashes = ReadonlyMap<Draft, readonly Diagnostic[]>

/**
 * Checks all documents together: against each other, their dependencies against the known kinds, and their targets
 * against jobwright.yaml.
 */
export function findClashes(drafts: readonly Draft[], kinds: readonly string[], config?: Config): Clashes {
  const found = new Map<Draft, Diagnostic[]>()
  const add = (draft: Draft, diagnostic: Diagnostic): void => {
    found.set(draft, [...(found.get(draft) ?? []), diagnostic])
  }
  const note: Note = (draft, fault, others) => {
    const diagnostic = toDiagnostic(draft, fault)
    const related = others.map((other) => ({
      message: `${other.draft.address ?? 'it'} is here`,
      place: other.draft.locate(other.draft.index, other.pointer, chooseAim(other.pointer)).place,
    }))
    add(draft, related.length === 0 ? diagnostic : { ...diagnostic, related })
  }
  const repeated = new Set<Draft>(listRepeated(drafts, getAddress).flat())
  noteDuplicateAddresses([...repeated], note)
  // Documents with the same address are already reported.
  const unique = repeated.size === 0 ? drafts : drafts.filter((draft) => !repeated.has(draft))
  noteDuplicateIds(unique, config, note)
  noteIdenticalRequests(unique, config, note)
  noteSharedPlaces(unique, config, note)
  noteFormerNames(drafts, note)
  noteRunNames(drafts, note)
  for (const draft of drafts) {
    for (const fault of checkPlaces(draft, config))
      if (!draft.diagnostics.some(({ pointer }) => pointer === fault.pointer)) note(draft, fault, [])
  }
  for (const draft of drafts) for (const fault of checkTags(draft, config)) note(draft, fault, [])
  noteDependencies(drafts, kinds, add)
  if (config) {
    noteUnknownTargets(drafts, config, note)
    noteUnreadableNames(drafts, config, note)
  }
  return found
}

type Spot = { readonly draft: Draft; readonly pointer: Pointer }
type Note = (draft: Draft, fault: Fault, others: readonly Spot[]) => void

function noteDuplicateAddresses(drafts: readonly Draft[], note: Note): void {
  noteEachClash(drafts, getAddress, '/metadata/name', note, (draft) => ({
    code: 'SPEC_DUPLICATE',
    message: `${draft.address} is declared twice`,
    remedies: [
      advise('give one of them another name, or remove one'),
      advise('to run a job again, raise policy.run in its spec'),
    ],
  }))
}

function noteDuplicateIds(drafts: readonly Draft[], config: Config | undefined, note: Note): void {
  const id = (draft: Draft): string | undefined =>
    draft.spec && draft.model?.identity.idMember ? getRemoteId(draft.spec, draft.model.identity.idMember) : undefined
  const pointer = (draft: Draft): Pointer => {
    const member = draft.model?.identity.idMember
    return member !== undefined && draft.spec?.request[member] !== undefined ? `/spec/${member}` : '/metadata/name'
  }
  const key = (draft: Draft): string | undefined => {
    const own = id(draft)
    return own === undefined ? undefined : `${draft.model?.kind}\n${getTarget(draft, config)}\n${own}`
  }
  noteEachClash(drafts, key, pointer, note, (draft, first) => ({
    code: 'SPEC_DUPLICATE_ID',
    message: `the job ID ${id(draft)} is that of ${first.draft.address} too`,
    remedies: [
      advise(
        `give one of them another ${draft.model?.identity.idMember ?? 'ID'}, or another name or run where the ID follows from it`,
      ),
    ],
  }))
}

/** The canonical requests of drafts that a process keeps from round to round. */
const requests = new WeakMap<Draft, string>()

function getCanonicalRequest(draft: Draft): string {
  const known = requests.get(draft)
  if (known !== undefined) return known
  const { spec, model } = draft
  const request = canonicalise(model?.request.normalise(spec?.request ?? {}) ?? {})
  requests.set(draft, request)
  return request
}

function noteIdenticalRequests(drafts: readonly Draft[], config: Config | undefined, note: Note): void {
  const candidates = drafts.filter((draft) => isSound(draft) && draft.model?.identity.recovery.is === 'match')
  const key = (draft: Draft): string | undefined =>
    draft.spec && draft.model && [draft.model.kind, getTarget(draft, config), getCanonicalRequest(draft)].join('\n')
  const refused = listRepeated(candidates, key)
    .filter((group) => !group.every((draft) => draft.spec?.policy.allowIdentical))
    .flat()
  noteEachClash(refused, key, '/spec', note, (_draft, first) => ({
    code: 'SPEC_IDENTICAL',
    message: `the request is the same as that of ${first.draft.address}`,
    remedies: [
      advise(
        'AWS chooses both IDs, so after a lost response nothing would distinguish the jobs. Change one request, or set policy.allowIdentical: true in both',
      ),
    ],
  }))
}

/** Reports specs that share something exclusive within a target. Identical requests are reported as such. */
function noteSharedPlaces(drafts: readonly Draft[], config: Config | undefined, note: Note): void {
  const sound = drafts.filter(isSound)
  const key = (draft: Draft): string | undefined => {
    const { spec, model } = draft
    const own = spec && model?.identity.unique?.key(spec.request)
    return own === undefined ? undefined : `${model?.kind}\n${getTarget(draft, config)}\n${own}`
  }
  const shared = listRepeated(sound, key)
    .filter((group) => !group.every(({ spec }) => spec.policy.allowIdentical))
    .filter(
      ([first, ...others]) =>
        first?.model?.identity.recovery.is !== 'match' ||
        others.some((one) => getCanonicalRequest(one) !== getCanonicalRequest(first)),
    )
    .flat()
  for (const [unique, group] of groupBy(shared, ({ model }) => model?.identity.unique)) {
    const name = unique.member.slice(unique.member.lastIndexOf('/') + 1)
    noteEachClash(group, key, `/spec${unique.member}`, note, (_draft, first) => ({
      severity: unique.severity,
      code: 'SPEC_SHARED',
      message: `${name} is that of ${first.draft.address} too: ${unique.consequence}`,
      remedies: [advise(`give each spec a ${name} of its own, or set policy.allowIdentical: true in both`)],
    }))
  }
}

function noteFormerNames(drafts: readonly Draft[], note: Note): void {
  if (!drafts.some(({ spec }) => spec?.formerly !== undefined)) return
  const byAddress = new Map(drafts.map((draft) => [draft.address, draft]))
  const getFormerAddress = (draft: Draft): string | undefined =>
    draft.spec?.formerly === undefined ? undefined : formatAddress(draft.spec.kind, draft.spec.formerly)
  for (const draft of drafts) {
    const former = getFormerAddress(draft)
    const holder = former === undefined ? undefined : byAddress.get(former as Draft['address'])
    if (!holder) continue
    const fault: Fault = {
      code: 'SPEC_FORMERLY',
      pointer: '/metadata/formerly',
      aim: 'value',
      message: holder === draft ? `${former} is the spec's own name` : `${former} is still the name of a spec`,
      remedies: [
        advise('formerly names a removed spec whose job this one takes over; remove it, or remove the other spec'),
      ],
    }
    note(draft, fault, holder === draft ? [] : [{ draft: holder, pointer: '/metadata/name' }])
  }
  noteEachClash(drafts, getFormerAddress, '/metadata/formerly', note, (draft, first) => ({
    code: 'SPEC_FORMERLY',
    message: `${getFormerAddress(draft)} is the former name of ${first.draft.address} too`,
    remedies: [advise('only one spec can take over a job')],
  }))
}

/** A spec must not have the name of a run of another one: they would be one job. */
function noteRunNames(drafts: readonly Draft[], note: Note): void {
  const series = new Map(drafts.flatMap((draft) => (draft.policy?.schedule ? [[draft.address, draft] as const] : [])))
  if (series.size === 0) return
  for (const draft of drafts) {
    const run = draft.address && parseOccurrence(draft.address)
    const owner = run && series.get(run.series)
    if (!owner) continue
    const fault: Fault = {
      code: 'SPEC_SCHEDULE',
      pointer: '/metadata/name',
      aim: 'value',
      message: `${draft.address} is the name of a run of ${owner.address}`,
      remedies: [advise('give one of them another name')],
    }
    note(draft, fault, [{ draft: owner, pointer: '/metadata/name' }])
  }
}

/** AWS allows 50 tags. Jobwright adds one unless `ownerTag` is false. */
const OWN_TAGS_MAX = 49

function checkTags({ spec, model }: Draft, config: Config | undefined): Fault[] {
  const pointer = model?.identity.tagged
  const tags = pointer === undefined ? undefined : getValue(spec?.request, pointer)
  if (!spec || !Array.isArray(tags) || tags.length <= OWN_TAGS_MAX) return []
  const target = config?.targets[resolveTargetName(spec.policy.target, config) ?? '']
  if (!(spec.policy.ownerTag ?? target?.ownerTag ?? true)) return []
  return [
    {
      code: 'SPEC_ITEMS',
      pointer: `/spec${pointer}`,
      aim: 'key',
      message: `${tags.length} tags, and Jobwright adds one that names the owner: AWS accepts ${OWN_TAGS_MAX + 1}`,
      remedies: [advise('remove one, or write policy.ownerTag: false')],
    },
  ]
}

function noteUnknownTargets(drafts: readonly Draft[], config: Config, note: Note): void {
  const names = Object.keys(config.targets)
  for (const draft of drafts) {
    const target = draft.policy?.target
    if (target === undefined || names.includes(target)) continue
    const known = names.length === 0 ? 'jobwright.yaml names no targets' : `targets are ${names.join(', ')}`
    const fault: Fault = {
      code: 'SPEC_UNKNOWN_TARGET',
      pointer: '/policy/target',
      aim: 'value',
      message: `there is no target ${target}`,
      remedies: [...suggestClosest(target, names), advise(known)],
    }
    note(draft, fault, [])
  }
}

function noteUnreadableNames(drafts: readonly Draft[], config: Config, note: Note): void {
  for (const draft of drafts) {
    if (draft.request === undefined || draft.model === undefined) continue
    for (const fault of checkEnv(draft.request, draft.model, config)) note(draft, fault, [])
  }
}

/** Reports every draft whose key is not unique. The first of a group shows the second; all others show the first. */
function noteEachClash(
  drafts: readonly Draft[],
  key: (draft: Draft) => string | undefined,
  pointer: Pointer | ((draft: Draft) => Pointer),
  note: Note,
  say: (draft: Draft, other: Spot) => Pick<Fault, 'message' | 'remedies' | 'severity'> & { code: SpecCode },
): void {
  const spot = (draft: Draft): Spot => ({ draft, pointer: typeof pointer === 'string' ? pointer : pointer(draft) })
  for (const group of listRepeated(drafts, key)) {
    for (const draft of group) {
      const other = spot(draft === group[0] ? group[1] : group[0])
      const own = spot(draft).pointer
      note(draft, { ...say(draft, other), pointer: own, aim: chooseAim(own) }, [other])
    }
  }
}

/** A clash of whole requests points at the key, any other clash at the value. */
function chooseAim(pointer: Pointer): Fault['aim'] {
  return pointer === '/spec' ? 'key' : 'value'
}

function getAddress({ address }: Draft): string | undefined {
  return address
}

function getTarget(draft: Draft, config: Config | undefined): string {
  return resolveTargetName(draft.spec?.policy.target, config) ?? ''
}
