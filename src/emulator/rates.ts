import type { Limits } from './limits.ts'

/** The call rates of the services, in real time. */
export type Rates = {
  /** Takes a token for a call; false if the caller is too fast. `place`: whose rate it is, such as an account and a region. */
  take(rates: Limits['rates'], service: string, operation: string, place?: string): boolean
}

type Bucket = { tokens: number; at: number }

/**
 * Creates token buckets for each place, each with one second of its rate. An operation with its own rate has its own
 * bucket; the others of a service share one.
 * @param now real milliseconds
 */
export function countRates(now: () => number): Rates {
  const buckets = new Map<string, Bucket>()
  return {
    take: (rates, service, operation, place = '') => {
      const own = `${service}.${operation}`
      const name = rates[own] === undefined ? service : own
      const rate = rates[name]
      if (rate === undefined) return true
      const key = `${place} ${name}`
      const [at, most] = [now(), Math.max(1, rate)]
      const bucket = buckets.get(key) ?? { tokens: most, at }
      bucket.tokens = Math.min(most, bucket.tokens + ((at - bucket.at) * rate) / 1000)
      bucket.at = at
      buckets.set(key, bucket)
      if (bucket.tokens < 1) return false
      bucket.tokens--
      return true
    },
  }
}
