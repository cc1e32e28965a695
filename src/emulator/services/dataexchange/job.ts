import { day, minute } from '../../clock.ts'
import type { JsonObject } from '../../json.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'
import { jobTypes } from './shapes.ts'

/** A validated CreateJob request: Details holds exactly the member that Type needs. */
export type CreateJobInput = {
  readonly Type: string
  readonly Details: { readonly [member: string]: JsonObject }
  readonly AssetConfiguration?: JsonObject
}

/** What happened to a job. Times are virtual epoch milliseconds. */
export type ExchangeFacts = {
  readonly startedAt?: number
  readonly cancelledAt?: number
  /** The upload to its signed URL: length, and MD5 in Base64. */
  readonly upload?: { readonly bytes: number; readonly md5: string }
}

/** Jobs are deleted 90 days after they were created (Data Exchange user guide, jobs). */
const retention = 90 * day

/** The request that created a job. */
export const getRequest = (job: JobRecord) => job.request as unknown as CreateJobInput

/** What happened to a job. */
export const getFacts = (job: JobRecord) => job.facts as ExchangeFacts

/** The only member of Details. */
export function getDetails(job: JobRecord): { member: string; details: JsonObject } {
  const { Type, Details } = getRequest(job)
  const { member } = jobTypes[Type]!
  return { member, details: Details[member]! }
}

/** The member with the MD5 of the upload that a job needs before its start; undefined for types without an upload. */
export function uploadMember(type: string): string | undefined {
  return { IMPORT_ASSET_FROM_SIGNED_URL: 'Md5Hash', IMPORT_ASSET_FROM_API_GATEWAY_API: 'ApiSpecificationMd5Hash' }[type]
}

/** A job's state at a moment. It waits until it is started, cancelled or deleted. */
export function viewJob(job: JobRecord, now: number): JobView {
  const { startedAt, cancelledAt } = getFacts(job)
  const exists = now < job.createdAt + retention
  if (cancelledAt !== undefined) return { status: 'CANCELLED', times: { ended: cancelledAt }, exists }
  if (startedAt === undefined) return { status: 'WAITING', times: {}, exists }
  // 6 to 10 minutes, depending on the job's serial.
  const ended = startedAt + (6 + (job.serial % 5)) * minute
  if (now < ended) return { status: 'IN_PROGRESS', times: { started: startedAt }, exists }
  const status = describeFailure(job) === undefined ? 'COMPLETED' : 'ERROR'
  return { status, times: { started: startedAt, ended }, exists }
}

/** Why a job ends in ERROR, as an item of Errors: a bucket whose name contains "denied", or a missing upload. */
export function describeFailure(job: JobRecord): JsonObject | undefined {
  const { details } = getDetails(job)
  if (/"Bucket":"[^"]*denied/.test(JSON.stringify(details))) {
    return { Code: 'ACCESS_DENIED_EXCEPTION', Message: 'Access to the S3 location was denied.' }
  }
  if (uploadMember(getRequest(job).Type) !== undefined && getFacts(job).upload === undefined) {
    return { Code: 'RESOURCE_NOT_FOUND_EXCEPTION', Message: 'Nothing was uploaded to the signed URL.' }
  }
  return undefined
}
