import { Problem } from '../model/problem.ts'
import { advise, suggest } from '../model/remedy.ts'
import type { State, StateMove } from '../model/state.ts'
import { formatPlace, getPlaceKey, listPlaceOptions, nameAnother } from '../model/state-place.ts'
import { findMove } from './find-move.ts'
import { merge } from './merge.ts'
import { compareStates } from './recover.ts'
import type { Committed, HeldStore } from './store.ts'

/** The format of a tombstone and of an inactive copy. An older program would use them as states. */
const MOVE_READER = 3

/** A step of a move that this run did. */
export type MoveStep = 'merged' | 'copied' | 'left' | 'activated' | 'handed over'

/** What to move. The caller holds both stores. */
export type Moving = Pick<StateMove, 'from' | 'to' | 'at'> & {
  readonly old: HeldStore
  readonly next: HeldStore
  /** Reports each step once it is stored. `count`: how many changes it carried. */
  readonly tell: (step: MoveStep, count: number) => void
}

/**
 * Moves a state. First it copies the state, inactive. Then a tombstone replaces the old one by compare-and-swap. Last
 * it activates the copy. So at most one of the two can be used at any time. After a kill, another call does the
 * remaining steps. It returns the active state. Throws a Problem (exit 8) if the old state is missing or has moved
 * elsewhere. Also if the new place is taken, or another run writes meanwhile.
 */
export async function moveState(moving: Moving): Promise<State> {
  const { old, from } = moving
  if (old.state === undefined) throw createNothingToMove(from)
  if (old.state.moved === undefined) await leave(moving)
  return activate(moving)
}

/** Copies the state, and puts a tombstone in its old place. */
async function leave({ old, next, from, to, at, tell }: Moving): Promise<void> {
  const kept = old.pending.length
  if (kept > 0) {
    assertStored(await old.commit([], `Record ${kept} changes`), from)
    tell('merged', kept)
  }
  const state = old.state!
  const serial = state.serial + 1
  const minReader = Math.max(state.minReader, MOVE_READER)
  const move = { from, to, at, minReader: state.minReader }
  if (isCopyNeeded(state, next.state, to)) {
    const { inactive: _other, ...own } = state
    const copy = { ...own, serial, minReader, inactive: move }
    const message = `Copy the state from ${formatPlace(from)}`
    const stored =
      next.state === undefined
        ? await next.create({ ...copy, serial: state.serial }, { anew: true })
        : await next.replace(copy, message)
    assertStored(stored, to)
    tell('copied', Object.keys(state.records).length)
  }
  const left = await old.replace({ ...state, serial, minReader, moved: move }, `Move the state to ${formatPlace(to)}`)
  assertStored(left, from)
  tell('left', 0)
}

/** Returns whether the new place lacks a copy of this very state. Throws a Problem (exit 8) if anything but a copy of it is there. */
function isCopyNeeded({ lineage, serial }: State, there: State | undefined, to: Moving['to']): boolean {
  if (there === undefined) return true
  if (there.moved !== undefined || there.inactive === undefined || there.lineage !== lineage)
    throw createTaken(there, to)
  // A lineage has one state of each serial, so a copy with this one is equal.
  if (there.serial === serial + 1) return false
  if (there.serial < serial + 1) return true
  throw createStale(`${formatPlace(to)} holds a copy of a newer state`)
}

/** Activates the copy of a state whose old place has a tombstone, and returns it. */
async function activate({ old, next, from, to, tell }: Moving): Promise<State> {
  const { moved, ...state } = old.state!
  if (moved === undefined) throw new Error('A move without a tombstone was to be activated')
  if (getPlaceKey(moved.to) !== getPlaceKey(to)) throw new Problem(findMove(formatPlace(from), old.state!)!)
  const there = next.state
  if (there === undefined) throw createLost(moved, 'there is none there')
  if (there.lineage !== state.lineage) throw createLost(moved, `another one is there, of lineage ${there.lineage}`)
  if (there.moved !== undefined) throw new Problem(findMove(formatPlace(to), there)!)
  if (there.inactive !== undefined) {
    // The tombstone decides what the state was. It has the changes that this machine kept, too.
    const active = { ...state, serial: state.serial + 1, minReader: moved.minReader }
    assertStored(await next.replace(active, `Move the state from ${formatPlace(from)}`), to)
    tell('activated', Object.keys(active.records).length)
    return active
  }
  const changes = compareStates(there, merge(there, old.pending))
  if (changes.length > 0) {
    assertStored(await next.commit(changes, `Take over ${changes.length} changes from ${formatPlace(from)}`), to)
    tell('handed over', changes.length)
  }
  return next.state!
}

function assertStored(ended: Committed, place: Moving['to']): void {
  if (ended.is === 'stale') throw createStale(`${formatPlace(place)} was written meanwhile: ${ended.message}`)
}

function createStale(message: string): Problem {
  return new Problem({
    code: 'STATE_STALE',
    message,
    remedies: [advise('run the move again: it goes on from what is stored now')],
  })
}

/** Creates the Problem (STATE_MISSING, exit 8) for a place without a state. */
export function createNothingToMove(place: StateMove['from']): Problem {
  return new Problem({
    code: 'STATE_MISSING',
    message: `there is no state to move at ${formatPlace(place)}`,
    remedies: [
      advise('if jobwright.yaml names the new place already, write the old place back, and run the command again'),
      suggest('if there was never a state, write the place that you want in jobwright.yaml, and begin one', 'init'),
    ],
  })
}

function createLost({ to, at }: StateMove, what: string): Problem {
  return new Problem({
    code: 'STATE_MISSING',
    message: `the state moved to ${formatPlace(to)} on ${at}, and ${what}`,
    remedies: [
      advise('restore it there: an older version of the object, the previous commit of the branch, or a backup'),
      advise('if no run used it there yet, put the text of the old place there, without its member "moved"'),
    ],
  })
}

/** Creates the Problem (STATE_EXISTS, exit 8) for a new place that something else uses. */
export function createTaken(there: State, to: Moving['to']): Problem {
  const what =
    there.moved === undefined
      ? `has a state, of lineage ${there.lineage}`
      : `has a tombstone: a state moved from there to ${formatPlace(there.moved.to)} on ${there.moved.at}`
  return new Problem({
    code: 'STATE_EXISTS',
    message: `${formatPlace(to)} ${what}`,
    remedies: [suggest('choose another place', 'state', 'move', ...listPlaceOptions(nameAnother(to)))],
  })
}
