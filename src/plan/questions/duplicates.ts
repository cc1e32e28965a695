import { type Address, parseAddress } from '../../model/address.ts'
import { readDuplicateId } from '../../model/attention.ts'
import { isTerminal } from '../../model/condition.ts'
import { getDefinitionKey, isJobOf } from '../../model/deviations.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { judgeMark } from '../../model/evidence.ts'
import { groupBy } from '../../model/group.ts'
import { formatIso } from '../../model/iso.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Need, Observed } from '../../model/observed.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import {
  getSiteKey,
  isIdentified,
  isSettled,
  type JobRecord,
  recordEntries,
  type Site,
  type State,
} from '../../model/state.ts'
import { formatMinute, nameJob } from '../context.ts'
import type { PlanInput } from '../input.ts'
import { recordNeed } from '../needs.ts'
import { createListings } from './listing.ts'
import { computeHorizon, getOwnerKey, indexClaims, isForeign } from './ownership.ts'

/** A request that a lower layer delayed or repeated creates its job within this time of the recorded one. */
const DAY_MS = 86_400_000

/** The inputs of an audit: specs and state after a run. */
export type AuditInput = Pick<PlanInput, 'specs' | 'modelOf'> & {
  readonly state: State | undefined
  /** The records before the run. */
  readonly before: Readonly<Record<Address, JobRecord>>
  /**
   * When the state was last known to be the newest, by AWS's clock, in epoch milliseconds. Jobs created later may
   * belong to another run.
   */
  readonly currentAt: number
}

/**
 * Returns the lists that show whether one create made two jobs. A proxy may have sent it twice. Covers the kinds whose
 * duplicates would run: jobs that were unfinished before this run, and ended jobs that no run has audited. For other
 * kinds AWS refuses a duplicate, or it stays inert until it is started.
 */
export function listDuplicateNeeds(input: AuditInput): Need[] {
  return listAudited(input).map(([address, record]) => ({
    ...recordNeed(address, record, input.modelOf(parseAddress(address).kind)),
    definition: true,
    since: getSince(input, record),
  }))
}

/** Returns the addresses that an audit covers. */
export function listAuditedAddresses(input: AuditInput): Address[] {
  return listAudited(input).map(([address]) => address)
}

/** Returns the addresses whose list AWS returned. What it did not return says nothing about the others. */
export function listReadAddresses(input: AuditInput, { alike }: Pick<Observed, 'alike'>): Address[] {
  return listAuditedAddresses(input).filter((address) => alike.get(address)?.is === 'listed')
}

/** An unrecorded job that may be a duplicate of an address's job. */
export type Duplicate = { readonly address: Address; readonly live: Live; readonly diagnostic: Diagnostic }

/**
 * Returns the duplicates in the lists that could be read, each once. Undefined if these lists show none, but another
 * could not be read.
 */
export function findDuplicates(input: AuditInput, { alike }: Pick<Observed, 'alike'>): Duplicate[] | undefined {
  const isClaimed = indexClaims(input)
  const mayBeUnknown = indexUnknownCreates(input)
  const listingOf = createListings()
  const specAt = new Map(input.specs.map((spec) => [spec.address, spec]))
  const reported = new Set<Live>()
  const found: Duplicate[] = []
  let isWhole = true
  for (const [address, record] of listAudited(input)) {
    const listed = alike.get(address)
    if (listed?.is !== 'listed') {
      isWhole = false
      continue
    }
    const model = input.modelOf(parseAddress(address).kind)
    for (const live of listingOf(listed.jobs, model).suspects(record.request, address)) {
      if (reported.has(live) || isClaimed(model.kind, record.site, live.id)) continue
      if (live.createdAt === undefined || !isInTime(input, record, live.createdAt)) continue
      const mark = judgeMark(live, { lineage: input.state?.lineage ?? '', address, run: record.run })
      if (mark !== 'own' && (mark !== 'none' || !isJobOf(record.request, live, model))) continue
      // Somebody has already cancelled it, as the way out says.
      if (model.lifecycle.condition(live, { maxFailedPercent: 0 }).type === 'Cancelled') continue
      if (mark === 'none' && isForeign(input, getOwnerKey(model, record.site, live.id))) continue
      if (mark === 'none' && mayBeUnknown(model, record, live)) continue
      reported.add(live)
      const spec = specAt.get(address)
      const job = `${nameJob(model, live.id)} (${live.status}, created ${formatMinute(live.createdAt)})`
      found.push({
        address,
        live,
        diagnostic: createDiagnostic(address, spec, record, live.id, job, mark === 'own'),
      })
    }
  }
  return isWhole || found.length > 0 ? found : undefined
}

/**
 * Returns a check whether an unknown create may have created a job. Such a create of an identical spec has its own
 * recovery.
 */
function indexUnknownCreates({ state, modelOf }: AuditInput) {
  const open = recordEntries(state?.records).filter(([, record]) => !isSettled(record))
  const byDefinition = groupBy(open, ([address, { request, site }]) =>
    getSiteDefinitionKey(modelOf(parseAddress(address).kind), site, request),
  )
  return (model: KindModel, { site, request: audited }: JobRecord, live: Live): boolean => {
    const alike = byDefinition.get(getSiteDefinitionKey(model, site, audited)) ?? []
    return alike.some(([, { request }]) => isJobOf(request, live, model))
  }
}

function getSiteDefinitionKey(model: KindModel, site: Site, request: JsonObject): string {
  return `${model.kind} ${getSiteKey(site)} ${getDefinitionKey(request, model)}`
}

function listAudited({ state, before, modelOf }: AuditInput): [Address, JobRecord][] {
  return recordEntries(state?.records).filter(([address, record]) => {
    const old = before[address]
    // The job of a withdrawn spec is never read again, so it seems to run for ever. Its target may no longer exist.
    const wasWithdrawn = old?.withdrawn !== undefined && record.withdrawn !== undefined
    const wasTerminal = old?.run === record.run && isTerminal(old.condition)
    const isMarked = modelOf(parseAddress(address).kind).identity.recovery.is === 'match'
    const isDone = wasTerminal && !record.unaudited && !hasOpenDuplicate(state, address, record)
    return isMarked && isIdentified(record) && !isDone && !wasWithdrawn
  })
}

/**
 * Returns whether an address has an unacknowledged duplicate. It is checked again, since it may be claimed or cancelled
 * by now.
 */
export function hasOpenDuplicate(state: State | undefined, address: Address, { run }: JobRecord): boolean {
  const notes = state?.attention?.[address] ?? []
  return notes.some((one) => one.run === run && !one.acknowledged && readDuplicateId(one.finding) !== undefined)
}

function isInTime(input: AuditInput, record: JobRecord, createdAt: string): boolean {
  const time = Date.parse(createdAt)
  return time >= Date.parse(getSince(input, record)) && time <= input.currentAt
}

/** Jobs older than the state belong to others. */
function getSince({ state }: AuditInput, { createdAt }: JobRecord): string {
  const horizon = Date.parse(computeHorizon(state))
  return formatIso(Math.max(horizon, createdAt === undefined ? horizon : Date.parse(createdAt) - DAY_MS))
}

function createDiagnostic(
  address: Address,
  spec: Spec | undefined,
  record: JobRecord,
  id: string,
  job: string,
  isMarked: boolean,
): Diagnostic {
  const why = isMarked ? 'carries a mark of the same run' : 'has the same request'
  return {
    severity: 'warning',
    code: 'PLAN_TWIN',
    address,
    message: `${address}: ${job} is not on record, but ${why} as the recorded job ${record.id}`,
    remedies: [
      advise('a proxy may have sent the create twice; end the unwanted job in AWS, if AWS can stop it'),
      ...(isMarked ? [] : [suggest('if somebody else created it', 'resolve', address, '--foreign', id)]),
      suggest('to leave it as it is', 'acknowledge', address),
    ],
    place: spec?.place,
  }
}
