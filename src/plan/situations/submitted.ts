import { isSteady, isTerminal } from '../../model/condition.ts'
import { isSameJson, type Json } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Difference, Planned, PlannedKeep, PlannedStep, PlannedStop } from '../../model/plan.ts'
import { advise } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import { isIdentified, isSettled, type JobRecord, type SettledRecord } from '../../model/state.ts'
import { writeDocuments } from '../../model/write-documents.ts'
import {
  computeShownFrom,
  createLine,
  describeRaisedRun,
  formatMinute,
  judgeSeen,
  markGone,
  NOT_SHOWN_YET,
  type Planner,
  planFailed,
  planLowerRun,
  planUnread,
  refreshAsSeen,
  type SeenRecord,
} from '../context.ts'
import { describeChanges, findEdits, planEdited } from '../questions/edits.ts'
import { planDownload, planUpload } from '../questions/files.ts'
import { planHeld, planNew, planUncommitted } from './new.ts'
import { planUnknown } from './unknown.ts'

/** Plans a spec whose job is on record. */
export function planRecorded(plan: Planner, spec: Spec, stored: JobRecord): Planned {
  const model = plan.modelOf(spec.kind)
  const record = clearWithdrawal(stored)
  if (!isSettled(record)) return planUnknown(plan, spec, record)
  if (spec.policy.run > record.run) {
    return planNew(plan, spec, {
      reason: describeRaisedRun(spec, record),
      attempt: 1,
      previous: record,
    })
  }
  const seen = judgeSeen(plan, spec.address, record)
  const fresh = seen?.is === 'absent' ? planNotShownYet(plan, spec, record) : undefined
  if (fresh) return fresh
  const now = planAsSeen(plan, spec, record, seen)
  const next = isEqual(now, stored) ? undefined : now
  if (spec.policy.run < record.run) return { ...planLowerRun(spec, now), next }
  // The site of a terminal job no longer matters. Whether its target is known depends on other unfinished jobs.
  const site = isTerminal(now.condition) ? undefined : plan.siteOf(spec)
  const changes = findEdits(spec, record, model, site)
  if (changes.length > 0) return { ...planEdit(plan, spec, model, now, changes), next }
  if (seen?.is === 'failed' && !isTerminal(record.condition)) return planUnread(spec, seen, record)
  const planned = proceed(plan, spec, model, now)
  return {
    ...(seen?.is === 'replaced' ? { ...planned, reason: describeReplaced(planned.reason, seen.why) } : planned),
    next,
  }
}

/** Plans a settled job by its read alone, with no further step. Ignores its spec. */
export function keepRecorded(plan: Planner, spec: Spec, record: SettledRecord): Planned {
  const model = plan.modelOf(spec.kind)
  const seen = judgeSeen(plan, spec.address, record)
  if (seen?.is === 'failed') return planUnread(spec, seen, record)
  const base = { id: record.id, record }
  const fresh = seen?.is === 'absent' ? planNotShownYet(plan, spec, record) : undefined
  if (fresh) return fresh
  if (seen?.is === 'absent' || seen?.is === 'replaced')
    return createLine(spec, { ...base, action: 'keep', reason: 'gone', next: markGone(record) })
  const now = planAsSeen(plan, spec, record, seen)
  const next = isEqual(now, record) ? undefined : now
  const isIdle = model.lifecycle.steps.includes('start') && now.stage === 'created' && !isTerminal(now.condition)
  if (isIdle) return createLine(spec, { ...base, next, action: 'held', reason: 'created, and not started by this' })
  return createLine(spec, { ...base, next, action: 'keep', reason: describeKept(model, now) })
}

/** Returns whether two records are equal. */
function isEqual(a: JobRecord, b: JobRecord): boolean {
  return isSameJson(a as unknown as Json, b as unknown as Json)
}

/** Explains that a job is lost because its ID now belongs to another job. */
function describeReplaced(reason: string, why: string): string {
  return `its ID now belongs to another job: ${why}; ${reason}`
}

/** The lines that a recorded job can have. */
type OnRecord = PlannedStep | PlannedKeep | PlannedStop

/** Plans the next step of a job whose spec is unchanged. */
function proceed(plan: Planner, spec: Spec, model: KindModel, record: SettledRecord): OnRecord {
  const base = { id: record.id, record }
  if (record.lost) {
    return createLine(spec, {
      ...base,
      action: 'keep',
      code: 'PLAN_LOST',
      reason: 'AWS no longer knows this unfinished job; Jobwright does not create it again',
    })
  }
  if (model.lifecycle.steps.includes('start') && record.stage === 'created' && !isTerminal(record.condition)) {
    const failed = planFailed(plan, spec.address, spec, record)
    if (failed) return failed
    if (spec.policy.hold)
      return createLine(spec, { ...base, action: 'held', reason: 'created, but policy.hold is true' })
    return (
      planUpload(plan, spec, record) ??
      createLine(spec, { id: record.id, record, action: 'start', reason: 'created and recorded, not started yet' })
    )
  }
  return (
    planDownload(plan, spec, record) ??
    createLine(spec, { ...base, action: 'keep', reason: describeKept(model, record) })
  )
}

function describeKept({ lifecycle }: KindModel, record: JobRecord): string {
  if (record.archived) return 'done; AWS has forgotten it since'
  if (isTerminal(record.condition)) return record.finishedAt ? `done ${formatMinute(record.finishedAt)}` : 'done'
  const reached = isSteady(record.condition, lifecycle) ? lifecycle.steady?.words : undefined
  return reached ?? 'unfinished'
}

/** Plans an edit of a submitted spec: an update if AWS supports it, else a conflict. */
function planEdit(
  plan: Planner,
  spec: Spec,
  model: KindModel,
  record: SettledRecord,
  changes: readonly Difference[],
): OnRecord {
  const before = model.request.normalise(record.request)
  const after = model.request.normalise(writeDocuments(spec.request, model.request.documents))
  const isLive = isIdentified(record) && !isTerminal(record.condition) && record.lost !== true
  const way = isLive ? model.lifecycle.updating?.(before, after, changes, record.condition) : undefined
  if (!isLive || way === undefined) return planEdited(spec, model, record, changes)
  if ('refused' in way) {
    // The site of a job is no member that AWS could change.
    return planEdited(spec, model, record, changes, way.pointer.startsWith('/policy') ? undefined : way)
  }
  const stop = planHeld(plan, spec) ?? planUncommitted(plan, spec)
  if (stop) return { ...stop, id: record.id, record, changes }
  return createLine(spec, {
    action: 'update',
    id: record.id,
    record,
    changes,
    by: way.by,
    reason: `${describeChanges(changes)} changed, and AWS can apply that to the unfinished job`,
    remedies: way.warning === undefined ? undefined : [advise(way.warning)],
  })
}

function planAsSeen(plan: Planner, spec: Spec, record: SettledRecord, seen: SeenRecord | undefined): SettledRecord {
  if (seen?.is === 'absent' || seen?.is === 'replaced') return markGone(record)
  return seen?.is === 'live' ? refreshAsSeen(plan, spec.address, spec.policy, record, seen) : record
}

/** A new job may not be shown yet. Its absence proves nothing, and nothing is done to it. */
function planNotShownYet(plan: Planner, spec: Spec, record: SettledRecord): Planned | undefined {
  const until = computeShownFrom(plan, record)
  if (until === undefined) return undefined
  return createLine(spec, { action: 'settling', id: record.id, record, reason: NOT_SHOWN_YET, until })
}

function clearWithdrawal(record: JobRecord): JobRecord {
  // Nearly every record stays as it is, and needs no copy and no comparison.
  if (record.withdrawn === undefined) return record
  const { withdrawn: _withdrawn, ...rest } = record
  return rest
}
