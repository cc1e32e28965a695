import type { Clock } from '../../src/system/clock.ts'

/** A clock on which waiting takes no time; it tells how long was waited for. */
export function quickClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  let elapsed = 0
  return {
    slept,
    now: () => Date.now() + elapsed,
    monotonic: () => elapsed,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      elapsed += ms
    },
  }
}
