/** The waiting times of the create protocol, in milliseconds of wall time. Injectable, so that tests and the emulator need not wait. */
export type Waits = {
  /** How long after its intent became durable a request may be sent. */
  readonly leaseMs: number
  /** How long after signing AWS accepts a request (IAM user guide, Signature Version 4). */
  readonly signatureMs: number
  /** How long a request may take before it is given up. */
  readonly requestMs: number
  /** How far a list may lag behind a create; also the time between the two reads that prove absence. */
  readonly listLagMs: number
  /** The time between two describes that prove absence, for jobs that are read by their own ID. */
  readonly graceMs: number
}

export const DEFAULT_WAITS: Waits = {
  leaseMs: 60_000,
  signatureMs: 300_000,
  requestMs: 30_000,
  listLagMs: 90_000,
  graceMs: 15_000,
}
