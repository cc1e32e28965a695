import type { Address } from '../model/address.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { ExitCode } from '../model/exit-code.ts'
import type { Plan } from '../model/plan.ts'

/** What is known at the end of a run. */
export type Ending = {
  readonly plan: Plan
  readonly failed: ReadonlyMap<Address, AwsProblem>
  /** Jobs that this run saw end in failure. */
  readonly ended: readonly Address[]
  readonly timedOut: boolean
  readonly stale: string | undefined
  readonly interrupted: boolean
}

/** Every exit code that applies to a run, in ascending order. None: all is done. */
export function outcomes(ending: Ending): ExitCode[] {
  const codes = new Set<ExitCode>([
    ...planOutcomes(ending.plan),
    ...ending.plan.refusals.map(({ exitCode }) => exitCode),
  ])
  for (const problem of ending.failed.values()) {
    codes.add(5)
    if (problem.class === 'auth') codes.add(4)
  }
  if (ending.ended.length > 0) codes.add(10)
  if (ending.timedOut) codes.add(9)
  if (ending.stale !== undefined) codes.add(8)
  if (ending.interrupted) codes.add(130)
  return [...codes].sort((a, b) => a - b)
}

/** What a plan that was looked at, or that nothing more can be done of, means for the exit code. */
export function planOutcomes(plan: Plan): ExitCode[] {
  return plan.actions.flatMap(({ action, code, until }): ExitCode[] => {
    if (action === 'conflict' || action === 'unresolved') return [6]
    if (code === 'PLAN_INVALID') return [3]
    if (code === 'PLAN_UNREAD') return [5]
    if (code === 'PLAN_REFUSED') return [4, 5]
    if (action === 'settling' || code === 'PLAN_UNCOMMITTED' || code === 'PLAN_NOT_MOVED' || code === 'PLAN_NO_FILE')
      return [9]
    if (code === 'PLAN_DEPENDENCY_GONE') return [3]
    if (code?.startsWith('PLAN_DEPENDENCY')) return [9]
    if (code === 'PLAN_NO_ROOM' && until === undefined) return [9]
    return []
  })
}
