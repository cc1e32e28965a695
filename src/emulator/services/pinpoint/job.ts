import { minute } from '../../clock.ts'
import type { JobView } from '../../service.ts'
import type { JobRecord } from '../../store.ts'

/** A validated CreateExportJob request. */
export type ExportRequest = {
  readonly 'application-id': string
  readonly RoleArn: string
  readonly S3UrlPrefix: string
  readonly SegmentId?: string
  readonly SegmentVersion?: number
}

/** The request that created a job. */
export const getRequest = (job: JobRecord) => job.request as ExportRequest

/** States before the end, each with the minutes after creation at which it is left. */
const stages = [
  { status: 'CREATED', until: 0.5 },
  { status: 'INITIALIZING', until: 2 },
  { status: 'PROCESSING', until: 9 },
  { status: 'COMPLETING', until: 10 },
] as const

/** The pieces of an export, and the endpoints in each. */
const pieces = 4
const endpointsInPiece = 250

/** A job's state at a moment. A job fails if its prefix contains "unwritable". */
export function viewJob(job: JobRecord, now: number): JobView {
  const minutes = (now - job.createdAt) / minute
  const started = job.createdAt + stages[0].until * minute
  const times: Record<string, number> = minutes < stages[0].until ? {} : { started }
  const stage = stages.find(({ until }) => minutes < until)
  if (stage) return { status: stage.status, times, exists: true }
  const ended = job.createdAt + stages[3].until * minute
  return { status: isFailing(job) ? 'FAILED' : 'COMPLETED', times: { started, ended }, exists: true }
}

/** A job's progress figures at a moment. */
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

/** Returns true if the job cannot write its export. */
export function isFailing(job: JobRecord): boolean {
  return getRequest(job).S3UrlPrefix.includes('unwritable')
}
