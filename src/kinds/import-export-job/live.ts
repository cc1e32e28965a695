import { mask } from '../../aws/mask.ts'
import { dropUndefined, toIso } from '../../aws/pick-members.ts'
import { type JsonObject, omitMembers } from '../../model/json.ts'
import type { Live } from '../../model/live.ts'
import type { JobStatus, ListedJob } from './client.ts'
import { parseManifest } from './manifest.ts'

/** GetStatus errors that are states of the job. */
export const TERMINAL_ERRORS: Readonly<Record<string, string>> = {
  ExpiredJobIdException: 'Expired',
  CanceledJobIdException: 'Canceled',
}

const SECRETS = ['accessKeyId', 'trueCryptPassword', 'pinCode']

/** A list shows only whether a job was cancelled. Any other job is `Pending` until it is described. */
export function toListedLive(job: ListedJob): Live {
  return dropUndefined({
    id: job.id,
    status: job.canceled ? 'Canceled' : 'Pending',
    createdAt: toIso(job.createdAt),
    partial: true,
  })
}

/** Converts a described job. Its manifest becomes a mapping without secrets. */
export function toLive(job: JobStatus): Live {
  const manifest = job.manifest === undefined ? undefined : parseManifest(job.manifest)
  const generator = manifest?.['generator']
  return dropUndefined({
    id: job.id,
    status: job.progress,
    createdAt: toIso(job.createdAt),
    message: job.message === undefined ? undefined : mask(job.message),
    counts: job.errors === undefined ? undefined : { errors: job.errors },
    marker: typeof generator === 'string' ? generator : undefined,
    request: readRequest(job, manifest),
  })
}

function readRequest({ type }: JobStatus, manifest: JsonObject | undefined): JsonObject | undefined {
  return type !== undefined && manifest ? { JobType: type, Manifest: omitMembers(manifest, ...SECRETS) } : undefined
}
