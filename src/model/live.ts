import type { JsonObject } from './json.ts'

/**
 * A job as AWS reports it, without anything that must not be stored or shown: signed URLs, signatures, secrets,
 * manifest texts.
 */
export type Live = {
  readonly id: string
  readonly arn?: string
  /** AWS's own status word. Unknown words are kept. */
  readonly status: string
  /** ISO 8601, UTC. */
  readonly createdAt?: string
  readonly finishedAt?: string
  /** AWS's own short reason code (an IoT reasonCode, a Data Exchange error code). */
  readonly reason?: string
  readonly message?: string
  readonly counts?: Readonly<Record<string, number>>
  /**
   * The definition as AWS returns it, in request form. Missing if AWS does not return it. Members that AWS never
   * returns are left out.
   */
  readonly request?: JsonObject
  /** The job's tags, if requested and returned. */
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[]
  /**
   * The value of the tag `jobwright`: the attempt that created the job. If it is missing and `markRead` is `succeeded`, the
   * job has no such tag.
   */
  readonly mark?: string
  /**
   * How the read of the tags ended, if requested. `refused`: the role may not read them. `failed`: any other error; try
   * again. Unless it is `succeeded`, a missing `mark` proves nothing.
   */
  readonly markRead?: 'succeeded' | 'refused' | 'failed'
  /** The marker of the create as AWS stores it, for kinds that are found by it. Missing if AWS does not return it. */
  readonly marker?: string
  /**
   * True if only a list was read that returns less than describe. Enough for a running job, not for the result of a
   * finished one.
   */
  readonly partial?: boolean
  /** True if the service stops this job's clock on purpose (CONTINUOUS jobs that are rolled out). */
  readonly steady?: boolean
}
