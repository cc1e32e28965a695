import t from 'tap'
import { getModel, MODELS } from '../../src/kinds/index.ts'
import type { Address } from '../../src/model/address.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Live } from '../../src/model/live.ts'
import { getSiteKey, type JobRecord } from '../../src/model/state.ts'
import { FRESH_RUN } from '../../src/plan/input.ts'
import { listNeeds } from '../../src/plan/needs.ts'
import { formatHint } from '../../src/report/remedies.ts'
import { seeded } from './seeded.ts'
import {
  check,
  checkNeeds,
  DONE,
  NOW,
  OTHER_SITE,
  planOf,
  REQUESTS,
  recordOf,
  SITE,
  unknownOf,
  type World,
  world,
} from './world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const NIGHT = 'IotJob/kiosk-night'
const FINAL = 'MediaPackageHarvestJob/cup-final'
const PRICES = 'DataExchangeJob/prices'
const READERS = 'PinpointExportJob/readers'

const kiosks = (members: object) => ({ ...REQUESTS['IotJob'], ...members })
const WHY = 'TimeoutError: socket hang up'
const UNTOLD =
  'AWS does not show both its creation time and its request, so nothing proves that it is the submitted job'
const FOUND = `the answer to its create was lost (${WHY}); this is the job`
const LOOKED = { absentSince: '2026-11-15T08:55:00Z' }

type Case = readonly [name: string, world: World, expected: readonly string[]]

function table(title: string, cases: readonly Case[]): void {
  t.test(title, async (t) => {
    for (const [name, given, expected] of cases) t.test(name, async (t) => void check(t, given, expected))
  })
}

table('an unknown create of a job that we name', [
  ['is adopted where the job exists', world().spec(REBOOT).unknown(REBOOT).live(REBOOT), [`adopt ${REBOOT}: ${FOUND}`]],
  [
    'is not adopted where AWS does not show when the job was created',
    world().spec(REBOOT).unknown(REBOOT).live(REBOOT, { createdAt: undefined }),
    [`conflict ${REBOOT}: AWS IoT job kiosk-reboot exists, but ${UNTOLD}`],
  ],
  [
    'is not adopted where AWS does not show what the job does',
    world().spec(FINAL).unknown(FINAL).live(FINAL, { request: undefined }),
    [`conflict ${FINAL}: AWS Elemental MediaPackage job cup-final exists, but ${UNTOLD}`],
  ],
  [
    'is not adopted where AWS shows the tags of the job, and the one that our create asked for is not among them',
    world()
      .spec(REBOOT)
      .unknown(REBOOT, { marker: `kiosk-fleet ${REBOOT}:1.1` })
      .live(REBOOT, { markRead: 'succeeded' }),
    [`conflict ${REBOOT}: AWS IoT job kiosk-reboot exists, but does not carry the tag that this create asked for`],
  ],
  [
    'is adopted where AWS does not show the tags of the job',
    world()
      .spec(REBOOT)
      .unknown(REBOOT, { marker: `kiosk-fleet ${REBOOT}:1.1` })
      .live(REBOOT, { markRead: 'refused' }),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
  [
    'is adopted while its lease still runs',
    world().at('2026-11-15T08:50:30Z').spec(REBOOT).unknown(REBOOT, {}, { stage: 'intent' }).live(REBOOT),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
  [
    'reports what is known of it',
    world().spec(REBOOT).unknown(REBOOT, { evidence: 'InternalFailure: 500' }).live(REBOOT, { status: 'COMPLETED' }),
    [`adopt ${REBOOT}: the answer to its create was lost (InternalFailure: 500); this is the job`],
  ],
  [
    'may still be on its way while its lease runs',
    world().at('2026-11-15T08:50:59Z').spec(REBOOT).unknown(REBOOT, {}, { stage: 'intent' }).absent(REBOOT),
    [`settling ${REBOOT}: its create may still arrive [until 2026-11-15T08:51:00Z]`],
  ],
  [
    'asks for a second read where the first found nothing',
    world().spec(REBOOT).unknown(REBOOT).absent(REBOOT),
    [`settling ${REBOOT}: its create left no job that AWS shows; a second read follows [until 2026-11-15T09:00:15Z]`],
  ],
  [
    'waits for the second read',
    world().at('2026-11-15T08:55:14Z').spec(REBOOT).unknown(REBOOT, LOOKED).absent(REBOOT),
    [`settling ${REBOOT}: its create left no job that AWS shows; a second read follows [until 2026-11-15T08:55:15Z]`],
  ],
  [
    'is repeated under the same ID after two reads',
    world().at('2026-11-15T08:55:15Z').spec(REBOOT).unknown(REBOOT, LOOKED).absent(REBOOT),
    [`create ${REBOOT} (as kiosk-reboot, attempt 2): its create (attempt 1) left no job at two reads`],
  ],
  [
    'is repeated where a crash left the mark of the first read on an intent',
    world().spec(REBOOT).unknown(REBOOT, LOOKED, { stage: 'intent' }).absent(REBOOT),
    [`create ${REBOOT} (as kiosk-reboot, attempt 2): its create (attempt 1) left no job at two reads`],
  ],
  [
    'is adopted where the job shows up at the second read',
    world().spec(REBOOT).unknown(REBOOT, LOOKED).live(REBOOT),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
  [
    'is adopted while held: nothing is submitted',
    world()
      .spec(REBOOT, { policy: { hold: true } })
      .unknown(REBOOT)
      .live(REBOOT),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
  [
    'is not repeated while held',
    world()
      .spec(REBOOT, { policy: { hold: true } })
      .unknown(REBOOT, LOOKED)
      .absent(REBOOT),
    [`held ${REBOOT}: policy.hold is true`],
  ],
  [
    'is not repeated from an uncommitted file',
    world()
      .spec(REBOOT)
      .unknown(REBOOT, LOOKED)
      .absent(REBOOT)
      .checkout({ dirty: ['specs/kiosk-reboot.yaml'] }),
    [`blocked ${REBOOT}: specs/kiosk-reboot.yaml is not committed (edited)`],
  ],
  [
    'is not repeated once it has expired',
    world().at('2026-12-15T09:00:00Z').spec(FINAL).unknown(FINAL, LOOKED).absent(FINAL),
    [
      `expired ${FINAL}: StartTime 2026-11-14T19:45:00Z is more than 14 days ago, and an endpoint keeps at most 14 days for startover`,
    ],
  ],
  [
    'is blocked where AWS cannot be asked',
    world().spec(REBOOT).unknown(REBOOT, LOOKED).unread(REBOOT),
    [`blocked ${REBOOT}: AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob`],
  ],
  [
    'stays settling where nothing was read, however long ago it was',
    world().at('2026-12-15T09:00:00Z').spec(REBOOT).unknown(REBOOT, LOOKED),
    [`settling ${REBOOT}: the outcome of its create is not known yet`],
  ],
  [
    'stays settling offline',
    world().spec(REBOOT).unknown(REBOOT, LOOKED).rules({ offline: true }),
    [`settling ${REBOOT}: the outcome of its create is not known, and nothing may be asked while offline`],
  ],
  [
    'waits for no time offline once it was given up: that time is when the word was given',
    world().spec(REBOOT).unknown(REBOOT, { givenUp: true, until: '2026-11-15T08:55:00Z' }).rules({ offline: true }),
    [`settling ${REBOOT}: the outcome of its create is not known, and nothing may be asked while offline`],
  ],
  [
    'is a conflict where another owner has the ID',
    world()
      .spec(REBOOT)
      .unknown(REBOOT)
      .live(REBOOT, { request: kiosks({ document: '{"operation":"wipe"}' }) }),
    [
      `conflict ${REBOOT}: AWS IoT job kiosk-reboot exists, but is not the one that was submitted`,
      '  /document: "{\\"operation\\":\\"wipe\\"}" -> "{\\"operation\\":\\"reboot\\"}"',
    ],
  ],
  [
    'is compared with what was sent, by digest where that was long',
    world()
      .spec(REBOOT, { request: kiosks({ document: { steps: 'x'.repeat(2000) } }) })
      .stored(REBOOT, {
        ...unknownOf(REBOOT),
        request: recordOf(REBOOT, { request: kiosks({ document: { steps: 'x'.repeat(2000) } }) }).request,
      })
      .live(REBOOT, { request: kiosks({ document: `{ "steps": "${'x'.repeat(2000)}" }` }) }),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
  [
    'fits although AWS returns the schedule in another form',
    world()
      .spec(REBOOT, { request: kiosks({ schedulingConfig: { startTime: '2026-12-01 02:00' } }) })
      .unknown(REBOOT, {}, { request: kiosks({ schedulingConfig: { startTime: '2026-12-01 02:00' } }) })
      .live(REBOOT, { request: kiosks({ schedulingConfig: { startTime: '2026-12-01T02:00:00Z' } }) }),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
])

table('an unknown create whose spec was edited meanwhile', [
  [
    'is taken over as it was submitted; the next plan shows the edit',
    world()
      .spec(REBOOT, { request: kiosks({ document: { operation: 'update' } }) })
      .unknown(REBOOT)
      .live(REBOOT),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
  [
    'is repeated as it is written now where no job was created',
    world()
      .spec(REBOOT, { request: kiosks({ document: { operation: 'update' } }) })
      .unknown(REBOOT, LOOKED)
      .absent(REBOOT),
    [`create ${REBOOT} (as kiosk-reboot, attempt 2): its create (attempt 1) left no job at two reads`],
  ],
  [
    'waits until no late request can create the job as it was written before',
    world()
      .at('2026-11-15T08:57:59Z')
      .spec(REBOOT, { request: kiosks({ document: { operation: 'update' } }) })
      .unknown(REBOOT, LOOKED)
      .absent(REBOOT),
    [`settling ${REBOOT}: its create may still arrive [until 2026-11-15T08:58:00Z]`],
  ],
  [
    'is adopted before a raised run is planned',
    world()
      .spec(REBOOT, { policy: { run: 2 } })
      .unknown(REBOOT)
      .live(REBOOT),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
  [
    'keeps a raised run waiting until no late request can create the old job',
    world()
      .at('2026-11-15T08:57:59Z')
      .spec(REBOOT, { policy: { run: 2 } })
      .unknown(REBOOT, LOOKED)
      .absent(REBOOT),
    [`settling ${REBOOT}: its create may still arrive [until 2026-11-15T08:58:00Z]`],
  ],
  [
    'makes the raised run, as its first attempt, once the old job is known not to exist',
    world()
      .at('2026-11-15T08:58:00Z')
      .spec(REBOOT, { policy: { run: 2 } })
      .unknown(REBOOT, { ...LOOKED, attempt: 3 })
      .absent(REBOOT),
    [
      `create ${REBOOT} (as kiosk-reboot-r2): policy.run was raised from 1 to 2; its create (attempt 3) left no job at two reads`,
    ],
  ],
  [
    'keeps another ID waiting until no late request can create the old job',
    world()
      .at('2026-11-15T08:57:59Z')
      .spec(REBOOT, { request: kiosks({ jobId: 'night' }) })
      .unknown(REBOOT, LOOKED)
      .absent(REBOOT),
    [`settling ${REBOOT}: its create may still arrive [until 2026-11-15T08:58:00Z]`],
  ],
  [
    'keeps another target waiting until no late request can create the old job',
    world().at('2026-11-15T08:57:59Z').spec(REBOOT).unknown(REBOOT, LOOKED).absent(REBOOT).site(OTHER_SITE),
    [`settling ${REBOOT}: its create may still arrive [until 2026-11-15T08:58:00Z]`],
  ],
  [
    'is left behind by raising the run, also where AWS may have forgotten its job',
    world()
      .at('2027-03-01T00:00:00Z')
      .spec(PRICES, { policy: { run: 2 } })
      .unknown(PRICES, LOOKED)
      .listed(PRICES),
    [`create ${PRICES}: policy.run was raised from 1 to 2; its create (attempt 1) left no job at two reads`],
  ],
  [
    'never runs an earlier run again because the run was lowered',
    world()
      .spec(PRICES)
      .unknown(PRICES, LOOKED, { run: 2, history: [{ run: 1, id: 'job-1' }] })
      .listed(PRICES),
    [
      `keep ${PRICES}: policy.run is 1, but run 2 is on record; a lower run changes nothing`,
      `warning: ${PRICES}: policy.run is 1, but run 2 is on record; a lower run changes nothing`,
    ],
  ],
  [
    'takes no new name and no other ID for a word that the job which refused its create is another’s',
    world()
      .spec(REBOOT, { request: kiosks({ jobId: 'night' }) })
      .unknown(REBOOT, { refused: true })
      .live(REBOOT),
    [`conflict ${REBOOT}: AWS IoT job kiosk-reboot exists, but AWS refused this create: the job already existed`],
  ],
  [
    'is made under the other ID once a person has said that it made no job',
    world()
      .spec(REBOOT, { request: kiosks({ jobId: 'night' }) })
      .unknown(REBOOT, { refused: true, givenUp: true })
      .live(REBOOT),
    [`create ${REBOOT} (as night, attempt 2): a person declared that its job was not created`],
  ],
  [
    'leaves an ID of another owner by raising the run',
    world()
      .spec(REBOOT, { policy: { run: 2 } })
      .unknown(REBOOT)
      .live(REBOOT, { request: kiosks({ targets: ['arn:other'] }) }),
    [`create ${REBOOT} (as kiosk-reboot-r2): its create came to nothing: the ID kiosk-reboot belongs to another job`],
  ],
  [
    'leaves an ID of another owner by writing another one',
    world()
      .spec(REBOOT, { request: kiosks({ jobId: 'night' }) })
      .unknown(REBOOT)
      .live(REBOOT, { request: kiosks({ targets: ['arn:other'] }) }),
    [`create ${REBOOT} (as night, attempt 2): its create came to nothing: the ID kiosk-reboot belongs to another job`],
  ],
  [
    'does not leave it for an ID that a record has',
    world()
      .spec(REBOOT, { request: kiosks({ jobId: 'night' }) })
      .unknown(REBOOT)
      .live(REBOOT, { request: kiosks({ targets: ['arn:other'] }) })
      .spec('IotJob/night')
      .record('IotJob/night', DONE),
    [
      `conflict ${REBOOT}: the ID night was already used by IotJob/night`,
      'keep IotJob/night: done 2026-11-14 23:10 UTC',
    ],
  ],
])

table('two addresses and one ID', [
  [
    'a job that another record has is not adopted by an unknown create of the same ID',
    world()
      .spec(REBOOT)
      .record(REBOOT, DONE)
      .spec(NIGHT, { request: kiosks({ jobId: 'kiosk-reboot' }) })
      .unknown(NIGHT, {}, { id: 'kiosk-reboot' })
      .live(NIGHT, { id: 'kiosk-reboot' }),
    [
      `keep ${REBOOT}: done 2026-11-14 23:10 UTC`,
      `conflict ${NIGHT}: the ID kiosk-reboot was already used by ${REBOOT}`,
    ],
  ],
  [
    'of two unknown creates of one ID, one adopts the job',
    world()
      .spec('IotJob/a', { request: kiosks({ jobId: 'night' }) })
      .spec('IotJob/b', { request: kiosks({ jobId: 'night' }) })
      .unknown('IotJob/a', {}, { id: 'night' })
      .unknown('IotJob/b', {}, { id: 'night' })
      .live('IotJob/a', { id: 'night' })
      .live('IotJob/b', { id: 'night' }),
    [`adopt IotJob/a: ${FOUND}`, 'conflict IotJob/b: the ID night was already used by IotJob/a'],
  ],
  [
    'of two unknown creates of one ID that left no job, one is repeated',
    world()
      .spec('IotJob/a', { request: kiosks({ jobId: 'night' }) })
      .spec('IotJob/b', { request: kiosks({ jobId: 'night' }) })
      .unknown('IotJob/a', LOOKED, { id: 'night' })
      .unknown('IotJob/b', LOOKED, { id: 'night' })
      .absent('IotJob/a', 'IotJob/b'),
    [
      'conflict IotJob/a: the ID night was already used by IotJob/b',
      'create IotJob/b (as night, attempt 2): its create (attempt 1) left no job at two reads',
    ],
  ],
])

const at = (minute: number, facts: Partial<Live> = {}): Partial<Live> => ({
  id: `job-${minute}`,
  status: 'WAITING',
  createdAt: `2026-11-15T08:${String(minute).padStart(2, '0')}:00Z`,
  ...facts,
})

const unclear = (jobs: string, address: Address = READERS) => `unresolved ${address}: ${jobs}`

table('an unknown create of an inert job', [
  [
    'needs a person where several fit',
    world().spec(PRICES).unknown(PRICES).listed(PRICES, at(52), at(51), at(53)),
    [
      unclear(
        'its create may have created one of 3 jobs, and nothing shows which: job-51 (WAITING, 2026-11-15 08:51 UTC), job-52 (WAITING, 2026-11-15 08:52 UTC), job-53 (WAITING, 2026-11-15 08:53 UTC)',
        PRICES,
      ),
    ],
  ],
  [
    'needs a person where one of several has started',
    world()
      .spec(PRICES)
      .unknown(PRICES)
      .listed(PRICES, at(51), at(52, { status: 'COMPLETED' })),
    [
      unclear(
        'its create may have created one of 2 jobs, and nothing shows which: job-52 (COMPLETED, 2026-11-15 08:52 UTC), job-51 (WAITING, 2026-11-15 08:51 UTC)',
        PRICES,
      ),
    ],
  ],
  [
    'adopts none that was created before it by AWS’s own clock',
    world().spec(PRICES).unknown(PRICES, { awsAt: '2026-11-15T08:50:10Z' }).listed(PRICES, at(50)),
    [`settling ${PRICES}: its create left no job that AWS shows; a second read follows [until 2026-11-15T09:01:30Z]`],
  ],
  [
    'adopts none from before its intent, a minute of grace for clocks aside',
    world().spec(PRICES).unknown(PRICES).listed(PRICES, at(48)),
    [`settling ${PRICES}: its create left no job that AWS shows; a second read follows [until 2026-11-15T09:01:30Z]`],
  ],
  [
    'adopts one by a clock that differs a little',
    world().spec(PRICES).unknown(PRICES).listed(PRICES, at(49)),
    [`adopt ${PRICES}: ${FOUND}`],
  ],
  [
    'adopts none that says more or less than was sent',
    world()
      .spec(PRICES)
      .unknown(PRICES, LOOKED)
      .listed(
        PRICES,
        at(51, { request: { ...REQUESTS['DataExchangeJob'], Details: {} } }),
        at(52, { request: { ...REQUESTS['DataExchangeJob'], Type: 'IMPORT_ASSETS_FROM_S3' } }),
      ),
    [`create ${PRICES} (attempt 2): its create (attempt 1) left no job at two reads`],
  ],
  [
    'adopts none of which AWS shows a member that was not sent',
    world()
      .spec(PRICES)
      .unknown(PRICES, LOOKED)
      .listed(PRICES, at(51, { request: { ...REQUESTS['DataExchangeJob'], Encryption: { Type: 'AES256' } } })),
    [`create ${PRICES} (attempt 2): its create (attempt 1) left no job at two reads`],
  ],
  [
    'adopts none of which nothing is known',
    world()
      .spec(PRICES)
      .unknown(PRICES, LOOKED)
      .listed(PRICES, {
        id: 'job-1',
        status: 'WAITING',
        createdAt: '2026-11-15T08:51:00Z',
        request: undefined as never,
      }),
    [`create ${PRICES} (attempt 2): its create (attempt 1) left no job at two reads`],
  ],
  [
    'adopts none that a record has, or had',
    world()
      .spec(PRICES)
      .unknown(PRICES, LOOKED, { history: [{ run: 1, id: 'job-51' }], run: 2 })
      .spec('DataExchangeJob/prices-2')
      .record('DataExchangeJob/prices-2', { ...DONE, id: 'job-52' })
      .listed(PRICES, at(51), at(52)),
    [
      `keep ${PRICES}: policy.run is 1, but run 2 is on record; a lower run changes nothing`,
      'keep DataExchangeJob/prices-2: done 2026-11-14 23:10 UTC',
      `warning: ${PRICES}: policy.run is 1, but run 2 is on record; a lower run changes nothing`,
    ],
  ],
  [
    'beside another of the same request adopts another job',
    world()
      .spec('DataExchangeJob/a')
      .spec('DataExchangeJob/b')
      .unknown('DataExchangeJob/a')
      .unknown('DataExchangeJob/b', LOOKED)
      .listed('DataExchangeJob/a', at(51), at(52))
      .listed('DataExchangeJob/b', at(51), at(52)),
    [`adopt DataExchangeJob/a: ${FOUND}`, `adopt DataExchangeJob/b: ${FOUND}`],
  ],
  [
    'beside another of the same request, of which one job was made, is repeated',
    world()
      .spec('DataExchangeJob/a')
      .spec('DataExchangeJob/b')
      .unknown('DataExchangeJob/a', LOOKED)
      .unknown('DataExchangeJob/b', LOOKED)
      .listed('DataExchangeJob/a', at(51))
      .listed('DataExchangeJob/b', at(51)),
    [
      `adopt DataExchangeJob/a: ${FOUND}`,
      'create DataExchangeJob/b (attempt 2): its create (attempt 1) left no job at two reads',
    ],
  ],
  [
    'waits for the lag of lists between its two reads',
    world().at('2026-11-15T08:56:29Z').spec(PRICES).unknown(PRICES, LOOKED).listed(PRICES),
    [`settling ${PRICES}: its create left no job that AWS shows; a second read follows [until 2026-11-15T08:56:30Z]`],
  ],
  [
    'is blocked where the list cannot be read',
    world().spec(PRICES).unknown(PRICES, LOOKED).unread(PRICES),
    [`blocked ${PRICES}: AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob`],
  ],
  [
    'makes a raised run once the old job is known not to exist',
    world()
      .spec(PRICES, { policy: { run: 2 } })
      .unknown(PRICES, LOOKED)
      .listed(PRICES),
    [`create ${PRICES}: policy.run was raised from 1 to 2; its create (attempt 1) left no job at two reads`],
  ],
])

const MARKED = { marker: `${READERS}#1.1` }
table('an unknown create of a job that begins at once and that AWS names', [
  [
    'is adopted where one job carries its marker',
    world()
      .spec(READERS)
      .unknown(READERS)
      .listed(READERS, at(51, { ...MARKED, status: 'PROCESSING' })),
    [`adopt ${READERS}: ${FOUND}`],
  ],
  [
    'settles until AWS accepts no more requests of it',
    world().at('2026-11-15T08:57:59Z').spec(READERS).unknown(READERS, LOOKED).listed(READERS),
    [`settling ${READERS}: the outcome of its create is not known (${WHY}) [until 2026-11-15T08:58:00Z]`],
  ],
  [
    'settles even where the run is raised early',
    world()
      .at('2026-11-15T08:57:59Z')
      .spec(READERS, { policy: { run: 2 } })
      .unknown(READERS)
      .listed(READERS),
    [`settling ${READERS}: the outcome of its create is not known (${WHY}) [until 2026-11-15T08:58:00Z]`],
  ],
  [
    'settles longer by what this clock is ahead of AWS’s',
    world()
      .at('2026-11-15T08:58:39Z')
      .with({ clockOffsetMs: -40_000 })
      .spec(READERS)
      .unknown(READERS, LOOKED)
      .listed(READERS),
    [`settling ${READERS}: the outcome of its create is not known (${WHY}) [until 2026-11-15T08:58:40Z]`],
  ],
  [
    'needs a person where a job with its marker was made too late to be its own',
    world()
      .spec(READERS)
      .unknown(READERS, { at: '2026-11-15T08:30:00Z', leaseUntil: '2026-11-15T08:31:00Z', absentSince: NOW })
      .listed(READERS, at(51, MARKED)),
    [unclear('its create may have created this job, and nothing proves it: job-51 (WAITING, 2026-11-15 08:51 UTC)')],
  ],
  [
    'gets its first read only then',
    world().at('2026-11-15T08:58:00Z').spec(READERS).unknown(READERS).listed(READERS),
    [`settling ${READERS}: its create left no job that AWS shows; a second read follows [until 2026-11-15T08:59:30Z]`],
  ],
  [
    'is repeated after two reads a lag of lists apart',
    world().spec(READERS).unknown(READERS, { absentSince: '2026-11-15T08:58:30Z' }).listed(READERS),
    [`create ${READERS} (attempt 2): its create (attempt 1) left no job at two reads`],
  ],
  [
    'is not repeated before the second read',
    world().spec(READERS).unknown(READERS, { absentSince: '2026-11-15T08:58:31Z' }).listed(READERS),
    [`settling ${READERS}: its create left no job that AWS shows; a second read follows [until 2026-11-15T09:00:01Z]`],
  ],
  [
    'needs a person where two jobs carry its marker',
    world().spec(READERS).unknown(READERS).listed(READERS, at(51, MARKED), at(52, MARKED)),
    [
      unclear(
        'its create may have created one of 2 jobs, and nothing shows which: job-51 (WAITING, 2026-11-15 08:51 UTC), job-52 (WAITING, 2026-11-15 08:52 UTC)',
      ),
    ],
  ],
  [
    'needs a person where AWS does not show what a job is',
    world().spec(READERS).unknown(READERS, { absentSince: '2026-11-15T08:58:30Z' }).listed(READERS, at(51)),
    [unclear('its create may have created this job, and nothing proves it: job-51 (WAITING, 2026-11-15 08:51 UTC)')],
  ],
  [
    'needs a person where its marker stands on a job that differs: AWS may have filled something in',
    world()
      .spec(READERS)
      .unknown(READERS, { absentSince: '2026-11-15T08:58:30Z' })
      .listed(READERS, at(51, { ...MARKED, request: { ...REQUESTS['PinpointExportJob'], Added: 'by AWS' } })),
    [unclear('its create may have created this job, and nothing proves it: job-51 (WAITING, 2026-11-15 08:51 UTC)')],
  ],
  [
    'is adopted where AWS does not show when the job with its marker was made',
    world()
      .spec(READERS)
      .unknown(READERS, { absentSince: '2026-11-15T08:58:30Z' })
      .listed(READERS, (({ createdAt: _createdAt, ...rest }) => ({ ...rest, createdAt: undefined! }))(at(51, MARKED))),
    [`adopt ${READERS}: ${FOUND}`],
  ],
  [
    'is given up by raising the run, by a user who says that the job is not ours',
    world()
      .spec(READERS, { policy: { run: 2 } })
      .unknown(READERS, { attempt: 2, ...LOOKED })
      .state({ foreign: { 'PinpointExportJob aws/123456789012/eu-west-1 job-51': '2026-11-15T08:59:00Z' } })
      .listed(READERS, at(51)),
    [`create ${READERS}: policy.run was raised from 1 to 2; its create (attempt 2) left no job at two reads`],
  ],
  [
    'of the same request as another one adopts another job, never the same',
    world()
      .spec(READERS)
      .unknown(READERS)
      .spec('PinpointExportJob/readers-2')
      .unknown('PinpointExportJob/readers-2', { ...MARKED, absentSince: '2026-11-15T08:58:30Z' })
      .listed(READERS, at(51, MARKED))
      .listed('PinpointExportJob/readers-2', at(51, MARKED)),
    [
      `adopt ${READERS}: ${FOUND}`,
      'create PinpointExportJob/readers-2 (attempt 2): its create (attempt 1) left no job at two reads',
    ],
  ],
  [
    'is not adopted from before its intent, nor from another record',
    world()
      .spec(READERS)
      .unknown(READERS, { absentSince: '2026-11-15T08:58:30Z' })
      .spec('PinpointExportJob/readers-2')
      .record('PinpointExportJob/readers-2', { ...DONE, id: 'job-51' })
      .listed(READERS, at(48, MARKED), at(51, MARKED)),
    [
      `create ${READERS} (attempt 2): its create (attempt 1) left no job at two reads`,
      'keep PinpointExportJob/readers-2: done 2026-11-14 23:10 UTC',
    ],
  ],
])

table('a job of a service without regions', [
  [
    'that is on record is nobody else’s, whatever region the other target names',
    world()
      .spec('ImportExportJob/disk-7')
      .unknown('ImportExportJob/disk-7', { absentSince: '2026-11-15T08:58:30Z' })
      .spec('ImportExportJob/disk-8')
      .record('ImportExportJob/disk-8', { ...DONE, id: 'job-51', site: OTHER_SITE })
      .site((spec) => (spec.name === 'disk-8' ? OTHER_SITE : SITE))
      .listed('ImportExportJob/disk-7', at(51, { status: 'Canceled' })),
    [
      'create ImportExportJob/disk-7 (attempt 2): its create (attempt 1) left no job at two reads',
      'keep ImportExportJob/disk-8: done 2026-11-14 23:10 UTC',
    ],
  ],
])

t.test('an ID that is taken names the ways that lead out', async (t) => {
  const other = kiosks({ targets: ['arn:other'] })
  const hint = (request: JsonObject): string | undefined =>
    formatHint(
      planOf(world().spec(REBOOT, { request }).unknown(REBOOT).live(REBOOT, { request: other }).input()).actions[0]
        ?.remedies,
    )
  t.equal(hint(kiosks({})), 'somebody else used this ID; raise policy.run, or write another jobId')
  t.equal(
    hint(kiosks({ jobId: 'kiosk-reboot' })),
    'somebody else used this ID; write another jobId',
    'a raised run would ask for the same one',
  )
  t.match(hint(other), 'If it is its job: jobwright adopt IotJob/kiosk-reboot;', 'a later attempt may have made it')
})

t.test('an unresolved create names both doors', async (t) => {
  const given = world().spec(READERS).unknown(READERS).listed(READERS, at(51))
  const [planned] = check(t, given, [
    unclear('its create may have created this job, and nothing proves it: job-51 (WAITING, 2026-11-15 08:51 UTC)'),
  ]).actions
  t.match(formatHint(planned?.remedies), /resolve PinpointExportJob\/readers --adopt job-51.*--not-created/)
})

table('an unknown create whose spec was removed', [
  ['is brought to light', world().unknown(REBOOT).live(REBOOT), [`adopt ${REBOOT}: ${FOUND}`]],
  [
    'is brought to light, and not started',
    world().unknown(PRICES).listed(PRICES, at(51)),
    [`adopt ${PRICES}: ${FOUND}`],
  ],
  [
    'is brought to light outside Git too: that removes nothing',
    world().unknown(REBOOT).live(REBOOT).checkout({ git: false }),
    [`adopt ${REBOOT}: ${FOUND}`],
  ],
  [
    'gets its second read',
    world().unknown(REBOOT).absent(REBOOT),
    [`settling ${REBOOT}: its create left no job that AWS shows; a second read follows [until 2026-11-15T09:00:15Z]`],
  ],
  [
    'is forgotten, never repeated, where no job was created',
    world().unknown(REBOOT, LOOKED).absent(REBOOT),
    [`forget ${REBOOT}: its spec was removed; no job was created, its record is kept`],
  ],
  [
    'is forgotten where the ID has another owner',
    world()
      .unknown(REBOOT)
      .live(REBOOT, { request: kiosks({ targets: ['arn:other'] }) }),
    [`forget ${REBOOT}: its spec was removed; no job was created, its record is kept`],
  ],
  [
    'is not forgotten under a filter',
    world()
      .unknown(REBOOT, LOOKED)
      .absent(REBOOT)
      .with({ only: () => true }),
    [`keep ${REBOOT}: its spec is not here, but only some specs were selected`],
  ],
  [
    'needs a person where nothing brings it to light',
    world().unknown(READERS).listed(READERS, at(51)),
    [unclear('its create may have created this job, and nothing proves it: job-51 (WAITING, 2026-11-15 08:51 UTC)')],
  ],
])

t.test('a create is repeated only after a first read that was written down', async (t) => {
  const given = () => world().spec(REBOOT).unknown(REBOOT).absent(REBOOT)
  const [first] = check(t, given(), [
    `settling ${REBOOT}: its create left no job that AWS shows; a second read follows [until 2026-11-15T09:00:15Z]`,
  ]).actions
  t.match(first?.next, { stage: 'settling', intent: { attempt: 1, absentSince: NOW, until: '2026-11-15T09:00:15Z' } })
  const [second] = check(t, given().stored(REBOOT, first!.next!).at('2026-11-15T09:00:15Z'), [
    `create ${REBOOT} (as kiosk-reboot, attempt 2): its create (attempt 1) left no job at two reads`,
  ]).actions
  t.strictSame(second?.record, first?.next, 'the create knows the record that it follows')
  checkNeeds(t, given().stored(REBOOT, first!.next!), [`${REBOOT}: read kiosk-reboot with definition`])
})

t.test('an adopted record forgets its intent and keeps its history', async (t) => {
  const history = [{ run: 1, id: 'kiosk-reboot' }]
  const given = world()
    .spec(REBOOT, { policy: { run: 2 } })
    .unknown(REBOOT, {}, { run: 2, id: 'kiosk-reboot-r2', history })
    .live(REBOOT, { id: 'kiosk-reboot-r2', status: 'COMPLETED', counts: { succeeded: 2, failed: 1 } })
  const { next } = check(t, given, `adopt ${REBOOT}: ${FOUND}`).actions[0] ?? {}
  t.match(next, { run: 2, stage: 'started', history, condition: { type: 'Failed', reason: 'ThingsFailed' } })
  t.notHas(next, 'intent')
})

/** A world in which everything may be the case for one address, its neighbours included. */
function anyWorld(random: () => number): {
  given: World
  address: Address
  record: JobRecord | undefined
  seen: string
} {
  const one = <Value>(...values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!
  const perhaps = (chance: number): boolean => random() < chance
  const model = perhaps(0.2) ? getModel('DataExchangeJob') : one(...MODELS)
  const address: Address = `${model.kind}/night`
  const edited = perhaps(0.2) ? { ...REQUESTS[model.kind], Extra: 'edited' } : REQUESTS[model.kind]!
  const policy = { run: one(1, 1, 2, 3), hold: perhaps(0.2), adopt: perhaps(0.2), allowIdentical: perhaps(0.2) }
  const own =
    model.identity.idMember && perhaps(0.2) ? { [model.identity.idMember]: one('night', 'night-r2', 'other') } : {}
  const facts = { request: { ...edited, ...own }, policy, ...(perhaps(0.1) && { formerly: 'evening' }) }
  const given = world()
    .at(one(NOW, '2026-11-15T08:50:30Z', '2026-11-15T08:53:00Z', '2026-11-14T20:00:00Z', '2027-03-01T00:00:00Z'))
    .site(one(SITE, SITE, SITE, OTHER_SITE, undefined))
    .rules({ offline: perhaps(0.05), emulator: perhaps(0.1), allowDirty: perhaps(0.2), allowRemovals: perhaps(0.5) })
    .checkout(one({}, {}, { dirty: ['specs/night.yaml'] }, { relation: 'behind' as const }, { git: false as const }))
    .with({ complete: perhaps(0.9) })
  const isSelected = perhaps(0.5)
  if (perhaps(0.05)) given.with({ only: () => isSelected })
  if (perhaps(0.05))
    given.with({ run: { ...FRESH_RUN, failed: new Map([[address, { class: 'quota', name: 'Q', message: '' }]]) } })
  const presence = one('spec', 'spec', 'spec', 'spec', 'blocked', 'gone')
  if (presence === 'spec') given.spec(address, facts)
  if (presence === 'blocked') given.blocked(address, ['SPEC_ENUM'], ...(perhaps(0.5) ? [facts] : []))
  const record = anyRecord(address, one, perhaps)
  if (record) given.stored(address, record)
  if (perhaps(0.2)) given.record(`${model.kind}/evening`, { id: one('night', 'evening'), ...(perhaps(0.5) && DONE) })
  const statuses = [
    'WAITING',
    'IN_PROGRESS',
    'COMPLETED',
    'SUCCEEDED',
    'FAILED',
    'CREATED',
    'Pending',
    'Complete',
    'BRAND_NEW',
    '',
  ]
  const live = (): Partial<Live> => ({
    id: one('night', 'night-r2', 'job-1', 'job-2'),
    status: one(...statuses),
    createdAt: one('2026-11-15T08:50:05Z', '2026-11-01T00:00:00Z', ''),
    ...(perhaps(0.5) && { marker: one(`${address}#1.1`, 'other') }),
    ...(perhaps(0.3) && { request: one<Live['request']>({}, { Type: 'x' }, edited)! }),
  })
  const seen = one('live', 'absent', 'absent', 'failed', 'none')
  if (seen === 'live') given.live(address, live()).listed(address, live(), live(), live())
  if (seen === 'absent') given.absent(address).listed(address)
  if (seen === 'failed') given.unread(address)
  return { given, address, record, seen }
}

function anyRecord(
  address: Address,
  one: <Value>(...values: readonly Value[]) => Value,
  perhaps: (chance: number) => boolean,
): JobRecord | undefined {
  const stage = one('none', 'intent', 'settling', 'settling', 'created', 'started', 'started')
  if (stage === 'none') return undefined
  const common = {
    run: one(1, 1, 2),
    site: one(SITE, SITE, OTHER_SITE),
    stage,
    how: one('created', 'adopted', 'baseline'),
    ...(perhaps(0.2) && { history: [{ run: 1, id: one('night', 'job-1') }] }),
    ...(perhaps(0.1) && { withdrawn: '2026-11-15T08:00:00Z' }),
  } as const
  const looked = perhaps(0.5) && { absentSince: one('2026-11-15T08:51:00Z', '2026-11-15T08:52:55Z', NOW) }
  if (stage === 'intent' || stage === 'settling') return unknownOf(address, looked || {}, common as Partial<JobRecord>)
  return recordOf(address, {
    ...common,
    id: one('night', 'night-r2', 'job-1'),
    ...one<Partial<JobRecord>>(
      {},
      DONE,
      { lost: true },
      { ...DONE, archived: true },
      { condition: { type: 'Unknown' } },
    ),
  } as Partial<JobRecord>)
}

t.test('whatever is on record and seen', async (t) => {
  const counts = new Map<string, number>()
  for (let seed = 1; seed <= 6000; seed++) {
    const { given, address, record, seen } = anyWorld(seeded(seed))
    const input = given.input()
    const why = `seed ${seed}`
    const made = planOf(input)
    if (seed % 20 === 0) t.strictSame(planOf(input), made, `${why}: the same input gives the same plan`)
    listNeeds({ ...input, refresh: seed % 2 === 0 })
    const planned = made.actions.find((one) => one.address === address)
    counts.set(planned?.action ?? 'none', (counts.get(planned?.action ?? 'none') ?? 0) + 1)
    if (made.actions.filter((one) => one.address === address).length > 1) t.fail(`an address has one line (${why})`)
    if (planned?.action !== 'create' && planned?.action !== 'start') continue
    const spec = input.specs[0]
    const intent = record?.intent
    if (!spec) t.fail(`nothing is done for an address without a sound spec (${why})`)
    else if (planned.action === 'start') {
      if (record?.stage !== 'created' || spec.policy.hold) t.fail(`only a created job is started (${why})`)
    } else if (record === undefined) {
      if (spec.policy.hold) t.fail(`a held spec is not submitted (${why})`)
    } else if (intent === undefined) {
      if (spec.policy.run <= record.run) t.fail(`only a raised run follows a job on record (${why})`)
    } else {
      const {
        identity: { recovery },
      } = MODELS.find(({ kind }) => kind === spec.kind)!
      const isGivenUp = recovery.is === 'match' && spec.policy.run > record.run
      const isRefused = /belongs to another job/.test(planned.reason)
      const age = input.now - Date.parse(intent.at)
      if (isRefused && recovery.is === 'id' && seen === 'live') continue
      if (seen === 'failed' || seen === 'none') t.fail(`an unknown create is not repeated unread (${why})`)
      if (recovery.is === 'id' && seen !== 'absent') t.fail(`nor where its job is there (${why})`)
      if (age < (recovery.is === 'match' ? 480_000 : 60_000)) t.fail(`nor while it may still arrive (${why})`)
      const grace = recovery.is === 'id' ? input.waits.graceMs : input.waits.listLagMs
      if (!isGivenUp && !(input.now - Date.parse(intent.absentSince ?? '') >= grace))
        t.fail(`absence takes two looks a grace apart (${why})`)
      const moved = planned.site !== undefined && getSiteKey(planned.site) !== getSiteKey(record.site)
      if (recovery.is === 'id' && (moved || planned.id !== record.id) && age < 480_000)
        t.fail(`another ID or place waits for late packets (${why})`)
    }
  }
  for (const action of [
    'create',
    'start',
    'adopt',
    'keep',
    'forget',
    'held',
    'waiting',
    'expired',
    'blocked',
    'settling',
    'unresolved',
    'conflict',
  ]) {
    t.ok((counts.get(action) ?? 0) > 5, `${action} was among them`)
  }
})
