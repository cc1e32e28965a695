/** Stay below the published rate: two clocks never agree on the length of a second. */
export const HEADROOM = 0.995
/**
 * How many milliseconds late a call may be sent without delaying those behind it. A timer ends late, and a fast lane
 * needs several calls in each millisecond. This is less than the headroom of a second, so that no second gets more calls
 * than the published rate.
 */
export const LATE_MS = 4
/** The factor of the rate after a throttle, at most once in `CUT_EVERY_MS`. */
export const CUT = 0.7
export const CUT_EVERY_MS = 1000
/** The share of the configured rate that returns in a second without a throttle. */
export const RECOVERY_PER_SECOND = 0.05
/** The lowest share of the configured rate, so that a lane always recovers. */
export const FLOOR = 0.02

/** Paces calls evenly. All times are readings of one monotonic clock, in milliseconds. */
export type Gate = {
  /** Reserves the next slot. Returns how many milliseconds to wait before sending. */
  reserve(now: number): number
  /** Reports that the service throttled a call. */
  throttled(now: number): void
  /** The current rate in calls per second. */
  rate(now: number): number
}

/**
 * Creates a gate for `perSecond` calls a second: additive increase, multiplicative decrease. A rate that is set too
 * high, or shared with others, converges to what the service accepts. `startRate`: where it begins after a throttle
 * that others saw.
 */
export function createGate(
  { perSecond, startRate }: { readonly perSecond: number; readonly startRate?: number },
  now: number,
): Gate {
  const full = perSecond * HEADROOM
  let rate = Math.min(full, startRate ?? full)
  let asOf = now
  let lastCut = Number.NEGATIVE_INFINITY
  let next = now

  const recover = (at: number): number => {
    rate = Math.min(full, rate + (full * RECOVERY_PER_SECOND * Math.max(0, at - asOf)) / 1000)
    asOf = Math.max(asOf, at)
    return rate
  }
  return {
    rate: recover,
    reserve(at) {
      const slot = Math.max(at - LATE_MS, next)
      next = slot + 1000 / recover(at)
      return Math.max(0, slot - at)
    },
    throttled(at) {
      recover(at)
      if (at - lastCut < CUT_EVERY_MS) return
      lastCut = at
      rate = Math.max(full * FLOOR, rate * CUT)
    },
  }
}
