import type { Jobs, Service } from './service.ts'
import type { JobRecord, Place, Store } from './store.ts'

/**
 * The store as one service sees it, for one account and region: jobs that it has forgotten are not there.
 * @param lagMs lists do not show jobs that are younger, in virtual milliseconds; counts and look-ups by ID do
 */
export function openJobs(store: Store, service: Service, place: Place, now: number, lagMs = 0): Jobs {
  const isShown = (job: JobRecord) => service.view(job, now).exists
  const isListed = (job: JobRecord) => now - job.createdAt >= lagMs && isShown(job)
  return {
    list: (keep = () => true) => newestFirst(store.at(place), (job) => keep(job) && isListed(job)),
    count: (keep) => store.at(place).filter((job) => keep(job) && isShown(job)).length,
    find: (id) => {
      const job = store.find(place, id)
      return job && isShown(job) ? job : undefined
    },
    add: (id, request, facts = {}) => store.add(place, id, request, facts),
    change: (job, facts) => store.change(job, facts),
    nextSerial: () => store.nextSerial(),
  }
}

function* newestFirst(jobs: readonly JobRecord[], keep: (job: JobRecord) => boolean): Generator<JobRecord> {
  for (let index = jobs.length - 1; index >= 0; index--) {
    const job = jobs[index]!
    if (keep(job)) yield job
  }
}
