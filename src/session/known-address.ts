import { suggestClosest } from '../documents/hints/suggest.ts'
import { getModel } from '../kinds/index.ts'
import type { Loaded } from '../load/load.ts'
import { type Address, formatAddress, isAddress } from '../model/address.ts'
import { Problem } from '../model/problem.ts'
import { advise, type Remedy, suggest } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import { findRenames } from '../plan/questions/rename-pairs.ts'

/** Where to search for an address. */
export type Searched = {
  readonly loaded: Pick<Loaded, 'specs' | 'blocked'>
  readonly state: State | undefined
  /** Every address that the command accepts. */
  readonly all: readonly string[]
}

/** Throws a Problem (exit 1) unless the command accepts this address. A renamed spec has its new address only. */
export function assertKnown(address: string, searched: Searched): asserts address is Address {
  if (!isAddress(address) || !searched.all.includes(address))
    throw createUnknownAddress(address, searched, `there is no spec and no record ${address}`)
}

/** Creates the Problem (exit 1) of an unknown address, with the most similar known one. */
export function createUnknownAddress(
  address: string,
  searched: Searched,
  message: string,
  ...more: readonly Remedy[]
): Problem {
  const heir = findSuccessor(address, searched.loaded)
  if (heir !== undefined) return createRenamed(address, heir)
  const remedies = [...suggestMeant(address, searched), advise('an address is Kind/name'), ...more]
  return new Problem({
    code: 'USAGE',
    message,
    remedies: [...remedies, suggest('list the addresses', 'status')],
  })
}

/** Finds the spec that took over an address by `metadata.formerly`. */
export function findSuccessor(address: string, { specs, blocked }: Searched['loaded']): Address | undefined {
  const all = [...specs, ...blocked.flatMap(({ spec }) => spec ?? [])]
  if ([...specs, ...blocked].some((one) => one.address === address)) return undefined
  return all.find(({ kind, formerly }) => formerly !== undefined && formatAddress(kind, formerly) === address)?.address
}

function createRenamed(address: string, heir: Address): Problem {
  return new Problem({
    code: 'USAGE',
    message: `the spec ${address} is called ${heir} now, by its metadata.formerly`,
    remedies: [advise(`name ${heir}`)],
  })
}

function suggestMeant(address: string, { loaded, state, all }: Searched): Remedy[] {
  const { from } = findRenames({ ...loaded, modelOf: getModel }, state?.records ?? {})
  const heir = from.get(address as Address)
  if (heir === undefined) return suggestClosest(address, [...new Set(all)])
  return [advise(`${heir} asks for the same: if it is the renamed spec, name that`)]
}
