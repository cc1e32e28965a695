import t from 'tap'
import type { Live } from '../../../src/model/live.ts'
import type { Planned } from '../../../src/model/plan.ts'
import type { Intent, JobRecord } from '../../../src/model/state.ts'
import { formatHint } from '../../../src/report/remedies.ts'
import { check, OTHER_SITE, planOf, REQUESTS, type World, world } from '../world.ts'

/*
 * Unknown creates by their evidence: what one fact more or less makes of the plan. The intents are of 08:50:00; it is 09:00:00.
 */

const REBOOT = 'IotJob/kiosk-reboot'
const NIGHT = 'IotJob/kiosk-night'
const FINAL = 'MediaPackageHarvestJob/cup-final'
const PRICES = 'DataExchangeJob/prices'
const COPY = 'DataExchangeJob/prices-copy'
const READERS = 'PinpointExportJob/readers'
const ARCHIVE = 'ImportExportJob/archive'
const WHY = 'TimeoutError: socket hang up'
const FOUND = `the answer to its create was lost (${WHY}); this is the job`
const EXISTS = 'AWS IoT job kiosk-reboot exists, but'
const UNKNOWN = `the outcome of its create is not known (${WHY})`
const OWN = `kiosk-fleet ${REBOOT}:1.1`
const LOOKED = { absentSince: '2026-11-15T08:55:00Z' }

const first = (given: World): Planned => planOf(given.input()).actions[0]!
const hints = (given: World): string => (first(given).remedies ?? []).map((one) => formatHint([one])).join(' | ')

/** A reboot whose create asked for a tag, and what AWS tells of the job of its ID. */
const reboot = (live: Partial<Live>, intent: Partial<Intent> = {}, now = '2026-11-15T09:00:00Z'): World =>
  world()
    .spec(REBOOT)
    .unknown(REBOOT, { marker: OWN, ...intent })
    .live(REBOOT, live)
    .at(now)

const TAGS: readonly (readonly [name: string, given: World, expected: string])[] = [
  [
    'our tag proves it, where AWS tells nothing else',
    reboot({ mark: OWN, createdAt: undefined, request: undefined }),
    `adopt ${REBOOT}: ${FOUND}`,
  ],
  [
    'our tag proves it, although AWS refused the create',
    reboot({ mark: OWN }, { refused: true }),
    `adopt ${REBOOT}: ${FOUND}`,
  ],
  [
    'a tag of the former name that the create carried proves it',
    reboot({ mark: `kiosk-fleet ${NIGHT}:1.1`, createdAt: undefined }, { marker: `kiosk-fleet ${NIGHT}:1.1` }),
    `adopt ${REBOOT}: ${FOUND}`,
  ],
  [
    'our tag proves it under the name that the spec has since',
    reboot({ mark: OWN, createdAt: undefined }, { marker: `kiosk-fleet ${NIGHT}:1.1` }),
    `adopt ${REBOOT}: ${FOUND}`,
  ],
  [
    'a tag that names no attempt is no mark',
    reboot({ mark: 'kept by Ann', markRead: 'succeeded' }),
    `adopt ${REBOOT}: ${FOUND}`,
  ],
  [
    'a tag of another run of the former name is another job’s',
    reboot({ mark: `kiosk-fleet ${NIGHT}:2.1` }, { marker: `kiosk-fleet ${NIGHT}:1.1` }),
    `conflict ${REBOOT}: ${EXISTS} carries the mark of ${NIGHT}`,
  ],
  [
    'a tag of another spec is another job’s',
    reboot({ mark: `kiosk-fleet ${NIGHT}:1.1` }),
    `conflict ${REBOOT}: ${EXISTS} carries the mark of ${NIGHT}`,
  ],
  [
    'a tag of another spec is another job’s, where the create asked for none',
    reboot({ mark: `kiosk-fleet ${NIGHT}:1.1` }, { marker: undefined }),
    `conflict ${REBOOT}: ${EXISTS} carries the mark of ${NIGHT}`,
  ],
  [
    'a tag of another state is another owner’s',
    reboot({ mark: `other-fleet ${REBOOT}:1.1` }),
    `conflict ${REBOOT}: ${EXISTS} carries the mark of another state`,
  ],
  [
    'a tag of another state is another owner’s, also before AWS shows all tags',
    reboot({ mark: `other-fleet ${REBOOT}:1.1`, markRead: 'succeeded' }, {}, '2026-11-15T08:52:00Z'),
    `conflict ${REBOOT}: ${EXISTS} carries the mark of another state`,
  ],
  [
    'a tag may not be shown yet',
    reboot({ markRead: 'succeeded' }, {}, '2026-11-15T08:52:29Z'),
    `settling ${REBOOT}: its job exists, but AWS may not show its tags yet [until 2026-11-15T08:52:30Z]`,
  ],
  [
    'a tag that is missing once AWS shows tags is not ours',
    reboot({ markRead: 'succeeded' }, {}, '2026-11-15T08:52:30Z'),
    `conflict ${REBOOT}: ${EXISTS} does not carry the tag that this create asked for`,
  ],
  ['tags that may not be read prove nothing', reboot({}, {}, '2026-11-15T08:52:00Z'), `adopt ${REBOOT}: ${FOUND}`],
  [
    'a create that asked for no tag waits for none',
    reboot({ markRead: 'succeeded' }, { marker: undefined }, '2026-11-15T08:52:00Z'),
    `adopt ${REBOOT}: ${FOUND}`,
  ],
  [
    'a job that is older waits for no tag',
    reboot({ markRead: 'succeeded', createdAt: '2026-11-15T08:40:00Z' }, {}, '2026-11-15T08:52:00Z'),
    `conflict ${REBOOT}: ${EXISTS} was created before this create was sent`,
  ],
  [
    'our tag on a job from before the intent proves nothing',
    reboot({ mark: OWN, createdAt: '2026-11-15T08:40:00Z' }),
    `conflict ${REBOOT}: ${EXISTS} was created before this create was sent`,
  ],
  [
    'a refused create left no job, unless a tag says so',
    reboot({}, { refused: true }),
    `conflict ${REBOOT}: ${EXISTS} AWS refused this create: the job already existed`,
  ],
]

for (const [name, given, expected] of TAGS) {
  t.test(name, async (t) => {
    check(t, given, expected)
    const { action, code } = first(given)
    t.equal(code, action === 'conflict' ? 'PLAN_ID_TAKEN' : undefined)
  })
}

t.test('an unknown create finds its job under an ID that an earlier run asked for without a job', async (t) => {
  const history = [{ run: 1, id: 'kiosk-reboot' }]
  const raised = (request: object = {}, live: Partial<Live> = {}) =>
    world()
      .spec(REBOOT, { policy: { run: 2 }, request: { ...REQUESTS['IotJob'], ...request } })
      .unknown(REBOOT, {}, { run: 2, history })
      .live(REBOOT, live)
  const same = { jobId: 'kiosk-reboot' }
  t.match(first(raised(same)), { action: 'adopt', id: 'kiosk-reboot' })
  t.match(first(raised()), { action: 'adopt', id: 'kiosk-reboot' }, 'even if the spec asks for another ID by now')
  const early = { createdAt: '2026-11-15T08:40:00Z' }
  const used = `conflict ${REBOOT}: the ID kiosk-reboot was already used by an earlier run of this spec`
  check(t, raised(same, early), used, 'a job from before the create')
  t.match(first(raised({}, early)), { action: 'create', id: 'kiosk-reboot-r2' }, 'and another ID')
  const other = raised(same).record('IotJob/other', { id: 'kiosk-reboot' })
  t.match(first(other), { action: 'conflict', code: 'PLAN_ID_USED', reason: /IotJob\/other/ }, 'another address has it')
})

t.test('a taken ID comes with the way to get another one', async (t) => {
  const other = { request: { ...REQUESTS['IotJob'], targets: ['arn:aws:iot:eu-west-1:123456789012:thing/other'] } }
  t.match(hints(reboot(other)), /^somebody else used this ID; raise policy\.run, or write another jobId$/i)
  const named = world()
    .spec(REBOOT, { request: { ...REQUESTS['IotJob'], jobId: 'kiosk-reboot' } })
    .unknown(REBOOT)
    .live(REBOOT, other)
  t.match(hints(named), /^somebody else used this ID; write another jobId$/i)
  const edited = world().spec(REBOOT).unknown(REBOOT, {}, other).live(REBOOT, {})
  t.strictSame(
    first(edited).remedies?.map(({ text }) => text),
    [
      'it matches the current spec. If it is its job',
      'if somebody else used this ID: raise policy.run, or write another jobId',
    ],
  )
  t.match(
    hints(reboot({}, { refused: true })),
    /adopt IotJob\/kiosk-reboot \| if somebody else used this ID: .*--not-created \| then write another jobId$/i,
  )
})

t.test(
  'another ID is free for a spec once its create’s own ID proves to be another job’s, or its run is raised',
  async (t) => {
    const named = { request: { ...REQUESTS['IotJob'], jobId: 'kiosk-other' } }
    const asked = (live: Partial<Live>, facts: object = named): World =>
      world().spec(REBOOT, facts).unknown(REBOOT, LOOKED).live(REBOOT, live).at('2026-11-15T09:30:00Z')
    const why = 'its create came to nothing: the ID kiosk-reboot belongs to another job'
    check(t, asked({ mark: `other-fleet ${REBOOT}:1.1` }), `create ${REBOOT} (as kiosk-other, attempt 2): ${why}`)
    const unproven = { createdAt: undefined }
    t.equal(first(asked(unproven)).code, 'PLAN_ID_TAKEN', 'it may be ours')
    check(t, asked(unproven, { policy: { run: 2 } }), `create ${REBOOT} (as kiosk-reboot-r2): ${why}`)
  },
)

t.test('a job that nothing proves ours comes with both answers', async (t) => {
  const { remedies } = first(reboot({}, { refused: true }))
  t.strictSame(
    remedies?.map(({ text, command = [] }) => [text, ...command].join(' > ')),
    [
      `if it is the job of this create > jobwright > adopt > ${REBOOT}`,
      `if somebody else used this ID > jobwright > resolve > ${REBOOT} > --not-created`,
      'then write another jobId',
    ],
  )
})

t.test('an inert create that was not looked for yet stays unknown', async (t) => {
  check(t, world().spec(PRICES).unknown(PRICES), `settling ${PRICES}: the outcome of its create is not known yet`)
})

t.test('a failed read or list shows nothing, however long ago the create was', async (t) => {
  const refused = 'AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob'
  for (const address of [REBOOT, PRICES, READERS] as const)
    check(t, world().spec(address).unknown(address, LOOKED).unread(address), `blocked ${address}: ${refused}`)
})

/** Two jobs that an unknown create of an inert kind may have made, beside another record. */
const shared = (address: typeof PRICES | typeof COPY, facts: Partial<JobRecord> = {}, intent: Partial<Intent> = {}) =>
  world().spec(PRICES).unknown(PRICES).unknown(address, intent, facts).listed(PRICES, { id: 'a' }, { id: 'b' })

t.test('several jobs are shared only among unknown creates of the same request at the same place', async (t) => {
  const isShared = (given: World) => first(given).action === 'adopt'
  t.equal(isShared(shared(COPY)), true)
  t.equal(isShared(shared(PRICES)), false, 'one create alone')
  t.equal(isShared(shared(COPY, { site: OTHER_SITE })), false, 'at another place')
  t.equal(isShared(shared(COPY, { request: { Type: 'IMPORT_ASSETS_FROM_S3' } })), false, 'of another request')
  const settled = world()
    .spec(PRICES)
    .unknown(PRICES)
    .record(COPY, { id: 'c' })
    .listed(PRICES, { id: 'a' }, { id: 'b' })
  t.equal(isShared(settled), false, 'of which one is settled')
  const kind = world().spec(PRICES).unknown(PRICES).unknown(FINAL, {}, { request: REQUESTS['DataExchangeJob']! })
  t.equal(isShared(kind.listed(PRICES, { id: 'a' }, { id: 'b' })), false, 'of another kind')
})

t.test('of the jobs that are shared one that began comes first, then the oldest', async (t) => {
  const [early, late] = ['2026-11-15T08:50:05Z', '2026-11-15T08:50:07Z']
  const taken = (...jobs: Partial<Live>[]) =>
    first(
      world()
        .spec(PRICES)
        .unknown(PRICES)
        .unknown(COPY)
        .listed(PRICES, ...jobs),
    ).id
  const waits = { status: 'WAITING' }
  t.equal(taken({ id: 'a', ...waits, createdAt: early }, { id: 'b', createdAt: late }), 'b')
  t.equal(taken({ id: 'a', createdAt: late }, { id: 'b', ...waits, createdAt: early }), 'a')
  t.equal(taken({ id: 'a', createdAt: late }, { id: 'b', createdAt: early }), 'b')
  t.equal(taken({ id: 'a', createdAt: early }, { id: 'b', createdAt: late }), 'a')
  t.equal(taken({ id: 'a', ...waits, createdAt: late }, { id: 'b', ...waits, createdAt: early }), 'b')
})

t.test('what may be sent again waits for the last request only where that could make a second job', async (t) => {
  const edited = { Type: 'EXPORT_ASSETS_TO_S3', Details: {} }
  const inert = world()
    .spec(PRICES, { request: edited })
    .unknown(PRICES, LOOKED)
    .listed(PRICES)
    .at('2026-11-15T08:57:00Z')
  t.match(first(inert), { action: 'create', attempt: 2 }, 'a job that is never started does no harm')
  const night = { ...REQUESTS['IotJob'], document: { operation: 'wipe' } }
  const named = world()
    .spec(REBOOT, { request: night })
    .unknown(REBOOT, LOOKED)
    .absent(REBOOT)
    .at('2026-11-15T08:57:00Z')
  check(t, named, `settling ${REBOOT}: its create may still arrive [until 2026-11-15T08:58:00Z]`)
})

/** An archive whose create carried its name as a marker, and the marker of the job that is listed. */
const archive = (marker: string | undefined, intent: Partial<Intent> = {}, live: Partial<Live> = {}) =>
  world()
    .spec(ARCHIVE)
    .unknown(ARCHIVE, { marker: `kiosk-fleet ${ARCHIVE}#1.1`, ...intent })
    .listed(ARCHIVE, { id: 'JOB7', marker, ...live })

t.test('a marker is a create’s own by state, run and address, whatever the attempt', async (t) => {
  const isTaken = (given: World) => first(given).action === 'adopt'
  t.equal(isTaken(archive(`kiosk-fleet ${ARCHIVE}#1.1`)), true)
  t.equal(isTaken(archive(`kiosk-fleet ${ARCHIVE}#1.3`)), true, 'a later attempt that a rolled-back state lost')
  t.equal(isTaken(archive(`kiosk-fleet ${ARCHIVE}#2.1`)), false, 'another run')
  t.equal(isTaken(archive(`other-fleet ${ARCHIVE}#1.3`)), false, 'another state')
  t.equal(isTaken(archive('kiosk-fleet ImportExportJob/attic#1.3')), false, 'another address')
  t.equal(isTaken(archive('kept by Ann')), false, 'no name of ours')
  const former = { marker: 'kiosk-fleet ImportExportJob/attic#1.1' }
  t.equal(isTaken(archive('kiosk-fleet ImportExportJob/attic#1.2', former)), true, 'its former name')
  t.equal(isTaken(archive(`kiosk-fleet ${ARCHIVE}#1.2`, former)), true, 'its name since')
  t.equal(isTaken(archive(`kiosk-fleet ${ARCHIVE}#1.2`, { marker: 'exports/attic' })), false, 'without a name of ours')
  t.equal(isTaken(archive(`kiosk-fleet ${ARCHIVE}#1.2`, { marker: undefined })), false, 'without a marker')
})

t.test('a job of which AWS does not show the request is adopted only by a person', async (t) => {
  const hidden = { request: undefined } as Partial<Live>
  t.equal(first(archive(`kiosk-fleet ${ARCHIVE}#1.1`, {}, hidden)).action, 'unresolved')
  const inert = world()
    .spec(PRICES)
    .unknown(PRICES)
    .listed(PRICES, { id: 'a', ...hidden })
  t.not(first(inert).action, 'adopt')
})

const UNTIL = '2026-11-15T08:58:00Z'

t.test('a job that names no attempt is ours up to a minute after the deadline', async (t) => {
  const made = (createdAt: string | undefined) =>
    first(
      world()
        .spec(READERS)
        .unknown(READERS, { marker: 's3://newsletter/readers/' })
        .listed(READERS, { id: 'e1', marker: 's3://newsletter/readers/', createdAt }),
    ).action
  t.equal(made('2026-11-15T08:50:05Z'), 'adopt')
  t.equal(made('2026-11-15T08:59:00Z'), 'adopt')
  t.equal(made('2026-11-15T08:59:01Z'), 'unresolved')
})

t.test('a job that names its attempt is ours whenever it was created', async (t) => {
  t.equal(first(archive(`kiosk-fleet ${ARCHIVE}#1.1`, {}, { createdAt: '2026-11-15T08:59:30Z' })).action, 'adopt')
})

t.test('until the deadline nothing is asked, and a raised run waits too', async (t) => {
  const unclear = (run: number, now: string) =>
    world()
      .spec(READERS, { policy: { run } })
      .unknown(READERS, { marker: 's3://newsletter/readers/' })
      .listed(READERS, { id: 'e1', marker: undefined, request: { ApplicationId: 'other' } })
      .at(now)
  check(t, unclear(1, '2026-11-15T08:57:59Z'), `settling ${READERS}: ${UNKNOWN} [until ${UNTIL}]`)
  t.equal(first(unclear(1, UNTIL)).action, 'unresolved')
  t.equal(first(unclear(2, '2026-11-15T08:57:59Z')).action, 'settling')
  t.match(first(unclear(2, UNTIL)), {
    action: 'create',
    reason: 'policy.run was raised from 1 to 2, which gives up the unknown one',
  })
})

t.test('the plan names five of the candidates', async (t) => {
  const jobs = (size: number) => Array.from({ length: size }, (_, n) => ({ id: `e${n}`, marker: undefined }))
  const asked = (size: number) =>
    world()
      .spec(READERS)
      .unknown(READERS)
      .listed(READERS, ...jobs(size))
  const time = 'IN_PROGRESS, 2026-11-15 08:50 UTC'
  const shown = (size: number) => jobs(size).map(({ id }) => `${id} (${time})`)
  const one = 'its create may have created this job, and nothing proves it'
  const several = (size: number) => `its create may have created one of ${size} jobs, and nothing shows which`
  check(t, asked(1), `unresolved ${READERS}: ${one}: ${shown(1).join(', ')}`)
  check(t, asked(5), `unresolved ${READERS}: ${several(5)}: ${shown(5).join(', ')}`)
  check(t, asked(7), `unresolved ${READERS}: ${several(7)}: ${shown(5).join(', ')} and 2 more`)
  const undated = world()
    .spec(READERS)
    .unknown(READERS)
    .listed(READERS, { id: 'e0', marker: undefined, createdAt: undefined })
  check(t, undated, `unresolved ${READERS}: ${one}: e0 (IN_PROGRESS)`)
  t.strictSame(
    first(asked(1)).remedies?.map(({ text }) => text),
    ['if it is the job', 'if it is not', 'the events CreateExportJob in AWS CloudTrail say who created it'],
  )
  const { findingKey } = first(asked(1)) as { findingKey?: string }
  t.match(findingKey, /^a job may be what its create made, and nothing shows which: e0/, 'acknowledgements name it')
  t.equal(first(asked(2)).code, 'PLAN_UNRESOLVED')
  t.match(
    hints(asked(2)),
    /the job is e0, created 2026-11-15 08:50:\d\d UTC, IN_PROGRESS.*--adopt e0.* \| if the job is e1, .*--adopt e1.* \| if none of them is.*--not-created/i,
    'each candidate has its own command',
  )
  const counts = { completedPieces: 4, totalPieces: 4, processed: 1000 }
  const ended = { id: 'e0', marker: undefined, status: 'COMPLETED', finishedAt: '2026-11-15T08:55:07Z', counts }
  t.match(
    hints(world().spec(READERS).unknown(READERS).listed(READERS, ended, { id: 'e1', marker: undefined })),
    /the job is e0, created 2026-11-15 08:50:\d\d UTC, ended 2026-11-15 08:55:07 UTC, COMPLETED, 4 of 4 pieces succeeded, 1000 endpoints processed: /i,
    'with all that may tell it from the others',
  )
  const alike =
    /^\W*AWS reports the same of each but its ID and times: the recorded outcome is the same.* \| if the job is e0/i
  const both = (other: object) =>
    hints(
      world()
        .spec(READERS)
        .unknown(READERS)
        .listed(READERS, ended, { ...ended, id: 'e1', ...other }),
    )
  t.match(both({ finishedAt: '2026-11-15T08:55:08Z' }), alike, 'and says first that nothing else does')
  t.match(
    both({ finishedAt: '2026-11-15T08:55:07.4Z' }),
    /same of each but its ID: /,
    'or not even its times, as printed',
  )
  t.notMatch(both({ message: 'done' }), /same of each/)
  t.notMatch(both({ status: 'FAILED' }), alike)
  t.notMatch(both({ finishedAt: undefined }), alike, 'what still runs may end in another way')
})

t.test('after so long AWS may have forgotten a job, and a person decides', async (t) => {
  const words = 'its create left no job that AWS shows, but after'
  const rest = 'days AWS may have forgotten one: it may have run and ended'
  const old = (address: typeof FINAL | typeof READERS, now: string, run = 1) =>
    world()
      .spec(address, { policy: { run } })
      .unknown(address, { absentSince: '2026-11-15T08:59:00Z' })
      .absent(address)
      .listed(address)
      .at(now)
  check(t, old(FINAL, '2027-02-13T08:50:00Z'), `unresolved ${FINAL}: ${words} 90 ${rest}`)
  t.equal(first(old(FINAL, '2027-02-13T08:49:59Z')).action, 'expired', 'it is believed, and its time is over')
  check(t, old(READERS, '2026-12-15T08:50:00Z'), `unresolved ${READERS}: ${words} 30 ${rest}`)
  t.match(first(old(READERS, '2026-12-15T08:49:59Z')), { action: 'create', attempt: 2 })
  t.match(first(old(READERS, '2026-12-15T08:50:00Z', 2)), { action: 'create', attempt: 1 }, 'another run is wanted')
  t.equal(first(old(READERS, '2026-12-15T08:50:00Z')).code, 'PLAN_UNRESOLVED')
  t.match(
    hints(old(READERS, '2026-12-15T08:50:00Z')),
    /if no job was created.*resolve PinpointExportJob\/readers --not-created.* \| if it did: raise policy\.run only to run it again/i,
  )
})

t.test('a create of which nothing was seen says so', async (t) => {
  check(
    t,
    world().spec(READERS).unknown(READERS, { evidence: undefined }),
    `settling ${READERS}: the outcome of its create is not known (no answer to it is on record)`,
  )
})

t.test('absence counts as of the reads: a machine may have slept since', async (t) => {
  const readAt = (given: World, at: string): Planned => first(given.with({ readFrom: Date.parse(`2026-11-15T${at}Z`) }))
  const earlier = { absentSince: '2026-11-15T08:51:10Z' }
  const cases: readonly (readonly [name: string, given: World, before: string, from: string])[] = [
    [
      'under the same ID, after the grace',
      world().spec(REBOOT).unknown(REBOOT, LOOKED).absent(REBOOT),
      '08:55:14',
      '08:55:15',
    ],
    [
      'under another ID, after the deadline',
      world()
        .spec(REBOOT, { request: { ...REQUESTS['IotJob'], jobId: 'other' } })
        .unknown(REBOOT, earlier)
        .absent(REBOOT),
      '08:57:59',
      '08:58:00',
    ],
    [
      'of a job that only a list shows, after the deadline',
      world().spec(READERS).unknown(READERS, { absentSince: '2026-11-15T08:52:00Z' }).listed(READERS),
      '08:57:59',
      '08:58:00',
    ],
  ]
  for (const [name, given, before, from] of cases) {
    t.equal(readAt(given, before).action, 'settling', `${name}: read before`)
    t.equal(readAt(given, from).action, 'create', `${name}: read then`)
  }
})

t.test('a job without a readable mark is ours only if a request of the create could still make it', async (t) => {
  // The deadline is 08:58; clocks may differ by a minute.
  const made = (createdAt: string, live: Partial<Live> = {}): World =>
    reboot({ markRead: 'refused', createdAt, ...live }, {}, '2026-11-15T09:30:00Z')
  t.equal(first(made('2026-11-15T08:59:00Z')).action, 'adopt')
  const late = made('2026-11-15T08:59:01Z')
  t.match(first(late), {
    action: 'conflict',
    code: 'PLAN_ID_TAKEN',
    reason: `${EXISTS} was created when no request of this create could arrive any more`,
  })
  t.match(hints(late), /adopt IotJob\/kiosk-reboot/, 'a person may know better')
  t.equal(first(made('2026-11-15T08:59:01Z', { mark: OWN, markRead: 'succeeded' })).action, 'adopt', 'a mark proves it')
})
