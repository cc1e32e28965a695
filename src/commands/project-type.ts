import type { Config } from '../model/config.ts'
import type { Diagnostic } from '../model/diagnostic.ts'

/** A repository as a command finds it. */
export type Project = {
  readonly root: string
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** What jobwright.yaml says, word for word; absent where there is none. */
  readonly text?: string | undefined
}
