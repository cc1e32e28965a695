/** Stay this far below the published rate: two clocks never agree on how long a second is. */
const HEADROOM = 0.98
/** What a throttled answer leaves of the rate, at most once in `CUT_EVERY_MS`. */
const CUT = 0.7
const CUT_EVERY_MS = 1000
/** What comes back of the configured rate in a second without a throttle. */
const RECOVERY_PER_SECOND = 0.05
/** Never slower than this part of the configured rate, so that a lane always recovers. */
const FLOOR = 0.02

/** Paces calls evenly. Every time it is given is a reading of one monotonic clock, in milliseconds. */
export type Gate = {
  /** Takes the next place in line; returns how many milliseconds to wait before sending. */
  reserve(now: number): number
  /** The service said that we are too fast. */
  throttled(now: number): void
  /** Calls a second at this moment. */
  rate(now: number): number
}

/**
 * A gate for `perSecond` calls a second: additive increase, multiplicative decrease, so that a rate which was configured too high, or is
 * shared with somebody else, settles where the service stops refusing.
 */
export function createGate({ perSecond }: { readonly perSecond: number }, now: number): Gate {
  const full = perSecond * HEADROOM
  let rate = full
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
      const slot = Math.max(at, next)
      next = slot + 1000 / recover(at)
      return slot - at
    },
    throttled(at) {
      recover(at)
      if (at - lastCut < CUT_EVERY_MS) return
      lastCut = at
      rate = Math.max(full * FLOOR, rate * CUT)
    },
  }
}
