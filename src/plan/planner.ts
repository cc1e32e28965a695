import type { KindModel } from '../kinds/kind.ts'
import { type Address, partsOf } from '../model/address.ts'
import { iso } from '../model/iso.ts'
import type { Planned } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { type JobRecord, type Site, siteKey } from '../model/state.ts'
import type { PlanInput } from './input.ts'

/** A plan input with what many of its questions need looked up once. */
export type Planner = PlanInput & {
  readonly records: Readonly<Record<Address, JobRecord>>
  readonly specAt: ReadonlyMap<Address, Spec>
  readonly blockedAt: ReadonlySet<Address>
  /** Site, kind and job ID -> the address that owns or once owned that job. */
  readonly owners: ReadonlyMap<string, Address>
}

export function planner(input: PlanInput): Planner {
  const records = input.state?.records ?? {}
  const owners = new Map<string, Address>()
  for (const [address, record] of Object.entries(records) as [Address, JobRecord][]) {
    for (const { id } of [record, ...(record.history ?? [])]) {
      if (id !== undefined) owners.set(ownerKey(partsOf(address).kind, record.site, id), address)
    }
  }
  return {
    ...input,
    records,
    specAt: new Map(input.specs.map((spec) => [spec.address, spec])),
    blockedAt: new Set(input.blocked.map((blocked) => blocked.address)),
    owners,
  }
}

/** The key under which a job has one owner in the state. */
export function ownerKey(kind: string, site: Site, id: string): string {
  return `${kind} ${siteKey(site)} ${id}`
}

/** Whether an address is within `--only`. */
export function isSelected(input: PlanInput, address: Address, labels: Readonly<Record<string, string>> = {}): boolean {
  return input.only === undefined || input.only(address, labels)
}

/** A line of the plan for a spec, with what is always known of it. */
export function line(spec: Spec, rest: Omit<Planned, 'address' | 'spec'>): Planned {
  return { address: spec.address, spec, ...rest }
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
  return `${model.title.split(' Create')[0]} job ${id}`
}
