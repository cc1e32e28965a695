import type { StoreName } from '../../model/config.ts'

/** The options of `jobwright init`. */
export type InitOptions = {
  readonly output: 'text' | 'json'
  /** Ask nothing, even at a terminal. */
  readonly yes?: boolean
  /** Kind of the example spec. Default: IotJob. */
  readonly kind?: string
  readonly region?: string
  readonly store?: StoreName
  /** The object of the state, with the s3 store. */
  readonly bucket?: string
  readonly key?: string
  /** How the state is written, if Git keeps it. Default: from jobwright.yaml, else `push`. */
  readonly write?: 'push' | 'github-api'
  /** The Action that the workflow uses; `false` for the package. Default: that of this release, if it has one. */
  readonly action?: string | false
  /** The GitHub environment whose reviewers approve each plan. */
  readonly environment?: string
  /** Begin another state where the previous one is missing. */
  readonly newState?: boolean
  /** Write files only: the emulator creates its own state. */
  readonly emulator?: boolean
}
