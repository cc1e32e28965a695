import t from 'tap'
import {
  CLOCKS_MS,
  computeDeadline,
  computeLeaseEnd,
  computeShownFrom,
  computeTaskLife,
  DEFAULT_WAITS,
  isLeased,
  QUEUE_MS,
} from '../../src/model/create-protocol.ts'

const AT = '2026-11-15T08:50:00Z'
const intent = { at: AT }
const WAITS = { leaseMs: 1_000, signatureMs: 20_000, requestMs: 300_000, listLagMs: 4_000_000, queueMs: 0, graceMs: 5 }

t.test('the waits cover what AWS documents: 15 minutes of signature life, half a minute of request', async (t) => {
  t.strictSame(DEFAULT_WAITS, {
    leaseMs: 60_000,
    signatureMs: 900_000,
    requestMs: 30_000,
    listLagMs: 90_000,
    graceMs: 15_000,
    queueMs: 0,
  })
  t.equal(CLOCKS_MS, 60_000)
})

t.test('a lease runs up to its last millisecond', async (t) => {
  t.equal(computeLeaseEnd(Date.parse(AT), DEFAULT_WAITS), '2026-11-15T08:51:00Z')
  t.equal(isLeased(0, DEFAULT_WAITS), true)
  t.equal(isLeased(60_000, DEFAULT_WAITS), true)
  t.equal(isLeased(60_001, DEFAULT_WAITS), false)
})

t.test('a deadline adds lease, signature life, request time and list lag', async (t) => {
  // 1 + 20 + 300 + 4000 seconds
  t.equal(computeDeadline(intent, WAITS, { byMatch: true }), '2026-11-15T10:02:01Z')
  t.equal(computeDeadline(intent, DEFAULT_WAITS, { byMatch: true }), '2026-11-15T09:08:00Z')
})

t.test('a job that is read by ID waits out 5 minutes of signature life at most', async (t) => {
  t.equal(computeDeadline(intent, DEFAULT_WAITS, { byMatch: false }), '2026-11-15T08:58:00Z')
  t.equal(computeDeadline(intent, WAITS, { byMatch: false }), '2026-11-15T10:02:01Z')
})

t.test('a clock that is ahead moves the deadline, one that is behind does not', async (t) => {
  t.equal(computeDeadline(intent, DEFAULT_WAITS, { byMatch: true, clockOffsetMs: -40_000 }), '2026-11-15T09:08:40Z')
  t.equal(computeDeadline(intent, DEFAULT_WAITS, { byMatch: true, clockOffsetMs: 40_000 }), '2026-11-15T09:08:00Z')
})

t.test('with workers, a lease ends after the life of a task and the most that clocks may differ', async (t) => {
  const waits = { ...DEFAULT_WAITS, queueMs: QUEUE_MS }
  t.equal(computeTaskLife(waits), 30_000)
  t.equal(QUEUE_MS, computeTaskLife(waits) + CLOCKS_MS)
  t.equal(computeLeaseEnd(Date.parse(AT), waits), '2026-11-15T08:52:30Z')
  t.equal(isLeased(60_001, waits), false, 'a planner hands out no task after its own lease')
})

t.test(
  'a deadline counts from the lease on record, so a run without workers waits for an earlier one with them',
  async (t) => {
    const sent = { ...intent, leaseUntil: computeLeaseEnd(Date.parse(AT), { ...DEFAULT_WAITS, queueMs: QUEUE_MS }) }
    t.equal(computeDeadline(sent, DEFAULT_WAITS, { byMatch: true }), '2026-11-15T09:09:30Z')
    t.equal(computeDeadline(sent, DEFAULT_WAITS, { byMatch: false }), '2026-11-15T08:59:30Z')
  },
)

t.test('AWS shows a new job once lists no longer lag', async (t) => {
  t.equal(computeShownFrom(AT, DEFAULT_WAITS), '2026-11-15T08:51:30Z')
})
