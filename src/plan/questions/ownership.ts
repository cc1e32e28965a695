import { type Address, parseAddress } from '../../model/address.ts'
import { formatIso } from '../../model/iso.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Planned, PlannedAdopt } from '../../model/plan.ts'
import { type Adopter, takeOverRecord } from '../../model/record.ts'
import type { Spec } from '../../model/spec.ts'
import {
  getSiteKey,
  isSettled,
  type JobRecord,
  type OpenRecord,
  recordEntries,
  type Site,
  type State,
} from '../../model/state.ts'
import type { PlanInput } from '../input.ts'

/*
 * Which job belongs to which address. A job has at most one owner in a state. What is recorded claims a job; a create whose outcome is
 * unknown only may own the job of the ID that it asked for.
 */

/** Site, kind and job ID, as one text -> the address that owns that job. */
export type Claims = ReadonlyMap<string, Address>

/** Who owns what, by the records alone. */
export type Ownership = {
  /** Jobs that belong, or belonged in an earlier run, to an address. */
  readonly claims: Claims
  /** The same, and the jobs that unknown creates asked for by ID. */
  readonly owners: Claims
}

/** The key under which a job has one owner in the state. A service without regions shows a job in all of them. */
export function getOwnerKey({ kind, api: { regionless } }: KindModel, site: Site, id: string): string {
  return `${kind} ${getSiteKey(regionless ? { ...site, region: '*' } : site)} ${id}`
}

/** Reads from the records which jobs have an owner. */
export function readOwnership(records: Readonly<Record<Address, JobRecord>>, modelOf: PlanInput['modelOf']): Ownership {
  const claims = new Map<string, Address>()
  const asked = new Map<string, Address>()
  for (const [address, record] of recordEntries(records)) {
    const note = (map: Map<string, Address>, id: string | undefined, site = record.site): void => {
      if (id !== undefined) map.set(getOwnerKey(modelOf(parseAddress(address).kind), site, id), address)
    }
    for (const { id, site } of record.history ?? []) note(claims, id, site)
    note(isSettled(record) ? claims : asked, record.id)
  }
  return { claims, owners: new Map([...asked, ...claims]) }
}

/** Tells whether a job is known to belong to an address of a state, or to have done so. */
export function indexClaims({ state, modelOf }: Pick<PlanInput, 'state' | 'modelOf'>) {
  const { claims } = readOwnership(state?.records ?? {}, modelOf)
  return (kind: string, site: Site, id: string): boolean => claims.has(getOwnerKey(modelOf(kind), site, id))
}

/** Whether a person said that a job is not ours; `key` as `getOwnerKey` makes it. */
export function isForeign({ state }: Pick<PlanInput, 'state'>, key: string): boolean {
  return state?.foreign?.[key] !== undefined
}

/** The job that a line of a plan claims for its address, so that no later line is given it; undefined where it claims none. */
export function getClaim(planned: Planned, modelOf: PlanInput['modelOf']): string | undefined {
  const model = modelOf(parseAddress(planned.address).kind)
  if (planned.action === 'create') {
    const { site, id } = planned
    return site && id !== undefined && model.identity.idMember !== undefined ? getOwnerKey(model, site, id) : undefined
  }
  if (planned.action !== 'adopt' || planned.next.id === undefined) return undefined
  return getOwnerKey(model, planned.next.site, planned.next.id)
}

/** How far the clock by which a state began may have been ahead of AWS's: AWS accepts no request that was signed further off. */
const HORIZON_MARGIN_MS = 900_000

/** ISO time before which no job can be one of a state's own: its birth, or for one that does not tell it the beginning of AWS. */
export function computeHorizon(state: State | undefined): string {
  return state?.horizon === undefined
    ? '2006-01-01T00:00:00Z'
    : formatIso(Date.parse(state.horizon) - HORIZON_MARGIN_MS)
}

/** A line that makes a live job an address's own. `adopter`: the record that takes it over, or what a new one begins with. */
export function adoptJob(
  { modelOf, now }: Pick<PlanInput, 'modelOf' | 'now'>,
  spec: Spec,
  adopter: Adopter | OpenRecord,
  live: Live,
  { reason, record }: { readonly reason: string; readonly record?: JobRecord },
): PlannedAdopt {
  const model = modelOf(spec.kind)
  const next = takeOverRecord(
    adopter,
    live,
    model.lifecycle.stageOf(live),
    model.lifecycle.condition(live, spec.policy),
    now,
  )
  return { address: spec.address, spec, action: 'adopt', id: live.id, record, reason, next }
}

/** What stands in for a spec that cannot be read: its record's own request, never to be submitted again. */
export function createStandIn(address: Address, record: JobRecord): Spec {
  return {
    address,
    ...parseAddress(address),
    labels: {},
    policy: { run: record.run, hold: true, adopt: false, allowIdentical: true, maxFailedPercent: 0 },
    request: record.request,
    files: [],
    place: { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 },
    index: 0,
  }
}

/** Plans an address without a spec as if its record's own request were one; the line names no spec. */
export function planWithoutSpec(address: Address, record: JobRecord, planSpec: (spec: Spec) => Planned): Planned {
  return { ...planSpec(createStandIn(address, record)), spec: undefined } as Planned
}
