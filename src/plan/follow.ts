import { isTerminal } from '../model/condition.ts'
import { type Need, NOTHING_OBSERVED } from '../model/observed.ts'
import type { Plan, Planned } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { isSettled, type SettledRecord } from '../model/state.ts'
import { createPlanner, isSelected, type Planner } from './context.ts'
import type { PlanInput } from './input.ts'
import { getProofNeed, recordNeed } from './needs.ts'
import { keepRecorded } from './situations/submitted.ts'

/** What following jobs is made from; `observed` is read for `followNeeds`. */
export type FollowInput = Omit<PlanInput, 'observed'>

/** The reads that following jobs needs: of those on record that are not over, and nothing else. */
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

/** A plan that writes statuses down and does nothing else: no create, no start, no removal, whatever the specs ask for by now. */
export function followPlan(input: PlanInput): Plan {
  const actions = listFollowed(input).map(({ plan, spec, record }): Planned => keepRecorded(plan, spec, record))
  return { actions, diagnostics: [], refusals: [] }
}

/** The specs that have a job, whichever run it is of. A record that is to move to another name waits for `reconcile`. */
function listFollowed(input: PlanInput): { spec: Spec; record: SettledRecord; plan: Planner }[] {
  const plan = createPlanner(input)
  return input.specs.flatMap((spec) => {
    const record = plan.records[spec.address]
    if (record === undefined || !isSettled(record) || record.withdrawn !== undefined) return []
    return isSelected(input, spec.address, spec.labels) ? [{ spec, record, plan }] : []
  })
}
