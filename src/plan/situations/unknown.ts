import { parseAttempt } from '../../model/attempt-name.ts'
import { CLOCKS_MS, computeDeadline } from '../../model/create-protocol.ts'
import { findDeviations, isJobOf } from '../../model/deviations.ts'
import { isEmulated } from '../../model/emulated-site.ts'
import { isBefore, judgeMark, type MarkVerdict, readMark } from '../../model/evidence.ts'
import { formatIso } from '../../model/iso.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Difference, Planned, PlannedAdopt, PlannedStop } from '../../model/plan.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import type { OpenRecord } from '../../model/state.ts'
import { describeTally } from '../../model/tally.ts'
import {
  addTime,
  createLine,
  describeRaisedRun,
  formatMinute,
  formatSecond,
  getReadTime,
  nameJob,
  type Planner,
  planLowerRun,
  planUnread,
} from '../context.ts'
import { createAdoptLine, getOwnerKey, isForeign } from '../questions/ownership.ts'
import { getRequestKey } from '../questions/request-key.ts'
import { hasOtherIdOrSite, planNew, refuseUsedId } from './new.ts'

/**
 * The assumed retention of a service that does not document it, in days. After that, a missing job may have been
 * created and forgotten.
 */
const UNKNOWN_RETENTION_DAYS = 30

/** Plans a record whose create may or may not have happened. It is never sent again until its outcome is known. */
export function planUnknown(plan: Planner, spec: Spec, record: OpenRecord): Planned {
  const model = plan.modelOf(spec.kind)
  if (plan.rules.offline) {
    return planSettling(spec, record, 'the outcome of its create is not known, and nothing may be asked while offline')
  }
  if (record.intent.givenUp) return planAgain(plan, spec, record, 'a person declared that its job was not created')
  switch (model.identity.recovery.is) {
    case 'id':
    case 'token':
      return recoverById(plan, spec, record, model)
    case 'inert':
      return recoverByList(plan, spec, record, model)
    case 'match':
      return recoverByMarker(plan, spec, record, model)
  }
}

/**
 * Recovers a create whose job ID we chose. A job with that ID is ours if its mark says so, or if everything else fits.
 * Otherwise it has another owner. Two reads prove that there is no job.
 */
function recoverById(plan: Planner, spec: Spec, record: OpenRecord, model: KindModel): Planned {
  const seen = plan.observed.jobs.get(spec.address)
  if (seen === undefined || seen.is === 'failed') {
    return seen
      ? planUnread(spec, seen, record)
      : planSettling(spec, record, 'the outcome of its create is not known yet')
  }
  if (seen.is === 'absent') return planAbsent(plan, spec, record, plan.waits.graceMs)
  const { live } = seen
  const owner = plan.claims.get(getOwnerKey(model, record.site, live.id))
  const changes = findDeviations(record.request, live, model)
  const mark = judgeAttempt(plan, spec, record, live)
  // An earlier run of this spec may have asked for the same ID, and made no job.
  const isFree = owner === undefined || owner === spec.address
  const fits = isFree && changes.length === 0 && !isBefore(record.intent, live)
  if (fits && mark === 'none' && isMarkPending(plan, record, live))
    return planSettling(
      spec,
      record,
      'its job exists, but AWS may not show its tags yet',
      computeTagsShownFrom(plan, record),
    )
  const isMade = isComplete(live) && isInTime(plan, spec, record, live)
  const isProven = isMade && !record.intent.refused && !isMarkMissing(record, live)
  const isOurs = fits && (mark === 'own' || (mark === 'none' && isProven))
  if (isOurs) return takeOver(plan, spec, record, live)
  // A job may be ours unless evidence shows another owner. Another ID or a new name is no evidence. A raised run is
  // another job.
  const mayBeOurs = fits && mark === 'none' && !isMarkMissing(record, live)
  const isAnother = !mayBeOurs || spec.policy.run > record.run
  // An ID names one job. If another owner has it, our create was refused, and may be repeated under another ID.
  if (isAnother && hasOtherIdOrSite(plan, spec, record, model)) {
    return planAgain(plan, spec, record, `its create came to nothing: the ID ${live.id} belongs to another job`)
  }
  if (owner !== undefined) return refuseUsedId(spec, model, live.id, owner, record)
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_ID_TAKEN',
    id: live.id,
    record,
    changes,
    reason: `${nameJob(model, live.id)} exists, but ${explainNotOurs(plan, spec, record, live, mark, changes)}`,
    remedies: mayBeOurs ? suggestForUnproven(spec, model) : suggestForTakenId(spec, model, live),
  })
}

/** Returns whether AWS shows that a job has no mark although our create asked for one. */
function isMarkMissing({ intent }: OpenRecord, { mark, markRead }: Live): boolean {
  return intent.marker !== undefined && markRead === 'succeeded' && mark === undefined
}

/**
 * Returns whether AWS returned a job's creation time and its request. Without a mark, only both together prove its
 * owner.
 */
function isComplete({ createdAt, request }: Live): boolean {
  return createdAt !== undefined && request !== undefined
}

/** Judges a job's mark against an attempt, which may have been sent under the former name of its spec. */
function judgeAttempt({ lineage }: Planner, spec: Spec, { run, intent }: OpenRecord, live: Live): MarkVerdict {
  const verdict = judgeMark(live, { lineage, address: spec.address, run })
  const former = parseAttempt(intent.marker)?.address
  return verdict === 'kin' ? judgeMark(live, { lineage, address: former, run }) : verdict
}

/** Returns whether a missing mark may still appear: tags lag behind creates as lists do. */
function isMarkPending(plan: Planner, record: OpenRecord, { markRead }: Live): boolean {
  return (
    record.intent.marker !== undefined &&
    markRead === 'succeeded' &&
    getReadTime(plan) < Date.parse(computeTagsShownFrom(plan, record))
  )
}

function computeTagsShownFrom({ waits }: Planner, { intent }: OpenRecord): string {
  return addTime(intent.leaseUntil, waits.listLagMs)
}

function explainNotOurs(
  plan: Planner,
  spec: Spec,
  record: OpenRecord,
  live: Live,
  mark: MarkVerdict,
  changes: readonly Difference[],
): string {
  const { intent } = record
  if (mark === 'other' || mark === 'kin')
    return `carries the mark of ${mark === 'kin' ? readMark(live)!.address : 'another state'}`
  if (isBefore(intent, live)) return 'was created before this create was sent'
  if (changes.length > 0) return 'is not the one that was submitted'
  if (intent.refused) return 'AWS refused this create: the job already existed'
  if (isMarkMissing(record, live)) return 'does not carry the tag that this create asked for'
  if (!isInTime(plan, spec, record, live)) return 'was created when no request of this create could arrive any more'
  return 'AWS does not show both its creation time and its request, so nothing proves that it is the submitted job'
}

/** The job was there when AWS refused our create. Only a person knows its owner. */
function suggestForUnproven(spec: Spec, { identity: { idMember } }: KindModel): Remedy[] {
  return [
    suggest('if it is the job of this create', 'adopt', spec.address),
    suggest('if somebody else used this ID', 'resolve', spec.address, '--not-created'),
    advise(`then write another ${idMember}`),
  ]
}

/** A rolled-back state may have lost an attempt. A job that matches the current spec may belong to that attempt. */
function suggestForTakenId(spec: Spec, model: KindModel, live: Live): Remedy[] {
  const idMember = model.identity.idMember!
  const other =
    spec.request[idMember] === undefined
      ? `raise policy.run, or write another ${idMember}`
      : `write another ${idMember}`
  if (findDeviations(spec.request, live, model).length > 0) return [advise(`somebody else used this ID; ${other}`)]
  return [
    suggest('it matches the current spec. If it is its job', 'adopt', spec.address),
    advise(`if somebody else used this ID: ${other}`),
  ]
}

/**
 * Recovers a create by a list. A created job does nothing before its start. So a job that the list does not show yet
 * does no harm.
 */
function recoverByList(plan: Planner, spec: Spec, record: OpenRecord, model: KindModel): Planned {
  const listed = plan.observed.alike.get(spec.address)
  if (listed === undefined) return planSettling(spec, record, 'the outcome of its create is not known yet')
  if (listed.is === 'failed') return planUnread(spec, listed, record)
  const alike = plan.listingOf(listed.jobs, model).alike(record.request)
  const matches = alike
    .filter((live) => matchesAttempt(plan, spec, record, model, live))
    .sort(compareStartedThenAge(model))
  // Identical specs with unknown creates may divide the jobs among them: each job does the same.
  if (matches.length > plan.countRivals(record, model)) return planUnresolved(spec, record, matches, model)
  const [job] = matches
  if (job) return takeOver(plan, spec, record, job)
  return planAbsent(plan, spec, record, plan.waits.listLagMs)
}

/** Returns whether a job can be the attempt's: it is unclaimed, not foreign, and not created before the attempt. */
function isCandidate(plan: Planner, spec: Spec, record: OpenRecord, live: Live): boolean {
  const key = getOwnerKey(plan.modelOf(spec.kind), record.site, live.id)
  return !plan.claims.has(key) && !isForeign(plan, key) && !isBefore(record.intent, live)
}

function matchesAttempt(plan: Planner, spec: Spec, record: OpenRecord, model: KindModel, live: Live): boolean {
  return live.request !== undefined && isCandidate(plan, spec, record, live) && isJobOf(record.request, live, model)
}

function compareStartedThenAge({ lifecycle }: KindModel): (a: Live, b: Live) => number {
  const rank = (live: Live): number => (lifecycle.stageOf(live) === 'started' ? 0 : 1)
  return (a, b) => rank(a) - rank(b) || Date.parse(a.createdAt ?? '') - Date.parse(b.createdAt ?? '')
}

/**
 * Recovers a create whose job started at once and was named by AWS. Only a list shows it, by its marker. An empty
 * search counts only after the deadline: then no request of the attempt can arrive, and lists show its job.
 */
function recoverByMarker(plan: Planner, spec: Spec, record: OpenRecord, model: KindModel): Planned {
  const listed = plan.observed.alike.get(spec.address)
  const until = computeQuietTime(plan, spec, record)
  const isPastDeadline = getReadTime(plan) >= Date.parse(until)
  if (listed === undefined)
    return planSettling(spec, record, describeUnknown(record), isPastDeadline ? undefined : until)
  if (listed.is === 'failed') return planUnread(spec, listed, record)
  const candidates = listed.jobs.filter((live) => isCandidate(plan, spec, record, live))
  const marked = candidates.filter(({ marker }) => marker !== undefined && isMarkOf(spec, record, marker))
  const ours = marked.filter((live) => matchesAttempt(plan, spec, record, model, live))
  const [job, ...more] = ours
  if (job && more.length === 0 && isInTime(plan, spec, record, job)) return takeOver(plan, spec, record, job)
  if (!isPastDeadline) return planSettling(spec, record, describeUnknown(record), until)
  // A job without a marker may be this one. So may a job with a fitting marker and another request: AWS may have filled
  // in a default. Only a person can decide.
  const unclear = job ? ours : [...marked, ...candidates.filter(({ marker }) => marker === undefined)]
  if (unclear.length === 0) return planAbsent(plan, spec, record, plan.waits.listLagMs)
  if (spec.policy.run > record.run)
    return planAgain(plan, spec, record, `${describeRaisedRun(spec, record)}, which gives up the unknown one`)
  return planUnresolved(spec, record, unclear, plan.modelOf(spec.kind))
}

/**
 * Returns whether a marker is this record's, under its current or a former name. A rolled-back state may know an
 * earlier attempt than the one that created the job.
 */
export function isMarkOf(spec: Spec, { run, intent }: OpenRecord, marker: string): boolean {
  if (marker === intent.marker) return true
  const own = parseAttempt(intent.marker)
  const mark = parseAttempt(marker)
  return (
    mark !== undefined &&
    mark.lineage === own?.lineage &&
    mark.run === run &&
    (mark.address === own.address || mark.address === spec.address)
  )
}

/**
 * Returns whether a job was created before this attempt's deadline. An unmarked job created later may belong to a later
 * run that a rolled-back state has lost.
 */
function isInTime(plan: Planner, spec: Spec, record: OpenRecord, { marker, createdAt }: Live): boolean {
  if (createdAt === undefined || parseAttempt(marker)) return true
  return Date.parse(createdAt) <= Date.parse(computeQuietTime(plan, spec, record)) + CLOCKS_MS
}

function describeUnknown(record: OpenRecord): string {
  return `the outcome of its create is not known (${describeEvidence(record)})`
}

/** How many candidates are named. */
const SHOWN_MAX = 5

function planUnresolved(spec: Spec, record: OpenRecord, candidates: readonly Live[], model: KindModel): PlannedStop {
  const shown = candidates
    .slice(0, SHOWN_MAX)
    .map(({ id, status, createdAt }) => `${id} (${status}${createdAt ? `, ${formatMinute(createdAt)}` : ''})`)
  const rest = candidates.length > shown.length ? ` and ${candidates.length - shown.length} more` : ''
  const names = `${shown.join(', ')}${rest}`
  const isOne = candidates.length === 1
  return createLine(spec, {
    action: 'unresolved',
    code: 'PLAN_UNRESOLVED',
    record,
    reason: `its create may have created ${isOne ? 'this job, and nothing proves it' : `one of ${candidates.length} jobs, and nothing shows which`}: ${names}`,
    // The first wording: acknowledgements on record name it.
    findingKey: `${isOne ? 'a job' : `${candidates.length} jobs`} may be what its create made, and nothing shows which: ${names}`,
    remedies: [
      // Read after the commands, it would come too late: the reader would look for a difference that is not there.
      ...(isSameOutcome(candidates)
        ? [
            advise(
              `AWS reports the same of each but its ${isSameTime(candidates) ? 'ID' : 'ID and times'}: the recorded outcome is the same whichever you adopt`,
            ),
          ]
        : []),
      // Each candidate has a command of its own: a copied one would choose for the reader.
      ...candidates
        .slice(0, SHOWN_MAX)
        .map((one) =>
          suggest(
            isOne ? 'if it is the job' : `if the job is ${describeCandidate(one, model)}`,
            'resolve',
            spec.address,
            '--adopt',
            one.id,
          ),
        ),
      suggest(isOne ? 'if it is not' : 'if none of them is', 'resolve', spec.address, '--not-created'),
      ...(isEmulated(record.site)
        ? []
        : [
            advise(
              `the events ${model.api.operations.create} in AWS CloudTrail say who created ${isOne ? 'it' : 'each'}`,
            ),
          ]),
    ],
  })
}

/** Says of a job all that may tell it from others like it. */
function describeCandidate({ id, status, createdAt, finishedAt, reason, counts }: Live, model: KindModel): string {
  return [
    id,
    createdAt && `created ${formatSecond(createdAt)}`,
    finishedAt && `ended ${formatSecond(finishedAt)}`,
    status,
    reason,
    counts && describeTally(model.lifecycle.tally?.(counts)),
  ]
    .filter(Boolean)
    .join(', ')
}

/** Returns whether several jobs have ended in the same way, so that their outcome tells none from the others. */
function isSameOutcome(candidates: readonly Live[]): boolean {
  const outcomes = new Set(
    candidates.map(({ status, reason, message, counts }) => JSON.stringify([status, reason, message, counts])),
  )
  return candidates.length > 1 && outcomes.size === 1 && candidates.every(({ finishedAt }) => finishedAt !== undefined)
}

/** Returns whether the times of several jobs are the same as far as they are printed. */
function isSameTime(candidates: readonly Live[]): boolean {
  const times = candidates.map((one) =>
    [one.createdAt, one.finishedAt].map((time) => time && formatSecond(time)).join(),
  )
  return new Set(times).size === 1
}

function takeOver(plan: Planner, spec: Spec, record: OpenRecord, live: Live): PlannedAdopt {
  const reason = `the answer to its create was lost (${describeEvidence(record)}); this is the job`
  return createAdoptLine(plan, spec, record, live, { reason, record })
}

/**
 * Plans a create whose job was not found. Absence is proved when the lease has expired and two reads a grace apart
 * found nothing. Only then is the create sent again. A late request does no harm if the ID stays the same. Before the
 * ID, site or request changes, its deadline must pass. A kind that is found by its marker has already waited for it.
 */
function planAbsent(plan: Planner, spec: Spec, record: OpenRecord, graceMs: number): Planned {
  const model = plan.modelOf(spec.kind)
  const isEdited = getRequestKey(record.request, model) !== getRequestKey(spec.request, model)
  const mayHarm = model.identity.idMember !== undefined && (isEdited || hasOtherIdOrSite(plan, spec, record, model))
  // A raised run asks for another job, whatever the outcome of the previous one.
  const isRaised = spec.policy.run > record.run
  const days = isRaised ? undefined : (model.lifecycle.retentionDays ?? UNKNOWN_RETENTION_DAYS)
  if (days !== undefined && plan.now >= Date.parse(addTime(record.intent.at, days * 86_400_000)))
    return planForgotten(spec, record, days)
  const sentUntil = mayHarm ? computeQuietTime(plan, spec, record) : record.intent.leaseUntil
  if (getReadTime(plan) < Date.parse(sentUntil)) {
    return planSettling(spec, record, 'its create may still arrive', sentUntil)
  }
  const since = record.intent.absentSince
  if (since === undefined) {
    const absentSince = formatIso(plan.now)
    const until = addTime(absentSince, graceMs)
    return {
      ...planSettling(spec, record, 'its create left no job that AWS shows; a second read follows', until),
      next: { ...record, stage: 'settling', intent: { ...record.intent, absentSince, until } },
    }
  }
  const until = addTime(since, graceMs)
  if (getReadTime(plan) < Date.parse(until))
    return planSettling(spec, record, 'its create left no job that AWS shows; a second read follows', until)
  const attempt = `its create (attempt ${record.intent.attempt}) left no job at two reads`
  return planAgain(
    plan,
    spec,
    record,
    spec.policy.run > record.run ? `${describeRaisedRun(spec, record)}; ${attempt}` : attempt,
  )
}

/** Plans the next create, after a create that made no job or that a higher run gave up. */
function planAgain(plan: Planner, spec: Spec, record: OpenRecord, reason: string): Planned {
  if (spec.policy.run < record.run) return planLowerRun(spec, record)
  const attempt = spec.policy.run > record.run ? 1 : record.intent.attempt + 1
  return planNew(plan, spec, { reason, attempt, previous: record })
}

/** Returns the deadline of the recorded attempt, adjusted by the measured clock offset. */
export function computeQuietTime(
  { waits, clockOffsetMs, modelOf }: Planner,
  spec: Pick<Spec, 'kind'>,
  { intent }: OpenRecord,
): string {
  const byMatch = modelOf(spec.kind).identity.recovery.is === 'match'
  return computeDeadline(intent, waits, { byMatch, clockOffsetMs })
}

function planSettling(spec: Spec, record: OpenRecord, reason: string, until?: string): PlannedStop {
  const when = until ?? (record.intent.givenUp ? undefined : record.intent.until)
  return createLine(spec, { action: 'settling', record, reason, until: when })
}

function describeEvidence(record: OpenRecord): string {
  return record.intent.evidence ?? 'no answer to it is on record'
}

/** After this long, a missing job may have been created, finished and forgotten. Only a person can decide. */
function planForgotten(spec: Spec, record: OpenRecord, days: number): PlannedStop {
  return createLine(spec, {
    action: 'unresolved',
    code: 'PLAN_UNRESOLVED',
    record,
    reason: `its create left no job that AWS shows, but after ${days} days AWS may have forgotten one: it may have run and ended`,
    remedies: [
      suggest('if no job was created', 'resolve', spec.address, '--not-created'),
      advise('if it did: raise policy.run only to run it again'),
    ],
  })
}
