import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Json } from '../../model/json.ts'
import type { Reprinted } from './to-json.ts'

/** One document of a file. */
export type ParsedDocument = {
  /** The document's index in its file, from 0. Documents without content count, but are left out. */
  readonly index: number
  /** Where its content begins, as an offset. */
  readonly start: number
  /**
   * The content as JSON. If the diagnostics hold an error, it is good only for finding more errors. Missing if even
   * that is not possible.
   */
  readonly value?: Json
  /** `kind` and `metadata.name`, if they can be read. The rest of the document may be invalid. */
  readonly kind?: string
  readonly name?: string
  readonly diagnostics: readonly Diagnostic[]
  /** Scalars that JSON prints differently from how they are written. */
  readonly reprinted?: Reprinted
}
