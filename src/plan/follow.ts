import { isTerminal } from '../model/condition.ts'
import { type Need, NOTHING_OBSERVED } from '../model/observed.ts'
import type { Plan, Planned } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { isSettled, type SettledRecord } from '../model/state.ts'
import { createPlanner, isSelected, type Planner } from './context.ts'
import type { PlanInput } from './input.ts'
import { getProofNeed, recordNeed } from './needs.ts'
import { expandSeries } from './series/expand.ts'
import { keepRecorded } from './situations/submitted.ts'

/** The inputs for following jobs. `observed` holds the reads of `followNeeds`. */
export type FollowInput = Omit<PlanInput, 'observed'>

/** Returns the reads for following jobs: recorded jobs that are not terminal, and nothing else. */
export function followNeeds(input: FollowInput): Need[] {
  return listFollowed({ ...input, observed: NOTHING_OBSERVED }).flatMap(({ spec, record, plan }) =>
    record.id === undefined || isTerminal(record.condition) || record.lost
      ? []
      : [
          {
            ...recordNeed(spec.address, record, plan.modelOf(spec.kind)),
            id: record.id,
            known: true,
            ...getProofNeed(record, plan.modelOf(spec.kind)),
          },
        ],
  )
}

/** Returns a plan that only records statuses: no create, no start, no removal, whatever the specs ask for. */
export function followPlan(input: PlanInput): Plan {
  const actions = listFollowed(input).map(({ plan, spec, record }): Planned => keepRecorded(plan, spec, record))
  return { actions, diagnostics: [], refusals: [] }
}

/** Returns the specs that have a job, of any run. A record that is to move to another name waits for `reconcile`. */
function listFollowed(given: PlanInput): { spec: Spec; record: SettledRecord; plan: Planner }[] {
  const { input } = expandSeries(given)
  const plan = createPlanner(input)
  return input.specs.flatMap((spec) => {
    const record = plan.records[spec.address]
    if (record === undefined || !isSettled(record) || record.withdrawn !== undefined) return []
    return isSelected(input, spec.address, spec.labels) ? [{ spec, record, plan }] : []
  })
}
