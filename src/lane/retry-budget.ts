/** So many calls may be repeated before the first has succeeded. */
const FIRST = 10
/** What a call that succeeds adds: in an outage, repeats then stay a tenth of the traffic. */
const EARNED = 0.1
/** More than this is never saved up. */
const MOST = 50

/** How many calls may be repeated, so that an outage is not made worse by everyone asking again. */
export type RetryBudget = {
  /** Takes one repeat; false: none is left. */
  take(): boolean
  /** A call has succeeded. */
  earn(): void
}

export function createRetryBudget(): RetryBudget {
  let left = FIRST
  return {
    take() {
      if (left < 1) return false
      left -= 1
      return true
    },
    earn() {
      left = Math.min(MOST, left + EARNED)
    },
  }
}
