import { partsOf } from '../model/address.ts'
import { attemptOf } from '../model/attempt-name.ts'
import { deviations, isJobOf } from '../model/deviations.ts'
import { iso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Live } from '../model/live.ts'
import type { Planned } from '../model/plan.ts'
import { adopted } from '../model/record.ts'
import type { Spec } from '../model/spec.ts'
import type { Intent, JobRecord } from '../model/state.ts'
import { requestKey } from './edit.ts'
import { idUsed, isElsewhere, planNew } from './new-job.ts'
import {
  after,
  CLOCKS_MS,
  jobWords,
  line,
  lowerRun,
  ownerKey,
  type Planner,
  raised,
  spoken,
  unread,
} from './planner.ts'

/** A record whose create may or may not have happened. Never sent again before its fate is known. */
export function planUnknown(plan: Planner, spec: Spec, record: JobRecord): Planned {
  const model = plan.modelOf(spec.kind)
  if (plan.rules.offline) {
    return settling(spec, record, 'the outcome of its create is not known, and nothing may be asked while offline', {})
  }
  if (record.intent?.givenUp) return again(plan, spec, record, 'its create was said to have made no job')
  switch (model.identity.recovery.by) {
    case 'id':
    case 'token':
      return byId(plan, spec, record, model)
    case 'inert':
      return byList(plan, spec, record, model)
    case 'match':
      return byMarker(plan, spec, record, model)
  }
}

/** The job's ID is ours: the job is there and fits, is there and does not fit, or is not there at two reads. */
function byId(plan: Planner, spec: Spec, record: JobRecord, model: KindModel): Planned {
  const seen = plan.observed.jobs.get(spec.address)
  if (seen === undefined || seen.is === 'failed') {
    return seen
      ? { ...unread(spec, seen), record }
      : settling(spec, record, 'the outcome of its create is not known yet', {})
  }
  if (seen.is === 'absent') return absent(plan, spec, record, plan.waits.graceMs)
  const owner = plan.claims.get(ownerKey(model, record.site, seen.live.id))
  const isOurs = owner === undefined || owner === spec.address
  const changes = deviations(record.request, seen.live, model)
  if (isOurs && changes.length === 0) return takeOver(plan, spec, record, model, seen.live, [])
  // An ID names one job: where another has it, our create was refused, and may be made under another ID.
  if (isElsewhere(plan, spec, record, model)) {
    return again(plan, spec, record, `its create came to nothing: the ID ${seen.live.id} belongs to another job`)
  }
  if (!isOurs) return { ...idUsed(spec, model, seen.live.id, owner), record }
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_ID_TAKEN',
    id: seen.live.id,
    record,
    changes,
    reason: `${jobWords(model, seen.live.id)} exists, but is not the one that was submitted`,
    hint: idTakenHint(spec, model, seen.live),
  })
}

/** A job that is what the spec asks for by now may be that of an attempt which a state that was put back does not know. */
function idTakenHint(spec: Spec, model: KindModel, live: Live): string {
  const { idMember = 'name' } = model.identity
  const other =
    spec.request[idMember] === undefined
      ? `raise policy.run, or write another ${idMember}`
      : `write another ${idMember}`
  if (deviations(spec.request, live, model).length > 0) return `somebody else used this ID; ${other}`
  return `it is what the spec asks for by now. If it is its job: jobwright adopt ${spec.address}; if somebody else used this ID: ${other}`
}

/** A created job does nothing until it is started, so the list shows it, or nothing was made that could do harm. */
function byList(plan: Planner, spec: Spec, record: JobRecord, model: KindModel): Planned {
  const listed = plan.observed.alike.get(spec.address)
  if (listed === undefined) return settling(spec, record, 'the outcome of its create is not known yet', {})
  if (listed.is === 'failed') return { ...unread(spec, listed), record }
  const matches = listed.jobs.filter((live) => fits(plan, spec, record, model, live)).sort(startedThenOldest(model))
  const [job, ...twins] = matches
  if (job) return takeOver(plan, spec, record, model, job, twins)
  return absent(plan, spec, record, plan.waits.listLagMs)
}

/**
 * Whether a job can be the intent's at all: nobody's, and not made before it, but for a minute by which clocks may differ. One of which AWS
 * does not tell when it was made can.
 */
function isCandidate(plan: Planner, spec: Spec, record: JobRecord, { id, createdAt }: Live): boolean {
  if (plan.claims.has(ownerKey(plan.modelOf(spec.kind), record.site, id))) return false
  return createdAt === undefined || Date.parse(createdAt) >= Date.parse(record.intent?.at ?? '') - CLOCKS_MS
}

function fits(plan: Planner, spec: Spec, record: JobRecord, model: KindModel, live: Live): boolean {
  return live.request !== undefined && isCandidate(plan, spec, record, live) && isJobOf(record.request, live, model)
}

function startedThenOldest({ lifecycle }: KindModel): (a: Live, b: Live) => number {
  const rank = (live: Live): number => (lifecycle.stageOf(live) === 'started' ? 0 : 1)
  return (a, b) => rank(a) - rank(b) || Date.parse(a.createdAt ?? '') - Date.parse(b.createdAt ?? '')
}

/**
 * The job began at once, and AWS named it: only a list shows it, by the marker that its create carried. One that fits is it. That none is
 * there can be believed only when no packet of the attempt can arrive any more and the list no longer lags.
 */
function byMarker(plan: Planner, spec: Spec, record: JobRecord, model: KindModel): Planned {
  const listed = plan.observed.alike.get(spec.address)
  const until = quiet(plan, record)
  const isOver = plan.now >= Date.parse(until)
  if (listed === undefined) return settling(spec, record, unknownYet(record), isOver ? {} : { until })
  if (listed.is === 'failed') return { ...unread(spec, listed), record }
  const candidates = listed.jobs.filter((live) => isCandidate(plan, spec, record, live))
  const marked = candidates.filter(({ marker }) => marker !== undefined && isMarkOf(spec, record, marker))
  const ours = marked.filter((live) => fits(plan, spec, record, model, live))
  const [job, ...more] = ours
  if (job && more.length === 0 && isInTime(plan, record, job)) return takeOver(plan, spec, record, model, job, [])
  if (!isOver) return settling(spec, record, unknownYet(record), { until })
  // A job of which AWS tells no marker may be this one, and so may one with the marker that AWS tells otherwise than it was asked for, with a
  // default filled in: nothing but a person can say.
  const unclear = job ? ours : [...marked, ...candidates.filter(({ marker }) => marker === undefined)]
  if (unclear.length === 0) return absent(plan, spec, record, plan.waits.listLagMs)
  if (spec.policy.run > record.run)
    return again(plan, spec, record, `${raised(spec, record)}, which gives up the unknown one`)
  return unresolved(spec, record, unclear)
}

/** A state that was put back may know of an earlier attempt than the one that made the job, under this name or a former one. */
function isMarkOf(spec: Spec, { run, intent }: JobRecord, marker: string): boolean {
  if (marker === intent?.marker) return true
  const own = attemptOf(intent?.marker ?? '')
  const mark = attemptOf(marker)
  return (
    mark !== undefined &&
    mark.lineage === own?.lineage &&
    mark.run === run &&
    (mark.address === own.address || mark.address === spec.address)
  )
}

/** A job that names no attempt, and was made when no packet of this one could arrive any more, may be a later run's, of which a state that was put back knows nothing. */
function isInTime(plan: Planner, record: JobRecord, { marker, createdAt }: Live): boolean {
  if (createdAt === undefined || attemptOf(marker ?? '')) return true
  return Date.parse(createdAt) <= Date.parse(quiet(plan, record)) + CLOCKS_MS
}

function unknownYet(record: JobRecord): string {
  return `the outcome of its create is not known (${evidence(record)})`
}

function unresolved(spec: Spec, record: JobRecord, candidates: readonly Live[]): Planned {
  const [first] = candidates
  const shown = candidates
    .slice(0, 5)
    .map(({ id, status, createdAt }) => `${id} (${status}${createdAt ? `, ${spoken(createdAt)}` : ''})`)
  const rest = candidates.length > shown.length ? ` and ${candidates.length - shown.length} more` : ''
  return line(spec, {
    action: 'unresolved',
    code: 'PLAN_UNRESOLVED',
    record,
    reason: `${candidates.length === 1 ? 'a job' : `${candidates.length} jobs`} may be what its create made, and nothing tells which: ${shown.join(', ')}${rest}`,
    hint:
      `if one of them is it: jobwright resolve ${spec.address} --adopt ${first?.id ?? 'ID'}; ` +
      `if none is: jobwright resolve ${spec.address} --not-created`,
  })
}

function takeOver(
  plan: Planner,
  spec: Spec,
  record: JobRecord,
  model: KindModel,
  live: Live,
  twins: readonly Live[],
): Planned {
  plan.claims.set(ownerKey(model, record.site, live.id), spec.address)
  const stage = model.lifecycle.stageOf(live)
  const also =
    twins.length === 0
      ? ''
      : `; ${twins.map((twin) => `${twin.id} (${twin.status})`).join(', ')} look the same and are left alone`
  return line(spec, {
    action: 'adopt',
    id: live.id,
    record,
    reason: `the answer to its create was lost (${evidence(record)}); this is the job${also}`,
    next: adopted({ ...record, stage }, live, model.lifecycle.condition(live, spec.policy), plan.now),
  })
}

/**
 * Absence is believed when the lease is over and two reads a grace apart found nothing; only then is the create sent again. A late packet
 * of the first attempt does no harm to a second one of the same ID; before another ID, place or request is used, none may be left.
 */
function absent(plan: Planner, spec: Spec, record: JobRecord, graceMs: number): Planned {
  const model = plan.modelOf(spec.kind)
  const isEdited = requestKey(record.request, model) !== requestKey(spec.request, model)
  const isOther = model.identity.idMember !== undefined && (isEdited || isElsewhere(plan, spec, record, model))
  const mayHarm = isOther || model.identity.recovery.by === 'match'
  // Whoever raises the run wants another job, whatever became of the one before.
  const days = spec.policy.run > record.run ? undefined : model.lifecycle.retentionDays
  if (days !== undefined && plan.now >= Date.parse(after(intentOf(record).at, days * 86_400_000)))
    return forgotten(spec, record, days)
  const sentUntil = mayHarm ? quiet(plan, record) : intentOf(record).leaseUntil
  if (plan.now < Date.parse(sentUntil)) {
    return settling(spec, record, 'its create may still be on its way', { until: sentUntil })
  }
  const since = record.intent?.absentSince
  if (since === undefined) {
    const absentSince = iso(plan.now)
    const until = after(absentSince, graceMs)
    return {
      ...settling(spec, record, 'its create left no job that AWS shows; a second look follows', { absentSince, until }),
      next: { ...record, stage: 'settling', intent: { ...intentOf(record), absentSince, until } },
    }
  }
  const until = after(since, graceMs)
  if (plan.now < Date.parse(until))
    return settling(spec, record, 'its create left no job that AWS shows; a second look follows', { until })
  const attempt = `its create (attempt ${intentOf(record).attempt}) left no job at two looks`
  return again(plan, spec, record, spec.policy.run > record.run ? `${raised(spec, record)}; ${attempt}` : attempt)
}

/** The next create of an address whose last one is known to have left no job, or was given up by a raised run. */
function again(plan: Planner, spec: Spec, record: JobRecord, reason: string): Planned {
  if (spec.policy.run < record.run) return lowerRun(spec, record)
  const attempt = spec.policy.run > record.run ? 1 : intentOf(record).attempt + 1
  return planNew(plan, spec, { reason, attempt, previous: record })
}

/**
 * ISO time from which no packet of an attempt can be accepted any more, and a list shows what it made. A clock that is ahead of AWS's gets
 * there too early, by as much as was measured.
 */
export function quiet({ waits, clockOffsetMs = 0 }: Planner, record: JobRecord): string {
  const { leaseMs, signatureMs, requestMs, listLagMs } = waits
  const aheadMs = Math.max(0, -clockOffsetMs)
  return after(intentOf(record).at, leaseMs + signatureMs + requestMs + listLagMs + aheadMs)
}

function settling(spec: Spec, record: JobRecord, reason: string, until: Partial<Intent>): Planned {
  const when = until.until ?? (record.intent?.givenUp ? undefined : record.intent?.until)
  return line(spec, { action: 'settling', record, site: record.site, reason, ...(when && { until: when }) })
}

function intentOf(record: JobRecord): Intent {
  if (!record.intent) throw new Error(`a record at stage ${record.stage} has no intent`)
  return record.intent
}

function evidence(record: JobRecord): string {
  return record.intent?.evidence ?? 'no answer to it is on record'
}

/** Plans an unknown create whose spec is gone: its job is still brought to light, but it is never sent again. */
export function planUnknownOrphan(plan: Planner, address: Planned['address'], record: JobRecord): Planned {
  const { spec: _spec, ...planned } = planUnknown(plan, standIn(address, record), record)
  return planned
}

/** What stands in for a spec that is gone: its record's own request, never to be submitted again. */
export function standIn(address: Planned['address'], record: JobRecord): Spec {
  return {
    address,
    ...partsOf(address),
    labels: {},
    policy: { run: record.run, hold: true, adopt: false, allowIdentical: true, maxFailedPercent: 0 },
    request: record.request,
    files: [],
    place: { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 },
    index: 0,
  }
}

/** After so long an absent job may as well have been made, done and forgotten: nothing but a person can say. */
function forgotten(spec: Spec, record: JobRecord, days: number): Planned {
  return line(spec, {
    action: 'unresolved',
    code: 'PLAN_UNRESOLVED',
    record,
    reason: `its create left no job that AWS shows, but AWS forgets jobs after ${days} days: it may have been made and be over`,
    hint: `if it made none: jobwright resolve ${spec.address} --not-created; if it did: raise policy.run only to run it again`,
  })
}
