/** Limits how many calls go on at once. The others wait in the order in which they came. */
export type Semaphore = {
  /** Returns true once a call may go on, and false if its signal ends it first. Whoever got true must release. */
  acquire(signal?: AbortSignal): boolean | Promise<boolean>
  release(): void
}

/** Creates a semaphore for `max` calls at once. */
export function createSemaphore(max: number): Semaphore {
  let taken = 0
  const waiting = new Set<() => void>()
  return {
    acquire(signal) {
      if (taken < max) {
        taken++
        return true
      }
      return new Promise((resolve) => {
        const goOn = (): void => {
          signal?.removeEventListener('abort', leave)
          resolve(true)
        }
        const leave = (): void => {
          waiting.delete(goOn)
          resolve(false)
        }
        waiting.add(goOn)
        signal?.addEventListener('abort', leave, { once: true })
      })
    },
    release() {
      const [next] = waiting
      if (next === undefined) {
        taken--
        return
      }
      waiting.delete(next)
      next()
    },
  }
}
