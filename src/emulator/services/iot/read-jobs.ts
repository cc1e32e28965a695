import { second } from '../../clock.ts'
import type { Json, JsonObject } from '../../json.ts'
import { cutPage } from '../../page.ts'
import { type Context, defineOperation } from '../../service.ts'
import { boolean, structure } from '../../shape.ts'
import type { JobRecord } from '../../store.ts'
import { createInvalid, createNotFound } from './errors.ts'
import { formatJobArn, getFacts, getRequest } from './job.ts'
import { jobId, listJobs as listInput } from './shapes.ts'
import { countThings, findCancellation, isRollingOut, viewJob } from './timeline.ts'

/** How many jobs a page holds when the caller does not say. */
const pageSize = 50

/**
 * The job of an ID.
 * @throws ServiceError ResourceNotFoundException
 */
export function findJob({ jobs }: Context, id: string): JobRecord {
  const job = jobs.find(id)
  if (!job) throw createNotFound(id)
  return job
}

/** GET /jobs/{jobId}: everything but the document and the tags. */
export const describeJob = defineOperation<{ jobId: string }>({
  name: 'DescribeJob',
  method: 'GET',
  path: '/jobs/{jobId}',
  query: { beforeSubstitution: 'beforeSubstitution' },
  input: structure({ 'jobId!': jobId, beforeSubstitution: boolean }),
  run: (context, input) => {
    const job = findJob(context, input.jobId)
    return { body: { documentSource: getRequest(job).documentSource, job: describe(context, job) } }
  },
})

/** GET /jobs/{jobId}/job-document. A document that came from S3 is not known here, and is shown as an empty object. */
export const getJobDocument = defineOperation<{ jobId: string }>({
  name: 'GetJobDocument',
  method: 'GET',
  path: '/jobs/{jobId}/job-document',
  query: { beforeSubstitution: 'beforeSubstitution' },
  input: structure({ 'jobId!': jobId, beforeSubstitution: boolean }),
  run: (context, input) => ({ body: { document: getRequest(findJob(context, input.jobId)).document ?? '{}' } }),
})

type ListInput = {
  status?: string
  targetSelection?: string
  maxResults?: number
  nextToken?: string
  thingGroupName?: string
  thingGroupId?: string
  namespaceId?: string
}

/** GET /jobs: IDs and statuses, newest first. */
export const listJobs = defineOperation<ListInput>({
  name: 'ListJobs',
  lists: true,
  method: 'GET',
  path: '/jobs',
  query: Object.fromEntries(Object.keys(listInput.members).map((name) => [name, name])),
  input: listInput,
  run: (context, { maxResults = pageSize, nextToken, ...filters }) => {
    const chosen = context.jobs.list((job) => isListed(job, filters, context.now))
    const page = cutPage(chosen, maxResults, JSON.stringify(filters), nextToken)
    if (!page) throw createInvalid('Invalid nextToken.')
    return { body: { jobs: page.jobs.map((job) => createSummary(context, job)), nextToken: page.token } }
  },
})

function isListed(job: JobRecord, filters: ListInput, now: number): boolean {
  const { targetSelection = 'SNAPSHOT', namespaceId } = getRequest(job)
  const { status } = viewJob(job, now)
  if (filters.thingGroupId !== undefined) return false
  if (filters.thingGroupName !== undefined) {
    const suffix = `:thinggroup/${filters.thingGroupName}`
    // Known quirk (aws/aws-cli issue 8924): with a group, scheduled jobs are missing.
    if (status === 'SCHEDULED' || !getFacts(job).targets.some((target) => target.endsWith(suffix))) return false
  }
  return (
    (filters.status ?? status) === status &&
    (filters.targetSelection ?? targetSelection) === targetSelection &&
    (filters.namespaceId ?? namespaceId) === namespaceId
  )
}

function createSummary({ partition, now }: Context, job: JobRecord): JsonObject {
  const { status, times } = viewJob(job, now)
  return {
    jobArn: formatJobArn(partition, job),
    jobId: job.id,
    targetSelection: getRequest(job).targetSelection ?? 'SNAPSHOT',
    status,
    createdAt: job.createdAt / second,
    lastUpdatedAt: computeLastUpdate(job, times) / second,
    completedAt: times['ended'] === undefined ? undefined : times['ended'] / second,
    isConcurrent: isRollingOut(job, now),
  }
}

function describe(context: Context, job: JobRecord): JsonObject {
  const facts = getFacts(job)
  const stop = findCancellation(job, context.now)
  const { documentSource: _s, document: _d, tags: _t, ...request } = getRequest(job)
  return {
    ...request,
    ...facts.updated,
    ...createSummary(context, job),
    targets: facts.targets,
    forceCanceled: stop?.force,
    reasonCode: stop?.reasonCode,
    comment: stop?.comment,
    jobProcessDetails: processDetails(job, context.now),
  }
}

function processDetails(job: JobRecord, now: number): Json {
  const counts = countThings(job, now)
  return {
    processingTargets: isRollingOut(job, now) ? getFacts(job).targets : [],
    numberOfCanceledThings: counts.canceled,
    numberOfSucceededThings: counts.succeeded,
    numberOfFailedThings: counts.failed,
    numberOfRejectedThings: 0,
    numberOfQueuedThings: counts.queued,
    numberOfInProgressThings: counts.inProgress,
    numberOfRemovedThings: 0,
    numberOfTimedOutThings: 0,
  }
}

function computeLastUpdate(job: JobRecord, times: { readonly [name: string]: number }): number {
  return Math.max(job.createdAt, getFacts(job).updatedAt ?? 0, ...Object.values(times))
}
