/** What one write is given: leave to send, and what ends it. */
export type Leave = { readonly mayStillSend: () => boolean; readonly signal: AbortSignal }

/** The writes of a pass, as an interrupt finds them: some still wait for their turn, of some the first byte may have left. */
export type Leaves = {
  /** Makes one write. While it waits for its turn an interrupt ends it at once; from then on only `giveUp` does. */
  take<Value>(write: (leave: Leave) => Promise<Value>): Promise<Value>
  /** Ends the writes that are on their way: their outcome is unknown. */
  giveUp(): void
  /** Stops listening. */
  close(): void
}

/** Leaves that an interrupt and the end of a lease take away. `interrupt` is listened to once, however many writes there are. */
export function createLeaves(interrupt: AbortSignal, mayStillSend: () => boolean): Leaves {
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
      const leave = {
        signal: own.signal,
        mayStillSend: () => {
          if (!mayStillSend()) return false
          waiting.delete(own)
          sent.add(own)
          return true
        },
      }
      try {
        return await write(leave)
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
