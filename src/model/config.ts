import type { LaneLimit } from './lane.ts'

/** An account, region and role that specs name in `policy.target`. */
export type Target = {
  readonly region: string
  readonly profile?: string
  readonly roleArn?: string
  /** Twelve digits. The credentials must belong to this account. */
  readonly account?: string
  /** Whether jobs carry Jobwright's mark as a tag, if their kind supports tags. Default: true. */
  readonly ownerTag?: boolean
  /** Called instead of AWS. */
  readonly endpoint?: string
}

/** The kinds of places for a state. */
export type StoreName = 'file' | 'git' | 's3'

/** Where the state is kept. The store chooses the members that are left out. */
export type StateConfig = {
  readonly store: StoreName
  readonly path?: string
  readonly branch?: string
  readonly remote?: string
  /** How commits of the state are made. Default: `push`. */
  readonly write?: 'push' | 'github-api'
  /** The object in S3, and the region of its bucket. */
  readonly bucket?: string
  readonly key?: string
  readonly region?: string
  /** The key of KMS that encrypts it. */
  readonly kmsKeyId?: string
  /** `target`: a file for each account and region, and an index. Default: one file. */
  readonly split?: 'target'
}

/** Limits for one run. */
export type Guards = {
  readonly maxCreates: number
  readonly maxRemovals: number
  readonly maxUpdates: number
  readonly maxRunsPerDay: number
}

/** The content of jobwright.yaml, with defaults filled in. */
export type Config = {
  /** Folders, files or patterns, relative to the repository. */
  readonly specs: readonly string[]
  /** Missing: jobwright.yaml does not configure it. */
  readonly state?: StateConfig
  /** By name. Empty: Jobwright uses the environment's credentials and region. */
  readonly targets: Readonly<Record<string, Target>>
  readonly defaultTarget?: string
  /** `service` or `service.Operation` -> the limit that replaces the built-in one. */
  readonly limits: Readonly<Record<string, LaneLimit>>
  readonly guards: Guards
  /** The Redis or Valkey through which the runs of an account share their rates. Missing: they share none. */
  readonly lanes?: { readonly url: string }
  /** Environment variables that specs may read with `$env`. Default: none. */
  readonly env?: readonly string[]
  /** The Redis or Valkey through which workers get their tasks. Missing: the run makes every call itself. */
  readonly queue?: { readonly url: string }
}

/** The name of the configuration file, in the project's folder. */
export const CONFIG_FILE = 'jobwright.yaml'
