import type { KindModel } from '../../model/kind.ts'
import type { Planned, PlannedStop } from '../../model/plan.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import { isSettled, type JobRecord, type SettledRecord } from '../../model/state.ts'
import {
  computeShownFrom,
  createLine,
  judgeSeen,
  markGone,
  NOT_SHOWN_YET,
  nameJob,
  type Planner,
  planUnread,
  refreshAsSeen,
} from '../context.ts'
import type { Decision } from '../input.ts'
import { isCancellable, planCancel } from '../situations/plan-cancel.ts'
import { keepRecord } from './shared-lines.ts'

/** Plans a cancellation that a person asked for. The record stays, so that the job is not created again. */
export function planCancelDecision(
  plan: Planner,
  spec: Spec,
  record: JobRecord | undefined,
  { reason, force }: Extract<Decision, { is: 'cancel' }>,
): Planned {
  if (!record) return keepRecord(spec, record, 'nothing was submitted for it; policy.hold: true keeps it so')
  if (!isSettled(record))
    return createLine(spec, {
      action: 'conflict',
      code: 'PLAN_NOT_CANCELLABLE',
      record,
      reason: 'the outcome of its create is not known, so there is no job to cancel yet',
      remedies: [suggest('find out its outcome, then cancel it', 'reconcile')],
    })
  const seen = judgeSeen(plan, spec.address, record)
  if (seen?.is === 'failed') return planUnread(spec, seen, record)
  if (seen?.is === 'replaced') return refuseReplaced(spec, plan.modelOf(spec.kind), record, seen.why)
  const until = seen?.is === 'absent' ? computeShownFrom(plan, record) : undefined
  if (until !== undefined) return createLine(spec, { action: 'settling', record, reason: NOT_SHOWN_YET, until })
  if (seen?.is === 'absent')
    return { ...keepRecord(spec, record, 'AWS no longer knows its job'), next: markGone(record) }
  const model = plan.modelOf(spec.kind)
  const next = seen?.is === 'live' ? refreshAsSeen(plan, spec.address, spec.policy, record, seen) : undefined
  const now = next ?? record
  // The pass after a cancellation comes here too.
  if (!isCancellable(now)) {
    const isNews = now.condition?.type === 'Cancelled' && !now.cancelled
    const asked = isNews ? { ...now, cancelled: true as const } : next
    const reason = now.lost === true ? 'it is lost: AWS no longer knows its job' : 'its job has already ended'
    return createLine(spec, { action: 'keep', record: asked ?? now, reason, next: asked })
  }
  const cancel = planCancel(plan, spec.address, now, { reason, why: reason, withdraws: false, force }, spec)
  if (!('refused' in cancel)) return { ...cancel, next }
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_NOT_CANCELLABLE',
    record,
    id: record.id,
    reason: `${nameJob(model, now.id)} cannot be cancelled: ${cancel.refused}`,
    remedies: [advise('wait for its end; its record is kept')],
  })
}

function refuseReplaced(spec: Spec, model: KindModel, record: SettledRecord, why: string): PlannedStop {
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_OTHER_JOB',
    record,
    id: record.id,
    reason: `${nameJob(model, record.id ?? '')} is not the one on record: ${why}. Nothing is done to it`,
    remedies: [suggest('record that the old job is lost', 'reconcile')],
  })
}
