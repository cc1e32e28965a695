import type { Address } from '../model/address.ts'
import { deviations } from '../model/deviations.ts'
import { iso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Live } from '../model/live.ts'
import type { Difference, Planned, PlannedKeep, PlannedStop } from '../model/plan.ts'
import { historyFor, reread } from '../model/record.ts'
import { advise, suggest } from '../model/remedy.ts'
import type { Spec } from '../model/spec.ts'
import { isSettled, type JobRecord, type OpenRecord, type SettledRecord } from '../model/state.ts'
import { written } from '../model/written.ts'
import { isCancellable, planCancel } from './cancel.ts'
import type { Decision } from './input.ts'
import { idUsed } from './new-job.ts'
import { adoptJob, ownerKey } from './ownership.ts'
import {
  decidedRecord,
  gone,
  jobWords,
  line,
  NOT_SHOWN_YET,
  type Planner,
  shownFrom,
  spoken,
  unread,
} from './planner.ts'
import { quiet } from './unknown.ts'

/** Plans what a person decided about an address. Nothing is ever created here: a decision only changes what is on record. */
export function planDecided(plan: Planner, spec: Spec, stored: JobRecord | undefined, decision: Decision): Planned {
  if (decision.do === 'cancel') return planStop(plan, spec, stored, decision)
  const record = decidedRecord(spec, stored, decision)
  if (record && isSettled(record)) return settledAlready(spec, record, decision)
  switch (decision.do) {
    case 'adopt':
      return takeOver(plan, spec, record, 'adopted', stored)
    case 'not-created':
      return giveUp(plan, spec, record, decision.force)
    case 'baseline':
      return record
        ? line(spec, {
            action: 'keep',
            record,
            reason: 'the outcome of its create is not known',
            remedies: [NOTHING_CHANGED, suggest('find out what became of it', 'reconcile')],
          })
        : baseline(plan, spec)
  }
}

/** A person wants the job of an address to end. Its record stays, so that it is not made again. */
function planStop(
  plan: Planner,
  spec: Spec,
  record: JobRecord | undefined,
  { reason, force }: Extract<Decision, { do: 'cancel' }>,
): Planned {
  if (!record) return keep(spec, record, 'nothing was submitted for it; policy.hold: true keeps it so')
  if (!isSettled(record))
    return line(spec, {
      action: 'conflict',
      code: 'PLAN_NOT_CANCELLABLE',
      record,
      reason: 'the outcome of its create is not known, so there is no job to cancel yet',
      remedies: [suggest('find out what became of it, then cancel it', 'reconcile')],
    })
  const seen = plan.observed.jobs.get(spec.address)
  if (seen?.is === 'failed') return unread(spec, seen, record)
  const until = seen?.is === 'absent' ? shownFrom(plan, record) : undefined
  if (until !== undefined) return line(spec, { action: 'settling', record, reason: NOT_SHOWN_YET, until })
  if (seen?.is === 'absent') return { ...keep(spec, record, 'AWS no longer knows its job'), next: gone(record) }
  const model = plan.modelOf(spec.kind)
  const next = seen?.is === 'live' ? asSeen(plan, spec, model, record, seen.live) : undefined
  const now = next ?? record
  // Also what the pass after a cancellation finds.
  if (!isCancellable(now)) {
    const isNews = now.condition?.type === 'Cancelled' && !now.cancelled
    const asked = isNews ? { ...now, cancelled: true as const } : next
    return line(spec, { action: 'keep', record: asked ?? now, reason: 'its job is over already', next: asked })
  }
  const cancel = planCancel(plan, spec.address, now, { reason, why: reason, withdraws: false, force }, spec)
  if (!('refused' in cancel)) return { ...cancel, next }
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_NOT_CANCELLABLE',
    record,
    id: record.id,
    reason: `${jobWords(model, now.id)} cannot be cancelled: ${cancel.refused}`,
    remedies: [advise('wait for its end; its record is kept')],
  })
}

function asSeen(plan: Planner, spec: Spec, model: KindModel, record: SettledRecord, live: Live): SettledRecord {
  return reread(record, live, model.lifecycle.stageOf(live), model.lifecycle.condition(live, spec.policy), plan.now)
}

function settledAlready(spec: Spec, record: SettledRecord, decision: Exclude<Decision, { do: 'cancel' }>): Planned {
  if (decision.do !== 'adopt' || decision.id === undefined || decision.id === record.id) {
    return keep(
      spec,
      record,
      record.id === undefined ? 'taken as done already' : `job ${record.id} is on record already`,
    )
  }
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_HAS_JOB',
    record,
    reason: `${record.id === undefined ? 'it is taken as done' : `job ${record.id} is on record for it`}, so ${decision.id} cannot be taken over`,
    remedies: [advise(`write policy.run: ${record.run + 1} first, if the other job is its next run`)],
  })
}

/**
 * The job that was read for the decision becomes the address's own, if nobody has it and it is what the spec, or the lost create, asks for.
 * `stored`: what is on record for the address, if it is another run than that.
 */
function takeOver(
  plan: Planner,
  spec: Spec,
  record: OpenRecord | undefined,
  how: JobRecord['how'],
  stored?: JobRecord,
): Planned {
  const seen = plan.observed.jobs.get(spec.address)
  const model = plan.modelOf(spec.kind)
  const site = record?.site ?? plan.siteOf(spec)
  if (seen?.is === 'failed') return unread(spec, seen)
  if (!seen || seen.is === 'absent' || !site) return noSuchJob(spec, model)
  const { live } = seen
  const key = ownerKey(model, site, live.id)
  const owner = plan.claims.get(key) ?? hopeful(plan, spec, key)
  // One that is this address's own is that of an earlier run.
  if (owner !== undefined) return idUsed(spec, model, live.id, owner, record)
  // A later attempt than the one on record may have made what the spec asks for by now.
  const isOfRecord = record !== undefined && deviations(record.request, live, model).length === 0
  const request = isOfRecord ? record.request : written(spec.request, model.request.documents)
  const changes = how === 'baseline' ? [] : deviations(request, live, model)
  if (changes.length > 0) return differs(spec, model, live, changes, record)
  const { run } = spec.policy
  const adopter = record
    ? { ...record, request, how }
    : { run, site, how, request, history: historyFor(stored, run, site) }
  const reason = how === 'baseline' ? 'taken as done before this state began' : 'as decided'
  return adoptJob(plan, spec, adopter, live, { reason, record })
}

/** Another address whose unknown create asked for the ID of a job, and may have made it. */
function hopeful(plan: Planner, spec: Spec, key: string): Address | undefined {
  const other = plan.owners.get(key)
  return other === undefined || other === spec.address || plan.records[other]?.withdrawn ? undefined : other
}

function noSuchJob(spec: Spec, model: KindModel): PlannedStop {
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_NO_SUCH_JOB',
    reason: `AWS knows no such ${model.serviceName} job`,
    remedies: model.identity.idMember
      ? [advise('name the job with --id')]
      : [suggest('name the job that AWS made with --id. To list those that there are', 'adopt', '--list')],
  })
}

function differs(
  spec: Spec,
  model: KindModel,
  live: Live,
  changes: readonly Difference[],
  record: JobRecord | undefined,
): PlannedStop {
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_ADOPT_DIFFERS',
    id: live.id,
    changes,
    record,
    reason: `${jobWords(model, live.id)} exists, but is not what was asked for`,
    remedies: [advise('name another job, or write the spec as the job is')],
  })
}

/** A person says that an unknown create made no job. Believed only once no packet of it can arrive any more, or by force. */
function giveUp(plan: Planner, spec: Spec, record: OpenRecord | undefined, force: boolean): Planned {
  if (!record) return keep(spec, record, 'no create of it is open')
  const until = quiet(plan, record)
  if (plan.now < Date.parse(until) && !force) {
    return line(spec, {
      action: 'settling',
      code: 'PLAN_TOO_EARLY',
      record,
      until,
      reason: `a packet of its create may still arrive until ${spoken(until)}`,
      remedies: [advise('wait until then, or add --force if you know better: a second job may be the price')],
    })
  }
  return line(spec, {
    action: 'keep',
    record,
    reason: 'recorded that its create made no job',
    remedies: [suggest('submit it again', 'reconcile')],
    next: { ...record, stage: 'settling', intent: { ...record.intent, givenUp: true, until: iso(plan.now) } },
  })
}

/** A spec whose job is taken as done: the job itself where its ID shows it, else the word of the person who said so. */
function baseline(plan: Planner, spec: Spec): Planned {
  const seen = plan.observed.jobs.get(spec.address)
  if (seen?.is === 'failed') return unread(spec, seen)
  if (seen?.is === 'live') return takeOver(plan, spec, undefined, 'baseline')
  const site = plan.siteOf(spec)
  if (!site)
    return line(spec, {
      action: 'blocked',
      code: 'PLAN_OFFLINE',
      reason: 'where it belongs is not known while offline',
    })
  return line(spec, {
    action: 'adopt',
    reason: 'taken as done before this state began; no job of it was looked at',
    next: {
      run: spec.policy.run,
      site,
      stage: 'started',
      how: 'baseline',
      condition: { type: 'Succeeded', reason: 'Baseline' },
      request: written(spec.request, plan.modelOf(spec.kind).request.documents),
    },
  })
}

const NOTHING_CHANGED = advise('nothing was changed')

function keep(spec: Spec, record: JobRecord | undefined, reason: string): PlannedKeep {
  return line(spec, { action: 'keep', record, reason, remedies: [NOTHING_CHANGED] })
}
