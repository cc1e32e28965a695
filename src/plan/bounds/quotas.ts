import { spend, type Used } from '../../lane/budget.ts'
import { createSlots, type Slots } from '../../lane/slots.ts'
import { parseAddress } from '../../model/address.ts'
import { isSteady, isTerminal } from '../../model/condition.ts'
import { formatIso } from '../../model/iso.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KindModel, Slot } from '../../model/kind.ts'
import type { Planned, PlannedCreate, PlannedStart, PlannedStop } from '../../model/plan.ts'
import { getBudgetKey, getSiteKey, isSettled, type JobRecord, recordEntries, type Site } from '../../model/state.ts'
import type { Planner } from '../context.ts'

/** Turns creates and starts that exceed AWS's limits now into `waiting`, in plan order. */
export function applyLimits(plan: Planner, actions: readonly Planned[]): Planned[] {
  const slots = createSlots(countRunning(plan, actions))
  const budgets = new Map(Object.entries(plan.state?.budgets ?? {}))
  return actions.map((planned) => {
    if (planned.action === 'create')
      return applySlots(plan, planned, planned.site, slots) ?? applyDailyBudget(plan, planned, budgets) ?? planned
    return planned.action === 'start' ? (applySlots(plan, planned, planned.record.site, slots) ?? planned) : planned
  })
}

function applySlots(
  plan: Planner,
  planned: PlannedCreate | PlannedStart,
  site: Site | undefined,
  slots: Slots,
): PlannedStop | undefined {
  const { spec, action } = planned
  const model = plan.modelOf(spec.kind)
  const slot = findSlot(plan, model, spec.request)
  if (site === undefined || slot?.step !== action) return undefined
  const key = getSlotKey(site, slot.key)
  if (slots.take(key, slot.max)) return undefined
  const who = plan.inFlight?.(model) === undefined ? 'AWS' : `limits.${model.service}.inFlight`
  return planWaiting(
    planned,
    `${slots.taken(key)} ${slot.key} are running or planned, and ${who} allows ${slot.max} at once`,
  )
}

/** Returns the slot of a running job. The user's limit replaces AWS's, and also limits kinds that AWS does not. */
function findSlot(plan: Planner, model: KindModel, request: JsonObject): Slot | undefined {
  const slot = model.limits.slot(request)
  const max = plan.inFlight?.(model)
  if (max === undefined) return slot
  const step = model.lifecycle.steps.includes('start') ? 'start' : 'create'
  return slot ? { ...slot, max } : { key: `${model.serviceName} jobs`, max, step }
}

/**
 * Counts the slots that recorded, unfinished jobs take. Withdrawn jobs do not count: they are never read again and
 * would seem to run for ever. A create that left no job takes no slot besides its retry.
 */
function countRunning(plan: Planner, actions: readonly Planned[]): Map<string, number> {
  const running = new Map<string, number>()
  const repeated = new Set(
    actions.flatMap(({ action, address, record }) =>
      action === 'create' && record && !isSettled(record) ? [address] : [],
    ),
  )
  for (const [address, record] of recordEntries(plan.records)) {
    const spec = plan.specAt.get(address)
    if (!spec || repeated.has(address)) continue
    const seen = plan.observed.jobs.get(address)
    if (seen?.is !== 'live' && isTerminal(record.condition)) continue
    const model = plan.modelOf(parseAddress(address).kind)
    const slot = findSlot(plan, model, record.request)
    if (!slot || record.lost || !isSlotTaken(record, slot.step)) continue
    const condition = seen?.is === 'live' ? model.lifecycle.condition(seen.live, spec.policy) : record.condition
    // A continuous job that is rolled out never ends, so it would hold its slot for ever.
    if (isTerminal(condition) || isSteady(condition, model.lifecycle)) continue
    const key = getSlotKey(record.site, slot.key)
    running.set(key, (running.get(key) ?? 0) + 1)
  }
  return running
}

function isSlotTaken(record: JobRecord, step: 'create' | 'start'): boolean {
  return step === 'create' ? true : record.stage === 'started'
}

function getSlotKey(site: Site, cap: string): string {
  return `${getSiteKey(site)} ${cap}`
}

function applyDailyBudget(plan: Planner, planned: PlannedCreate, budgets: Map<string, Used>): PlannedStop | undefined {
  const { spec, site } = planned
  if (!site) return undefined
  const model = plan.modelOf(spec.kind)
  const max = plan.perDay(model)
  if (max === undefined) return undefined
  const key = getBudgetKey(site, model.service)
  const spending = spend(budgets.get(key), max, plan.now)
  if (!spending.allowed) {
    const until = formatIso(Date.parse(spending.nextAt))
    return planWaiting(planned, `the ${max} creates that AWS allows in a day are used up`, until)
  }
  budgets.set(key, spending.next)
  return undefined
}

function planWaiting(planned: PlannedCreate | PlannedStart, reason: string, until?: string): PlannedStop {
  const { address, spec, record, id, next, movedFrom } = planned
  return { address, spec, record, id, next, movedFrom, action: 'waiting', code: 'PLAN_NO_ROOM', reason, until }
}
