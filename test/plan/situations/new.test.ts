import t from 'tap'
import type { Planned } from '../../../src/model/plan.ts'
import type { JobRecord } from '../../../src/model/state.ts'
import { FRESH_RUN } from '../../../src/plan/input.ts'
import { moveFormerNames } from '../../../src/plan/questions/former-names.ts'
import { findRenames } from '../../../src/plan/questions/rename-pairs.ts'
import { DONE, OTHER_SITE, planOf, REQUESTS, type World, world } from '../world.ts'

/*
 * What stands in the way of a new job, and what its line says.
 */

const REBOOT = 'IotJob/kiosk-reboot'
const NIGHT = 'IotJob/kiosk-night'
const FINAL = 'MediaPackageHarvestJob/cup-final'
const PRICES = 'DataExchangeJob/prices'
const READERS = 'PinpointExportJob/readers'
const UNREAD = 'AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob'
const PENDING = { absentSince: '2026-11-15T08:55:00Z' }

const lineAt = (given: World, address: string): Planned =>
  planOf(given.input()).actions.find((one) => one.address === address)!
/** Action, code, reason and ways out. */
const told = (given: World, address = REBOOT): (string | undefined)[] => {
  const { action, code, reason, remedies = [] } = lineAt(given, address)
  return [action, code, reason, ...remedies.map(({ text, command = [] }) => [text, ...command].join(' > '))]
}
const reboot = (spec: object = {}): World => world().spec(REBOOT, spec)
const adopt = { policy: { adopt: true } }

t.test('a create names its attempt, its ID, its site and whether it carries our mark', async (t) => {
  const line = (given: World, address = REBOOT) => lineAt(given, address)
  t.match(line(reboot().absent(REBOOT)), {
    action: 'create',
    attempt: 1,
    id: 'kiosk-reboot',
    isTagged: true,
    site: { region: 'eu-west-1' },
  })
  t.match(
    line(
      reboot()
        .absent(REBOOT)
        .with({ isTagged: () => false }),
    ),
    { isTagged: false },
  )
  t.match(line(world().spec(PRICES).listed(PRICES), PRICES), { isTagged: false, id: undefined }, 'no room for a tag')
})

t.test('hold, and a failure in this run, come before anything that AWS says', async (t) => {
  t.strictSame(told(reboot({ policy: { hold: true } }).live(REBOOT)), ['held', undefined, 'policy.hold is true'])
  const problem = { class: 'outage', name: 'InternalFailure', message: 'try again' } as const
  const failed = reboot({ policy: { hold: true } }).with({
    run: { ...FRESH_RUN, failed: new Map([[REBOOT, problem]]) },
  })
  t.strictSame(told(failed), ['blocked', undefined, 'failed in this reconcile: InternalFailure: try again'])
})

t.test('an ID has one job: a record’s, an open create’s, or the one that exists', async (t) => {
  const used = (by: string) => [
    'conflict',
    'PLAN_ID_USED',
    `the ID kiosk-reboot was already used by ${by}`,
    'leave jobId out, or write one that was never used',
  ]
  const named = { request: { ...REQUESTS['IotJob'], jobId: 'kiosk-reboot' }, policy: { allowIdentical: true } }
  const night = (): World => world().spec(NIGHT, named)
  t.strictSame(told(night().spec(REBOOT).record(REBOOT), NIGHT), used(REBOOT))
  t.strictSame(told(night().spec(REBOOT).unknown(REBOOT), NIGHT), used(REBOOT), 'an unknown create may have it')
  const again = { ...named, policy: { run: 2 } }
  t.strictSame(told(world().spec(REBOOT, again).record(REBOOT, DONE)), used('an earlier run of this spec'))
  t.strictSame(told(reboot().live(REBOOT)), [
    'conflict',
    'PLAN_FOREIGN',
    'AWS IoT job kiosk-reboot exists, but is not on record: IN_PROGRESS, created 2026-11-15 08:50 UTC',
    'to take it over, write policy.adopt: true',
    `or record that it is this spec’s > jobwright > adopt > ${REBOOT}`,
    'to create another job, choose another name or jobId',
  ])
  t.equal(
    told(reboot().live(REBOOT, { createdAt: undefined }))[2],
    'AWS IoT job kiosk-reboot exists, but is not on record: IN_PROGRESS',
  )
  t.strictSame(told(reboot().unread(REBOOT)), ['blocked', 'PLAN_REFUSED', UNREAD])
  t.match(lineAt(reboot().live(REBOOT), REBOOT), { id: 'kiosk-reboot' })
  const run2 = { run: 2, id: 'kiosk-reboot-r2', history: [{ run: 1, id: 'kiosk-reboot' }] }
  const back = world()
    .spec(REBOOT, { ...named, policy: { run: 2 } })
    .unknown(REBOOT, { givenUp: true }, run2)
  t.strictSame(told(back), used('an earlier run of this spec'), 'also if the spec asks for it again')
})

t.test('an unrecorded job under the ID of a spec is a question, and its mark decides which', async (t) => {
  const marked = (mark: string) => told(reboot().live(REBOOT, { mark }))
  const made = '(IN_PROGRESS, created 2026-11-15 08:50 UTC) is not on record, and carries the mark of'
  const ways = [
    'the state may be older than the job: it may come from a backup, or its branch was rolled back',
    `if the job is this spec’s > jobwright > adopt > ${REBOOT}`,
    'to run it again, write policy.run: 2',
  ]
  t.strictSame(marked(`kiosk-fleet ${REBOOT}:1.1`), [
    'conflict',
    'PLAN_FOREIGN',
    `AWS IoT job kiosk-reboot ${made} this very spec`,
    ...ways,
  ])
  t.strictSame(marked(`kiosk-fleet ${NIGHT}:3.1`), [
    'conflict',
    'PLAN_FOREIGN',
    `AWS IoT job kiosk-reboot ${made} run 3 of ${NIGHT} of this state`,
    ...ways,
  ])
  t.strictSame(marked(`other-fleet ${REBOOT}:1.1`), [
    'conflict',
    'PLAN_FOREIGN',
    'AWS IoT job kiosk-reboot exists and carries the mark of another state: IN_PROGRESS, created 2026-11-15 08:50 UTC',
    'to create another job, choose another name or jobId',
    `to take it over, although its owner acts on it > jobwright > adopt > ${REBOOT} > --force`,
  ])
  const live = reboot().live(REBOOT, { mark: `kiosk-fleet ${REBOOT}:1.1` })
  t.equal(told(live.state(undefined))[2]?.includes('another state'), true, 'without a state no mark is ours')
})

t.test('policy.adopt takes the job that is what the spec says', async (t) => {
  t.strictSame(told(reboot(adopt).live(REBOOT)), ['adopt', undefined, 'policy.adopt is true and the job fits the spec'])
  t.match(lineAt(reboot(adopt).live(REBOOT), REBOOT).next, { how: 'adopted', run: 1, request: REQUESTS['IotJob'] })
  const raised = world()
    .spec(REBOOT, { policy: { adopt: true, run: 2 } })
    .record(REBOOT, DONE)
    .live(REBOOT, { id: 'kiosk-reboot-r2' })
  t.match(lineAt(raised, REBOOT).next, { run: 2, history: [{ run: 1, id: 'kiosk-reboot' }] })
  t.strictSame(told(reboot(adopt).live(REBOOT, { mark: `other-fleet ${REBOOT}:1.1` })), [
    'conflict',
    'PLAN_OWNED_ELSEWHERE',
    'AWS IoT job kiosk-reboot carries the mark of another state',
    'let its owner give it up first: both would act on it',
    `to take it all the same > jobwright > adopt > ${REBOOT} > --id > kiosk-reboot > --force`,
  ])
  t.strictSame(told(reboot(adopt).live(REBOOT, { request: undefined })), [
    'conflict',
    'PLAN_FOREIGN',
    'AWS IoT job kiosk-reboot exists, but AWS does not show what it does',
    `if it is this spec’s > jobwright > adopt > ${REBOOT}`,
  ])
  const other = { request: { ...REQUESTS['IotJob'], targets: ['arn:aws:iot:eu-west-1:123456789012:thing/other'] } }
  t.strictSame(told(reboot(adopt).live(REBOOT, other)), [
    'conflict',
    'PLAN_ADOPT_DIFFERS',
    'AWS IoT job kiosk-reboot exists, but differs from the spec',
    'write the spec as the job is, or choose another ID',
  ])
})

t.test('an unknown create that asks for another ID, or elsewhere, now does not ask about the old one', async (t) => {
  const at = '2026-11-15T09:30:00Z'
  const named = { request: { ...REQUESTS['IotJob'], jobId: 'kiosk-other' } }
  const taken = { createdAt: '2026-11-15T08:40:00Z' }
  t.match(lineAt(reboot(named).unknown(REBOOT, PENDING).live(REBOOT, taken).at(at), REBOOT), {
    action: 'create',
    id: 'kiosk-other',
    attempt: 2,
    reason: 'its create came to nothing: the ID kiosk-reboot belongs to another job',
  })
  t.equal(
    lineAt(reboot().unknown(REBOOT, PENDING).live(REBOOT, taken).site(OTHER_SITE).at(at), REBOOT).action,
    'create',
  )
  t.equal(
    lineAt(reboot().unknown(REBOOT, PENDING).live(REBOOT, taken).site(undefined).at(at), REBOOT).code,
    'PLAN_ID_TAKEN',
    'its target is not known',
  )
  const mine = reboot().unknown(REBOOT, PENDING).absent(REBOOT).at(at)
  t.match(lineAt(mine, REBOOT), { action: 'create', id: 'kiosk-reboot', attempt: 2 }, 'its own ID is free for it')
})

t.test('a spec that was renamed needs a decision', async (t) => {
  const renamed = (facts: Partial<JobRecord> = {}, spec: object = {}): World =>
    world().spec(NIGHT, spec).absent(NIGHT).record(REBOOT, facts)
  const ways = [
    'if it was renamed, write metadata.formerly: kiosk-reboot',
    `if the old spec was removed and this is a second job > jobwright > resolve > ${REBOOT} > --removed`,
  ]
  const words = `looks like a rename of ${REBOOT}, whose spec was removed: the requests are identical`
  t.strictSame(told(renamed(), NIGHT), ['conflict', 'PLAN_RENAMED', `${words} (job kiosk-reboot)`, ...ways])
  t.strictSame(told(renamed({ id: undefined } as Partial<JobRecord>), NIGHT), [
    'conflict',
    'PLAN_RENAMED',
    words,
    ...ways,
  ])
  t.equal(lineAt(renamed({ withdrawn: '2026-11-14T09:00:00Z' }), NIGHT).action, 'create')
  t.equal(lineAt(renamed({}, { policy: { allowIdentical: true } }), NIGHT).action, 'create')
  t.equal(
    lineAt(renamed({ request: { ...REQUESTS['IotJob'], document: { operation: 'wipe' } } }), NIGHT).action,
    'create',
  )
  t.equal(
    lineAt(renamed({ request: { ...REQUESTS['IotJob'], description: 'x' } }), NIGHT).action,
    'conflict',
    'what may change does not tell',
  )
  t.equal(lineAt(renamed().spec(REBOOT), NIGHT).action, 'create', 'the old spec is there')
  t.equal(
    lineAt(renamed().blocked(REBOOT, ['SPEC_ENUM']), NIGHT).action,
    'create',
    'the old spec is there, with errors',
  )
  const two = world().spec(NIGHT).absent(NIGHT).record(REBOOT).record('IotJob/kiosk-old')
  t.match(told(two, NIGHT)[2], `looks like a rename of ${REBOOT}`)
  t.strictSame(
    planOf(two.input()).actions.map(({ action }) => action),
    ['conflict', 'keep', 'keep'],
    'none of those that it may be is withdrawn',
  )
})

t.test('each former name is reported once, by the first spec that looks like it', async (t) => {
  const third = 'IotJob/kiosk-third'
  const input = world().spec(NIGHT).spec(third).record(REBOOT).record('IotJob/kiosk-old').input()
  const { to, from } = findRenames(input, input.state?.records ?? {})
  t.strictSame(
    [...to],
    [
      [NIGHT, REBOOT],
      [third, REBOOT],
    ],
  )
  t.strictSame(
    [...from],
    [
      [REBOOT, NIGHT],
      ['IotJob/kiosk-old', NIGHT],
    ],
  )
})

t.test('where no record moves, nothing is copied', async (t) => {
  const input = world().spec(NIGHT, { formerly: 'kiosk-reboot' }).record(NIGHT).input()
  t.equal(moveFormerNames(input).input, input)
  t.equal(moveFormerNames({ ...input, state: undefined }).input.state, undefined)
})

t.test('metadata.formerly moves a record whose spec was removed, and nothing else', async (t) => {
  const formerly = { formerly: 'kiosk-reboot' }
  const moved = world().spec(NIGHT, formerly).record(REBOOT)
  t.match(lineAt(moved, NIGHT), {
    action: 'keep',
    movedFrom: REBOOT,
    reason: `it takes over the record of ${REBOOT}; unfinished`,
  })
  const there = [
    'conflict',
    'PLAN_FORMERLY',
    `metadata.formerly names ${REBOOT}, which still has a spec and keeps its job`,
    `remove metadata.formerly to create another job, or remove the spec of ${REBOOT}`,
  ]
  t.strictSame(told(world().spec(NIGHT, formerly).spec(REBOOT).record(REBOOT), NIGHT), there)
  t.strictSame(told(world().spec(NIGHT, formerly).blocked(REBOOT, ['SPEC_ENUM']).record(REBOOT), NIGHT), there)
  for (const other of [world().spec(REBOOT), world().blocked(REBOOT, ['SPEC_ENUM'])])
    t.strictSame(told(other.spec(NIGHT, formerly).record(REBOOT).checkout({ relation: 'behind' }), NIGHT), there)
  t.strictSame(told(world().spec(NIGHT, formerly).record(REBOOT).checkout({ relation: 'behind' }), NIGHT), [
    'blocked',
    'PLAN_NOT_MOVED',
    `metadata.formerly names ${REBOOT}, whose spec is not here, but this checkout may be older than what was reconciled last`,
  ])
})

t.test('a job under a former name without a record is a question', async (t) => {
  const formerly = { formerly: 'kiosk-reboot' }
  const lost = (): World => world().spec(NIGHT, formerly).absent(NIGHT).live(REBOOT)
  const question = [
    'conflict',
    'PLAN_FORMER_LOST',
    `metadata.formerly names ${REBOOT}, and AWS IoT job kiosk-reboot exists without a record`,
    'the state may be older than the job: it may come from a backup, or its branch was rolled back',
    `if that is its job > jobwright > adopt > ${NIGHT} > --id > kiosk-reboot`,
    'to create another job, remove metadata.formerly',
  ]
  t.strictSame(told(lost(), NIGHT), question)
  t.match(lineAt(lost(), NIGHT), { id: 'kiosk-reboot' })
  const raised = world()
    .spec(NIGHT, { ...formerly, policy: { run: 2 } })
    .record(NIGHT, { run: 1, id: 'kiosk-night', ...DONE })
    .live(REBOOT)
  t.strictSame(told(raised, NIGHT), question, 'also before its next run')
  t.equal(lineAt(world().spec(NIGHT, formerly).absent(NIGHT, REBOOT), NIGHT).action, 'create')
  t.equal(lineAt(world().spec(NIGHT, formerly).absent(NIGHT), NIGHT).action, 'create', 'it was not read')
  t.strictSame(told(world().spec(NIGHT, formerly).absent(NIGHT).unread(REBOOT), NIGHT), [
    'blocked',
    'PLAN_REFUSED',
    UNREAD,
  ])
  const third = 'IotJob/kiosk-third'
  const named = { request: { ...REQUESTS['IotJob'], jobId: 'kiosk-reboot' }, policy: { allowIdentical: true } }
  const owned = lost().spec(third, named).record(third, { id: 'kiosk-reboot' })
  t.equal(lineAt(owned, NIGHT).action, 'create', 'another spec has that job')
})

t.test('a line says until when a spec is good, where that is near or where it waits', async (t) => {
  const until = (expires: string, notBefore?: string) =>
    told(reboot({ policy: { expires, ...(notBefore && { notBefore }) } }).absent(REBOOT))[2]
  t.equal(until('2026-11-22T08:59:59Z'), 'new spec; can be submitted until 2026-11-22 08:59 UTC')
  t.equal(until('2026-11-22T09:00:00Z'), 'new spec', 'seven days are not near')
  t.equal(
    until('2026-12-24T09:00:00Z', '2026-11-16T09:00:00Z'),
    'policy.notBefore is not reached yet; can be submitted until 2026-12-24 09:00 UTC',
  )
  t.equal(
    told(reboot({ policy: { notBefore: '2026-11-16T09:00:00Z' } }).absent(REBOOT))[2],
    'policy.notBefore is not reached yet',
  )
  t.match(told(reboot({ policy: { expires: '2026-11-15T09:00:00Z' } }).absent(REBOOT)), [
    'expired',
    'PLAN_EXPIRED',
    'policy.expires was 2026-11-15 09:00 UTC',
    /later policy\.expires/,
  ])
})

t.test('what came due since it was decided what to read waits for the next pass', async (t) => {
  const due = (readFrom: string) =>
    lineAt(
      reboot({ policy: { notBefore: '2026-11-15T08:59:30Z' } })
        .absent(REBOOT)
        .with({ readFrom: Date.parse(readFrom) }),
      REBOOT,
    ).action
  t.equal(due('2026-11-15T08:59:29Z'), 'waiting')
  t.equal(due('2026-11-15T08:59:30Z'), 'create')
  t.equal(due('2026-11-15T09:05:00Z'), 'create')
})

t.test('only what HEAD holds is submitted, but on the emulator, by a decision, or outside Git', async (t) => {
  const dirty = () =>
    reboot()
      .absent(REBOOT)
      .checkout({ dirty: ['specs/kiosk-reboot.yaml', 'jobwright.yaml'] })
  t.strictSame(told(dirty()), [
    'blocked',
    'PLAN_UNCOMMITTED',
    'specs/kiosk-reboot.yaml is not committed (edited); jobwright.yaml is not committed (edited)',
    'commit it',
    'or submit it as it is > jobwright > reconcile > --allow-dirty',
  ])
  t.equal(lineAt(dirty().rules({ emulator: true }), REBOOT).action, 'create')
  t.equal(lineAt(dirty().rules({ allowDirty: true }), REBOOT).action, 'create')
  t.equal(lineAt(reboot().absent(REBOOT).checkout({ git: false }), REBOOT).action, 'create')
  t.equal(
    lineAt(
      reboot()
        .absent(REBOOT)
        .checkout({ dirty: ['specs/other.yaml'] }),
      REBOOT,
    ).action,
    'create',
  )
})

t.test('while offline a new spec has no site, and its ID is not asked for', async (t) => {
  t.match(lineAt(reboot().site(undefined), REBOOT), { action: 'create', site: undefined, id: 'kiosk-reboot' })
  t.equal(lineAt(world().spec(FINAL).site(undefined), FINAL).action, 'create')
})

t.test('a list within what AWS does not know names that, and the target', async (t) => {
  const problem = { class: 'not-found', name: 'NotFoundException', message: 'Resource not found' } as const
  t.strictSame(told(world().spec(READERS).unread(READERS, problem), READERS), [
    'blocked',
    'PLAN_UNREAD',
    'AWS could not be asked about it: NotFoundException: Resource not found',
    'check the ID of the project in the spec, and its target: there is none of that ID in this account and region',
  ])
})
