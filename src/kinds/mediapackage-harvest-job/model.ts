import type { Condition } from '../../model/condition.ts'
import { type JsonObject, without } from '../../model/json.ts'
import type { Live } from '../../model/live.ts'
import type { Finding, KindModel, Timing } from '../kind.ts'
import { asInstant, instant, withMembers } from '../normal.ts'
import { unknownStatus } from '../unknown-status.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The longest startover window that an origin endpoint can have (MediaPackage user guide, live-to-VOD requirements). */
const STARTOVER_MAX = 14 * DAY

/** MediaPackage harvest jobs: a stretch of a live stream becomes a VOD asset. */
export const mediapackageHarvestJob: KindModel = {
  kind: 'MediaPackageHarvestJob',
  service: 'mediapackage',
  title: 'AWS Elemental MediaPackage CreateHarvestJob',
  recovery: { by: 'id' },
  idMember: 'Id',
  steps: ['create'],
  // 5 requests a second for the whole REST API, 10 harvests at once (MediaPackage user guide, quotas).
  lanes: { '*': { perSecond: 5 } },
  slot: () => ({ key: 'harvests', max: 10, step: 'create' }),
  operations: { create: 'CreateHarvestJob', describe: 'DescribeHarvestJob', list: 'ListHarvestJobs' },
  errors: {
    // Bad input, and most likely also a repeated Id, for which no error is modelled: a read of the Id tells the two apart.
    UnprocessableEntityException: 'exists',
    ForbiddenException: 'auth',
    NotFoundException: 'not-found',
    TooManyRequestsException: 'throttle',
    InternalServerErrorException: 'outage',
    ServiceUnavailableException: 'outage',
  },
  retentionDays: 90,
  listing: { tells: 'job', page: 1000, newestFirst: false },
  secrets: [],
  documents: [],
  actions: {
    plan: ['mediapackage:DescribeHarvestJob', 'mediapackage:ListHarvestJobs'],
    reconcile: ['mediapackage:CreateHarvestJob', 'iam:PassRole'],
  },
  scope: () => undefined,
  normalise: (request) =>
    withMembers(without(request, 'Id'), {
      StartTime: asInstant(request['StartTime']),
      EndTime: asInstant(request['EndTime']),
    }),
  comparable: (request) => without(request, 'Id'),
  condition,
  check,
  timing,
}

function condition(live: Live): Condition {
  switch (live.status) {
    case 'IN_PROGRESS':
      return { type: 'InProgress' }
    case 'SUCCEEDED':
      return { type: 'Succeeded' }
    case 'FAILED':
      // The API gives no reason; it is only in the EventBridge event of the job.
      return { type: 'Failed', reason: 'HarvestFailed', message: 'AWS gives the reason only in its EventBridge event' }
    default:
      return unknownStatus(live)
  }
}

function check(request: JsonObject): Finding[] {
  const length = instant(request['EndTime']) - instant(request['StartTime'])
  if (length <= 0) {
    return [
      {
        pointer: '/EndTime',
        code: 'SPEC_WINDOW_ORDER',
        message: `EndTime ${String(request['EndTime'])} is not after StartTime ${String(request['StartTime'])}`,
        hint: 'EndTime has to be later than StartTime',
      },
    ]
  }
  if (length > DAY) {
    return [
      {
        pointer: '/EndTime',
        code: 'SPEC_WINDOW_LENGTH',
        message: `the window is ${Math.round((length / HOUR) * 10) / 10} hours long`,
        hint: 'MediaPackage harvests at most 24 hours in one job; write several specs',
      },
    ]
  }
  return []
}

function timing(request: JsonObject, now: number): Timing {
  const [start, end] = [instant(request['StartTime']), instant(request['EndTime'])]
  if (now - start > STARTOVER_MAX) {
    return {
      when: 'expired',
      reason: `StartTime ${String(request['StartTime'])} is more than 14 days ago, and an endpoint keeps at most 14 days for startover`,
      hint: 'withdraw the spec, or write a window that the endpoint still holds',
    }
  }
  if (end > now) {
    return { when: 'waiting', reason: 'its window has not ended yet', until: new Date(end).toISOString() }
  }
  return { when: 'ready' }
}
