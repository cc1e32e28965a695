import t from 'tap'
import { getModel, MODELS } from '../../src/kinds/index.ts'
import { parseInstant } from '../../src/kinds/normal.ts'
import { isTerminal } from '../../src/model/condition.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { KindModel } from '../../src/model/kind.ts'
import type { Live } from '../../src/model/live.ts'
import { formatTally } from '../../src/report/tally-text.ts'

const NOW = Date.parse('2026-11-15T09:00:00Z')
const iot = getModel('IotJob')
const harvest = getModel('MediaPackageHarvestJob')
const exchange = getModel('DataExchangeJob')
const pinpoint = getModel('PinpointExportJob')
const disk = getModel('ImportExportJob')

t.test('every kind', async (t) => {
  t.same(
    MODELS.map(({ kind, retired, identity: { recovery, idMember }, lifecycle: { steps } }) => [
      kind,
      recovery.is,
      idMember ?? 'AWS',
      steps.join('+'),
      retired ? 'retired' : 'current',
    ]),
    [
      ['DataExchangeJob', 'inert', 'AWS', 'create+start', 'current'],
      ['ImportExportJob', 'match', 'AWS', 'create', 'retired'],
      ['IotJob', 'id', 'jobId', 'create', 'current'],
      ['MediaPackageHarvestJob', 'id', 'Id', 'create', 'current'],
      ['PinpointExportJob', 'match', 'AWS', 'create', 'retired'],
    ],
    'says who names its jobs and how a lost answer is brought to light',
  )
  t.throws(() => getModel('TranscodeJob'), { message: 'no kind TranscodeJob' })
  for (const model of MODELS) {
    t.equal(
      model.lifecycle.steps.includes('start'),
      model.api.operations.start !== undefined,
      `${model.kind} starts by an operation of its own or not at all`,
    )
    t.equal(
      model.identity.recovery.is === 'id',
      model.identity.idMember !== undefined,
      `${model.kind} is found by ID exactly where its caller names it`,
    )
    t.match(
      model.lifecycle.condition({ id: 'x', status: 'BRAND_NEW' }, { maxFailedPercent: 0 }),
      {
        type: 'Unknown',
        reason: 'UnknownStatus',
        message: 'AWS reports "BRAND_NEW", which this version does not know',
      },
      `${model.kind} keeps a status word that it does not know`,
    )
    t.equal(model.lifecycle.condition({ id: 'x', status: '' }, { maxFailedPercent: 0 }).type, 'Unknown')
    for (const strange of [{}, { Details: null }, { document: 7, targets: null }, { Manifest: [] }] as JsonObject[]) {
      t.same(
        model.request.normalise(model.request.normalise(strange)),
        model.request.normalise(strange),
        `${model.kind} normalises once`,
      )
      t.doesNotThrow(() => [
        model.request.comparable(strange),
        model.request.check(strange),
        model.limits.slot(strange),
        model.lifecycle.timing(strange, NOW),
        model.identity.scope(strange),
      ])
    }
  }
})

t.test('the condition follows from the status and the counts', async (t) => {
  const cases: readonly (readonly [KindModel, Omit<Live, 'id'>, string, string?])[] = [
    [iot, { status: 'SCHEDULED' }, 'Pending', 'Scheduled'],
    [iot, { status: 'IN_PROGRESS' }, 'InProgress'],
    [iot, { status: 'IN_PROGRESS', steady: true }, 'InProgress', 'RolledOut'],
    [iot, { status: 'COMPLETED' }, 'Succeeded'],
    [iot, { status: 'COMPLETED', counts: { succeeded: 118 } }, 'Succeeded'],
    [iot, { status: 'COMPLETED', counts: { succeeded: 117, failed: 1 } }, 'Failed', 'ThingsFailed'],
    [iot, { status: 'COMPLETED', counts: { rejected: 1 } }, 'Failed', 'ThingsFailed'],
    [iot, { status: 'COMPLETED', counts: { timedOut: 1 } }, 'Failed', 'ThingsFailed'],
    [iot, { status: 'COMPLETED', counts: { removed: 1 } }, 'Failed', 'ThingsFailed'],
    [iot, { status: 'COMPLETED', counts: { canceled: 1 } }, 'Failed', 'ThingsFailed'],
    [iot, { status: 'CANCELED' }, 'Cancelled', 'Canceled'],
    [iot, { status: 'CANCELED', reason: 'ABORT_RULE' }, 'Cancelled', 'ABORT_RULE'],
    [iot, { status: 'DELETION_IN_PROGRESS' }, 'Cancelled', 'DeletionInProgress'],
    [iot, { status: 'QUEUED' }, 'Unknown', 'UnknownStatus'],
    [harvest, { status: 'IN_PROGRESS' }, 'InProgress'],
    [harvest, { status: 'SUCCEEDED' }, 'Succeeded'],
    [harvest, { status: 'FAILED' }, 'Failed', 'HarvestFailed'],
    [harvest, { status: 'COMPLETED' }, 'Unknown', 'UnknownStatus'],
    [exchange, { status: 'WAITING' }, 'Pending', 'WaitingToStart'],
    [exchange, { status: 'IN_PROGRESS' }, 'InProgress'],
    [exchange, { status: 'COMPLETED' }, 'Succeeded'],
    [exchange, { status: 'ERROR' }, 'Failed', 'Error'],
    [exchange, { status: 'ERROR', reason: 'MALWARE_DETECTED' }, 'Failed', 'MALWARE_DETECTED'],
    [exchange, { status: 'CANCELLED' }, 'Cancelled'],
    [exchange, { status: 'CANCELED' }, 'Unknown', 'UnknownStatus'],
    [exchange, { status: 'TIMED_OUT', reason: 'X' }, 'Failed', 'TimedOut'],
    [pinpoint, { status: 'CREATED' }, 'Pending'],
    [pinpoint, { status: 'PREPARING_FOR_INITIALIZATION' }, 'InProgress'],
    [pinpoint, { status: 'INITIALIZING' }, 'InProgress'],
    [pinpoint, { status: 'PROCESSING' }, 'InProgress'],
    [pinpoint, { status: 'PENDING_JOB' }, 'InProgress'],
    [pinpoint, { status: 'COMPLETING' }, 'InProgress'],
    [pinpoint, { status: 'FAILING' }, 'InProgress', 'Failing'],
    [pinpoint, { status: 'COMPLETED' }, 'Succeeded'],
    [pinpoint, { status: 'COMPLETED', counts: { failures: 0 } }, 'Succeeded'],
    [pinpoint, { status: 'COMPLETED', counts: { failures: 3 } }, 'Failed', 'EndpointsFailed'],
    [pinpoint, { status: 'FAILED' }, 'Failed', 'ExportFailed'],
    [disk, { status: 'Pending' }, 'Pending'],
    [disk, { status: 'InProgress' }, 'InProgress'],
    [disk, { status: 'Started' }, 'InProgress'],
    [disk, { status: 'Complete' }, 'Succeeded'],
    [disk, { status: 'Success' }, 'Succeeded'],
    [disk, { status: 'SuccessWithErrors', counts: { errors: 2 } }, 'Failed', 'SuccessWithErrors'],
    [disk, { status: 'Canceled' }, 'Cancelled'],
    [disk, { status: 'Expired' }, 'Failed', 'Expired'],
    ...[
      'DeviceError',
      'InvalidSignature',
      'MissingSignature',
      'MissingDevice',
      'UnsupportedDeviceType',
      'UnsupportedFileFormat',
      'UnsupportedPowerSupply',
    ].map((status) => [disk, { status }, 'Failed', status] as const),
    [disk, { status: 'pending' }, 'Unknown', 'UnknownStatus'],
  ]
  for (const [model, live, type, reason] of cases) {
    const condition = model.lifecycle.condition({ id: 'x', ...live }, { maxFailedPercent: 0 })
    const name = `${model.kind} ${live.status}${live.counts ? ` ${JSON.stringify(live.counts)}` : ''}`
    t.strictSame([condition.type, condition.reason], [type, reason], name)
    t.equal(isTerminal(condition), ['Succeeded', 'Failed', 'Cancelled'].includes(type), `${name}: over or not`)
  }
})

t.test('exactly the declared status words of a kind have a condition', async (t) => {
  for (const {
    kind,
    lifecycle: { statuses, condition },
  } of MODELS) {
    for (const status of statuses)
      t.not(condition({ id: 'x', status }, { maxFailedPercent: 0 }).type, 'Unknown', `${kind}: ${status}`)
    t.equal(condition({ id: 'x', status: 'RESTING' }, { maxFailedPercent: 0 }).type, 'Unknown', kind)
    t.equal(new Set(statuses).size, statuses.length, kind)
  }
})

t.test('a condition says in words what a person must know', async (t) => {
  const words = (model: KindModel, live: Omit<Live, 'id'>) =>
    model.lifecycle.condition({ id: 'x', ...live }, { maxFailedPercent: 0 }).message
  t.equal(
    words(iot, { status: 'COMPLETED', counts: { succeeded: 117, failed: 2, timedOut: 1 } }),
    '3 of 120 things did not succeed',
  )
  t.equal(words(iot, { status: 'CANCELED', message: 'power cut' }), 'power cut')
  t.equal(words(exchange, { status: 'ERROR', message: 'no such bucket' }), 'no such bucket')
  t.match(words(harvest, { status: 'FAILED' }), /EventBridge/)
  t.equal(words(pinpoint, { status: 'COMPLETED', counts: { failures: 3 } }), '3 endpoints could not be exported')
  t.match(words(disk, { status: 'SuccessWithErrors' }), /^some files failed/)
  t.match(words(disk, { status: 'SuccessWithErrors', counts: { errors: 2 } }), /^2 files failed/)
  t.equal(words(disk, { status: 'Pending', message: 'not received' }), 'not received')
})

t.test('policy.success sets how many things may fail', async (t) => {
  const cases: readonly (readonly [failed: number, succeeded: number, percent: number, type: string])[] = [
    [0, 0, 0, 'Succeeded'],
    [1, 99, 0, 'Failed'],
    [1, 99, 1, 'Succeeded'],
    [2, 98, 1, 'Failed'],
    [1, 0, 99, 'Failed'],
    [1, 0, 100, 'Succeeded'],
  ]
  for (const [failed, succeeded, maxFailedPercent, type] of cases) {
    const live = { id: 'x', status: 'COMPLETED', counts: { failed, succeeded } }
    t.equal(
      iot.lifecycle.condition(live, { maxFailedPercent }).type,
      type,
      `${failed} failed, ${succeeded} did not, ${maxFailedPercent} % may`,
    )
  }
})

t.test('rules between fields', async (t) => {
  const role = { presignedUrlConfig: { roleArn: 'arn:aws:iam::123456789012:role/urls' } }
  const url = '${aws:iot:s3-presigned-url-v2:https://s3.eu-west-1.amazonaws.com/firmware/7}'
  const retries = (...list: readonly (readonly [string, number])[]) => ({
    jobExecutionsRetryConfig: {
      criteriaList: list.map(([failureType, numberOfRetries]) => ({ failureType, numberOfRetries })),
    },
  })
  const timeout = { timeoutConfig: { inProgressTimeoutInMinutes: 30 } }
  const schedule = (startTime: string, endTime: string) => ({ schedulingConfig: { startTime, endTime } })
  const window = (StartTime: string, EndTime: string) => ({ StartTime, EndTime })
  const managed = 'arn:aws:iot:eu-west-1::jobtemplate/AWS-Reboot:1.0'
  const factor = (incrementFactor: number) => ({ jobExecutionsRolloutConfig: { exponentialRate: { incrementFactor } } })
  const percentages = (...all: number[]) => ({
    abortConfig: { criteriaList: all.map((thresholdPercentage) => ({ thresholdPercentage })) },
  })
  const assets = (...keys: (string | undefined)[]) => ({
    Details: {
      ExportAssetsToS3: {
        AssetDestinations: keys.map((Key) => ({ Bucket: 'b', ...(Key === undefined ? {} : { Key }) })),
      },
    },
  })
  const pattern = (KeyPattern: string) => ({
    Details: { ExportRevisionsToS3: { RevisionDestinations: [{ KeyPattern }] } },
  })
  const from = (country: string, customs?: JsonObject) => ({
    Manifest: { returnAddress: { country }, ...(customs ? { customs } : {}) },
  })
  const customs = {
    dataDescription: 'match recordings',
    encryptedData: 'no',
    exportCertifierName: 'Alex Kim',
    requiresExportLicense: 'no',
    deviceValue: '200.00',
    deviceCountryOfOrigin: 'Malaysia',
    deviceType: 'disk',
    typeOfExport: 'return',
  }
  const cases: readonly (readonly [string, KindModel, JsonObject, readonly string[]])[] = [
    ['a document as a mapping', iot, { document: { operation: 'reboot' } }, []],
    ['a document as JSON text', iot, { document: '{}' }, []],
    ['a document that is no JSON', iot, { document: 'reboot' }, ['/document SPEC_DOCUMENT_NOT_JSON']],
    ['an empty document', iot, { document: '' }, ['/document SPEC_DOCUMENT_NOT_JSON']],
    ['a presigned URL without a role', iot, { document: { url } }, ['/document SPEC_PRESIGNED_ROLE']],
    ['a presigned URL with a role', iot, { document: { url }, ...role }, []],
    ['parameters with a template', iot, { documentParameters: { a: 'b' }, jobTemplateArn: managed }, []],
    [
      "parameters with a template of one's own",
      iot,
      { documentParameters: { a: 'b' }, jobTemplateArn: 'arn:aws:iot:eu-west-1:123456789012:jobtemplate/reboot' },
      ['/documentParameters SPEC_TEMPLATE_PARAMETERS'],
    ],
    ['a presigned URL whose role a template may bring', iot, { document: { url }, jobTemplateArn: managed }, []],
    ['a document of 32,768 bytes', iot, { document: { a: 'x'.repeat(32_768 - 8) } }, []],
    ['a document of one byte more', iot, { document: { a: 'x'.repeat(32_768 - 7) } }, ['/document SPEC_DOCUMENT_SIZE']],
    [
      'a document that is longer in UTF-8',
      iot,
      { document: JSON.stringify('é'.repeat(16_384)) },
      ['/document SPEC_DOCUMENT_SIZE'],
    ],
    ['one retry rule for all', iot, retries(['ALL', 10]), []],
    [
      'two retry rules for the same failures',
      iot,
      retries(['FAILED', 1], ['FAILED', 2]),
      ['/jobExecutionsRetryConfig/criteriaList/1 SPEC_RETRIES_OVERLAP'],
    ],
    [
      'a retry rule for all beside another',
      iot,
      retries(['ALL', 1], ['FAILED', 2]),
      ['/jobExecutionsRetryConfig/criteriaList/1 SPEC_RETRIES_OVERLAP'],
    ],
    [
      'retries of time-outs that a template may set',
      iot,
      { ...retries(['TIMED_OUT', 1]), jobTemplateArn: managed },
      [],
    ],
    ['a factor with one digit', iot, factor(1.5), []],
    [
      'a factor with two digits',
      iot,
      factor(1.25),
      ['/jobExecutionsRolloutConfig/exponentialRate/incrementFactor SPEC_DECIMALS'],
    ],
    ['percentages with two digits', iot, percentages(12.34, 0.07, 99.99), []],
    [
      'a percentage with three digits',
      iot,
      percentages(50, 33.333),
      ['/abortConfig/criteriaList/1/thresholdPercentage SPEC_DECIMALS'],
    ],
    ['tags', iot, { tags: [{ Key: 'a' }, { Key: 'A' }] }, []],
    ['a tag twice', iot, { tags: [{ Key: 'a' }, { Key: 'b' }, { Key: 'a' }] }, ['/tags/2/Key SPEC_TAG_KEY']],
    ["a tag of AWS's own", iot, { tags: [{ Key: 'AWS:a' }] }, ['/tags/0/Key SPEC_TAG_KEY']],
    ['a roll-out of two years', iot, schedule('2027-12-01 02:00', '2029-12-01 02:00'), []],
    [
      'a roll-out of more than two years',
      iot,
      schedule('2026-12-01 02:00', '2028-12-02 02:00'),
      ['/schedulingConfig/endTime SPEC_SCHEDULE_WINDOW'],
    ],
    [
      'a roll-out on days that do not exist',
      iot,
      schedule('2027-02-29 02:00', '2027-04-31 02:00'),
      ['/schedulingConfig/startTime SPEC_NO_SUCH_DAY', '/schedulingConfig/endTime SPEC_NO_SUCH_DAY'],
    ],
    ['a roll-out on a leap day', iot, schedule('2028-02-29 02:00', '2028-02-29T03:00+00:00'), []],
    ['ten retries', iot, { ...retries(['FAILED', 6], ['TIMED_OUT', 4]), ...timeout }, []],
    [
      'eleven retries',
      iot,
      { ...retries(['FAILED', 6], ['TIMED_OUT', 5]), ...timeout },
      ['/jobExecutionsRetryConfig/criteriaList SPEC_RETRIES_TOTAL'],
    ],
    [
      'retries of what never happens',
      iot,
      retries(['FAILED', 1], ['TIMED_OUT', 1]),
      ['/jobExecutionsRetryConfig/criteriaList/1 SPEC_RETRY_TIMEOUT'],
    ],
    ['a roll-out of 30 minutes', iot, schedule('2026-12-01 02:00', '2026-12-01 02:30'), []],
    [
      'a roll-out of 29 minutes',
      iot,
      schedule('2026-12-01 02:00', '2026-12-01 02:29'),
      ['/schedulingConfig/endTime SPEC_SCHEDULE_WINDOW'],
    ],
    [
      'a roll-out that ends before it begins by its offsets',
      iot,
      schedule('2026-12-01T02:00Z', '2026-12-01T02:45+01:00'),
      ['/schedulingConfig/endTime SPEC_SCHEDULE_WINDOW'],
    ],
    ['a roll-out without an end', iot, { schedulingConfig: { startTime: '2026-12-01 02:00' } }, []],
    ['a harvest of a day', harvest, window('2026-11-14T00:00:00Z', '2026-11-15T00:00:00Z'), []],
    [
      'a harvest of more than a day',
      harvest,
      window('2026-11-14T00:00:00Z', '2026-11-15T00:00:01Z'),
      ['/EndTime SPEC_WINDOW_LENGTH'],
    ],
    [
      'a harvest that ends as it begins',
      harvest,
      window('2026-11-14T01:00:00+01:00', '2026-11-14T00:00:00Z'),
      ['/EndTime SPEC_WINDOW_ORDER'],
    ],
    ['a harvest in seconds', harvest, window('1794685500', '1794685499'), ['/EndTime SPEC_WINDOW_ORDER']],
    [
      'tags of assets',
      exchange,
      { AssetConfiguration: { Tags: ['team', 'aws:a', 'team'].map((Key) => ({ Key, Value: '' })) } },
      ['/AssetConfiguration/Tags/1/Key SPEC_TAG_KEY', '/AssetConfiguration/Tags/2/Key SPEC_TAG_KEY'],
    ],
    ['an export without tags', exchange, { Type: 'EXPORT_ASSETS_TO_S3' }, []],
    ['assets with keys of their own', exchange, assets('a', 'b', undefined, undefined), []],
    [
      'two assets with one key',
      exchange,
      assets('a', 'b', 'a'),
      ['/Details/ExportAssetsToS3/AssetDestinations/2/Key SPEC_SAME_OBJECT'],
    ],
    ['a pattern of known references', exchange, pattern('${Revision.CreatedAt.Month}/${Asset.Name}'), []],
    ['a pattern with the data set', exchange, pattern('${DataSet.Id}/${DataSet.Name}/${Asset.Id}'), []],
    [
      'a pattern with another reference',
      exchange,
      pattern('${Asset.Name}/${DataSet.Year}'),
      ['/Details/ExportRevisionsToS3/RevisionDestinations/0/KeyPattern SPEC_KEY_PATTERN'],
    ],
    ['an addendum', disk, { ManifestAddendum: 'x' }, ['/ManifestAddendum SPEC_INTERNAL_MEMBER']],
    ['a plain manifest', disk, { Manifest: {} }, []],
    ['a long log prefix', disk, { Manifest: { logPrefix: 'x'.repeat(1008) } }, []],
    [
      'a log prefix that is too long',
      disk,
      { Manifest: { logPrefix: 'é'.repeat(505) } },
      ['/Manifest/logPrefix SPEC_LOG_PREFIX'],
    ],
    ...['USA', 'U.S.', 'united states', 'Ireland', 'de'].map(
      (country) => [`a disk from ${country}`, disk, from(country), []] as const,
    ),
    ...['Norway', 'UK', 'Georgia', 'Niger'].map(
      (country) =>
        [`a disk from ${country}`, disk, from(country), ['/Manifest/returnAddress/country SPEC_CUSTOMS']] as const,
    ),
    ['a disk with all that the customs ask', disk, from('Norway', customs), []],
    [
      'an encrypted disk without its class',
      disk,
      from('Norway', { ...customs, encryptedData: 'yes' }),
      ['/Manifest/customs SPEC_CUSTOMS'],
    ],
    ['a disk with an empty customs form', disk, from('USA', {}), ['/Manifest/customs SPEC_CUSTOMS']],
  ]
  for (const [name, model, request, expected] of cases) {
    const found = model.request.check(request)
    t.same(
      found.map(({ pointer, code }) => `${pointer} ${code}`),
      expected,
      name,
    )
    t.ok(
      found.every(({ message, remedies }) => message !== '' && remedies.length > 0),
      `${name}: what is wrong and what to do`,
    )
  }
})

t.test('time rules', async (t) => {
  const window = (StartTime: string, EndTime: string) => ({ StartTime, EndTime })
  const cases: readonly (readonly [string, KindModel, JsonObject, string, string?])[] = [
    ['a harvest whose window has just ended', harvest, window('2026-11-15T08:00:00Z', '2026-11-15T09:00:00Z'), 'ready'],
    [
      'a harvest whose window is about to end',
      harvest,
      window('2026-11-15T08:00:00Z', '2026-11-15T09:00:01Z'),
      'waiting',
      '2026-11-15T09:00:01.000Z',
    ],
    [
      'a harvest that begins tomorrow',
      harvest,
      window('2026-11-16T08:00:00Z', '2026-11-16T09:00:00+01:00'),
      'waiting',
      '2026-11-16T08:00:00.000Z',
    ],
    ['a harvest from 14 days ago', harvest, window('2026-11-01T09:00:00Z', '2026-11-01T10:00:00Z'), 'ready'],
    [
      'a harvest from more than 14 days ago',
      harvest,
      window('2026-11-01T08:59:59Z', '2026-11-01T10:00:00Z'),
      'expired',
    ],
    ['a harvest in seconds', harvest, window('1794700000', '1794733201'), 'waiting', '2026-11-15T09:00:01.000Z'],
    ['a harvest at no time that a date can hold', harvest, window('1', '99999999999999999'), 'expired'],
    ['an IoT job without a schedule', iot, {}, 'ready'],
    ['an IoT job that starts in 30 minutes', iot, { schedulingConfig: { startTime: '2026-11-15 09:30' } }, 'ready'],
    ['an IoT job that starts in 29 minutes', iot, { schedulingConfig: { startTime: '2026-11-15T09:29' } }, 'expired'],
    [
      'an IoT job that has started elsewhere by its offset',
      iot,
      { schedulingConfig: { startTime: '2026-11-15T10:00+01:00' } },
      'expired',
    ],
    [
      'an IoT job that starts later by its offset',
      iot,
      { schedulingConfig: { startTime: '2026-11-15T09:00-01:00' } },
      'ready',
    ],
    ['an IoT job that ends in 29 minutes', iot, { schedulingConfig: { endTime: '2026-11-15 09:29' } }, 'expired'],
    [
      'an IoT job that starts in more than a year',
      iot,
      { schedulingConfig: { startTime: '2027-11-15 09:01' } },
      'waiting',
      '2026-11-15T09:01:00.000Z',
    ],
    [
      'an IoT job that ends in more than two years',
      iot,
      { schedulingConfig: { startTime: '2027-11-16 09:00', endTime: '2028-11-15 09:00' } },
      'waiting',
      '2026-11-16T09:00:00.000Z',
    ],
    ['an IoT job in maintenance windows', iot, { schedulingConfig: { maintenanceWindows: [] } }, 'ready'],
    ['an export of assets', exchange, { Type: 'EXPORT_ASSETS_TO_S3' }, 'ready'],
    ['an export of endpoints', pinpoint, {}, 'ready'],
    ['a disk', disk, {}, 'ready'],
  ]
  for (const [name, model, request, when, until] of cases) {
    const timing = model.lifecycle.timing(request, NOW)
    t.equal(timing.is, when, name)
    t.equal('until' in timing ? timing.until : undefined, until, `${name}: until`)
    if (timing.is === 'expired') t.ok(timing.remedies.length > 0, `${name}: what to do`)
  }
})

t.test('a request with a time limit says how long it is valid', async (t) => {
  const expires = (model: KindModel, request: JsonObject) => {
    const timing = model.lifecycle.timing(request, NOW)
    return 'expires' in timing ? timing.expires : undefined
  }
  const schedule = (startTime: string, endTime?: string) => ({
    schedulingConfig: { startTime, ...(endTime === undefined ? {} : { endTime }) },
  })
  t.equal(expires(iot, {}), undefined)
  t.equal(expires(iot, schedule('2026-11-15 09:30')), '2026-11-15T09:00:00.000Z')
  t.equal(expires(iot, schedule('2026-12-01 02:00', '2026-12-02 02:00')), '2026-12-01T01:30:00.000Z')
  t.equal(expires(iot, { schedulingConfig: { endTime: '2026-12-02 02:00' } }), '2026-12-02T01:30:00.000Z')
  t.equal(expires(iot, schedule('2028-01-01 00:00')), '2027-12-31T23:30:00.000Z')
  const window = { StartTime: '2026-11-10T08:00:00Z', EndTime: '2026-11-10T09:00:00Z' }
  t.equal(expires(harvest, window), '2026-11-24T08:00:00.000Z')
  t.equal(
    expires(harvest, { ...window, EndTime: '2026-11-16T09:00:00Z' }),
    '2026-11-24T08:00:00.000Z',
    'while it waits',
  )
  for (const model of [exchange, pinpoint, disk]) t.equal(expires(model, {}), undefined, `${model.kind} knows no time`)
})

t.test('slots for running jobs', async (t) => {
  t.strictSame(harvest.limits.slot({}), { key: 'harvests', max: 10, step: 'create' })
  for (const model of [iot, pinpoint, disk])
    t.equal(model.limits.slot({}), undefined, `${model.kind} has no cap that is known`)
  const caps: Record<string, number | undefined> = {
    IMPORT_ASSETS_FROM_S3: 10,
    IMPORT_ASSET_FROM_SIGNED_URL: 10,
    EXPORT_ASSETS_TO_S3: 10,
    EXPORT_ASSET_TO_SIGNED_URL: 10,
    EXPORT_REVISIONS_TO_S3: 5,
    IMPORT_ASSET_FROM_API_GATEWAY_API: 10,
    IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: 10,
    CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: undefined,
    IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: undefined,
    constructor: undefined,
  }
  for (const [Type, max] of Object.entries(caps)) {
    t.strictSame(exchange.limits.slot({ Type }), max && { key: Type, max, step: 'start' }, Type)
  }
})

t.test('parameters of list calls', async (t) => {
  t.equal(exchange.identity.scope({ Details: { ExportAssetsToS3: { DataSetId: 'd' } } }), 'd')
  t.equal(exchange.identity.scope({ Details: {} }), undefined)
  t.equal(pinpoint.identity.scope({ ApplicationId: 'newsletter' }), 'newsletter')
  t.equal(pinpoint.identity.scope({ ApplicationId: 7 }), undefined)
  for (const model of [iot, harvest, disk]) t.equal(model.identity.scope({ ApplicationId: 'x' }), undefined, model.kind)
})

t.test('a marker identifies one attempt', async (t) => {
  t.equal(
    disk.identity.recovery.is === 'match' && disk.identity.recovery.marker({}, 'ImportExportJob/disk#1.2'),
    'ImportExportJob/disk#1.2',
  )
  const request = { ExportJobRequest: { S3UrlPrefix: 's3://newsletter/readers/' } }
  t.equal(
    pinpoint.identity.recovery.is === 'match' && pinpoint.identity.recovery.marker(request, 'x'),
    's3://newsletter/readers/',
  )
})

t.test('a comparison leaves out what AWS never returns', async (t) => {
  const cases: readonly (readonly [string, KindModel, JsonObject, JsonObject])[] = [
    ['IoT: ID and tags', iot, { jobId: 'x', tags: [], description: 'd' }, { description: 'd' }],
    ['a harvest: its ID', harvest, { Id: 'x', StartTime: 's' }, { StartTime: 's' }],
    [
      'Data Exchange: the API key',
      exchange,
      { Details: { ImportAssetFromApiGatewayApi: { ApiKey: { $env: 'KEY' }, Stage: 'v1' } } },
      { Details: { ImportAssetFromApiGatewayApi: { Stage: 'v1' } } },
    ],
    ['an export of endpoints: all of it', pinpoint, { ApplicationId: 'a' }, { ApplicationId: 'a' }],
    [
      'a disk: secrets, and what is ours',
      disk,
      {
        ValidateOnly: true,
        APIVersion: '1',
        Manifest: { generator: 'g', pinCode: { $env: 'P' }, trueCryptPassword: 't', accessKeyId: 'a', bucket: 'b' },
      },
      { Manifest: { bucket: 'b' } },
    ],
  ]
  for (const [name, model, request, expected] of cases) t.strictSame(model.request.comparable(request), expected, name)
})

t.test('a request is normalised by defaults, sets and instants', async (t) => {
  const rollout = { jobExecutionsRolloutConfig: { maximumPerMinute: 1000 }, targetSelection: 'SNAPSHOT' }
  const cases: readonly (readonly [string, KindModel, JsonObject, JsonObject])[] = [
    ['IoT: defaults, without the ID', iot, { jobId: 'x' }, rollout],
    [
      'IoT: sets',
      iot,
      { targets: ['b', 'a'], destinationPackageVersions: ['2', '1'] },
      { ...rollout, targets: ['a', 'b'], destinationPackageVersions: ['1', '2'] },
    ],
    [
      'IoT: a rate of its own',
      iot,
      { jobExecutionsRolloutConfig: { maximumPerMinute: 5 } },
      { ...rollout, jobExecutionsRolloutConfig: { maximumPerMinute: 5 } },
    ],
    [
      'IoT: a template decides what is left out',
      iot,
      { jobTemplateArn: 'arn:x' },
      { jobTemplateArn: 'arn:x', targetSelection: 'SNAPSHOT' },
    ],
    ['IoT: a document is its JSON', iot, { document: '{ "b": 1, "a": 2 }' }, { ...rollout, document: '{"a":2,"b":1}' }],
    [
      'IoT: a digest stays one',
      iot,
      { document: { $digest: 'sha256:0' } },
      { ...rollout, document: { $digest: 'sha256:0' } },
    ],
    ['IoT: a document that is no JSON stays text', iot, { document: 'reboot' }, { ...rollout, document: 'reboot' }],
    [
      'IoT: a schedule is UTC unless it says otherwise',
      iot,
      { schedulingConfig: { startTime: '2026-12-01 02:00', endTime: '2026-12-01T04:00+01:00', endBehavior: 'CANCEL' } },
      {
        ...rollout,
        schedulingConfig: {
          startTime: '2026-12-01T02:00:00.000Z',
          endTime: '2026-12-01T03:00:00.000Z',
          endBehavior: 'CANCEL',
        },
      },
    ],
    [
      'a harvest: instants',
      harvest,
      { Id: 'x', StartTime: '2026-11-14T20:45:00+01:00', EndTime: '1794693600' },
      { StartTime: '2026-11-14T19:45:00.000Z', EndTime: '2026-11-14T22:00:00.000Z' },
    ],
    [
      'a harvest: what is no time stays as it is',
      harvest,
      { StartTime: 'soon', EndTime: '99999999999999999' },
      { StartTime: 'soon', EndTime: '99999999999999999' },
    ],
    [
      'Data Exchange: destinations are a set',
      exchange,
      { Details: { ExportAssetsToS3: { AssetDestinations: [{ AssetId: 'b' }, { AssetId: 'a' }] } } },
      { Details: { ExportAssetsToS3: { AssetDestinations: [{ AssetId: 'a' }, { AssetId: 'b' }] } } },
    ],
    [
      'a disk: scalars are text',
      disk,
      { Manifest: { eraseDevice: true, operations: [{ limit: 7, note: null }], generator: 'g' } },
      {
        Manifest: { eraseDevice: 'true', operations: [{ limit: '7', note: '' }] },
      },
    ],
  ]
  for (const [name, model, request, expected] of cases) {
    t.strictSame(model.request.normalise(request), expected, name)
    t.strictSame(model.request.normalise(model.request.normalise(request)), expected, `${name}: once and for all`)
  }
})

t.test('instants', async (t) => {
  const cases: readonly (readonly [string | number | null | undefined, number])[] = [
    ['2026-11-14T19:45:00Z', 1794685500000],
    ['2026-11-14T20:45:00.000+01:00', 1794685500000],
    ['1794685500', 1794685500000],
    [1794685500, 1794685500000],
    ['1794685500.5', 1794685500500],
    ['', Number.NaN],
    ['soon', Number.NaN],
    [1e300, Number.NaN],
    [null, Number.NaN],
    [undefined, Number.NaN],
  ]
  for (const [value, ms] of cases) t.ok(Object.is(parseInstant(value), ms), String(value))
})

t.test('what a job counts is told in words', async (t) => {
  const told = (model: KindModel, counts: Record<string, number>) => formatTally(model.lifecycle.tally?.(counts))
  t.equal(
    told(iot, { succeeded: 7, failed: 1, inProgress: 1, rejected: 0 }),
    '7 of 9 devices succeeded, 1 failed, 1 in progress',
  )
  t.equal(told(iot, { queued: 1 }), '0 of 1 device succeeded, 1 queued')
  t.equal(told(iot, { succeeded: 0 }), '')
  const ends = { failed: 1, rejected: 2, timedOut: 3, canceled: 4, removed: 5 }
  t.match(iot.lifecycle.tally?.(ends), { whole: { total: 15, ended: 15, succeeded: 0 } })
  t.equal(
    told(pinpoint, { completedPieces: 4, totalPieces: 4, processed: 1000 }),
    '4 of 4 pieces succeeded, 1000 endpoints processed',
  )
  t.equal(told(pinpoint, { failures: 3 }), '3 endpoints failed')
  t.equal(told(disk, { errors: 5 }), '5 files failed')
  t.equal(told(disk, { errors: 0 }), '')
  t.equal(told(harvest, { any: 5 }), '')
})
