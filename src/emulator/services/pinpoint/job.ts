import { minute } from '../../clock.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'

/** A CreateExportJob request, once validated. */
export type ExportRequest = {
  readonly 'application-id': string
  readonly RoleArn: string
  readonly S3UrlPrefix: string
  readonly SegmentId?: string
  readonly SegmentVersion?: number
}

/** The request that made a job. */
export const getRequest = (job: JobRecord) => job.request as ExportRequest

/** States before the end, with the minutes after creation at which each is left. */
const stages = [
  { status: 'CREATED', until: 0.5 },
  { status: 'INITIALIZING', until: 2 },
  { status: 'PROCESSING', until: 9 },
  { status: 'COMPLETING', until: 10 },
] as const

/** Pieces that an export is cut into, and endpoints in each. */
const pieces = 4
const endpointsInPiece = 250

/** Where a job is at a moment. A prefix that contains "unwritable" makes it fail. */
export function viewJob(job: JobRecord, now: number): JobView {
  const minutes = (now - job.createdAt) / minute
  const started = job.createdAt + stages[0].until * minute
  const times: Record<string, number> = minutes < stages[0].until ? {} : { started }
  const stage = stages.find(({ until }) => minutes < until)
  if (stage) return { status: stage.status, times, exists: true }
  const ended = job.createdAt + stages[3].until * minute
  return { status: isFailing(job) ? 'FAILED' : 'COMPLETED', times: { started, ended }, exists: true }
}

/** The progress figures of a job at a moment. */
export function computeProgress(job: JobRecord, now: number) {
  const minutes = (now - job.createdAt) / minute
  const share = (minutes - stages[1].until) / (stages[2].until - stages[1].until)
  const done = Math.min(pieces, Math.max(0, Math.floor(share * pieces)))
  const failed = isFailing(job) ? done : 0
  return {
    TotalPieces: pieces,
    CompletedPieces: done - failed,
    FailedPieces: failed,
    TotalProcessed: done * endpointsInPiece,
    TotalFailures: failed * endpointsInPiece,
  }
}

/** Whether the job cannot write what it exports. */
export function isFailing(job: JobRecord): boolean {
  return getRequest(job).S3UrlPrefix.includes('unwritable')
}
