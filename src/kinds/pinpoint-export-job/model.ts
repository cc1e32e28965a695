import type { Condition } from '../../model/condition.ts'
import { at, type JsonObject } from '../../model/json.ts'
import type { Live } from '../../model/live.ts'
import type { Finding, KindModel } from '../kind.ts'
import { unknownStatus } from '../unknown-status.ts'

/** Pinpoint export jobs: the endpoints of a project or segment go to S3. */
export const pinpointExportJob: KindModel = {
  kind: 'PinpointExportJob',
  service: 'pinpoint',
  title: 'Amazon Pinpoint CreateExportJob',
  retired: 'Amazon ended support for Pinpoint on 2026-10-30; the API may refuse new export jobs',
  // The S3 prefix is the only member that a caller can make unique and that a list gives back.
  recovery: { by: 'match', marker: (request) => String(at(request, '/ExportJobRequest/S3UrlPrefix') ?? '') },
  steps: ['create'],
  // 300 a second for operations without a quota of their own (Pinpoint developer guide, quotas).
  lanes: { '*': { perSecond: 300 } },
  slot: () => undefined,
  operations: { create: 'CreateExportJob', describe: 'GetExportJob', list: 'GetExportJobs' },
  errors: {
    BadRequestException: 'bad-request',
    ForbiddenException: 'auth',
    NotFoundException: 'not-found',
    MethodNotAllowedException: 'bad-request',
    PayloadTooLargeException: 'bad-request',
    TooManyRequestsException: 'throttle',
    InternalServerErrorException: 'outage',
  },
  listing: { tells: 'job', page: 100, newestFirst: false },
  secrets: [],
  documents: [],
  actions: {
    plan: ['mobiletargeting:GetExportJob', 'mobiletargeting:GetExportJobs'],
    reconcile: ['mobiletargeting:CreateExportJob', 'iam:PassRole'],
  },
  scope: (request) => {
    const application = request['ApplicationId']
    return typeof application === 'string' ? application : undefined
  },
  normalise: (request) => request,
  comparable: (request) => request,
  condition,
  check,
  timing: () => ({ when: 'ready' }),
}

const RUNNING = new Set([
  'PREPARING_FOR_INITIALIZATION',
  'INITIALIZING',
  'PROCESSING',
  'PENDING_JOB',
  'COMPLETING',
  'FAILING',
])

function condition(live: Live): Condition {
  if (live.status === 'CREATED') return { type: 'Pending' }
  if (RUNNING.has(live.status)) return { type: 'InProgress', ...(live.status === 'FAILING' && { reason: 'Failing' }) }
  if (live.status === 'COMPLETED') {
    const failures = live.counts?.['failures'] ?? 0
    if (failures === 0) return { type: 'Succeeded' }
    return { type: 'Failed', reason: 'EndpointsFailed', message: `${failures} endpoints could not be exported` }
  }
  if (live.status === 'FAILED') return { type: 'Failed', reason: 'ExportFailed' }
  return unknownStatus(live)
}

function check(request: JsonObject): Finding[] {
  const job = at(request, '/ExportJobRequest')
  if (at(job, '/SegmentVersion') === undefined || at(job, '/SegmentId') !== undefined) return []
  return [
    {
      pointer: '/ExportJobRequest/SegmentVersion',
      code: 'SPEC_SEGMENT_MISSING',
      message: 'SegmentVersion means nothing without SegmentId',
      hint: 'add SegmentId, or remove SegmentVersion to export every endpoint of the project',
    },
  ]
}
