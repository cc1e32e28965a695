import type { JsonObject } from './json.ts'

/** A job as AWS reports it now, cut down to what may be written and shown: no signed URL, signature, secret or manifest text. */
export type Live = {
  readonly id: string
  readonly arn?: string
  /** AWS's own status word; unknown words are kept. */
  readonly status: string
  /** ISO 8601, UTC. */
  readonly createdAt?: string
  readonly finishedAt?: string
  /** AWS's own short code for why (an IoT reasonCode, a Data Exchange error code). */
  readonly reason?: string
  readonly message?: string
  readonly counts?: Readonly<Record<string, number>>
  /** The definition as AWS tells it, in request form; absent where AWS does not tell. Members that AWS never returns are left out. */
  readonly request?: JsonObject
  /** The job's tags, where they were asked for and AWS told them. */
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[]
  /** The value of the tag `jobwright`: which attempt created the job. Absent with `markRead: told`: the job has no such tag. */
  readonly mark?: string
  /**
   * How the read of the tags ended, where they were asked for. `refused`: the role may not read them. `failed`: anything else, worth another
   * try. Without `told`, a missing `mark` proves nothing.
   */
  readonly markRead?: 'told' | 'refused' | 'failed'
  /** What AWS keeps of the marker that its create carried, for kinds that are found by it; absent where AWS does not tell. */
  readonly marker?: string
  /** True where only a list was read that tells less than describe: enough for a running job, not for judging a finished one. */
  readonly partial?: boolean
  /** True where the service's clock for this job stands still on purpose (CONTINUOUS jobs that are rolled out). */
  readonly steady?: boolean
}
