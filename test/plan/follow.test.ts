import t from 'tap'
import { followNeeds, followPlan } from '../../src/plan/follow.ts'
import { DONE, REQUESTS, type World, world } from './world.ts'

/*
 * Following jobs without a spec's word: only what a read shows of a recorded job counts.
 */

const REBOOT = 'IotJob/kiosk-reboot'
const PRICES = 'DataExchangeJob/prices'
const CREATED = '2026-11-15T08:50:05Z'
/** What an earlier read proved. */
const READ = { createdAt: CREATED, identity: { createdAt: CREATED, source: 'read' } } as const

const reboot = (record = {}, spec = {}): World =>
  world()
    .spec(REBOOT, spec)
    .record(REBOOT, { ...READ, ...record })
const prices = (record = {}): World =>
  world()
    .spec(PRICES)
    .record(PRICES, { id: 'p1', stage: 'created', status: 'WAITING', ...READ, ...record })
const first = (given: World) => followPlan(given.input()).actions[0]
const needs = (given: World) => followNeeds(given.input()).map(({ address, id }) => [address, id])

t.test('a job that nothing new is known of is kept, and writes nothing', async (t) => {
  const kept = first(reboot().live(REBOOT))
  t.match(kept, { action: 'keep', reason: 'unfinished', id: 'kiosk-reboot', record: { status: 'IN_PROGRESS' } })
  t.equal(kept?.next, undefined)
  t.equal(first(reboot())?.next, undefined, 'without a read')
  t.match(first(reboot().live(REBOOT).at(CREATED)), { action: 'keep', reason: 'unfinished' }, 'right after its create')
})

t.test('a new status is recorded', async (t) => {
  t.match(first(reboot().live(REBOOT, { status: 'COMPLETED', finishedAt: '2026-11-15T08:55:00Z' })), {
    action: 'keep',
    reason: 'done 2026-11-15 08:55 UTC',
    id: 'kiosk-reboot',
    record: { status: 'IN_PROGRESS' },
    next: { status: 'COMPLETED', condition: { type: 'Succeeded' }, finishedAt: '2026-11-15T08:55:00Z' },
  })
})

t.test('what its spec asks for is ignored', async (t) => {
  const wiped = { request: { ...REQUESTS['IotJob'], document: { operation: 'wipe' } } }
  t.match(first(reboot({}, wiped).live(REBOOT)), { action: 'keep', reason: 'unfinished' })
  t.match(first(reboot({}, { policy: { run: 2 } }).live(REBOOT)), { action: 'keep', reason: 'unfinished' })
})

t.test('a read that AWS refuses blocks the address, and its record stays', async (t) => {
  const blocked = first(reboot().unread(REBOOT))
  t.match(blocked, { action: 'blocked', code: 'PLAN_REFUSED', id: 'kiosk-reboot', record: { status: 'IN_PROGRESS' } })
  t.equal(blocked?.next, undefined)
})

t.test('a job that is missing from a read is lost, but not while AWS may not show it yet', async (t) => {
  const settling = first(reboot().absent(REBOOT).at(CREATED))
  t.match(settling, { action: 'settling', id: 'kiosk-reboot', until: String })
  t.equal(settling?.next, undefined)
  const gone = first(reboot().absent(REBOOT))
  t.match(gone, { action: 'keep', reason: 'gone', id: 'kiosk-reboot', next: { lost: true } })
  t.match(first(reboot(DONE).absent(REBOOT)), { action: 'keep', reason: 'gone', next: { archived: true, ...DONE } })
})

t.test('another job under its ID makes it lost, and its status is not taken', async (t) => {
  const other = first(reboot().live(REBOOT, { createdAt: '2026-11-15T08:58:00Z', status: 'COMPLETED' }))
  t.match(other, { action: 'keep', reason: 'gone', next: { lost: true, status: 'IN_PROGRESS' } })
})

t.test('a job that waits for its start is held, and not started', async (t) => {
  const waiting = { id: 'p1', status: 'WAITING' }
  t.match(first(prices().live(PRICES, waiting)), {
    action: 'held',
    reason: 'created, and not started by this',
    id: 'p1',
    record: { stage: 'created' },
  })
  const cancelled = first(prices().live(PRICES, { id: 'p1', status: 'CANCELLED' }))
  t.match(cancelled, { action: 'keep', reason: 'done', next: { condition: { type: 'Cancelled' } } })
  const started = first(prices().live(PRICES, { id: 'p1', status: 'IN_PROGRESS' }))
  t.match(started, { action: 'keep', reason: 'unfinished', next: { stage: 'started' } })
})

t.test('only settled records of specs that are here and selected are followed', async (t) => {
  t.equal(first(world().spec(REBOOT)), undefined, 'without a record')
  t.equal(first(world().spec(REBOOT).unknown(REBOOT)), undefined, 'an unknown create')
  t.equal(first(reboot({ withdrawn: { at: CREATED } })), undefined, 'withdrawn')
  t.equal(first(world().record(REBOOT)), undefined, 'without a spec')
  t.equal(first(reboot().with({ only: (address) => address === PRICES })), undefined, 'not selected')
})

t.test('a job is read until it has ended or is lost', async (t) => {
  t.strictSame(needs(reboot()), [[REBOOT, 'kiosk-reboot']])
  t.match(followNeeds(reboot().input()), [{ kind: 'IotJob', known: true }])
  t.strictSame(needs(reboot(DONE)), [])
  t.strictSame(needs(reboot({ lost: true })), [])
  t.strictSame(needs(reboot({ id: undefined })), [])
})
