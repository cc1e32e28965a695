import { day, minute } from '../../clock.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'

/** A CreateHarvestJob request, once validated, by its wire names. */
export type HarvestRequest = {
  readonly id: string
  readonly originEndpointId: string
  readonly startTime: string
  readonly endTime: string
  readonly s3Destination: { readonly bucketName: string; readonly manifestKey: string; readonly roleArn: string }
}

/** Records are kept for 90 days; then the ID is free (MediaPackage user guide, live to VOD). */
const retention = 90 * day

/** The request that made a job. */
export const getRequest = (job: JobRecord) => job.request as unknown as HarvestRequest

/** Where a job is at a moment. An endpoint whose ID contains "offline" makes it fail. */
export function viewJob(job: JobRecord, now: number): JobView {
  const started = job.createdAt
  // 12 to 18 minutes, by the job's serial.
  const ended = started + (12 + (job.serial % 7)) * minute
  const exists = now < job.createdAt + retention
  if (now < ended) return { status: 'IN_PROGRESS', times: { started }, exists }
  const failed = getRequest(job).originEndpointId.includes('offline')
  return { status: failed ? 'FAILED' : 'SUCCEEDED', times: { started, ended }, exists }
}

/** The channel that an endpoint belongs to; the emulator has one for each endpoint. */
export function getChannel({ originEndpointId }: HarvestRequest): string {
  return `channel-of-${originEndpointId}`
}
