import { getExitCodes } from './codes.ts'
import { type Diagnostic, type DiagnosticInput, diagnose } from './diagnostic.ts'
import type { ExitCode } from './exit-code.ts'

/**
 * Thrown if the environment stops a run: a full disk, a lock, a foreign state, no credentials. Commands print its
 * diagnostic and exit with its code. Invalid specs are diagnostics, never a Problem.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly diagnostic: Diagnostic
  /** The worst exit code of the diagnostic's code. */
  readonly exitCode: ExitCode

  constructor(diagnostic: DiagnosticInput, cause?: unknown) {
    super(diagnostic.message, { cause })
    const [exitCode] = getExitCodes(diagnostic.code)
    if (exitCode === undefined) throw new Error(`A Problem cannot have the code ${diagnostic.code}: it stops no run`)
    this.diagnostic = diagnose(diagnostic)
    this.exitCode = exitCode
  }
}
