import { type Address, partsOf } from '../model/address.ts'
import { attemptOf } from '../model/attempt-name.ts'
import { deviations, isJobOf } from '../model/deviations.ts'
import { judgeMark, markOf } from '../model/evidence.ts'
import { iso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Live } from '../model/live.ts'
import type { Difference, Planned, PlannedKeep, PlannedStop } from '../model/plan.ts'
import { historyFor, reread } from '../model/record.ts'
import { advise, suggest } from '../model/remedy.ts'
import type { Spec } from '../model/spec.ts'
import {
  isSettled,
  type JobRecord,
  type OpenRecord,
  recordEntries,
  type SettledRecord,
  type Site,
  siteKey,
} from '../model/state.ts'
import { written } from '../model/written.ts'
import { isCancellable, planCancel } from './cancel.ts'
import type { Decision } from './input.ts'
import { idUsed, ownedElsewhere } from './new-job.ts'
import { adoptJob, ownerKey } from './ownership.ts'
import {
  decidedRecord,
  gone,
  jobWords,
  line,
  NOT_SHOWN_YET,
  type Planner,
  type SeenRecord,
  seenOf,
  shownFrom,
  spoken,
  unread,
} from './planner.ts'
import { isMarkOf, quiet } from './unknown.ts'

/** Plans what a person decided about an address. Nothing is ever created here: a decision only changes what is on record. */
export function planDecided(plan: Planner, spec: Spec, stored: JobRecord | undefined, decision: Decision): Planned {
  if (decision.do === 'cancel') return planStop(plan, spec, stored, decision)
  if (decision.do === 'foreign') return planForeign(plan, spec, stored, decision.ids)
  if (decision.do === 'removed') return planRemoved(plan, spec, stored)
  const record = decidedRecord(spec, stored, decision)
  if (record && isSettled(record)) return settledAlready(spec, record, decision)
  switch (decision.do) {
    case 'adopt':
      return takeOver(plan, spec, record, 'adopted', { stored, force: decision.force })
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
  const seen = seenOf(plan, spec.address, record)
  if (seen?.is === 'failed') return unread(spec, seen, record)
  if (seen?.is === 'replaced') return replaced(spec, plan.modelOf(spec.kind), record, seen.why)
  const until = seen?.is === 'absent' ? shownFrom(plan, record) : undefined
  if (until !== undefined) return line(spec, { action: 'settling', record, reason: NOT_SHOWN_YET, until })
  if (seen?.is === 'absent') return { ...keep(spec, record, 'AWS no longer knows its job'), next: gone(record) }
  const model = plan.modelOf(spec.kind)
  const next = seen?.is === 'live' ? asSeen(plan, spec, model, record, seen) : undefined
  const now = next ?? record
  // Also what the pass after a cancellation finds.
  if (!isCancellable(now)) {
    const isNews = now.condition?.type === 'Cancelled' && !now.cancelled
    const asked = isNews ? { ...now, cancelled: true as const } : next
    const reason = now.lost === true ? 'it is lost: AWS does not know its job any more' : 'its job is over already'
    return line(spec, { action: 'keep', record: asked ?? now, reason, next: asked })
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

function asSeen(
  plan: Planner,
  spec: Spec,
  { lifecycle }: KindModel,
  record: SettledRecord,
  { live, identity }: Extract<SeenRecord, { is: 'live' }>,
): SettledRecord {
  return reread(record, live, lifecycle.stageOf(live), lifecycle.condition(live, spec.policy), plan.now, identity)
}

function replaced(spec: Spec, model: KindModel, record: SettledRecord, why: string): PlannedStop {
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_OTHER_JOB',
    record,
    id: record.id,
    reason: `${jobWords(model, record.id ?? '')} is not the one on record: ${why}. Nothing is done to it`,
    remedies: [suggest('write down that ours is lost', 'reconcile')],
  })
}

function settledAlready(
  spec: Spec,
  record: SettledRecord,
  decision: Exclude<Decision, { do: 'cancel' | 'foreign' | 'removed' }>,
): Planned {
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
  { stored, force = false }: { readonly stored?: JobRecord; readonly force?: boolean } = {},
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
  const mark = judgeMark(live, { lineage: plan.lineage, address: spec.address, run: spec.policy.run })
  if (mark === 'other' && !force) return ownedElsewhere(spec, model, live, record)
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

/** A person says that jobs are not ours. Recorded by ID for every address of the site; a job with this address's own mark is never excused. */
function planForeign(
  plan: Planner,
  spec: Spec,
  record: JobRecord | undefined,
  ids: readonly string[] | 'listed',
): Planned {
  const model = plan.modelOf(spec.kind)
  const site = record?.site ?? plan.siteOf(spec)
  const listed = plan.observed.alike.get(spec.address)
  if (listed?.is === 'failed') return unread(spec, listed, record)
  if (!listed || !site)
    return keep(spec, record, 'jobs of this kind are told apart by their ID: none needs to be excused')
  const keyOf = (live: Live): string => ownerKey(model, site, live.id)
  const free = listed.jobs.filter((live) => !plan.claims.has(keyOf(live)))
  const asked = ids === 'listed' ? free : free.filter(({ id }) => ids.includes(id))
  const missing = ids === 'listed' ? undefined : ids.find((id) => !asked.some((live) => live.id === id))
  if (missing !== undefined) return noSuchJob(spec, model, missing)
  const mayBeOpen = openCreatesOf(plan, spec, site)
  const ours = new Set(asked.filter((live) => isMarkedOurs(plan, live) || mayBeOpen(live)))
  const [own] = ours
  if (own && ids !== 'listed') return ownMarked(plan, spec, model, own, record)
  const excuses = asked.filter((live) => !ours.has(live)).map(keyOf)
  const count = excuses.length === 1 ? '1 job is' : `${excuses.length} jobs are`
  return line(spec, { action: 'keep', record, excuses, reason: `recorded that ${count} not ours` })
}

/** Whether a job carries the mark of this state, for whatever address. */
function isMarkedOurs({ lineage }: Planner, live: Live): boolean {
  return ['own', 'kin'].includes(judgeMark(live, { lineage }))
}

/** Tells whether a job may be what the unknown create of another address made. */
function openCreatesOf({ records, modelOf }: Planner, spec: Spec, site: Site): (live: Live) => boolean {
  const open = recordEntries(records).filter(
    ([address, record]) =>
      address !== spec.address &&
      partsOf(address).kind === spec.kind &&
      !isSettled(record) &&
      siteKey(record.site) === siteKey(site),
  )
  return (live) => open.some(([, { request }]) => isJobOf(request, live, modelOf(spec.kind)))
}

function ownMarked({ lineage }: Planner, spec: Spec, model: KindModel, live: Live, record?: JobRecord): PlannedStop {
  const { run } = spec.policy
  if (judgeMark(live, { lineage, address: spec.address, run }) !== 'own') {
    const owner = markOf(live)?.address
    return line(spec, {
      action: 'conflict',
      code: 'PLAN_OWN_MARK',
      id: live.id,
      record,
      reason: `${jobWords(model, live.id)} ${owner ? `carries the mark of ${owner}` : 'may be what another spec’s create made'}, so it is not excused`,
      remedies: [suggest('find that out first', 'reconcile')],
    })
  }
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_OWN_MARK',
    id: live.id,
    record,
    reason: `${jobWords(model, live.id)} carries the mark of this very spec, so it is ours`,
    remedies: [
      suggest('take it over', 'adopt', spec.address, '--id', live.id),
      advise(`or write policy.run: ${spec.policy.run + 1} to run it again`),
    ],
  })
}

/** A person says that a spec was removed on purpose. Its record is kept, marked as withdrawn, and no spec is taken for it renamed. */
function planRemoved(plan: Planner, spec: Spec, record: JobRecord | undefined): Planned {
  if (plan.specAt.has(spec.address) || plan.blockedAt.has(spec.address))
    return keep(spec, record, 'its spec is here: remove it first')
  if (!record) return keep(spec, record, 'nothing of it is on record')
  if (record.withdrawn !== undefined) return keep(spec, record, 'recorded as removed already')
  return line(spec, {
    action: 'forget',
    record,
    id: record.id,
    reason: 'its spec was removed, as decided; its record is kept',
    next: { ...record, withdrawn: iso(plan.now) },
  })
}

function noSuchJob(spec: Spec, model: KindModel, id?: string): PlannedStop {
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_NO_SUCH_JOB',
    reason: `AWS knows no such ${model.serviceName} job${id === undefined ? '' : `: ${id}`}`,
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

/** A person says that an unknown create made no job. Believed only once no request of it can arrive any more, or by force. */
function giveUp(plan: Planner, spec: Spec, record: OpenRecord | undefined, force: boolean): Planned {
  if (!record) return keep(spec, record, 'no create of it is open')
  const until = quiet(plan, spec, record)
  if (plan.now < Date.parse(until) && !force) {
    return line(spec, {
      action: 'settling',
      code: 'PLAN_TOO_EARLY',
      record,
      until,
      reason: `a request of its create may still arrive until ${spoken(until)}`,
      remedies: [advise('wait until then, or add --force if you know better: a second job may be the price')],
    })
  }
  const listed = plan.observed.alike.get(spec.address)
  const seen = plan.observed.jobs.get(spec.address)
  for (const look of [listed, seen]) if (look?.is === 'failed' && !force) return unread(spec, look, record)
  const jobs = [...(listed?.is === 'listed' ? listed.jobs : []), ...(seen?.is === 'live' ? [seen.live] : [])]
  const model = plan.modelOf(spec.kind)
  const made = jobs.find(
    ({ id, marker, mark = marker ?? '' }) =>
      attemptOf(mark) && isMarkOf(spec, record, mark) && !plan.claims.has(ownerKey(model, record.site, id)),
  )
  if (made) {
    return line(spec, {
      action: 'conflict',
      code: 'PLAN_OWN_MARK',
      id: made.id,
      record,
      reason: `${jobWords(model, made.id)} carries the mark of its create, so it is ours`,
      remedies: [suggest('take it over', 'reconcile')],
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
