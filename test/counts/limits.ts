/** How much a run may load and start: what it needed when this was last changed. Lower a limit when a run needs less. */
export const LIMITS = {
  file: {
    validate: { modules: 41, processes: 0 },
    plan: { modules: 51, processes: 6 },
    reconcile: { modules: 57, processes: 6 },
  },
  git: {
    validate: { modules: 41, processes: 0 },
    plan: { modules: 51, processes: 10 },
    reconcile: { modules: 57, processes: 11 },
  },
  s3: {
    validate: { modules: 41, processes: 0 },
    plan: { modules: 72, processes: 7 },
    reconcile: { modules: 78, processes: 7 },
  },
  /** How often a loop visits a finished spec or anything of it. */
  visitsOfFinishedSpec: { needs: 14, plan: 62 },
  /** In a run that creates IoT jobs: all calls but the creates. */
  callsBesideCreates: 2,
}
