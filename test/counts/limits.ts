/** How much a run may load and start: what it needed when this was last changed. Lower a limit when a run needs less. */
export const LIMITS = {
  file: {
    validate: { modules: 34, processes: 0 },
    plan: { modules: 56, processes: 9 },
    reconcile: { modules: 60, processes: 9 },
  },
  git: {
    validate: { modules: 34, processes: 0 },
    plan: { modules: 56, processes: 16 },
    reconcile: { modules: 60, processes: 17 },
  },
  /** In a run that creates IoT jobs: all calls but the creates. */
  callsBesideCreates: 2,
}
