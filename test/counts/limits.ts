/** How much a run may load and start: what it needed when this was last changed. Lower a limit when a run needs less. */
export const LIMITS = {
  file: {
    validate: { modules: 10, processes: 0 },
    plan: { modules: 14, processes: 3 },
    reconcile: { modules: 16, processes: 3 },
    /** A plan that says what the last one said. */
    repeated: { modules: 5, processes: 1 },
  },
  git: {
    validate: { modules: 10, processes: 0 },
    plan: { modules: 14, processes: 7 },
    reconcile: { modules: 16, processes: 8 },
  },
  s3: {
    validate: { modules: 10, processes: 0 },
    plan: { modules: 35, processes: 4 },
    reconcile: { modules: 37, processes: 4 },
  },
  /** How often a loop visits a finished spec or anything of it. */
  visitsOfFinishedSpec: { needs: 10, plan: 53 },
  /** In a run that creates IoT jobs: all calls but the creates. */
  callsBesideCreates: 2,
}
