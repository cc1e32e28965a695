import t from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import type { Address } from '../../src/model/address.ts'
import type { Spec } from '../../src/model/spec.ts'
import { emptyState, type JobRecord } from '../../src/model/state.ts'
import { findDoubtful, type Recalled } from '../../src/plan/recalled-files.ts'
import { DONE, recordOf, specOf, unknownOf } from './world.ts'

const A: Address = 'IotJob/a'
const B: Address = 'IotJob/b'

/** What is doubtful of a finished job `b` and a job `a` with this spec and record, if both specs are remembered. */
function doubtsOf(
  record: JobRecord | undefined,
  facts: Parameters<typeof specOf>[1] = {},
  more: Partial<Recalled> = {},
) {
  const records = { ...(record && { [A]: record }), [B]: recordOf(B, DONE) }
  const specs: Spec[] = [specOf(A, facts), specOf(B)]
  const doubtful = findDoubtful({
    specs,
    blocked: [],
    state: { ...emptyState('fleet'), records },
    modelOf: getModel,
    recalled: new Set(specs.map(({ place }) => place.file)),
    ...more,
  })
  return doubtful === 'all' ? 'all' : [...doubtful]
}

t.test('a plan may use the remembered spec of a finished, unchanged job', async (t) => {
  t.strictSame(doubtsOf(recordOf(A, DONE)), [])
  t.strictSame(doubtsOf(undefined, { policy: { hold: true } }), ['specs/a.yaml'], 'held')
})

t.test('a spec whose job can still change is read afresh', async (t) => {
  const own = ['specs/a.yaml']
  t.strictSame(doubtsOf(recordOf(A)), own, 'running')
  t.strictSame(
    doubtsOf(recordOf(A, { ...DONE, stage: 'created', condition: undefined } as Partial<JobRecord>)),
    own,
    'not started',
  )
  t.strictSame(doubtsOf(recordOf(A, DONE), { request: { targets: [] } }), own, 'edited')
  t.strictSame(doubtsOf(recordOf(A, { ...DONE, run: 2 })), own, 'a lower run')
  t.strictSame(doubtsOf(recordOf(A, { ...DONE, withdrawn: '2026-11-15T09:00:00Z' })), own, 'withdrawn')
  t.strictSame(doubtsOf(recordOf(A, { lost: true })), own, 'lost')
  t.strictSame(doubtsOf(recordOf(A, { ...DONE, unaudited: true })), own, 'not audited since its end')
  t.strictSame(doubtsOf(recordOf(A, DONE), { formerly: 'b' }), own, 'with the name of another record')
  t.strictSame(doubtsOf(recordOf(A), {}, { recalled: new Set(['specs/b.yaml']) }), [], 'which it was')
})

t.test('every spec is read afresh before a create or a removal', async (t) => {
  t.equal(doubtsOf(undefined), 'all', 'a new spec')
  t.equal(doubtsOf(recordOf(A, DONE), { policy: { run: 2 } }), 'all', 'a raised run')
  t.equal(doubtsOf(unknownOf(A)), 'all', 'an unknown create')
  t.equal(doubtsOf(recordOf(A, DONE), {}, { specs: [specOf(B)] }), 'all', 'a removed spec')
  t.equal(doubtsOf(recordOf(A, DONE), {}, { state: undefined }), 'all', 'no state')
  t.strictSame(doubtsOf(undefined, {}, { recalled: new Set() }), [], 'unless all were')
})

t.test('a spec with errors is read afresh', async (t) => {
  const { address, place } = specOf(A)
  const blocked = [{ address, place, codes: ['SPEC_DUPLICATE' as const] }]
  t.strictSame(doubtsOf(recordOf(A, DONE), {}, { specs: [specOf(B)], blocked }), ['specs/a.yaml'])
})
