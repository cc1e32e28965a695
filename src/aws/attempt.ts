import type { AwsProblem, Outcome } from '../model/aws-problem.ts'
import type { KindApi } from '../model/kind.ts'
import { describeProblem, isUnnamed } from './aws-error.ts'
import type { SendOptions } from './handler.ts'
import type { Lane } from './lanes.ts'
import { Abandoned, type Watch, watch } from './watch.ts'

/** What bounds one attempt to write. */
export type AttemptOptions = {
  readonly signal?: AbortSignal
  /** Asked after signing and before the first byte. */
  readonly mayStillSend: () => boolean
  /** Texts in the request that no message may repeat. */
  readonly secrets?: readonly string[]
}

/** An answer of success that does not hold what success has to hold. Thrown inside an attempt, it leaves its outcome unknown. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer'

  constructor(member: string) {
    super(`AWS answered with success, but without ${member}`)
  }
}

/**
 * One attempt to write, never repeated, with what is known of its fate.
 *
 * - *done*: a complete answer of success with everything in it that it must hold.
 * - *not done*: nothing was sent (no leave, no credentials, no connection), or a complete 4xx answer with an error that the service named.
 * - *unknown*: everything else once a byte may have left: a lost or cut answer, a timeout, every 3xx and 5xx, a 4xx that no service
 *   signed, an answer of success that cannot be read. A service may fail after it has committed.
 *
 * `send` makes exactly one SDK call with the options that it is given.
 */
export async function attemptOnce<Value>(
  lane: Lane,
  model: { readonly api: Pick<KindApi, 'errors'> },
  options: AttemptOptions,
  send: (options: SendOptions) => Promise<Value>,
): Promise<Outcome<Value>> {
  const seen = watch(options.mayStillSend)
  try {
    await lane.pass(options.signal)
    const value = await send({ watch: seen, abortSignal: options.signal })
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

function isNotDone(seen: Watch, error: unknown, problem: AwsProblem): boolean {
  if (!seen.connected) return true
  const { status } = seen
  // 408 is what a proxy or a load balancer says when it gave up waiting, perhaps behind a request that went on.
  if (status === undefined || status < 400 || status > 499 || status === 408) return false
  return problem.status === status && problem.class !== 'outage' && isServiceError(error)
}

/** Whether the service named the error: the SDK calls an answer without a name `Unknown`, and gives an unreadable one no `$fault`. */
function isServiceError(error: unknown): boolean {
  if (!(error instanceof Error) || !('$fault' in error)) return false
  return !isUnnamed(error.name) && error.name !== 'SyntaxError'
}
