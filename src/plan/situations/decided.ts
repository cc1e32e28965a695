import { type Address, parseAddress } from '../../model/address.ts'
import { parseAttempt } from '../../model/attempt-name.ts'
import { findDeviations, isJobOf } from '../../model/deviations.ts'
import { judgeMark, readMark } from '../../model/evidence.ts'
import { formatIso } from '../../model/iso.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Difference, Planned, PlannedKeep, PlannedStop } from '../../model/plan.ts'
import { extendHistory, refreshWithStage } from '../../model/record.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import {
  getSiteKey,
  isSettled,
  type JobRecord,
  type OpenRecord,
  recordEntries,
  type SettledRecord,
  type Site,
} from '../../model/state.ts'
import { writeDocuments } from '../../model/written.ts'
import {
  computeShownFrom,
  createLine,
  findDecidedRecord,
  formatMinute,
  judgeSeen,
  markGone,
  NOT_SHOWN_YET,
  nameJob,
  type Planner,
  planUnread,
  type SeenRecord,
} from '../context.ts'
import type { Decision } from '../input.ts'
import { adoptJob, getOwnerKey } from '../questions/ownership.ts'
import { isCancellable, planCancel } from './cancelled.ts'
import { refuseOwnedElsewhere, refuseUsedId } from './new.ts'
import { computeQuietTime, isMarkOf } from './unknown.ts'

/** Plans what a person decided about an address. It never creates a job: a decision only changes the record. */
export function planDecided(plan: Planner, spec: Spec, stored: JobRecord | undefined, decision: Decision): Planned {
  if (decision.is === 'cancel') return planStop(plan, spec, stored, decision)
  if (decision.is === 'foreign') return planForeign(plan, spec, stored, decision.ids)
  if (decision.is === 'removed') return planRemoved(plan, spec, stored)
  const record = findDecidedRecord(spec, stored, decision)
  if (record && isSettled(record)) return keepSettled(spec, record, decision)
  switch (decision.is) {
    case 'adopt':
      return takeOver(plan, spec, record, 'adopted', { stored, force: decision.force })
    case 'not-created':
      return giveUp(plan, spec, record, decision.force)
    case 'baseline':
      return record
        ? createLine(spec, {
            action: 'keep',
            record,
            reason: 'the outcome of its create is not known',
            remedies: [NOTHING_CHANGED, suggest('find out its outcome', 'reconcile')],
          })
        : planBaseline(plan, spec)
  }
}

/** Plans a cancellation that a person asked for. The record stays, so that the job is not created again. */
function planStop(
  plan: Planner,
  spec: Spec,
  record: JobRecord | undefined,
  { reason, force }: Extract<Decision, { is: 'cancel' }>,
): Planned {
  if (!record) return keep(spec, record, 'nothing was submitted for it; policy.hold: true keeps it so')
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
  if (seen?.is === 'absent') return { ...keep(spec, record, 'AWS no longer knows its job'), next: markGone(record) }
  const model = plan.modelOf(spec.kind)
  const next = seen?.is === 'live' ? refreshAsSeen(plan, spec, model, record, seen) : undefined
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

function refreshAsSeen(
  plan: Planner,
  spec: Spec,
  { lifecycle }: KindModel,
  record: SettledRecord,
  { live, identity }: Extract<SeenRecord, { is: 'live' }>,
): SettledRecord {
  return refreshWithStage(
    record,
    live,
    lifecycle.stageOf(live),
    lifecycle.condition(live, spec.policy),
    plan.now,
    identity,
  )
}

function refuseReplaced(spec: Spec, model: KindModel, record: SettledRecord, why: string): PlannedStop {
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_OTHER_JOB',
    record,
    id: record.id,
    reason: `${nameJob(model, record.id ?? '')} is not the one on record: ${why}. Nothing is done to it`,
    remedies: [suggest('record that ours is lost', 'reconcile')],
  })
}

function keepSettled(
  spec: Spec,
  record: SettledRecord,
  decision: Exclude<Decision, { is: 'cancel' | 'foreign' | 'removed' }>,
): Planned {
  if (decision.is !== 'adopt' || decision.id === undefined || decision.id === record.id) {
    return keep(
      spec,
      record,
      record.id === undefined ? 'taken as done already' : `job ${record.id} is on record already`,
    )
  }
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_HAS_JOB',
    record,
    reason: `${record.id === undefined ? 'it is taken as done' : `job ${record.id} is on record for it`}, so ${decision.id} cannot be adopted`,
    remedies: [advise(`write policy.run: ${record.run + 1} first, if the other job is its next run`)],
  })
}

/**
 * Adopts the job that was read for the decision. It must be unclaimed, and must match the spec or the lost create.
 * `stored`: the record of the address, if it is for another run.
 */
function takeOver(
  plan: Planner,
  spec: Spec,
  record: OpenRecord | undefined,
  how: JobRecord['how'],
  { stored, force = false }: { readonly stored?: JobRecord; readonly force?: boolean } = {},
): Planned {
  const seen = plan.observed.jobs.get(spec.address)
  const model = plan.modelOf(spec.kind)
  const site = record?.site ?? plan.siteOf(spec)
  if (seen?.is === 'failed') return planUnread(spec, seen)
  if (!seen || seen.is === 'absent' || !site) return refuseMissing(spec, model)
  const { live } = seen
  const key = getOwnerKey(model, site, live.id)
  const owner = plan.claims.get(key) ?? findOpenClaimant(plan, spec, key)
  // If the owner is this address, the job belongs to an earlier run.
  if (owner !== undefined) return refuseUsedId(spec, model, live.id, owner, record)
  const mark = judgeMark(live, { lineage: plan.lineage, address: spec.address, run: spec.policy.run })
  if (mark === 'other' && !force) return refuseOwnedElsewhere(spec, model, live, record)
  // A later attempt than the recorded one may have created what the spec asks for now.
  const isOfRecord = record !== undefined && findDeviations(record.request, live, model).length === 0
  const request = isOfRecord ? record.request : writeDocuments(spec.request, model.request.documents)
  const changes = how === 'baseline' ? [] : findDeviations(request, live, model)
  if (changes.length > 0) return refuseDifferent(spec, model, live, changes, record)
  const { run } = spec.policy
  const adopter = record
    ? { ...record, request, how }
    : { run, site, how, request, history: extendHistory(stored, run, site) }
  const reason = how === 'baseline' ? 'taken as done before this state began' : 'as decided'
  return adoptJob(plan, spec, adopter, live, { reason, record })
}

/** Returns another address whose unknown create asked for this job ID, and may have created the job. */
function findOpenClaimant(plan: Planner, spec: Spec, key: string): Address | undefined {
  const other = plan.owners.get(key)
  return other === undefined || other === spec.address || plan.records[other]?.withdrawn ? undefined : other
}

/**
 * Records that jobs are foreign, by ID, for every address of the site. A job with this address's own mark is never
 * foreign.
 */
function planForeign(
  plan: Planner,
  spec: Spec,
  record: JobRecord | undefined,
  ids: readonly string[] | 'listed',
): Planned {
  const model = plan.modelOf(spec.kind)
  const site = record?.site ?? plan.siteOf(spec)
  const listed = plan.observed.alike.get(spec.address)
  if (listed?.is === 'failed') return planUnread(spec, listed, record)
  if (!listed || !site)
    return keep(spec, record, 'jobs of this kind are identified by their ID: none needs to be excused')
  const getKey = (live: Live): string => getOwnerKey(model, site, live.id)
  const free = listed.jobs.filter((live) => !plan.claims.has(getKey(live)))
  const asked = ids === 'listed' ? free : free.filter(({ id }) => ids.includes(id))
  const missing = ids === 'listed' ? undefined : ids.find((id) => !asked.some((live) => live.id === id))
  if (missing !== undefined) return refuseMissing(spec, model, missing)
  const mayBeUnknown = indexOpenCreates(plan, spec, site)
  const ours = new Set(asked.filter((live) => isMarkedOurs(plan, live) || mayBeUnknown(live)))
  const [own] = ours
  if (own && ids !== 'listed') return refuseOwnMark(plan, spec, model, own, record)
  const excuses = asked.filter((live) => !ours.has(live)).map(getKey)
  const count = excuses.length === 1 ? '1 job is' : `${excuses.length} jobs are`
  return createLine(spec, { action: 'keep', record, excuses, reason: `recorded that ${count} not ours` })
}

/** Returns whether a job carries the mark of this state, for any address. */
function isMarkedOurs({ lineage }: Planner, live: Live): boolean {
  return ['own', 'kin'].includes(judgeMark(live, { lineage }))
}

/** Returns a check whether the unknown create of another address may have created a job. */
function indexOpenCreates({ records, modelOf }: Planner, spec: Spec, site: Site): (live: Live) => boolean {
  const open = recordEntries(records).filter(
    ([address, record]) =>
      address !== spec.address &&
      parseAddress(address).kind === spec.kind &&
      !isSettled(record) &&
      getSiteKey(record.site) === getSiteKey(site),
  )
  return (live) => open.some(([, { request }]) => isJobOf(request, live, modelOf(spec.kind)))
}

function refuseOwnMark(
  { lineage }: Planner,
  spec: Spec,
  model: KindModel,
  live: Live,
  record?: JobRecord,
): PlannedStop {
  const { run } = spec.policy
  if (judgeMark(live, { lineage, address: spec.address, run }) !== 'own') {
    const owner = readMark(live)?.address
    return createLine(spec, {
      action: 'conflict',
      code: 'PLAN_OWN_MARK',
      id: live.id,
      record,
      reason: `${nameJob(model, live.id)} ${owner ? `carries the mark of ${owner}` : 'may be what another spec’s create made'}, so it is not excused`,
      remedies: [suggest('find that out first', 'reconcile')],
    })
  }
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_OWN_MARK',
    id: live.id,
    record,
    reason: `${nameJob(model, live.id)} carries the mark of this very spec, so it is ours`,
    remedies: [
      suggest('take it over', 'adopt', spec.address, '--id', live.id),
      advise(`or write policy.run: ${spec.policy.run + 1} to run it again`),
    ],
  })
}

/**
 * Records that a spec was removed on purpose. Its record is kept and marked as withdrawn, and no other spec counts as
 * its new name.
 */
function planRemoved(plan: Planner, spec: Spec, record: JobRecord | undefined): Planned {
  if (plan.specAt.has(spec.address) || plan.blockedAt.has(spec.address))
    return keep(spec, record, 'its spec is here: remove it first')
  if (!record) return keep(spec, record, 'nothing of it is on record')
  if (record.withdrawn !== undefined) return keep(spec, record, 'recorded as removed already')
  return createLine(spec, {
    action: 'forget',
    record,
    id: record.id,
    reason: 'its spec was removed, as decided; its record is kept',
    next: { ...record, withdrawn: formatIso(plan.now) },
  })
}

function refuseMissing(spec: Spec, model: KindModel, id?: string): PlannedStop {
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_NO_SUCH_JOB',
    reason: `AWS knows no such ${model.serviceName} job${id === undefined ? '' : `: ${id}`}`,
    remedies: model.identity.idMember
      ? [advise('name the job with --id')]
      : [suggest('name the job that AWS made with --id. To list those that there are', 'adopt', '--list')],
  })
}

function refuseDifferent(
  spec: Spec,
  model: KindModel,
  live: Live,
  changes: readonly Difference[],
  record: JobRecord | undefined,
): PlannedStop {
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_ADOPT_DIFFERS',
    id: live.id,
    changes,
    record,
    reason: `${nameJob(model, live.id)} exists, but is not what was asked for`,
    remedies: [advise('name another job, or write the spec as the job is')],
  })
}

/**
 * Records that an unknown create created no job. Accepted only once none of its requests can arrive any more, or with
 * `force`.
 */
function giveUp(plan: Planner, spec: Spec, record: OpenRecord | undefined, force: boolean): Planned {
  if (!record) return keep(spec, record, 'no create of it is open')
  const until = computeQuietTime(plan, spec, record)
  if (plan.now < Date.parse(until) && !force) {
    return createLine(spec, {
      action: 'settling',
      code: 'PLAN_TOO_EARLY',
      record,
      until,
      reason: `a request of its create may still arrive until ${formatMinute(until)}`,
      remedies: [advise('wait until then, or add --force if you know better: a second job may be the price')],
    })
  }
  const listed = plan.observed.alike.get(spec.address)
  const seen = plan.observed.jobs.get(spec.address)
  for (const look of [listed, seen]) if (look?.is === 'failed' && !force) return planUnread(spec, look, record)
  const jobs = [...(listed?.is === 'listed' ? listed.jobs : []), ...(seen?.is === 'live' ? [seen.live] : [])]
  const model = plan.modelOf(spec.kind)
  const made = jobs.find(
    ({ id, marker, mark = marker ?? '' }) =>
      parseAttempt(mark) && isMarkOf(spec, record, mark) && !plan.claims.has(getOwnerKey(model, record.site, id)),
  )
  if (made) {
    return createLine(spec, {
      action: 'conflict',
      code: 'PLAN_OWN_MARK',
      id: made.id,
      record,
      reason: `${nameJob(model, made.id)} carries the mark of its create, so it is ours`,
      remedies: [suggest('take it over', 'reconcile')],
    })
  }
  return createLine(spec, {
    action: 'keep',
    record,
    reason: 'recorded that its create made no job',
    remedies: [suggest('submit it again', 'reconcile')],
    next: { ...record, stage: 'settling', intent: { ...record.intent, givenUp: true, until: formatIso(plan.now) } },
  })
}

/**
 * Plans a spec whose job is taken as done. If its ID shows a job, that job is adopted; else the person's word counts.
 */
function planBaseline(plan: Planner, spec: Spec): Planned {
  const seen = plan.observed.jobs.get(spec.address)
  if (seen?.is === 'failed') return planUnread(spec, seen)
  if (seen?.is === 'live') return takeOver(plan, spec, undefined, 'baseline')
  const site = plan.siteOf(spec)
  if (!site)
    return createLine(spec, {
      action: 'blocked',
      code: 'PLAN_OFFLINE',
      reason: 'where it belongs is not known while offline',
    })
  return createLine(spec, {
    action: 'adopt',
    reason: 'taken as done before this state began; no job of it was looked at',
    next: {
      run: spec.policy.run,
      site,
      stage: 'started',
      how: 'baseline',
      condition: { type: 'Succeeded', reason: 'Baseline' },
      request: writeDocuments(spec.request, plan.modelOf(spec.kind).request.documents),
    },
  })
}

const NOTHING_CHANGED = advise('nothing was changed')

function keep(spec: Spec, record: JobRecord | undefined, reason: string): PlannedKeep {
  return createLine(spec, { action: 'keep', record, reason, remedies: [NOTHING_CHANGED] })
}
