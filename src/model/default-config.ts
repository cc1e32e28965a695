import type { Config } from './config.ts'

/** The configuration of a project without jobwright.yaml. */
export const DEFAULT_CONFIG: Config = {
  specs: ['specs'],
  targets: {},
  limits: {},
  guards: { maxCreates: 50, maxRemovals: 10, maxUpdates: 50, maxRunsPerDay: 50 },
}
