import { type Address, partsOf } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import { iso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Sighting } from '../model/observed.ts'
import type { Planned } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { type JobRecord, type Site, type State, siteKey } from '../model/state.ts'
import type { Decision, PlanInput } from './input.ts'
import { findRenames, type Renames } from './renames.ts'

/** Clocks differ by less than this, in milliseconds. */
export const CLOCKS_MS = 60_000

/** ISO time before which no job can be one of a state's own: its birth, or for one that does not tell it the beginning of AWS. */
export function horizonOf(state: State | undefined): string {
  return state?.horizon ?? '2006-01-01T00:00:00Z'
}

/** A plan input with what many of its questions need looked up once. */
export type Planner = PlanInput & {
  readonly records: Readonly<Record<Address, JobRecord>>
  readonly specAt: ReadonlyMap<Address, Spec>
  readonly blockedAt: ReadonlySet<Address>
  /** Site, kind and job ID -> the address that owns or once owned that job, or may own it. */
  readonly owners: ReadonlyMap<string, Address>
  /** The same of jobs that are known to belong to an address. Grows while lines are made: no job is given to two of them. */
  readonly claims: Map<string, Address>
  readonly renames: Renames
}

export function planner(input: PlanInput): Planner {
  const records = input.state?.records ?? {}
  const { claims, hopes } = owners(records, input.modelOf)
  return {
    ...input,
    records,
    specAt: new Map(input.specs.map((spec) => [spec.address, spec])),
    blockedAt: new Set(input.blocked.map((blocked) => blocked.address)),
    owners: new Map([...hopes, ...claims]),
    claims,
    renames: findRenames(input, records),
  }
}

/** The jobs that belong or belonged to addresses, and those that unknown creates asked for by their ID. */
function owners(records: Planner['records'], modelOf: PlanInput['modelOf']) {
  const claims = new Map<string, Address>()
  const hopes = new Map<string, Address>()
  for (const [address, record] of Object.entries(records) as [Address, JobRecord][]) {
    const note = (map: Map<string, Address>, id: string | undefined, site = record.site): void => {
      if (id !== undefined) map.set(ownerKey(modelOf(partsOf(address).kind), site, id), address)
    }
    for (const { id, site } of record.history ?? []) note(claims, id, site)
    note(isSettled(record) ? claims : hopes, record.id)
  }
  return { claims, hopes }
}

/** Tells whether a job is known to belong to an address of a state, or to have done so. */
export function claimed({ state, modelOf }: Pick<PlanInput, 'state' | 'modelOf'>) {
  const { claims } = owners(state?.records ?? {}, modelOf)
  return (kind: string, site: Site, id: string): boolean => claims.has(ownerKey(modelOf(kind), site, id))
}

/** Whether the outcome of a record's create is known: there is a job. */
export function isSettled(record: JobRecord): boolean {
  return record.stage === 'created' || record.stage === 'started'
}

/** The key under which a job has one owner in the state. A service without regions shows a job in all of them. */
export function ownerKey({ kind, api: { regionless } }: KindModel, site: Site, id: string): string {
  return `${kind} ${siteKey(regionless ? { ...site, region: '*' } : site)} ${id}`
}

/** What a job that its service does not know any more becomes: a finished one is archived, an unfinished one lost. Neither is made again. */
export function gone(record: JobRecord): JobRecord {
  return isTerminal(record.condition) ? { ...record, archived: true } : { ...record, lost: true }
}

export const NOT_SHOWN_YET = 'its job was made a moment ago, and AWS does not show it yet'

/** ISO time from which the absence of a recorded job proves something; undefined: it does now. */
export function shownFrom({ waits, now }: PlanInput, { condition, createdAt }: JobRecord): string | undefined {
  if (isTerminal(condition) || createdAt === undefined) return undefined
  const until = after(createdAt, waits.listLagMs)
  return now < Date.parse(until) ? until : undefined
}

/** Whether an address is within `--only`. */
export function isSelected(input: PlanInput, address: Address, labels: Readonly<Record<string, string>> = {}): boolean {
  return input.only === undefined || input.only(address, labels)
}

/** A line of the plan for a spec, with what is always known of it. */
export function line(spec: Spec, rest: Omit<Planned, 'address' | 'spec'>): Planned {
  return { address: spec.address, spec, ...rest }
}

/** The record that a decision is about; undefined where the job to take over is that of a later run than the one on record. */
export function decidedRecord(spec: Spec, record: JobRecord | undefined, decision: Decision): JobRecord | undefined {
  const isLater = record !== undefined && decision.do === 'adopt' && spec.policy.run > record.run
  return isLater && (isSettled(record) || !decision.settles) ? undefined : record
}

/** A line for a spec whose run is lower than the one on record, which is never run again. */
export function lowerRun(spec: Spec, record: JobRecord): Planned {
  return line(spec, {
    action: 'keep',
    code: 'PLAN_LOWER_RUN',
    record,
    ...(record.id !== undefined && { id: record.id }),
    reason: `policy.run is ${spec.policy.run}, but run ${record.run} is on record; a lower run changes nothing`,
  })
}

/** A line for an address about which AWS could not be asked. */
export function unread(spec: Spec, seen: Extract<Sighting, { is: 'failed' }>): Planned {
  return line(spec, notRead(seen))
}

/** What such a line says. */
export function notRead({ problem }: Extract<Sighting, { is: 'failed' }>): Pick<Planned, 'action' | 'code' | 'reason'> {
  return {
    action: 'blocked',
    code: problem.class === 'auth' ? 'PLAN_REFUSED' : 'PLAN_UNREAD',
    reason: `AWS could not be asked about it: ${problem.name}: ${problem.message}`,
  }
}

/** `policy.run was raised from 1 to 2`. */
export function raised(spec: Spec, record: JobRecord): string {
  return `policy.run was raised from ${record.run} to ${spec.policy.run}`
}

/** The ISO time some milliseconds after another one. */
export function after(time: string, ms: number): string {
  return iso(Date.parse(time) + ms)
}

/** `2026-11-15 09:00 UTC`, for sentences. */
export function spoken(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}

/** The way a job of a kind is named in sentences: `job cup-final`. */
export function jobWords(model: KindModel, id: string): string {
  return `${model.serviceName} job ${id}`
}
