import type { Address } from '../../src/model/address.ts'
import type { Condition } from '../../src/model/condition.ts'
import type { JobRecord, Site } from '../../src/model/state.ts'
import { factsOf } from './aws-facts.ts'

/** The address of a spec, as docs/spec.md writes it: `Kind/name`. */
export function addressOf(kind: string, name: string): Address {
  return `${kind}/${name}` as Address
}

/** The kind in an address. */
export function kindAt(address: string): string {
  return address.slice(0, address.indexOf('/'))
}

/** The records of a state with their addresses. */
export function recordEntries(records: Readonly<Record<Address, JobRecord>> = {}): [Address, JobRecord][] {
  return Object.entries(records) as [Address, JobRecord][]
}

/** True if a job is terminal, however it ended. */
export function isTerminal(condition: Condition | undefined): boolean {
  return ['Succeeded', 'Failed', 'Cancelled'].includes(condition?.type ?? '')
}

/** Where a service keeps a kind's jobs: in an account, and in a region if it has regions. */
export function placeOf({ account, region }: Site, kind: string): string {
  return factsOf(kind).isGlobal ? account : `${account}/${region}`
}
