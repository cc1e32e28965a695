import type { HttpHandlerOptions } from '@smithy/types'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { KindApi, KindModel } from '../model/kind.ts'
import type { Clock } from '../system/clock.ts'
import { AwsError, describeProblem } from './aws-error.ts'
import type { Lane } from './lanes.ts'

const ATTEMPTS_MAX = 4
const PAUSE_MS = { throttle: 1000, other: 200 } as const

/**
 * Reads once, and retries up to three times after a throttle, an outage or a lost connection. This loop replaces the
 * SDK's: every request must pass the lane, and every wait must use the clock. Throws an AwsError, or the signal's
 * reason.
 */
export async function readWithRetries<Value>(
  lane: Lane,
  model: { readonly api: Pick<KindApi, 'errors'> },
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal },
  send: (options: HttpHandlerOptions) => Promise<Value>,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    await lane.pass(signal)
    try {
      const value = await send({ abortSignal: signal })
      lane.report(undefined)
      return value
    } catch (error) {
      signal?.throwIfAborted()
      const problem = describeProblem(error, model.api.errors)
      lane.report(problem)
      if (attempt === ATTEMPTS_MAX || !isWorthAnother(problem) || !lane.mayRepeat()) throw new AwsError(problem, error)
      const base = problem.class === 'throttle' ? PAUSE_MS.throttle : PAUSE_MS.other
      // No jitter: the lane spreads simultaneous retries.
      await clock.sleep(base * 2 ** (attempt - 1), signal)
    }
  }
}

/** An unknown host means a wrong region or name, so a retry does not help. */
function isWorthAnother({ class: kind, name }: AwsProblem): boolean {
  return kind === 'throttle' || kind === 'outage' || (kind === 'unreachable' && name !== 'ENOTFOUND')
}

/** `read` with everything bound except the call. */
export type Ask = <Value>(
  operation: string,
  signal: AbortSignal | undefined,
  send: (options: HttpHandlerOptions) => Promise<Value>,
) => Promise<Value>

/** What a reader needs of a connection. */
type Reached = { readonly clock: Clock; lane(model: KindModel, operation: string): Lane }

/** Creates the read function of a kind over a connection. */
export function createAsk(connection: Reached, model: KindModel): Ask {
  return (operation, signal, send) =>
    readWithRetries(connection.lane(model, operation), model, { clock: connection.clock, signal }, send)
}
