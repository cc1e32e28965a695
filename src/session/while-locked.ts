import { Problem } from '../model/problem.ts'
import { escapeForTerminal } from '../report/escape.ts'
import { systemClock } from '../system/clock.ts'
import type { CommonOptions, Host } from './host.ts'
import type { Printer } from './printer.ts'

/** How long runs of single targets wait for each other unless told: they are meant to be started at once. */
const TARGET_LOCK_MS = 300_000
const RETRY_MS = 500

/** Asked by a work that was kept from its end: whether it may give up quietly, since it is begun once more. */
export type MayRetry = () => boolean

/**
 * Begins a work again, with everything that it reads, as long as another run holds the state or has just written it; at most for
 * `--lock-timeout`. Throws the Problem (exit 8) of the last try.
 */
export async function waitWhileLocked<Value>(
  options: Pick<CommonOptions, 'lockTimeout' | 'target'>,
  host: Host,
  out: Pick<Printer, 'text'>,
  work: (mayRetry: MayRetry) => Promise<Value>,
): Promise<Value> {
  const timeout = options.lockTimeout ?? (options.target?.length ? TARGET_LOCK_MS : 0)
  const until = systemClock.monotonic() + timeout
  const mayRetry: MayRetry = () => systemClock.monotonic() < until && !host.signal.aborted
  let isTold = false
  for (;;) {
    try {
      return await work(mayRetry)
    } catch (error) {
      if (!isPassing(error) || !mayRetry()) throw error
      if (!isTold) out.text(`waiting for another run: ${escapeForTerminal(error.message)}`)
      isTold = true
      await systemClock.sleep(RETRY_MS, host.signal)
    }
  }
}

/** Whether a Problem goes away once the other run has ended. */
export function isPassing(error: unknown): error is Problem {
  return error instanceof Problem && ['STATE_LOCKED', 'STATE_STALE'].includes(error.diagnostic.code)
}
