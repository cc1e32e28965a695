import type { Planned } from '../../model/plan.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import { isSettled, type JobRecord, type SettledRecord } from '../../model/state.ts'
import { createLine, findDecidedRecord, type Planner } from '../context.ts'
import type { Decision } from '../input.ts'
import { planAdoptDecision } from './adopt.ts'
import { planBaselineDecision } from './baseline.ts'
import { planCancelDecision } from './cancel.ts'
import { planForeignDecision } from './foreign.ts'
import { planNotCreatedDecision } from './not-created.ts'
import { planRemovedDecision } from './resolve-removed.ts'
import { keepRecord, NOTHING_CHANGED } from './shared-lines.ts'

/** Plans what a person decided about an address. It never creates a job: a decision only changes the record. */
export function planDecided(plan: Planner, spec: Spec, stored: JobRecord | undefined, decision: Decision): Planned {
  if (decision.is === 'cancel') return planCancelDecision(plan, spec, stored, decision)
  if (decision.is === 'foreign') return planForeignDecision(plan, spec, stored, decision.ids)
  if (decision.is === 'removed') return planRemovedDecision(plan, spec, stored)
  const record = findDecidedRecord(spec, stored, decision)
  if (record && isSettled(record)) return keepSettled(spec, record, decision)
  switch (decision.is) {
    case 'adopt':
      return planAdoptDecision(plan, spec, record, 'adopted', { stored, force: decision.force })
    case 'not-created':
      return planNotCreatedDecision(plan, spec, record, decision.force)
    case 'baseline':
      return record
        ? createLine(spec, {
            action: 'keep',
            record,
            reason: 'the outcome of its create is not known',
            remedies: [NOTHING_CHANGED, suggest('find out its outcome', 'reconcile')],
          })
        : planBaselineDecision(plan, spec)
  }
}

function keepSettled(
  spec: Spec,
  record: SettledRecord,
  decision: Exclude<Decision, { is: 'cancel' | 'foreign' | 'removed' }>,
): Planned {
  if (decision.is !== 'adopt' || decision.id === undefined || decision.id === record.id) {
    return keepRecord(
      spec,
      record,
      record.id === undefined ? 'assumed done already' : `job ${record.id} is on record already`,
    )
  }
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_HAS_JOB',
    record,
    reason: `${record.id === undefined ? 'it is assumed done' : `job ${record.id} is on record for it`}, so ${decision.id} cannot be adopted`,
    remedies: [advise(`write policy.run: ${record.run + 1} first, if the other job is its next run`)],
  })
}
