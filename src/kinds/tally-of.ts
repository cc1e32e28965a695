import { type Address, parseAddress } from '../model/address.ts'
import type { JobRecord } from '../model/state.ts'
import type { Tally } from '../model/tally.ts'
import { getModel } from './index.ts'

/** Returns what the job of an address has counted, as its kind counts; undefined if nothing. */
export function tallyOf(address: Address, { counts }: Pick<JobRecord, 'counts'>): Tally | undefined {
  return counts && getModel(parseAddress(address).kind).lifecycle.tally?.(counts)
}
