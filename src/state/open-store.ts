import type { Address } from '../model/address.ts'
import type { StateCode } from '../model/codes.ts'
import { Problem } from '../model/problem.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import { applyChanges, type Change, type JobRecord, type State } from '../model/state.ts'
import type { Disk } from '../system/disk.ts'
import { reportDiskErrors } from './disk-problem.ts'
import { findMove } from './find-move.ts'
import { parseState } from './format.ts'
import { type Journal, openJournal } from './journal.ts'
import type { Release } from './lock.ts'
import { type Entry, getAttempt } from './merge.ts'
import { compareStates, createBase, type Recovered } from './recover.ts'
import { assertFits } from './state-size.ts'
import { type Serialised, serialiseChanged } from './state-text.ts'
import type { Backing, CommitOptions, Committed, HeldStore, Loaded, Seen } from './store.ts'

/** The inputs of an open store. */
export type Opening = {
  readonly where: string
  readonly backing: Backing
  readonly disk: Disk
  readonly loaded: Loaded
  readonly recovered: Recovered
  readonly release: Release
  readonly seen: Seen
  /** The project to record in the state if it names none. */
  readonly stamp?: string
}

/** Opens a held store: the stored base, the changes since, and the journal that keeps them. */
export async function openHeldStore(opening: Opening): Promise<HeldStore> {
  const { where, backing, disk, loaded, recovered, release, seen: openedWith, stamp } = opening
  const journal: Journal = openJournal(backing.journal, disk)
  let base = recovered.base
  // The text of the base, once this run has written it.
  let written: Serialised | undefined
  let version = loaded.version
  let pending: Entry[] = base === undefined || recovered.state === undefined ? [] : compareStates(base, recovered.state)
  let latest = indexLatest(pending)
  let snapshot = recovered.state
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  const inTurn = <Value>(task: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(task)
    last = turn.catch(() => {})
    return turn
  }

  // Computed only on demand, so that the cost of an append does not grow with the number of jobs.
  const getCurrent = (): State | undefined => {
    if (base !== undefined) snapshot ??= applyChanges(base, pending)
    return snapshot
  }

  const settle = async (next: State, text: Serialised, newVersion: string, taken: number): Promise<void> => {
    base = next
    written = text
    version = newVersion
    pending = pending.slice(taken)
    latest = indexLatest(pending)
    snapshot = undefined
    await journal.restart(createBase(next, text.text, text.digest), () => pending)
  }

  const append = async (changes: readonly Change[]): Promise<void> => {
    if (base === undefined) throw new Error('A change was appended to a state that does not exist')
    const entries = changes.map((change) => createEntry(change, latest, base?.records))
    for (const entry of entries) {
      pending.push(entry)
      if (entry.set === 'record') latest.set(entry.address, entry.record)
    }
    snapshot = undefined
    await journal.append(entries)
  }

  const commit = async (
    changes: readonly Change[],
    message: string,
    { always = false, claim, split }: CommitOptions = {},
  ): Promise<Committed> => {
    const state = getCurrent()
    if (base === undefined || state === undefined) throw new Error('A commit was asked for a state that does not exist')
    const project = state.project ?? stamp
    const next = applyChanges(
      { ...state, serial: base.serial + 1, ...(project !== undefined && { project }), ...claim, ...split },
      changes,
    )
    const changed = collectAddresses([...pending, ...changes])
    if (!always && claim === undefined && compareStates(base, next, changed).length === 0)
      return { is: 'committed', state }
    const text = serialiseChanged(next, changed, written)
    // Results are stored as long as the place takes them. Only what leads to new calls must leave room for its results.
    if (backing.maxBytes !== undefined && changes.some(isIntent)) assertFits(where, text, next, backing.maxBytes)
    const taken = pending.length
    if (taken > 0) await journal.append([{ set: 'folding', digest: text.digest }])
    const swapped = await backing.swap(version, text, message)
    if (swapped.is === 'stale') {
      await assertNotMoved()
      return swapped
    }
    await settle(next, text, swapped.version, taken)
    return { is: 'committed', state: getCurrent() ?? next }
  }

  /** Throws a Problem if the other writer was a move. To run again would not help then. */
  const assertNotMoved = async (): Promise<void> => {
    const { text } = await backing.load(false).catch((): Loaded => ({}))
    const parsed = text === undefined ? undefined : parseState(text, where)
    const problem = parsed && 'state' in parsed ? findMove(where, parsed.state, pending.length) : undefined
    if (problem !== undefined) throw new Problem(problem)
  }

  const replace = async (next: State, message: string): Promise<Committed> => {
    const text = serialiseChanged(next, new Set(Object.keys(next.records) as Address[]), undefined)
    const swapped = await backing.swap(version, text, message)
    if (swapped.is === 'stale') return swapped
    await settle(next, text, swapped.version, pending.length)
    return { is: 'committed', state: next }
  }

  const create = async (state: State, anew: boolean): Promise<Committed> => {
    if (base !== undefined) throw createExists(where, base)
    if (recovered.problem !== undefined && !anew) throw new Problem(recovered.problem)
    const old = recovered.journal
    if (old !== undefined && old.entries.length > 0) {
      await reportDiskErrors(backing.journal, 'putting the old journal aside', () =>
        disk.rename(backing.journal, `${backing.journal}.${old.base.lineage}`),
      )
    }
    return replace({ ...state, serial: state.serial + 1 }, `Begin the state ${state.lineage}`)
  }

  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    try {
      // A tombstone stays as it is. A move hands over what this machine still keeps.
      const folded =
        pending.length === 0 || base?.moved !== undefined
          ? undefined
          : await commit([], `Record ${pending.length} changes`)
      if (folded?.is === 'stale') {
        const way = `Run again on this machine: ${backing.journal} keeps what this one did, and the next one merges it into the state`
        throw createProblem('STATE_STALE', `${where} could not be written: ${folded.message}`, advise(way))
      }
    } finally {
      await journal.close().finally(release)
    }
  }

  // From here on the journal names this base, so that the next run knows the last state seen.
  const seen = recovered.journal
  if (base !== undefined && loaded.text !== undefined) {
    const stored = recovered.current ?? createBase(base, loaded.text, loaded.digest)
    const isCurrent = seen?.base.digest === stored.digest && seen.entries.length === 0 && !seen.torn
    if (!isCurrent) await journal.restart(stored, () => pending)
  }

  return {
    get state() {
      return getCurrent()
    },
    seen: openedWith,
    commit: (changes, message, options = {}) => inTurn(() => commit(changes, message, options)),
    get pending() {
      return pending
    },
    append,
    replace: (state, message) => inTurn(() => replace(state, message)),
    create: (state, options = {}) => inTurn(() => create(state, options.anew === true)),
    close: () => inTurn(close),
  }
}

function isIntent(change: Change): boolean {
  return change.set === 'record' && change.record?.stage === 'intent'
}

function collectAddresses(changes: readonly Change[]): Set<Address> {
  return new Set(changes.flatMap((change) => (change.set === 'record' ? [change.address] : [])))
}

function indexLatest(entries: readonly Entry[]): Map<string, JobRecord | null> {
  return new Map(entries.flatMap((entry) => (entry.set === 'record' ? [[entry.address, entry.record]] : [])))
}

function createEntry(
  change: Change,
  latest: ReadonlyMap<string, JobRecord | null>,
  records: State['records'] = {},
): Entry {
  if (change.set !== 'record') return change
  const before = latest.has(change.address) ? latest.get(change.address) : records[change.address]
  const was = getAttempt(before ?? undefined)
  return was === undefined ? change : { ...change, was }
}

/** Creates the Problem (STATE_EXISTS, exit 8) for a first state where there is one. */
export function createExists(where: string, { lineage }: State): Problem {
  const way = advise('Work with it, or keep the new one elsewhere')
  return createProblem('STATE_EXISTS', `${where} has a state, of lineage ${lineage}`, way)
}

function createProblem(code: StateCode, message: string, remedy: Remedy): Problem {
  return new Problem({ code, message, remedies: [remedy] })
}
