import type { Address } from '../model/address.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { applyChanges, type Change, type JobRecord, type State } from '../model/state.ts'
import { addClaims, findClash, type IndexChange, type IndexWish, isWrite, rebaseChanges } from './index-changes.ts'
import { findHolders, isTakenOver, joinParts } from './join-parts.ts'
import { createExists } from './open-store.ts'
import { emptyPart, type SplitPlaces, storePart } from './split-parts.ts'
import type { CommitOptions, Committed, HeldStore, OpenStore, Seen, Store } from './store.ts'

/**
 * How long to wait for the lock of the index: number of tries, and the pause between them. Each run holds the lock for
 * one write only.
 */
const LOCK_TRIES = 100
const LOCK_PAUSE_MS = 100
/** How often a write of the index follows the writes of other runs. */
const INDEX_TRIES = 20

/** Only compares the index with what this run knows of it. */
const NO_WISH: IndexWish = { changes: [], claims: new Map(), serials: new Map() }

/** A part as it was read. */
export type SeenPart = { readonly store: Store; readonly state: State; readonly seen: Seen }

/** All of a split state as it was read. */
export type SeenSplit = { readonly index: State; readonly parts: ReadonlyMap<string, SeenPart> }

/** A part of an open state. `held`: this run has its lock, and has written it or is about to. */
type Part = Pick<SeenPart, 'store' | 'state'> & { readonly seen?: SeenPart['seen']; readonly held?: HeldStore }

type RecordChange = Extract<Change, { readonly set: 'record' }>
/** What is written to a part at once. */
type Write = { readonly name: string; readonly changes: readonly RecordChange[] }

/** `before`: the part until then. */
type Written = Write & { readonly before: State }

type Stale = Extract<Committed, { readonly is: 'stale' }>

/** What a commit writes, and where. */
type Route = {
  readonly wish: IndexWish & { readonly serials: Map<string, number> }
  readonly byPart: Map<string, RecordChange[]>
  /** Parts that held an address that moves. Their next version makes every writer by the old view stale. */
  readonly fenced: Set<string>
}

/**
 * Opens a split state. A run locks a part when it first writes it. That fails if the part has changed since the run
 * read it. The index is locked for one write at a time.
 *
 * A change that is appended may take a record back to another part. Its copy is dropped once that part is stored.
 *
 * An address has one home. To move an address, a run first writes the index, then a new version of the old part, and
 * last the record in the new part. So if two runs record one address in two parts, one of them is stale before it sends
 * anything.
 */
export function openSplitStore(places: SplitPlaces, opened: SeenSplit): OpenStore {
  const { storeOf, partOf, clock } = places
  const parts = new Map<string, Part>(opened.parts)
  // The index by which this run plans. Of other runs' writes, it shows none.
  let known = opened.index
  let joined: { readonly of: readonly unknown[]; readonly state: State } | undefined
  let last: Promise<unknown> = Promise.resolve()
  // Copies of records that are appended to another part, and not stored there yet: part -> addresses.
  const copies = new Map<string, ReadonlySet<Address>>()

  const inTurn = <Value>(task: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(task)
    last = turn.catch(() => {})
    return turn
  }

  const stateOf = ({ held, state }: Part): State => held?.state ?? state

  const dropCopies = (name: string): RecordChange[] => [...(copies.get(name) ?? [])].map(dropRecord)

  const readStates = (): Map<string, State> =>
    new Map(
      [...parts].map(([name, part]) => {
        const drops = dropCopies(name)
        return [name, drops.length === 0 ? stateOf(part) : applyChanges(stateOf(part), drops)]
      }),
    )

  const getState = (): State => {
    const states = readStates()
    const of = [known, ...states.values()]
    if (joined?.of.length !== of.length || joined.of.some((one, at) => one !== of[at]))
      joined = { of, state: joinParts(known, states) }
    return joined.state
  }

  /** Opens the index, waiting for another run's write of it. */
  const openIndex = async (): Promise<OpenStore> => {
    for (let tries = 1; ; tries++) {
      try {
        return await storeOf(undefined).open()
      } catch (error) {
        const isLocked = error instanceof Problem && error.diagnostic.code === 'STATE_LOCKED'
        if (!isLocked || tries === LOCK_TRIES) throw error
        await clock.sleep(LOCK_PAUSE_MS)
      }
    }
  }

  /** Writes the index if a wish fits it, or only compares. The wish fits whatever unrelated runs wrote. */
  const writeIndex = async (
    wish: IndexWish,
    message: string,
    claim: CommitOptions['claim'],
  ): Promise<Stale | undefined> => {
    const before = known
    const writes = isWrite(before, wish) || claim !== undefined
    for (let tries = 1; tries <= INDEX_TRIES; tries++) {
      const index = await openIndex()
      try {
        const now = index.state
        const clash = now === undefined ? 'it is gone' : findClash(before, now, wish)
        if (clash !== undefined || now === undefined) return createStale(`${places.where}: ${clash}`)
        if (!writes) return undefined
        const changes = rebaseChanges(before, now, wish.changes)
        const committed = await index.commit(changes, message, { always: true, claim, split: addClaims(now, wish) })
        if (committed.is === 'stale') continue
        const { serial, project, claimed } = committed.state
        const own = { ...applyChanges(before, wish.changes), ...addClaims(before, wish), serial }
        known = { ...own, ...(project !== undefined && { project }), ...(claimed && { claimed }) }
        return undefined
      } finally {
        await index.close()
      }
    }
    return createStale(`other runs kept writing ${places.where}`)
  }

  /** Takes the lock of a part for the rest of the run. Stale if it is not as it was read any more. */
  const hold = async (name: string): Promise<Stale | undefined> => {
    const part = parts.get(name)
    if (part?.held !== undefined) return undefined
    const store = part?.store ?? storeOf(name)
    const held = await store.openToMove()
    try {
      const stale = part === undefined ? await beginPart(name, store, held) : checkPart(part, held)
      if (stale === undefined) parts.set(name, { store, state: held.state!, held })
      return stale
    } finally {
      if (parts.get(name)?.held !== held) await held.close()
    }
  }

  const checkPart = ({ seen, store }: Part, { seen: now }: OpenStore): Stale | undefined =>
    now?.text === seen?.text && now?.changes === seen?.changes
      ? undefined
      : createStale(`${store.where} was changed by another run`)

  /** Begins a part that the index does not name, as far as this run knows. */
  const beginPart = async (name: string, { where }: Store, held: HeldStore): Promise<Stale | undefined> => {
    const { lineage, split = 0 } = known
    const there = held.state
    const isOfSplit = there?.lineage === lineage && there.split === split
    if (isOfSplit && Object.keys(there.records).length > 0) {
      // Another run began it meanwhile, or the index is older than the part. The next run reads it.
      const wish = { changes: [], claims: new Map(), serials: new Map([[name, there.serial]]) }
      return (await writeIndex(wish, `Name ${name}`, undefined)) ?? createStale(`${where} was begun by another run`)
    }
    if (isOfSplit) return there.closed ? createStale(`${where} is being joined`) : undefined
    // An outdated view must not overwrite a part of a newer split.
    const stale = await writeIndex(NO_WISH, '', undefined)
    if (stale !== undefined) return stale
    const begun = await storePart(held, where, emptyPart(name, known, split))
    return begun.is === 'stale' ? begun : undefined
  }

  /** Finds where each change of a commit goes. */
  const findRoute = (changes: readonly Change[]): Route => {
    const states = readStates()
    const byPart: Route['byPart'] = new Map()
    const fenced: Route['fenced'] = new Set()
    const claims = new Map<Address, string>()
    const others: IndexChange[] = []
    const put = (name: string, change: RecordChange): void => {
      byPart.set(name, [...(byPart.get(name) ?? []), change])
    }
    for (const change of changes) {
      if (change.set !== 'record') {
        others.push(change)
        continue
      }
      const { address, record } = change
      const holders = findHolders(known, states, address)
      const home = record === null ? undefined : partOf(address, record)
      if (home !== undefined) {
        put(home, change)
        const before = known.homes?.[address]
        if (before !== home) claims.set(address, home)
        if (before !== undefined && before !== home && parts.has(before)) fenced.add(before)
      }
      for (const name of holders.filter((one) => one !== home)) {
        if (home !== undefined) fenced.add(name)
        put(name, dropRecord(address))
      }
    }
    // A spec that was renamed may take its record to another part. If this run dies on the way, the index leads to the record that counts.
    const records = changes.filter(isRecord)
    for (const { address, record } of records) {
      const name = record === null ? known.homes?.[address] : undefined
      const before = name === undefined ? undefined : states.get(name)?.records[address]
      if (before === undefined) continue
      const [heir] = records.flatMap(({ address: other, record: one }) =>
        one !== null && isTakenOver(address, before, other, one) ? [partOf(other, one)] : [],
      )
      if (heir !== undefined && heir !== name) claims.set(address, heir)
    }
    return { wish: { changes: others, claims, serials: new Map() }, byPart, fenced }
  }

  const commit = async (
    changes: readonly Change[],
    message: string,
    options: CommitOptions = {},
  ): Promise<Committed> => {
    const route = findRoute(changes)
    const { wish, byPart, fenced } = route
    const touched = listTouched(route, options)
    // In one order, so that of two runs one gets all its locks.
    for (const name of [...touched].sort()) {
      const stale = await hold(name)
      if (stale !== undefined) return stale
      wish.serials.set(name, parts.get(name)!.held!.state!.serial)
    }
    const leadsToCalls = options.always === true || options.claim !== undefined || changes.some(isIntent)
    if (isWrite(known, wish) || leadsToCalls) {
      const stale = await writeIndex(wish, message, options.claim)
      if (stale !== undefined) return stale
    }
    for (const name of fenced) {
      const ended = await parts.get(name)!.held!.commit([], message, { always: true })
      if (ended.is === 'stale') return ended
    }
    const bumped = new Set([...touched].filter((name) => isBumped(name, options)))
    const { writes, drops } = orderWrites(touched, byPart)
    for (const { name, changes: own } of writes) keepCopies(name, own, [])
    const left = [...copies.keys()].map((name) => ({ name, changes: dropCopies(name) }))
    const written: Written[] = []
    for (const { name, changes: own } of [...writes, ...drops, ...left]) {
      const { held } = parts.get(name)!
      const before = held!.state!
      // One version more is enough, also for a part that is written twice.
      const ended = await held!.commit(own, message, { always: bumped.delete(name) })
      if (ended.is === 'stale') {
        await takeBack(written)
        return ended
      }
      keepCopies(name, own, [])
      written.push({ name, changes: own, before })
    }
    return { is: 'committed', state: getState() }
  }

  /** Lists the parts that a commit writes: those of its changes and calls, and those with something still to store. */
  const listTouched = ({ byPart, fenced }: Route, options: CommitOptions): Set<string> => {
    const states = readStates()
    const steps = options.steps?.flatMap((address) => findHolders(known, states, address).slice(0, 1)) ?? []
    const held = [...parts].flatMap(([name, part]) => (part.held === undefined ? [] : [name]))
    const isOfAll = options.claim !== undefined || (options.always === true && options.steps === undefined)
    return new Set([...fenced, ...byPart.keys(), ...steps, ...held, ...(isOfAll ? parts.keys() : [])])
  }

  /**
   * If calls will change jobs of a part, the part first gets a new version. So only one of two runs makes these calls.
   */
  const isBumped = (name: string, { always, claim, steps }: CommitOptions): boolean => {
    if (claim !== undefined) return true
    if (always !== true) return false
    const states = readStates()
    return steps === undefined || steps.some((address) => findHolders(known, states, address)[0] === name)
  }

  /** Restores what a commit stored in some parts before another one turned out to be stale. Nothing was sent. */
  const takeBack = async (written: readonly Written[]): Promise<void> => {
    for (const { name, changes, before } of [...written].reverse()) {
      const { held } = parts.get(name)!
      // Facts about AWS stay, such as an adopted job.
      const undone = changes
        .filter((one) => one.record === null || isIntent(one))
        .map(({ address }): Change => ({ set: 'record', address, record: before.records[address] ?? null }))
      if (undone.length === 0) continue
      // Durable here at once. If it cannot be stored, the intents wait until they can have no job.
      await held!.append(undone)
      await held!.commit([], 'Take back what was not sent')
    }
  }

  const append = async (changes: readonly Change[]): Promise<void> => {
    const { byPart, wish } = findRoute(changes)
    if (wish.changes.length > 0) throw new Error('A change of the index was appended')
    const missing = [...byPart.keys()].filter((name) => parts.get(name)?.held === undefined)
    if (missing.length > 0)
      await inTurn(async () => {
        for (const name of missing) {
          const stale = await hold(name)
          if (stale !== undefined) throw createStaleProblem(stale.message)
        }
      })
    const { writes, drops } = orderWrites(byPart.keys(), byPart)
    for (const { name, changes: own } of writes) {
      keepCopies(name, own, [])
      await parts.get(name)!.held!.append(own)
    }
    // A commit meanwhile must not drop what no other part is about to store.
    for (const { name, changes: own } of drops) keepCopies(name, [], own)
  }

  /** Notes which copies a part has from now on: not those of records that it gains, but those of records that it loses. */
  const keepCopies = (name: string, gained: readonly RecordChange[], lost: readonly RecordChange[]): void => {
    const left = new Set(copies.get(name))
    for (const { address } of gained) left.delete(address)
    for (const { address } of lost) left.add(address)
    if (left.size > 0) copies.set(name, left)
    else copies.delete(name)
  }

  /** Takes the parts for which a dead run left changes on this machine, so that closing stores them. */
  const holdKept = async (): Promise<void> => {
    for (const [name, { held, seen }] of parts) {
      if (held !== undefined || seen === undefined || seen.changes === '[]') continue
      // Otherwise a live run has the part, or another run has changed it. The next run stores what is left.
      await hold(name).catch(() => undefined)
    }
  }

  const close = async (): Promise<void> => {
    await holdKept()
    // If a part is stale, its close says so. Then the copy stays, and the index says which one counts.
    const [stored] = await Promise.allSettled(copies.size > 0 ? [commit([], 'Record the changes')] : [])
    const ends = await Promise.allSettled(
      [...parts.values()].flatMap(({ held }) => (held === undefined ? [] : [held.close()])),
    )
    const failed = [...(stored ? [stored] : []), ...ends].find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  return {
    get state() {
      return getState()
    },
    commit: (changes, message, options) => inTurn(() => commit(changes, message, options)),
    append,
    create: () => Promise.reject(createExists(places.where, known)),
    close: () => inTurn(close),
  }
}

/**
 * Orders what is written to which part. A record that moves, also to another address, is stored in its new part before its old copy is dropped.
 * A part that gains a record and loses another one is therefore written twice, if another part gains one too.
 */
function orderWrites(
  names: Iterable<string>,
  byPart: Route['byPart'],
): { readonly writes: readonly Write[]; readonly drops: readonly Write[] } {
  const changesOf = (name: string): readonly RecordChange[] => byPart.get(name) ?? []
  const all = [...names].sort()
  const gaining = all.filter((name) => changesOf(name).some(({ record }) => record !== null))
  const isLater = (name: string, { record }: RecordChange): boolean =>
    record === null && gaining.some((one) => one !== name)
  const writes = all.map((name) => ({ name, changes: changesOf(name).filter((one) => !isLater(name, one)) }))
  const drops = all.map((name) => ({ name, changes: changesOf(name).filter((one) => isLater(name, one)) }))
  const isNeeded = ({ name, changes }: Write): boolean => changes.length > 0 || changesOf(name).length === 0
  return { writes: writes.filter(isNeeded), drops: drops.filter(({ changes }) => changes.length > 0) }
}

function dropRecord(address: Address): RecordChange {
  return { set: 'record', address, record: null }
}

function isRecord(change: Change): change is RecordChange {
  return change.set === 'record'
}

function isIntent(change: Change): change is RecordChange & { readonly record: JobRecord } {
  return change.set === 'record' && change.record?.stage === 'intent'
}

function createStale(message: string): Stale {
  return { is: 'stale', message }
}

function createStaleProblem(message: string): Problem {
  return new Problem({ code: 'STATE_STALE', message, remedies: [advise('Run the command again')] })
}
