import { findCurrent, getDayEnd, spend, type Used } from '../../lane/budget.ts'
import { createSlots, type Slots } from '../../lane/slots.ts'
import { parseAddress } from '../../model/address.ts'
import { isSteady, isTerminal } from '../../model/condition.ts'
import { formatIso } from '../../model/iso.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KindModel, Slot } from '../../model/kind.ts'
import type { Planned, PlannedCreate, PlannedStart, PlannedStop } from '../../model/plan.ts'
import type { QuotaNeed, QuotaView } from '../../model/quota.ts'
import { nameBudget, nameSlots } from '../../model/quota-names.ts'
import { getBudgetKey, isSettled, type JobRecord, recordEntries, type Site } from '../../model/state.ts'
import type { Planner } from '../context.ts'

/** Lines within AWS's limits, and what they take of the limits that other states share. */
type Limited = { readonly actions: Planned[]; readonly quotas: readonly QuotaNeed[] }

/** What a plan has taken of its limits so far. */
type Tally = {
  readonly slots: Slots
  /** By the state's key. */
  readonly budgets: Map<string, Used>
  /** By name. */
  readonly needs: Map<string, QuotaNeed>
}

/** Turns creates and starts that exceed AWS's limits now into `waiting`, in plan order. */
export function applyLimits(plan: Planner, actions: readonly Planned[]): Limited {
  const running = countRunning(plan, actions)
  const needs = new Map([...running, ...listSpent(plan, actions)].map((need) => [need.name, need]))
  const slots = createSlots(new Map(running.map(({ name, used }) => [name, used])))
  const tally: Tally = { slots, budgets: new Map(Object.entries(plan.state?.budgets ?? {})), needs }
  return {
    actions: actions.map((planned) => {
      if (planned.action === 'create')
        return applySlots(plan, planned, planned.site, tally) ?? applyDailyBudget(plan, planned, tally) ?? planned
      return planned.action === 'start' ? (applySlots(plan, planned, planned.record.site, tally) ?? planned) : planned
    }),
    quotas: [...needs.values()],
  }
}

function applySlots(
  plan: Planner,
  planned: PlannedCreate | PlannedStart,
  site: Site | undefined,
  { slots, needs }: Tally,
): PlannedStop | undefined {
  const { spec, action } = planned
  const model = plan.modelOf(spec.kind)
  const slot = findSlot(plan, model, spec.request)
  if (site === undefined || slot?.step !== action) return undefined
  const name = nameSlots(site, model.service, slot.key)
  const { max, elsewhere, isPart } = getView(plan, name, slot.max)
  if (slots.take(name, max - elsewhere)) {
    want(needs, { name, used: 0, wanted: 0, max: slot.max })
    return undefined
  }
  const who = plan.inFlight?.(model) === undefined ? 'AWS' : `limits.${model.service}.inFlight`
  const here = `${slots.taken(name)} ${slot.key} are running or planned`
  if (isPart)
    return planWaiting(planned, `${here}, and this run's part of the ${slot.max} that ${who} allows at once is ${max}`)
  return planWaiting(
    planned,
    `${here}${elsewhere > 0 ? ` here, ${elsewhere} by other states` : ''}, and ${max < slot.max ? 'another state' : who} allows ${max} at once`,
  )
}

/** Returns what a plan may take of a limit. */
function getView({ quotas }: Planner, name: string, own: number): QuotaView {
  const view = quotas?.get(name) ?? { max: own, elsewhere: 0 }
  return { ...view, max: Math.min(own, view.max) }
}

/** Notes that a plan takes one more of a limit. */
function want(needs: Map<string, QuotaNeed>, fresh: QuotaNeed): void {
  const need = needs.get(fresh.name) ?? fresh
  needs.set(need.name, { ...need, wanted: need.wanted + 1 })
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
function countRunning(plan: Planner, actions: readonly Planned[]): QuotaNeed[] {
  const running = new Map<string, QuotaNeed>()
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
    const isOver = isTerminal(condition) || isSteady(condition, model.lifecycle)
    const name = nameSlots(record.site, model.service, slot.key)
    // A slot that was given back is listed too, so that other states learn of it.
    const { used } = running.get(name) ?? { used: 0 }
    running.set(name, { name, used: isOver ? used : used + 1, wanted: 0, max: slot.max })
  }
  return [...running.values()]
}

function isSlotTaken(record: JobRecord, step: 'create' | 'start'): boolean {
  return step === 'create' ? true : record.stage === 'started'
}

/** Lists what the state has spent of daily budgets. */
function listSpent(plan: Planner, actions: readonly Planned[]): QuotaNeed[] {
  if (plan.state?.budgets === undefined) return []
  return actions.flatMap((planned) => {
    const site = planned.action === 'create' ? planned.site : planned.record?.site
    const budget = site && planned.spec && findBudget(plan, plan.modelOf(planned.spec.kind), site)
    return budget && budget.used > 0 ? budget : []
  })
}

/** Returns what the state has spent of a kind's daily budget; undefined if it has none. */
function findBudget(plan: Planner, model: KindModel, site: Site): QuotaNeed | undefined {
  const max = plan.perDay(model)
  if (max === undefined) return undefined
  const { day, used } = findCurrent(plan.state?.budgets?.[getBudgetKey(site, model.service)], plan.now)
  return { name: nameBudget(site, model.service), used, wanted: 0, max, until: getDayEnd(day) }
}

function applyDailyBudget(plan: Planner, planned: PlannedCreate, { budgets, needs }: Tally): PlannedStop | undefined {
  const { spec, site } = planned
  const model = plan.modelOf(spec.kind)
  const budget = site && findBudget(plan, model, site)
  if (budget === undefined) return undefined
  const key = getBudgetKey(site!, model.service)
  const view = getView(plan, budget.name, budget.max)
  const spending = spend(budgets.get(key), view.max - view.elsewhere, plan.now)
  if (!spending.allowed)
    return planWaiting(planned, describeSpent(view, budget.max), formatIso(Date.parse(spending.nextAt)))
  budgets.set(key, spending.next)
  want(needs, budget)
  return undefined
}

function describeSpent({ max, elsewhere, isPart }: QuotaView, own: number): string {
  if (isPart) return `this run's part of the ${own} creates that AWS allows in a day is used up: ${max}`
  const others = elsewhere > 0 ? `, ${elsewhere} of them by other states` : ''
  return `the ${max} creates that ${max < own ? 'another state' : 'AWS'} allows in a day are used up${others}`
}

function planWaiting(planned: PlannedCreate | PlannedStart, reason: string, until?: string): PlannedStop {
  const { address, spec, record, id, next, movedFrom } = planned
  return { address, spec, record, id, next, movedFrom, action: 'waiting', code: 'PLAN_NO_ROOM', reason, until }
}
