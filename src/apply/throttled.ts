import type { Outcome } from '../model/aws-problem.ts'
import type { Pass } from './effects.ts'
import type { Permit } from './interrupt.ts'

const ATTEMPTS_MAX = 5

/**
 * Makes a write, and repeats it while AWS throttles it and its lease is valid. A throttled write was not done. The lane
 * slows down meanwhile. If one of the calls may run yet, the outcome says so, even if the last one was never sent.
 */
export async function repeatThrottled<Value>(
  pass: Pass,
  write: (permit: Permit) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  let mayRunYet: true | undefined
  for (let attempt = 1; ; attempt++) {
    const outcome = await pass.write(write)
    if (outcome.is !== 'not-done') return outcome
    mayRunYet ??= outcome.mayRunYet
    if (outcome.problem.class !== 'throttle' || attempt === ATTEMPTS_MAX || !pass.mayStillSend())
      return { ...outcome, ...(mayRunYet && { mayRunYet }) }
  }
}
