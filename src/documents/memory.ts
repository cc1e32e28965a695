import type { Json, JsonObject } from '../model/json.ts'

/** A document without any fault of its own: its index, line and column, its envelope, and the completed request. */
export type CheckedDocument = readonly [
  index: number,
  line: number,
  column: number,
  kind: string,
  metadata: Json,
  policy: Json,
  request: JsonObject,
]

/**
 * Remembers checked files by their text. A remembered file is not parsed again. It proves nothing about a job: before
 * an act its specs are read afresh.
 */
export type Memory = {
  /** This process itself checked the files that it remembers. So a remembered file counts as freshly read. */
  readonly isOwn?: boolean
  /** Returns whether the YAML parser must read a file, because an act may depend on it. Missing: of none. */
  isDoubtful?(file: string): boolean
  /** Returns the documents of a file's text; undefined if the text is unknown. */
  recall(file: string, text: string): readonly CheckedDocument[] | undefined
  /** Remembers the documents of a text. */
  keep(text: string, documents: readonly CheckedDocument[]): void
}
