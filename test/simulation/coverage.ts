import type { Plan } from '../../src/model/plan.ts'

/** Counts what a plan says: its actions, codes, refusals and ways out. */
export function countPlan(plan: Plan, count: (what: string) => void): void {
  for (const { action, code } of plan.actions) {
    count(`action ${action}`)
    if (code !== undefined) count(`code ${code}`)
  }
  for (const { code } of plan.refusals) count(`code ${code}`)
  for (const { remedies = [] } of [...plan.actions, ...plan.refusals, ...(plan.findings ?? [])])
    for (const { text } of remedies) count(`remedy ${text}`)
  for (const { kind, code } of plan.findings ?? []) {
    count(`finding ${kind}`)
    count(`code ${code}`)
  }
}
