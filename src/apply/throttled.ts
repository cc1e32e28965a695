import type { Outcome } from '../model/aws-problem.ts'
import type { Pass } from './effects.ts'
import type { Permit } from './interrupt.ts'

const ATTEMPTS_MAX = 5

/**
 * Makes a write, and repeats it while AWS throttles it and its lease is valid. A throttled write was not done. The lane
 * slows down meanwhile.
 */
export async function repeatThrottled<Value>(
  pass: Pass,
  write: (permit: Permit) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await pass.write(write)
    const isThrottled = outcome.is === 'not-done' && outcome.problem.class === 'throttle'
    if (!isThrottled || attempt === ATTEMPTS_MAX || !pass.mayStillSend()) return outcome
  }
}
