import { type Address, parseAddress } from '../../model/address.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { getSiteKey, isSettled, type JobRecord, recordEntries, type Site } from '../../model/state.ts'
import { getRequestKey } from './request-key.ts'

/** What two creates must share to be rivals: the request, and the site of the job. */
type Rival = { readonly request: JsonObject; readonly site: Site }

/** Returns how many unknown creates asked for the same job at the same site, including the given one. */
export type Rivals = (rival: Rival, model: KindModel) => number

/** Counts all unknown creates at the first use. So no later question visits all records again. */
export function createRivals(
  records: Readonly<Record<Address, JobRecord>>,
  modelOf: (kind: string) => KindModel,
): Rivals {
  let counts: Map<string, number> | undefined
  return (rival, model) => {
    counts ??= countOpen(records, modelOf)
    return counts.get(getRivalKey(rival, model)) ?? 0
  }
}

function countOpen(
  records: Readonly<Record<Address, JobRecord>>,
  modelOf: (kind: string) => KindModel,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [address, record] of recordEntries(records)) {
    if (isSettled(record)) continue
    const key = getRivalKey(record, modelOf(parseAddress(address).kind))
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

function getRivalKey({ request, site }: Rival, model: KindModel): string {
  return JSON.stringify([model.kind, getSiteKey(site), getRequestKey(request, model)])
}
