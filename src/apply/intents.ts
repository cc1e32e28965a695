import { spend, type Used } from '../lane/budget.ts'
import { type Attempt, formatAttempt, formatAttemptTag } from '../model/attempt-name.ts'
import { computeLeaseEnd, type Waits } from '../model/create-protocol.ts'
import { getFirstSendTime } from '../model/evidence.ts'
import { formatIso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Planned, PlannedCreate } from '../model/plan.ts'
import { extendHistory } from '../model/record.ts'
import type { Spec } from '../model/spec.ts'
import {
  type Change,
  getBudgetKey,
  getSiteKey,
  isSettled,
  type JobRecord,
  type OpenRecord,
  type Site,
  type State,
} from '../model/state.ts'
import { writeDocuments } from '../model/written.ts'

/** A create whose site is known. */
export type PlacedCreate = PlannedCreate & { readonly site: Site }

/** A create that is about to be sent: what is on record for it now, and what was before. */
export type Intended = {
  readonly planned: PlacedCreate
  readonly record: OpenRecord
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
): PlacedCreate[] {
  const left = new Map<string, number>()
  return actions.filter(isPlaced).filter(({ spec, site }) => {
    const model = modelOf(spec.kind)
    const key = `${getSiteKey(site)} ${model.service}`
    const calls = model.api.operations.validate === undefined ? 1 : 2
    const most = Math.max(1, Math.floor((perSecond(site, model) * waits.leaseMs * LEASE_SHARE) / 1000 / calls))
    const room = left.get(key) ?? most
    left.set(key, room - 1)
    return room > 0
  })
}

/** A plan that was made offline names no place, and is never carried out. */
function isPlaced(planned: Planned): planned is PlacedCreate {
  return planned.action === 'create' && planned.site !== undefined
}

/** The record that has to be durable before the first byte of a create is sent. */
export function intend(
  planned: PlacedCreate,
  model: KindModel,
  now: number,
  waits: Waits,
  lineage: string,
  awsNow?: number,
): Intended {
  const { spec, site, record: previous, attempt, id, address } = planned
  const own = { lineage, address, run: spec.policy.run, attempt }
  const record: OpenRecord = {
    run: spec.policy.run,
    site,
    stage: 'intent',
    how: 'created',
    id: model.identity.idMember === undefined ? undefined : id,
    intent: {
      attempt,
      at: formatIso(now),
      leaseUntil: computeLeaseEnd(now, waits),
      awsAt: awsNow === undefined ? undefined : formatIso(awsNow),
      firstAt: isRetry(previous, spec) ? getFirstSendTime(previous.intent) : undefined,
      marker: buildMarker(own, planned, model),
    },
    request: writeDocuments(spec.request, model.request.documents),
    onRemove: spec.policy.onRemove,
    history: extendHistory(previous, spec.policy.run, site),
  }
  return { planned, record, previous }
}

/** What names this attempt among all that this and any other state has ever sent, where the API has room for it. */
function buildMarker(own: Attempt, { spec, isTagged }: PlacedCreate, { identity }: KindModel): string | undefined {
  if (identity.recovery.by === 'match') return identity.recovery.marker(spec.request, formatAttempt(own))
  return isTagged ? formatAttemptTag(own) : undefined
}

/** Whether a create repeats an attempt of the same run that may have created a job. */
function isRetry(previous: JobRecord | undefined, { policy }: Spec): previous is OpenRecord {
  return previous !== undefined && !isSettled(previous) && previous.run === policy.run
}

/** What the creates that are about to be sent use up of daily budgets. One that is then released stays counted: too few is safe. */
export function countBudgets(
  intended: readonly Intended[],
  modelOf: (kind: string) => KindModel,
  perDay: (model: KindModel) => number | undefined,
  state: State | undefined,
  now: number,
): Change[] {
  const used = new Map<string, Used>()
  for (const { planned, record } of intended) {
    const model = modelOf(planned.spec.kind)
    const max = perDay(model)
    if (max === undefined) continue
    const key = getBudgetKey(record.site, model.service)
    const spending = spend(used.get(key) ?? state?.budgets?.[key], max, now)
    if (spending.allowed) used.set(key, spending.next)
  }
  return [...used].map(([key, spent]) => ({ set: 'budget', key, ...spent }))
}
