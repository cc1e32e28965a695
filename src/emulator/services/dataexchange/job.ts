import { day, minute } from '../../clock.ts'
import type { JsonObject } from '../../json.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'
import { jobTypes } from './shapes.ts'

/** A CreateJob request, once validated: Details holds exactly the member that Type needs. */
export type CreateJobInput = {
  readonly Type: string
  readonly Details: { readonly [member: string]: JsonObject }
  readonly AssetConfiguration?: JsonObject
}

/** What happened to a job; times in virtual epoch milliseconds. */
export type ExchangeFacts = {
  readonly startedAt?: number
  readonly cancelledAt?: number
  /** What was put to its signed URL: length, and MD5 in base64. */
  readonly upload?: { readonly bytes: number; readonly md5: string }
}

/** Jobs are deleted 90 days after they were created (Data Exchange user guide, jobs). */
const retention = 90 * day

/** The request that made a job. */
export const getRequest = (job: JobRecord) => job.request as unknown as CreateJobInput

/** What happened to a job. */
export const getFacts = (job: JobRecord) => job.facts as ExchangeFacts

/** The one member of Details. */
export function getDetails(job: JobRecord): { member: string; details: JsonObject } {
  const { Type, Details } = getRequest(job)
  const { member } = jobTypes[Type]!
  return { member, details: Details[member]! }
}

/** The member that holds the MD5 of what must be uploaded before the start; undefined for types without an upload. */
export function uploadMember(type: string): string | undefined {
  return { IMPORT_ASSET_FROM_SIGNED_URL: 'Md5Hash', IMPORT_ASSET_FROM_API_GATEWAY_API: 'ApiSpecificationMd5Hash' }[type]
}

/** Where a job is at a moment. It waits, for as long as it is kept, until it is started or cancelled. */
export function viewJob(job: JobRecord, now: number): JobView {
  const { startedAt, cancelledAt } = getFacts(job)
  const exists = now < job.createdAt + retention
  if (cancelledAt !== undefined) return { status: 'CANCELLED', times: { ended: cancelledAt }, exists }
  if (startedAt === undefined) return { status: 'WAITING', times: {}, exists }
  // 6 to 10 minutes, by the job's serial.
  const ended = startedAt + (6 + (job.serial % 5)) * minute
  if (now < ended) return { status: 'IN_PROGRESS', times: { started: startedAt }, exists }
  const status = describeFailure(job) === undefined ? 'COMPLETED' : 'ERROR'
  return { status, times: { started: startedAt, ended }, exists }
}

/** Why a job ends in ERROR, as an item of Errors: a bucket whose name contains "denied", or nothing uploaded. */
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
