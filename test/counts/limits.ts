/** How much a run may load and start: what it needed when this was last changed. Lower a limit when a run needs less. */
export const LIMITS = {
  file: {
    validate: { modules: 38, processes: 0 },
    plan: { modules: 60, processes: 6 },
    reconcile: { modules: 62, processes: 6 },
  },
  git: {
    validate: { modules: 38, processes: 0 },
    plan: { modules: 60, processes: 10 },
    reconcile: { modules: 62, processes: 11 },
  },
  /** In a run that creates IoT jobs: all calls but the creates. */
  callsBesideCreates: 2,
}
