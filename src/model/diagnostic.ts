import type { Address } from './address.ts'
import type { Finding } from './attention.ts'
import { type Code, getSeverity } from './codes.ts'
import type { Pointer } from './json.ts'
import type { Place } from './place.ts'
import type { Remedy } from './remedy.ts'
import type { Severity } from './severity.ts'

export type { Place, Severity }

/** A message about the user's input. Never an exception: a run collects all of them. */
export type Diagnostic = {
  readonly severity: Severity
  /** Stable, upper snake case. Programs match on it. */
  readonly code: Code
  /** What is wrong, with the value. Raw text: a sink escapes it. */
  readonly message: string
  readonly place?: Place
  /** The source line at `place.line`, raw, for the code frame. */
  readonly excerpt?: string
  readonly pointer?: Pointer
  readonly address?: Address
  /** The finding that it reports. */
  readonly finding?: Finding
  /** The rules of the repository that refused a write, by the types of GitHub's rules: `required_signatures`. */
  readonly rules?: readonly string[]
  /** Ways out, the likeliest first. */
  readonly remedies?: readonly Remedy[]
  /** The other places of a clash. */
  readonly related?: readonly { readonly message: string; readonly place: Place }[]
}

/** A diagnostic as the code writes it. Its severity defaults to that of its code. */
export type DiagnosticInput = Omit<Diagnostic, 'severity'> & { readonly severity?: Severity }

/** Creates a diagnostic. Its severity defaults to that of its code. */
export function diagnose(unrated: DiagnosticInput): Diagnostic {
  return { ...unrated, severity: unrated.severity ?? getSeverity(unrated.code) }
}

/** Whether any of them is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((one) => one.severity === 'error')
}

/** Sorts by file, line and column. Diagnostics without a place come first. */
export function sortByPlace(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const key = (one: Diagnostic): [string, number, number] => [
    one.place?.file ?? '',
    one.place?.line ?? 0,
    one.place?.column ?? 0,
  ]
  return [...diagnostics].sort((a, b) => {
    const [fileA, lineA, columnA] = key(a)
    const [fileB, lineB, columnB] = key(b)
    if (fileA !== fileB) return fileA < fileB ? -1 : 1
    return lineA - lineB || columnA - columnB
  })
}
