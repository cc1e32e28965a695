import { getExitCodes } from './codes.ts'
import { type Diagnostic, diagnose, type Unrated } from './diagnostic.ts'
import type { ExitCode } from './exit-code.ts'

/**
 * Thrown where the environment stops a run: a full disk, a lock, a state of another lineage, no credentials.
 * Commands print its diagnostic and end with its exit code. Bad specs are never a Problem: they are diagnostics.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly diagnostic: Diagnostic
  /** The worst exit code of the diagnostic's code. */
  readonly exitCode: ExitCode

  constructor(diagnostic: Unrated, cause?: unknown) {
    super(diagnostic.message, { cause })
    const [exitCode] = getExitCodes(diagnostic.code)
    if (exitCode === undefined) throw new Error(`A Problem cannot have the code ${diagnostic.code}: it stops no run`)
    this.diagnostic = diagnose(diagnostic)
    this.exitCode = exitCode
  }
}
