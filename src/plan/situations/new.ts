import type { Address } from '../../model/address.ts'
import { findDeviations } from '../../model/deviations.ts'
import { judgeMark, readMark } from '../../model/evidence.ts'
import type { KindModel, Timing } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Planned, PlannedCreate, PlannedStop } from '../../model/plan.ts'
import { extendHistory } from '../../model/record.ts'
import { advise, suggest } from '../../model/remedy.ts'
import { getRemoteId } from '../../model/remote-id.ts'
import type { Spec } from '../../model/spec.ts'
import { getSiteKey, isSettled, type JobRecord, type Site } from '../../model/state.ts'
import { writeDocuments } from '../../model/write-documents.ts'
import {
  createLine,
  formatMinute,
  getReadTime,
  nameJob,
  OLDER_STATE,
  type Planner,
  planFailed,
  planUnread,
} from '../context.ts'
import { planDepends } from '../questions/dependencies.ts'
import { describeUpload, planNoFile } from '../questions/files.ts'
import { planLookalike } from '../questions/lookalikes.ts'
import { createAdoptLine, getOwnerKey } from '../questions/ownership.ts'
import { planRenamed } from '../questions/renames.ts'
import { computeTiming } from '../questions/timing.ts'
import { describeUncommitted, findUncommitted, suggestRemedies } from '../questions/uncommitted.ts'

/** Seven days. */
const URGENT_MS = 604_800_000

/** Why a create is due, its attempt number, and the previous record. */
export type CreateCause = { readonly reason: string; readonly attempt: number; readonly previous?: JobRecord }

/** Plans the first submission of a run: everything that may block it, then the create. */
export function planNew(plan: Planner, spec: Spec, occasion: CreateCause): Planned {
  const model = plan.modelOf(spec.kind)
  return (
    planHeld(plan, spec) ??
    planRenamed(plan, spec, occasion.previous) ??
    planTaken(plan, spec, model, occasion) ??
    planDue(plan, spec, model) ??
    planLookalike(plan, spec, model, occasion.previous) ??
    planUncommitted(plan, spec) ??
    planNoFile(plan, spec) ??
    planCreate(plan, spec, model, occasion)
  )
}

function planCreate(plan: Planner, spec: Spec, model: KindModel, occasion: CreateCause): PlannedCreate {
  return createLine(spec, {
    action: 'create',
    reason: occasion.reason + describeUpload(spec) + describeUrgency(computeTiming(spec, model, plan.now), plan.now),
    attempt: occasion.attempt,
    site: plan.siteOf(spec),
    isTagged: model.identity.tagged !== undefined && (plan.isTagged?.(spec) ?? true),
    id: model.identity.idMember && getRemoteId(spec, model.identity.idMember),
    record: occasion.previous,
  })
}

/** Returns what blocks a new job whatever AWS shows: an earlier failure in this run, or `hold`. */
export function planHeld(plan: Planner, spec: Spec): PlannedStop | undefined {
  const failed = planFailed(plan, spec.address, spec)
  if (failed) return failed
  return spec.policy.hold ? createLine(spec, { action: 'held', reason: 'policy.hold is true' }) : undefined
}

/**
 * Checks the timing and the dependencies of a create. Neither applies to a job that is adopted: it was submitted long
 * ago.
 */
export function planDue(plan: Planner, spec: Spec, model: KindModel): PlannedStop | undefined {
  const timing = computeTiming(spec, model, getReadTime(plan))
  if (timing.is === 'expired')
    return createLine(spec, {
      action: 'expired',
      code: 'PLAN_EXPIRED',
      reason: timing.reason,
      remedies: timing.remedies,
    })
  if (timing.is === 'waiting') {
    const reason = timing.reason + describeExpiry(timing)
    return createLine(spec, { action: 'waiting', reason, until: timing.until })
  }
  return planDepends(plan, spec)
}

/** The create is due anyway. Only a near deadline matters, in case the run is refused or has no room. */
function describeUrgency(timing: Timing, now: number): string {
  const isNear = timing.is === 'ready' && timing.expires !== undefined && Date.parse(timing.expires) - now < URGENT_MS
  return isNear ? describeExpiry(timing) : ''
}

/** Formats `; can be submitted until 2026-11-28 19:45 UTC`, for specs that expire. */
function describeExpiry({ expires }: { readonly expires?: string }): string {
  return expires === undefined ? '' : `; can be submitted until ${formatMinute(expires)}`
}

/** For caller-named kinds: one of our records, or a foreign job, may use the ID already. */
function planTaken(plan: Planner, spec: Spec, model: KindModel, occasion: CreateCause): Planned | undefined {
  const site = plan.siteOf(spec)
  if (!model.identity.idMember || !site) return undefined
  const id = getRemoteId(spec, model.identity.idMember)
  const { previous } = occasion
  const key = getOwnerKey(model, site, id)
  const owner = plan.claims.get(key) ?? plan.owners.get(key)
  const mayBeOurs = owner === spec.address && previous?.id === id && !isSettled(previous)
  if (owner !== undefined && !mayBeOurs) return refuseUsedId(spec, model, id, owner)
  // The read for an unknown create was of its own ID. A new ID needs no read first: AWS refuses a second job of the
  // same ID.
  const isOther = previous !== undefined && !isSettled(previous) && hasOtherIdOrSite(plan, spec, previous, model)
  const seen = isOther ? undefined : plan.observed.jobs.get(spec.address)
  if (seen === undefined || seen.is === 'absent') return undefined
  if (seen.is === 'failed') return planUnread(spec, seen)
  if (spec.policy.adopt && judgeMark(seen.live, { lineage: plan.lineage }) === 'other')
    return refuseOwnedElsewhere(spec, model, seen.live)
  return spec.policy.adopt
    ? planAdoption(spec, model, seen.live, site, plan, previous)
    : planForeign(plan, spec, model, seen.live)
}

/** Returns whether a spec asks for another job ID or site than its recorded create. */
export function hasOtherIdOrSite(plan: Planner, spec: Spec, record: JobRecord, model: KindModel): boolean {
  const site = plan.siteOf(spec)
  const isMoved = site !== undefined && getSiteKey(site) !== getSiteKey(record.site)
  return isMoved || (model.identity.idMember !== undefined && getRemoteId(spec, model.identity.idMember) !== record.id)
}

/** Returns a line for a job ID that another address, or another run, has used. */
export function refuseUsedId(
  spec: Spec,
  model: KindModel,
  id: string,
  owner: Address,
  record?: JobRecord,
): PlannedStop {
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_ID_USED',
    id,
    record,
    reason: `the ID ${id} was already used by ${owner === spec.address ? 'an earlier run of this spec' : owner}`,
    remedies: [
      advise(
        model.identity.idMember
          ? `leave ${model.identity.idMember} out, or write one that was never used`
          : 'name another job with --id',
      ),
    ],
  })
}

/**
 * Plans an unrecorded job under the spec's ID. Its mark decides the ways out: renaming the spec would run our own job
 * twice.
 */
function planForeign({ lineage }: Planner, spec: Spec, model: KindModel, live: Live): Planned {
  const { address, policy } = spec
  const mark = judgeMark(live, { lineage, address, run: policy.run })
  const job = nameJob(model, live.id)
  const made = `${live.status}${live.createdAt ? `, created ${formatMinute(live.createdAt)}` : ''}`
  const conflict = { action: 'conflict', code: 'PLAN_FOREIGN', id: live.id } as const
  if (mark === 'own' || mark === 'kin') {
    const { run, address: marked } = readMark(live)!
    const owner = mark === 'own' ? 'this very spec' : `run ${run} of ${marked} of this state`
    return createLine(spec, {
      ...conflict,
      reason: `${job} (${made}) is not on record, and carries the mark of ${owner}`,
      remedies: [
        OLDER_STATE,
        suggest('if the job is this spec’s', 'adopt', address),
        advise(`to run it again, write policy.run: ${policy.run + 1}`),
      ],
    })
  }
  const rename = advise(`to create another job, choose another name or ${model.identity.idMember}`)
  if (mark === 'other')
    return createLine(spec, {
      ...conflict,
      reason: `${job} exists and carries the mark of another state: ${made}`,
      remedies: [rename, suggest('to take it over, although its owner acts on it', 'adopt', address, '--force')],
    })
  return createLine(spec, {
    ...conflict,
    reason: `${job} exists, but is not on record: ${made}`,
    remedies: [
      advise('to take it over, write policy.adopt: true'),
      suggest('or record that it is this spec’s', 'adopt', address),
      rename,
    ],
  })
}

/** Refuses a job with another state's mark: its owner will go on to act on it. */
export function refuseOwnedElsewhere(spec: Spec, model: KindModel, live: Live, record?: JobRecord): PlannedStop {
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_OWNED_ELSEWHERE',
    id: live.id,
    record,
    reason: `${nameJob(model, live.id)} carries the mark of another state`,
    remedies: [
      advise('let its owner give it up first: both would act on it'),
      suggest('to take it all the same', 'adopt', spec.address, '--id', live.id, '--force'),
    ],
  })
}

function planAdoption(
  spec: Spec,
  model: KindModel,
  live: Live,
  site: Site,
  plan: Planner,
  previous: JobRecord | undefined,
): Planned {
  if (live.request === undefined) {
    return createLine(spec, {
      action: 'conflict',
      code: 'PLAN_FOREIGN',
      id: live.id,
      reason: `${nameJob(model, live.id)} exists, but AWS does not show what it does`,
      remedies: [suggest('if it is this spec’s', 'adopt', spec.address)],
    })
  }
  const changes = findDeviations(spec.request, live, model)
  if (changes.length > 0) {
    return createLine(spec, {
      action: 'conflict',
      code: 'PLAN_ADOPT_DIFFERS',
      id: live.id,
      changes,
      reason: `${nameJob(model, live.id)} exists, but differs from the spec`,
      remedies: [advise('write the spec as the job is, or choose another ID')],
    })
  }
  const { run } = spec.policy
  const request = writeDocuments(spec.request, model.request.documents)
  const adopter = { run, site, how: 'adopted', request, history: extendHistory(previous, run, site) } as const
  return createAdoptLine(plan, spec, adopter, live, { reason: 'policy.adopt is true and the job fits the spec' })
}

/** On a real target Jobwright submits only what is committed, since a submission cannot be undone. */
export function planUncommitted(plan: Planner, spec: Spec): PlannedStop | undefined {
  const { checkout, rules } = plan
  if (rules.emulator || rules.allowDirty || !checkout.git) return undefined
  const uncommitted = findUncommitted(checkout, spec)
  if (uncommitted.length === 0) return undefined
  return createLine(spec, {
    action: 'blocked',
    code: 'PLAN_UNCOMMITTED',
    reason: uncommitted.map(describeUncommitted).join('; '),
    remedies: suggestRemedies(uncommitted, spec),
  })
}
