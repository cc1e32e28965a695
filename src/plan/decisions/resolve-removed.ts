import { formatIso } from '../../model/iso.ts'
import type { Planned } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import type { JobRecord } from '../../model/state.ts'
import { createLine, type Planner } from '../context.ts'
import { keepRecord } from './shared-lines.ts'

/**
 * Records that a spec was removed on purpose. Its record is kept and marked as withdrawn, and no other spec counts as
 * its new name.
 */
export function planRemovedDecision(plan: Planner, spec: Spec, record: JobRecord | undefined): Planned {
  // An address without a record comes here only with its spec.
  if (!record || plan.specAt.has(spec.address) || plan.blockedAt.has(spec.address))
    return keepRecord(spec, record, 'its spec is here: remove it first')
  if (record.withdrawn !== undefined) return keepRecord(spec, record, 'recorded as removed already')
  return createLine(spec, {
    action: 'forget',
    record,
    id: record.id,
    reason: 'its spec was removed, as decided; its record is kept',
    next: { ...record, withdrawn: formatIso(plan.now) },
  })
}
