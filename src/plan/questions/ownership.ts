import { type Address, parseAddress } from '../../model/address.ts'
import { formatIso } from '../../model/iso.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'
import type { Planned, PlannedAdopt } from '../../model/plan.ts'
import { type AdoptionBase, createAdoptedRecord } from '../../model/record.ts'
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
 * Which job belongs to which address. A job has at most one owner in a state. A settled record claims its job. An
 * unknown create may own the job of the ID that it asked for.
 */

/** Key: site, kind and job ID as one text. Value: the address that owns the job. */
export type Claims = Pick<ReadonlyMap<string, Address>, 'get' | 'has'>

/** Owners by the records alone. */
export type Ownership = {
  /** Jobs that belong to an address, in its current or an earlier run. */
  readonly claims: Claims
  /** The claims, and the jobs that unknown creates asked for by ID. */
  readonly owners: Claims
}

/**
 * Returns the key under which a job has one owner in the state. A service without regions shows a job in all of them.
 */
export function getOwnerKey({ kind, api: { regionless } }: KindModel, site: Site, id: string): string {
  return `${kind} ${getSiteKey(regionless ? { ...site, region: '*' } : site)} ${id}`
}

/** Returns the owners of jobs by the records. Most plans ask for none, so they are read at the first question. */
export function createOwnership(
  records: Readonly<Record<Address, JobRecord>>,
  modelOf: PlanInput['modelOf'],
): Ownership {
  let known: ReturnType<typeof readOwnership> | undefined
  const read = (): ReturnType<typeof readOwnership> => {
    known ??= readOwnership(records, modelOf)
    return known
  }
  const claims: Claims = { get: (key) => read().claims.get(key), has: (key) => read().claims.has(key) }
  return {
    claims,
    owners: {
      get: (key) => claims.get(key) ?? read().asked.get(key),
      has: (key) => claims.has(key) || read().asked.has(key),
    },
  }
}

function readOwnership(records: Readonly<Record<Address, JobRecord>>, modelOf: PlanInput['modelOf']) {
  const claims = new Map<string, Address>()
  const asked = new Map<string, Address>()
  for (const [address, record] of recordEntries(records)) {
    const model = modelOf(parseAddress(address).kind)
    const note = (map: Map<string, Address>, id: string | undefined, site = record.site): void => {
      if (id !== undefined) map.set(getOwnerKey(model, site, id), address)
    }
    for (const { id, site } of record.history ?? []) note(claims, id, site)
    note(isSettled(record) ? claims : asked, record.id)
  }
  return { claims, asked }
}

/** Returns a check whether a job belongs to an address of a state, in its current or an earlier run. */
export function indexClaims({ state, modelOf }: Pick<PlanInput, 'state' | 'modelOf'>) {
  const { claims } = createOwnership(state?.records ?? {}, modelOf)
  return (kind: string, site: Site, id: string): boolean => claims.has(getOwnerKey(modelOf(kind), site, id))
}

/** Returns whether a person called a job foreign. `key` comes from `getOwnerKey`. */
export function isForeign({ state }: Pick<PlanInput, 'state'>, key: string): boolean {
  return state?.foreign?.[key] !== undefined
}

/** Returns the job that a line claims, so that no later line claims it too. Undefined if it claims none. */
export function getClaim(planned: Planned, modelOf: PlanInput['modelOf']): string | undefined {
  const model = modelOf(parseAddress(planned.address).kind)
  if (planned.action === 'create') {
    const { site, id } = planned
    return site && id !== undefined && model.identity.idMember !== undefined ? getOwnerKey(model, site, id) : undefined
  }
  if (planned.action !== 'adopt' || planned.next.id === undefined) return undefined
  return getOwnerKey(model, planned.next.site, planned.next.id)
}

/** How far the clock at a state's beginning may have been ahead of AWS's. AWS rejects requests signed further off. */
const HORIZON_MARGIN_MS = 900_000

/**
 * Returns the horizon of a state as ISO time: an older job cannot belong to it. Without a horizon, returns the year in
 * which AWS began.
 */
export function computeHorizon(state: State | undefined): string {
  return state?.horizon === undefined
    ? '2006-01-01T00:00:00Z'
    : formatIso(Date.parse(state.horizon) - HORIZON_MARGIN_MS)
}

/**
 * Returns a line by which an address adopts a live job. `adopter`: the record that adopts it, or the initial values of
 * a new one.
 */
export function createAdoptLine(
  { modelOf, now }: Pick<PlanInput, 'modelOf' | 'now'>,
  spec: Spec,
  adopter: AdoptionBase | OpenRecord,
  live: Live,
  { reason, record }: { readonly reason: string; readonly record?: JobRecord },
): PlannedAdopt {
  const model = modelOf(spec.kind)
  const next = createAdoptedRecord(
    adopter,
    live,
    model.lifecycle.stageOf(live),
    model.lifecycle.condition(live, spec.policy),
    now,
  )
  return { address: spec.address, spec, action: 'adopt', id: live.id, record, reason, next }
}

/** Returns a substitute for a spec that cannot be read. It holds its record's request, and is never submitted. */
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

/** Plans an address without a spec by its record's own request. The line names no spec. */
export function planWithoutSpec(address: Address, record: JobRecord, planSpec: (spec: Spec) => Planned): Planned {
  return { ...planSpec(createStandIn(address, record)), spec: undefined } as Planned
}
