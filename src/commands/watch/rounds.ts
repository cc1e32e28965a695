import type { Clock } from '../../system/clock.ts'

/** Why a round runs. `refresh`: no file changed, but it is time to look at jobs again. */
export type Round = { readonly why: 'first' | 'change' | 'refresh'; readonly files: readonly string[] }

export type Rounds = {
  /** Files changed: a round runs soon. While one is running, one more follows it, however many changes arrive. */
  changed(files: readonly string[]): void
  /** Resolves after an interrupt, once the round under way has ended; rejects where a round threw. */
  readonly ended: Promise<void>
}

/**
 * Runs a first round, then one after each change and each pause, never two at once, until the signal is aborted. A round resolves to
 * the milliseconds after which it wants to look again; undefined: only a change brings the next one.
 */
export function startRounds(
  run: (round: Round) => Promise<number | undefined>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Rounds {
  const waiting = new Set<string>()
  let wake = (): void => {}
  const pause = async (ms: number | undefined): Promise<void> => {
    if (waiting.size > 0 || signal.aborted) return
    const woken = new AbortController()
    const change = new Promise<void>((resolve) => {
      wake = () => {
        woken.abort()
        resolve()
      }
    })
    signal.addEventListener('abort', wake, { signal: woken.signal })
    // Waking ends a sleep with an error that means nothing.
    await (ms === undefined ? change : clock.sleep(ms, woken.signal).catch(() => {}))
    woken.abort()
  }
  const runRounds = async (): Promise<void> => {
    let why: Round['why'] = 'first'
    while (!signal.aborted) {
      const files = [...waiting].sort()
      waiting.clear()
      await pause(await run({ why, files }))
      why = waiting.size > 0 ? 'change' : 'refresh'
    }
  }
  return {
    changed(files) {
      for (const file of files) waiting.add(file)
      wake()
    },
    ended: runRounds(),
  }
}
