import type { Address } from '../model/address.ts'
import { iso } from '../model/iso.ts'
import type { Planned } from '../model/plan.ts'
import type { JobRecord } from '../model/state.ts'
import type { Planner } from './planner.ts'
import { planUnknownOrphan } from './unknown.ts'

/** Plans a record whose spec is not among those that were loaded. Undefined: there is nothing to say about it. */
export function planWithdrawn(plan: Planner, address: Address, record: JobRecord): Planned | undefined {
  if (record.withdrawn !== undefined) return undefined
  const base = { address, record, ...(record.id !== undefined && { id: record.id }) }
  const obstacle = whyNotRemoved(plan)
  if (obstacle !== undefined)
    return { ...base, action: 'keep', code: 'PLAN_NOT_REMOVED', reason: `its spec is not here, but ${obstacle}` }
  if (record.stage === 'intent' || record.stage === 'settling') {
    const planned = planUnknownOrphan(plan, address, record)
    if (planned.action !== 'held') return planned
  }
  return {
    ...base,
    action: 'forget',
    reason: `its spec is gone; ${record.id === undefined ? 'no job was made' : `job ${record.id} stays as it is at AWS`}, its record is kept`,
    next: { ...record, withdrawn: iso(plan.now) },
  }
}

/** Absence counts only in a complete, current checkout. */
function whyNotRemoved(plan: Planner): string | undefined {
  if (plan.only) return 'only some specs were asked for'
  if (!plan.complete) return 'some files could not be read, so it may only look gone'
  if (!plan.rules.emulator && !plan.checkout.git && !plan.rules.allowRemovals) {
    return 'outside Git a missing spec proves nothing (--allow-removals says that it does)'
  }
  return undefined
}
