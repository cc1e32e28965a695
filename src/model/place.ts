/** A range in a file. Lines and columns count from 1; columns count UTF-16 units; the end is exclusive. */
export type Place = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}
