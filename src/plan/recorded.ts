import { isSteady, isTerminal } from '../model/condition.ts'
import { canonical, type Json } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Live } from '../model/live.ts'
import type { Difference, Planned } from '../model/plan.ts'
import { reread } from '../model/record.ts'
import type { Spec } from '../model/spec.ts'
import type { JobRecord } from '../model/state.ts'
import { written } from '../model/written.ts'
import { edits } from './edit.ts'
import { isOfUpload, planDownload, planUpload } from './files.ts'
import { planHeld, planNew, planUncommitted } from './new-job.ts'
import {
  gone,
  isSettled,
  line,
  lowerRun,
  NOT_SHOWN_YET,
  type Planner,
  raised,
  shownFrom,
  spoken,
  unread,
} from './planner.ts'
import { planUnknown } from './unknown.ts'

/** Plans a spec whose job is on record. */
export function planRecorded(plan: Planner, spec: Spec, stored: JobRecord): Planned {
  const model = plan.modelOf(spec.kind)
  const record = withoutWithdrawal(stored)
  if (!isSettled(record)) return planUnknown(plan, spec, record)
  if (spec.policy.run > record.run) {
    return planNew(plan, spec, {
      reason: raised(spec, record),
      attempt: 1,
      previous: record,
    })
  }
  const seen = plan.observed.jobs.get(spec.address)
  const fresh = seen?.is === 'absent' ? notShownYet(plan, spec, record) : undefined
  if (fresh) return fresh
  const now =
    seen?.is === 'live' ? asSeen(plan, spec, model, record, seen.live) : seen?.is === 'absent' ? gone(record) : record
  const next = canonical(now as unknown as Json) === canonical(stored as unknown as Json) ? {} : { next: now }
  if (spec.policy.run < record.run) return { ...lowerRun(spec, now), ...next }
  // Where a job that is over was made no longer matters; whether its target is known depends on which others are still open.
  const site = isTerminal(now.condition) ? undefined : plan.siteOf(spec)
  const changes = edits(spec, record, model, site)
  if (changes.length > 0) return { ...planEdit(plan, spec, model, now, changes), ...next }
  if (seen?.is === 'failed' && !isTerminal(record.condition)) return { ...unread(spec, seen), ...idOf(record), record }
  return { ...proceed(plan, spec, model, now), ...next }
}

/** A settled job with what was just seen of it, and no step beyond that: its spec is not looked at. */
export function keepRecorded(plan: Planner, spec: Spec, record: JobRecord): Planned {
  const model = plan.modelOf(spec.kind)
  const seen = plan.observed.jobs.get(spec.address)
  const base = { ...idOf(record), record, site: record.site }
  if (seen?.is === 'failed') return { ...unread(spec, seen), ...base }
  if (seen?.is === 'absent') {
    return (
      notShownYet(plan, spec, record) ?? line(spec, { ...base, action: 'keep', reason: 'gone', next: gone(record) })
    )
  }
  const now = seen ? asSeen(plan, spec, model, record, seen.live) : record
  const next = canonical(now as unknown as Json) === canonical(record as unknown as Json) ? {} : { next: now }
  const isIdle = model.lifecycle.steps.includes('start') && now.stage === 'created' && !isTerminal(now.condition)
  if (isIdle) return line(spec, { ...base, ...next, action: 'held', reason: 'created, and not started by this' })
  return line(spec, { ...base, ...next, action: 'keep', reason: keepReason(model, now) })
}

/** The next step of a job whose spec still says what was submitted. */
function proceed(plan: Planner, spec: Spec, model: KindModel, record: JobRecord): Planned {
  const base = { ...idOf(record), record, site: record.site }
  if (record.lost) {
    return line(spec, {
      ...base,
      action: 'keep',
      code: 'PLAN_LOST',
      reason: 'AWS no longer knows this unfinished job; it is not made again',
    })
  }
  if (model.lifecycle.steps.includes('start') && record.stage === 'created' && !isTerminal(record.condition)) {
    const failure = plan.run.failed.get(spec.address)
    if (failure)
      return line(spec, {
        ...base,
        action: 'blocked',
        reason: `failed in this run: ${failure.name}: ${failure.message}`,
      })
    if (spec.policy.hold) return line(spec, { ...base, action: 'held', reason: 'created, but policy.hold is true' })
    const upload = planUpload(plan, spec, record)
    if (upload) return upload
    return line(spec, { ...base, action: 'start', reason: 'created and recorded, not started yet' })
  }
  return planDownload(plan, spec, record) ?? line(spec, { ...base, action: 'keep', reason: keepReason(model, record) })
}

function keepReason({ lifecycle }: KindModel, record: JobRecord): string {
  if (record.archived) return 'done; AWS has forgotten it since'
  if (isTerminal(record.condition)) return record.finishedAt ? `done ${spoken(record.finishedAt)}` : 'done'
  const reached = isSteady(record.condition, lifecycle) ? lifecycle.steady?.words : undefined
  return reached ?? 'running'
}

/** An edit of a submitted spec: AWS makes the job say so, or it is a conflict. */
function planEdit(
  plan: Planner,
  spec: Spec,
  model: KindModel,
  record: JobRecord,
  changes: readonly Difference[],
): Planned {
  const before = model.request.normalise(record.request)
  const after = model.request.normalise(written(spec.request, model.request.documents))
  const isOver = isTerminal(record.condition) || record.lost === true || record.id === undefined
  const way = isOver ? undefined : model.lifecycle.updating?.(before, after, changes, record.condition)
  if (way === undefined) return edited(spec, model, record, changes)
  if ('refused' in way) {
    // Where a job is made is no member that AWS could change.
    return edited(spec, model, record, changes, way.pointer.startsWith('/policy') ? undefined : way)
  }
  const stop = planHeld(plan, spec) ?? planUncommitted(plan, spec)
  if (stop) return { ...stop, ...idOf(record), record, changes }
  return line(spec, {
    action: 'update',
    ...idOf(record),
    record,
    site: record.site,
    changes,
    by: way.by,
    reason: `${whatChanged(changes)} changed, and AWS lets the running job take it on`,
    ...(way.warning && { hint: way.warning }),
  })
}

function whatChanged(changes: readonly Difference[]): string {
  const first = changes[0]!.pointer
  return changes.length === 1 ? first : `${first} and ${changes.length - 1} more`
}

/** What is another than it was, and how to undo that. What a spec takes from elsewhere was not edited in it: that place is named. */
function wayBack(
  spec: Spec,
  model: KindModel,
  changes: readonly Difference[],
): { readonly what: string; readonly back: string } {
  const { pointer, to } = changes[0]!
  if (changes.length === 1 && pointer === '/policy/target') {
    const isNamed = spec.policy.target !== undefined
    const back = `let ${isNamed ? 'policy.target' : 'the default target'}, or its region in jobwright.yaml, lead there again`
    const scratch = ' (or remove .jobwright/emulator, to begin a new one)'
    return {
      what: `${isNamed ? 'policy.target' : 'the default target'} came to lead elsewhere`,
      back: String(to).endsWith('/emulator') ? `${back}${scratch}` : back,
    }
  }
  if (changes.length === 1 && isOfUpload(spec, model, pointer)) {
    return { what: `${spec.upload!.file}, the file of policy.upload, changed`, back: 'put the old file back' }
  }
  return { what: `${whatChanged(changes)} changed`, back: 'put the old value back' }
}

/** An edit of a submitted spec. The plan only shows it; its line in the file is added by whoever prints it. */
function edited(
  spec: Spec,
  model: KindModel,
  record: JobRecord,
  changes: readonly Difference[],
  why?: { readonly refused: string; readonly pointer: string },
): Planned {
  // What cannot be changed comes first: it is shown at its line.
  const inOrder = [...changes].sort((a, b) => Number(b.pointer === why?.pointer) - Number(a.pointer === why?.pointer))
  const { what, back } = wayBack(spec, model, inOrder)
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_IMMUTABLE',
    ...idOf(record),
    record,
    changes: inOrder,
    reason: `${what} after the job was submitted${isTerminal(record.condition) ? ' and ended' : ''}`,
    hint: `${why ? `${why.refused}: ` : ''}${back}, copy the spec under a new name, or write policy.run: ${record.run + 1} to run it again`,
  })
}

function asSeen(plan: Planner, spec: Spec, model: KindModel, record: JobRecord, live: Live): JobRecord {
  return reread(model, record, live, model.lifecycle.condition(live, spec.policy), plan.now)
}

/** A job that was made a moment ago may not be shown yet: its absence proves nothing, and nothing is done to it. */
function notShownYet(plan: Planner, spec: Spec, record: JobRecord): Planned | undefined {
  const until = shownFrom(plan, record)
  if (until === undefined) return undefined
  return line(spec, { action: 'settling', ...idOf(record), record, site: record.site, reason: NOT_SHOWN_YET, until })
}

function withoutWithdrawal(record: JobRecord): JobRecord {
  const { withdrawn: _withdrawn, ...rest } = record
  return rest
}

const idOf = (record: JobRecord): { id?: string } => (record.id === undefined ? {} : { id: record.id })
