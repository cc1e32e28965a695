import { formatIso } from './iso.ts'
import type { Intent } from './state.ts'

/*
 * The create protocol: the stages of a record, and the times between them.
 *
 *   intent ──answer──▶ created ──start──▶ started     (kinds without a start step go to started at once)
 *     │                   ▲
 *     │ no clear answer   │ job found
 *     ▼                   │
 *   settling ──reads──────┘
 *     │
 *     │ not found by two reads, after the deadline of the attempt
 *     ▼
 *   intent of the next attempt
 *
 * One attempt on the clock of AWS:
 *
 *   intent.at ──lease──▶ sending ends ──signature life + request time──▶ no request can arrive ──list lag──▶ deadline: lists show its job
 *
 * Our clock may run ahead of AWS's. Then every moment above comes later on ours, by the measured offset.
 */

/** The times of the create protocol, in milliseconds of wall time. Tests and the emulator inject shorter ones. */
export type Waits = {
  /** How long a request may be sent after its intent became durable. */
  readonly leaseMs: number
  /**
   * How long AWS accepts a request after signing. Most services allow 5 minutes (IAM user guide, Signature Version 4),
   * Query services 15. If only a list shows a kind's jobs, a late request would create a second job. Such kinds wait
   * for the longer time.
   */
  readonly signatureMs: number
  /** How long a request may take before Jobwright gives it up. */
  readonly requestMs: number
  /** How far a list may lag behind a create. Also the time between the two lists that prove absence. */
  readonly listLagMs: number
  /** The time between two describes that prove absence, for jobs that are read by their own ID. */
  readonly graceMs: number
  /**
   * How long after the lease a worker on another machine may still send. A third is the life of a task. The rest is for
   * clocks that differ. 0 without workers.
   */
  readonly queueMs: number
}

export const DEFAULT_WAITS: Waits = {
  leaseMs: 60_000,
  signatureMs: 900_000,
  requestMs: 30_000,
  listLagMs: 90_000,
  graceMs: 15_000,
  queueMs: 0,
}

/** How far our clock and AWS's may differ, in milliseconds, before their times are no longer compared. */
export const CLOCKS_MS = 60_000

/** The wait `queueMs` of a run with workers. Its larger part is as long as clocks may differ. */
export const QUEUE_MS = 1.5 * CLOCKS_MS

/** Returns how long a task may wait for a worker that sends its request, in milliseconds. */
export function computeTaskLife({ queueMs }: Waits): number {
  return queueMs / 3
}

/** Returns the ISO time at which a lease ends that begins now. `now` is epoch milliseconds. */
export function computeLeaseEnd(now: number, { leaseMs, queueMs }: Waits): string {
  return formatIso(now + leaseMs + queueMs)
}

/** Returns whether a lease is still valid this many milliseconds after it began. */
export function isLeased(elapsedMs: number, { leaseMs }: Waits): boolean {
  return elapsedMs <= leaseMs
}

/** The signature life of services whose jobs are read by ID. They reject a late request for a taken ID anyway. */
const SIGNATURE_BY_ID_MS = 300_000

/**
 * Returns the deadline of an attempt, an ISO time on our clock. From then on AWS accepts no request of it, and lists
 * show the job that it created. `byMatch`: only its marker identifies the job. `clockOffsetMs`: how far AWS's clock is
 * ahead of ours, if measured. If ours is ahead, it is negative and the deadline comes later.
 */
export function computeDeadline(
  { at, leaseUntil = at }: Pick<Intent, 'at'> & Partial<Pick<Intent, 'leaseUntil'>>,
  waits: Waits,
  { byMatch, clockOffsetMs = 0 }: { readonly byMatch: boolean; readonly clockOffsetMs?: number },
): string {
  const { requestMs, listLagMs } = waits
  // A worker may have sent it, even if this run has no workers.
  const leaseMs = Math.max(waits.leaseMs, Date.parse(leaseUntil) - Date.parse(at))
  const signatureMs = byMatch ? waits.signatureMs : Math.min(waits.signatureMs, SIGNATURE_BY_ID_MS)
  const aheadMs = Math.max(0, -clockOffsetMs)
  return formatIso(Date.parse(at) + leaseMs + signatureMs + requestMs + listLagMs + aheadMs)
}

/** Returns the ISO time from which AWS shows a job that was created at a given ISO time, also in lists. */
export function computeShownFrom(createdAt: string, { listLagMs }: Waits): string {
  return formatIso(Date.parse(createdAt) + listLagMs)
}
