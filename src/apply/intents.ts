import { spend, type Used } from '../lane/budget.ts'
import { formatMarker } from '../model/attempt-name.ts'
import { computeLeaseEnd, type Waits } from '../model/create-protocol.ts'
import { getFirstSendTime } from '../model/evidence.ts'
import { formatIso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Planned, PlannedCreate } from '../model/plan.ts'
import { extendAttempts, extendHistory } from '../model/record.ts'
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
import { writeDocuments } from '../model/write-documents.ts'

/** A create whose site is known. */
export type PlacedCreate = PlannedCreate & { readonly site: Site }

/** A create that is about to be sent: its record now, and the previous one. */
export type Intended = {
  readonly planned: PlacedCreate
  readonly record: OpenRecord
  readonly previous: JobRecord | undefined
  /** When its intent was made. A record has whole seconds. */
  readonly begun: Moment
}

/** A moment by this machine's wall clock and by AWS's clock, in epoch milliseconds. `aws`: undefined before AWS's first answer. */
export type Moment = { readonly wall: number; readonly aws: number | undefined }

/** The share of the lease for sending once the intents are durable. The rest is margin. */
const LEASE_SHARE = 0.75

/**
 * Returns the creates of a pass in plan order. Each service and site gets no more than its rate can send during the
 * lease.
 */
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

/** A plan made offline names no site, and is never applied. */
function isPlaced(planned: Planned): planned is PlacedCreate {
  return planned.action === 'create' && planned.site !== undefined
}

/** Returns the record that must be durable before the first byte of a create is sent. */
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
      marker: formatMarker(own, model, { request: spec.request, isTagged: planned.isTagged }),
    },
    request: writeDocuments(spec.request, model.request.documents),
    onRemove: spec.policy.onRemove,
    unaudited: model.identity.recovery.is === 'match' || undefined,
    attempts: isRetry(previous, spec) ? extendAttempts(previous) : undefined,
    history: extendHistory(previous, spec.policy.run, site),
  }
  return { planned, record, previous, begun: { wall: now, aws: awsNow } }
}

/** Returns whether a create repeats an attempt of the same run that may have created a job. */
function isRetry(previous: JobRecord | undefined, { policy }: Spec): previous is OpenRecord {
  return previous !== undefined && !isSettled(previous) && previous.run === policy.run
}

/**
 * Counts these creates against daily budgets. A create that is then released stays counted: too few creates are safe.
 */
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
