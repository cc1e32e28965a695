import t from 'tap'
import { getChanges, type Planned } from '../../../src/model/plan.ts'
import type { JobRecord } from '../../../src/model/state.ts'
import { FRESH_RUN } from '../../../src/plan/input.ts'
import { DONE, OTHER_SITE, planOf, REQUESTS, SITE, type World, world } from '../world.ts'

/*
 * A job on record and its spec: what is kept, changed, refused and started, with codes and ways out.
 */

const REBOOT = 'IotJob/kiosk-reboot'
const PRICES = 'DataExchangeJob/prices'

const edit = (members: object) => ({ request: { ...REQUESTS['IotJob'], ...members } })
const described = edit({ description: 'tonight' })
const wiped = edit({ document: { operation: 'wipe' } })
const kiosk = (spec: object = {}, record: Partial<JobRecord> = {}): World =>
  world().spec(REBOOT, spec).record(REBOOT, record)
/** A job that waits for its start. */
const waiting = (record: object = {}, spec: object = {}): World =>
  world()
    .spec(PRICES, spec)
    .record(PRICES, { stage: 'created', id: 'p1', ...record } as Partial<JobRecord>)

const first = (given: World): Planned => planOf(given.input()).actions[0]!
/** Action, code, reason and ways out. */
const told = (given: World): (string | undefined)[] => {
  const { action, code, reason, remedies = [] } = first(given)
  return [action, code, reason, ...remedies.map(({ text }) => text)]
}
const pointers = (given: World) => getChanges(first(given))?.map(({ pointer }) => pointer)
const immutable = (what: string, way: string, end = '') => [
  'conflict',
  'PLAN_IMMUTABLE',
  `${what} after the job was submitted${end}`,
  `${way}, or write policy.run: 2 to run it again; for another job beside it, restore this spec and write a second one`,
]

t.test('a supported edit updates an unfinished job', async (t) => {
  t.strictSame(told(kiosk(described)), [
    'update',
    undefined,
    '/description changed, and AWS can apply that to the unfinished job',
  ])
  t.match(first(kiosk(described)), {
    by: ['UpdateJob'],
    id: 'kiosk-reboot',
    changes: [{ pointer: '/description', to: 'tonight' }],
  })
  const two = kiosk(edit({ description: 'tonight', timeoutConfig: { inProgressTimeoutInMinutes: 5 } }))
  t.strictSame(told(two), [
    'update',
    undefined,
    '/description and 1 more changed, and AWS can apply that to the unfinished job',
    'the new timeout reaches only devices that have not started',
  ])
})

t.test(
  'an update waits for whoever holds or has not committed its spec, and for the next run where it failed',
  async (t) => {
    t.strictSame(told(kiosk({ ...described, policy: { hold: true } })), ['held', undefined, 'policy.hold is true'])
    const dirty = kiosk(described).checkout({ dirty: ['specs/kiosk-reboot.yaml'] })
    t.strictSame(told(dirty).slice(0, 3), [
      'blocked',
      'PLAN_UNCOMMITTED',
      'specs/kiosk-reboot.yaml is not committed (edited)',
    ])
    t.strictSame(pointers(dirty), ['/description'])
    t.match(first(dirty), { id: 'kiosk-reboot', record: { id: 'kiosk-reboot' } })
    const problem = { class: 'outage', name: 'InternalFailure', message: 'try again' } as const
    const failed = kiosk(described).with({ run: { ...FRESH_RUN, failed: new Map([[REBOOT, problem]]) } })
    t.strictSame(told(failed), ['blocked', undefined, 'failed in this reconcile: InternalFailure: try again'])
  },
)

t.test('any other edit is refused, with what cannot change first', async (t) => {
  const why = 'AWS IoT cannot change the document of a job: restore the old value'
  t.strictSame(told(kiosk(wiped)), immutable('/document changed', why))
  const mixed = kiosk(edit({ description: 'tonight', document: { operation: 'wipe' } }))
  t.strictSame(told(mixed), immutable('/document and 1 more changed', why))
  t.strictSame(pointers(mixed), ['/document', '/description'])
  const reversed = kiosk(edit({ targets: ['arn:aws:iot:eu-west-1:123456789012:thing/x'], description: 'tonight' }))
  t.equal(pointers(reversed)?.[0], '/targets')
  t.match(first(mixed), { id: 'kiosk-reboot' })
})

t.test('a job that has ended, is lost or is only taken as done is not changed', async (t) => {
  const way = 'restore the old value'
  t.strictSame(told(kiosk(described, DONE)), immutable('/description changed', way, ' and ended'))
  t.strictSame(told(kiosk(wiped, DONE)), immutable('/document changed', way, ' and ended'))
  t.strictSame(told(kiosk(described, { lost: true })), immutable('/description changed', way))
  t.strictSame(told(kiosk(described, { id: undefined } as Partial<JobRecord>)), immutable('/description changed', way))
})

t.test('a target that leads elsewhere is an edit of an unfinished job, and says how to undo that', async (t) => {
  const back = 'let the default target, or its region in jobwright.yaml, lead there again'
  const elsewhere = 'the default target was pointed elsewhere'
  t.strictSame(told(kiosk().site(OTHER_SITE)), immutable(elsewhere, back))
  const named = kiosk({ policy: { target: 'prod' } }).site(OTHER_SITE)
  t.strictSame(
    told(named),
    immutable('policy.target was pointed elsewhere', back.replace('the default target', 'policy.target')),
  )
  const emulated = kiosk().site({ ...SITE, endpoint: 'x/emulator' })
  t.strictSame(told(emulated), immutable(elsewhere, `${back} (or remove .jobwright/emulator, to begin a new one)`))
  t.strictSame(
    told(kiosk(described).site(OTHER_SITE)),
    immutable('/description and 1 more changed', 'restore the old value'),
  )
  t.equal(first(kiosk({}, DONE).site(OTHER_SITE)).action, 'keep', 'of a job that is over it does not matter')
})

t.test('what a read shows goes on record, and nothing else', async (t) => {
  t.match(first(kiosk().live(REBOOT, { steady: true })), {
    action: 'keep',
    reason: 'rolled out',
    next: { condition: { reason: 'RolledOut' } },
  })
  t.match(first(kiosk().live(REBOOT)), { action: 'keep', reason: 'unfinished' })
  t.equal(first(kiosk()).next, undefined)
  t.match(first(kiosk({}, { withdrawn: '2026-11-14T09:00:00Z' })).next, { withdrawn: undefined }, 'its spec is back')
  const archived = kiosk({}, DONE).absent(REBOOT)
  t.strictSame(told(archived), ['keep', undefined, 'done; AWS has forgotten it since'])
  t.match(first(archived).next, { archived: true, lost: undefined })
  t.equal(told(kiosk({}, DONE))[2], 'done 2026-11-14 23:10 UTC')
  t.equal(told(kiosk({}, { ...DONE, finishedAt: undefined } as Partial<JobRecord>))[2], 'done')
})

t.test('a job that is gone or another one is lost, and never made again', async (t) => {
  const lost = 'AWS no longer knows this unfinished job; Jobwright does not create it again'
  t.strictSame(told(kiosk({}, { lost: true })), ['keep', 'PLAN_LOST', lost])
  const absent = kiosk().absent(REBOOT)
  t.strictSame(told(absent), ['keep', 'PLAN_LOST', lost])
  t.match(first(absent).next, { lost: true })
  const replaced = kiosk({}, { identity: { createdAt: '2026-11-15T08:50:04Z', source: 'read' } }).live(REBOOT)
  const why = 'it was created 2026-11-15T08:50:05Z, and the recorded job 2026-11-15T08:50:04Z'
  t.strictSame(told(replaced), ['keep', 'PLAN_LOST', `its ID now belongs to another job: ${why}; ${lost}`])
  t.match(first(replaced).next, { lost: true, status: 'IN_PROGRESS' })
  const young = kiosk({}, { createdAt: '2026-11-15T08:59:00Z' }).absent(REBOOT)
  t.match(first(young), {
    action: 'settling',
    id: 'kiosk-reboot',
    reason: 'its job was just created, and AWS does not show it yet',
    until: '2026-11-15T09:00:30Z',
  })
})

t.test('a read that failed says so of an unfinished job', async (t) => {
  const refused = 'AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob'
  t.strictSame(told(kiosk().unread(REBOOT)), ['blocked', 'PLAN_REFUSED', refused])
  t.equal(first(kiosk({}, DONE).unread(REBOOT)).action, 'keep')
})

t.test('only a higher run runs again', async (t) => {
  const raised = kiosk({ policy: { run: 2 } }, DONE).absent(REBOOT)
  t.match(first(raised), {
    action: 'create',
    reason: 'policy.run was raised from 1 to 2',
    id: 'kiosk-reboot-r2',
    attempt: 1,
  })
  const lower = kiosk({}, { run: 3 })
  t.strictSame(told(lower), [
    'keep',
    'PLAN_LOWER_RUN',
    'policy.run is 1, but run 3 is on record; a lower run changes nothing',
  ])
  t.match(first(kiosk({}, { run: 3 }).live(REBOOT, { status: 'COMPLETED' })).next, { condition: { type: 'Succeeded' } })
})

t.test('a job that waits is started from its record, unless it is held, ended, started or has failed', async (t) => {
  t.match(first(waiting()), {
    action: 'start',
    id: 'p1',
    reason: 'created and recorded, not started yet',
    record: { id: 'p1' },
  })
  t.strictSame(told(waiting({}, { policy: { hold: true } })), ['held', undefined, 'created, but policy.hold is true'])
  t.equal(first(waiting(DONE)).action, 'keep')
  t.match(first(waiting().live(PRICES, { id: 'p1' })), {
    action: 'keep',
    reason: 'unfinished',
    next: { stage: 'started' },
  })
  t.equal(first(waiting({ lost: true })).code, 'PLAN_LOST')
  const problem = { class: 'outage', name: 'InternalFailure', message: 'try again' } as const
  const failed = waiting().with({ run: { ...FRESH_RUN, failed: new Map([[PRICES, problem]]) } })
  t.strictSame(told(failed), ['blocked', undefined, 'failed in this reconcile: InternalFailure: try again'])
  t.equal(
    first(
      world()
        .spec(REBOOT)
        .record(REBOOT, { stage: 'created' } as Partial<JobRecord>),
    ).action,
    'keep',
    'a kind without a start',
  )
})
