import type { Address } from '../model/address.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { type Change, recordEntries, type State } from '../model/state.ts'
import { addClaims } from './index-changes.ts'
import { emptyPart } from './open-split-store.ts'
import { compareStates } from './recover.ts'
import { createForeignPart, type SplitPlaces } from './split-store.ts'
import type { Committed, OpenStore } from './store.ts'

/**
 * Splits a whole state. It stores the parts, and then the index in place of the whole state, by compare-and-swap. Until then the whole state
 * is the state, and what a killed run left of the parts is overwritten.
 */
export async function splitWhole(places: SplitPlaces): Promise<void> {
  const { storeOf, partOf, where } = places
  const whole = await storeOf(undefined).open()
  const held: OpenStore[] = []
  try {
    const { state } = whole
    if (state === undefined || state.parts !== undefined) return
    const byPart = new Map<string, [Address, State['records'][Address]][]>()
    for (const [address, record] of recordEntries(state.records)) {
      const name = partOf(address, record)
      byPart.set(name, [...(byPart.get(name) ?? []), [address, record]])
    }
    const opened = new Map<string, OpenStore>()
    for (const name of byPart.keys()) {
      const part = await storeOf(name).open()
      held.push(part)
      opened.set(name, part)
      const there = part.state
      if (there !== undefined && there.lineage !== state.lineage)
        throw new Problem(createForeignPart(storeOf(name).where, there.lineage, state.lineage))
    }
    // The parts were read while the state was whole. So no run has used them yet.
    const now = await storeOf(undefined).read()
    if (now.state?.serial !== state.serial || now.state.parts !== undefined) throw createStale(where)
    for (const [name, records] of byPart) await storePart(opened.get(name)!, name, state, Object.fromEntries(records))
    const addresses = recordEntries(state.records).map(([address]) => address)
    const claims = new Map([...byPart].flatMap(([name, own]) => own.map(([address]) => [address, name] as const)))
    const index = await whole.commit(
      addresses.map((address): Change => ({ set: 'record', address, record: null })),
      'Split the state by target',
      { always: true, split: addClaims(state, { claims, added: new Set(byPart.keys()) }) },
    )
    assertStored(index, where)
  } finally {
    await Promise.allSettled(held.map((part) => part.close()))
    await whole.close()
  }
}

async function storePart(
  part: OpenStore,
  name: string,
  { lineage, horizon }: State,
  records: State['records'],
): Promise<void> {
  const empty = emptyPart(name, lineage, horizon)
  if (part.state === undefined) assertStored(await part.create(empty, { anew: true }), name)
  const changes = compareStates(part.state!, { ...part.state!, records })
  assertStored(await part.commit(changes, 'Split the state by target', { always: true }), name)
}

function assertStored(ended: Committed, where: string): void {
  if (ended.is === 'stale') throw createStale(where)
}

function createStale(where: string): Problem {
  const message = `${where} was written meanwhile, and is not split yet`
  return new Problem({ code: 'STATE_STALE', message, remedies: [advise('Run again')] })
}
