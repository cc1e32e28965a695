import type { Address } from '../../model/address.ts'
import { parseAttempt } from '../../model/attempt-name.ts'
import { getDefinitionKey } from '../../model/deviations.ts'
import { groupBy } from '../../model/group.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Live } from '../../model/live.ts'

/** An index of a list, so that a question about one spec does not visit every job. */
export type Listing = {
  /** The jobs whose definition may match a request. */
  alike(request: JsonObject): readonly Live[]
  /**
   * The jobs alike, those whose marker names the address, and those whose definition AWS does not return. In the order
   * of the list.
   */
  suspects(request: JsonObject, address: Address): readonly Live[]
}

/** Indexes each list once, when it is first used. */
export function createListings(): (jobs: readonly Live[], model: KindModel) => Listing {
  const listings = new Map<readonly Live[], Listing>()
  return (jobs, model) => {
    const known = listings.get(jobs)
    if (known) return known
    const listing = indexJobs(jobs, model)
    listings.set(jobs, listing)
    return listing
  }
}

function indexJobs(jobs: readonly Live[], model: KindModel): Listing {
  const place = new Map(jobs.map((live, index) => [live, index]))
  const byDefinition = groupBy(jobs, ({ request }) => request && getDefinitionKey(request, model))
  const byAddress = groupBy(jobs, ({ marker }) => parseAttempt(marker)?.address)
  const undescribed = jobs.filter(({ request }) => request === undefined)
  const alike = (request: JsonObject): readonly Live[] => byDefinition.get(getDefinitionKey(request, model)) ?? []
  return {
    alike,
    suspects: (request, address) => {
      const suspects = new Set([...alike(request), ...(byAddress.get(address) ?? []), ...undescribed])
      return [...suspects].sort((a, b) => place.get(a)! - place.get(b)!)
    },
  }
}
