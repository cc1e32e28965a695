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
    list:
      (keep = () => true) =>
      (before) =>
        listNewestFirst(store.at(place), before, (job) => keep(job) && isListed(job)),
    reaches: (limit, keep) => {
      const open = store.open(place)
      if (open.size < limit) return false
      let left = limit
      for (const job of open.values()) {
        if (left <= 0) break
        const { times, exists } = service.view(job, now)
        if (exists && keep(job)) left--
        // What only a call can change is not looked at again.
        else if (!exists || (times['ended'] !== undefined && times['deleted'] === undefined)) store.retire(job)
      }
      return left <= 0
    },
    countSince: (moment) => {
      const jobs = store.at(place)
      return jobs.length - findFirstIndex(jobs, ({ createdAt }) => createdAt >= moment)
    },
    find: (id) => {
      const job = store.find(place, id)
      return job && isShown(job) ? job : undefined
    },
    add: (id, request, facts = {}) => store.add(place, id, request, facts),
    change: (job, facts) => store.change(job, facts),
    nextSerial: () => store.nextSerial(),
  }
}

function* listNewestFirst(
  jobs: readonly JobRecord[],
  before: number | undefined,
  keep: (job: JobRecord) => boolean,
): Generator<JobRecord> {
  const end = before === undefined ? jobs.length : findFirstIndex(jobs, ({ serial }) => serial >= before)
  for (let index = end - 1; index >= 0; index--) {
    const job = jobs[index]!
    if (keep(job)) yield job
  }
}

/** The index of the first job, oldest first, from which on a condition holds; the length where it never does. Found by halving. */
function findFirstIndex(jobs: readonly JobRecord[], holds: (job: JobRecord) => boolean): number {
  let [low, high] = [0, jobs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(jobs[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
