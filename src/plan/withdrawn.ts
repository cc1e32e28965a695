import { type Address, partsOf } from '../model/address.ts'
import { iso } from '../model/iso.ts'
import type { Live } from '../model/live.ts'
import type { Planned } from '../model/plan.ts'
import { reread } from '../model/record.ts'
import type { JobRecord } from '../model/state.ts'
import { whyNotGone } from './absence.ts'
import { isCancellable, planCancel } from './cancel.ts'
import { gone, isSettled, NOT_SHOWN_YET, notRead, type Planner, shownFrom } from './planner.ts'
import { planUnknownOrphan } from './unknown.ts'

const UNREAD_HINT = 'let AWS be asked there (a target, credentials), or bring its spec back without policy.onRemove'

/** Plans a record whose spec is not among those that were loaded. Undefined: there is nothing to say about it. */
export function planWithdrawn(plan: Planner, address: Address, record: JobRecord): Planned | undefined {
  if (record.withdrawn !== undefined) return undefined
  const base = { address, record, ...(record.id !== undefined && { id: record.id }) }
  if (!isSettled(record)) {
    const planned = planUnknownOrphan(plan, address, record)
    // Where no job was made, or the ID is another's, there is nothing to bring to light.
    if (planned.action !== 'held' && planned.action !== 'conflict') return planned
  }
  const obstacle = whyNotRemoved(plan, address)
  if (obstacle !== undefined)
    return { ...base, action: 'keep', code: 'PLAN_NOT_REMOVED', reason: `its spec is not here, but ${obstacle}` }
  const seen = mayCancel(record) ? plan.observed.jobs.get(address) : undefined
  if (seen?.is === 'failed') return { ...base, ...notRead(seen), hint: UNREAD_HINT }
  const until = seen?.is === 'absent' ? shownFrom(plan, record) : undefined
  if (until !== undefined) return { ...base, action: 'settling', site: record.site, reason: NOT_SHOWN_YET, until }
  const now =
    seen === undefined ? record : seen.is === 'absent' ? gone(record) : asSeen(plan, address, record, seen.live)
  const left = !isSettled(record)
    ? 'no job was made'
    : now.lost
      ? `AWS no longer knows job ${record.id}`
      : `job ${record.id} stays as it is at AWS`
  const cancel = mayCancel(now)
    ? planCancel(plan, address, now, 'its spec is gone, and policy.onRemove is cancel')
    : undefined
  if (cancel && 'action' in cancel) return { ...cancel, withdraws: true }
  return {
    ...base,
    action: 'forget',
    reason: `its spec is gone; ${left}, its record is kept${cancel ? `: ${cancel.refused}` : ''}`,
    next: { ...now, withdrawn: iso(plan.now) },
  }
}

/** Whether a withdrawn record asks for its job to be cancelled, and there is one that is not over. */
export function mayCancel(record: JobRecord): boolean {
  return record.onRemove === 'cancel' && isCancellable(record)
}

function asSeen(plan: Planner, address: Address, record: JobRecord, live: Live): JobRecord {
  const model = plan.modelOf(partsOf(address).kind)
  return reread(model, record, live, model.lifecycle.condition(live, { maxFailedPercent: 0 }), plan.now)
}

/** Absence counts only in a complete, current checkout, and only if the job does not go on under another name. */
function whyNotRemoved(plan: Planner, address: Address): string | undefined {
  if (plan.only) return 'only some specs were asked for'
  const obstacle = whyNotGone(plan)
  if (obstacle !== undefined) return obstacle
  const heir = plan.renames.from.get(address)
  if (heir !== undefined) return `${heir} looks like it renamed`
  const { kind } = partsOf(address)
  const broken = plan.blocked.find((one) => partsOf(one.address).kind === kind && !plan.records[one.address])
  if (broken) return `${broken.address} has errors and no job yet, and may be it renamed`
  return undefined
}
