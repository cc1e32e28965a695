import { spend, type Used } from '../lane/budget.ts'
import { attemptName } from '../model/attempt-name.ts'
import { iso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Planned } from '../model/plan.ts'
import { historyFor } from '../model/record.ts'
import { budgetKey, type Change, type JobRecord, type Site, type State, siteKey } from '../model/state.ts'
import type { Waits } from '../model/waits.ts'
import { written } from '../model/written.ts'

/** A create that is about to be sent: what is on record for it now, and what was before. */
export type Intended = {
  readonly planned: Planned
  readonly record: JobRecord
  readonly previous: JobRecord | undefined
}

/** What of the lease is left for sending when the intents are durable; the rest is margin. */
const LEASE_SHARE = 0.75

/** The creates of a pass: in plan order, no more of each service and site than its rate can send while the lease runs. */
export function chooseCreates(
  actions: readonly Planned[],
  modelOf: (kind: string) => KindModel,
  perSecond: (site: Site, model: KindModel) => number,
  waits: Waits,
): Planned[] {
  const left = new Map<string, number>()
  return actions.filter(({ action, spec, site }) => {
    if (action !== 'create' || !spec || !site) return false
    const model = modelOf(spec.kind)
    const key = `${siteKey(site)} ${model.service}`
    const calls = model.api.operations.validate === undefined ? 1 : 2
    const most = Math.max(1, Math.floor((perSecond(site, model) * waits.leaseMs * LEASE_SHARE) / 1000 / calls))
    const room = left.get(key) ?? most
    left.set(key, room - 1)
    return room > 0
  })
}

/** The record that has to be durable before the first byte of a create is sent. */
export function intend(planned: Planned, model: KindModel, now: number, waits: Waits, lineage: string): Intended {
  const { spec, site, record: previous, attempt = 1, id, address } = planned
  if (!spec || !site) throw new Error(`${address}: a create without a spec or a site was planned`)
  // Names this attempt among all that this and any other state has ever sent.
  const marker = attemptName({ lineage, address, run: spec.policy.run, attempt })
  const record: JobRecord = {
    run: spec.policy.run,
    site,
    stage: 'intent',
    how: 'created',
    ...(id !== undefined && model.identity.idMember !== undefined && { id }),
    intent: {
      attempt,
      at: iso(now),
      leaseUntil: iso(now + waits.leaseMs),
      ...(model.identity.recovery.by === 'match' && { marker: model.identity.recovery.marker(spec.request, marker) }),
    },
    request: written(spec.request, model.request.documents),
    ...(spec.policy.onRemove && { onRemove: spec.policy.onRemove }),
    ...historyFor(previous, spec.policy.run, site),
  }
  return { planned, record, previous }
}

/** What the creates that are about to be sent use up of daily budgets. One that is then released stays counted: too few is safe. */
export function budgetChanges(
  intended: readonly Intended[],
  modelOf: (kind: string) => KindModel,
  perDay: (model: KindModel) => number | undefined,
  state: State | undefined,
  now: number,
): Change[] {
  const used = new Map<string, Used>()
  for (const { planned, record } of intended) {
    const model = modelOf(planned.spec!.kind)
    const max = perDay(model)
    if (max === undefined) continue
    const key = budgetKey(record.site, model.service)
    const spending = spend(used.get(key) ?? state?.budgets?.[key], max, now)
    if (spending.allowed) used.set(key, spending.next)
  }
  return [...used].map(([key, spent]) => ({ set: 'budget', key, ...spent }))
}
