import type { Address } from '../../model/address.ts'
import { findDeviations } from '../../model/deviations.ts'
import { judgeMark } from '../../model/evidence.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Difference, Planned, PlannedStop } from '../../model/plan.ts'
import { extendHistory } from '../../model/record.ts'
import { advise } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import type { JobRecord, OpenRecord } from '../../model/state.ts'
import { writeDocuments } from '../../model/write-documents.ts'
import { createLine, nameJob, type Planner, planUnread } from '../context.ts'
import { createAdoptLine, getOwnerKey } from '../questions/ownership.ts'
import { refuseOwnedElsewhere, refuseUsedId } from '../situations/new.ts'
import { refuseMissing } from './shared-lines.ts'

/**
 * Adopts the job that was read for the decision. It must be unclaimed, and must match the spec or the lost create.
 * `stored`: the record of the address, if it is for another run.
 */
export function planAdoptDecision(
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
  const reason = how === 'baseline' ? 'assumed done before the state was created' : 'as decided'
  return createAdoptLine(plan, spec, adopter, live, { reason, record })
}

/** Returns another address whose unknown create asked for this job ID, and may have created the job. */
function findOpenClaimant(plan: Planner, spec: Spec, key: string): Address | undefined {
  const other = plan.owners.get(key)
  return other === undefined || other === spec.address || plan.records[other]?.withdrawn ? undefined : other
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
