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
  /** What AWS keeps of the marker that its create carried, for kinds that are found by it; absent where AWS does not tell. */
  readonly marker?: string
  /** What AWS keeps of our mark in a place of its own, an IoT tag; absent where there is none, or it was not read. */
  readonly mark?: string
  /** Whether the mark was asked for, and AWS told of it: `told` without a `mark` means that the job carries none. */
  readonly markRead?: 'told' | 'refused'
  /** True where only a list was read that tells less than describe: enough for a running job, not for judging a finished one. */
  readonly partial?: boolean
  /** True where the service's clock for this job stands still on purpose (CONTINUOUS jobs that are rolled out). */
  readonly steady?: boolean
}
