import t from 'tap'
import { digest } from '../../src/model/digest.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Live } from '../../src/model/live.ts'
import { getChanges } from '../../src/model/plan.ts'
import type { JobRecord } from '../../src/model/state.ts'
import { FRESH_RUN } from '../../src/plan/input.ts'
import { formatHint } from '../../src/report/remedies.ts'
import { check, checkNeeds, DONE, OTHER_SITE, planOf, REQUESTS, specOf, type World, world } from './world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const NIGHT = 'IotJob/kiosk-night'
const FINAL = 'MediaPackageHarvestJob/cup-final'
const PRICES = 'DataExchangeJob/prices'
const READERS = 'PinpointExportJob/readers'
const DISK = 'ImportExportJob/archive-disk'
const PINPOINT_ENDED =
  'warning: PinpointExportJob: Amazon ended support for Pinpoint on 2026-10-30; the API may refuse new export jobs'
const DISK_ENDED =
  'warning: ImportExportJob: AWS Import/Export Disk is a legacy service that AWS no longer lists; it may refuse new jobs'

const kiosks = (members: object) => ({ ...REQUESTS['IotJob'], ...members })

type Case = readonly [name: string, world: World, expected: readonly string[]]

function table(title: string, cases: readonly Case[]): void {
  t.test(title, async (t) => {
    for (const [name, given, expected] of cases) t.test(name, async (t) => void check(t, given, expected))
  })
}

table('a new spec', [
  ['is created under its name', world().spec(REBOOT).absent(REBOOT), [`create ${REBOOT} (as kiosk-reboot): new spec`]],
  [
    'is created under the ID that it writes',
    world()
      .spec(REBOOT, { request: kiosks({ jobId: 'night-3' }) })
      .absent(REBOOT),
    [`create ${REBOOT} (as night-3): new spec`],
  ],
  [
    'is created under name-rN where it begins with a later run',
    world()
      .spec(REBOOT, { policy: { run: 3 } })
      .absent(REBOOT),
    [`create ${REBOOT} (as kiosk-reboot-r3): new spec`],
  ],
  ['is created without an ID where AWS names the job', world().spec(PRICES), [`create ${PRICES}: new spec`]],
  [
    'is created in a retired service with one warning for each kind',
    world()
      .spec(READERS)
      .spec(DISK)
      .spec('ImportExportJob/archive-disk-2', {
        request: { ...REQUESTS['ImportExportJob'], Manifest: { deviceId: 'ARCHIVE-0008' } },
      }),
    [
      `create ${READERS}: new spec`,
      `create ${DISK}: new spec`,
      'create ImportExportJob/archive-disk-2: new spec',
      DISK_ENDED,
      PINPOINT_ENDED,
    ],
  ],
  [
    'is not created while held',
    world().spec(REBOOT, { policy: { hold: true } }),
    [`held ${REBOOT}: policy.hold is true`],
  ],
  [
    'waits until its window has ended',
    world().at('2026-11-14T21:00:00Z').spec(FINAL),
    [
      `waiting ${FINAL}: its window has not ended yet; can be submitted until 2026-11-28 19:45 UTC [until 2026-11-14T22:00:00.000Z]`,
    ],
  ],
  [
    'has expired when the endpoint has lost its beginning',
    world().at('2026-11-28T19:45:01Z').spec(FINAL).absent(FINAL),
    [
      `expired ${FINAL}: StartTime 2026-11-14T19:45:00Z is more than 14 days ago, and an endpoint keeps at most 14 days for startover`,
    ],
  ],
  [
    'has expired when its scheduled start is less than 30 minutes ahead',
    world().spec(REBOOT, { request: kiosks({ schedulingConfig: { startTime: '2026-11-15 09:29' } }) }),
    [`expired ${REBOOT}: schedulingConfig.startTime 2026-11-15 09:29 is less than 30 minutes ahead`],
  ],
  [
    'is created when its scheduled start is 30 minutes ahead',
    world()
      .spec(REBOOT, { request: kiosks({ schedulingConfig: { startTime: '2026-11-15 09:30' } }) })
      .absent(REBOOT),
    [`create ${REBOOT} (as kiosk-reboot): new spec; can be submitted until 2026-11-15 09:00 UTC`],
  ],
  [
    'is not made before the file that it takes in is there',
    world().spec(PRICES, {
      request: { Type: 'IMPORT_ASSET_FROM_SIGNED_URL', Details: {} },
      policy: { upload: 'prices.csv' },
    }),
    [`blocked ${PRICES}: the file of policy.upload was not found: prices.csv`],
  ],
  [
    'is not submitted from a file that is not committed',
    world()
      .spec(REBOOT)
      .absent(REBOOT)
      .checkout({ dirty: ['specs/kiosk-reboot.yaml'] }),
    [`blocked ${REBOOT}: specs/kiosk-reboot.yaml is not committed (edited)`],
  ],
  [
    'is not submitted while a file that it takes in is not committed',
    world()
      .spec(REBOOT, { files: ['specs/kiosk-reboot.yaml', 'specs/reboot.json'] })
      .absent(REBOOT)
      .checkout({ dirty: ['specs/reboot.json'] }),
    [`blocked ${REBOOT}: specs/reboot.json is not committed (edited)`],
  ],
  [
    'is submitted from an uncommitted file with --allow-dirty',
    world()
      .spec(REBOOT)
      .absent(REBOOT)
      .checkout({ dirty: ['specs/kiosk-reboot.yaml'] })
      .rules({ allowDirty: true }),
    [`create ${REBOOT} (as kiosk-reboot): new spec`],
  ],
  [
    'is submitted from an uncommitted file on the emulator',
    world()
      .spec(REBOOT)
      .absent(REBOOT)
      .checkout({ dirty: ['specs/kiosk-reboot.yaml'] })
      .rules({ emulator: true }),
    [`create ${REBOOT} (as kiosk-reboot): new spec`],
  ],
  [
    'is not tried again in the run in which it failed',
    world()
      .spec(REBOOT)
      .with({
        run: {
          ...FRESH_RUN,
          failed: new Map([
            [REBOOT, { class: 'bad-request', name: 'InvalidRequestException', message: 'no such group' }],
          ]),
        },
      }),
    [`blocked ${REBOOT}: failed in this reconcile: InvalidRequestException: no such group`],
  ],
  [
    'is blocked where AWS cannot be asked whether its ID is taken',
    world().spec(REBOOT).unread(REBOOT),
    [`blocked ${REBOOT}: AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob`],
  ],
  [
    'with errors blocks itself and not its neighbour',
    world().spec(REBOOT).absent(REBOOT).blocked('IotJob/kiosk-logs', ['SPEC_ENUM', 'SPEC_MISSING_MEMBER']),
    [
      `create ${REBOOT} (as kiosk-reboot): new spec`,
      'blocked IotJob/kiosk-logs: its spec has errors: SPEC_ENUM, SPEC_MISSING_MEMBER',
    ],
  ],
  [
    'is planned without a connection',
    world().spec(REBOOT).site(undefined).rules({ offline: true }),
    [`create ${REBOOT} (as kiosk-reboot): new spec`],
  ],
])

table('a job that exists and is not on record', [
  [
    'is a conflict that shows its date and status',
    world().spec(REBOOT).live(REBOOT, { status: 'COMPLETED', createdAt: '2026-11-01T08:00:00Z' }),
    [
      `conflict ${REBOOT}: AWS IoT job kiosk-reboot exists, but is not on record: COMPLETED, created 2026-11-01 08:00 UTC`,
    ],
  ],
  [
    'is adopted with policy.adopt where it fits',
    world()
      .spec(REBOOT, { policy: { adopt: true } })
      .live(REBOOT),
    [`adopt ${REBOOT}: policy.adopt is true and the job fits the spec`],
  ],
  [
    'is not adopted with policy.adopt where AWS does not show what it does',
    world()
      .spec(REBOOT, { policy: { adopt: true } })
      .live(REBOOT, { request: undefined }),
    [`conflict ${REBOOT}: AWS IoT job kiosk-reboot exists, but AWS does not show what it does`],
  ],
  [
    'is not adopted with policy.adopt where it differs',
    world()
      .spec(REBOOT, { policy: { adopt: true } })
      .live(REBOOT, { request: { ...kiosks({}), document: '{"operation":"wipe"}', targetSelection: 'CONTINUOUS' } }),
    [
      `conflict ${REBOOT}: AWS IoT job kiosk-reboot exists, but differs from the spec`,
      '  /document: "{\\"operation\\":\\"wipe\\"}" -> "{\\"operation\\":\\"reboot\\"}"',
    ],
  ],
  [
    'may say more than the spec, which leaves the rest to AWS',
    world()
      .spec(REBOOT, { policy: { adopt: true } })
      .live(REBOOT, {
        request: {
          ...kiosks({}),
          document: '{"operation": "reboot"}',
          timeoutConfig: { inProgressTimeoutInMinutes: 60 },
        },
      }),
    [`adopt ${REBOOT}: policy.adopt is true and the job fits the spec`],
  ],
  [
    'is adopted although its window is long past: nothing is submitted',
    world()
      .at('2026-12-24T09:00:00Z')
      .spec(FINAL, { policy: { adopt: true } })
      .live(FINAL, { status: 'SUCCEEDED' }),
    [`adopt ${FINAL}: policy.adopt is true and the job fits the spec`],
  ],
  [
    'with policy.adopt, and no job: time decides as ever',
    world()
      .at('2026-11-14T21:00:00Z')
      .spec(FINAL, { policy: { adopt: true } })
      .absent(FINAL),
    [
      `waiting ${FINAL}: its window has not ended yet; can be submitted until 2026-11-28 19:45 UTC [until 2026-11-14T22:00:00.000Z]`,
    ],
  ],
  [
    'is never adopted where another record has it, whatever policy.adopt says',
    world()
      .spec(REBOOT)
      .record(REBOOT, DONE)
      .spec('IotJob/kiosk-reboot-again', { policy: { adopt: true }, request: kiosks({ jobId: 'kiosk-reboot' }) })
      .live('IotJob/kiosk-reboot-again', { id: 'kiosk-reboot' }),
    [
      `keep ${REBOOT}: done 2026-11-14 23:10 UTC`,
      `conflict IotJob/kiosk-reboot-again: the ID kiosk-reboot was already used by ${REBOOT}`,
    ],
  ],
  [
    'is given to one of two specs that would adopt it',
    world()
      .spec('IotJob/a', { policy: { adopt: true }, request: kiosks({ jobId: 'night' }) })
      .spec('IotJob/b', { policy: { adopt: true, allowIdentical: true }, request: kiosks({ jobId: 'night' }) })
      .live('IotJob/a', { id: 'night' })
      .live('IotJob/b', { id: 'night' }),
    [
      'adopt IotJob/a: policy.adopt is true and the job fits the spec',
      'conflict IotJob/b: the ID night was already used by IotJob/a',
    ],
  ],
])

table('an ID that was used', [
  [
    'by an earlier run of the same spec is a conflict',
    world()
      .spec(REBOOT, { policy: { run: 2 }, request: kiosks({ jobId: 'night' }) })
      .record(REBOOT, { ...DONE, id: 'night', request: kiosks({ jobId: 'night' }) })
      .absent(REBOOT),
    [`conflict ${REBOOT}: the ID night was already used by an earlier run of this spec`],
  ],
  [
    'by a run in the history of another record is a conflict',
    world()
      .spec('IotJob/kiosk-update', { request: kiosks({ jobId: 'night-1' }) })
      .absent('IotJob/kiosk-update')
      .spec(REBOOT, { policy: { run: 2 } })
      .record(REBOOT, { ...DONE, run: 2, id: 'kiosk-reboot-r2', history: [{ run: 1, id: 'night-1' }] }),
    [
      `conflict IotJob/kiosk-update: the ID night-1 was already used by ${REBOOT}`,
      `keep ${REBOOT}: done 2026-11-14 23:10 UTC`,
    ],
  ],
  [
    'by another record in another region is free',
    world()
      .spec('IotJob/kiosk-update', { request: kiosks({ jobId: 'kiosk-reboot' }) })
      .absent('IotJob/kiosk-update')
      .spec(REBOOT)
      .record(REBOOT, { ...DONE, site: OTHER_SITE })
      .site((spec) => (spec.address === REBOOT ? OTHER_SITE : { ...OTHER_SITE, region: 'eu-west-1' })),
    ['create IotJob/kiosk-update (as kiosk-reboot): new spec', `keep ${REBOOT}: done 2026-11-14 23:10 UTC`],
  ],
  [
    'by two new specs at once is given to the first: two target names may mean one account',
    world()
      .spec('IotJob/a', { request: kiosks({ jobId: 'night' }), policy: { target: 'prod' } })
      .spec('IotJob/b', { request: kiosks({ jobId: 'night' }), policy: { target: 'main' } })
      .absent('IotJob/a', 'IotJob/b'),
    ['create IotJob/a (as night): new spec', 'conflict IotJob/b: the ID night was already used by IotJob/a'],
  ],
])

table('a job on record', [
  ['that runs is kept', world().spec(REBOOT).record(REBOOT).live(REBOOT), [`keep ${REBOOT}: unfinished`]],
  [
    'that is rolled out and waits for new things is kept',
    world().spec(REBOOT).record(REBOOT).live(REBOOT, { steady: true }),
    [`keep ${REBOOT}: rolled out`],
  ],
  ['that is done is kept', world().spec(REBOOT).record(REBOOT, DONE), [`keep ${REBOOT}: done 2026-11-14 23:10 UTC`]],
  [
    'that has failed stays failed and is not made again',
    world().spec(FINAL).record(FINAL).live(FINAL, { status: 'FAILED', finishedAt: '2026-11-15T08:55:00Z' }),
    [`keep ${FINAL}: done 2026-11-15 08:55 UTC`],
  ],
  [
    'that is finished and forgotten by AWS is archived, not made again',
    world().spec(REBOOT).record(REBOOT, DONE).absent(REBOOT),
    [`keep ${REBOOT}: done; AWS has forgotten it since`],
  ],
  [
    'that is unfinished and unknown to AWS is lost, not made again',
    world().spec(REBOOT).record(REBOOT).absent(REBOOT),
    [`keep ${REBOOT}: AWS no longer knows this unfinished job; Jobwright does not create it again`],
  ],
  [
    'that was just created and is not shown yet is not lost',
    world()
      .spec(PRICES)
      .record(PRICES, { stage: 'created', id: 'job-1', createdAt: '2026-11-15T08:58:31Z' })
      .absent(PRICES),
    [`settling ${PRICES}: its job was just created, and AWS does not show it yet [until 2026-11-15T09:00:01Z]`],
  ],
  [
    'that was created a while ago and is not shown is lost',
    world()
      .spec(PRICES)
      .record(PRICES, { stage: 'created', id: 'job-1', createdAt: '2026-11-15T08:58:30Z' })
      .absent(PRICES),
    [`keep ${PRICES}: AWS no longer knows this unfinished job; Jobwright does not create it again`],
  ],
  [
    'that was lost is found again',
    world().spec(REBOOT).record(REBOOT, { lost: true }).live(REBOOT),
    [`keep ${REBOOT}: unfinished`],
  ],
  [
    'that cannot be read is blocked',
    world().spec(REBOOT).record(REBOOT).unread(REBOOT),
    [`blocked ${REBOOT}: AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob`],
  ],
  [
    'that is done needs no read, so that a failed one says nothing',
    world().spec(REBOOT).record(REBOOT, DONE).unread(REBOOT),
    [`keep ${REBOOT}: done 2026-11-14 23:10 UTC`],
  ],
  [
    'with a lower run than recorded is kept with a warning',
    world()
      .spec(REBOOT, { request: kiosks({ description: 'new' }) })
      .record(REBOOT, { run: 2, ...DONE }),
    [
      `keep ${REBOOT}: policy.run is 1, but run 2 is on record; a lower run changes nothing`,
      `warning: ${REBOOT}: policy.run is 1, but run 2 is on record; a lower run changes nothing`,
    ],
  ],
  [
    'whose run is raised is made again, and may differ in anything',
    world()
      .spec(REBOOT, { policy: { run: 2 }, request: kiosks({ document: { operation: 'update' } }) })
      .record(REBOOT, DONE)
      .absent(REBOOT)
      .site(OTHER_SITE),
    [`create ${REBOOT} (as kiosk-reboot-r2): policy.run was raised from 1 to 2`],
  ],
  [
    'whose run is raised waits for its window as a new one does',
    world()
      .at('2026-11-14T21:00:00Z')
      .spec(FINAL, { policy: { run: 2 } })
      .record(FINAL, DONE),
    [
      `waiting ${FINAL}: its window has not ended yet; can be submitted until 2026-11-28 19:45 UTC [until 2026-11-14T22:00:00.000Z]`,
    ],
  ],
  [
    'whose raised run is held is not made',
    world()
      .spec(REBOOT, { policy: { run: 2, hold: true } })
      .record(REBOOT, DONE),
    [`held ${REBOOT}: policy.hold is true`],
  ],
  [
    'whose past harvest lies outside every window is still kept',
    world().at('2027-06-01T09:00:00Z').spec(FINAL).record(FINAL, DONE),
    [`keep ${FINAL}: done 2026-11-14 23:10 UTC`],
  ],
  [
    'that has ended is done, wherever its target leads now',
    world().spec(REBOOT).record(REBOOT, DONE).site(OTHER_SITE),
    [`keep ${REBOOT}: done 2026-11-14 23:10 UTC`],
  ],
  [
    'whose target leads elsewhere now is a conflict',
    world().spec(REBOOT).record(REBOOT).site(OTHER_SITE),
    [
      `conflict ${REBOOT}: the default target was pointed elsewhere after the job was submitted`,
      '  /policy/target: "aws/123456789012/eu-west-1" -> "aws/123456789012/us-east-1"',
    ],
  ],
  [
    'that was created is started',
    world()
      .spec(PRICES)
      .record(PRICES, { stage: 'created', id: 'job-1', status: 'WAITING' })
      .live(PRICES, { id: 'job-1', status: 'WAITING' }),
    [`start ${PRICES}: created and recorded, not started yet`],
  ],
  [
    'that was created is not started while held',
    world()
      .spec(PRICES, { policy: { hold: true } })
      .record(PRICES, { stage: 'created', id: 'job-1' })
      .live(PRICES, { id: 'job-1', status: 'WAITING' }),
    [`held ${PRICES}: created, but policy.hold is true`],
  ],
  [
    'that was created is not started where it was edited',
    world()
      .spec(PRICES, { request: { ...REQUESTS['DataExchangeJob'], Type: 'EXPORT_ASSET_TO_SIGNED_URL' } })
      .record(PRICES, { stage: 'created', id: 'job-1' })
      .live(PRICES, { id: 'job-1', status: 'WAITING' }),
    [
      `conflict ${PRICES}: /Type changed after the job was submitted`,
      '  /Type: "EXPORT_ASSETS_TO_S3" -> "EXPORT_ASSET_TO_SIGNED_URL"',
    ],
  ],
  [
    'that was created and runs already was started by an answer that was lost',
    world().spec(PRICES).record(PRICES, { stage: 'created', id: 'job-1' }).live(PRICES, { id: 'job-1' }),
    [`keep ${PRICES}: unfinished`],
  ],
  [
    'whose start failed in this run is not started again in it',
    world()
      .spec(PRICES)
      .record(PRICES, { stage: 'created', id: 'job-1' })
      .live(PRICES, { id: 'job-1', status: 'WAITING' })
      .with({
        run: {
          ...FRESH_RUN,
          failed: new Map([[PRICES, { class: 'quota', name: 'ServiceLimitExceededException', message: 'too many' }]]),
        },
      }),
    [`blocked ${PRICES}: failed in this reconcile: ServiceLimitExceededException: too many`],
  ],
  [
    'that is done, whose spec has errors but asks for the same job, is kept with a warning',
    world().blocked(REBOOT, ['SPEC_RULE'], {}).record(REBOOT, DONE),
    [
      `keep ${REBOOT}: done; its spec is at fault now (SPEC_RULE), which changes nothing about its job`,
      `warning: ${REBOOT}: done; its spec is at fault now (SPEC_RULE), which changes nothing about its job`,
    ],
  ],
  [
    'that is done, whose changed spec is invalid, is blocked',
    world()
      .blocked(REBOOT, ['SPEC_RANGE'], { request: kiosks({ description: '' }) })
      .record(REBOOT, DONE),
    [`blocked ${REBOOT}: its spec has errors: SPEC_RANGE`],
  ],
  [
    'that is done, whose run is raised in an invalid spec, is blocked: somebody waits for that run',
    world()
      .blocked(REBOOT, ['SPEC_RULE'], { policy: { run: 2 } })
      .record(REBOOT, DONE),
    [`blocked ${REBOOT}: its spec has errors: SPEC_RULE`],
  ],
  [
    'whose create is settling is left alone while its spec is invalid',
    world().blocked(REBOOT, ['SPEC_RANGE'], {}).unknown(REBOOT).live(REBOOT),
    [`blocked ${REBOOT}: its spec has errors: SPEC_RANGE`],
  ],
])

const digestOf = (document: object) => JSON.stringify({ $digest: digest(JSON.stringify(document)) })
const text = '{"operation": "reboot", "delay": 5}'
const long = { begin: 1, steps: Array.from({ length: 200 }, (_, index) => `step ${index}`) }

t.test('no edit is', async (t) => {
  const cases: readonly (readonly [
    string,
    'IotJob' | 'MediaPackageHarvestJob' | 'DataExchangeJob' | 'ImportExportJob',
    object,
    object,
  ])[] = [
    ['the order of keys', 'IotJob', { description: 'night', document: text }, { document: text, description: 'night' }],
    ['a default that is spelled out', 'IotJob', {}, { targetSelection: 'SNAPSHOT' }],
    ['the default rate that is spelled out', 'IotJob', {}, { jobExecutionsRolloutConfig: { maximumPerMinute: 1000 } }],
    [
      'the default life of a URL that is spelled out',
      'IotJob',
      { presignedUrlConfig: { roleArn: 'arn:aws:iam::1:role/x' } },
      { presignedUrlConfig: { expiresInSec: 3600, roleArn: 'arn:aws:iam::1:role/x' } },
    ],
    ['a document as text', 'IotJob', { document: { delay: 5, operation: 'reboot' } }, { document: text }],
    ['a long document as text', 'IotJob', { document: long }, { document: JSON.stringify(long, null, 2) }],
    ['a long text as a mapping', 'IotJob', { document: JSON.stringify(long, null, 2) }, { document: long }],
    ['the order of targets', 'IotJob', { targets: ['arn:b', 'arn:a'] }, { targets: ['arn:a', 'arn:b'] }],
    [
      'the order of tags',
      'IotJob',
      {
        tags: [
          { Key: 'b', Value: '' },
          { Key: 'a', Value: '' },
        ],
      },
      {
        tags: [
          { Key: 'a', Value: '' },
          { Value: '', Key: 'b' },
        ],
      },
    ],
    ['the ID that it got, written out', 'IotJob', {}, { jobId: 'job' }],
    [
      'a schedule with a T and seconds',
      'IotJob',
      { schedulingConfig: { startTime: '2026-12-01 02:00' } },
      { schedulingConfig: { startTime: '2026-12-01T02:00:00Z' } },
    ],
    ['a time with another offset', 'MediaPackageHarvestJob', {}, { StartTime: '2026-11-14T20:45:00+01:00' }],
    ['a time in seconds', 'MediaPackageHarvestJob', {}, { EndTime: String(Date.parse('2026-11-14T22:00:00Z') / 1000) }],
    [
      'a default key pattern that is spelled out',
      'DataExchangeJob',
      {
        Type: 'EXPORT_REVISIONS_TO_S3',
        Details: { ExportRevisionsToS3: { RevisionDestinations: [{ Bucket: 'prices' }] } },
      },
      {
        Type: 'EXPORT_REVISIONS_TO_S3',
        Details: { ExportRevisionsToS3: { RevisionDestinations: [{ Bucket: 'prices', KeyPattern: '${Asset.Name}' }] } },
      },
    ],
    [
      'a number for its text',
      'ImportExportJob',
      { Manifest: { operations: [{ device: '7' }] } },
      { Manifest: { operations: [{ device: 7 }] } },
    ],
    [
      'a generator, which is ours',
      'ImportExportJob',
      { Manifest: { bucket: 'b' } },
      { Manifest: { bucket: 'b', generator: 'x' } },
    ],
    ['ValidateOnly of a pasted skeleton', 'ImportExportJob', {}, { ValidateOnly: true }],
  ]
  for (const [name, kind, before, after] of cases) {
    const address = `${kind}/job` as const
    const given = world()
      .spec(address, { request: { ...REQUESTS[kind], ...after } })
      .record(address, { ...DONE, request: { ...REQUESTS[kind], ...before } })
    check(t, given, `keep ${address}: done 2026-11-14 23:10 UTC`, name)
  }
})

/** What AWS changes on a running job. */
const TAKEN_ON = new Set<string | undefined>(['/description', '/jobExecutionsRolloutConfig/maximumPerMinute'])

t.test('an edit is', async (t) => {
  const cases: readonly (readonly [
    string,
    'IotJob' | 'MediaPackageHarvestJob' | 'PinpointExportJob' | 'ImportExportJob',
    object,
    object,
    readonly string[],
  ])[] = [
    ['another value', 'IotJob', { description: 'night' }, { description: 'day' }, ['  /description: "night" -> "day"']],
    ['a new member', 'IotJob', {}, { description: 'day' }, ['  /description: undefined -> "day"']],
    ['a member that is gone', 'IotJob', { description: 'day' }, {}, ['  /description: "day" -> undefined']],
    [
      'another value than the default',
      'IotJob',
      {},
      { targetSelection: 'CONTINUOUS' },
      ['  /targetSelection: "SNAPSHOT" -> "CONTINUOUS"'],
    ],
    [
      'another rate than the default',
      'IotJob',
      {},
      { jobExecutionsRolloutConfig: { maximumPerMinute: 50 } },
      ['  /jobExecutionsRolloutConfig/maximumPerMinute: 1000 -> 50'],
    ],
    [
      'another target',
      'IotJob',
      { targets: ['arn:a'] },
      { targets: ['arn:a', 'arn:b'] },
      ['  /targets: ["arn:a"] -> ["arn:a","arn:b"]'],
    ],
    ['another ID', 'IotJob', {}, { jobId: 'other' }, ['  /jobId: "job" -> "other"']],
    [
      'another document',
      'IotJob',
      { document: text },
      { document: { operation: 'reboot', delay: 6 } },
      ['  /document: "{\\"delay\\":5,\\"operation\\":\\"reboot\\"}" -> "{\\"delay\\":6,\\"operation\\":\\"reboot\\"}"'],
    ],
    [
      'a schedule an hour earlier by its offset',
      'IotJob',
      { schedulingConfig: { startTime: '2026-12-01 02:00' } },
      { schedulingConfig: { startTime: '2026-12-01T02:00+01:00' } },
      ['  /schedulingConfig/startTime: "2026-12-01T02:00:00.000Z" -> "2026-12-01T01:00:00.000Z"'],
    ],
    [
      'another moment',
      'MediaPackageHarvestJob',
      {},
      { EndTime: '2026-11-14T22:00:01Z' },
      ['  /EndTime: "2026-11-14T22:00:00.000Z" -> "2026-11-14T22:00:01.000Z"'],
    ],
    [
      'text in another case',
      'ImportExportJob',
      { Manifest: { eraseDevice: 'yes' } },
      { Manifest: { eraseDevice: 'Yes' } },
      ['  /Manifest/eraseDevice: "yes" -> "Yes"'],
    ],
    [
      'another segment version',
      'PinpointExportJob',
      { ExportJobRequest: { SegmentVersion: 1 } },
      { ExportJobRequest: { SegmentVersion: 2 } },
      ['  /ExportJobRequest/SegmentVersion: 1 -> 2'],
    ],
  ]
  for (const [name, kind, before, after, changes] of cases) {
    const address = `${kind}/job` as const
    const given = world()
      .spec(address, { request: { ...REQUESTS[kind], ...after } })
      .record(address, { request: { ...REQUESTS[kind], ...before } })
    const pointer = changes[0]!.trim().split(':')[0]
    const first =
      TAKEN_ON.has(pointer) && name !== 'a member that is gone'
        ? `update ${address}: ${pointer} changed, and AWS can apply that to the unfinished job`
        : `conflict ${address}: ${pointer} changed after the job was submitted`
    check(t, given, [first, ...changes], name)
  }
  const several = world()
    .spec(REBOOT, { request: kiosks({ description: 'day', document: long }) })
    .record(REBOOT, { ...DONE, request: kiosks({ document: { ...long, turns: 1 } }) })
  const [conflict] = check(
    t,
    several,
    [
      `conflict ${REBOOT}: /description and 1 more changed after the job was submitted and ended`,
      '  /description: undefined -> "day"',
      `  /document: ${digestOf({ ...long, turns: 1 })} -> ${digestOf(long)}`,
    ],
    'several at once, a long one as digests',
  ).actions
  t.match(formatHint(conflict?.remedies), /restore the old value, .*policy.run: 2/)
})

const GROUP = 'arn:aws:iot:eu-west-1:123456789012:thinggroup/depot'
const THING = 'arn:aws:iot:eu-west-1:123456789012:thing/kiosk-1'
const [KIOSKS] = REQUESTS['IotJob']!['targets'] as [string]
const continuous = (members: object = {}) => kiosks({ targetSelection: 'CONTINUOUS', ...members })
const running = { condition: { type: 'InProgress' }, status: 'IN_PROGRESS' } as const

t.test('what a spec takes from elsewhere is named where it changed, and not as an edit of the spec', async (t) => {
  const hint = (given: World) => formatHint(planOf(given.input()).actions[0]?.remedies)
  const moved = (target?: string) =>
    world()
      .spec(REBOOT, { policy: { ...(target && { target }) } })
      .record(REBOOT)
      .site(OTHER_SITE)
  t.match(
    hint(moved()),
    /^let the default target, or its region in jobwright.yaml, lead there again, or write policy.run/,
  )
  t.match(
    hint(moved('main')),
    /^let policy.target, or its region in jobwright.yaml, lead there again, or write policy.run/,
  )
  const emulated = moved().site({ ...OTHER_SITE, endpoint: 'emulator' })
  t.match(hint(emulated), /\(or remove .jobwright\/emulator, to begin a new one\), or write policy.run/)

  const importOf = (Md5Hash: string) => ({
    Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
    Details: { ImportAssetFromSignedUrl: { AssetName: 'a', Md5Hash } },
  })
  const upload = { file: 'data/prices.csv', path: '/data/prices.csv', bytes: 1, modifiedMs: 0, md5: 'new' }
  const changed = world()
    .spec(PRICES, { request: importOf('new'), policy: { upload: '../data/prices.csv' }, upload })
    .record(PRICES, { ...DONE, request: importOf('old') })
  const [conflict] = check(t, changed, [
    `conflict ${PRICES}: data/prices.csv, the file of policy.upload, changed after the job was submitted and ended`,
    '  /Details/ImportAssetFromSignedUrl/Md5Hash: "old" -> "new"',
  ]).actions
  t.match(formatHint(conflict?.remedies), /^restore the old file, /)

  const otherEnds = { lf: 'old', crlf: 'new', lfBlob: '' }
  const converted = world()
    .spec(PRICES, {
      request: importOf('new'),
      policy: { upload: '../data/prices.csv' },
      upload: { ...upload, otherEnds },
    })
    .record(PRICES, { ...DONE, request: importOf('old') })
  const [byGit] = check(t, converted, [
    `conflict ${PRICES}: data/prices.csv, the file of policy.upload, changed its line ends from LF to CRLF (core.autocrlf of Git) after the job was submitted and ended`,
    '  /Details/ImportAssetFromSignedUrl/Md5Hash: "old" -> "new"',
  ]).actions
  t.match(
    formatHint(byGit?.remedies),
    /^write "data\/prices.csv -text" into .gitattributes, delete the file and check it out/,
  )
})

t.test('AWS updates an unfinished job', async (t) => {
  const edited = (before: JsonObject, after: JsonObject, record: Partial<JobRecord> = running): World =>
    world()
      .spec(REBOOT, { request: after })
      .record(REBOOT, { request: before, ...record })
  const planned = (given: World) => planOf(given.input()).actions[0]
  const by = (given: World) => {
    const line = planned(given)
    return line?.action === 'update' ? line.by : undefined
  }
  const hint = (given: World) => `${planned(given)?.action} ${formatHint(planned(given)?.remedies)}`

  t.same(by(edited(kiosks({}), kiosks({ abortConfig: { criteriaList: [] } }))), ['UpdateJob'], 'in its settings')
  t.same(
    by(edited(continuous(), continuous({ targets: [KIOSKS, GROUP] }))),
    ['AssociateTargetsWithJob'],
    'in its groups',
  )
  const tags = (...pairs: [string, string][]) => ({ tags: pairs.map(([Key, Value]) => ({ Key, Value })) })
  t.same(
    by(edited(kiosks(tags(['a', '1'], ['b', '1'])), kiosks(tags(['a', '2'], ['c', '1'])))),
    ['TagResource', 'UntagResource'],
    'in its tags',
  )
  t.same(
    by(edited(kiosks(tags(['a', '1'])), kiosks({ description: 'x' }))),
    ['UpdateJob', 'UntagResource'],
    'in several',
  )
  t.match(
    hint(edited(kiosks({}), kiosks({ timeoutConfig: { inProgressTimeoutInMinutes: 5 } }))),
    /^update .*have not started/,
  )

  t.match(hint(edited(kiosks({}), kiosks({ targets: [KIOSKS, GROUP] }))), /^conflict only a CONTINUOUS job/)
  t.match(hint(edited(continuous(), continuous({ targets: [KIOSKS, THING] }))), /^conflict only thing groups/)
  t.match(hint(edited(continuous({ targets: [KIOSKS, GROUP] }), continuous())), /^conflict .*cannot take targets away/)
  const soon = { condition: { type: 'Pending' } } as const
  t.match(hint(edited(continuous(), continuous({ targets: [KIOSKS, GROUP] }), soon)), /^conflict .*in progress/)
  t.match(hint(edited(kiosks({ description: 'x' }), kiosks({}))), /^conflict .*description .*not take it away/)
  t.match(
    hint(edited(kiosks({ description: 'x' }), kiosks({ description: 'y', document: {} }))),
    /^conflict .*document/,
  )
  t.same(
    getChanges(planned(edited(kiosks({ description: 'x' }), kiosks({ description: 'y', document: {} })))!)?.[0]
      ?.pointer,
    '/document',
    'what it cannot change is shown first',
  )
  t.match(hint(edited(kiosks({ description: 'x' }), kiosks({ description: 'y' }), DONE)), /^conflict restore the old/)
  t.match(hint(edited(kiosks({ description: 'x' }), kiosks({ description: 'y' }), { lost: true })), /^conflict/)

  const held = edited(kiosks({}), kiosks({ description: 'y' })).spec(NIGHT, { policy: { hold: true } })
  t.match(
    planOf(
      world()
        .spec(REBOOT, { request: kiosks({ description: 'y' }), policy: { hold: true } })
        .record(REBOOT, { request: kiosks({}), ...running })
        .input(),
    ).actions[0],
    { action: 'held', changes: [{ pointer: '/description' }] },
  )
  t.match(planned(held.checkout({ dirty: ['specs/kiosk-reboot.yaml'] })), {
    action: 'blocked',
    code: 'PLAN_UNCOMMITTED',
  })

  const disk = (members: object, record: Partial<JobRecord> = { condition: { type: 'Pending' } }) =>
    world()
      .spec(DISK, { request: { ...REQUESTS['ImportExportJob'], ...members } })
      .record(DISK, { id: 'EG7HS', ...record })
  const manifest = { Manifest: { ...(REQUESTS['ImportExportJob']!['Manifest'] as object), bucket: 'attic' } }
  t.same(by(disk(manifest)), ['UpdateJob'], 'a manifest, until the transfer begins')
  t.match(hint(disk(manifest)), /^update .*new signature/)
  t.match(hint(disk(manifest, running)), /^conflict .*only before the transfer/)
  t.match(hint(disk({ JobType: 'Export' })), /^conflict .*only the manifest/)
})

table('an unfinished job that is to be cancelled with its spec', [
  [
    'is cancelled once the spec was removed',
    world().record(REBOOT, { onRemove: 'cancel' }).live(REBOOT),
    [`cancel ${REBOOT}: its spec was removed, and policy.onRemove is cancel`],
  ],
  [
    'is not while the spec is there',
    world()
      .spec(REBOOT, { policy: { onRemove: 'cancel' } })
      .record(REBOOT, { onRemove: 'cancel', ...running }),
    [`keep ${REBOOT}: unfinished`],
  ],
  [
    'is not where the spec may only not have been loaded',
    world().record(REBOOT, { onRemove: 'cancel' }).live(REBOOT).with({ complete: false }),
    [`keep ${REBOOT}: its spec is not here, but some files were not read, so it may only look removed`],
  ],
  [
    'is forgotten where it has ended',
    world().record(REBOOT, { onRemove: 'cancel' }).live(REBOOT, { status: 'COMPLETED' }),
    [`forget ${REBOOT}: its spec was removed; job kiosk-reboot stays as it is in AWS, its record is kept`],
  ],
  [
    'is forgotten where AWS cancels it no more',
    world().record(PRICES, { id: 'job-1', onRemove: 'cancel' }),
    [
      `forget ${PRICES}: its spec was removed; job job-1 stays as it is in AWS, its record is kept: AWS Data Exchange cancels a job only before it is started`,
    ],
  ],
  [
    'is forgotten where a read shows that it has begun, and that is too late',
    world().record(PRICES, { id: 'job-1', stage: 'created', onRemove: 'cancel' }).live(PRICES, { id: 'job-1' }),
    [
      `forget ${PRICES}: its spec was removed; job job-1 stays as it is in AWS, its record is kept: AWS Data Exchange cancels a job only before it is started`,
    ],
  ],
  [
    'is forgotten where AWS no longer knows it',
    world().record(REBOOT, { onRemove: 'cancel' }).absent(REBOOT),
    [`forget ${REBOOT}: its spec was removed; AWS no longer knows job kiosk-reboot, its record is kept`],
  ],
  [
    'waits where it was just created and is not shown yet',
    world().record(REBOOT, { onRemove: 'cancel', createdAt: '2026-11-15T08:59:30Z' }).absent(REBOOT),
    [`settling ${REBOOT}: its job was just created, and AWS does not show it yet [until 2026-11-15T09:01:00Z]`],
  ],
  [
    'waits where AWS could not be asked',
    world().record(REBOOT, { onRemove: 'cancel' }).unread(REBOOT),
    [`blocked ${REBOOT}: AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob`],
  ],
  [
    'counts as a removal for the guard',
    world()
      .record(REBOOT, { onRemove: 'cancel' })
      .live(REBOOT)
      .with({ guards: { maxCreates: 1, maxRemovals: 0 } }),
    [
      `cancel ${REBOOT}: its spec was removed, and policy.onRemove is cancel`,
      'refused 7: this reconcile would withdraw 1 job; guards.maxRemovals allows 0',
    ],
  ],
])

t.test('a job that was cancelled before its start is not started', async (t) => {
  const stopped = { id: 'job-1', stage: 'created', condition: { type: 'Cancelled' } } as const
  check(t, world().spec(PRICES).record(PRICES, stopped), `keep ${PRICES}: done`)
})

t.test('policy.onRemove is on record before its spec can be removed', async (t) => {
  const next = (given: World) => planOf(given.input()).actions[0]?.next
  const told = world()
    .spec(REBOOT, { policy: { onRemove: 'cancel' } })
    .record(REBOOT, running)
  t.match(next(told), { onRemove: 'cancel' })
  const taken = next(
    world()
      .spec(REBOOT)
      .record(REBOOT, { ...running, onRemove: 'cancel' }),
  )
  t.ok(taken)
  t.notOk(taken?.onRemove, 'and taken back with the policy')
  t.notOk(
    next(
      world()
        .spec(REBOOT, { policy: { onRemove: 'cancel' } })
        .record(REBOOT, DONE),
    ),
    'a job that has ended needs none',
  )
})

table('a removed spec', [
  [
    'is forgotten: its record and its job stay',
    world().record(REBOOT),
    [`forget ${REBOOT}: its spec was removed; job kiosk-reboot stays as it is in AWS, its record is kept`],
  ],
  ['and was forgotten is not spoken of any more', world().record(REBOOT, { withdrawn: '2026-11-14T09:00:00Z' }), []],
  [
    'and comes back takes up its record',
    world()
      .spec(REBOOT)
      .record(REBOOT, { ...DONE, withdrawn: '2026-11-14T09:00:00Z' }),
    [`keep ${REBOOT}: done 2026-11-14 23:10 UTC`],
  ],
  [
    'is not forgotten under a filter',
    world()
      .record(REBOOT)
      .with({ only: () => true }),
    [`keep ${REBOOT}: its spec is not here, but only some specs were selected`],
  ],
  [
    'is not spoken of outside a filter',
    world()
      .record(REBOOT)
      .with({ only: () => false }),
    [],
  ],
  [
    'is not forgotten while a file cannot be read',
    world().record(REBOOT).with({ complete: false }),
    [`keep ${REBOOT}: its spec is not here, but some files were not read, so it may only look removed`],
  ],
  [
    'is not forgotten while its file is only deleted, not committed as deleted',
    world()
      .record(REBOOT)
      .checkout({ deleted: ['specs/kiosk-reboot.yaml'] }),
    [
      `keep ${REBOOT}: its spec is not here, but specs/kiosk-reboot.yaml is not committed (deleted), so its removal may not be intended`,
    ],
  ],
  [
    'is not forgotten while a file that may have held it is edited',
    world()
      .record(REBOOT)
      .spec(FINAL, { policy: { hold: true } })
      .checkout({ dirty: ['specs/fleet.yaml'] }),
    [
      `held ${FINAL}: policy.hold is true`,
      `keep ${REBOOT}: its spec is not here, but specs/fleet.yaml is not committed (edited), so its removal may not be intended`,
    ],
  ],
  [
    'is not forgotten outside Git',
    world().record(REBOOT).checkout({ git: false }),
    [
      `keep ${REBOOT}: its spec is not here, but outside Git a missing spec proves nothing (--allow-removals accepts it as removed)`,
    ],
  ],
  [
    'is forgotten outside Git with --allow-removals',
    world().record(REBOOT).checkout({ git: false }).rules({ allowRemovals: true }),
    [`forget ${REBOOT}: its spec was removed; job kiosk-reboot stays as it is in AWS, its record is kept`],
  ],
  [
    'is forgotten outside Git on the emulator',
    world().record(REBOOT).checkout({ git: false }).rules({ emulator: true }),
    [`forget ${REBOOT}: its spec was removed; job kiosk-reboot stays as it is in AWS, its record is kept`],
  ],
  [
    'is not gone while its document has errors',
    world().blocked(REBOOT, ['SPEC_SYNTAX']).record(REBOOT),
    [`blocked ${REBOOT}: its spec has errors: SPEC_SYNTAX`],
  ],
])

table('a rename', [
  [
    'together with an edit that AWS supports is a question as well',
    world()
      .spec(NIGHT, { request: kiosks({ description: 'by night', tags: [{ Key: 'a', Value: 'b' }] }) })
      .absent(NIGHT)
      .record(REBOOT, running),
    [
      `conflict ${NIGHT}: looks like a rename of ${REBOOT}, whose spec was removed: the requests are identical (job kiosk-reboot)`,
      `keep ${REBOOT}: its spec is not here, but ${NIGHT} looks like it renamed`,
    ],
  ],
  [
    'is not a new job, and its record is not withdrawn before the question is answered',
    world().spec(NIGHT).absent(NIGHT).record(REBOOT, DONE),
    [
      `conflict ${NIGHT}: looks like a rename of ${REBOOT}, whose spec was removed: the requests are identical (job kiosk-reboot)`,
      `keep ${REBOOT}: its spec is not here, but ${NIGHT} looks like it renamed`,
    ],
  ],
  [
    'is detected although the ID is written out and key order differs',
    world()
      .spec(NIGHT, { request: { document: '{ "operation": "reboot" }', ...kiosks({}), jobId: 'night' } })
      .absent(NIGHT)
      .record(REBOOT),
    [
      `conflict ${NIGHT}: looks like a rename of ${REBOOT}, whose spec was removed: the requests are identical (job kiosk-reboot)`,
      `keep ${REBOOT}: its spec is not here, but ${NIGHT} looks like it renamed`,
    ],
  ],
  [
    'keeps its question while the new spec is held',
    world()
      .spec(NIGHT, { policy: { hold: true } })
      .record(REBOOT),
    [`held ${NIGHT}: policy.hold is true`, `keep ${REBOOT}: its spec is not here, but ${NIGHT} looks like it renamed`],
  ],
  [
    'keeps its question while its old create is settling',
    world().spec(NIGHT).absent(NIGHT, REBOOT).unknown(REBOOT, { absentSince: '2026-11-15T08:55:00Z' }),
    [
      `conflict ${NIGHT}: looks like a rename of ${REBOOT}, whose spec was removed: the requests are identical (job kiosk-reboot)`,
      `keep ${REBOOT}: its spec is not here, but ${NIGHT} looks like it renamed`,
    ],
  ],
  [
    'that also broke the spec may be one: nothing of that kind is withdrawn',
    world().blocked(NIGHT, ['SPEC_ENUM']).record(REBOOT).record(FINAL),
    [
      `blocked ${NIGHT}: its spec has errors: SPEC_ENUM`,
      `keep ${REBOOT}: its spec is not here, but ${NIGHT} has errors and no job yet, and may be it renamed`,
      `forget ${FINAL}: its spec was removed; job cup-final stays as it is in AWS, its record is kept`,
    ],
  ],
  [
    'and a raised run at once are still one question',
    world()
      .spec(NIGHT, { policy: { run: 2 } })
      .absent(NIGHT)
      .record(REBOOT, DONE),
    [
      `conflict ${NIGHT}: looks like a rename of ${REBOOT}, whose spec was removed: the requests are identical (job kiosk-reboot)`,
      `keep ${REBOOT}: its spec is not here, but ${NIGHT} looks like it renamed`,
    ],
  ],
  [
    'with metadata.formerly moves the record, and nothing is called',
    world().spec(NIGHT, { formerly: 'kiosk-reboot' }).record(REBOOT, DONE),
    [`keep ${NIGHT} (was ${REBOOT}): it takes over the record of ${REBOOT}; done 2026-11-14 23:10 UTC`],
  ],
  [
    'with metadata.formerly is a question where the old name has a job but no record',
    world().spec(NIGHT, { formerly: 'kiosk-reboot' }).absent(NIGHT).live(REBOOT),
    [`conflict ${NIGHT}: metadata.formerly names ${REBOOT}, and AWS IoT job kiosk-reboot exists without a record`],
  ],
  [
    'with metadata.formerly is a question where the next run was made under the old name already',
    world()
      .spec(NIGHT, { formerly: 'kiosk-reboot', policy: { run: 2 } })
      .record(REBOOT, DONE)
      .absent(NIGHT)
      .live(REBOOT, { id: 'kiosk-reboot-r2' }),
    [
      `conflict ${NIGHT} (was ${REBOOT}): metadata.formerly names ${REBOOT}, and AWS IoT job kiosk-reboot-r2 exists without a record`,
    ],
  ],
  [
    'with metadata.formerly is a question where the next run was made under the old name, and the one on record is unknown',
    world()
      .spec(NIGHT, { formerly: 'kiosk-reboot', policy: { run: 2 } })
      .unknown(REBOOT, { absentSince: '2026-11-15T08:55:00Z' })
      .absent(NIGHT)
      .live(REBOOT, { id: 'kiosk-reboot-r2' }),
    [
      `conflict ${NIGHT} (was ${REBOOT}): metadata.formerly names ${REBOOT}, and AWS IoT job kiosk-reboot-r2 exists without a record`,
    ],
  ],
  [
    'with metadata.formerly is a new job where the old name has neither',
    world().spec(NIGHT, { formerly: 'kiosk-reboot' }).absent(NIGHT, REBOOT),
    [`create ${NIGHT} (as kiosk-night): new spec`],
  ],
  [
    'with metadata.formerly takes nothing while the old spec may only not have been loaded',
    world().spec(NIGHT, { formerly: 'kiosk-reboot' }).record(REBOOT, DONE).with({ complete: false }),
    [
      `blocked ${NIGHT}: metadata.formerly names ${REBOOT}, whose spec is not here, but some files were not read, so it may only look removed`,
      `keep ${REBOOT}: its spec is not here, but some files were not read, so it may only look removed`,
    ],
  ],
  [
    'with metadata.formerly takes nothing while the deletion of the old spec is not committed',
    world()
      .spec(NIGHT, { formerly: 'kiosk-reboot' })
      .record(REBOOT, DONE)
      .checkout({ deleted: ['specs/kiosk-reboot.yaml'] }),
    [
      `blocked ${NIGHT}: metadata.formerly names ${REBOOT}, whose spec is not here, but specs/kiosk-reboot.yaml is not committed (deleted), so its removal may not be intended`,
      `keep ${REBOOT}: its spec is not here, but specs/kiosk-reboot.yaml is not committed (deleted), so its removal may not be intended`,
    ],
  ],
  [
    'with metadata.formerly takes up a record that was withdrawn before',
    world()
      .spec(NIGHT, { formerly: 'kiosk-reboot' })
      .record(REBOOT, { ...DONE, withdrawn: '2026-11-14T09:00:00Z' }),
    [`keep ${NIGHT} (was ${REBOOT}): it takes over the record of ${REBOOT}; done 2026-11-14 23:10 UTC`],
  ],
  [
    'with metadata.formerly and a raised run makes the next run under the new name',
    world()
      .spec(NIGHT, { formerly: 'kiosk-reboot', policy: { run: 2 } })
      .record(REBOOT, DONE)
      .absent(NIGHT),
    [`create ${NIGHT} (as kiosk-night-r2, was ${REBOOT}): policy.run was raised from 1 to 2`],
  ],
  [
    'with metadata.formerly moves a create that is settling',
    world().spec(NIGHT, { formerly: 'kiosk-reboot' }).unknown(REBOOT).live(NIGHT, { id: 'kiosk-reboot' }),
    [
      `adopt ${NIGHT} (was ${REBOOT}): the answer to its create was lost (TimeoutError: socket hang up); this is the job`,
    ],
  ],
  [
    'with metadata.formerly that was carried out says nothing more',
    world()
      .spec(NIGHT, { formerly: 'kiosk-reboot' })
      .record(NIGHT, { ...DONE, id: 'kiosk-reboot' }),
    [`keep ${NIGHT}: done 2026-11-14 23:10 UTC`],
  ],
  [
    'with policy.allowIdentical is a second job',
    world()
      .spec(NIGHT, { policy: { allowIdentical: true } })
      .absent(NIGHT)
      .record(REBOOT, DONE),
    [
      `create ${NIGHT} (as kiosk-night): new spec`,
      `forget ${REBOOT}: its spec was removed; job kiosk-reboot stays as it is in AWS, its record is kept`,
    ],
  ],
  [
    'with an edit is a new job',
    world()
      .spec(NIGHT, { request: kiosks({ document: { operation: 'restart' } }) })
      .absent(NIGHT)
      .record(REBOOT, DONE),
    [
      `create ${NIGHT} (as kiosk-night): new spec`,
      `forget ${REBOOT}: its spec was removed; job kiosk-reboot stays as it is in AWS, its record is kept`,
    ],
  ],
  [
    'is not meant where the other spec is still there',
    world().spec(REBOOT).record(REBOOT, DONE).spec(NIGHT).absent(NIGHT),
    [`keep ${REBOOT}: done 2026-11-14 23:10 UTC`, `create ${NIGHT} (as kiosk-night): new spec`],
  ],
  [
    'whose old name still has a spec takes nothing and makes nothing',
    world().spec(REBOOT).record(REBOOT, DONE).spec(NIGHT, { formerly: 'kiosk-reboot' }).absent(NIGHT),
    [
      `keep ${REBOOT}: done 2026-11-14 23:10 UTC`,
      `conflict ${NIGHT}: metadata.formerly names ${REBOOT}, which still has a spec and keeps its job`,
    ],
  ],
  [
    'of a chain of two in one commit makes no job twice',
    world()
      .spec('IotJob/c', { formerly: 'b', request: kiosks({ document: { was: 'b' } }) })
      .spec('IotJob/b', { formerly: 'a', request: kiosks({ document: { was: 'a' } }) })
      .absent('IotJob/c')
      .record('IotJob/b', { ...DONE, request: kiosks({ document: { was: 'b' } }) })
      .record('IotJob/a', { ...DONE, request: kiosks({ document: { was: 'a' } }) }),
    [
      'conflict IotJob/c: metadata.formerly names IotJob/b, which still has a spec and keeps its job',
      'conflict IotJob/b: /document changed after the job was submitted and ended',
      '  /document: "{\\"was\\":\\"b\\"}" -> "{\\"was\\":\\"a\\"}"',
      'forget IotJob/a: its spec was removed; job a stays as it is in AWS, its record is kept',
    ],
  ],
  [
    'of a harvest that finds no room still moves its record',
    Array.from({ length: 10 }, (_, index) => `MediaPackageHarvestJob/clip-${index}` as const).reduce(
      (all, address) => all.spec(address).record(address).live(address),
      world()
        .spec('MediaPackageHarvestJob/final', { formerly: 'cup-final', policy: { run: 2 } })
        .record(FINAL, DONE)
        .absent('MediaPackageHarvestJob/final'),
    ),
    [
      `waiting MediaPackageHarvestJob/final (was ${FINAL}): 10 harvests are running or planned, and AWS allows 10 at once`,
      ...Array.from({ length: 10 }, (_, index) => `keep MediaPackageHarvestJob/clip-${index}: unfinished`),
    ],
  ],
])

const clip = (index: number) => `MediaPackageHarvestJob/clip-${index}` as const
const clips = (count: number, add: (given: World, address: ReturnType<typeof clip>) => World, given = world()) =>
  Array.from({ length: count }, (_, index) => clip(index)).reduce(add, given)
const creates = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `create ${clip(from + index)} (as clip-${from + index}): new spec`)

table('room in AWS', [
  [
    'is left for ten harvests at once, in file order',
    clips(12, (given, address) => given.spec(address, { policy: { allowIdentical: true } }).absent(address)),
    [
      ...creates(10),
      'waiting MediaPackageHarvestJob/clip-10: 10 harvests are running or planned, and AWS allows 10 at once',
      'waiting MediaPackageHarvestJob/clip-11: 10 harvests are running or planned, and AWS allows 10 at once',
    ],
  ],
  [
    'is taken by running harvests, not by those that a read shows to be over',
    clips(10, (given, address) => given.spec(address).record(address).live(address))
      .live(clip(0), { status: 'SUCCEEDED', finishedAt: '2026-11-15T08:55:00Z' })
      .spec(FINAL)
      .absent(FINAL),
    [
      'keep MediaPackageHarvestJob/clip-0: done 2026-11-15 08:55 UTC',
      ...Array.from({ length: 9 }, (_, index) => `keep ${clip(index + 1)}: unfinished`),
      `create ${FINAL} (as cup-final): new spec`,
    ],
  ],
  [
    'is counted for each account and region on its own',
    clips(10, (given, address) => given.spec(address).record(address).live(address))
      .spec(FINAL)
      .absent(FINAL)
      .site((spec) => (spec.address === FINAL ? OTHER_SITE : undefined)),
    [
      ...Array.from({ length: 10 }, (_, index) => `keep ${clip(index)}: unfinished`),
      `create ${FINAL} (as cup-final): new spec`,
    ],
  ],
  [
    'is not taken for ever by jobs whose spec was withdrawn while they ran: they are never read again',
    clips(10, (given, address) => given.record(address, { withdrawn: '2026-11-14T23:00:00Z' }))
      .spec(FINAL)
      .absent(FINAL),
    [`create ${FINAL} (as cup-final): new spec`],
  ],
  [
    'is not taken twice by ten creates that left no job and are repeated',
    clips(10, (given, address) =>
      given.spec(address).unknown(address, { absentSince: '2026-11-15T08:55:00Z' }).absent(address),
    ),
    Array.from(
      { length: 10 },
      (_, index) =>
        `create ${clip(index)} (as clip-${index}, attempt 2): its create (attempt 1) left no job at two reads`,
    ),
  ],
  [
    'for Data Exchange is taken at the start, by type',
    Array.from({ length: 6 }, (_, index) => `DataExchangeJob/revision-${index}` as const).reduce(
      (all, address) =>
        all
          .spec(address, { request: { Type: 'EXPORT_REVISIONS_TO_S3' } })
          .record(address, { stage: 'created', id: address, request: { Type: 'EXPORT_REVISIONS_TO_S3' } }),
      world().spec(PRICES).record(PRICES, { stage: 'created', id: 'job-1' }),
    ),
    [
      `start ${PRICES}: created and recorded, not started yet`,
      ...Array.from(
        { length: 5 },
        (_, index) => `start DataExchangeJob/revision-${index}: created and recorded, not started yet`,
      ),
      'waiting DataExchangeJob/revision-5: 5 EXPORT_REVISIONS_TO_S3 are running or planned, and AWS allows 5 at once',
    ],
  ],
  [
    'a day is used up until midnight UTC',
    world()
      .spec(DISK)
      .state({ budgets: { '123456789012/importexport': { day: '2026-11-15', used: 50 } } }),
    [`waiting ${DISK}: the 50 creates that AWS allows in a day are used up [until 2026-11-16T00:00:00Z]`, DISK_ENDED],
  ],
  [
    'a day counts what this plan itself creates',
    world()
      .spec(DISK)
      .spec('ImportExportJob/archive-disk-2')
      .state({ budgets: { '123456789012/importexport': { day: '2026-11-15', used: 49 } } }),
    [
      `create ${DISK}: new spec`,
      'waiting ImportExportJob/archive-disk-2: the 50 creates that AWS allows in a day are used up [until 2026-11-16T00:00:00Z]',
      DISK_ENDED,
    ],
  ],
  [
    'of yesterday is forgotten',
    world()
      .spec(DISK)
      .state({ budgets: { '123456789012/importexport': { day: '2026-11-14', used: 50 } } }),
    [`create ${DISK}: new spec`, DISK_ENDED],
  ],
  [
    'of tomorrow, left by a clock that was ahead, still counts',
    world()
      .spec(DISK)
      .state({ budgets: { '123456789012/importexport': { day: '2026-11-16', used: 50 } } }),
    [`waiting ${DISK}: the 50 creates that AWS allows in a day are used up [until 2026-11-17T00:00:00Z]`, DISK_ENDED],
  ],
  [
    'of another account is its own',
    world()
      .spec(DISK)
      .state({ budgets: { '999999999999/importexport': { day: '2026-11-15', used: 50 } } }),
    [`create ${DISK}: new spec`, DISK_ENDED],
  ],
])

const reboots = (count: number) =>
  Array.from({ length: count }, (_, index) => `IotJob/kiosk-${index}` as const).reduce(
    (all, address) => all.spec(address).absent(address),
    world(),
  )
const rebootLines = (count: number) =>
  Array.from({ length: count }, (_, index) => `create IotJob/kiosk-${index} (as kiosk-${index}): new spec`)

/** Jobs that run, whose specs have another description now. */
const redescribed = (count: number) =>
  Array.from({ length: count }, (_, index) => `IotJob/kiosk-${String(index).padStart(2, '0')}` as const).reduce(
    (all, address) =>
      all
        .spec(address, { request: kiosks({ description: 'day', jobId: address.slice(7) }) })
        .record(address, { request: kiosks({ description: 'night', jobId: address.slice(7) }) }),
    world(),
  )
const redescribedLines = (count: number) =>
  Array.from({ length: count }, (_, index) => [
    `update IotJob/kiosk-${String(index).padStart(2, '0')}: /description changed, and AWS can apply that to the unfinished job`,
    '  /description: "night" -> "day"',
  ]).flat()

table('a plan is refused', [
  [
    'that would create more than the guard allows',
    reboots(4).with({ guards: { maxCreates: 3, maxRemovals: 10 } }),
    [...rebootLines(4), 'refused 7: this reconcile would create 4 jobs; guards.maxCreates allows 3'],
  ],
  [
    'whose passes together would create more',
    reboots(2).with({ guards: { maxCreates: 3, maxRemovals: 10 }, run: { ...FRESH_RUN, created: 2 } }),
    [
      ...rebootLines(2),
      'refused 7: this reconcile would create 2 before in this reconcile + 2 = 4 jobs; guards.maxCreates allows 3',
    ],
  ],
  [
    'because of creates for which there is no room yet, too',
    clips(12, (given, address) => given.spec(address, { policy: { allowIdentical: true } }).absent(address)).with({
      guards: { maxCreates: 11, maxRemovals: 10 },
    }),
    [
      ...creates(10),
      'waiting MediaPackageHarvestJob/clip-10: 10 harvests are running or planned, and AWS allows 10 at once',
      'waiting MediaPackageHarvestJob/clip-11: 10 harvests are running or planned, and AWS allows 10 at once',
      'refused 7: this reconcile would create 12 jobs; guards.maxCreates allows 11',
    ],
  ],
  [
    'that would withdraw more than the guard allows',
    world()
      .record(REBOOT)
      .record(FINAL)
      .with({ guards: { maxCreates: 50, maxRemovals: 1 } }),
    [
      `forget ${REBOOT}: its spec was removed; job kiosk-reboot stays as it is in AWS, its record is kept`,
      `forget ${FINAL}: its spec was removed; job cup-final stays as it is in AWS, its record is kept`,
      'refused 7: this reconcile would withdraw 2 jobs; guards.maxRemovals allows 1',
    ],
  ],
  [
    'that would update more than the guard allows',
    redescribed(2).with({ guards: { maxCreates: 50, maxRemovals: 10, maxUpdates: 1 } }),
    [...redescribedLines(2), 'refused 7: this reconcile would update 2 jobs; guards.maxUpdates allows 1'],
  ],
  [
    'whose passes together would update more',
    redescribed(2).with({
      guards: { maxCreates: 0, maxRemovals: 0, maxUpdates: 3 },
      run: { ...FRESH_RUN, updated: 2 },
    }),
    [
      ...redescribedLines(2),
      'refused 7: this reconcile would update 2 before in this reconcile + 2 = 4 jobs; guards.maxUpdates allows 3',
    ],
  ],
  [
    'that would update more than the default of a guard that is not given',
    redescribed(51).with({ guards: { maxCreates: 0, maxRemovals: 0 } }),
    [...redescribedLines(51), 'refused 7: this reconcile would update 51 jobs; guards.maxUpdates allows 50'],
  ],
  [
    'without a state',
    world().spec(REBOOT).absent(REBOOT).state(undefined),
    [
      `create ${REBOOT} (as kiosk-reboot): new spec`,
      'refused 8: there is no state, so Jobwright does not know which jobs already ran, and creates nothing',
    ],
  ],
  [
    'in a checkout behind the one that was reconciled last',
    world()
      .spec(REBOOT)
      .absent(REBOOT)
      .state({ source: { commit: 'beef'.repeat(10) } })
      .checkout({ relation: 'behind' }),
    [
      `create ${REBOOT} (as kiosk-reboot): new spec`,
      'refused 8: this checkout (c0ffee1) does not contain beefbee, which was reconciled last',
    ],
  ],
  [
    'in a checkout that has diverged',
    world()
      .record(REBOOT)
      .state({ source: { commit: 'beef'.repeat(10) } })
      .checkout({ relation: 'diverged' }),
    [
      `keep ${REBOOT}: its spec is not here, but this checkout may be older than what was reconciled last`,
      'refused 8: this checkout (c0ffee1) does not contain beefbee, which was reconciled last',
    ],
  ],
  [
    'where it is unknown',
    world()
      .state({ source: { commit: 'beef'.repeat(10) } })
      .checkout({ relation: 'unknown' }),
    ['refused 8: Jobwright cannot tell whether this checkout (c0ffee1) contains beefbee, which was reconciled last'],
  ],
  [
    'outside Git, where the state names a commit',
    reboots(1)
      .state({ source: { commit: 'beef'.repeat(10) } })
      .checkout({ git: false }),
    [
      ...rebootLines(1),
      'refused 8: this folder is in no Git repository, so Jobwright cannot tell whether its specs are newer than beefbee, which was reconciled last',
    ],
  ],
  [
    'by a clock that is a minute off',
    reboots(1).with({ clockOffsetMs: -60_001 }),
    [...rebootLines(1), "refused 4: this machine's clock is 60 s ahead of AWS's; nothing is created with it"],
  ],
])

table('a plan is not refused', [
  ['by a clock that is almost right', reboots(1).with({ clockOffsetMs: 60_000 }), rebootLines(1)],
  ['by a clock that is wrong where nothing is created', world().with({ clockOffsetMs: 999_000 }), []],
  ['at the guard', reboots(3).with({ guards: { maxCreates: 3, maxRemovals: 0 } }), rebootLines(3)],
  [
    'for forgetting nothing in particular',
    world()
      .record(REBOOT, { withdrawn: '2026-11-14T09:00:00Z' })
      .with({ guards: { maxCreates: 0, maxRemovals: 0 } }),
    [],
  ],
  ['without a state on the emulator', reboots(1).state(undefined).rules({ emulator: true }), rebootLines(1)],
  [
    'ahead of the commit that was reconciled last',
    reboots(1)
      .state({ source: { commit: 'beef'.repeat(10) } })
      .checkout({ relation: 'ahead' }),
    rebootLines(1),
  ],
  ['where the state names no commit', reboots(1).checkout({ relation: 'none' }), rebootLines(1)],
  [
    'outside Git, where a user takes the specs as they are,',
    reboots(1)
      .state({ source: { commit: 'beef'.repeat(10) } })
      .checkout({ git: false })
      .rules({ allowDirty: true }),
    rebootLines(1),
  ],
])

t.test('a refusal says what to do', async (t) => {
  const stale = (shallow: boolean) =>
    world()
      .state({ source: { commit: 'beef'.repeat(10) } })
      .checkout({ relation: 'unknown', shallow })
  const hint = (given: World, lines: string[]) => formatHint(check(t, given, lines).refusals[0]?.remedies)
  const unknown =
    'refused 8: Jobwright cannot tell whether this checkout (c0ffee1) contains beefbee, which was reconciled last'
  t.match(hint(stale(true), [unknown]), /shallow: .*git fetch --unshallow.*fetch-depth: 0/)
  t.match(hint(stale(false), [unknown]), /fetch the commit beefbee/)
  const guard = 'refused 7: this reconcile would create 2 jobs; guards.maxCreates allows 1'
  t.match(
    hint(reboots(2).with({ guards: { maxCreates: 1, maxRemovals: 1 } }), [...rebootLines(2), guard]),
    /guards.maxCreates: 2 .*--only/,
  )
})

t.test('a filter plans only what it selects, by address or label', async (t) => {
  const given = world()
    .spec(REBOOT, { labels: { show: 'none' } })
    .spec(FINAL, { labels: { show: 'cup' } })
    .blocked('IotJob/kiosk-logs', ['SPEC_ENUM'])
    .absent(REBOOT, FINAL)
  check(
    t,
    given.with({ only: (_address, labels) => labels['show'] === 'cup' }),
    `create ${FINAL} (as cup-final): new spec`,
  )
  checkNeeds(t, given, [`${FINAL}: read cup-final`])
})

const BORN = { horizon: '2026-11-15T08:00:00Z' }
const DOUBLE = 'is not on record, and matches this spec'
const MARKED = 'is not on record, and carries the mark of this very spec'
const SILENT = 'is not on record, and AWS does not show what it does: it may be this spec’s'
const job = (minute: number, facts: Partial<Live> = {}): Partial<Live> => ({
  id: `job-${minute}`,
  createdAt: `2026-11-15T08:${minute}:05Z`,
  ...facts,
})

table('a new job that AWS names, where an unclaimed job exists,', [
  [
    'is a question where that matches the spec',
    world().state(BORN).spec(PRICES).listed(PRICES, job(30)),
    [`conflict ${PRICES}: AWS Data Exchange job job-30 (IN_PROGRESS, created 2026-11-15 08:30 UTC) ${DOUBLE}`],
  ],
  [
    'is one for its next run as well',
    world()
      .state(BORN)
      .spec(PRICES, { policy: { run: 2 } })
      .record(PRICES, { id: 'job-20', ...DONE })
      .listed(PRICES, job(30), job(20)),
    [`conflict ${PRICES}: AWS Data Exchange job job-30 (IN_PROGRESS, created 2026-11-15 08:30 UTC) ${DOUBLE}`],
  ],
  [
    'is created where a user said that it is not ours',
    world()
      .state(BORN)
      .spec(PRICES)
      .state({ foreign: { 'DataExchangeJob aws/123456789012/eu-west-1 job-30': '2026-11-15T08:59:00Z' } })
      .listed(PRICES, job(30)),
    [`create ${PRICES}: new spec`],
  ],
  [
    'is created where that is older than the state by more than clocks differ',
    world().state({ horizon: '2026-11-15T08:46:00Z' }).spec(PRICES).listed(PRICES, job(30)),
    [`create ${PRICES}: new spec`],
  ],
  [
    'is created where that was never started',
    world()
      .state(BORN)
      .spec(PRICES)
      .listed(PRICES, job(30, { status: 'WAITING' })),
    [`create ${PRICES}: new spec`],
  ],
  [
    'is created where that does something else',
    world()
      .state(BORN)
      .spec(PRICES)
      .listed(PRICES, job(30, { request: { Type: 'EXPORT_ASSETS_TO_S3', Details: {} } })),
    [`create ${PRICES}: new spec`],
  ],
  [
    'is a question where AWS does not show what that does',
    world()
      .state(BORN)
      .spec(READERS)
      .listed(READERS, { id: 'job-30', createdAt: '2026-11-15T08:30:05Z', request: undefined as never }),
    [`conflict ${READERS}: Amazon Pinpoint job job-30 (IN_PROGRESS, created 2026-11-15 08:30 UTC) ${SILENT}`],
  ],
  [
    'is created where that was cancelled before it did anything that AWS could show',
    world()
      .state(BORN)
      .spec(DISK)
      .listed(DISK, { ...job(30, { status: 'Canceled' }), request: undefined as never }),
    [`create ${DISK}: new spec`, DISK_ENDED],
  ],
  [
    'is a question where that carries its own mark, whatever it does',
    world()
      .state(BORN)
      .spec(DISK)
      .listed(DISK, job(30, { marker: `kiosk-fleet ${DISK}#1.2`, request: { JobType: 'Export', Manifest: {} } })),
    [`conflict ${DISK}: AWS Import/Export job job-30 (IN_PROGRESS, created 2026-11-15 08:30 UTC) ${MARKED}`],
  ],
  [
    'is created where that carries the mark of another run, spec or state',
    world()
      .state(BORN)
      .spec(DISK)
      .record(`${DISK}-2`, { id: 'job-8', request: { JobType: 'Export' }, withdrawn: '2026-11-15T08:45:00Z' })
      .listed(
        DISK,
        job(30, { marker: `kiosk-fleet ${DISK}#11.1` }),
        job(31, { marker: `kiosk-fleet ${DISK}-2#1.1` }),
        job(32, { marker: `other-fleet ${DISK}#1.1` }),
      ),
    [`create ${DISK}: new spec`],
  ],
  [
    'is a question where that carries the mark of a removed spec without a record',
    world()
      .state(BORN)
      .spec(DISK)
      .listed(DISK, job(31, { marker: `kiosk-fleet ${DISK}-2#1.1` })),
    [`conflict ${DISK}: AWS Import/Export job job-31 (IN_PROGRESS, created 2026-11-15 08:31 UTC) ${DOUBLE}`],
  ],
  [
    'waits until AWS can be asked',
    world().state(BORN).spec(PRICES).unread(PRICES),
    [`blocked ${PRICES}: AWS could not be asked about it: AccessDeniedException: no iot:DescribeJob`],
  ],
])

t.test('a plan asks for', async (t) => {
  const held = { policy: { hold: true } }
  const cases: readonly (readonly [string, World, readonly string[]])[] = [
    ['nothing of a job that is over', world().spec(REBOOT).record(REBOOT, DONE), []],
    ['nothing of a job that is lost', world().spec(REBOOT).record(REBOOT, { lost: true }), []],
    ['nothing of a spec that is gone', world().record(REBOOT), []],
    [
      'the jobs since the state began, before the first of a job that AWS names',
      world().spec(PRICES).state({ horizon: '2026-11-01T08:00:00Z' }),
      [`${PRICES}: list of ${'a'.repeat(32)} with definition since 2026-11-01T07:45:00Z`],
    ],
    [
      'all of its jobs where the state does not say when it began',
      world().spec(READERS),
      [`${READERS}: list of newsletter with definition since 2006-01-01T00:00:00Z`],
    ],
    ['nothing of a spec that is held', world().spec(REBOOT, held), []],
    ['nothing of a harvest that waits', world().at('2026-11-14T21:00:00Z').spec(FINAL), []],
    ['nothing of a harvest that has expired', world().at('2026-12-14T21:00:00Z').spec(FINAL), []],
    ['nothing where it has no connection', world().spec(REBOOT).site(undefined), []],
    [
      'an unknown create of a job that AWS names by list, with definitions',
      world().spec(READERS).unknown(READERS),
      [`${READERS}: list of newsletter with definition since 2026-11-15T08:49:00Z`],
    ],
    ['a new job under its ID', world().spec(REBOOT), [`${REBOOT}: read kiosk-reboot with mark`]],
    [
      'the definition where it may be adopted',
      world().spec(REBOOT, { policy: { adopt: true } }),
      [`${REBOOT}: read kiosk-reboot with definition`],
    ],
    [
      'an expired harvest that may be adopted',
      world()
        .at('2026-12-14T21:00:00Z')
        .spec(FINAL, { policy: { adopt: true } }),
      [`${FINAL}: read cup-final with definition`],
    ],
    [
      'the next ID of a raised run',
      world()
        .spec(REBOOT, { policy: { run: 2 } })
        .record(REBOOT, DONE),
      [`${REBOOT}: read kiosk-reboot-r2 with mark`],
    ],
    [
      'the jobs of a new name and of a former one without a record',
      world()
        .spec(NIGHT, { formerly: 'kiosk-reboot', policy: { run: 2 } })
        .absent(NIGHT),
      [`${NIGHT}: read kiosk-night-r2 with mark`, `${REBOOT}: read kiosk-reboot-r2`],
    ],
    [
      'the job of a raised run under a former name, where the create before it is unknown',
      world()
        .spec(NIGHT, { formerly: 'kiosk-reboot', policy: { run: 2 } })
        .unknown(REBOOT),
      [`${NIGHT}: read kiosk-reboot with definition`, `${REBOOT}: read kiosk-reboot-r2`],
    ],
    [
      'a job that is to be cancelled, before it is',
      world().record(REBOOT, { onRemove: 'cancel' }),
      [`${REBOOT}: read kiosk-reboot with mark known`],
    ],
    ['a running job', world().spec(REBOOT).record(REBOOT), [`${REBOOT}: read kiosk-reboot with mark known`]],
    [
      'a running job where it is on record, wherever its target leads now',
      world().spec(REBOOT).record(REBOOT, { site: OTHER_SITE }),
      [`${REBOOT}: read kiosk-reboot in us-east-1 with mark known`],
    ],
    [
      'a running export in its project',
      world().spec(READERS).record(READERS, { id: 'job-1' }),
      [`${READERS}: read job-1 of newsletter known`],
    ],
    [
      'an unknown create of a job that the spec names, with its definition',
      world().spec(REBOOT, held).unknown(REBOOT),
      [`${REBOOT}: read kiosk-reboot with definition`],
    ],
    [
      'an unknown create of an inert kind by list',
      world().spec(PRICES).unknown(PRICES),
      [`${PRICES}: list of ${'a'.repeat(32)} since 2026-11-15T08:49:00Z`],
    ],
    [
      'jobs from when AWS’s own clock says that its first attempt may have been sent',
      world().spec(READERS).unknown(READERS, { awsAt: '2026-11-15T08:46:00Z', firstAt: '2026-11-15T08:40:00Z' }),
      [`${READERS}: list of newsletter with definition since 2026-11-15T08:39:58Z`],
    ],
    ['an unknown create whose spec is gone', world().unknown(REBOOT), [`${REBOOT}: read kiosk-reboot with definition`]],
    [
      'a moved record under its new name',
      world().spec(NIGHT, { formerly: 'kiosk-reboot' }).record(REBOOT),
      [`${NIGHT}: read kiosk-reboot with mark known`],
    ],
  ]
  for (const [name, given, expected] of cases) t.test(name, async (t) => checkNeeds(t, given, expected))
  t.test('finished and lost jobs with refresh', async (t) => {
    const given = world().spec(REBOOT).record(REBOOT, DONE).spec(FINAL).record(FINAL, { lost: true })
    checkNeeds(t, given, [`${REBOOT}: read kiosk-reboot with mark known`, `${FINAL}: read cup-final known`], {
      refresh: true,
    })
  })
})

const KNOWN = {
  createdAt: '2026-11-15T08:50:05Z',
  identity: { createdAt: '2026-11-15T08:50:05Z', source: 'read' },
} as const

t.test('what a plan writes without a call', async (t) => {
  const next = (given: World, lines: string | string[]) => check(t, given, lines).actions[0]?.next
  t.equal(
    next(world().spec(REBOOT).record(REBOOT, DONE), `keep ${REBOOT}: done 2026-11-14 23:10 UTC`),
    undefined,
    'nothing, where nothing is new',
  )
  t.equal(
    next(world().spec(REBOOT).record(REBOOT, KNOWN).live(REBOOT), `keep ${REBOOT}: unfinished`),
    undefined,
    'nor where a read shows the same',
  )
  const adopted = next(
    world()
      .spec(REBOOT, { policy: { adopt: true } })
      .live(REBOOT, { status: 'COMPLETED', finishedAt: '2026-11-15T08:59:00Z' }),
    `adopt ${REBOOT}: policy.adopt is true and the job fits the spec`,
  )
  // As it is written down: without the members that are undefined.
  t.strictSame(JSON.parse(JSON.stringify(adopted)), {
    run: 1,
    site: adopted?.site,
    stage: 'started',
    how: 'adopted',
    request: specOf(REBOOT).request,
    id: 'kiosk-reboot',
    status: 'COMPLETED',
    condition: { type: 'Succeeded' },
    ...KNOWN,
    finishedAt: '2026-11-15T08:59:00Z',
  })
  const waiting = next(
    world().spec(PRICES).unknown(PRICES).listed(PRICES, { id: 'job-1', status: 'WAITING' }),
    `adopt ${PRICES}: the answer to its create was lost (TimeoutError: socket hang up); this is the job`,
  )
  t.match(
    waiting,
    { stage: 'created', id: 'job-1', how: 'created' },
    'a job that waits is not started in the pass that finds it',
  )
  t.notHas(waiting, 'intent')
  t.match(
    next(
      world().record(REBOOT),
      `forget ${REBOOT}: its spec was removed; job kiosk-reboot stays as it is in AWS, its record is kept`,
    ),
    {
      withdrawn: '2026-11-15T09:00:00Z',
    },
  )
  const back = next(
    world()
      .spec(REBOOT)
      .record(REBOOT, { ...DONE, withdrawn: '2026-11-14T09:00:00Z' }),
    `keep ${REBOOT}: done 2026-11-14 23:10 UTC`,
  )
  t.ok(back)
  t.notHas(back, 'withdrawn')
  const gone = { ...DONE, withdrawn: '2026-11-14T09:00:00Z' }
  const again = { policy: { run: 2, hold: true } }
  const held = next(world().spec(REBOOT, again).record(REBOOT, gone), `held ${REBOOT}: policy.hold is true`)
  t.match(held, { run: 1, id: 'kiosk-reboot' }, 'a spec that is back, raised and held')
  t.notHas(held, 'withdrawn')
  const renamed = next(
    world()
      .spec(NIGHT, { ...again, formerly: 'kiosk-reboot' })
      .record(REBOOT, gone),
    `held ${NIGHT} (was ${REBOOT}): policy.hold is true`,
  )
  t.match(renamed, { run: 1, id: 'kiosk-reboot' }, 'and one under a new name')
  t.notHas(renamed, 'withdrawn')
})

t.test('a retired kind is told until the state has a job or a schedule of it', async (t) => {
  check(t, world().spec(DISK), [`create ${DISK}: new spec`, DISK_ENDED])
  const other = `${DISK}-2` as const
  check(t, world().spec(DISK).record(other, { id: 'job-8', withdrawn: '2026-11-15T08:45:00Z' }), [
    `create ${DISK}: new spec`,
  ])
  check(t, world().spec(DISK).spec(REBOOT).record(REBOOT), [
    `create ${DISK}: new spec`,
    `keep ${REBOOT}: unfinished`,
    DISK_ENDED,
  ])
})
