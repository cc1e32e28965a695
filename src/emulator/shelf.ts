import type { Jobs, Service } from './service.ts'
import type { Place, Store } from './store.ts'

/** The store as one service sees it, for one account and region: jobs that it has forgotten are not there. */
export function openJobs(store: Store, service: Service, place: Place, now: number): Jobs {
  return {
    list: () =>
      store
        .at(place)
        .filter((job) => service.view(job, now).exists)
        .reverse(),
    find: (id) => {
      const job = store.find(place, id)
      return job && service.view(job, now).exists ? job : undefined
    },
    add: (id, request, facts = {}) => store.add(place, id, request, facts),
    change: (job, facts) => store.change(job, facts),
    nextSerial: () => store.nextSerial(),
  }
}
