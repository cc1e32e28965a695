import type { Condition } from '../../model/condition.ts'
import { getValue, type JsonObject, omitMembers } from '../../model/json.ts'
import type { Finding, KindModel, Timing } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import { advise } from '../../model/remedy.ts'
import { dropEmpty, fillMembers, parseInstant, toInstant } from '../normal.ts'
import { describeUnknownStatus } from '../unknown-status.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The longest startover window of an origin endpoint (MediaPackage user guide, live-to-VOD requirements). */
const STARTOVER_MAX = 14 * DAY

/** MediaPackage harvest jobs turn part of a live stream into a VOD asset. */
export const mediapackageHarvestJob: KindModel = {
  kind: 'MediaPackageHarvestJob',
  service: 'mediapackage',
  title: 'AWS Elemental MediaPackage CreateHarvestJob',
  serviceName: 'AWS Elemental MediaPackage',
  identity: {
    recovery: { is: 'id' },
    idMember: 'Id',
    unique: {
      member: '/S3Destination/ManifestKey',
      severity: 'warning',
      key: (request) => {
        const [bucket, key] = [
          getValue(request, '/S3Destination/BucketName'),
          getValue(request, '/S3Destination/ManifestKey'),
        ]
        return typeof bucket === 'string' && typeof key === 'string' ? `${bucket}/${key}` : undefined
      },
      consequence: 'the later recording replaces the other',
    },
    scope: () => undefined,
  },
  api: {
    operations: { create: 'CreateHarvestJob', describe: 'DescribeHarvestJob', list: 'ListHarvestJobs' },
    errors: {
      // Bad input, and probably also a duplicate Id, which has no error of its own. Jobwright reads the Id to distinguish them.
      UnprocessableEntityException: 'exists',
      ForbiddenException: 'auth',
      NotFoundException: 'not-found',
      TooManyRequestsException: 'throttle',
      InternalServerErrorException: 'outage',
      ServiceUnavailableException: 'outage',
    },
    listing: { returns: 'job', page: 1000, newestFirst: false },
    partitions: ['aws', 'aws-iso', 'aws-iso-b'],
    // No page of one harvest job is documented.
    console: (region) => `mediapackage/home?region=${region}`,
    // From the SDKs' table of endpoints. New live services use MediaPackage v2, so no region will be added.
    regions: [
      'ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-4',
      'ca-central-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2',
      'us-west-1 us-west-2 us-iso-east-1 us-isob-east-1',
    ].flatMap((line) => line.split(' ')),
  },
  lifecycle: {
    steps: ['create'],
    statuses: ['IN_PROGRESS', 'SUCCEEDED', 'FAILED'],
    retentionDays: 90,
    condition: judgeCondition,
    stageOf: () => 'started',
    timing: computeTiming,
  },
  limits: {
    // 5 requests a second for the whole REST API, 10 harvests at once (MediaPackage user guide, quotas).
    lanes: { '*': { perSecond: 5 } },
    slot: () => ({ key: 'harvests', max: 10, step: 'create' }),
  },
  permissions: {
    plan: ['mediapackage:DescribeHarvestJob', 'mediapackage:ListHarvestJobs'],
    reconcile: ['mediapackage:CreateHarvestJob', 'iam:PassRole'],
  },
  request: {
    secrets: [],
    documents: [],
    shown: ['/OriginEndpointId', '/StartTime', '/EndTime', '/S3Destination/BucketName', '/S3Destination/ManifestKey'],
    // IAM allows passing a role to the service only within one account.
    arns: [{ member: '/S3Destination/RoleArn', agrees: ['partition', 'account'] }],
    normalise: (request) =>
      fillMembers(omitMembers(request, 'Id'), {
        StartTime: toInstant(request['StartTime']),
        EndTime: toInstant(request['EndTime']),
      }),
    toInput: (request, { id }) => fillMembers({ Id: null, ...request }, { Id: id ?? request['Id'] }),
    comparable: (request) => omitMembers(request, 'Id'),
    toSpec: ({ request }) => request && { request: dropEmpty(request), omitted: [] },
    check,
  },
}

function judgeCondition(live: Live): Condition {
  switch (live.status) {
    case 'IN_PROGRESS':
      return { type: 'InProgress' }
    case 'SUCCEEDED':
      return { type: 'Succeeded' }
    case 'FAILED':
      // The API gives no reason; only the job's EventBridge event has it.
      return { type: 'Failed', reason: 'HarvestFailed', message: 'AWS gives the reason only in its EventBridge event' }
    default:
      return describeUnknownStatus(live)
  }
}

function check(request: JsonObject): Finding[] {
  const length = parseInstant(request['EndTime']) - parseInstant(request['StartTime'])
  if (length <= 0) {
    return [
      {
        pointer: '/EndTime',
        code: 'SPEC_WINDOW_ORDER',
        message: `EndTime ${String(request['EndTime'])} is not after StartTime ${String(request['StartTime'])}`,
        remedies: [advise('EndTime has to be later than StartTime')],
      },
    ]
  }
  if (length > DAY) {
    return [
      {
        pointer: '/EndTime',
        code: 'SPEC_WINDOW_LENGTH',
        message: `the window is ${Math.round((length / HOUR) * 10) / 10} hours long`,
        remedies: [advise('MediaPackage harvests at most 24 hours in one job; write several specs')],
      },
    ]
  }
  return []
}

/** A time as ISO 8601; undefined if a date cannot hold it. */
function toIso(ms: number): string | undefined {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function computeTiming(request: JsonObject, now: number): Timing {
  const [start, end] = [parseInstant(request['StartTime']), parseInstant(request['EndTime'])]
  if (now - start > STARTOVER_MAX) {
    return {
      is: 'expired',
      reason: `StartTime ${String(request['StartTime'])} is more than 14 days ago, and an endpoint keeps at most 14 days for startover`,
      remedies: [advise('withdraw the spec, or write a window that the endpoint still holds')],
    }
  }
  const expires = toIso(start + STARTOVER_MAX)
  if (end > now) {
    return {
      is: 'waiting',
      reason: 'its window has not ended yet',
      until: new Date(end).toISOString(),
      expires,
    }
  }
  return { is: 'ready', expires }
}
