import type { KindModel } from '../kinds/kind.ts'
import type { Live } from '../model/live.ts'
import type { Sighting } from '../model/observed.ts'
import type { Planned } from '../model/plan.ts'
import { adopted, historyFor, liveStage } from '../model/record.ts'
import { remoteId } from '../model/remote-id.ts'
import type { Spec } from '../model/spec.ts'
import type { JobRecord, Site } from '../model/state.ts'
import { written } from '../model/written.ts'
import { deviations, sameRequest } from './edit.ts'
import { jobWords, line, ownerKey, type Planner, spoken } from './planner.ts'

/** Why a create is due: the sentence, which attempt it is, and the record that it follows. */
export type Occasion = { readonly reason: string; readonly attempt: number; readonly previous?: JobRecord }

/** Plans the first submission of a run: everything that may stand in a create's way, then the create. */
export function planNew(plan: Planner, spec: Spec, occasion: Occasion): Planned {
  const model = plan.modelOf(spec.kind)
  return (
    planHeld(plan, spec, model) ??
    planRenamed(plan, spec, model, occasion) ??
    planTaken(plan, spec, model, occasion) ??
    planUncommitted(plan, spec) ??
    createLine(plan, spec, model, occasion)
  )
}

function createLine(plan: Planner, spec: Spec, model: KindModel, occasion: Occasion): Planned {
  const site = plan.siteOf(spec)
  return line(spec, {
    action: 'create',
    reason: occasion.reason,
    attempt: occasion.attempt,
    ...(site && { site }),
    ...(model.idMember && { id: remoteId(spec, model.idMember) }),
    ...(occasion.previous && { record: occasion.previous }),
  })
}

/** What stops a create whatever AWS says: an earlier failure in this run, `hold`, and time. */
export function planHeld(plan: Planner, spec: Spec, model: KindModel): Planned | undefined {
  const failure = plan.run.failed.get(spec.address)
  if (failure)
    return line(spec, { action: 'blocked', reason: `failed in this run: ${failure.name}: ${failure.message}` })
  if (spec.policy.hold) return line(spec, { action: 'held', reason: 'policy.hold is true' })
  const timing = model.timing(spec.request, plan.now)
  if (timing.when === 'waiting') {
    return line(spec, { action: 'waiting', reason: timing.reason, ...(timing.until && { until: timing.until }) })
  }
  if (timing.when === 'expired') return line(spec, { action: 'expired', reason: timing.reason, hint: timing.hint })
  return undefined
}

/** A rename is not a new job: the same request under a new name, while the old spec is gone, needs a word from the user. */
function planRenamed(plan: Planner, spec: Spec, model: KindModel, occasion: Occasion): Planned | undefined {
  if (spec.policy.allowIdentical || occasion.previous) return undefined
  const twin = Object.entries(plan.records).find(
    ([address, record]) =>
      address.startsWith(`${spec.kind}/`) &&
      record.withdrawn === undefined &&
      !plan.specAt.has(address as Spec['address']) &&
      !plan.blockedAt.has(address as Spec['address']) &&
      sameRequest(record.request, spec.request, model),
  )
  if (!twin) return undefined
  const [address, record] = twin
  const old = address.slice(address.indexOf('/') + 1)
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_RENAMED',
    reason: `looks like ${address} renamed: the same request, and that spec is gone${record.id ? ` (job ${record.id})` : ''}`,
    hint: `if it was renamed, write metadata.formerly: ${old}; if it is to run as a second job, write policy.allowIdentical: true`,
  })
}

/** For caller-named kinds: the ID may be used by one of our records, or by a job that we did not make. */
function planTaken(plan: Planner, spec: Spec, model: KindModel, occasion: Occasion): Planned | undefined {
  const site = plan.siteOf(spec)
  if (!model.idMember || !site) return undefined
  const id = remoteId(spec, model.idMember)
  const owner = plan.owners.get(ownerKey(spec.kind, site, id))
  const mayBeOurs = owner === spec.address && occasion.previous?.id === id && occasion.previous.stage === 'settling'
  if (owner !== undefined && !mayBeOurs) {
    return line(spec, {
      action: 'conflict',
      code: 'PLAN_ID_USED',
      id,
      reason: `the ID ${id} was already used by ${owner === spec.address ? 'an earlier run of this spec' : owner}`,
      hint: `leave ${model.idMember} out, or write one that was never used`,
    })
  }
  const seen = plan.observed.jobs.get(spec.address)
  if (seen === undefined || seen.is === 'absent') return undefined
  if (seen.is === 'failed') return unread(spec, seen)
  return spec.policy.adopt
    ? planAdoption(spec, model, seen.live, site, plan, occasion.previous)
    : foreign(spec, model, seen.live)
}

/** A line for an address about which AWS could not be asked. */
export function unread(spec: Spec, seen: Extract<Sighting, { is: 'failed' }>): Planned {
  const { name, message } = seen.problem
  return line(spec, {
    action: 'blocked',
    code: 'PLAN_UNREAD',
    reason: `AWS could not be asked about it: ${name}: ${message}`,
  })
}

function foreign(spec: Spec, model: KindModel, live: Live): Planned {
  const made = live.createdAt ? `, created ${spoken(live.createdAt)}` : ''
  return line(spec, {
    action: 'conflict',
    code: 'PLAN_FOREIGN',
    id: live.id,
    reason: `${jobWords(model, live.id)} exists and is not ours: ${live.status}${made}`,
    hint: `to take it over, write policy.adopt: true; to make another job, choose another name or ${model.idMember}`,
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
  const changes = deviations(spec.request, live, model)
  if (changes.length > 0) {
    return line(spec, {
      action: 'conflict',
      code: 'PLAN_ADOPT_DIFFERS',
      id: live.id,
      changes,
      reason: `${jobWords(model, live.id)} exists, but differs from the spec`,
      hint: 'write the spec as the job is, or choose another ID',
    })
  }
  const base = {
    run: spec.policy.run,
    site,
    stage: liveStage(model, live),
    how: 'adopted' as const,
    request: written(spec.request, model.documents),
    ...historyFor(previous, spec.policy.run),
  }
  return line(spec, {
    action: 'adopt',
    id: live.id,
    reason: 'policy.adopt is true and the job fits the spec',
    next: adopted(base, live, model.condition(live, spec.policy), plan.now),
  })
}

/** On a real target only what is committed is submitted: a job cannot be taken back. */
function planUncommitted(plan: Planner, spec: Spec): Planned | undefined {
  const { checkout, rules } = plan
  if (rules.emulator || rules.allowDirty || !checkout.git || !checkout.dirty.includes(spec.place.file)) return undefined
  return line(spec, {
    action: 'blocked',
    code: 'PLAN_UNCOMMITTED',
    reason: `${spec.place.file} is not committed`,
    hint: 'commit it, or submit it as it is with --allow-dirty',
  })
}
