import type { Address } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Plan, Planned } from '../model/plan.ts'
import type { Blocked, Spec } from '../model/spec.ts'
import { type JobRecord, recordEntries } from '../model/state.ts'
import { addAcknowledgements, findAttention } from './attention/findings.ts'
import { findApprovalRefusals, holdUnapproved, warnUnapproved } from './bounds/approval.ts'
import { findRefusals } from './bounds/guards.ts'
import { applyLimits } from './bounds/quotas.ts'
import { holdBesidesReads } from './bounds/refresh-only.ts'
import { createPlanner, isSelected, type Planner, planSequentially } from './context.ts'
import { planDecided } from './decisions/plan-decided.ts'
import { type Decision, isCheckoutUsed, type PlanInput } from './input.ts'
import { explainWaits } from './questions/dependencies.ts'
import { findEdits } from './questions/edits.ts'
import { fillRecordedMd5 } from './questions/files.ts'
import { moveFormerNames } from './questions/former-names.ts'
import { planWithoutSpec } from './questions/ownership.ts'
import { checkNewSeries } from './series/busiest.ts'
import { explainRun } from './series/depend.ts'
import { type Expanded, expandSeries } from './series/expand.ts'
import { settleSeries } from './series/settle.ts'
import { planNew } from './situations/new.ts'
import { planRemovedSpec } from './situations/removed-spec.ts'
import { planRecorded } from './situations/submitted.ts'

/** Plans every address: what to do about it, and why. Pure: it reads only its argument and changes nothing. */
export function plan(given: PlanInput): Plan {
  const series = expandSeries(given)
  const { input: followed, moved } = moveFormerNames(series.input)
  const input = { ...followed, specs: followed.specs.map((spec) => fillRecordedMd5(followed, spec)) }
  const context = createPlanner(input)
  const all = planSequentially(context, [
    ...input.specs
      .filter((spec) => isSelected(input, spec.address, spec.labels))
      .map((spec) => (inTurn: Planner) => recordRemovalPolicy(context, planSpec(inTurn, spec, moved))),
    ...input.blocked
      .filter((blocked) => isSelected(input, blocked.address, blocked.spec?.labels))
      .map((blocked) => (inTurn: Planner) => planBlocked(inTurn, blocked)),
    ...findOrphans(context, series).map(
      ([address, record]) =>
        (inTurn: Planner) =>
          planOrphan(inTurn, address, record),
    ),
  ])
  const repeating = series.turns.map(({ spec }) => spec)
  const held = holdBesidesReads(context, holdUnapproved(context, all, repeating))
  const runs = explainWaits(context, held, (job) => explainRun(series.turns, job))
  const { lines, decided } = settleSeries(context, series, runs)
  // A decision has its own outcome, whatever else needs a person.
  const findings = input.decisions ? undefined : findAttention(context, lines)
  const { actions, quotas } = applyLimits(context, lines)
  return {
    // Guards count every create that is due, even if there is no room for it in this pass.
    refusals: [
      ...findRefusals(context, lines),
      ...findApprovalRefusals(context, repeating),
      ...checkNewSeries(context, series),
    ],
    actions: findings ? addAcknowledgements(actions, findings) : actions,
    diagnostics: [
      ...(input.unclaimed && !input.decisions ? [input.unclaimed] : []),
      ...collectWarnings(context, lines),
      ...warnUnapproved(context, lines),
    ],
    findings,
    ...(decided.length > 0 && { decided }),
    ...(quotas.length > 0 && { quotas }),
  }
}

function planSpec(context: Planner, spec: Spec, moved: ReadonlyMap<Address, Address>): Planned {
  const record = context.records[spec.address]
  const decision = context.decisions?.get(spec.address)
  const planned = decision
    ? planDecided(context, spec, record, decision)
    : record
      ? planRecorded(context, spec, record)
      : planNew(context, spec, { reason: describeNew(spec), attempt: 1 })
  const from = moved.get(spec.address)
  if (from === undefined || !record)
    return isBoundToCheckout(context, spec) ? clearWithdrawal(planned, record) : planned
  const reason = planned.action === 'keep' ? `it takes over the record of ${from}; ${planned.reason}` : planned.reason
  const here = { ...planned, reason, movedFrom: from, next: planned.next ?? record } as Planned
  return clearWithdrawal(here, record)
}

function describeNew({ occurrence }: Spec): string {
  return occurrence === undefined ? 'new spec' : `due ${occurrence.due}`
}

/**
 * Returns whether a line may record what this checkout says. A decision about a recorded job may not: it is valid in an
 * outdated checkout too.
 */
function isBoundToCheckout({ decisions, state }: Planner, { address }: Spec): boolean {
  const decision = decisions?.get(address)
  return decision === undefined || isCheckoutUsed(new Map([[address, decision]]), state)
}

/**
 * Clears the withdrawal of a record whose spec is back, or whose spec has a new name. Also does so while the spec is
 * held.
 */
function clearWithdrawal(planned: Planned, stored: JobRecord | undefined): Planned {
  if (stored?.withdrawn === undefined || planned.action === 'create') return planned
  return changeRecord(planned, stored, ({ withdrawn: _withdrawn, ...rest }) => rest)
}

/** Records `policy.onRemove` early: it must be on record when the spec is removed. */
function recordRemovalPolicy(context: Planner, planned: Planned): Planned {
  const { spec, action } = planned
  const record = planned.next ?? planned.record
  if (!spec || !isBoundToCheckout(context, spec) || !record || action === 'create' || isTerminal(record.condition))
    return planned
  const { onRemove } = spec.policy
  return record.onRemove === onRemove ? planned : changeRecord(planned, record, (one) => ({ ...one, onRemove }))
}

/** Changes the record in a line. A step continues from the changed record. */
function changeRecord(planned: Planned, stored: JobRecord, change: (record: JobRecord) => JobRecord): Planned {
  const next = change(planned.next ?? planned.record ?? stored)
  // The change keeps stage and ID, so the line keeps its type.
  return { ...planned, next, record: planned.record && next } as Planned
}

/**
 * Plans a spec with errors: nothing is done. If its job has ended and its request is unchanged, the job needs nothing
 * more.
 */
function planBlocked(context: Planner, blocked: Blocked): Planned {
  const record = context.records[blocked.address]
  const { address, spec } = blocked
  const decision = context.decisions?.get(address)
  // A job can be cancelled whatever is wrong with its spec.
  if (record && decision?.is === 'cancel') return decideWithoutSpec(context, address, record, decision)
  if (
    record &&
    spec &&
    isTerminal(record.condition) &&
    spec.policy.run <= record.run &&
    findEdits(fillRecordedMd5(context, spec), record, context.modelOf(spec.kind), undefined).length === 0
  ) {
    return {
      address,
      spec,
      record,
      action: 'keep',
      code: 'PLAN_DONE_INVALID',
      reason: `done; its spec is at fault now (${blocked.codes.join(', ')}), which changes nothing about its job`,
    }
  }
  return {
    address,
    record,
    action: 'blocked',
    code: 'PLAN_INVALID',
    reason: `its spec has errors: ${blocked.codes.join(', ')}`,
  }
}

/** Finds records without a spec. The ended runs of a removed series are withdrawn together with it. */
function findOrphans(context: Planner, { removed }: Pick<Expanded<unknown>, 'removed'>): [Address, JobRecord][] {
  const ended = new Set(
    removed.flatMap(({ runs }) => runs.filter(({ record }) => isTerminal(record.condition)).map((run) => run.address)),
  )
  return recordEntries(context.records).filter(
    ([address]) =>
      !context.specAt.has(address) &&
      !context.blockedAt.has(address) &&
      !ended.has(address) &&
      isSelected(context, address),
  )
}

function planOrphan(context: Planner, address: Address, record: JobRecord): Planned | undefined {
  const decision = context.decisions?.get(address)
  return decision ? decideWithoutSpec(context, address, record, decision) : planRemovedSpec(context, address, record)
}

/** Plans a decision about an address whose spec cannot be read. */
function decideWithoutSpec(context: Planner, address: Address, record: JobRecord, decision: Decision): Planned {
  return planWithoutSpec(address, record, (spec) => planDecided(context, spec, record, decision))
}

/**
 * Warns of each lower run, and each finished job whose spec is now invalid. Warns of a retired kind until the state has a job or a schedule
 * of it: then a person has accepted it.
 */
function collectWarnings(context: Planner, lines: readonly Planned[]): Diagnostic[] {
  const kinds = new Set(
    lines.flatMap(({ spec, action }) => (spec && (action === 'create' || action === 'waiting') ? [spec.kind] : [])),
  )
  const retired = [...kinds].sort().flatMap((kind): Diagnostic[] => {
    const model = context.modelOf(kind)
    return model.retired && !isOnRecord(context, kind)
      ? [{ severity: 'warning', code: 'KIND_RETIRED', message: `${kind}: ${model.retired}` }]
      : []
  })
  return [...retired, ...lines.flatMap(collectLineWarnings)]
}

/** Returns whether the state has a job or a schedule of a kind. */
function isOnRecord({ state }: Planner, kind: string): boolean {
  const { records = {}, series = {} } = state ?? {}
  return [records, series].some((all) => Object.keys(all).some((address) => address.startsWith(`${kind}/`)))
}

function collectLineWarnings(planned: Planned): Diagnostic[] {
  const { address, code, reason, spec } = planned
  if (code !== 'PLAN_LOWER_RUN' && code !== 'PLAN_DONE_INVALID') return []
  return [{ severity: 'warning', code, address, message: `${address}: ${reason}`, place: spec?.place }]
}
