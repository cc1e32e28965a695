import type { LaneLimit } from './lane.ts'

/** An account, region and role that specs name in `policy.target`. */
export type Target = {
  readonly region: string
  readonly profile?: string
  readonly roleArn?: string
  /** Twelve digits that the credentials must lead to. */
  readonly account?: string
  /** Whether jobs carry our mark as a tag, where their kind has room for one; absent: they do. */
  readonly ownerTag?: boolean
  /** Called in place of AWS. */
  readonly endpoint?: string
}

/** Where the state is kept. Members that were left out are chosen by the store. */
export type StateConfig = {
  readonly store: 'file' | 'git'
  readonly path?: string
  readonly branch?: string
  readonly remote?: string
}

/** What one run may do at most. */
export type Guards = {
  readonly maxCreates: number
  readonly maxRemovals: number
  readonly maxUpdates: number
}

/** What jobwright.yaml says, defaults filled in. */
export type Config = {
  /** Folders, files or patterns, relative to the repository. */
  readonly specs: readonly string[]
  /** Absent: not said. */
  readonly state?: StateConfig
  /** By name. Empty: the environment's credentials and region. */
  readonly targets: Readonly<Record<string, Target>>
  readonly defaultTarget?: string
  /** `service` or `service.Operation` -> the limit in place of the built-in one. */
  readonly limits: Readonly<Record<string, LaneLimit>>
  readonly guards: Guards
  /** Environment variables that specs may read with `$env`. Absent: none. */
  readonly env?: readonly string[]
}

/** The name of the configuration file, in the project's folder. */
export const CONFIG_FILE = 'jobwright.yaml'

/** What holds without a jobwright.yaml. */
export const DEFAULT_CONFIG: Config = {
  specs: ['specs'],
  targets: {},
  limits: {},
  guards: { maxCreates: 50, maxRemovals: 10, maxUpdates: 50 },
}
