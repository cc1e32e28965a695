import { mask } from '../../aws/mask.ts'
import { defined, isoOf } from '../../aws/plain.ts'
import { type JsonObject, without } from '../../model/json.ts'
import type { Live } from '../../model/live.ts'
import type { JobStatus, ListedJob } from './client.ts'
import { parseManifest } from './manifest.ts'

/** Errors of GetStatus that are states of the job. */
export const TERMINAL_ERRORS: Readonly<Record<string, string>> = {
  ExpiredJobIdException: 'Expired',
  CanceledJobIdException: 'Canceled',
}

const SECRETS = ['accessKeyId', 'trueCryptPassword', 'pinCode']

/** A list tells of a job only whether it was cancelled; anything else is `Pending` until it is described. */
export function listedLive(job: ListedJob): Live {
  return defined({
    id: job.id,
    status: job.canceled ? 'Canceled' : 'Pending',
    createdAt: isoOf(job.createdAt),
    partial: true,
  })
}

/** A described job: its manifest comes along as a mapping, without secrets. */
export function liveOf(job: JobStatus): Live {
  const manifest = job.manifest === undefined ? undefined : parseManifest(job.manifest)
  const generator = manifest?.['generator']
  return defined({
    id: job.id,
    status: job.progress,
    createdAt: isoOf(job.createdAt),
    message: job.message === undefined ? undefined : mask(job.message),
    counts: job.errors === undefined ? undefined : { errors: job.errors },
    marker: typeof generator === 'string' ? generator : undefined,
    request: requestOf(job, manifest),
  })
}

function requestOf({ type }: JobStatus, manifest: JsonObject | undefined): JsonObject | undefined {
  return type !== undefined && manifest ? { JobType: type, Manifest: without(manifest, ...SECRETS) } : undefined
}
