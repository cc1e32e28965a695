import type { Queue, Task } from '../aws/queue.ts'
import type { Address } from '../model/address.ts'
import { groupBy } from '../model/group.ts'
import type { KindModel } from '../model/kind.ts'
import type { KindReader } from '../model/kind-calls.ts'
import type { JobRead, Lookalikes, Need, Observed } from '../model/observed.ts'
import { getSiteKey, type Site } from '../model/state.ts'
import { type Group, unwrapProblem } from './group.ts'
import { readJobs } from './read-jobs.ts'
import { readLookalikes } from './read-lookalikes.ts'

export type ObserveOptions = {
  readonly readerOf: (site: Site, kind: string) => Promise<KindReader>
  readonly modelOf: (kind: string) => KindModel
  readonly queue: Queue
  /** A claimed job is never a look-alike, so no describe is spent on it. */
  readonly isClaimed: (kind: string, site: Site, id: string) => boolean
  readonly signal?: AbortSignal
  /** Read the counts of running jobs too: for somebody who looks on. A plan does not need them. */
  readonly withCounts?: boolean
}

/**
 * Reads what a plan needs, in as few calls as possible. A failed read is part of the answer; only an interrupt throws.
 */
export async function observe(needs: readonly Need[], options: ObserveOptions): Promise<Observed> {
  const jobs = new Map<Address, JobRead>()
  const alike = new Map<Address, Lookalikes>()
  const elsewhere = new Map<Address, Lookalikes>()
  const tasks = groupNeeds(needs, options.modelOf).map((group): Task => {
    const byId = group.needs.filter((need) => need.id !== undefined)
    const byList = group.needs.filter((need) => need.id === undefined)
    const lists = [
      { found: alike, needs: byList.filter((need) => !need.elsewhere) },
      { found: elsewhere, needs: byList.filter((need) => need.elsewhere) },
    ]
    return {
      lane: `${getSiteKey(group.site)} ${group.model.service}`,
      run: async () => {
        try {
          const reader = await options.readerOf(group.site, group.model.kind)
          const { signal, withCounts } = options
          await readJobs({ ...group, needs: byId }, reader, jobs, { signal, withCounts })
          const isClaimed = (id: string): boolean => options.isClaimed(group.model.kind, group.site, id)
          for (const { found, needs } of lists)
            await readLookalikes({ ...group, needs }, reader, found, isClaimed, options.signal)
        } catch (error) {
          const problem = unwrapProblem(error)
          for (const need of byId) if (!jobs.has(need.address)) jobs.set(need.address, { is: 'failed', problem })
          for (const { found, needs } of lists)
            for (const { address } of needs) if (!found.has(address)) found.set(address, { is: 'failed', problem })
        }
      },
    }
  })
  await options.queue.run(tasks, { signal: options.signal })
  options.signal?.throwIfAborted()
  return { jobs, alike, elsewhere }
}

function groupNeeds(needs: readonly Need[], modelOf: (kind: string) => KindModel): Group[] {
  const all = groupBy(needs, ({ site, kind, scope = null }) => JSON.stringify([getSiteKey(site), kind, scope]))
  return [...all.values()].map((group) => {
    const { site, kind, scope } = group[0]!
    return { model: modelOf(kind), site, needs: group, scope }
  })
}
