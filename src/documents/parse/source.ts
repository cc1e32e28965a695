import type { Place } from '../../model/diagnostic.ts'

/** The text of a file, with the data to turn offsets into places. */
export type Source = {
  /** The path in diagnostics. */
  readonly file: string
  /** Without a byte order mark. */
  readonly text: string
  /** The offset at which each line begins. */
  readonly lineStarts: readonly number[]
}

/** A range of a source, with its line if that is worth showing. */
export type Spot = { readonly place: Place; readonly excerpt?: string }

/** Creates a source. A leading byte order mark is dropped, because editors do not count it as a column. */
export function createSource(file: string, text: string): Source {
  return new LazySource(file, text.startsWith('\uFEFF') ? text.slice(1) : text)
}

/** Finds its lines at the first use: a valid file needs none. A class, because V8 keeps an object literal with a getter as a hash table. */
class LazySource implements Source {
  readonly file: string
  readonly text: string
  #lineStarts: readonly number[] | undefined

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  get lineStarts(): readonly number[] {
    this.#lineStarts ??= findLineStarts(this.text)
    return this.#lineStarts
  }
}

function findLineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The place from `start` to `end` (exclusive). An empty range is one column wide, so that it can be underlined. */
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

/** The length at which a line is cut off. A place beyond it is not shown. */
const WIDTH = 400

function createExcerpt(line: string, column: number): { excerpt?: string } {
  if (line.length <= WIDTH) return { excerpt: line }
  return column > WIDTH ? {} : { excerpt: `${line.slice(0, WIDTH)}…` }
}

/** The text of a line without its line break. Lines count from 0. */
export function getLineText(source: Source, line: number): string {
  return source.text.slice(source.lineStarts[line], source.lineStarts[line + 1]).replace(/\r?\n$/, '')
}

/** The line that holds an offset. Lines count from 0. */
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
