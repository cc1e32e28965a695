import type { AwsProblem, Outcome } from '../model/aws-problem.ts'
import type { KindApi } from '../model/kind.ts'
import { describeProblem, isUnnamed } from './aws-error.ts'
import type { SendOptions } from './handler.ts'
import type { Lane } from './lanes.ts'
import { Abandoned, observeSending, type Sending } from './sending.ts'

/** The limits of one write attempt. */
export type AttemptOptions = {
  readonly signal?: AbortSignal
  /** Checked after signing and before the first byte is sent. */
  readonly mayStillSend: () => boolean
  /** Texts of the request that no message may repeat. */
  readonly secrets?: readonly string[]
}

/** A success answer without its required content. Thrown inside an attempt, it makes the outcome unknown. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer'

  constructor(member: string) {
    super(`AWS answered with success, but without ${member}`)
  }
}

/**
 * Makes one write attempt, never repeated, and returns its outcome.
 *
 * - *done*: a complete success answer with all its required content.
 * - *not done*: nothing was sent (no permit, no credentials, no connection), or a complete 4xx answer with a named
 *   error of the service.
 * - *unknown*: everything else once a byte may have been sent. That includes a lost or cut answer, a timeout, any 3xx
 *   or 5xx, an unnamed 4xx, and an unreadable success. A service may fail after it has committed.
 *
 * `send` makes exactly one SDK call with the given options.
 */
export async function attemptOnce<Value>(
  lane: Lane,
  model: { readonly api: Pick<KindApi, 'errors'> },
  options: AttemptOptions,
  send: (options: SendOptions) => Promise<Value>,
): Promise<Outcome<Value>> {
  const seen = observeSending(options.mayStillSend)
  try {
    await lane.pass(options.signal)
    const value = await send({ sending: seen, abortSignal: options.signal })
    lane.report(undefined)
    return { is: 'done', value }
  } catch (error) {
    if (!seen.handed && (error instanceof Abandoned || options.signal?.aborted)) {
      return { is: 'not-done', problem: createAbandonedProblem() }
    }
    const problem = describeProblem(error, model.api.errors, options.secrets)
    lane.report(problem)
    return { is: isNotDone(seen, error, problem) ? 'not-done' : 'unknown', problem }
  }
}

function createAbandonedProblem(): AwsProblem {
  const { name, message } = new Abandoned()
  return { class: 'abandoned', name, message }
}

function isNotDone(seen: Sending, error: unknown, problem: AwsProblem): boolean {
  if (!seen.connected) return true
  const { status } = seen
  // Proxies and load balancers send 408 when they stop waiting. The request may already have been forwarded.
  if (status === undefined || status < 400 || status > 499 || status === 408) return false
  return problem.status === status && problem.class !== 'outage' && isServiceError(error)
}

/**
 * Returns true if the service named the error. The SDK calls an unnamed error `Unknown`, and gives an unreadable one no
 * `$fault`.
 */
function isServiceError(error: unknown): boolean {
  if (!(error instanceof Error) || !('$fault' in error)) return false
  return !isUnnamed(error.name) && error.name !== 'SyntaxError'
}
