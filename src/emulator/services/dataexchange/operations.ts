import { formatIso } from '../../clock.ts'
import type { JsonObject } from '../../json.ts'
import { cutPage } from '../../page.ts'
import { type Context, defineOperation, ServiceError } from '../../service.ts'
import { structure } from '../../shape.ts'
import type { JobRecord } from '../../store.ts'
import { type CreateJobInput, describeFailure, getDetails, getFacts, getRequest, viewJob } from './job.ts'
import { findJobFault } from './rules.ts'
import { createJob as createInput, id, listJobs as listInput } from './shapes.ts'
import { downloadUrl, uploadUrl } from './signed-url.ts'

/** The service's validation error. */
export const invalid = { name: 'ValidationException', status: 400 }

const jobInput = structure({ 'JobId!': id })
type JobInput = { JobId: string }

/** POST /v1/jobs: creates a job that waits until it is started. */
export const createJob = defineOperation<CreateJobInput>({
  name: 'CreateJob',
  method: 'POST',
  path: '/v1/jobs',
  input: createInput,
  run: (context, request) => {
    const wrong = findJobFault(request)
    if (wrong) throw new ServiceError(invalid, wrong)
    const jobId = context.ids.hex('dataexchange', context.jobs.nextSerial(), 32)
    return { status: 201, body: describe(context, context.jobs.add(jobId, request)) }
  },
})

/** GET /v1/jobs/{JobId} */
export const getJob = defineOperation<JobInput>({
  name: 'GetJob',
  method: 'GET',
  path: '/v1/jobs/{JobId}',
  input: jobInput,
  run: (context, { JobId }) => ({ body: describe(context, findJob(context, JobId)) }),
})

/** PATCH /v1/jobs/{JobId}: starts a waiting job. */
export const startJob = defineOperation<JobInput>({
  name: 'StartJob',
  method: 'PATCH',
  path: '/v1/jobs/{JobId}',
  input: jobInput,
  run: (context, { JobId }) => {
    const job = findWaiting(context, JobId)
    checkConcurrent(context, getRequest(job).Type)
    context.jobs.change(job, { startedAt: context.now })
    return { status: 202 }
  },
})

/** DELETE /v1/jobs/{JobId}: cancels a waiting job. */
export const cancelJob = defineOperation<JobInput>({
  name: 'CancelJob',
  method: 'DELETE',
  path: '/v1/jobs/{JobId}',
  input: jobInput,
  run: (context, { JobId }) => {
    context.jobs.change(findWaiting(context, JobId), { cancelledAt: context.now })
    return { status: 204 }
  },
})

type ListInput = { dataSetId?: string; revisionId?: string; maxResults?: number; nextToken?: string }

/** GET /v1/jobs: whole jobs, newest first. */
export const listJobs = defineOperation<ListInput>({
  name: 'ListJobs',
  lists: true,
  method: 'GET',
  path: '/v1/jobs',
  query: Object.fromEntries(Object.keys(listInput.members).map((name) => [name, name])),
  input: listInput,
  run: (context, { maxResults = 25, nextToken, dataSetId, revisionId }) => {
    const chosen = context.jobs.list((job) => {
      const { details } = getDetails(job)
      return (
        (dataSetId === undefined || details['DataSetId'] === dataSetId) &&
        (revisionId === undefined || listRevisions(details).includes(revisionId))
      )
    })
    const page = cutPage(chosen, maxResults, JSON.stringify([dataSetId, revisionId]), nextToken)
    if (!page) throw new ServiceError(invalid, 'Invalid nextToken.')
    return { body: { Jobs: page.jobs.map((job) => describe(context, job)), NextToken: page.token } }
  },
})

function listRevisions(details: JsonObject): unknown[] {
  const destinations = (details['RevisionDestinations'] ?? []) as readonly JsonObject[]
  return [details['RevisionId'], ...destinations.map(({ RevisionId }) => RevisionId)]
}

function findJob({ jobs }: Context, id: string): JobRecord {
  const job = jobs.find(id)
  if (job) return job
  const members = { ResourceId: id, ResourceType: 'JOB' }
  throw new ServiceError({ name: 'ResourceNotFoundException', status: 404 }, `Job ${id} was not found.`, members)
}

function findWaiting(context: Context, id: string): JobRecord {
  const job = findJob(context, id)
  const { status } = viewJob(job, context.now)
  if (status === 'WAITING') return job
  const members = { ResourceId: id, ResourceType: 'JOB' }
  throw new ServiceError({ name: 'ConflictException', status: 409 }, `Job ${id} is in state ${status}.`, members)
}

function checkConcurrent({ jobs, limits, now }: Context, type: string): void {
  const most = type === 'EXPORT_REVISIONS_TO_S3' ? limits.dataExchangeRevisionExports : limits.dataExchangeConcurrent
  const isRunning = (job: JobRecord): boolean =>
    getRequest(job).Type === type && viewJob(job, now).status === 'IN_PROGRESS'
  if (!jobs.reaches(most, isRunning)) return
  const members = { LimitName: `Concurrent in progress jobs of type ${type}`, LimitValue: most }
  const kind = { name: 'ServiceLimitExceededException', status: 402 }
  throw new ServiceError(kind, `There may be at most ${most} jobs of type ${type} in progress.`, members)
}

function describe(context: Context, job: JobRecord): JsonObject {
  const { partition, now } = context
  const { Type, AssetConfiguration } = getRequest(job)
  const { member, details } = getDetails(job)
  const { status, times } = viewJob(job, now)
  return {
    Arn: `arn:${partition}:dataexchange:${job.region}:${job.account}:jobs/${job.id}`,
    Id: job.id,
    Type,
    State: status,
    Details: { [member]: { ...details, ...createLinks(context, job, status) } },
    Errors: status === 'ERROR' ? [describeFailure(job)!] : undefined,
    AssetConfiguration,
    CreatedAt: formatIso(job.createdAt),
    UpdatedAt: formatIso(Math.max(job.createdAt, getFacts(job).startedAt ?? 0, ...Object.values(times))),
  }
}

/** The signed URLs that an answer adds to the details. */
function createLinks({ url, ...moment }: Context, job: JobRecord, status: string): JsonObject {
  const { Type } = getRequest(job)
  if (Type === 'IMPORT_ASSET_FROM_SIGNED_URL') return createUrlMembers('SignedUrl', uploadUrl(url, job, moment))
  if (Type === 'IMPORT_ASSET_FROM_API_GATEWAY_API')
    return createUrlMembers('ApiSpecificationUploadUrl', uploadUrl(url, job, moment))
  if (Type !== 'EXPORT_ASSET_TO_SIGNED_URL' || status !== 'COMPLETED') return {}
  return createUrlMembers('SignedUrl', downloadUrl(url, job, moment))
}

function createUrlMembers(name: string, { url, expiresAt }: { url: string; expiresAt: number }): JsonObject {
  return { [name]: url, [`${name}ExpiresAt`]: formatIso(expiresAt) }
}
