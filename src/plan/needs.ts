import { type Address, formatAddress, parseAddress } from '../model/address.ts'
import { parseAttempt } from '../model/attempt-name.ts'
import { isTerminal } from '../model/condition.ts'
import { computeEarliestCreation } from '../model/evidence.ts'
import { formatIso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import { type Need, NOTHING_OBSERVED } from '../model/observed.ts'
import { getRemoteId } from '../model/remote-id.ts'
import type { Spec } from '../model/spec.ts'
import { isSettled, type JobRecord, recordEntries } from '../model/state.ts'
import { createPlanner, findDecidedRecord, isSelected, type Planner } from './context.ts'
import type { Decision, PlanInput } from './input.ts'
import { moveFormerNames } from './questions/former-names.ts'
import { createLookalikeNeed, hasOtherSiteOrScope } from './questions/lookalikes.ts'
import { createStandIn } from './questions/ownership.ts'
import { expandSeries } from './series/expand.ts'
import { planDue, planHeld } from './situations/new.ts'
import { isCancellable } from './situations/plan-cancel.ts'
import { mayCancel } from './situations/removed-spec.ts'

/** The inputs of a plan before anything is read. `refresh`: read finished jobs too. */
export type NeedsInput = Omit<PlanInput, 'observed'> & { readonly refresh: boolean }

/** Returns the reads that a plan needs, and no others: a finished job costs nothing. */
export function listNeeds(given: NeedsInput): Need[] {
  const { input } = expandSeries(given)
  const plan = createPlanner(moveFormerNames({ ...input, observed: NOTHING_OBSERVED }).input)
  const forSpecs = input.specs.flatMap((spec) =>
    isSelected(plan, spec.address, spec.labels) ? listSpecNeeds(plan, spec, input.refresh) : [],
  )
  const orphans = recordEntries(plan.records).flatMap(([address, record]) =>
    plan.specAt.has(address) || record.withdrawn !== undefined || !isSelected(plan, address)
      ? []
      : listOrphanNeeds(plan, address, record),
  )
  return [...forSpecs, ...orphans]
}

function listSpecNeeds(plan: Planner, spec: Spec, refresh: boolean): Need[] {
  const model = plan.modelOf(spec.kind)
  const record = plan.records[spec.address]
  const decision = plan.decisions?.get(spec.address)
  if (decision) return listDecisionNeeds(plan, spec, record, model, decision)
  if (record === undefined || (isSettled(record) && record.run < spec.policy.run))
    return listNewNeeds(plan, spec, model)
  if (!isSettled(record)) {
    // A raised run may replace the unknown one. Its job may already exist under the old name.
    const isRaised = spec.policy.run > record.run
    const site = plan.siteOf(spec)
    const isMoved = site && !model.identity.idMember && hasOtherSiteOrScope(site, spec, record, model)
    return [
      ...listUnknownNeeds(spec.address, record, model),
      ...(isRaised ? listFormerNeeds(plan, spec, model) : []),
      ...(isMoved ? [{ ...createLookalikeNeed(plan, spec, model, site), elsewhere: true as const }] : []),
    ]
  }
  if (record.id === undefined || (isTerminal(record.condition) && !refresh) || (record.lost && !refresh)) return []
  return [{ ...recordNeed(spec.address, record, model), id: record.id, known: true, ...getProofNeed(record, model) }]
}

/** Returns the reads for a decision. */
function listDecisionNeeds(
  plan: Planner,
  spec: Spec,
  record: JobRecord | undefined,
  model: KindModel,
  decision: Decision,
): Need[] {
  if (decision.is === 'removed') return []
  if (decision.is === 'foreign') {
    const site = record?.site ?? plan.siteOf(spec)
    return site && !model.identity.idMember ? [createLookalikeNeed(plan, spec, model, site)] : []
  }
  if (decision.is === 'cancel') {
    if (!record?.id || !isCancellable(record)) return []
    return [{ ...recordNeed(spec.address, record, model), id: record.id, known: true, ...getProofNeed(record, model) }]
  }
  // A job with our mark is ours, whatever a person says.
  if (decision.is === 'not-created' && record && parseAttempt(record.intent?.marker) && !isSettled(record))
    return listUnknownNeeds(spec.address, record, model)
  const known = findDecidedRecord(spec, record, decision)
  const site = known?.site ?? plan.siteOf(spec)
  if (decision.is === 'not-created' || !site || (known && isSettled(known))) return []
  const own = known?.id ?? (model.identity.idMember && getRemoteId(spec, model.identity.idMember))
  const id = (decision.is === 'adopt' ? decision.id : undefined) ?? own
  if (id === undefined) return []
  const scope = model.identity.scope((known ?? spec).request)
  return [{ address: spec.address, kind: spec.kind, site, id, definition: true, mark: true, scope }]
}

/**
 * Returns the reads before a create or an adoption. A caller-chosen ID may be taken, and a job that AWS names may
 * already exist.
 */
function listNewNeeds(plan: Planner, spec: Spec, model: KindModel): Need[] {
  const site = plan.siteOf(spec)
  if (!site || planHeld(plan, spec)) return []
  if (!(spec.policy.adopt && model.identity.idMember) && planDue(plan, spec, model)) return []
  if (!model.identity.idMember) return [createLookalikeNeed(plan, spec, model, site)]
  const id = getRemoteId(spec, model.identity.idMember)
  const own: Need = {
    address: spec.address,
    kind: spec.kind,
    site,
    id,
    definition: spec.policy.adopt,
    // Costs a call only if the job exists. The mark decides the message for a person.
    mark: spec.policy.adopt || model.identity.tagged !== undefined,
  }
  return [own, ...listFormerNeeds(plan, spec, model).filter((former) => former.id !== id)]
}

/** Returns the read of the job under a spec's old name, if it has no record. */
function listFormerNeeds(plan: Planner, spec: Spec, model: KindModel): Need[] {
  const site = plan.siteOf(spec)
  if (spec.formerly === undefined || !model.identity.idMember || !site) return []
  const address = formatAddress(spec.kind, spec.formerly)
  if (plan.records[address] || plan.specAt.has(address) || plan.blockedAt.has(address)) return []
  return [
    { address, kind: spec.kind, site, id: getRemoteId({ ...spec, name: spec.formerly }, model.identity.idMember) },
  ]
}

function listUnknownNeeds(address: Address, record: JobRecord, model: KindModel): Need[] {
  switch (model.identity.recovery.is) {
    case 'id':
    case 'token':
      return record.id === undefined
        ? []
        : [{ ...recordNeed(address, record, model), id: record.id, definition: true, mark: true }]
    case 'inert':
      return [{ ...recordNeed(address, record, model), since: getSince(record) }]
    case 'match':
      return [{ ...recordNeed(address, record, model), since: getSince(record), definition: true }]
  }
}

/** Returns the ISO time from which attempts of a run may have created jobs, on AWS's clock if known. */
function getSince({ intent }: JobRecord): string | undefined {
  return intent && formatIso(computeEarliestCreation(intent))
}

function listOrphanNeeds(plan: Planner, address: Address, record: JobRecord): Need[] {
  const decision = plan.decisions?.get(address)
  const model = plan.modelOf(parseAddress(address).kind)
  if (decision) return listDecisionNeeds(plan, createStandIn(address, record), record, model, decision)
  if (!isSettled(record)) return listUnknownNeeds(address, record, model)
  if (record.id === undefined || !mayCancel(record)) return []
  return [{ ...recordNeed(address, record, model), id: record.id, known: true, ...getProofNeed(record, model) }]
}

/** Returns what the first read of a job must show to prove its identity. Its ID may now belong to another job. */
export function getProofNeed(record: JobRecord, model: KindModel): Pick<Need, 'mark'> {
  const isOpen = record.identity === undefined && record.window === undefined && model.identity.idMember !== undefined
  // A list that returns whole jobs proves their identity.
  return isOpen && model.api.listing.returns !== 'job' ? { mark: true } : {}
}

/** Returns a read of the recorded job, without its ID. */
export function recordNeed(address: Address, record: JobRecord, model: KindModel): Need {
  const scope = model.identity.scope(record.request)
  return { address, kind: model.kind, site: record.site, scope }
}
