import type { Clock } from '../../system/clock.ts'

/** Why a round runs. `refresh`: no file changed, but jobs are due for polling. */
export type Round = { readonly why: 'first' | 'change' | 'refresh'; readonly files: readonly string[] }

export type Rounds = {
  /** Reports changed files, so that a round runs soon. Changes during a round cause one more round. */
  changed(files: readonly string[]): void
  /** Resolves after an interrupt and the end of the current round. Rejects if a round threw. */
  readonly ended: Promise<void>
}

/**
 * Runs a first round, then one after each change and each pause, until the signal is aborted. Rounds never overlap. A round resolves to the
 * milliseconds until the next one; undefined: wait for a change.
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
    // Waking aborts the sleep. That error has no meaning.
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
