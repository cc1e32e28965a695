import { linkText } from './console-link.ts'
import { paint, type ReportOptions, type Style } from './options.ts'
import { measureWidth, padText } from './width.ts'

/** One cell of a table. Its text has passed its sink. */
export type Cell = {
  readonly text: string
  readonly style?: Style | undefined
  /** A page of AWS's console about it. */
  readonly url?: string | undefined
}

const GAP = '  '

/** Measures the columns: each as wide as its longest cell, up to its bound. Longer cells push the rest of their row. */
export function measureColumns(rows: readonly (readonly Cell[])[], bounds: readonly number[]): number[] {
  return bounds.map((bound, index) =>
    rows.reduce((widest, row) => Math.max(widest, Math.min(bound, measureWidth(row[index]?.text ?? ''))), 0),
  )
}

/** Formats one row with aligned cells, two spaces apart and indented by two. Empty columns take no room. */
export function formatRow(row: readonly Cell[], widths: readonly number[], options: ReportOptions): string {
  const used = row.filter((_cell, index) => widths[index] !== 0)
  const room = widths.filter((width) => width !== 0)
  let line = ''
  let blank = GAP
  for (const [index, cell] of used.entries()) {
    if (cell.text !== '') {
      line += blank + linkText(paint(cell.style, cell.text, options), cell.url, options)
      blank = ''
    }
    blank += padText(cell.text, room[index] ?? 0).slice(cell.text.length) + GAP
  }
  return line
}

/** Formats all rows of a table as lines. */
export function formatTable(
  rows: readonly (readonly Cell[])[],
  bounds: readonly number[],
  options: ReportOptions,
): string[] {
  const widths = measureColumns(rows, bounds)
  return rows.map((row) => formatRow(row, widths, options))
}
