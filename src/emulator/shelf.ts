import type { Jobs, Service } from './service.ts'
import type { JobRecord, Place, Store } from './store.ts'

/** The store as one service sees it, for one account and region: jobs that it has forgotten are not there. */
export function openJobs(store: Store, service: Service, place: Place, now: number): Jobs {
  const isShown = (job: JobRecord) => service.view(job, now).exists
  const list = (keep: (job: JobRecord) => boolean = () => true) =>
    newestFirst(store.at(place), (job) => keep(job) && isShown(job))
  return {
    list,
    count: (keep) => [...list(keep)].length,
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
