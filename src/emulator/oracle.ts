import { formatIso } from './clock.ts'
import type { JsonObject } from './json.ts'
import type { Service } from './service.ts'
import type { Store } from './store.ts'

/**
 * Every job ever created, oldest first, including deleted and forgotten ones (`exists` false). Times are virtual ISO.
 * `facts`: what later calls did to it, in its service's own terms.
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
