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

/** The times of the create protocol, in milliseconds of wall time. Injectable, so that tests and the emulator need not wait. */
export type Waits = {
  /** How long after its intent became durable a request may be sent. */
  readonly leaseMs: number
  /**
   * How long after signing AWS accepts a request. Most services say 5 minutes (IAM user guide, Signature Version 4), Query services 15. The
   * longer one is waited out for every kind whose jobs only a list shows, since a late request of those would create a second job.
   */
  readonly signatureMs: number
  /** How long a request may take before it is given up. */
  readonly requestMs: number
  /** How far a list may lag behind a create; also the time between the two lists that prove absence. */
  readonly listLagMs: number
  /** The time between two describes that prove absence, for jobs that are read by their own ID. */
  readonly graceMs: number
}

export const DEFAULT_WAITS: Waits = {
  leaseMs: 60_000,
  signatureMs: 900_000,
  requestMs: 30_000,
  listLagMs: 90_000,
  graceMs: 15_000,
}

/** How far our clock and AWS's may differ, in milliseconds, before times of the two are no longer compared. */
export const CLOCKS_MS = 60_000

/** ISO time at which the lease of an intent ends that becomes durable now. `now` is epoch milliseconds. */
export function computeLeaseEnd(now: number, { leaseMs }: Waits): string {
  return formatIso(now + leaseMs)
}

/** Whether a lease that began so many milliseconds ago still runs. */
export function isLeased(elapsedMs: number, { leaseMs }: Waits): boolean {
  return elapsedMs <= leaseMs
}

/** The signature life of services whose jobs are read by ID: a late request for a taken ID is refused anyway. */
const SIGNATURE_BY_ID_MS = 300_000

/**
 * The deadline of an attempt, an ISO time on our clock: from then on AWS accepts no request of it, and lists show the job that it created.
 * `byMatch`: the job is found by its marker alone. `clockOffsetMs`: how far AWS's clock is ahead of ours, where that was measured. Negative: ours is ahead, and the deadline comes later.
 */
export function computeDeadline(
  { at }: Pick<Intent, 'at'>,
  waits: Waits,
  { byMatch, clockOffsetMs = 0 }: { readonly byMatch: boolean; readonly clockOffsetMs?: number },
): string {
  const { leaseMs, requestMs, listLagMs } = waits
  const signatureMs = byMatch ? waits.signatureMs : Math.min(waits.signatureMs, SIGNATURE_BY_ID_MS)
  const aheadMs = Math.max(0, -clockOffsetMs)
  return formatIso(Date.parse(at) + leaseMs + signatureMs + requestMs + listLagMs + aheadMs)
}

/** ISO time from which AWS shows a job that was created at a given ISO time, also in lists. */
export function computeShownFrom(createdAt: string, { listLagMs }: Waits): string {
  return formatIso(Date.parse(createdAt) + listLagMs)
}
