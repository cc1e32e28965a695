import { type Address, parseAddress } from '../../model/address.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { getSiteKey, isSettled, type JobRecord, recordEntries, type Site } from '../../model/state.ts'
import { requestKey } from './edits.ts'

/** What tells apart what two creates asked for: the request, and the place of the job. */
type Asked = { readonly request: JsonObject; readonly site: Site }

/** How many unknown creates asked for the same job at the same place. */
export type Rivals = (asked: Asked, model: KindModel) => number

/** Counts all unknown creates once, at the first question: many questions do not visit all records again. */
export function createRivals(
  records: Readonly<Record<Address, JobRecord>>,
  modelOf: (kind: string) => KindModel,
): Rivals {
  let counts: Map<string, number> | undefined
  return (asked, model) => {
    counts ??= countOpen(records, modelOf)
    return counts.get(getRivalKey(asked, model)) ?? 0
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

function getRivalKey({ request, site }: Asked, model: KindModel): string {
  return JSON.stringify([model.kind, getSiteKey(site), requestKey(request, model)])
}
