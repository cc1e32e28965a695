import type { Job, JobSummary, Tag } from '@aws-sdk/client-iot'
import { mask } from '../../aws/mask.ts'
import { dropUndefined, pick, readCounts, toIso } from '../../aws/pick-members.ts'
import { MARK_TAG } from '../../model/attempt-name.ts'
import type { Live } from '../../model/live.ts'

/** The members of DescribeJob that repeat the request (API reference, Job). GetJobDocument returns the document. */
const REQUEST = [
  'targets',
  'targetSelection',
  'description',
  'presignedUrlConfig',
  'jobExecutionsRolloutConfig',
  'abortConfig',
  'timeoutConfig',
  'namespaceId',
  'jobTemplateArn',
  'jobExecutionsRetryConfig',
  'documentParameters',
  'schedulingConfig',
  'destinationPackageVersions',
]

/** JobProcessDetails under our own names. */
const COUNTS = {
  numberOfCanceledThings: 'canceled',
  numberOfSucceededThings: 'succeeded',
  numberOfFailedThings: 'failed',
  numberOfRejectedThings: 'rejected',
  numberOfQueuedThings: 'queued',
  numberOfInProgressThings: 'inProgress',
  numberOfRemovedThings: 'removed',
  numberOfTimedOutThings: 'timedOut',
}

/** Converts a listed job, which has no counts and no reason. */
export function toListedLive(job: JobSummary): Live {
  return dropUndefined({
    id: job.jobId ?? '',
    arn: job.jobArn,
    status: job.status ?? '',
    createdAt: toIso(job.createdAt),
    finishedAt: toIso(job.completedAt),
    steady: isSteady(job) || undefined,
    partial: true,
  })
}

/** Converts a described job. `source` is where its document is; without it, the request is left out. */
export function toDescribedLive(
  job: Job,
  source?: { readonly documentSource?: string; readonly document?: string },
): Live {
  return dropUndefined({
    id: job.jobId ?? '',
    arn: job.jobArn,
    status: job.status ?? '',
    createdAt: toIso(job.createdAt),
    finishedAt: toIso(job.completedAt),
    reason: job.reasonCode,
    message: job.comment === undefined ? undefined : mask(job.comment),
    counts: readCounts(job.jobProcessDetails, COUNTS),
    request: source && { ...pick(job, REQUEST), ...pick(source, ['documentSource', 'document']) },
    steady: isSteady(job) || undefined,
  })
}

/** What reading a job's tags adds to it. */
export type Marked = Pick<Live, 'tags' | 'mark' | 'markRead'>

/** Reads the tags from AWS. A tag without a value has an empty one. */
export function readMark(answer: readonly Tag[]): Marked {
  const tags = answer.map(({ Key = '', Value = '' }) => ({ Key, Value }))
  const mark = tags.find(({ Key }) => Key === MARK_TAG)?.Value
  return { tags, ...(mark !== undefined && { mark }), markRead: 'succeeded' }
}

/** A continuous job never completes by itself. Once rolled out, it only waits for new things. */
function isSteady(job: Pick<Job, 'targetSelection' | 'status' | 'isConcurrent'>): boolean {
  return job.targetSelection === 'CONTINUOUS' && job.status === 'IN_PROGRESS' && job.isConcurrent === false
}
