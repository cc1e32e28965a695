import { formatIso } from './clock.ts'
import type { JsonObject } from './json.ts'
import type { Service } from './service.ts'
import type { Store } from './store.ts'

/**
 * Every job ever made, also those that were deleted or that their service has forgotten (`exists` false), oldest first. Times are virtual
 * ISO. `facts`: what calls did to it later, by the names of its own service.
 */
export function listEveryJob(store: Store, services: readonly Service[]): JsonObject[] {
  const now = store.clock.now()
  const byName = new Map<string, Service>(services.map((service) => [service.name, service]))
  return store.all().map((job) => {
    const { status, times, exists } = byName.get(job.service)!.view(job, now)
    const isoTimes = Object.fromEntries(Object.entries(times).map(([name, time]) => [name, formatIso(time)]))
    return {
      service: job.service,
      id: job.id,
      account: job.account,
      region: job.region,
      status,
      exists,
      createdAt: formatIso(job.createdAt),
      realCreatedAt: job.realCreatedAt,
      startedAt: isoTimes['started'],
      times: isoTimes,
      request: job.request,
      facts: job.facts,
    }
  })
}
