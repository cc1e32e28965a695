import { day, minute } from '../../clock.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'

/** A validated CreateHarvestJob request, by its wire names. */
export type HarvestRequest = {
  readonly id: string
  readonly originEndpointId: string
  readonly startTime: string
  readonly endTime: string
  readonly s3Destination: { readonly bucketName: string; readonly manifestKey: string; readonly roleArn: string }
}

/** Records are kept for 90 days; then the ID is free (MediaPackage user guide, live to VOD). */
const retention = 90 * day

/** The request that created a job. */
export const getRequest = (job: JobRecord) => job.request as unknown as HarvestRequest

/** A job's state at a moment. A job fails if its endpoint's ID contains "offline". */
export function viewJob(job: JobRecord, now: number): JobView {
  const started = job.createdAt
  // 12 to 18 minutes, depending on the job's serial.
  const ended = started + (12 + (job.serial % 7)) * minute
  const exists = now < job.createdAt + retention
  if (now < ended) return { status: 'IN_PROGRESS', times: { started }, exists }
  const failed = getRequest(job).originEndpointId.includes('offline')
  return { status: failed ? 'FAILED' : 'SUCCEEDED', times: { started, ended }, exists }
}

/** An endpoint's channel; the emulator has one for each endpoint. */
export function getChannel({ originEndpointId }: HarvestRequest): string {
  return `channel-of-${originEndpointId}`
}
