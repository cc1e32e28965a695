import type { Address } from './address.ts'

/**
 * What names every attempt of one run of an address among all that this and any other state has ever sent, but for its number, which
 * follows: `3f2a91bc01de ImportExportJob/archive#1.`. Kinds that are found by a marker carry it where their request has room for it.
 */
export function attemptName(lineage: string, address: Address, run: number): string {
  return `${lineage.slice(0, 12)} ${address}#${run}.`
}

/** Whether a marker is one of ours, of any state, address and run. */
export function isAttemptName(marker: string): boolean {
  return /^[A-Za-z0-9_-]{1,12} [A-Za-z0-9]+\/[A-Za-z0-9_-]+#\d+\.\d+$/.test(marker)
}
