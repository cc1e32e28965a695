import type { Clock } from '../system/clock.ts'

/** How long an interrupt waits for calls in flight, and then for their outcomes to be written. */
const INTERRUPT_MS = 5_000
const GIVE_UP_MS = 1_000

/** A write's permission to send, and the signal that ends it. */
export type Permit = { readonly mayStillSend: () => boolean; readonly signal: AbortSignal }

/** The writes of a pass during an interrupt. Some still wait for their turn; others may have sent their first byte. */
export type Permits = {
  /**
   * Makes one write. While a call waits for its turn, an interrupt ends it at once. After that, only `giveUp` ends it.
   */
  take<Value>(write: (permit: Permit) => Promise<Value>): Promise<Value>
  /** Ends the writes in flight. Their outcome is unknown. */
  giveUp(): void
  /** Stops listening. */
  close(): void
}

/**
 * Creates permits that an interrupt or the end of a lease revokes. It adds one listener to `interrupt`, however many
 * writes there are.
 */
export function createPermits(interrupt: AbortSignal, mayStillSend: () => boolean): Permits {
  const waiting = new Set<AbortController>()
  const sent = new Set<AbortController>()
  const endAll = (writes: Set<AbortController>): void => {
    for (const write of writes) write.abort(interrupt.reason)
  }
  const onInterrupt = (): void => endAll(waiting)
  interrupt.addEventListener('abort', onInterrupt, { once: true })
  return {
    async take(write) {
      const own = new AbortController()
      waiting.add(own)
      if (interrupt.aborted) own.abort(interrupt.reason)
      const permit = {
        signal: own.signal,
        mayStillSend: () => {
          if (!mayStillSend()) return false
          waiting.delete(own)
          sent.add(own)
          return true
        },
      }
      try {
        return await write(permit)
      } finally {
        waiting.delete(own)
        sent.delete(own)
      }
    },
    giveUp() {
      endAll(waiting)
      endAll(sent)
    },
    close: () => interrupt.removeEventListener('abort', onInterrupt),
  }
}

/**
 * Waits for the work. After an interrupt it waits briefly for calls in flight, then gives them up; their outcome is
 * unknown.
 */
export async function raceInterrupt(
  work: Promise<void>,
  permits: Permits,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Pick<Clock, 'sleep'> },
): Promise<void> {
  const over = new AbortController()
  const patience = async (): Promise<void> => {
    await clock.sleep(INTERRUPT_MS, over.signal)
    permits.giveUp()
    await clock.sleep(GIVE_UP_MS, over.signal)
  }
  const interrupted = new Promise<void>((resolve) => {
    const wait = (): void => void patience().then(resolve, resolve)
    if (signal.aborted) wait()
    else signal.addEventListener('abort', wait, { once: true, signal: over.signal })
  })
  try {
    await Promise.race([work, interrupted])
  } finally {
    over.abort()
  }
}
