import type { Address } from './address.ts'

/** One attempt of a run of an address. `lineage`: the beginning of its state's. */
export type Attempt = {
  readonly lineage: string
  readonly address: Address
  readonly run: number
  readonly attempt: number
}

/**
 * What names one attempt among all that this and any other state has ever sent: `3f2a91bc01de ImportExportJob/archive#1.1`. Kinds that are
 * found by a marker carry it where their request has room for it.
 */
export function formatAttempt({ lineage, address, run, attempt }: Attempt): string {
  return `${shortenLineage(lineage)} ${address}#${run}.${attempt}`
}

/** The key of the tag that names the attempt that created a job, for kinds whose jobs have tags. Reserved: no spec may set it. */
export const MARK_TAG = 'jobwright'

/**
 * Returns the name of an attempt as the value of a tag: `3f2a91bc01de IotJob/reboot-night:1.1`. AWS allows letters, numbers, spaces and
 * `_ . : / = + - @` in a tag, at most 256 of them, so `#` cannot stand there.
 */
export function formatAttemptTag({ lineage, address, run, attempt }: Attempt): string {
  return `${shortenLineage(lineage)} ${address}:${run}.${attempt}`
}

/** As much of a lineage as an attempt's name holds. */
export function shortenLineage(lineage: string): string {
  return lineage.slice(0, 12)
}

/** The attempt that a marker or a tag names; undefined where it is none of ours. */
export function parseAttempt(marker: string): Attempt | undefined {
  const [, lineage, address, run, attempt] =
    /^([A-Za-z0-9_-]{1,12}) ([A-Za-z0-9]+\/[A-Za-z0-9_-]+)[#:](\d+)\.(\d+)$/.exec(marker) ?? []
  if (lineage === undefined || address === undefined) return undefined
  return { lineage, address: address as Address, run: Number(run), attempt: Number(attempt) }
}
