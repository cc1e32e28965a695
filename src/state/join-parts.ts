import { type Address, parseAddress } from '../model/address.ts'
import { getSiteKey, type JobRecord, type PastRun, recordEntries, type Site, type State } from '../model/state.ts'

/** The parts of a split state, by name. */
export type Parts = ReadonlyMap<string, Pick<State, 'records' | 'serial'>>

/** Joins the index and the parts of a split state to one state. Its serial grows with each write of any of them. */
export function joinParts(index: State, parts: Parts): State {
  const { parts: _serials, split: _at, homes = {}, ...shared } = index
  const found = new Map<Address, JobRecord>()
  let serial = index.serial
  for (const [name, part] of parts) {
    serial += part.serial
    for (const [address, record] of recordEntries(part.records)) {
      // A move that was killed leaves a record in two parts. The index says which one counts.
      if (!found.has(address) || homes[address] === name) found.set(address, record)
    }
  }
  for (const [name, part] of parts)
    for (const [address, record] of recordEntries(part.records))
      if (
        homes[address] !== name &&
        found.get(address) === record &&
        isLeft(address, record, parts.get(homes[address] ?? ''))
      )
        found.delete(address)
  // In the order of a whole state, so that plans are the same.
  const records = [...found].sort(([one], [other]) => (one < other ? -1 : 1))
  return { ...shared, serial, records: Object.fromEntries(records) }
}

/** Returns whether a renamed spec has taken a record to its home, and was killed before it dropped the old one. */
function isLeft(address: Address, record: JobRecord, home: Pick<State, 'records'> | undefined): boolean {
  return (
    home !== undefined && recordEntries(home.records).some(([other, one]) => isTakenOver(address, record, other, one))
  )
}

/** Returns whether the record of another address, which is its heir, has an earlier one's job in its history. */
export function isTakenOver(
  address: Address,
  { run, id, site }: JobRecord,
  other: Address,
  { history = [], site: later }: JobRecord,
): boolean {
  if (other === address || id === undefined || parseAddress(other).kind !== parseAddress(address).kind) return false
  // An ID is unique within its site only.
  const isJob = (past: PastRun): boolean => past.run === run && past.id === id && isSameSite(past.site ?? later, site)
  return history.some(isJob)
}

function isSameSite(one: Site, other: Site): boolean {
  return getSiteKey(one) === getSiteKey(other)
}

/** Finds the parts with a record of an address. The part that counts comes first. */
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
