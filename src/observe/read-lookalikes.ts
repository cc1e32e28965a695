import type { Address } from '../model/address.ts'
import type { KindReader } from '../model/kind-calls.ts'
import type { Live } from '../model/live.ts'
import type { Lookalikes } from '../model/observed.ts'
import type { Group } from './group.ts'

/** Clocks differ by less than this. The plan compares the exact times again. */
const CLOCKS_MS = 60_000

/** Lists unrecorded jobs that creates may have made, back to the earliest time that a need asks for. */
export async function readLookalikes(
  group: Group,
  reader: KindReader,
  found: Map<Address, Lookalikes>,
  isClaimed: (id: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (group.needs.length === 0) return
  const since = Math.min(...group.needs.map((need) => Date.parse(need.since ?? ''))) - CLOCKS_MS
  const jobs: Live[] = []
  const options = { scope: group.scope, signal }
  for await (const page of reader.list(options)) {
    const recent = page.filter((live) => live.createdAt === undefined || Date.parse(live.createdAt) >= since)
    const free = recent.filter(({ id }) => !isClaimed(id))
    for (const live of free) jobs.push(await readInFull(group, live, reader, signal))
    if (group.model.api.listing.newestFirst && recent.length < page.length) break
  }
  for (const need of group.needs) found.set(need.address, { is: 'listed', jobs })
}

/** Describes each candidate if the list returns only IDs. */
async function readInFull(
  group: Group,
  live: Live,
  reader: KindReader,
  signal: AbortSignal | undefined,
): Promise<Live> {
  if (group.model.api.listing.returns === 'job') return live
  const full = await reader.describe(live.id, {
    definition: true,
    scope: group.scope,
    signal,
  })
  if (!full) return live
  return { ...full, createdAt: full.createdAt ?? live.createdAt }
}
