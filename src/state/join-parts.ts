import type { Address } from '../model/address.ts'
import type { JobRecord, State } from '../model/state.ts'

/** The parts of a split state, by name. */
export type Parts = ReadonlyMap<string, Pick<State, 'records' | 'serial'>>

/** Joins the index and the parts of a split state to one state. Its serial grows with each write of any of them. */
export function joinParts(index: State, parts: Parts): State {
  const { parts: _serials, split: _at, homes = {}, ...shared } = index
  const records: Record<Address, JobRecord> = {}
  let serial = index.serial
  for (const [name, part] of parts) {
    serial += part.serial
    for (const address of Object.keys(part.records) as Address[]) {
      // A move that was killed leaves a record in two parts. The index says which one counts.
      if (records[address] === undefined || homes[address] === name) records[address] = part.records[address]!
    }
  }
  return { ...shared, serial, records }
}

/** Finds the parts that hold a record of an address: the one that counts comes first. */
export function findHolders({ homes = {} }: State, parts: Parts, address: Address): string[] {
  const holders = [...parts].filter(([, { records }]) => records[address] !== undefined).map(([name]) => name)
  const home = homes[address]
  return home !== undefined && holders.includes(home) ? [home, ...holders.filter((one) => one !== home)] : holders
}

/** Finds a record that the index does not know. Each is in the index before it is in a part, so this index was rolled back. */
export function findUnknownRecord({ homes = {} }: State, parts: Parts): Address | undefined {
  return [...parts.values()]
    .flatMap(({ records }) => Object.keys(records) as Address[])
    .find((address) => homes[address] === undefined)
}
