import { type Address, formatAddress, parseAddress } from '../../model/address.ts'
import type { Planned } from '../../model/plan.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import type { JobRecord } from '../../model/state.ts'
import { createLine, nameJob, OLDER_STATE, type Planner, planUnread } from '../context.ts'
import { explainPresence } from './absence.ts'
import { getOwnerKey } from './ownership.ts'

/** A rename is not a new job. If the old spec was removed and the requests are equal, the user must decide. */
export function planRenamed(plan: Planner, spec: Spec, previous: JobRecord | undefined): Planned | undefined {
  const former = spec.formerly === undefined ? undefined : formatAddress(spec.kind, spec.formerly)
  if (previous) return former && planFormerLost(plan, spec, former)
  if (former !== undefined && plan.records[former]) {
    const isThere = plan.specAt.has(former) || plan.blockedAt.has(former)
    const obstacle = isThere ? undefined : explainPresence(plan)
    if (obstacle !== undefined) {
      return createLine(spec, {
        action: 'blocked',
        code: 'PLAN_NOT_MOVED',
        reason: `metadata.formerly names ${former}, whose spec is not here, but ${obstacle}`,
      })
    }
    return createLine(spec, {
      action: 'conflict',
      code: 'PLAN_FORMERLY',
      reason: `metadata.formerly names ${former}, which still has a spec and keeps its job`,
      findingKey: `metadata.formerly names ${former}, whose job stays with it while it has a spec`,
      remedies: [advise(`remove metadata.formerly to create another job, or remove the spec of ${former}`)],
    })
  }
  const lost = former === undefined ? undefined : planFormerLost(plan, spec, former)
  if (lost) return lost
  const old = plan.renames.to.get(spec.address)
  if (old === undefined) return undefined
  const { id } = plan.records[old] ?? {}
  const job = id ? ` (job ${id})` : ''
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_RENAMED',
    reason: `looks like a rename of ${old}, whose spec was removed: the requests are identical${job}`,
    findingKey: `looks like ${old} renamed: the same request, and that spec is gone${job}`,
    remedies: [
      advise(`if it was renamed, write metadata.formerly: ${parseAddress(old).name}`),
      suggest('if the old spec was removed and this is a second job', 'resolve', old, '--removed'),
    ],
  })
}

/** The old name has no record, but its job exists. Either a newer state was lost, or the job is not ours. */
function planFormerLost(plan: Planner, spec: Spec, former: Address): Planned | undefined {
  const seen = plan.observed.jobs.get(former)
  if (seen === undefined || seen.is === 'absent') return undefined
  if (seen.is === 'failed') return planUnread(spec, seen)
  const site = plan.siteOf(spec)
  if (site && plan.claims.has(getOwnerKey(plan.modelOf(spec.kind), site, seen.live.id))) return undefined
  return createLine(spec, {
    action: 'conflict',
    code: 'PLAN_FORMER_LOST',
    id: seen.live.id,
    reason: `metadata.formerly names ${former}, and ${nameJob(plan.modelOf(spec.kind), seen.live.id)} exists without a record`,
    remedies: [
      OLDER_STATE,
      suggest('if that is its job', 'adopt', spec.address, '--id', seen.live.id),
      advise('to create another job, remove metadata.formerly'),
    ],
  })
}
