import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { findReader, type State } from '../model/state.ts'
import { findMove } from './find-move.ts'
import { findUnknownRecord, joinParts } from './join-parts.ts'
import { createOutdatedIndex, findWrongPart, type SplitPlaces } from './split-parts.ts'
import type { Committed, HeldStore } from './store.ts'

/**
 * Joins a split state to one text in place of its index, by compare-and-swap. Before that, it closes each part.
 * Otherwise a run could write something that the joined text lacks. After a kill some parts are closed, and the next
 * join goes on. Returns the number of parts; undefined if the state is not split.
 */
export async function joinSplit({ storeOf, where, refresh }: SplitPlaces): Promise<number | undefined> {
  refresh?.()
  const index = await storeOf(undefined).openToMove()
  const held = new Map<string, HeldStore>()
  try {
    const { state } = index
    const moved = state && findMove(where, state)
    if (moved !== undefined) throw new Problem(moved)
    if (state?.parts === undefined) return undefined
    // All locks come first: a run that goes on here keeps the state as it is.
    for (const [name, least] of Object.entries(state.parts)) {
      const part = await storeOf(name).openToMove()
      held.set(name, part)
      const wrong = findWrongPart(storeOf(name).where, part.state, state, least)
      if (wrong !== undefined) throw new Problem(wrong)
    }
    const parts = new Map<string, State>()
    for (const [name, part] of held) {
      const own = part.state!
      const isClosed = own.closed === true && part.pending.length === 0
      const closed: State = { ...own, serial: own.serial + 1, closed: true }
      const close = () => part.replace(closed, `Close the part ${name}`)
      parts.set(name, isClosed ? own : assertStored(await close(), storeOf(name).where))
    }
    const unknown = findUnknownRecord(state, parts)
    if (unknown !== undefined) throw new Problem(createOutdatedIndex(where, unknown))
    const joined = joinParts(state, parts)
    const whole = { ...joined, minReader: findReader(joined), serial: joined.serial + 1 }
    assertStored(await index.replace(whole, 'Join the state'), where)
    return parts.size
  } finally {
    await Promise.allSettled([...held.values()].map((part) => part.close()))
    await index.close()
  }
}

function assertStored(ended: Committed, where: string): State {
  if (ended.is === 'committed') return ended.state
  const message = `${where} was written meanwhile, and is not joined yet`
  throw new Problem({ code: 'STATE_STALE', message, remedies: [advise('Run the command again')] })
}
