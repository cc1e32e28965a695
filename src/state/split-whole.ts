import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { type Change, recordEntries, SPLIT_READER, type State } from '../model/state.ts'
import { addClaims } from './index-changes.ts'
import { emptyPart, type SplitPlaces, storePart } from './split-parts.ts'
import type { Committed, HeldStore } from './store.ts'

/**
 * Splits a whole state. It stores the parts, and then the index in place of the whole state, by compare-and-swap. Until then the whole state
 * is the state, and what a killed split left of the parts is overwritten.
 */
export async function splitWhole({ storeOf, partOf, where }: SplitPlaces): Promise<void> {
  const whole = await storeOf(undefined).open()
  const parts = new Map<string, HeldStore>()
  try {
    // The parts are copies of what is stored, so that the copies of two splits are equal.
    assertStored(await whole.commit([], 'Record what was appended'), where)
    const { state } = whole
    if (state === undefined || state.parts !== undefined) return
    const claims = new Map(recordEntries(state.records).map(([address, one]) => [address, partOf(address, one)]))
    for (const name of [...new Set(claims.values())].sort()) parts.set(name, await storeOf(name).openToMove())
    // The parts were opened while the state was whole. So no run has used them yet.
    const now = await storeOf(undefined).read()
    if (now.state?.serial !== state.serial || now.state.parts !== undefined) throw createStale(where)
    const serials = new Map<string, number>()
    for (const [name, part] of parts) {
      const own = recordEntries(state.records).filter(([address]) => claims.get(address) === name)
      const records = Object.fromEntries(own) as State['records']
      const first = { ...emptyPart(name, state, state.serial), records }
      serials.set(name, assertStored(await storePart(part, storeOf(name).where, first), storeOf(name).where).serial)
    }
    const split = {
      ...addClaims({}, { claims, serials }),
      split: state.serial,
      minReader: Math.max(state.minReader, SPLIT_READER),
    }
    const moved = [...claims.keys()].map((address): Change => ({ set: 'record', address, record: null }))
    assertStored(await whole.commit(moved, 'Split the state by target', { always: true, split }), where)
  } finally {
    await Promise.allSettled([...parts.values()].map((part) => part.close()))
    await whole.close()
  }
}

function assertStored(ended: Committed, where: string): State {
  if (ended.is === 'stale') throw createStale(where)
  return ended.state
}

function createStale(where: string): Problem {
  const message = `${where} was written meanwhile, and is not split yet`
  return new Problem({ code: 'STATE_STALE', message, remedies: [advise('Run the command again')] })
}
