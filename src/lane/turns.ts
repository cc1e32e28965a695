/** The result of one reservation in a shared lane: consecutive turns, and what is known about the lane. */
export type Turns = {
  /** Milliseconds until the first turn, and from each turn to the next. */
  readonly waitMs: number
  readonly stepMs: number
  /** How many runs share the lane, with this one. */
  readonly peers: number
  /** The present rate of all of them, and the lowest that one of them configures, in calls per second. */
  readonly rate: number
  readonly perSecond: number
  /** How many calls of all runs wait. */
  readonly waiting: number
  /** Nothing was known of the lane before. */
  readonly isFresh: boolean
}

/** The most turns of one reservation. So other runs wait only a short time, and a throttle takes effect soon. */
const AHEAD_MS = 100
/** No lane makes a run wait longer: a longer answer is wrong. */
const WAIT_MAX_MS = 600_000

/** Returns how many turns to reserve at once: all in a slow lane's round trip, never more than calls wait. */
export function countTurns(waiting: number, known: Pick<Turns, 'rate' | 'peers'> | undefined): number {
  if (known === undefined) return 1
  return Math.max(1, Math.min(waiting, Math.floor((known.rate * AHEAD_MS) / 1000 / known.peers)))
}

/** Reads the answer of the script; undefined if it makes no sense. */
export function readTurns(answer: unknown): Turns | undefined {
  if (!Array.isArray(answer)) return undefined
  const [waitMs = Number.NaN, stepMs = 0, peers = 0, rate = 0, perSecond = 0, waiting = -1, fresh = -1] =
    answer.map(Number)
  const isSound =
    waitMs <= WAIT_MAX_MS && stepMs > 0 && stepMs <= WAIT_MAX_MS && peers >= 1 && rate > 0 && perSecond > 0
  if (!isSound || !(waiting >= 0) || !(fresh === 0 || fresh === 1)) return undefined
  return { waitMs: Math.max(0, waitMs), stepMs, peers, rate, perSecond, waiting, isFresh: fresh === 1 }
}
