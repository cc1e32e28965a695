import type { Address } from './address.ts'
import type { JsonObject } from './json.ts'
import type { KindModel } from './kind.ts'

/** One attempt of a run of an address. `lineage`: the beginning of the state's lineage. */
export type Attempt = {
  readonly lineage: string
  readonly address: Address
  readonly run: number
  readonly attempt: number
}

/**
 * Returns a name that no other attempt of any state has: `3f2a91bc01de ImportExportJob/archive#1.1`. Kinds whose jobs
 * are found by a marker send it, if their request has room for it.
 */
export function formatAttempt({ lineage, address, run, attempt }: Attempt): string {
  return `${shortenLineage(lineage)} ${address}#${run}.${attempt}`
}

/** The key of the tag that names the attempt that created a job, for kinds with tags. Reserved: no spec may set it. */
export const MARK_TAG = 'jobwright'

/**
 * Returns the name of an attempt as a tag value: `3f2a91bc01de IotJob/reboot-night:1.1`. AWS allows at most 256
 * letters, numbers, spaces and `_ . : / = + - @` in a tag, so `#` is not possible.
 */
export function formatAttemptTag({ lineage, address, run, attempt }: Attempt): string {
  return `${shortenLineage(lineage)} ${address}:${run}.${attempt}`
}

/** Returns the unique name of an attempt for its request; undefined if the API has no room for it. */
export function formatMarker(
  own: Attempt,
  { identity: { recovery } }: Pick<KindModel, 'identity'>,
  { request, isTagged }: { readonly request: JsonObject; readonly isTagged: boolean },
): string | undefined {
  if (recovery.is === 'match') return recovery.marker(request, formatAttempt(own))
  return isTagged ? formatAttemptTag(own) : undefined
}

/** Returns the part of a lineage that an attempt's name holds. */
export function shortenLineage(lineage: string): string {
  return lineage.slice(0, 12)
}

/** Returns the attempt that a marker or tag names. Undefined without one, or if Jobwright did not write it. */
export function parseAttempt(marker = ''): Attempt | undefined {
  const [, lineage, address, run, attempt] =
    /^([A-Za-z0-9_-]{1,12}) ([A-Za-z0-9]+\/[A-Za-z0-9_-]+)[#:](\d+)\.(\d+)$/.exec(marker) ?? []
  if (lineage === undefined || address === undefined) return undefined
  return { lineage, address: address as Address, run: Number(run), attempt: Number(attempt) }
}
