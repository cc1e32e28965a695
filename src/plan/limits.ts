import { partsOf } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import { iso } from '../model/iso.ts'
import type { Planned } from '../model/plan.ts'
import { budgetKey, type JobRecord, siteKey } from '../model/state.ts'
import { line, type Planner } from './planner.ts'

/** Turns creates and starts for which AWS has no room now into `waiting`, in plan order. */
export function withinLimits(plan: Planner, actions: readonly Planned[]): Planned[] {
  const running = countRunning(plan)
  const sent = countToday(plan)
  return actions.map((planned) => withinSlots(plan, planned, running) ?? withinDay(plan, planned, sent) ?? planned)
}

function withinSlots(plan: Planner, planned: Planned, running: Map<string, number>): Planned | undefined {
  const { spec, site } = planned
  if (!spec || !site || (planned.action !== 'create' && planned.action !== 'start')) return undefined
  const slot = plan.modelOf(spec.kind).slot(spec.request)
  if (slot?.step !== planned.action) return undefined
  const key = `${siteKey(site)} ${slot.key}`
  const taken = running.get(key) ?? 0
  if (taken >= slot.max) {
    return waiting(planned, `${taken} ${slot.key} are running, and AWS allows ${slot.max} at once`)
  }
  running.set(key, taken + 1)
  return undefined
}

/** How many places the recorded, unfinished jobs take. */
function countRunning(plan: Planner): Map<string, number> {
  const running = new Map<string, number>()
  for (const [address, record] of Object.entries(plan.records) as [Planned['address'], JobRecord][]) {
    const seen = plan.observed.jobs.get(address)
    const model = plan.modelOf(partsOf(address).kind)
    const slot = model.slot(record.request)
    if (!slot || record.lost || !takesPlace(record, slot.step)) continue
    const policy = plan.specAt.get(address)?.policy ?? { maxFailedPercent: 0 }
    if (isTerminal(seen?.is === 'live' ? model.condition(seen.live, policy) : record.condition)) continue
    const key = `${siteKey(record.site)} ${slot.key}`
    running.set(key, (running.get(key) ?? 0) + 1)
  }
  return running
}

function takesPlace(record: JobRecord, step: 'create' | 'start'): boolean {
  return step === 'create' ? true : record.stage === 'started'
}

function withinDay(plan: Planner, planned: Planned, sent: Map<string, number>): Planned | undefined {
  const { spec, site } = planned
  if (!spec || !site || planned.action !== 'create') return undefined
  const model = plan.modelOf(spec.kind)
  const max = plan.perDay(model)
  if (max === undefined) return undefined
  const key = budgetKey(site, model.service)
  const used = sent.get(key) ?? 0
  if (used >= max) {
    const tomorrow = iso(Math.floor(plan.now / 86_400_000) * 86_400_000 + 86_400_000)
    return { ...waiting(planned, `${used} creates were sent today, and AWS allows ${max} a day`), until: tomorrow }
  }
  sent.set(key, used + 1)
  return undefined
}

function countToday(plan: Planner): Map<string, number> {
  const today = iso(plan.now).slice(0, 10)
  const budgets = Object.entries(plan.state?.budgets ?? {})
  return new Map(budgets.filter(([, budget]) => budget.day === today).map(([key, budget]) => [key, budget.used]))
}

function waiting(planned: Planned, reason: string): Planned {
  const { spec, record, id, next } = planned
  return line(spec!, {
    action: 'waiting',
    code: 'PLAN_NO_ROOM',
    reason,
    ...(record && { record }),
    ...(id && { id }),
    ...(next && { next }),
  })
}
