import t from 'tap'
import type { Address } from '../../../src/model/address.ts'
import type { Decision } from '../../../src/plan/input.ts'
import { formatHint } from '../../../src/report/remedies.ts'
import { check, checkNeeds, DONE, planOf, REQUESTS, SITE, type World, world } from '../world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const NIGHT = 'IotJob/kiosk-night'
const READERS = 'PinpointExportJob/readers'
const DISK = 'ImportExportJob/archive-disk'
const OTHER_DISK = 'ImportExportJob/other-disk'
const PRICES = 'DataExchangeJob/prices'
const RATES = 'DataExchangeJob/rates'

const decide = (given: World, address: Address, decision: Decision): World =>
  given.with({ decisions: new Map([[address, decision]]), only: (one) => one === address })

const adopt = (id?: string): Decision => ({ is: 'adopt', ...(id !== undefined && { id }) })
const NOT_CREATED: Decision = { is: 'not-created', force: false }
const STOP: Decision = { is: 'cancel', reason: 'wrong firmware', force: false }
const BASELINE: Decision = { is: 'baseline' }

const MARKED = { marker: `kiosk-fleet ${OTHER_DISK}#1.1` }

const cases: readonly (readonly [string, World, readonly string[]])[] = [
  [
    'a job is adopted by a decision, where it is what the spec asks for',
    decide(world().spec(REBOOT).live(REBOOT), REBOOT, adopt()),
    [`adopt ${REBOOT}: as decided`],
  ],
  [
    'and not where it is something else',
    decide(
      world()
        .spec(REBOOT)
        .live(REBOOT, { request: { ...REQUESTS['IotJob'], targets: ['arn:other'] } }),
      REBOOT,
      adopt(),
    ),
    [
      `conflict ${REBOOT}: AWS IoT job kiosk-reboot exists, but is not what was asked for`,
      `  /targets: ["arn:other"] -> ${JSON.stringify(REQUESTS['IotJob']?.['targets'])}`,
    ],
  ],
  [
    'nor where there is none',
    decide(world().spec(READERS).absent(READERS), READERS, adopt('7f3c')),
    [`conflict ${READERS}: AWS knows no such Amazon Pinpoint job`],
  ],
  [
    'nor where another address has it',
    decide(
      world().spec(READERS).live(READERS, { id: '7f3c' }).record('PinpointExportJob/other', { id: '7f3c' }),
      READERS,
      adopt('7f3c'),
    ),
    [`conflict ${READERS}: the ID 7f3c was already used by PinpointExportJob/other`],
  ],
  [
    'nor where the unknown create of another address may have made it',
    decide(
      world().spec(NIGHT).live(NIGHT, { id: 'kiosk-reboot' }).spec(REBOOT).unknown(REBOOT),
      NIGHT,
      adopt('kiosk-reboot'),
    ),
    [`conflict ${NIGHT}: the ID kiosk-reboot was already used by ${REBOOT}`],
  ],
  [
    'but where that address was withdrawn without one',
    decide(
      world()
        .spec(NIGHT)
        .live(NIGHT, { id: 'kiosk-reboot' })
        .unknown(REBOOT, {}, { withdrawn: '2026-11-15T08:59:00Z' }),
      NIGHT,
      adopt('kiosk-reboot'),
    ),
    [`adopt ${NIGHT}: as decided`],
  ],
  [
    'nor where it is the job of an earlier run of the same spec',
    decide(
      world()
        .spec(READERS, { policy: { run: 2 } })
        .record(READERS, { ...DONE, id: 'first' })
        .live(READERS, { id: 'first' }),
      READERS,
      adopt('first'),
    ),
    [`conflict ${READERS}: the ID first was already used by an earlier run of this spec`],
  ],
  [
    'and becomes the next run where the spec asks for one',
    decide(
      world()
        .spec(READERS, { policy: { run: 2 } })
        .record(READERS, { ...DONE, id: 'first' })
        .live(READERS, { id: 'second' }),
      READERS,
      adopt('second'),
    ),
    [`adopt ${READERS}: as decided`],
  ],
  [
    'also over an unknown create of an earlier run',
    decide(
      world()
        .spec(READERS, { policy: { run: 2 } })
        .unknown(READERS)
        .live(READERS, { id: 'second' }),
      READERS,
      adopt('second'),
    ),
    [`adopt ${READERS}: as decided`],
  ],
  [
    'nor where the address has another one',
    decide(
      world()
        .spec(READERS)
        .record(READERS, { ...DONE, id: 'first' }),
      READERS,
      adopt('second'),
    ),
    [`conflict ${READERS}: job first is on record for it, so second cannot be adopted`],
  ],
  [
    'the job of an unknown create is adopted by a decision, also of a removed spec',
    decide(world().unknown(DISK).live(DISK, { id: 'ADP7B' }), DISK, adopt('ADP7B')),
    [`adopt ${DISK}: as decided`],
  ],
  [
    'that a create made no job is not believed while a request of it may arrive',
    decide(world().at('2026-11-15T08:57:59Z').spec(READERS).unknown(READERS), READERS, NOT_CREATED),
    [
      `settling ${READERS}: the request of its create may still reach AWS until 2026-11-15 08:58 UTC [until 2026-11-15T08:58:00Z]`,
      `refused 7: ${READERS}: the request of its create may still reach AWS until 2026-11-15 08:58 UTC`,
    ],
  ],
  [
    'but by force, and afterwards',
    decide(world().at('2026-11-15T08:57:59Z').spec(READERS).unknown(READERS), READERS, {
      is: 'not-created',
      force: true,
    }),
    [`keep ${READERS}: recorded that its job was not created`],
  ],
  [
    'but not where a job carries the mark of its create, not even by force',
    decide(
      world()
        .spec(OTHER_DISK)
        .unknown(OTHER_DISK, MARKED)
        .listed(OTHER_DISK, { id: 'ADP7B', ...MARKED }),
      OTHER_DISK,
      {
        is: 'not-created',
        force: true,
      },
    ),
    [`conflict ${OTHER_DISK}: AWS Import/Export job ADP7B carries the mark of this create, so it is its job`],
  ],
  [
    'nor where the tag of the job under its ID is that mark',
    decide(
      world()
        .spec(REBOOT)
        .unknown(REBOOT, { marker: 'lineage-1 IotJob/kiosk-reboot:1.1' })
        .live(REBOOT, { mark: 'lineage-1 IotJob/kiosk-reboot:1.1', markRead: 'succeeded' }),
      REBOOT,
      { is: 'not-created', force: true },
    ),
    [`conflict ${REBOOT}: AWS IoT job kiosk-reboot carries the mark of this create, so it is its job`],
  ],
  [
    'jobs are excused by a decision',
    decide(world().spec(READERS).listed(READERS, { id: 'second' }), READERS, { is: 'foreign', ids: ['second'] }),
    [`keep ${READERS}: recorded that 1 job belongs to somebody else`],
  ],
  [
    'but none that the unknown create of another spec may have made',
    decide(
      world()
        .spec(DISK)
        .unknown(OTHER_DISK, MARKED)
        .listed(DISK, { id: 'ADP7B', ...MARKED }),
      DISK,
      {
        is: 'foreign',
        ids: 'listed',
      },
    ),
    [`keep ${DISK}: recorded that 0 jobs belong to somebody else`],
  ],
  [
    'nor one with the mark of another spec of this state',
    decide(
      world()
        .spec(DISK)
        .listed(DISK, { id: 'ADP7B', ...MARKED, request: undefined }),
      DISK,
      {
        is: 'foreign',
        ids: ['ADP7B'],
      },
    ),
    [
      `conflict ${DISK}: AWS Import/Export job ADP7B carries the mark of ${OTHER_DISK}, so it cannot be declared foreign`,
    ],
  ],
  [
    'nor one without a mark that is just what the unknown create of another spec asked for',
    decide(world().spec(PRICES).unknown(RATES).listed(PRICES, { id: 'job-1', status: 'WAITING' }), PRICES, {
      is: 'foreign',
      ids: ['job-1'],
    }),
    [
      `conflict ${PRICES}: AWS Data Exchange job job-1 may be the job of another spec’s create, so it cannot be declared foreign`,
    ],
  ],
  [
    'a running job is cancelled by a decision',
    decide(world().spec(REBOOT).record(REBOOT).live(REBOOT), REBOOT, STOP),
    [`cancel ${REBOOT}: wrong firmware`],
  ],
  [
    'also where its spec has errors now',
    decide(world().blocked(REBOOT, ['SPEC_ENUM']).record(REBOOT).live(REBOOT), REBOOT, STOP),
    [`cancel ${REBOOT}: wrong firmware`],
  ],
  [
    'also where its spec was removed and was forgotten',
    decide(world().record(REBOOT, { withdrawn: '2026-11-14T09:00:00Z' }), REBOOT, STOP),
    [`cancel ${REBOOT}: wrong firmware`],
  ],
  [
    'not one that has ended',
    decide(world().spec(REBOOT).record(REBOOT).live(REBOOT, { status: 'COMPLETED' }), REBOOT, STOP),
    [`keep ${REBOOT}: its job has already ended`],
  ],
  [
    'nor one that AWS no longer knows',
    decide(world().spec(REBOOT).record(REBOOT).absent(REBOOT), REBOOT, STOP),
    [`keep ${REBOOT}: AWS no longer knows its job`],
  ],
  [
    'nor one that AWS cannot cancel',
    decide(world().spec(READERS).record(READERS, { id: '7f3c' }), READERS, STOP),
    [`conflict ${READERS}: Amazon Pinpoint job 7f3c cannot be cancelled: Amazon Pinpoint cannot cancel a job`],
  ],
  [
    'nor one whose existence is unknown',
    decide(world().spec(REBOOT).unknown(REBOOT), REBOOT, STOP),
    [`conflict ${REBOOT}: the outcome of its create is not known, so there is no job to cancel yet`],
  ],
  [
    'where nothing was submitted there is nothing to cancel',
    decide(world().spec(REBOOT), REBOOT, STOP),
    [`keep ${REBOOT}: nothing was submitted for it; policy.hold: true keeps it so`],
  ],
  [
    'where no create is open there is nothing to say',
    decide(world().spec(READERS), READERS, NOT_CREATED),
    [`keep ${READERS}: no create of it is open`],
  ],
  [
    'a baseline takes the existing job, whatever it looks like',
    decide(world().spec(REBOOT).live(REBOOT, { request: {} }), REBOOT, BASELINE),
    [`adopt ${REBOOT}: assumed done before the state was created`],
  ],
  [
    'and takes the word for a job that it cannot see',
    decide(world().spec(READERS), READERS, BASELINE),
    [`adopt ${READERS}: assumed done before the state was created; Jobwright cannot look up a job whose ID AWS chose`],
  ],
  [
    'and leaves an unknown create to the reconciler',
    decide(world().spec(READERS).unknown(READERS), READERS, BASELINE),
    [`keep ${READERS}: the outcome of its create is not known`],
  ],
]

for (const [name, given, expected] of cases) t.test(name, async (t) => void check(t, given, expected))

t.test('the owner of a job that cannot be adopted leaves another one to be named', async (t) => {
  const hint = (address: Address, other: Address): string | undefined =>
    formatHint(
      planOf(
        decide(
          world().spec(address).live(address, { id: '7f3c' }).record(other, { id: '7f3c' }),
          address,
          adopt('7f3c'),
        ).input(),
      ).actions[0]?.remedies,
    )
  t.equal(hint(READERS, 'PinpointExportJob/other'), 'name another job with --id')
  t.match(hint(REBOOT, NIGHT), 'leave jobId out, or write one that was never used')
})

t.test('a decision leads to no create, now or later', async (t) => {
  const given = decide(world().spec(READERS), READERS, BASELINE)
  const { next } = planOf(given.input()).actions[0] ?? {}
  t.match(next, { stage: 'started', how: 'baseline', site: SITE, condition: { type: 'Succeeded', reason: 'Baseline' } })
  t.notOk(next?.id)
  check(t, world().spec(READERS).stored(READERS, next!), [`keep ${READERS}: done`])
})

t.test('a job that is adopted as the next run leaves the one before it in the history', async (t) => {
  const spec = { policy: { run: 2 } }
  const over = (given: World) =>
    planOf(decide(given.spec(READERS, spec).live(READERS, { id: 'second' }), READERS, adopt('second')).input())
      .actions[0]?.next
  t.match(over(world().record(READERS, { ...DONE, id: 'first' })), {
    run: 2,
    id: 'second',
    how: 'adopted',
    history: [{ run: 1, id: 'first' }],
  })
  t.match(over(world().unknown(READERS)), { run: 2, id: 'second', history: [{ run: 1 }] })
  const settles = decide(world().spec(READERS, spec).unknown(READERS).live(READERS, { id: 'second' }), READERS, {
    ...adopt('second'),
    settles: true,
  } as Decision)
  t.match(planOf(settles.input()).actions[0]?.next, { run: 1, id: 'second' }, 'unless it is what the open create made')
})

t.test('a create declared to have made no job is submitted again, as the next attempt', async (t) => {
  const given = decide(world().spec(DISK).unknown(DISK), DISK, NOT_CREATED)
  const { next } = planOf(given.input()).actions[0] ?? {}
  t.match(next, { stage: 'settling', intent: { attempt: 1, givenUp: true } })
  t.match(planOf(world().spec(DISK).stored(DISK, next!).listed(DISK).input()).actions[0], {
    action: 'create',
    attempt: 2,
    reason: 'a person declared that its job was not created',
  })
})

t.test('a decision asks for the one job that it is about', async (t) => {
  const asked = (given: World, lines: readonly string[]) => checkNeeds(t, given, lines)
  asked(decide(world().spec(NIGHT).spec(REBOOT), REBOOT, adopt()), [`${REBOOT}: read kiosk-reboot with definition`])
  asked(decide(world().spec(READERS), READERS, adopt('7f3c')), [`${READERS}: read 7f3c of newsletter with definition`])
  asked(decide(world().unknown(DISK), DISK, adopt('ADP7B')), [`${DISK}: read ADP7B with definition`])
  asked(decide(world().spec(READERS).unknown(READERS), READERS, NOT_CREATED), [])
  asked(decide(world().spec(READERS), READERS, BASELINE), [])
})
