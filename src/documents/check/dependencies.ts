import { type Address, parseAddress } from '../../model/address.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { groupBy } from '../../model/group.ts'
import type { Pointer } from '../../model/json.ts'
import { advise, type Remedy } from '../../model/remedy.ts'
import type { Schedule } from '../../model/schedule.ts'
import { isSameCadence, listNext } from '../../schedule/instants.ts'
import { nameOccurrence, parseOccurrence } from '../../schedule/names.ts'
import { type Draft, toDiagnostic } from '../draft.ts'
import { createSuggester, findClosestWord } from '../hints/suggest.ts'
import { list } from '../hints/words.ts'

/** A dependency between drafts: the one at this index of `policy.dependsOn`. */
type Edge = { readonly from: Draft; readonly to: Address; readonly index: number }
type Note = (draft: Draft, diagnostic: Diagnostic) => void

/** In a longer cycle, only the first spec shows all others; each of the rest shows the next one. */
const PLACES_MAX = 20
const PATH_MAX = 6

/** Reports dependency cycles, and dependencies that no document declares. */
export function noteDependencies(drafts: readonly Draft[], kinds: readonly string[], note: Note): void {
  if (drafts.every(({ policy }) => (policy?.dependsOn ?? []).length === 0)) return
  const edges = new Map(drafts.map((draft) => [draft, listEdges(draft)]))
  const byAddress = new Map(drafts.flatMap((draft) => (draft.address ? [[draft.address, draft] as const] : [])))
  const suggest = createJobFinder([...byAddress.keys()])
  for (const edge of [...edges.values()].flat()) {
    const series = byAddress.get(edge.to)?.policy?.schedule
    if (series) noteSeries(edge, series, note)
    else if (!byAddress.has(edge.to) && !isOfSeries(edge.to, byAddress))
      noteUnknown(edge, suggest(edge.to), kinds, note)
  }
  for (const circle of findCircles(drafts, edges, byAddress)) noteCircle(circle, note)
}

/** Returns whether an address names a run of a spec with a schedule. */
function isOfSeries(address: Address, byAddress: ReadonlyMap<Address, Draft>): boolean {
  const run = parseOccurrence(address)
  return run !== undefined && byAddress.get(run.series)?.policy?.schedule !== undefined
}

/** A spec with a schedule is never over. Its runs are: one of them, or the run of the same time. */
function noteSeries(edge: Edge, series: Schedule, note: Note): void {
  const { from, to } = edge
  const own = from.policy?.schedule
  if (own !== undefined && isSameCadence(own, series)) return
  const example = listNext(series, Number.NEGATIVE_INFINITY, 1).map((instant) => nameOccurrence(to, instant))
  const fault = toDiagnostic(from, {
    code: 'SPEC_SCHEDULE',
    pointer: findPointer(edge),
    aim: 'value',
    message: `${to} has a schedule, so it never ends`,
    remedies: [
      advise(`name one of its runs, such as ${example.join('')}`),
      advise('or give both specs the same schedule: then each run waits for the run of the same time'),
    ],
  })
  note(from, fault)
}

function listEdges(draft: Draft): Edge[] {
  return (draft.policy?.dependsOn ?? []).map(({ job }, index) => ({ from: draft, to: job, index }))
}

/** Finds where a dependency is written: an item, or the `job` of an item. This parses the file again. */
function findPointer({ from, index }: Edge): Pointer {
  const item = `/policy/dependsOn/${index}`
  return from.locate(from.index, item).source === undefined ? `${item}/job` : item
}

/** Suggests a job for a wrong reference: a bare name, another kind, or a misspelling. `own` is never suggested. */
type JobFinder = (word: string, own?: Address) => Remedy[]

/** Creates a finder for these jobs. Like `createSuggester`, it compares only a few misspellings with all names. */
export function createJobFinder(addresses: readonly Address[]): JobFinder {
  const byName = groupBy(addresses, (address) => parseAddress(address).name)
  const suggest = createSuggester(addresses)
  let looks = 0
  const named = (name: string, own: Address | undefined): Remedy[] => {
    const same = (byName.get(name) ?? []).filter((address) => address !== own)
    return same.length === 0 ? [] : [advise(`did you mean ${list(same.slice(0, MEANT_MAX), 'or')}?`)]
  }
  return (word, own) => {
    const same = named(word.slice(word.lastIndexOf('/') + 1), own)
    if (same.length > 0 || word.includes('/')) return same.length > 0 ? same : suggest(word)
    if (looks === LOOKS_MAX) return []
    looks += 1
    const closest = findClosestWord(word, [...byName.keys()])
    return closest === undefined ? [] : named(closest, own)
  }
}

/** At most this many misspelt names are compared with all names. */
const LOOKS_MAX = 20
/** At most this many jobs of one name are suggested. */
const MEANT_MAX = 3

const DEPENDENCY = /^\/policy\/dependsOn\/\d+(\/job)?$/

/** Adds suggestions to a draft's diagnostics where a dependency is not an address. */
export function fillMeantJobs(draft: Draft, find: JobFinder): Draft {
  const isOne = ({ code, pointer = '' }: Diagnostic): boolean => code === 'SPEC_PATTERN' && DEPENDENCY.test(pointer)
  if (!draft.diagnostics.some(isOne)) return draft
  const diagnostics = draft.diagnostics.map((one) => {
    const word = isOne(one) ? draft.locate(draft.index, one.pointer ?? '').source : undefined
    if (word === undefined) return one
    const remedies = [...find(word, draft.address), advise('a dependency is written Kind/name, such as IotJob/reboot')]
    return { ...one, remedies }
  })
  return { ...draft, diagnostics }
}

/**
 * An unknown kind is an error. An unknown name may belong to a removed spec whose job is on record; the planner checks
 * that.
 */
function noteUnknown(edge: Edge, meant: readonly Remedy[], kinds: readonly string[], note: Note): void {
  const { from, to } = edge
  const { kind } = parseAddress(to)
  const isKind = kinds.includes(kind)
  const otherwise = isKind
    ? 'unless already submitted, it waits for a recorded job of that name, and is not submitted if there is none'
    : `kinds are ${kinds.join(', ')}`
  const fault = toDiagnostic(from, {
    severity: isKind ? 'warning' : 'error',
    code: 'SPEC_UNKNOWN_DEPENDENCY',
    pointer: findPointer(edge),
    aim: 'value',
    message: isKind ? `no spec is called ${to}` : `there is no kind ${kind}, and so no job ${to}`,
    remedies: meant.length > 0 ? meant : [advise(otherwise)],
  })
  note(from, fault)
}

/** Finds dependency cycles. No draft appears in two of them. */
function findCircles(
  drafts: readonly Draft[],
  edges: ReadonlyMap<Draft, readonly Edge[]>,
  byAddress: ReadonlyMap<Address, Draft>,
): Edge[][] {
  const found: Edge[][] = []
  const done = new Set<Draft>()
  for (const first of drafts) {
    // The path from `first` to the current draft. An explicit stack, because a chain can be as long as a repository.
    const way: { readonly draft: Draft; readonly by?: Edge; next: number }[] = [{ draft: first, next: 0 }]
    const onWay = new Set([first])
    while (way.length > 0 && !done.has(first)) {
      const top = way.at(-1)!
      const edge = edges.get(top.draft)?.[top.next++]
      const to = edge && byAddress.get(edge.to)
      if (edge && to && onWay.has(to)) {
        const begin = way.findIndex(({ draft }) => draft === to)
        found.push([...way.slice(begin + 1).map(({ by }) => by!), edge])
        // These drafts are not visited again, so that each mistake is reported once.
        for (const { draft } of way.splice(begin)) {
          done.add(draft)
          onWay.delete(draft)
        }
      } else if (edge && to && !done.has(to)) {
        way.push({ draft: to, by: edge, next: 0 })
        onWay.add(to)
      } else if (!edge) {
        done.add(top.draft)
        onWay.delete(top.draft)
        way.pop()
      }
    }
  }
  return found
}

/** Reports a cycle at each of its specs, where it names the next one, with the places of the others. */
function noteCircle(circle: readonly Edge[], note: Note): void {
  const pointers = circle.map(findPointer)
  const places = circle.map(({ from, to }, index) => ({
    message: `${from.address} waits for ${to}`,
    place: from.locate(from.index, pointers[index]!).place,
  }))
  for (const [index, edge] of circle.entries()) {
    const isLong = circle.length > PATH_MAX
    const names = sliceCircle(circle, index, isLong ? PATH_MAX - 2 : circle.length).map(({ to }) => to)
    const shown = isLong ? [...names, '…', edge.from.address] : names
    const fault = toDiagnostic(edge.from, {
      code: 'SPEC_DEPENDENCY_CYCLE',
      pointer: pointers[index]!,
      aim: 'value',
      message: `${edge.from.address} waits for itself: ${[edge.from.address, ...shown].join(' → ')}`,
      remedies: [advise('remove one of these dependencies: none of the jobs could ever be the first')],
    })
    const hasAll = circle.length <= PLACES_MAX || index === 0
    const related = sliceCircle(places, index + 1, hasAll ? places.length - 1 : 1)
    note(edge.from, { ...fault, related: related.length > 0 ? related : undefined })
  }
}

/** Takes `count` items of a cycle, starting at `from`. */
function sliceCircle<Item>(circle: readonly Item[], from: number, count: number): Item[] {
  return Array.from({ length: count }, (_, step) => circle[(from + step) % circle.length]!)
}
