import type { Address } from '../model/address.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { JobRecord, State } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'
import { joinParts } from './join-parts.ts'
import { openSplitStore } from './open-split-store.ts'
import { splitWhole } from './split-whole.ts'
import type { Seen, Store } from './store.ts'

/** How a split state is kept. */
export type SplitPlaces = {
  /** The place of the index, for people. It is where the whole state was. */
  readonly where: string
  /** Creates the store of the index, or of the part of this name. */
  readonly storeOf: (part: string | undefined) => Store
  /** Names the part that a record belongs to. */
  readonly partOf: (address: Address, record: JobRecord) => string
  readonly clock: Pick<Clock, 'sleep'>
  /** Called before reads that must show the newest texts. */
  readonly refresh?: () => void
}

/** A part as it was read. */
export type SeenPart = { readonly store: Store; readonly state: State; readonly seen: Seen }

/** All of a split state as it was read. */
export type SeenSplit = { readonly index: State; readonly parts: ReadonlyMap<string, SeenPart> }

/** What the places hold: a split state, a whole one that is not split yet, or none. */
type Found =
  | { readonly is: 'split'; readonly split: SeenSplit }
  | { readonly is: 'whole'; readonly state: State }
  | { readonly is: 'none'; readonly problem?: Diagnostic }
  | { readonly is: 'broken'; readonly problem: Diagnostic }

/** How often the index is read until it names no part that was not read. */
const READS = 10

/**
 * A state in several texts: an index, and a part for each account and region. Runs that write different parts go on side by side. A whole
 * state is split when it is first opened to write.
 */
export function createSplitStore(places: SplitPlaces): Store {
  const { storeOf } = places
  const open = async (): ReturnType<Store['open']> => {
    const found = await readSplit(places)
    if (found.is === 'whole') {
      await splitWhole(places)
      return open()
    }
    const isMissing = found.is === 'none' && found.problem?.code === 'STATE_MISSING'
    if ('problem' in found && found.problem !== undefined && !isMissing) throw new Problem(found.problem)
    return openSplitStore(places, found.is === 'split' ? found.split : undefined)
  }
  return {
    get where() {
      return places.where
    },
    async read() {
      const found = await readSplit(places)
      if (found.is === 'none' || found.is === 'broken')
        return { diagnostics: found.problem === undefined ? [] : [found.problem] }
      const state = found.is === 'whole' ? found.state : joinSeen(found.split)
      return { state, diagnostics: [] }
    },
    open,
    async openToMove() {
      const held = await storeOf(undefined).openToMove()
      if (held.state?.parts === undefined) return held
      await held.close()
      const way = 'Keep it where it is, with state.split: target in jobwright.yaml'
      throw new Problem({
        code: 'STATE_SPLIT',
        message: `${places.where} is split by target, and a split state does not move`,
        remedies: [advise(way)],
      })
    },
  }
}

function joinSeen({ index, parts }: SeenSplit): State {
  return joinParts(index, new Map([...parts].map(([name, { state }]) => [name, state])))
}

/**
 * Reads the parts, and the index after them. An address that moves or is claimed meanwhile then shows in the index, or its part has another
 * version than the one read. So a write by an outdated view is stale.
 */
async function readSplit(places: SplitPlaces): Promise<Found> {
  const { storeOf, refresh } = places
  refresh?.()
  const indexStore = storeOf(undefined)
  const parts = new Map<string, SeenPart>()
  for (let reads = 0; reads < READS; reads++) {
    const { state: index, diagnostics } = await indexStore.read()
    if (index === undefined) return { is: 'none', problem: diagnostics[0] }
    if (index.parts === undefined) return { is: 'whole', state: index }
    const names = index.parts.filter((name) => !parts.has(name))
    if (names.length === 0 && reads > 0) return { is: 'split', split: { index, parts } }
    for (const part of await Promise.all(names.map((name) => readPart(places, index, name)))) {
      if ('problem' in part) return { is: 'broken', problem: part.problem }
      parts.set(part.name, part)
    }
  }
  const message = `${places.where} names a new part each time that it is read`
  throw new Problem({ code: 'STATE_STALE', message, remedies: [advise('run again')] })
}

async function readPart(
  { storeOf }: SplitPlaces,
  { lineage }: State,
  name: string,
): Promise<(SeenPart & { readonly name: string }) | { readonly problem: Diagnostic }> {
  const store = storeOf(name)
  const { state, diagnostics, seen } = await store.read()
  const [problem] = diagnostics
  if (problem !== undefined && problem.code !== 'STATE_MISSING') return { problem }
  // What the index names had records. It is never taken for empty.
  if (state === undefined || seen === undefined) return { problem: createMissingPart(store.where) }
  if (state.lineage !== lineage) return { problem: createForeignPart(store.where, state.lineage, lineage) }
  return { name, store, state, seen }
}

function createMissingPart(where: string): Diagnostic {
  const message = `${where}, a part of the state, is missing; without it, its jobs would be made again`
  const way = 'Restore it: an older version of the object, an earlier commit of the branch, or a backup'
  return diagnose({ code: 'STATE_MISSING', message, remedies: [advise(way)] })
}

/** Creates the diagnostic for a part of another state. */
export function createForeignPart(where: string, own: string, lineage: string): Diagnostic {
  const message = `${where} is of lineage ${own}; the state that it would be a part of has lineage ${lineage}`
  const way = 'If no state needs it any more, move it away'
  return diagnose({ code: 'STATE_LINEAGE', message, remedies: [advise(way), advise('Else restore the right part')] })
}
