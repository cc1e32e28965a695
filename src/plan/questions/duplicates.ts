import { type Address, parseAddress } from '../../model/address.ts'
import { parseAttempt, shortenLineage } from '../../model/attempt-name.ts'
import { readDuplicateId } from '../../model/attention.ts'
import { isTerminal } from '../../model/condition.ts'
import { getDefinitionKey, isJobOf } from '../../model/deviations.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
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

/** A packet that something below us kept, or sent again, makes its job within this time of the one that is on record. */
const DAY_MS = 86_400_000

/** What an audit is made from: specs and state as a run left them. */
export type AuditInput = Pick<PlanInput, 'specs' | 'modelOf'> & {
  readonly state: State | undefined
  /** The records as they were before the run. */
  readonly before: Readonly<Record<Address, JobRecord>>
  /** When the state was last known to be the newest one, by AWS's clock, in epoch milliseconds: jobs made later may be another run's. */
  readonly currentAt: number
}

/**
 * The lists that show whether one create made two jobs: a proxy between here and AWS may have sent it again. Read for the jobs that were not
 * over before this run, of kinds whose second job would run: of the others AWS refuses it, or it does nothing until it is started.
 */
export function listDuplicateNeeds(input: AuditInput): Need[] {
  return listAudited(input).map(([address, record]) => ({
    ...recordNeed(address, record, input.modelOf(parseAddress(address).kind)),
    definition: true,
    since: getSince(input, record),
  }))
}

/** The addresses that an audit looks at. */
export function listAuditedAddresses(input: AuditInput): Address[] {
  return listAudited(input).map(([address]) => address)
}

/** A job on no record that may be the second one of an address. */
export type Twin = { readonly address: Address; readonly live: Live; readonly diagnostic: Diagnostic }

/** The second jobs among what the lists showed, each told once; undefined where a list could not be read. */
export function findDuplicates(input: AuditInput, { alike }: Pick<Observed, 'alike'>): Twin[] | undefined {
  const isClaimed = indexClaims(input)
  const mayBeUnknown = indexUnknownCreates(input)
  const listingOf = createListings()
  const specAt = new Map(input.specs.map((spec) => [spec.address, spec]))
  const told = new Set<Live>()
  const found: Twin[] = []
  for (const [address, record] of listAudited(input)) {
    const listed = alike.get(address)
    if (listed?.is !== 'listed') return undefined
    const model = input.modelOf(parseAddress(address).kind)
    for (const live of listingOf(listed.jobs, model).suspects(record.request, address)) {
      if (told.has(live) || isClaimed(model.kind, record.site, live.id)) continue
      if (live.createdAt === undefined || !isInTime(input, record, live.createdAt)) continue
      const mark = parseAttempt(live.marker ?? '')
      const isOwn = mark?.lineage === shortenLineage(input.state?.lineage ?? '') && mark.address === address
      if (mark ? !(isOwn && mark.run === record.run) : !isJobOf(record.request, live, model)) continue
      // Somebody has ended it already, as the way out says.
      if (model.lifecycle.condition(live, { maxFailedPercent: 0 }).type === 'Cancelled') continue
      if (!mark && isForeign(input, getOwnerKey(model, record.site, live.id))) continue
      if (!mark && mayBeUnknown(model, record.site, live)) continue
      told.add(live)
      const spec = specAt.get(address)
      const job = `${nameJob(model, live.id)} (${live.status}, created ${formatMinute(live.createdAt)})`
      found.push({
        address,
        live,
        diagnostic: createDiagnostic(address, spec, record, live.id, job, mark !== undefined),
      })
    }
  }
  return found
}

/** Tells whether a create whose outcome is unknown may have made a job: an identical spec's, which is looked for by itself. */
function indexUnknownCreates({ state, modelOf }: AuditInput): (model: KindModel, site: Site, live: Live) => boolean {
  const open = recordEntries(state?.records).filter(([, record]) => !isSettled(record))
  const byDefinition = groupBy(open, ([address, { request, site }]) =>
    getSiteDefinitionKey(modelOf(parseAddress(address).kind), site, request),
  )
  return (model, site, live) => {
    if (live.request === undefined) return false
    const alike = byDefinition.get(getSiteDefinitionKey(model, site, live.request)) ?? []
    return alike.some(([, { request }]) => isJobOf(request, live, model))
  }
}

function getSiteDefinitionKey(model: KindModel, site: Site, request: JsonObject): string {
  return `${model.kind} ${getSiteKey(site)} ${getDefinitionKey(request, model)}`
}

function listAudited({ state, before, modelOf }: AuditInput): [Address, JobRecord][] {
  return recordEntries(state?.records ?? {}).filter(([address, record]) => {
    const old = before[address]
    // The job of a withdrawn spec is never read again, and would seem to run for ever, perhaps where no target leads any more.
    const wasGone = old?.withdrawn !== undefined && record.withdrawn !== undefined
    const wasOver = old?.run === record.run && isTerminal(old.condition)
    const isMarked = modelOf(parseAddress(address).kind).identity.recovery.by === 'match'
    const isOver = wasOver && !hasOpenDuplicate(state, address, record)
    return isMarked && isIdentified(record) && !isOver && !wasGone
  })
}

/** A duplicate that nobody has acknowledged is looked at again: it may be claimed, or cancelled, by now. */
function hasOpenDuplicate(state: State | undefined, address: Address, { run }: JobRecord): boolean {
  const notes = state?.attention?.[address] ?? []
  return notes.some((one) => one.run === run && !one.acknowledged && readDuplicateId(one.finding) !== undefined)
}

function isInTime(input: AuditInput, record: JobRecord, createdAt: string): boolean {
  const time = Date.parse(createdAt)
  return time >= Date.parse(getSince(input, record)) && time <= input.currentAt
}

/** What is older than the state is somebody else's. */
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
  const why = isMarked ? 'carries the mark of this very run' : 'does just the same'
  return {
    severity: 'warning',
    code: 'PLAN_TWIN',
    address,
    message: `${address}: ${job} is on no record, and ${why}, beside its job ${record.id}`,
    remedies: [
      advise('a proxy may have sent the create twice; end the unwanted job at AWS'),
      ...(isMarked ? [] : [suggest('if it is not ours', 'resolve', address, '--foreign', id)]),
      suggest('to leave it as it is', 'acknowledge', address),
    ],
    place: spec?.place,
  }
}
