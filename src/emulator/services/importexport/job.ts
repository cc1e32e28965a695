import { day, minute } from '../../clock.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'

/** A CreateJob request, once validated. */
export type JobRequest = { readonly JobType: string; readonly Manifest: string; readonly ValidateOnly: boolean }

/** What happened to a job. */
export type DeviceFacts = {
  readonly cancelledAt?: number
  /** The request that replaced the first one. */
  readonly updated?: JobRequest
  /** What the manifest as it stands says of the device and of the log. */
  readonly manifest: { readonly deviceId: string; readonly logBucket: string; readonly logPrefix: string }
}

/** Where a job and its device are. */
export type DeviceStatus = { progress: string; location: string }

/** A job whose device has not come by then expires (developer guide). */
const patience = 30 * day

/** The request as it stands: the last update, or the one that made the job. */
export function getRequest(job: JobRecord): JobRequest {
  return getFacts(job).updated ?? (job.request as JobRequest)
}

/** What happened to a job. */
export const getFacts = (job: JobRecord) => job.facts as unknown as DeviceFacts

/** Moments in the life of a device that comes, in virtual epoch milliseconds; the last is 60 to 70 minutes after the job was made. */
function planJourney({ createdAt, serial }: JobRecord) {
  return {
    arrives: createdAt + 30 * minute,
    copied: createdAt + 50 * minute,
    returned: createdAt + (60 + (serial % 11)) * minute,
  }
}

/** Where a job and its device are at a moment. A device whose ID contains "lost" never comes; one with "dented" cannot be read. */
export function computeDeviceStatus(job: JobRecord, now: number): DeviceStatus {
  const { arrives, copied, returned } = planJourney(job)
  const { cancelledAt, manifest } = getFacts(job)
  if (cancelledAt !== undefined) return { progress: 'Canceled', location: 'NotReceived' }
  const lost = now >= arrives && manifest.deviceId.includes('lost')
  if (lost && now >= job.createdAt + patience) return { progress: 'Expired', location: 'NotReceived' }
  if (lost || now < arrives) return { progress: 'Pending', location: 'NotReceived' }
  if (now < copied) return { progress: 'InProgress', location: 'AtAWS' }
  const dented = manifest.deviceId.includes('dented')
  return { progress: dented ? 'DeviceError' : 'Complete', location: now < returned ? 'AtAWS' : 'Returned' }
}

/** The same for the oracle. How long records are kept is not documented; they are kept for ever here. */
export function viewJob(job: JobRecord, now: number): JobView {
  const { progress } = computeDeviceStatus(job, now)
  const { cancelledAt } = getFacts(job)
  const { arrives, copied } = planJourney(job)
  if (cancelledAt !== undefined) return { status: progress, times: { ended: cancelledAt }, exists: true }
  if (progress === 'Expired') return { status: progress, times: { ended: job.createdAt + patience }, exists: true }
  if (progress === 'Pending') return { status: progress, times: {}, exists: true }
  const times: Record<string, number> =
    progress === 'InProgress' ? { started: arrives } : { started: arrives, ended: copied }
  return { status: progress, times, exists: true }
}
