import type { PlanInput } from '../input.ts'
import { describeUncommitted } from './uncommitted.ts'

/**
 * Explains why a spec that was not loaded may still exist; undefined if it was removed. Absence counts only in a
 * complete checkout that holds exactly the files of HEAD.
 */
export function explainPresence({ complete, rules, checkout, unclaimed }: PlanInput): string | undefined {
  if (!complete) return 'some files were not read, so it may only look removed'
  if (rules.emulator) return undefined
  if (!checkout.git) {
    return rules.allowRemovals
      ? undefined
      : 'outside Git a missing spec proves nothing (--allow-removals accepts it as removed)'
  }
  if (unclaimed) return "it may be another project's: the state does not say whose it is"
  const { relation } = checkout
  if (relation !== 'none' && relation !== 'same' && relation !== 'ahead')
    return 'this checkout may be older than what was reconciled last'
  const [uncommitted] = rules.allowDirty ? [] : [...checkout.deleted, ...checkout.dirty]
  return uncommitted && `${describeUncommitted(uncommitted)}, so its removal may not be intended`
}
