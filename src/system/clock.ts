import { setTimeout as delay } from 'node:timers/promises'

/** Time, as a run may see it. The simulation owns another one. */
export type Clock = {
  /** Epoch milliseconds of the wall clock. May jump. */
  now(): number
  /** Milliseconds that only ever grow, from an arbitrary start: leases and rates are measured with it. */
  monotonic(): number
  /** Ends after `ms` milliseconds; rejects with the signal's reason when it is aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Node turns a longer timer into one of a millisecond. */
const TIMER_MAX_MS = 2 ** 31 - 1

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted()
    try {
      await delay(Math.min(ms, TIMER_MAX_MS), undefined, { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
