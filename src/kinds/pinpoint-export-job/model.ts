import type { Condition } from '../../model/condition.ts'
import { getValue } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import { describeUnknownStatus } from '../unknown-status.ts'
import { tallyPieces } from './tally.ts'

const RUNNING = ['PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'PENDING_JOB', 'COMPLETING', 'FAILING']

/** Pinpoint export jobs copy the endpoints of a project or segment to S3. */
export const pinpointExportJob: KindModel = {
  kind: 'PinpointExportJob',
  service: 'pinpoint',
  title: 'Amazon Pinpoint CreateExportJob',
  serviceName: 'Amazon Pinpoint',
  retired: 'Amazon ended support for Pinpoint on 2026-10-30; the API may refuse new export jobs',
  identity: {
    // The S3 prefix is the only member that a caller can make unique and that a list returns.
    recovery: { is: 'match', marker: (request) => String(getValue(request, '/ExportJobRequest/S3UrlPrefix') ?? '') },
    unique: {
      member: '/ExportJobRequest/S3UrlPrefix',
      severity: 'error',
      key: (request) => {
        const prefix = getValue(request, '/ExportJobRequest/S3UrlPrefix')
        if (typeof prefix !== 'string') return undefined
        return `${String(request['ApplicationId'])} ${prefix.replace(/(?<!\/)\/+$/, '')}`
      },
      consequence: 'their files mix, and after a lost response nothing would distinguish the jobs',
    },
    scope: (request) => {
      const application = request['ApplicationId']
      return typeof application === 'string' ? application : undefined
    },
  },
  api: {
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
    listing: { returns: 'job', page: 100, newestFirst: false, within: 'ApplicationId' },
    // Its console was closed with the service.
    partitions: ['aws', 'aws-us-gov'],
    // From the SDKs' table of endpoints. The service is closed, so no region will be added.
    regions: [
      'ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1',
      'eu-west-1 eu-west-2 us-east-1 us-east-2 us-west-2 us-gov-west-1',
    ].flatMap((line) => line.split(' ')),
  },
  lifecycle: {
    steps: ['create'],
    statuses: ['CREATED', ...RUNNING, 'COMPLETED', 'FAILED'],
    condition: judgeCondition,
    stageOf: () => 'started',
    tally: tallyPieces,
    timing: () => ({ is: 'ready' }),
  },
  limits: {
    // 300 a second for operations without a quota of their own (Pinpoint developer guide, quotas).
    lanes: { '*': { perSecond: 300 } },
    slot: () => undefined,
  },
  permissions: {
    plan: ['mobiletargeting:GetExportJob', 'mobiletargeting:GetExportJobs'],
    reconcile: ['mobiletargeting:CreateExportJob', 'iam:PassRole'],
  },
  request: {
    secrets: [],
    documents: [],
    shown: ['/ApplicationId', '/ExportJobRequest/SegmentId', '/ExportJobRequest/S3UrlPrefix'],
    // IAM allows passing a role to the service only within one account.
    arns: [{ member: '/ExportJobRequest/RoleArn', agrees: ['partition', 'account'] }],
    normalise: (request) => request,
    toInput: (request) => request,
    comparable: (request) => request,
    toSpec: ({ request }) => request && { request, omitted: [] },
    // The schema already covers the rules between members.
    check: () => [],
  },
}

function judgeCondition(live: Live): Condition {
  if (live.status === 'CREATED') return { type: 'Pending' }
  if (RUNNING.includes(live.status))
    return { type: 'InProgress', reason: live.status === 'FAILING' ? 'Failing' : undefined }
  if (live.status === 'COMPLETED') {
    const failures = live.counts?.['failures'] ?? 0
    if (failures === 0) return { type: 'Succeeded' }
    return { type: 'Failed', reason: 'EndpointsFailed', message: `${failures} endpoints could not be exported` }
  }
  if (live.status === 'FAILED') return { type: 'Failed', reason: 'ExportFailed' }
  return describeUnknownStatus(live)
}
