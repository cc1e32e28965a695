import { type Address, addressOf, partsOf } from '../model/address.ts'
import { deviations } from '../model/deviations.ts'
import { judgeMark, markOf } from '../model/evidence.ts'
import type { KindModel, Timing } from '../model/kind.ts'
import type { Live } from '../model/live.ts'
import type { Planned, PlannedCreate, PlannedStop } from '../model/plan.ts'
import { historyFor } from '../model/record.ts'
import { advise, suggest } from '../model/remedy.ts'
import { remoteId } from '../model/remote-id.ts'
import type { Spec } from '../model/spec.ts'
import { isSettled, type JobRecord, type Site, siteKey } from '../model/state.ts'
import { written } from '../model/written.ts'
import { whyNotGone } from './absence.ts'
import { planDepends } from './depends.ts'
import { planNoFile, uploadWords } from './files.ts'
import { planLookalike } from './lookalikes.ts'
import { adoptJob, ownerKey } from './ownership.ts'
import { jobWords, line, type Planner, planFailed, spoken, unread } from './planner.ts'
import { timingOf } from './time.ts'
import { describeUncommitted, remediesFor, uncommittedOf } from './uncommitted.ts'

/** Seven days. */
const URGENT_MS = 604_800_000

/** Why a create is due: the sentence, which attempt it is, and the record that it follows. */
export type Occasion = { readonly reason: string; readonly attempt: number; readonly previous?: JobRecord }

/** Plans the first submission of a run: everything that may stand in a create's way, then the create. */
export function planNew(plan: Planner, spec: Spec, occasion: Occasion): Planned {
  const model = plan.modelOf(spec.kind)
  return (
    planHeld(plan, spec) ??
    planRenamed(plan, spec, occasion) ??
    planTaken(plan, spec, model, occasion) ??
    planDue(plan, spec, model) ??
    planLookalike(plan, spec, model, occasion.previous) ??
    planUncommitted(plan, spec) ??
    planNoFile(plan, spec) ??
    planCreate(plan, spec, model, occasion)
  )
}

function planCreate(plan: Planner, spec: Spec, model: KindModel, occasion: Occasion): PlannedCreate {
  return line(spec, {
    action: 'create',
    reason: occasion.reason + uploadWords(spec) + urgency(timingOf(spec, model, plan.now), plan.now),
    attempt: occasion.attempt,
    site: plan.siteOf(spec),
    isTagged: model.identity.tagged !== undefined && (plan.isTagged?.(spec) ?? true),
    id: model.identity.idMember && remoteId(spec, model.identity.idMember),
    record: occasion.previous,
  })
}

/** What stops a new job whatever AWS says: an earlier failure in this run, and `hold`. */
export function planHeld(plan: Planner, spec: Spec): PlannedStop | undefined {
  const failed = planFailed(plan, spec.address, spec)
  if (failed) return failed
  return spec.policy.hold ? line(spec, { action: 'held', reason: 'policy.hold is true' }) : undefined
}

/**
 * What time, and the jobs that it depends on, say about a create. A job that is taken over was submitted long ago, so that neither has
 * anything to say about it.
 */
export function planDue(plan: Planner, spec: Spec, model: KindModel): PlannedStop | undefined {
  const timing = timingOf(spec, model, Math.min(plan.now, plan.readFrom ?? plan.now))
  if (timing.when === 'expired')
    return line(spec, { action: 'expired', code: 'PLAN_EXPIRED', reason: timing.reason, remedies: timing.remedies })
  if (timing.when === 'waiting') {
    const reason = timing.reason + goodUntil(timing)
    return line(spec, { action: 'waiting', reason, until: timing.until })
  }
  return planDepends(plan, spec)
}

/** A create is about to go anyway: only what is near is worth saying, for a run that is refused or has no room. */
function urgency(timing: Timing, now: number): string {
  const isNear = timing.when === 'ready' && timing.expires !== undefined && Date.parse(timing.expires) - now < URGENT_MS
  return isNear ? goodUntil(timing) : ''
}

/** `; good until 2026-11-28 19:45 UTC`, for specs that time will overtake. */
function goodUntil({ expires }: { readonly expires?: string }): string {
  return expires === undefined ? '' : `; good until ${spoken(expires)}`
}

/** A rename is not a new job: the same request under a new name, while the old spec is gone, needs a word from the user. */
function planRenamed(plan: Planner, spec: Spec, occasion: Occasion): Planned | undefined {
  const former = spec.formerly === undefined ? undefined : addressOf(spec.kind, spec.formerly)
  if (occasion.previous) return former && planFormerLost(plan, spec, former)
  if (former !== undefined && plan.records[former]) {
    const isThere = plan.specAt.has(former) || plan.blockedAt.has(former)
    const obstacle = isThere ? undefined : whyNotGone(plan)
    if (obstacle !== undefined) {
      return line(spec, {
        action: 'blocked',
        code: 'PLAN_NOT_MOVED',
        reason: `metadata.formerly names ${former}, whose spec is not here, but ${obstacle}`,
      })
    }
    return line(spec, {
      action: 'conflict',
      code: 'PLAN_FORMERLY',
      reason: `metadata.formerly names ${former}, whose job stays with it while it has a spec`,
      remedies: [advise(`remove metadata.formerly to make another job, or remove the spec of ${former}`)],
    })
  }
  const lost = former === undefined ? undefined : planFormerLost(plan, spec, former)
  if (lost) return lost
  const old = plan.renames.to.get(spec.address)
  if (old === undefined) return undefined
  const { id } = plan.records[old] ?? {}
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_RENAMED',
    reason: `looks like ${old} renamed: the same request, and that spec is gone${id ? ` (job ${id})` : ''}`,
    remedies: [
      advise(`if it was renamed, write metadata.formerly: ${partsOf(old).name}`),
      suggest('if the old one was removed and this is to run as a second job', 'resolve', old, '--removed'),
    ],
  })
}

/** Nothing is on record for the old name, but its job is there: the record was lost with a newer state, or the job is not ours. */
function planFormerLost(plan: Planner, spec: Spec, former: Address): Planned | undefined {
  const seen = plan.observed.jobs.get(former)
  if (seen === undefined || seen.is === 'absent') return undefined
  if (seen.is === 'failed') return unread(spec, seen)
  const site = plan.siteOf(spec)
  if (site && plan.claims.has(ownerKey(plan.modelOf(spec.kind), site, seen.live.id))) return undefined
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_FORMER_LOST',
    id: seen.live.id,
    reason: `metadata.formerly names ${former}, and ${jobWords(plan.modelOf(spec.kind), seen.live.id)} exists, of which nothing is on record`,
    remedies: [
      advise('the state may be older than the job, from a branch that was rolled back or a backup'),
      suggest('if that is its job', 'adopt', spec.address, '--id', seen.live.id),
      advise('to make another job, remove metadata.formerly'),
    ],
  })
}

/** For caller-named kinds: the ID may be used by one of our records, or by a job that we did not make. */
function planTaken(plan: Planner, spec: Spec, model: KindModel, occasion: Occasion): Planned | undefined {
  const site = plan.siteOf(spec)
  if (!model.identity.idMember || !site) return undefined
  const id = remoteId(spec, model.identity.idMember)
  const { previous } = occasion
  const key = ownerKey(model, site, id)
  const owner = plan.claims.get(key) ?? plan.owners.get(key)
  const mayBeOurs = owner === spec.address && previous?.id === id && !isSettled(previous)
  if (owner !== undefined && !mayBeOurs) return idUsed(spec, model, id, owner)
  // What was read for an unknown create was its own ID. A new one is not looked up first: AWS refuses a second job of one ID.
  const isOther = previous !== undefined && !isSettled(previous) && isElsewhere(plan, spec, previous, model)
  const seen = isOther ? undefined : plan.observed.jobs.get(spec.address)
  if (seen === undefined || seen.is === 'absent') return undefined
  if (seen.is === 'failed') return unread(spec, seen)
  if (spec.policy.adopt && judgeMark(seen.live, { lineage: plan.lineage }) === 'other')
    return ownedElsewhere(spec, model, seen.live)
  return spec.policy.adopt
    ? planAdoption(spec, model, seen.live, site, plan, previous)
    : planForeign(plan, spec, model, seen.live)
}

/** Whether a spec asks for another job ID, or for another place, than the create on record did. */
export function isElsewhere(plan: Planner, spec: Spec, record: JobRecord, model: KindModel): boolean {
  const site = plan.siteOf(spec)
  const isMoved = site !== undefined && siteKey(site) !== siteKey(record.site)
  return isMoved || (model.identity.idMember !== undefined && remoteId(spec, model.identity.idMember) !== record.id)
}

/** A line for a job ID that another address, or another run, has used. */
export function idUsed(spec: Spec, model: KindModel, id: string, owner: Address, record?: JobRecord): PlannedStop {
  return line(spec, {
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

/** A job has the spec's ID, and nothing is on record of it. Its mark tells what may have happened: whoever renames our own job runs it twice. */
function planForeign({ state }: Planner, spec: Spec, model: KindModel, live: Live): Planned {
  const { address, policy } = spec
  const mark = judgeMark(live, { lineage: state?.lineage ?? '', address, run: policy.run })
  const job = jobWords(model, live.id)
  const made = `${live.status}${live.createdAt ? `, created ${spoken(live.createdAt)}` : ''}`
  const conflict = { action: 'conflict', code: 'PLAN_FOREIGN', id: live.id } as const
  if (mark === 'own' || mark === 'kin') {
    const owner =
      mark === 'own' ? 'this very spec' : `run ${markOf(live)?.run} of ${markOf(live)?.address} of this state`
    return line(spec, {
      ...conflict,
      reason: `${job} (${made}) is on no record, and carries the mark of ${owner}`,
      remedies: [
        advise('the state may be older than the job, from a branch that was rolled back or a backup'),
        suggest('if the job is this spec’s', 'adopt', address),
        advise(`to run it again, write policy.run: ${policy.run + 1}`),
      ],
    })
  }
  const rename = advise(`to make another job, choose another name or ${model.identity.idMember}`)
  if (mark === 'other')
    return line(spec, {
      ...conflict,
      reason: `${job} exists and carries the mark of another state: ${made}`,
      remedies: [rename, suggest('to take it over, although its owner acts on it', 'adopt', address, '--force')],
    })
  return line(spec, {
    ...conflict,
    reason: `${job} exists and is not ours: ${made}`,
    remedies: [
      advise('to take it over, write policy.adopt: true'),
      suggest('or record that it is this spec’s', 'adopt', address),
      rename,
    ],
  })
}

/** Another state's mark is on a job: it has an owner, which will go on to act on it. */
export function ownedElsewhere(spec: Spec, model: KindModel, live: Live, record?: JobRecord): PlannedStop {
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_OWNED_ELSEWHERE',
    id: live.id,
    record,
    reason: `${jobWords(model, live.id)} carries the mark of another state`,
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
    return line(spec, {
      action: 'conflict',
      code: 'PLAN_FOREIGN',
      id: live.id,
      reason: `${jobWords(model, live.id)} exists, but AWS does not tell what it does`,
      remedies: [suggest('if it is this spec’s', 'adopt', spec.address)],
    })
  }
  const changes = deviations(spec.request, live, model)
  if (changes.length > 0) {
    return line(spec, {
      action: 'conflict',
      code: 'PLAN_ADOPT_DIFFERS',
      id: live.id,
      changes,
      reason: `${jobWords(model, live.id)} exists, but differs from the spec`,
      remedies: [advise('write the spec as the job is, or choose another ID')],
    })
  }
  const { run } = spec.policy
  const request = written(spec.request, model.request.documents)
  const adopter = { run, site, how: 'adopted', request, history: historyFor(previous, run, site) } as const
  return adoptJob(plan, spec, adopter, live, { reason: 'policy.adopt is true and the job fits the spec' })
}

/** On a real target only what is committed is submitted: a job cannot be taken back. */
export function planUncommitted(plan: Planner, spec: Spec): PlannedStop | undefined {
  const { checkout, rules } = plan
  if (rules.emulator || rules.allowDirty || !checkout.git) return undefined
  const uncommitted = uncommittedOf(checkout, spec)
  if (uncommitted.length === 0) return undefined
  return line(spec, {
    action: 'blocked',
    code: 'PLAN_UNCOMMITTED',
    reason: uncommitted.map(describeUncommitted).join('; '),
    remedies: remediesFor(uncommitted, spec),
  })
}
