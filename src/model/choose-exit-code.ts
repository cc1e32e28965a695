import { type Finding, openFindings } from './attention.ts'
import type { AwsProblem } from './aws-problem.ts'
import { getExitCodes } from './codes.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { ExitCode } from './exit-code.ts'
import { CHANGING_ACTIONS, getUntil, type Plan, type Planned } from './plan.ts'

/*
 * How the exit code of a plan or a reconcile is chosen. `codes.ts` holds the exit codes of each code. `cli/failure.ts`
 * chooses the exit code of a command that has failed or was interrupted.
 */

/** If several exit codes apply, the first of these wins. */
export const PRECEDENCE: readonly ExitCode[] = [130, 1, 4, 8, 7, 3, 6, 5, 10, 9, 2]

/** Returns the one exit code of a run to which all of these apply. */
export function chooseWorst(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes)
  return PRECEDENCE.find((code) => all.has(code)) ?? 0
}

/** What is known at the end of a run of passes. */
export type Ending = {
  /** The last plan. */
  readonly plan: Plan
  /** The calls that failed. */
  readonly failed: Iterable<AwsProblem>
  /** Whether a job failed during the run, if nobody looked for findings. */
  readonly sawFailure: boolean
  readonly timedOut: boolean
  /** Whether another process wrote the state during the run. */
  readonly isStale: boolean
  readonly interrupted: boolean
}

/** Returns every exit code that applies to a run, in ascending order. Empty: all is done. */
export function collectRunExits({ plan, failed, sawFailure, timedOut, isStale, interrupted }: Ending): ExitCode[] {
  const codes = new Set(collectPlanExits(plan))
  for (const problem of failed) {
    codes.add(5)
    if (problem.class === 'auth') codes.add(4)
  }
  if (sawFailure) codes.add(10)
  if (timedOut) codes.add(9)
  if (isStale) codes.add(8)
  if (interrupted) codes.add(130)
  return [...codes].sort((a, b) => a - b)
}

/**
 * Returns the exit codes of a plan that is only shown, or that cannot proceed. What needs a person counts in each run
 * until it is settled or acknowledged.
 */
export function collectPlanExits(plan: Plan): ExitCode[] {
  return [...collectOtherExits(plan), ...collectFindingExits(plan.findings)]
}

/** Returns the exit codes of findings. An acknowledged finding has none. */
export function collectFindingExits(findings: readonly Finding[] = []): ExitCode[] {
  return openFindings(findings).flatMap(({ code }) => getExitCodes(code))
}

/** Returns the exit codes of a plan except those of its findings. */
function collectOtherExits({ actions, refusals, findings = [] }: Plan): ExitCode[] {
  const found = new Set(findings.map(({ address, code }) => `${address} ${code}`))
  const rest = actions.filter(({ address, code = 'PLAN_CONFLICT' }) => !found.has(`${address} ${code}`))
  return [...rest.flatMap(collectLineExits), ...refusals.flatMap(({ code }) => getExitCodes(code))]
}

function collectLineExits(planned: Planned): readonly ExitCode[] {
  const { action, code } = planned
  if (action === 'conflict' || action === 'unresolved') return [6]
  if (action === 'settling') return [9]
  // The budget renews itself at a known time.
  if (code === 'PLAN_NO_ROOM' && getUntil(planned) !== undefined) return []
  return code === undefined ? [] : getExitCodes(code)
}

/** Invalid specs block only themselves. The run still ends with their exit code. */
export function collectSpecExits(diagnostics: readonly Diagnostic[]): ExitCode[] {
  return diagnostics.some(({ severity }) => severity === 'error') ? [3] : []
}

/** Returns whether applying a plan would change something in AWS or in the state. */
export function hasChanges(plan: Plan): boolean {
  return plan.actions.some(({ action }) => CHANGING_ACTIONS.has(action)) || (plan.decided ?? []).length > 0
}

/**
 * Returns the exit codes of `plan`. Waiting is not a failure, and pending changes count only on request. Only findings
 * that the change causes make it fail, so a change that fixes something is green.
 */
export function collectPreviewExits(
  plan: Plan,
  specs: readonly Diagnostic[],
  askedForPending: boolean,
  isCaused: (finding: Finding) => boolean,
): { readonly outcomes: readonly ExitCode[]; readonly exitCode: ExitCode } {
  const pending: ExitCode[] = askedForPending && hasChanges(plan) ? [2] : []
  const rest = [...collectOtherExits(plan), ...collectSpecExits(specs), ...pending]
  const caused = collectFindingExits(plan.findings?.filter(isCaused))
  return {
    outcomes: [...new Set([...rest, ...collectFindingExits(plan.findings)])],
    exitCode: chooseWorst([...rest, ...caused].filter((code) => code !== 9)),
  }
}
