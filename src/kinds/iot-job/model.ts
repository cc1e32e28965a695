import { MARK_TAG } from '../../model/attempt-name.ts'
import type { Condition } from '../../model/condition.ts'
import { formatIso } from '../../model/iso.ts'
import { getValue, isObject, type Json, type JsonObject, omitMembers } from '../../model/json.ts'
import type { ExportedRequest, KindModel, Timing } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import { advise } from '../../model/remedy.ts'
import type { Policy } from '../../model/spec.ts'
import { formatDocument, isDigest } from '../../model/write-documents.ts'
import { dropEmpty, fillMembers, toSet } from '../normal.ts'
import { describeUnknownStatus } from '../unknown-status.ts'
import { check } from './rules.ts'
import { MIN_LEAD_MS, parseScheduled } from './schedule.ts'
import { listFailedDevices, tallyDevices } from './tally.ts'
import { chooseUpdates, SETTINGS } from './updating.ts'

const DAY = 86_400_000
/** How far ahead a schedule may begin and end (IoT API reference, SchedulingConfig). */
const AHEAD_MAX = { startTime: 365 * DAY, endTime: 730 * DAY }

/** A CONTINUOUS job that has reached all its targets keeps running for things that join them. */
const STEADY = { reason: 'RolledOut', words: 'rolled out' }

/** AWS IoT jobs send a document to things and thing groups. */
export const iotJob: KindModel = {
  kind: 'IotJob',
  service: 'iot',
  title: 'AWS IoT CreateJob',
  serviceName: 'AWS IoT',
  identity: {
    recovery: { is: 'id' },
    idMember: 'jobId',
    tagged: '/tags',
    scope: () => undefined,
    identify: (request) => omitMembers(normalise(request), ...SETTINGS, 'tags'),
  },
  api: {
    operations: { create: 'CreateJob', describe: 'DescribeJob', list: 'ListJobs' },
    errors: {
      InvalidRequestException: 'bad-request',
      ResourceNotFoundException: 'not-found',
      ResourceAlreadyExistsException: 'exists',
      InvalidStateTransitionException: 'conflict',
      VersionConflictException: 'conflict',
      // A quota error (HTTP 410), although SDKs retry it like a throttle.
      LimitExceededException: 'quota',
      ServiceUnavailableException: 'outage',
    },
    listing: { returns: 'status', page: 250, newestFirst: false },
    partitions: ['aws', 'aws-cn', 'aws-us-gov'],
    // The page of all jobs (IoT developer guide, job management by the console).
    console: (region) => `iot/home?region=${region}#/jobhub`,
  },
  lifecycle: {
    steps: ['create'],
    statuses: ['SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'CANCELED', 'DELETION_IN_PROGRESS'],
    retentionDays: 730,
    condition: judgeCondition,
    stageOf: () => 'started',
    tally: tallyDevices,
    listFailures: listFailedDevices,
    steady: STEADY,
    updating: chooseUpdates,
    // DescribeJob returns no tags.
    unseenUpdates: ['TagResource', 'UntagResource'],
    cancelling: { operation: 'CancelJob', refusal: () => undefined },
    startsAt: (request) => {
      const start = parseScheduled(getValue(request, '/schedulingConfig/startTime'))
      return Number.isNaN(start) ? undefined : formatIso(start)
    },
    timing: computeTiming,
  },
  limits: {
    // 10 calls a second for each job operation (Service Quotas, AWS IoT Device Management). Reads of tags have their
    // own lane: if a policy denies them, other calls must not stop.
    lanes: { '*': { perSecond: 10 }, ListTagsForResource: { perSecond: 10 } },
    slot: () => undefined,
  },
  permissions: {
    plan: ['iot:ListJobs', 'iot:DescribeJob', 'iot:GetJobDocument', 'iot:ListTagsForResource'],
    reconcile: [
      'iot:CreateJob',
      'iot:UpdateJob',
      'iot:AssociateTargetsWithJob',
      'iot:CancelJob',
      'iot:TagResource',
      'iot:UntagResource',
      // For the role that signs download links.
      'iam:PassRole',
    ],
  },
  request: {
    secrets: [],
    documents: ['/document'],
    shown: [
      '/targets',
      '/document',
      '/documentSource',
      '/jobTemplateArn',
      '/documentParameters',
      '/targetSelection',
      '/schedulingConfig',
    ],
    // Things, groups, templates and packages belong to one account and region. AWS's own templates name no account.
    arns: [
      { member: '/targets/*', agrees: ['partition', 'region', 'account'] },
      { member: '/presignedUrlConfig/roleArn', agrees: ['partition', 'account'] },
      { member: '/jobTemplateArn', agrees: ['partition', 'region', 'account'] },
      { member: '/destinationPackageVersions/*', agrees: ['partition', 'region', 'account'] },
    ],
    normalise,
    toInput,
    // DescribeJob never returns tags. GetJobDocument returns the document.
    comparable: (request) => omitMembers(request, 'jobId', 'tags'),
    toSpec,
    // The times of a roll-out, in UTC.
    writeTime: (ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' '),
    check,
  },
}

function normalise(request: JsonObject): JsonObject {
  const presigned = request['presignedUrlConfig']
  const document = request['document']
  const rollout = request['jobExecutionsRolloutConfig']
  const schedule = request['schedulingConfig']
  return fillMembers(omitMembers(request, 'jobId'), {
    targets: toSet(request['targets']),
    tags: toSet(request['tags']),
    destinationPackageVersions: toSet(request['destinationPackageVersions']),
    // The API's defaults: SNAPSHOT, and 3600 seconds for presigned URLs.
    targetSelection: request['targetSelection'] ?? 'SNAPSHOT',
    presignedUrlConfig: isObject(presigned) ? { expiresInSec: 3600, ...presigned } : presigned,
    // 1000 things a minute (IoT developer guide, job limits), unless a template sets another rate.
    jobExecutionsRolloutConfig:
      request['jobTemplateArn'] === undefined ? { maximumPerMinute: 1000, ...(isObject(rollout) && rollout) } : rollout,
    schedulingConfig: isObject(schedule)
      ? fillMembers(schedule, {
          startTime: toSchedule(schedule['startTime']),
          endTime: toSchedule(schedule['endTime']),
        })
      : schedule,
    document: document === undefined || isDigest(document) ? document : formatDocument(document),
  })
}

/** A document written as a mapping is sent as JSON text. Our mark joins the spec's tags. */
function toInput(request: JsonObject, { id, marker }: { readonly id?: string; readonly marker?: string }): JsonObject {
  const { document, tags } = request
  const all = Array.isArray(tags) ? (tags as Json[]) : []
  const named = id ?? request['jobId']
  return fillMembers(
    { ...(named !== undefined && { jobId: named }), ...request },
    {
      jobId: named,
      document: isObject(document) ? JSON.stringify(document) : document,
      tags: marker === undefined ? tags : [...all, { Key: MARK_TAG, Value: marker }],
    },
  )
}

/** AWS reports a template or an S3 source as such, and the document as the resulting text. */
function toSpec({ request }: Live): ExportedRequest | undefined {
  if (!request) return undefined
  const hasOther = request['documentSource'] !== undefined || request['jobTemplateArn'] !== undefined
  const known = dropEmpty(hasOther ? omitMembers(request, 'document') : request)
  const { document } = known
  return {
    request: typeof document === 'string' ? { ...known, document: toMapping(document) } : known,
    omitted: [{ pointer: '/tags', why: 'AWS returns the tags of a job from another call' }],
  }
}

/**
 * Parses JSON text to its mapping. Other text stays as it is, and so does JSON whose mapping would lose digits or mean
 * a file.
 */
function toMapping(text: string): Json {
  const numbers = text.replaceAll(/"(?:[^"\\]|\\.)*"?/g, '').match(/-?\d[\d.eE+-]*/g) ?? []
  if (numbers.some((number) => String(Number(number)) !== number)) return text
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) && !('$file' in value) && !('$env' in value) ? value : text
  } catch {
    return text
  }
}

function judgeCondition(live: Live, policy: Pick<Policy, 'maxFailedPercent'>): Condition {
  switch (live.status) {
    case 'SCHEDULED':
      return { type: 'Pending', reason: 'Scheduled' }
    case 'IN_PROGRESS':
      return { type: 'InProgress', reason: live.steady ? STEADY.reason : undefined }
    case 'COMPLETED':
      return judgeCompleted(live, policy)
    case 'CANCELED':
      return { type: 'Cancelled', reason: live.reason ?? 'Canceled', message: live.message || undefined }
    case 'DELETION_IN_PROGRESS':
      return { type: 'Cancelled', reason: 'DeletionInProgress' }
    default:
      return describeUnknownStatus(live)
  }
}

/** COMPLETED means that every thing has ended, not that any succeeded. The counts decide. */
function judgeCompleted(live: Live, policy: Pick<Policy, 'maxFailedPercent'>): Condition {
  const count = (name: string): number => live.counts?.[name] ?? 0
  const bad = count('failed') + count('rejected') + count('timedOut') + count('removed') + count('canceled')
  const all = bad + count('succeeded')
  if (bad === 0 || (bad / all) * 100 <= policy.maxFailedPercent) return { type: 'Succeeded' }
  return { type: 'Failed', reason: 'ThingsFailed', message: `${bad} of ${all} things did not succeed` }
}

/** A schedule that is too near or in the past can never be submitted. One too far ahead can be submitted later. */
function computeTiming(request: JsonObject, now: number): Timing {
  const times = ['startTime', 'endTime'].flatMap((member) => {
    const text = getValue(request, `/schedulingConfig/${member}`)
    const time = parseScheduled(text)
    return Number.isNaN(time) ? [] : [{ member, text: String(text), time }]
  })
  if (times.length === 0) return { is: 'ready' }
  const near = times.find(({ time }) => time - now < MIN_LEAD_MS)
  if (near) {
    return {
      is: 'expired',
      reason: `schedulingConfig.${near.member} ${near.text} is less than 30 minutes ahead`,
      remedies: [advise(`write a later ${near.member}, or withdraw the spec`)],
    }
  }
  const expires = new Date(Math.min(...times.map(({ time }) => time)) - MIN_LEAD_MS).toISOString()
  const far = times.find(({ member, time }) => time - now > AHEAD_MAX[member as 'startTime' | 'endTime'])
  if (!far) return { is: 'ready', expires }
  const opens = Math.max(...times.map(({ member, time }) => time - AHEAD_MAX[member as 'startTime' | 'endTime']))
  return {
    is: 'waiting',
    reason: `schedulingConfig.${far.member} ${far.text} is more than ${far.member === 'startTime' ? 'a year' : 'two years'} ahead`,
    until: new Date(opens).toISOString(),
    expires,
  }
}

function toSchedule(value: Json | undefined): Json | undefined {
  const ms = parseScheduled(value)
  return Number.isNaN(ms) ? value : new Date(ms).toISOString()
}
