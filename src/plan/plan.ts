import type { Address } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Plan, Planned } from '../model/plan.ts'
import type { Blocked, Spec } from '../model/spec.ts'
import type { JobRecord } from '../model/state.ts'
import { planDecided } from './decided.ts'
import { explainWaits } from './depends.ts'
import { edits } from './edit.ts'
import { withRecordedMd5 } from './files.ts'
import { refusals } from './guard.ts'
import type { Decision, PlanInput } from './input.ts'
import { withinLimits } from './limits.ts'
import { moveFormer } from './move-former.ts'
import { planNew } from './new-job.ts'
import { isSelected, type Planner, planner } from './planner.ts'
import { planRecorded } from './recorded.ts'
import { standIn } from './unknown.ts'
import { planWithdrawn } from './withdrawn.ts'

/** What is to be done about every address, and why. Pure: it reads nothing but its argument and changes nothing. */
export function plan(given: PlanInput): Plan {
  const { input: followed, moved } = moveFormer(given)
  const input = { ...followed, specs: followed.specs.map((spec) => withRecordedMd5(followed, spec)) }
  const context = planner(input)
  const lines = explainWaits(context, [
    ...input.specs
      .filter((spec) => isSelected(input, spec.address, spec.labels))
      .map((spec) => withRemoval(planSpec(context, spec, moved))),
    ...input.blocked
      .filter((blocked) => isSelected(input, blocked.address, blocked.spec?.labels))
      .map((blocked) => planBlocked(context, blocked)),
    ...orphans(context),
  ])
  return {
    // Guards see every create that is due, also those for which there is no room in this pass.
    refusals: refusals(context, lines),
    actions: withinLimits(context, lines),
    diagnostics: warnings(context, lines),
  }
}

function planSpec(context: Planner, spec: Spec, moved: ReadonlyMap<Address, Address>): Planned {
  const record = context.records[spec.address]
  const decision = context.decisions?.get(spec.address)
  const planned = decision
    ? planDecided(context, spec, record, decision)
    : record
      ? planRecorded(context, spec, record)
      : planNew(context, spec, { reason: 'new spec', attempt: 1 })
  const from = moved.get(spec.address)
  if (from === undefined || !record) return withReturn(planned, record)
  const reason = planned.action === 'keep' ? `the record of ${from} moves here; ${planned.reason}` : planned.reason
  return withReturn({ ...planned, reason, movedFrom: from, next: planned.next ?? record }, record)
}

/** Where a spec is back, or took up a record under a new name, nothing is withdrawn any more, also while it is held. */
function withReturn(planned: Planned, stored: JobRecord | undefined): Planned {
  if (stored?.withdrawn === undefined || planned.action === 'create') return planned
  const { withdrawn: _withdrawn, ...next } = planned.next ?? planned.record ?? stored
  // A step goes on from the record as it is by then.
  return { ...planned, next, ...(planned.record && { record: next }) }
}

/** What is to become of an unfinished job when its spec is gone has to be on record by then. */
function withRemoval(planned: Planned): Planned {
  const { spec, action } = planned
  const record = planned.next ?? planned.record
  if (!spec || !record || action === 'create' || isTerminal(record.condition)) return planned
  const { onRemove: before, ...rest } = record
  const { onRemove } = spec.policy
  if (before === onRemove) return planned
  const next = { ...rest, ...(onRemove && { onRemove }) }
  // A step goes on from the record as it is by then.
  return { ...planned, next, ...(planned.record && { record: next }) }
}

/** A spec with errors is not acted on. If its job is over and its request unchanged, nothing is to be done about that job any more. */
function planBlocked(context: Planner, blocked: Blocked): Planned {
  const record = context.records[blocked.address]
  const { address, spec } = blocked
  const decision = context.decisions?.get(address)
  // A job can be stopped whatever its spec has come to.
  if (record && decision?.do === 'cancel') return withoutSpec(context, address, record, decision)
  if (
    record &&
    spec &&
    isTerminal(record.condition) &&
    spec.policy.run <= record.run &&
    edits(withRecordedMd5(context, spec), record, context.modelOf(spec.kind), undefined).length === 0
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
    ...(record && { record }),
    action: 'blocked',
    code: 'PLAN_INVALID',
    reason: `its spec has errors: ${blocked.codes.join(', ')}`,
  }
}

function orphans(context: Planner): Planned[] {
  return (Object.entries(context.records) as [Address, JobRecord][])
    .filter(
      ([address]) => !context.specAt.has(address) && !context.blockedAt.has(address) && isSelected(context, address),
    )
    .flatMap(([address, record]) => planOrphan(context, address, record) ?? [])
}

function planOrphan(context: Planner, address: Address, record: JobRecord): Planned | undefined {
  const decision = context.decisions?.get(address)
  return decision ? withoutSpec(context, address, record, decision) : planWithdrawn(context, address, record)
}

/** What a person decided about an address of which no spec can be read. */
function withoutSpec(context: Planner, address: Address, record: JobRecord, decision: Decision): Planned {
  const { spec: _spec, ...planned } = planDecided(context, standIn(address, record), record, decision)
  return planned
}

/** One warning for each retired kind that is about to be used, for each lost job, each lower run and each finished job whose spec is invalid today. */
function warnings(context: Planner, lines: readonly Planned[]): Diagnostic[] {
  const kinds = new Set(
    lines.flatMap(({ spec, action }) => (spec && (action === 'create' || action === 'waiting') ? [spec.kind] : [])),
  )
  const retired = [...kinds].sort().flatMap((kind): Diagnostic[] => {
    const model = context.modelOf(kind)
    return model.retired ? [{ severity: 'warning', code: 'KIND_RETIRED', message: `${kind}: ${model.retired}` }] : []
  })
  return [...retired, ...lines.flatMap(lineWarnings)]
}

function lineWarnings(planned: Planned): Diagnostic[] {
  const { address, code, reason, spec } = planned
  if (code !== 'PLAN_LOST' && code !== 'PLAN_LOWER_RUN' && code !== 'PLAN_DONE_INVALID') return []
  return [{ severity: 'warning', code, address, message: `${address}: ${reason}`, ...(spec && { place: spec.place }) }]
}
