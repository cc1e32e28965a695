import type { Address } from '../model/address.ts'
import type { JobRecord } from '../model/state.ts'
import { describeTally, type Tally } from '../model/tally.ts'
import { escapeForTerminal } from './escape.ts'

/** Returns what the job of an address has counted; undefined if it has counted nothing. */
export type TallyOf = (address: Address, record: Pick<JobRecord, 'counts'>) => Tally | undefined

/** Formats what a job has counted: `7 of 9 devices succeeded, 1 failed`. Empty if it has counted nothing. */
export function formatTally(tally: Tally | undefined): string {
  return escapeForTerminal(describeTally(tally))
}
