import type { Condition } from '../../model/condition.ts'
import { at, isObject, type Json, type JsonObject, without } from '../../model/json.ts'
import type { Live } from '../../model/live.ts'
import type { Policy } from '../../model/spec.ts'
import { documentText, isDigest } from '../../model/written.ts'
import type { Finding, KindModel, Timing } from '../kind.ts'
import { asSet, withMembers } from '../normal.ts'
import { unknownStatus } from '../unknown-status.ts'
import { updating } from './updating.ts'

const MINUTE = 60_000
/** A scheduled start or end has to be at least this far ahead (IoT API reference, SchedulingConfig). */
const LEAD = 30 * MINUTE

/** AWS IoT jobs: a document that is sent to things and thing groups. */
export const iotJob: KindModel = {
  kind: 'IotJob',
  service: 'iot',
  title: 'AWS IoT CreateJob',
  recovery: { by: 'id' },
  idMember: 'jobId',
  steps: ['create'],
  // 10 calls a second for each job operation (Service Quotas, AWS IoT Device Management).
  lanes: { '*': { perSecond: 10 } },
  slot: () => undefined,
  operations: { create: 'CreateJob', describe: 'DescribeJob', list: 'ListJobs' },
  errors: {
    InvalidRequestException: 'bad-request',
    ResourceNotFoundException: 'not-found',
    ResourceAlreadyExistsException: 'exists',
    InvalidStateTransitionException: 'conflict',
    VersionConflictException: 'conflict',
    // A quota (HTTP 410), although SDKs retry it as if it were a throttle.
    LimitExceededException: 'quota',
    ServiceUnavailableException: 'outage',
  },
  retentionDays: 730,
  listing: { tells: 'status', page: 250, newestFirst: false },
  secrets: [],
  documents: ['/document'],
  actions: {
    plan: ['iot:ListJobs', 'iot:DescribeJob', 'iot:GetJobDocument'],
    reconcile: [
      'iot:CreateJob',
      'iot:UpdateJob',
      'iot:AssociateTargetsWithJob',
      'iot:CancelJob',
      'iot:TagResource',
      'iot:UntagResource',
    ],
  },
  scope: () => undefined,
  normalise,
  // Tags are never part of DescribeJob; the document is, through GetJobDocument.
  comparable: (request) => without(request, 'jobId', 'tags'),
  condition,
  check,
  updating,
  cancelling: { operation: 'CancelJob', refusal: () => undefined },
  timing,
}

function normalise(request: JsonObject): JsonObject {
  const presigned = request['presignedUrlConfig']
  const document = request['document']
  const rollout = request['jobExecutionsRolloutConfig']
  const schedule = request['schedulingConfig']
  return withMembers(without(request, 'jobId'), {
    targets: asSet(request['targets']),
    tags: asSet(request['tags']),
    destinationPackageVersions: asSet(request['destinationPackageVersions']),
    // Defaults of the API: SNAPSHOT, and 3600 seconds for presigned URLs.
    targetSelection: request['targetSelection'] ?? 'SNAPSHOT',
    presignedUrlConfig: isObject(presigned) ? { expiresInSec: 3600, ...presigned } : presigned,
    // 1000 things a minute (IoT developer guide, job limits), where no template says otherwise.
    jobExecutionsRolloutConfig:
      request['jobTemplateArn'] === undefined ? { maximumPerMinute: 1000, ...(isObject(rollout) && rollout) } : rollout,
    schedulingConfig: isObject(schedule)
      ? withMembers(schedule, {
          startTime: asSchedule(schedule['startTime']),
          endTime: asSchedule(schedule['endTime']),
        })
      : schedule,
    document: document === undefined || isDigest(document) ? document : documentText(document),
  })
}

function condition(live: Live, policy: Pick<Policy, 'maxFailedPercent'>): Condition {
  switch (live.status) {
    case 'SCHEDULED':
      return { type: 'Pending', reason: 'Scheduled' }
    case 'IN_PROGRESS':
      return { type: 'InProgress', ...(live.steady && { reason: 'RolledOut' }) }
    case 'COMPLETED':
      return completed(live, policy)
    case 'CANCELED':
      return { type: 'Cancelled', reason: live.reason ?? 'Canceled', ...(live.message && { message: live.message }) }
    case 'DELETION_IN_PROGRESS':
      return { type: 'Cancelled', reason: 'DeletionInProgress' }
    default:
      return unknownStatus(live)
  }
}

/** COMPLETED says that every thing has ended, not that any of them succeeded: the counts decide. */
function completed(live: Live, policy: Pick<Policy, 'maxFailedPercent'>): Condition {
  const count = (name: string): number => live.counts?.[name] ?? 0
  const bad = count('failed') + count('rejected') + count('timedOut') + count('removed') + count('canceled')
  const all = bad + count('succeeded')
  if (bad === 0 || (bad / all) * 100 <= policy.maxFailedPercent) return { type: 'Succeeded' }
  return { type: 'Failed', reason: 'ThingsFailed', message: `${bad} of ${all} things did not succeed` }
}

function check(request: JsonObject): Finding[] {
  return [...checkDocument(request), ...checkRetries(request), ...checkSchedule(request)]
}

function checkDocument(request: JsonObject): Finding[] {
  const document = request['document']
  const findings: Finding[] = []
  if (typeof document === 'string' && !isJson(document)) {
    findings.push({
      pointer: '/document',
      code: 'SPEC_DOCUMENT_NOT_JSON',
      message: 'document is text, but not JSON',
      hint: 'write it as a YAML mapping, or mend the JSON text',
    })
  }
  const text = document === undefined ? '' : documentText(document)
  if (text.includes('${aws:iot:s3-presigned-url') && typeof at(request, '/presignedUrlConfig/roleArn') !== 'string') {
    findings.push({
      pointer: '/document',
      code: 'SPEC_PRESIGNED_ROLE',
      message: 'the document asks for presigned S3 URLs, but presignedUrlConfig.roleArn is missing',
      hint: 'add presignedUrlConfig.roleArn: the role that AWS IoT assumes to sign the URLs',
    })
  }
  if (request['documentParameters'] !== undefined && request['jobTemplateArn'] === undefined) {
    findings.push({
      pointer: '/documentParameters',
      code: 'SPEC_TEMPLATE_MISSING',
      message: 'documentParameters fills a managed template, but jobTemplateArn is missing',
      hint: 'add jobTemplateArn, or remove documentParameters',
    })
  }
  return findings
}

function checkRetries(request: JsonObject): Finding[] {
  const list = at(request, '/jobExecutionsRetryConfig/criteriaList')
  if (!Array.isArray(list)) return []
  const total = list.reduce<number>((sum, one: Json) => sum + Number(at(one, '/numberOfRetries') ?? 0), 0)
  const findings: Finding[] = []
  if (total > 10) {
    findings.push({
      pointer: '/jobExecutionsRetryConfig/criteriaList',
      code: 'SPEC_RETRIES_TOTAL',
      message: `the retries of all criteria add up to ${total}`,
      hint: 'AWS IoT allows 10 in total',
    })
  }
  const timed = list.findIndex((one: Json) => at(one, '/failureType') === 'TIMED_OUT')
  if (timed >= 0 && request['timeoutConfig'] === undefined) {
    findings.push({
      pointer: `/jobExecutionsRetryConfig/criteriaList/${timed}`,
      code: 'SPEC_RETRY_TIMEOUT',
      message: 'retries on TIMED_OUT never happen without timeoutConfig',
      hint: 'add timeoutConfig.inProgressTimeoutInMinutes, or remove the criterion',
    })
  }
  return findings
}

function checkSchedule(request: JsonObject): Finding[] {
  const start = scheduled(at(request, '/schedulingConfig/startTime'))
  const end = scheduled(at(request, '/schedulingConfig/endTime'))
  if (Number.isNaN(start) || Number.isNaN(end) || end - start >= LEAD) return []
  return [
    {
      pointer: '/schedulingConfig/endTime',
      code: 'SPEC_SCHEDULE_WINDOW',
      message: 'endTime is less than 30 minutes after startTime',
      hint: 'AWS IoT asks for 30 minutes to 2 years between them',
    },
  ]
}

/** A start time that has come too near, or is past, can never be submitted: AWS asks for 30 minutes. */
function timing(request: JsonObject, now: number): Timing {
  for (const member of ['startTime', 'endTime']) {
    const text = at(request, `/schedulingConfig/${member}`)
    const time = scheduled(text)
    if (!Number.isNaN(time) && time - now < LEAD) {
      return {
        when: 'expired',
        reason: `schedulingConfig.${member} ${String(text)} is less than 30 minutes ahead`,
        hint: `write a later ${member}, or withdraw the spec`,
      }
    }
  }
  return { when: 'ready' }
}

/** Epoch milliseconds of `YYYY-MM-DD HH:MM`, which AWS IoT reads as UTC, or of a time with an offset; NaN for anything else. */
function scheduled(value: Json | undefined): number {
  const form = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?$/
  const parts = typeof value === 'string' ? form.exec(value) : null
  return parts ? Date.parse(`${parts[1]}T${parts[2]}${parts[3] ?? 'Z'}`) : Number.NaN
}

function asSchedule(value: Json | undefined): Json | undefined {
  const ms = scheduled(value)
  return Number.isNaN(ms) ? value : new Date(ms).toISOString()
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
