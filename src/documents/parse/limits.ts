import { type Diagnostic, diagnose } from '../../model/diagnostic.ts'
import { formatNumber } from '../../model/format-number.ts'
import { advise } from '../../model/remedy.ts'

/** The limits of a file: far above any real spec, low enough that no file exhausts the process. */
export const LIMITS = {
  bytes: 256 * 1024,
  depth: 32,
  documents: 1000,
  /** In a document, before aliases are resolved. */
  keys: 1000,
  aliases: 100,
  /** In a document, after aliases are resolved. */
  values: 10_000,
} as const

/** Rejects a file by its size in bytes, for callers that do not read such a file. */
export function refuseTooLarge(file: string, bytes: number): Diagnostic {
  return diagnose({
    code: 'SPEC_TOO_LARGE',
    message: `the file has ${formatNumber(bytes)} bytes`,
    remedies: [
      advise(
        `a spec file may have ${formatNumber(LIMITS.bytes)} bytes; split it, or move long documents out with $file`,
      ),
    ],
    place: { file, line: 1, column: 1, endLine: 1, endColumn: 2 },
  })
}
