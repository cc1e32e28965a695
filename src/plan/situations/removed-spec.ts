import { type Address, parseAddress } from '../../model/address.ts'
import { formatIso } from '../../model/iso.ts'
import type { Planned } from '../../model/plan.ts'
import { advise } from '../../model/remedy.ts'
import { type IdentifiedRecord, isSettled, type JobRecord, type SettledRecord } from '../../model/state.ts'
import {
  computeShownFrom,
  describeUnread,
  getReadTime,
  judgeSeen,
  markGone,
  NOT_SHOWN_YET,
  type Planner,
  refreshAsSeen,
} from '../context.ts'
import { explainPresence } from '../questions/absence.ts'
import { planWithoutSpec } from '../questions/ownership.ts'
import { isCancellable, planCancel } from './plan-cancel.ts'
import { computeQuietTime, planUnknown } from './unknown.ts'

const UNREAD = advise('make AWS reachable there (a target, credentials), or restore its spec without policy.onRemove')

/** Plans a record whose spec is not among the loaded ones. Undefined: nothing to report. */
export function planRemovedSpec(plan: Planner, address: Address, record: JobRecord): Planned | undefined {
  if (record.withdrawn !== undefined) return undefined
  if (!isSettled(record)) {
    const planned = planWithoutSpec(address, record, (spec) => planUnknown(plan, spec, record))
    // No job was created, or the ID belongs to another job: nothing is left to recover.
    if (planned.action !== 'held' && planned.action !== 'conflict') return planned
  }
  const base = { address, record, id: record.id }
  const obstacle = explainNotRemoved(plan, address)
  if (obstacle !== undefined)
    return { ...base, action: 'keep', code: 'PLAN_NOT_REMOVED', reason: `its spec is not here, but ${obstacle}` }
  if (!isSettled(record)) {
    // A record that is forgotten is never read again. So no request of its create may arrive later.
    const until = computeQuietTime(plan, parseAddress(address), record)
    if (getReadTime(plan) < Date.parse(until) && !record.intent.givenUp)
      return { ...base, action: 'settling', reason: 'its spec was removed; its create may still arrive', until }
    return planForget(plan, address, record, record, 'no job was created')
  }
  const seen = mayCancel(record) ? judgeSeen(plan, address, record) : undefined
  if (seen?.is === 'failed') return { ...base, remedies: [UNREAD], ...describeUnread(seen) }
  const until = seen?.is === 'absent' ? computeShownFrom(plan, record) : undefined
  if (until !== undefined) return { ...base, action: 'settling', reason: NOT_SHOWN_YET, until }
  const now: SettledRecord =
    seen === undefined
      ? record
      : seen.is === 'live'
        ? refreshAsSeen(plan, address, { maxFailedPercent: 0 }, record, seen)
        : markGone(record)
  const left =
    seen?.is === 'replaced'
      ? `ID ${record.id} now belongs to another job (${seen.why}), which stays as it is`
      : now.lost
        ? `AWS no longer knows job ${record.id}`
        : `job ${record.id} stays as it is in AWS`
  if (!mayCancel(now)) return planForget(plan, address, record, now, left)
  const reason = 'its spec was removed, and policy.onRemove is cancel'
  const cancel = planCancel(plan, address, now, { reason, why: reason, withdraws: true, force: false })
  return 'refused' in cancel ? planForget(plan, address, record, now, left, cancel.refused) : cancel
}

function planForget(
  plan: Planner,
  address: Address,
  record: JobRecord,
  now: JobRecord,
  left: string,
  refused?: string,
): Planned {
  return {
    address,
    record,
    id: record.id,
    action: 'forget',
    reason: `its spec was removed; ${left}, its record is kept${refused === undefined ? '' : `: ${refused}`}`,
    next: { ...now, withdrawn: formatIso(plan.now) },
  }
}

/** Returns whether a record asks to cancel its job with its spec, and that job is not terminal. */
export function mayCancel(record: JobRecord): record is IdentifiedRecord {
  return record.onRemove === 'cancel' && isCancellable(record)
}

/** Absence counts only in a complete, current checkout, and only if the spec was not renamed. */
function explainNotRemoved(plan: Planner, address: Address): string | undefined {
  if (plan.only) return 'only some specs were selected'
  const obstacle = explainPresence(plan)
  if (obstacle !== undefined) return obstacle
  const heir = plan.renames.from.get(address)
  if (heir !== undefined) return `${heir} looks like it renamed`
  const broken = plan.brokenNew.get(parseAddress(address).kind)
  if (broken) return `${broken} has errors and no job yet, and may be it renamed`
  return undefined
}
