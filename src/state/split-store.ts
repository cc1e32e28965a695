import type { Diagnostic } from '../model/diagnostic.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import { findUnknownRecord, joinParts } from './join-parts.ts'
import { joinSplit } from './join-split.ts'
import { openSplitStore, type SeenPart, type SeenSplit } from './open-split-store.ts'
import { createOutdatedIndex, findWrongPart, type SplitPlaces } from './split-parts.ts'
import { splitWhole } from './split-whole.ts'
import type { OpenStore, Store } from './store.ts'

/** What the places hold: a split state, a whole one that is not split yet, or none. */
type Found =
  | { readonly is: 'split'; readonly split: SeenSplit }
  | { readonly is: 'whole'; readonly state: State }
  | { readonly is: 'none'; readonly problem?: Diagnostic }
  | { readonly is: 'broken'; readonly problem: Diagnostic }

/** How often the texts are read until none changes its form meanwhile. */
const READS = 10

/**
 * A state in several texts: an index, and a part for each account and region. Runs that write different parts go on side by side. A whole
 * state is split when it is first opened to write. A join that was killed is ended then, too.
 */
export function createSplitStore(places: SplitPlaces): Store {
  const { storeOf } = places
  const open = async (): ReturnType<Store['open']> => {
    const found = await readSplit(places)
    if (found.is === 'whole') {
      await splitWhole(places)
      return open()
    }
    if (found.is === 'split' && [...found.split.parts.values()].some(({ state }) => state.closed)) {
      await joinSplit(places)
      return open()
    }
    const isMissing = found.is === 'none' && found.problem?.code === 'STATE_MISSING'
    if ('problem' in found && found.problem !== undefined && !isMissing) throw new Problem(found.problem)
    if (found.is === 'split') return openSplitStore(places, found.split)
    return beginSplit(await storeOf(undefined).open(), open)
  }
  const openToMove = async (): ReturnType<Store['openToMove']> => {
    const held = await storeOf(undefined).openToMove()
    if (held.state?.parts === undefined) return held
    await held.close()
    await joinSplit(places)
    return openToMove()
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
    openToMove,
  }
}

/** Opens an empty place. The first state is stored whole, in one write, and split after that. */
function beginSplit(whole: OpenStore, openSplit: () => Promise<OpenStore>): OpenStore {
  let open = whole
  return {
    get state() {
      return open.state
    },
    commit: (changes, message, options) => open.commit(changes, message, options),
    append: (changes) => open.append(changes),
    async create(state, options) {
      const created = await open.create(state, options)
      if (created.is === 'stale' || open !== whole) return created
      await whole.close()
      open = await openSplit()
      return { is: 'committed', state: open.state! }
    },
    close: () => open.close(),
  }
}

function joinSeen({ index, parts }: SeenSplit): State {
  return joinParts(index, new Map([...parts].map(([name, { state }]) => [name, state])))
}

/**
 * Reads the parts, and the index after them. If an address is moved or claimed meanwhile, the index shows it, or the
 * part has another version than the one read. So a write by an outdated view is stale.
 */
async function readSplit(places: SplitPlaces): Promise<Found> {
  const { storeOf, refresh } = places
  const indexStore = storeOf(undefined)
  let parts = new Map<string, SeenPart>()
  let last: State | undefined
  for (let reads = 0; reads < READS; reads++) {
    if (parts.size === 0) refresh?.()
    const { state: index, diagnostics } = await indexStore.read()
    if (index === undefined) return { is: 'none', problem: diagnostics[0] }
    if (index.parts === undefined) return { is: 'whole', state: index }
    if (index.split !== last?.split) parts = new Map()
    const names = Object.keys(index.parts).filter((name) => !parts.has(name))
    if (names.length === 0 && last !== undefined) return checkSplit(places, { index, parts })
    for (const [name, { part, problem }] of await Promise.all(names.map((one) => readPart(places, index, one)))) {
      // A split or a join meanwhile explains it, too.
      if (problem !== undefined && isSameSplit((await indexStore.read()).state, index)) return { is: 'broken', problem }
      if (part !== undefined) parts.set(name, part)
    }
    last = index
  }
  const message = `${places.where} names a new part each time that it is read`
  throw new Problem({ code: 'STATE_STALE', message, remedies: [advise('Run the command again')] })
}

function checkSplit({ where }: SplitPlaces, split: SeenSplit): Found {
  const states = new Map([...split.parts].map(([name, { state }]) => [name, state]))
  const unknown = findUnknownRecord(split.index, states)
  return unknown === undefined ? { is: 'split', split } : { is: 'broken', problem: createOutdatedIndex(where, unknown) }
}

function isSameSplit(now: State | undefined, { split }: State): boolean {
  return now?.parts !== undefined && now.split === split
}

type ReadPart = readonly [name: string, read: { readonly part?: SeenPart; readonly problem?: Diagnostic }]

async function readPart({ storeOf }: SplitPlaces, index: State, name: string): Promise<ReadPart> {
  const store = storeOf(name)
  const { state, diagnostics, seen } = await store.read()
  const [problem] = diagnostics
  if (problem !== undefined && problem.code !== 'STATE_MISSING') return [name, { problem }]
  const wrong = findWrongPart(store.where, state, index, index.parts?.[name] ?? 0)
  return [name, wrong === undefined ? { part: { store, state: state!, seen: seen! } } : { problem: wrong }]
}
