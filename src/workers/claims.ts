import type { Clock } from '../system/clock.ts'
import { CLAIM_MS } from './redis-keys.ts'

/** The tasks with which a worker has begun. They save calls; safety does not rest on them. */
export type Claims = {
  /** Returns true to the first who asks for a task. */
  claim(nonce: string): Promise<boolean>
  /** Forgets the tasks that nobody can send any more. */
  forgetOld(): void
}

/**
 * Creates a worker's memory of tasks. `claimShared` asks the memory that all workers share. That one may lose a task, so
 * the worker also remembers its own.
 */
export function createClaims(
  clock: Pick<Clock, 'monotonic'>,
  claimShared: (nonce: string) => Promise<boolean>,
): Claims {
  const own = new Map<string, number>()
  return {
    async claim(nonce) {
      if (own.has(nonce)) return false
      own.set(nonce, clock.monotonic())
      return claimShared(nonce)
    },
    forgetOld() {
      const old = clock.monotonic() - CLAIM_MS
      for (const [nonce, at] of own) if (at < old) own.delete(nonce)
    },
  }
}
