import type { PlanInput } from './input.ts'

/**
 * Why a spec that is not among those that were loaded may still exist, in words; undefined: it is gone. Absence counts only in a complete
 * checkout whose files are all committed.
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
  return uncommitted && `${uncommitted} has changes that are not committed, so it may not be meant to go`
}
