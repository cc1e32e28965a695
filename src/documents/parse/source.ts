import type { Place } from '../../model/diagnostic.ts'

/** The text of one file, with what is needed to turn offsets into places. */
export type Source = {
  /** The path that diagnostics name. */
  readonly file: string
  /** Without a byte order mark. */
  readonly text: string
  /** Offset at which each line begins. */
  readonly lineStarts: readonly number[]
}

/** A stretch of a source and the line on which it begins, where that is worth showing. */
export type Spot = { readonly place: Place; readonly excerpt?: string }

/** A source of this text. A leading byte order mark is dropped, as editors do not count it as a column. */
export function createSource(file: string, text: string): Source {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text
  const lineStarts = [0]
  for (let at = body.indexOf('\n'); at !== -1; at = body.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return { file, text: body, lineStarts }
}

/** Where the offsets `start` to `end` (exclusive) are. An empty stretch is one column wide, so that it can be underlined. */
export function createSpot(source: Source, start: number, end: number = start): Spot {
  const from = clamp(start, source)
  const to = Math.max(clamp(end, source), from)
  const line = findLine(source, from)
  const endLine = findLine(source, to)
  const column = from - (source.lineStarts[line] ?? 0) + 1
  const endColumn = to - (source.lineStarts[endLine] ?? 0) + 1
  return {
    place: {
      file: source.file,
      line: line + 1,
      column,
      endLine: endLine + 1,
      endColumn: to === from ? endColumn + 1 : endColumn,
    },
    ...createExcerpt(getLineText(source, line), column),
  }
}

/** A line is shown this far; a place behind it is not shown at all. */
const WIDTH = 400

function createExcerpt(line: string, column: number): { excerpt?: string } {
  if (line.length <= WIDTH) return { excerpt: line }
  return column > WIDTH ? {} : { excerpt: `${line.slice(0, WIDTH)}…` }
}

/** The text of a line, counted from 0, without its line break. */
export function getLineText(source: Source, line: number): string {
  return source.text.slice(source.lineStarts[line], source.lineStarts[line + 1]).replace(/\r?\n$/, '')
}

/** The line, counted from 0, that holds an offset. */
export function findLine(source: Source, offset: number): number {
  let low = 0
  let high = source.lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((source.lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

function clamp(offset: number, source: Source): number {
  return Math.min(Math.max(offset, 0), source.text.length)
}
