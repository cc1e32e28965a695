import { setTimeout as delay } from 'node:timers/promises'

/** Time, as a run sees it. A simulation passes its own. */
export type Clock = {
  /** Epoch milliseconds of the wall clock, which may jump. */
  now(): number
  /** Milliseconds that only grow, from an arbitrary start. Leases and rates use them. */
  monotonic(): number
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason if it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Node shortens a longer timer to one millisecond. */
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
