import t from 'tap'
import type { Live } from '../../../src/model/live.ts'
import type { Planned } from '../../../src/model/plan.ts'
import type { JobRecord } from '../../../src/model/state.ts'
import { formatHint } from '../../../src/report/remedies.ts'
import { check, DONE, OTHER_SITE, planOf, REQUESTS, SITE, type World, world } from '../world.ts'

/*
 * Jobs on no record that may be a spec's, fact by fact. A state that was rolled back knows of none of them.
 */

const PRICES = 'DataExchangeJob/prices'
const COPY = 'DataExchangeJob/prices-copy'
const READERS = 'PinpointExportJob/readers'
const DISK = 'ImportExportJob/archive'
const HORIZON = { horizon: '2026-11-15T08:00:00Z' }
const foreign = (kind: string, place: string, id: string) => ({
  foreign: { [`${kind} aws/123456789012/${place} ${id}`]: '2026-11-15T08:59:00Z' },
})

const first = (given: World): Planned => planOf(given.input()).actions[0]!
const hints = (given: World): string => (first(given).remedies ?? []).map((one) => formatHint([one])).join(' | ')
const isAsked = (given: World): boolean => first(given).code === 'PLAN_LOOKALIKE'

const prices = (...jobs: Partial<Live>[]): World =>
  world()
    .state(HORIZON)
    .spec(PRICES)
    .listed(PRICES, ...jobs)
/** The same beside another spec's record. */
const beside = (record: Partial<JobRecord>): World =>
  prices({ id: 'x' })
    .spec(COPY, { policy: { allowIdentical: true } })
    .record(COPY, record)
const disk = (...jobs: Partial<Live>[]): World =>
  world()
    .state(HORIZON)
    .spec(DISK)
    .listed(DISK, ...jobs)

t.test(
  'an unclaimed job with the same request is a question if it started and is not older than the state',
  async (t) => {
    t.equal(isAsked(prices({ id: 'x' })), true)
    t.equal(isAsked(prices({ id: 'x', createdAt: undefined })), true, 'AWS does not show when it was created')
    t.equal(isAsked(prices({ id: 'x', createdAt: '2026-11-15T07:45:00Z' })), true, 'clocks may differ by 15 minutes')
    t.equal(isAsked(prices({ id: 'x', createdAt: '2026-11-15T07:44:59Z' })), false, 'it is older than the state')
    t.equal(isAsked(prices({ id: 'x', status: 'WAITING' })), false, 'it was never started')
    t.equal(isAsked(beside({ id: 'x' })), false, 'another spec has it')
    t.equal(isAsked(beside({ id: 'x', site: OTHER_SITE })), true, 'that is at another site')
    t.equal(isAsked(prices({ id: 'x' }).state(foreign('DataExchangeJob', 'eu-west-1', 'x'))), false, 'it is not ours')
    t.equal(isAsked(prices({ id: 'x', request: { Type: 'IMPORT_ASSETS_FROM_S3' } })), false, 'it does something else')
    t.equal(isAsked(prices({ id: 'x', status: 'WAITING' }, { id: 'y' })), true, 'any job of the list')
  },
)

t.test('our own mark is never excused', async (t) => {
  const own = { id: 'JOB7', marker: `kiosk-fleet ${DISK}#1.1` }
  const excused = foreign('ImportExportJob', '*', 'JOB7')
  t.equal(isAsked(disk(own).state(excused)), true)
  t.equal(isAsked(disk({ ...own, marker: undefined }).state(excused)), false)
  t.equal(isAsked(disk({ ...own, request: { JobType: 'Export', Manifest: {} } })), true, 'whatever it does')
  t.equal(isAsked(disk({ ...own, marker: `other-fleet ${DISK}#1.1` })), false, 'another state’s is its own business')
  t.equal(isAsked(disk({ ...own, marker: `kiosk-fleet ${DISK}#2.1` })), false, 'another run’s too')
})

t.test('the mark of another spec counts only where nothing is left of that spec', async (t) => {
  const attic = 'ImportExportJob/attic'
  const marked = () => disk({ id: 'JOB7', marker: `kiosk-fleet ${attic}#1.1` })
  t.equal(isAsked(marked()), true)
  t.equal(first(marked().spec(attic, { policy: { hold: true } })).action, 'create', 'it has a spec')
  t.equal(first(marked().blocked(attic, ['SPEC_UNKNOWN_MEMBER' as never])).action, 'create', 'its spec has errors')
  t.equal(isAsked(marked().record(attic, { id: 'JOB1', ...DONE })), false, 'it has a record')
})

t.test('a job of which AWS shows nothing may be the spec’s, unless it ended before it did anything', async (t) => {
  const silent = (status: string) => disk({ id: 'JOB7', request: undefined, status })
  t.equal(isAsked(silent('Created')), true)
  t.equal(isAsked(silent('Canceled')), false)
  t.equal(isAsked(silent('Expired')), false, 'no disk arrived')
  t.equal(isAsked(disk({ id: 'JOB7', status: 'Canceled' })), true, 'AWS shows what this one was')
})

t.test('the question says what is known, and how to answer it', async (t) => {
  check(
    t,
    prices({ id: 'x', createdAt: undefined }),
    `conflict ${PRICES}: AWS Data Exchange job x (IN_PROGRESS) is not on record, and matches this spec`,
  )
  t.match(
    hints(prices({ id: 'x' })),
    /may be older than the job.* \| if the job is this spec’s.*adopt DataExchangeJob\/prices --id x.* \| if it is not.*resolve DataExchangeJob\/prices --foreign x/i,
  )
  t.match(hints(disk({ id: 'JOB7', marker: `kiosk-fleet ${DISK}#1.1` })), / \| to run it again, write policy\.run: 2$/i)
})

/** A create of the run that was given up at 08:56, and a job that a list shows since. */
const again = (live: Partial<Live>, givenUp: true | undefined = true) =>
  world()
    .state(HORIZON)
    .spec(DISK)
    .unknown(DISK, { marker: `kiosk-fleet ${DISK}#1.1`, givenUp, until: '2026-11-15T08:56:00Z' })
    .listed(DISK, { id: 'JOB7', ...live })

t.test('what was given up is looked for again only in what was created since, or by a later attempt', async (t) => {
  t.equal(isAsked(again({ createdAt: '2026-11-15T08:56:01Z' })), true)
  t.equal(isAsked(again({ createdAt: '2026-11-15T08:56:00Z' })), false)
  t.equal(isAsked(again({ createdAt: undefined })), false)
  t.equal(isAsked(again({ marker: `kiosk-fleet ${DISK}#1.2` })), true)
  t.equal(isAsked(again({ marker: `kiosk-fleet ${DISK}#1.1`, createdAt: '2026-11-15T08:57:00Z' })), false)
  const early = { createdAt: '2026-11-15T08:48:59Z', marker: `kiosk-fleet ${DISK}#1.2` }
  t.equal(isAsked(again(early)), false, 'it is older than the first attempt')
  t.equal(isAsked(again({ ...early, createdAt: '2026-11-15T08:49:00Z' })), true)
})

t.test('after two reads without a job, only a later attempt under a name that is gone is asked about', async (t) => {
  const attic = 'ImportExportJob/attic'
  const absent = (marker: string) =>
    world()
      .state(HORIZON)
      .spec(DISK)
      .unknown(DISK, { marker: `kiosk-fleet ${DISK}#1.1`, absentSince: '2026-11-15T08:58:00Z' })
      .listed(DISK, { id: 'JOB7', marker })
      .at('2026-11-15T09:30:00Z')
  t.equal(isAsked(absent(`kiosk-fleet ${attic}#1.2`)), true, 'the state may be older than a rename')
  t.equal(first(absent(`kiosk-fleet ${attic}#1.1`)).action, 'create')
  t.equal(first(absent(`other-fleet ${attic}#1.2`)).action, 'create', 'it is another state’s')
})

t.test('a raised run asks about jobs that are older than the unknown create of the run before', async (t) => {
  const raised = (createdAt: string) =>
    world()
      .state(HORIZON)
      .spec(DISK, { policy: { run: 2 } })
      .unknown(DISK, { absentSince: '2026-11-15T08:58:00Z' })
      .listed(DISK, { id: 'JOB7', createdAt })
      .at('2026-11-15T09:30:00Z')
  t.equal(isAsked(raised('2026-11-15T08:10:00Z')), true)
  t.equal(isAsked(raised('2026-11-15T07:10:00Z')), false, 'that is older than the state')
})

t.test('what a person gave up without a time counts from its intent', async (t) => {
  const from = (createdAt: string) =>
    world()
      .state(HORIZON)
      .spec(DISK)
      .unknown(DISK, { marker: 'kept by Ann', givenUp: true })
      .listed(DISK, { id: 'JOB7', createdAt })
  t.equal(isAsked(from('2026-11-15T08:50:00Z')), false)
  t.equal(isAsked(from('2026-11-15T08:50:01Z')), true)
})

t.test('a spec that was edited since its unknown create is looked for as it is now', async (t) => {
  const request = JSON.parse(JSON.stringify(REQUESTS['DataExchangeJob']).replace('daily.csv', 'weekly.csv'))
  const edited = (createdAt: string) =>
    world()
      .state(HORIZON)
      .spec(PRICES)
      .unknown(PRICES, { absentSince: '2026-11-15T08:55:00Z' }, { request })
      .listed(PRICES, { id: 'x', createdAt })
  t.equal(isAsked(edited('2026-11-15T08:49:00Z')), true)
  t.equal(isAsked(edited('2026-11-15T08:48:59Z')), false)
})

t.test('a spec that goes elsewhere is looked for there', async (t) => {
  const moved = (site = OTHER_SITE) =>
    world()
      .state(HORIZON)
      .spec(PRICES)
      .unknown(PRICES, { absentSince: '2026-11-15T08:55:00Z' })
      .listed(PRICES)
      .site(site)
  const live = {
    id: 'x',
    status: 'IN_PROGRESS',
    createdAt: '2026-11-15T08:10:00Z',
    request: REQUESTS['DataExchangeJob']!,
  }
  const elsewhere = new Map([[PRICES, { is: 'listed', jobs: [live] }]]) as never
  const looked = (given: World) => given.with({ observed: { ...given.input().observed, elsewhere } })
  t.equal(isAsked(looked(moved())), true, 'whatever is older than the create counts there')
  t.equal(first(moved()).action, 'create', 'nothing was listed there')
  t.equal(first(looked(moved(SITE))).action, 'create', 'it stays where it was')
  const project = { ...REQUESTS['PinpointExportJob'], ApplicationId: 'magazine' }
  const magazine = world()
    .state(HORIZON)
    .spec(READERS, { request: project })
    .unknown(READERS, { absentSince: '2026-11-15T08:58:00Z' })
    .listed(READERS)
    .at('2026-11-15T09:30:00Z')
  const exported = { ...live, status: 'PROCESSING', request: project }
  const there = new Map([[READERS, { is: 'listed', jobs: [exported] }]]) as never
  t.equal(isAsked(magazine.with({ observed: { ...magazine.input().observed, elsewhere: there } })), true, 'a project')
})

t.test('a list that failed answers nothing', async (t) => {
  check(
    t,
    world().state(HORIZON).spec(READERS).unread(READERS),
    `blocked ${READERS}: AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob`,
  )
})
