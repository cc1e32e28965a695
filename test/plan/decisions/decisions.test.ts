import t from 'tap'
import type { Address } from '../../../src/model/address.ts'
import type { AwsProblem } from '../../../src/model/aws-problem.ts'
import type { Live } from '../../../src/model/live.ts'
import type { Planned } from '../../../src/model/plan.ts'
import type { JobRecord } from '../../../src/model/state.ts'
import { type Decision, FRESH_RUN } from '../../../src/plan/input.ts'
import { DONE, OTHER_SITE, planOf, REQUESTS, type World, world } from '../world.ts'

/*
 * What a person may decide, and what proves too little for it: the line with its code, its reason and its ways out.
 */

const REBOOT = 'IotJob/kiosk-reboot'
const NIGHT = 'IotJob/kiosk-night'
const READERS = 'PinpointExportJob/readers'
const DISK = 'ImportExportJob/archive-disk'
const PRICES = 'DataExchangeJob/prices'
const RATES = 'DataExchangeJob/rates'
const UNREAD = 'AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob'
const NOTHING_CHANGED = 'nothing was changed'
const THEIRS = `other-fleet ${REBOOT}:1.1`
const elsewhere = { request: { ...REQUESTS['IotJob'], targets: ['arn:aws:iot:eu-west-1:123456789012:thing/other'] } }

const lineOf = (given: World, address: Address, decision: Decision): Planned =>
  planOf(given.with({ decisions: new Map([[address, decision]]), only: (one) => one === address }).input()).actions[0]!

/** Action, code, reason and ways out. */
const told = (given: World, address: Address, decision: Decision): (string | undefined)[] => {
  const { action, code, reason, remedies = [] } = lineOf(given, address, decision)
  return [action, code, reason, ...remedies.map(({ text, command = [] }) => [text, ...command].join(' > '))]
}

const ADOPT: Decision = { is: 'adopt' }
const FORCED: Decision = { is: 'adopt', force: true }
const STOP: Decision = { is: 'cancel', reason: 'wrong firmware', force: false }
const NOT_CREATED: Decision = { is: 'not-created', force: false }
const foreign = (...ids: string[]): Decision => ({ is: 'foreign', ids })

const spec = (address: Address): World => world().spec(address)
const settled = (facts: Partial<JobRecord> = {}): World => spec(REBOOT).record(REBOOT, facts)

t.test('adopt takes the job of another state by force alone', async (t) => {
  const marked = () => spec(REBOOT).live(REBOOT, { mark: THEIRS })
  t.strictSame(told(marked(), REBOOT, ADOPT), [
    'conflict',
    'PLAN_OWNED_ELSEWHERE',
    'AWS IoT job kiosk-reboot carries the mark of another state',
    'let its owner give it up first: both would act on it',
    `to take it all the same > jobwright > adopt > ${REBOOT} > --id > kiosk-reboot > --force`,
  ])
  t.strictSame(told(marked(), REBOOT, FORCED), ['adopt', undefined, 'as decided'])
  t.strictSame(told(spec(REBOOT).live(REBOOT, { mark: 'kept by Ann' }), REBOOT, ADOPT), [
    'adopt',
    undefined,
    'as decided',
  ])
})

t.test('adopt takes no job that was not read, does not exist, or differs, not even by force', async (t) => {
  for (const decision of [ADOPT, FORCED]) {
    t.strictSame(told(spec(REBOOT).unread(REBOOT), REBOOT, decision), ['blocked', 'PLAN_REFUSED', UNREAD])
    const named = ['conflict', 'PLAN_NO_SUCH_JOB', 'AWS knows no such AWS IoT job', 'name the job with --id']
    t.strictSame(told(spec(REBOOT).absent(REBOOT), REBOOT, decision), named)
    t.strictSame(told(spec(REBOOT), REBOOT, decision), named)
    t.strictSame(told(spec(REBOOT).live(REBOOT).site(undefined), REBOOT, decision), named)
    t.strictSame(told(spec(REBOOT).live(REBOOT, elsewhere), REBOOT, decision), [
      'conflict',
      'PLAN_ADOPT_DIFFERS',
      'AWS IoT job kiosk-reboot exists, but is not what was asked for',
      'name another job, or write the spec as the job is',
    ])
  }
  t.strictSame(told(spec(READERS).absent(READERS), READERS, { is: 'adopt', id: 'e1' }), [
    'conflict',
    'PLAN_NO_SUCH_JOB',
    'AWS knows no such Amazon Pinpoint job',
    'name the job with --id. To list the jobs in AWS > jobwright > adopt > --list',
  ])
})

t.test('adopt settles an unknown create with what it asked for, or with what the spec asks for now', async (t) => {
  const request = { ...REQUESTS['IotJob'], document: { operation: 'wipe' } }
  const open = (live: Partial<Live>) => spec(REBOOT).unknown(REBOOT, {}, { request }).live(REBOOT, live)
  t.match(lineOf(open({ request }), REBOOT, ADOPT), { action: 'adopt', next: { request, intent: undefined } })
  t.match(lineOf(open({}), REBOOT, ADOPT), { action: 'adopt', next: { request: REQUESTS['IotJob'] } })
  t.equal(lineOf(open(elsewhere), REBOOT, ADOPT).code, 'PLAN_ADOPT_DIFFERS')
})

t.test('adopt leaves what is on record already', async (t) => {
  t.strictSame(told(settled(), REBOOT, ADOPT), [
    'keep',
    undefined,
    'job kiosk-reboot is on record already',
    NOTHING_CHANGED,
  ])
  t.strictSame(told(settled(), REBOOT, { is: 'adopt', id: 'kiosk-reboot' }).slice(0, 1), ['keep'])
  const done = { id: undefined, ...DONE } as Partial<JobRecord>
  t.strictSame(told(settled(done), REBOOT, ADOPT), ['keep', undefined, 'assumed done already', NOTHING_CHANGED])
  t.strictSame(told(settled(done), REBOOT, { is: 'adopt', id: 'x' }), [
    'conflict',
    'PLAN_HAS_JOB',
    'it is assumed done, so x cannot be adopted',
    'write policy.run: 2 first, if the other job is its next run',
  ])
  t.equal(
    told(settled(), REBOOT, { is: 'adopt', id: 'x' })[2],
    'job kiosk-reboot is on record for it, so x cannot be adopted',
  )
  t.strictSame(told(settled(), REBOOT, { is: 'baseline' }).slice(0, 3), [
    'keep',
    undefined,
    'job kiosk-reboot is on record already',
  ])
})

t.test('cancel ends no job that is another one, was not read, or may not be shown yet', async (t) => {
  const identity = { createdAt: '2026-11-15T08:50:05Z', source: 'read' } as const
  t.strictSame(told(settled({ identity }).live(REBOOT, { createdAt: '2026-11-15T08:55:00Z' }), REBOOT, STOP), [
    'conflict',
    'PLAN_OTHER_JOB',
    'AWS IoT job kiosk-reboot is not the one on record: it was created 2026-11-15T08:55:00Z, and the recorded job 2026-11-15T08:50:05Z. Nothing is done to it',
    'record that the old job is lost > jobwright > reconcile',
  ])
  t.strictSame(told(settled().unread(REBOOT), REBOOT, STOP), ['blocked', 'PLAN_REFUSED', UNREAD])
  const young = settled({ createdAt: '2026-11-15T08:59:00Z' }).absent(REBOOT)
  t.strictSame(told(young, REBOOT, STOP), [
    'settling',
    undefined,
    'its job was just created, and AWS does not show it yet',
  ])
  const old = settled({ createdAt: '2026-11-15T08:58:30Z' }).absent(REBOOT)
  t.strictSame(told(old, REBOOT, STOP), ['keep', undefined, 'AWS no longer knows its job', NOTHING_CHANGED])
  t.match(lineOf(old, REBOOT, STOP).next, { lost: true })
})

t.test('cancel says what it finds, and remembers that a person asked for the end', async (t) => {
  t.match(lineOf(settled().live(REBOOT, { status: 'IN_PROGRESS' }), REBOOT, STOP), {
    action: 'cancel',
    why: 'wrong firmware',
    reason: 'wrong firmware',
    withdraws: false,
    force: false,
    next: { createdAt: '2026-11-15T08:50:05Z' },
  })
  const young = { createdAt: '2026-11-15T08:59:30Z' }
  t.equal(lineOf(settled(young).live(REBOOT, young), REBOOT, STOP).action, 'cancel', 'also of a job just created')
  t.match(lineOf(settled().live(REBOOT, { status: 'CANCELED' }), REBOOT, STOP), {
    action: 'keep',
    next: { cancelled: true },
    record: { cancelled: true, status: 'CANCELED' },
  })
  t.match(lineOf(settled().live(REBOOT, { status: 'COMPLETED' }), REBOOT, STOP).record, { status: 'COMPLETED' })
  t.strictSame(told(settled({ lost: true, condition: undefined } as Partial<JobRecord>), REBOOT, STOP), [
    'keep',
    undefined,
    'it is lost: AWS no longer knows its job',
  ])
  t.equal(lineOf(settled().live(REBOOT, { status: 'COMPLETED' }), REBOOT, STOP).next?.cancelled, undefined)
  const again = settled({ status: 'CANCELED', condition: { type: 'Cancelled' }, cancelled: true, id: 'kiosk-reboot' })
  t.equal(lineOf(again, REBOOT, STOP).next, undefined, 'nothing new')
  t.strictSame(told(spec(REBOOT).unknown(REBOOT), REBOOT, STOP), [
    'conflict',
    'PLAN_NOT_CANCELLABLE',
    'the outcome of its create is not known, so there is no job to cancel yet',
    'find out its outcome, then cancel it > jobwright > reconcile',
  ])
  t.strictSame(told(spec(READERS).record(READERS, { id: 'e1' }), READERS, STOP), [
    'conflict',
    'PLAN_NOT_CANCELLABLE',
    'Amazon Pinpoint job e1 cannot be cancelled: Amazon Pinpoint cannot cancel a job',
    'wait for its end; its record is kept',
  ])
  t.equal(told(spec(REBOOT), REBOOT, STOP)[2], 'nothing was submitted for it; policy.hold: true keeps it so')
})

t.test('a cancel that failed is not tried again in the run', async (t) => {
  const problem = { class: 'outage', name: 'InternalFailure', message: 'try again' } as const
  const run = { ...FRESH_RUN, failed: new Map<Address, AwsProblem>([[REBOOT, problem]]) }
  const reason = 'failed in this reconcile: InternalFailure: try again'
  t.strictSame(told(settled().live(REBOOT).with({ run }), REBOOT, STOP), ['blocked', undefined, reason])
  const ending = world().record(REBOOT, { onRemove: 'cancel' }).live(REBOOT).with({ run })
  t.match(planOf(ending.input()).actions[0], { action: 'blocked', reason })
})

t.test('that a create made nothing is believed once AWS was asked for its mark', async (t) => {
  const open = () => spec(DISK).unknown(DISK)
  t.strictSame(told(open().unread(DISK), DISK, NOT_CREATED), ['blocked', 'PLAN_REFUSED', UNREAD])
  t.equal(lineOf(open().unread(DISK), DISK, { is: 'not-created', force: true }).action, 'keep')
  t.match(lineOf(open().listed(DISK), DISK, NOT_CREATED), {
    action: 'keep',
    next: { stage: 'settling', intent: { givenUp: true, until: '2026-11-15T09:00:00Z' } },
  })
  t.strictSame(told(open().listed(DISK), DISK, NOT_CREATED).slice(2), [
    'recorded that its job was not created',
    'submit it again > jobwright > reconcile',
  ])
  const own = `kiosk-fleet ${DISK}#1.1`
  const marked = (given: World, marker = own) => told(given.listed(DISK, { id: 'JOB7', marker }), DISK, NOT_CREATED)
  const carried = spec(DISK).unknown(DISK, { marker: own })
  t.strictSame(marked(carried), [
    'conflict',
    'PLAN_OWN_MARK',
    'AWS Import/Export job JOB7 carries the mark of this create, so it is its job',
    'take it over > jobwright > reconcile',
  ])
  t.equal(marked(spec(DISK).unknown(DISK, { marker: own }), `kiosk-fleet ${DISK}#2.1`)[0], 'keep', 'of another run')
  t.equal(marked(spec(DISK).unknown(DISK, { marker: 'kept by Ann' }), 'kept by Ann')[0], 'keep', 'no name of ours')
  const owned = spec(DISK).unknown(DISK, { marker: own }).record('ImportExportJob/attic', { id: 'JOB7' })
  t.equal(marked(owned)[0], 'keep', 'another address has it')
  const early = lineOf(spec(DISK).unknown(DISK).at('2026-11-15T08:57:59Z'), DISK, NOT_CREATED)
  t.match(early, { action: 'settling', code: 'PLAN_TOO_EARLY', until: '2026-11-15T08:58:00Z' })
  t.equal(lineOf(spec(DISK).unknown(DISK).at('2026-11-15T08:58:00Z'), DISK, NOT_CREATED).action, 'keep', 'now')
  t.equal(told(spec(DISK), DISK, NOT_CREATED)[2], 'no create of it is open')
})

t.test('foreign excuses listed jobs by their ID, and only unclaimed ones', async (t) => {
  const key = (id: string) => `DataExchangeJob aws/123456789012/eu-west-1 ${id}`
  const two = () => spec(PRICES).listed(PRICES, { id: 'a' }, { id: 'b' })
  t.match(lineOf(two(), PRICES, foreign('a')), {
    action: 'keep',
    excuses: [key('a')],
    reason: 'recorded that 1 job belongs to somebody else',
  })
  t.match(lineOf(two(), PRICES, { is: 'foreign', ids: 'listed' }), { excuses: [key('a'), key('b')] })
  t.equal(told(two(), PRICES, foreign('a', 'b'))[2], 'recorded that 2 jobs belong to somebody else')
  const owned = () =>
    two()
      .spec(RATES, { policy: { allowIdentical: true } })
      .record(RATES, { id: 'a' })
  t.match(lineOf(owned(), PRICES, { is: 'foreign', ids: 'listed' }), { excuses: [key('b')] })
  t.strictSame(told(owned(), PRICES, foreign('a')).slice(0, 3), [
    'conflict',
    'PLAN_NO_SUCH_JOB',
    'AWS knows no such AWS Data Exchange job: a',
  ])
  t.strictSame(told(two(), PRICES, foreign('a', 'z')).slice(0, 3), [
    'conflict',
    'PLAN_NO_SUCH_JOB',
    'AWS knows no such AWS Data Exchange job: z',
  ])
  t.strictSame(told(spec(PRICES).unread(PRICES), PRICES, foreign('a')), ['blocked', 'PLAN_REFUSED', UNREAD])
  const words = 'its own ID identifies its job, so no job of this kind needs to be declared foreign'
  t.equal(told(spec(REBOOT), REBOOT, foreign('a'))[2], words)
  t.equal(told(two().site(undefined), PRICES, foreign('a'))[2], words)
})

t.test('foreign excuses no job with our mark, and none that an open create may have made', async (t) => {
  const marked = (marker: string, ids: Decision = foreign('JOB7')) =>
    told(spec(DISK).listed(DISK, { id: 'JOB7', marker }), DISK, ids)
  t.strictSame(marked(`kiosk-fleet ${DISK}#1.1`), [
    'conflict',
    'PLAN_OWN_MARK',
    'AWS Import/Export job JOB7 carries the mark of this very spec, so it is its job',
    `take it over > jobwright > adopt > ${DISK} > --id > JOB7`,
    'or write policy.run: 2 to run it again',
  ])
  const second = spec(DISK)
    .record(DISK, { id: 'JOB1' })
    .listed(DISK, { id: 'JOB7', marker: `kiosk-fleet ${DISK}#1.1` })
  t.strictSame(
    told(second, DISK, foreign('JOB7')),
    [
      'conflict',
      'PLAN_OWN_MARK',
      'AWS Import/Export job JOB7 carries the mark of this very spec, so it duplicates its job JOB1',
      'end the unwanted job in AWS',
      `to leave it as it is > jobwright > acknowledge > ${DISK}`,
    ],
    'nothing can take over the second job of one create',
  )
  t.strictSame(marked(`kiosk-fleet ${DISK}#2.1`), [
    'conflict',
    'PLAN_OWN_MARK',
    `AWS Import/Export job JOB7 carries the mark of ${DISK}, so it cannot be declared foreign`,
    'find that out first > jobwright > reconcile',
  ])
  t.equal(marked(`other-fleet ${DISK}#1.1`)[2], 'recorded that 1 job belongs to somebody else')
  t.equal(
    marked(`kiosk-fleet ${DISK}#1.1`, { is: 'foreign', ids: 'listed' })[2],
    'recorded that 0 jobs belong to somebody else',
  )
  const beside = (facts: Partial<JobRecord>, address: Address = RATES) =>
    told(spec(PRICES).unknown(address, {}, facts).listed(PRICES, { id: 'a' }), PRICES, foreign('a'))[0]
  t.equal(beside({}), 'conflict')
  t.equal(beside({ site: OTHER_SITE }), 'keep', 'at another site')
  t.equal(beside({ request: {} }), 'keep', 'of another request')
  t.equal(beside({ request: REQUESTS['DataExchangeJob']! }, NIGHT), 'keep', 'of another kind')
  t.equal(beside({}, PRICES), 'keep', 'of the same address: that is what is decided')
  const known = spec(PRICES).spec(RATES).record(RATES, { id: 'b' }).listed(PRICES, { id: 'a' })
  t.equal(told(known, PRICES, foreign('a'))[0], 'keep', 'that is settled')
})

t.test('removed marks a record whose spec is not here, once', async (t) => {
  const removed: Decision = { is: 'removed' }
  t.strictSame(told(settled(), REBOOT, removed), [
    'keep',
    undefined,
    'its spec is here: remove it first',
    NOTHING_CHANGED,
  ])
  t.equal(
    told(world().blocked(REBOOT, ['SPEC_ENUM']).record(REBOOT), REBOOT, removed)[2],
    'its spec has errors: SPEC_ENUM',
    'also with errors',
  )
  t.equal(told(spec(REBOOT), REBOOT, removed)[2], 'its spec is here: remove it first', 'nothing was submitted for it')
  t.equal(
    told(world().record(REBOOT, { withdrawn: '2026-11-14T09:00:00Z' }), REBOOT, removed)[2],
    'recorded as removed already',
  )
  t.match(lineOf(world().record(REBOOT), REBOOT, removed), {
    action: 'forget',
    id: 'kiosk-reboot',
    reason: 'its spec was removed, as decided; its record is kept',
    next: { withdrawn: '2026-11-15T09:00:00Z' },
  })
})

t.test('a baseline takes specs as done, and says which jobs it read', async (t) => {
  const baseline: Decision = { is: 'baseline' }
  t.strictSame(told(spec(REBOOT).unread(REBOOT), REBOOT, baseline), ['blocked', 'PLAN_REFUSED', UNREAD])
  t.strictSame(told(spec(REBOOT).site(undefined), REBOOT, baseline), [
    'blocked',
    'PLAN_OFFLINE',
    'where it belongs is not known while offline',
  ])
  t.match(lineOf(spec(REBOOT).live(REBOOT, elsewhere), REBOOT, baseline), {
    action: 'adopt',
    reason: 'assumed done before the state was created',
    next: { how: 'baseline', id: 'kiosk-reboot' },
  })
  t.match(lineOf(spec(REBOOT).absent(REBOOT), REBOOT, baseline), {
    reason: 'assumed done before the state was created; AWS has no job with its ID',
    next: { how: 'baseline', stage: 'started', condition: { type: 'Succeeded', reason: 'Baseline' } },
  })
  t.strictSame(told(spec(REBOOT).unknown(REBOOT), REBOOT, baseline), [
    'keep',
    undefined,
    'the outcome of its create is not known',
    NOTHING_CHANGED,
    'find out its outcome > jobwright > reconcile',
  ])
})
