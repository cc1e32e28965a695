import { Problem } from '../model/problem.ts'
import { escapeForTerminal } from '../report/escape.ts'
import { systemClock } from '../system/clock.ts'
import type { CommonOptions, Host } from './host.ts'
import type { Printer } from './printer.ts'

/** How long runs of single targets wait for each other by default. They are meant to start together. */
const TARGET_LOCK_MS = 300_000
const RETRY_MS = 500

/** Returns true if a failed attempt is retried, so that it need not report the failure. */
export type MayRetry = () => boolean

/**
 * Retries work, including everything that it reads, while another run holds the state or has just written it. Stops after `--lock-timeout`
 * and throws the last Problem (exit 8).
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
  let isReported = false
  for (;;) {
    try {
      return await work(mayRetry)
    } catch (error) {
      if (!isPassing(error) || !mayRetry()) throw error
      if (!isReported) out.text(`waiting for another run: ${escapeForTerminal(error.message)}`)
      isReported = true
      await systemClock.sleep(RETRY_MS, host.signal)
    }
  }
}

/** Returns true if a Problem resolves itself when the other run ends. */
export function isPassing(error: unknown): error is Problem {
  return error instanceof Problem && ['STATE_LOCKED', 'STATE_STALE'].includes(error.diagnostic.code)
}
