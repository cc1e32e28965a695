/** Retries allowed before the first success. */
const FIRST = 10
/** What each success adds. In an outage, retries then stay a tenth of the traffic. */
const EARNED = 0.1
/** The most retries that can be saved up. */
const MOST = 50

/** Limits retries, so that they do not make an outage worse. */
export type RetryBudget = {
  /** Takes one retry; false if none is left. */
  take(): boolean
  /** Reports a call that succeeded. */
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
