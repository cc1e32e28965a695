/** How much a run may load and start: what it needed when this was last changed. Lower a limit when a run needs less. */
export const LIMITS = {
  file: {
    validate: { modules: 44, processes: 0 },
    plan: { modules: 58, processes: 6 },
    reconcile: { modules: 66, processes: 6 },
  },
  git: {
    validate: { modules: 44, processes: 0 },
    plan: { modules: 58, processes: 10 },
    reconcile: { modules: 66, processes: 11 },
  },
  s3: {
    validate: { modules: 44, processes: 0 },
    plan: { modules: 79, processes: 7 },
    reconcile: { modules: 87, processes: 7 },
  },
  /** How often a loop visits a finished spec or anything of it. */
  visitsOfFinishedSpec: { needs: 14, plan: 62 },
  /** In a run that creates IoT jobs: all calls but the creates. */
  callsBesideCreates: 2,
}
