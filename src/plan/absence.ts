import type { PlanInput } from './input.ts'
import { describeUncommitted } from './uncommitted.ts'

/**
 * Why a spec that is not among those that were loaded may still exist, in words; undefined: it is gone. Absence counts only in a complete
 * checkout in which HEAD holds every file that was read, and none that was not.
 */
export function whyNotGone({ complete, rules, checkout }: PlanInput): string | undefined {
  if (!complete) return 'some files were not read, so it may only look gone'
  if (rules.emulator) return undefined
  if (!checkout.git) {
    return rules.allowRemovals
      ? undefined
      : 'outside Git a missing spec proves nothing (--allow-removals says that it does)'
  }
  const [uncommitted] = rules.allowDirty ? [] : [...checkout.deleted, ...checkout.dirty]
  return uncommitted && `${describeUncommitted(uncommitted)}, so it may not be meant to go`
}
