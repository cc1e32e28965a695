import t from 'tap'
import type { Address } from '../../src/model/address.ts'
import type { JobRecord, State } from '../../src/model/state.ts'
import { serialiseState } from '../../src/state/format.ts'
import { serialiseChanged } from '../../src/state/state-text.ts'
import { attempt, job, stateOf } from './fixtures.ts'

/** Numbers from 0 up to a bound, the same in every run. */
function createPicker(seed: number): (below: number) => number {
  let last = seed
  return (below) => {
    last = (last * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((last / 2 ** 31) * below)
  }
}

const ADDRESSES = Array.from(
  { length: 40 },
  (_, index): Address =>
    index % 3 === 0 ? `MediaPackageHarvestJob/cup-${index}` : `IotJob/night-${index % 7}_${index}`,
)

function changeAtRandom(state: State, pick: (below: number) => number): { next: State; changed: Set<Address> } {
  const records: Record<Address, JobRecord> = { ...state.records }
  const changed = new Set(Array.from({ length: pick(6) }, () => ADDRESSES[pick(ADDRESSES.length)]!))
  for (const address of changed) {
    if (pick(3) === 0) delete records[address]
    else
      records[address] = pick(2) === 0 ? attempt('intent', 1 + pick(3)) : job('created', { id: `é "\n ${pick(100)}` })
  }
  const source = pick(2) === 0 ? { source: { commit: `abcdef${pick(1000)}a` } } : {}
  return { next: { ...state, serial: state.serial + 1, ...source, records }, changed }
}

t.test('a text that copies unchanged lines is the text of the whole state', async (t) => {
  for (let seed = 1; seed <= 60; seed++) {
    const pick = createPicker(seed)
    let state = stateOf({})
    let written = serialiseChanged(state, new Set(), undefined)
    for (let step = 0; step < 12; step++) {
      const { next, changed } = changeAtRandom(state, pick)
      written = serialiseChanged(next, changed, written)
      state = next
      if (written.text !== serialiseState(state)) return t.equal(written.text, serialiseState(state), `seed ${seed}`)
    }
  }
  t.pass('no text differs')
})

t.test('only changed records are read, once the text before is known', async (t) => {
  const countReads = (size: number): number => {
    let reads = 0
    const count = (record: JobRecord): JobRecord =>
      new Proxy(record, {
        ownKeys(of) {
          reads++
          return Reflect.ownKeys(of)
        },
      })
    const names = Array.from({ length: size }, (_, index): Address => `IotJob/night-${index}`)
    const state = stateOf(Object.fromEntries(names.map((name) => [name, count(job('created'))])))
    const before = serialiseChanged(state, new Set(), undefined)
    reads = 0
    const next = { ...state, records: { ...state.records, 'IotJob/attic': count(job('created')) } }
    serialiseChanged(next, new Set(['IotJob/attic']), before)
    return reads
  }
  const few = countReads(50)
  t.ok(few > 0)
  t.equal(countReads(500), few)
})

t.test('a changed record that violates the schema is not written', async (t) => {
  const state = stateOf({ 'IotJob/attic': job('created') })
  const before = serialiseChanged(state, new Set(), undefined)
  const bad = { ...job('created'), run: 'one' } as unknown as JobRecord
  const next = { ...state, records: { ...state.records, 'IotJob/barn': bad } }
  t.throws(() => serialiseChanged(next, new Set(['IotJob/barn']), before), /wrong at \/records\/IotJob~1barn\/run/)
  t.throws(() => serialiseChanged(next, new Set(['IotJob/barn']), undefined), /wrong at \/records\/IotJob~1barn\/run/)
})
