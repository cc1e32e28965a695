import type { Diagnostic } from './diagnostic.ts'
import type { ExitCode } from './exit-code.ts'

/**
 * Thrown where the environment stops a run: a full disk, a lock, a state of another lineage, no credentials.
 * Commands print its diagnostic and end with its exit code. Bad specs are never a Problem: they are diagnostics.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly diagnostic: Diagnostic
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, diagnostic: Omit<Diagnostic, 'severity'>, cause?: unknown) {
    super(diagnostic.message, { cause })
    this.exitCode = exitCode
    this.diagnostic = { severity: 'error', ...diagnostic }
  }
}
