import { styleText } from 'node:util'
import type { Medium } from './remedies.ts'

/** How text for people is laid out. The caller decides; nothing here asks a stream, a clock or the environment. */
export type ReportOptions = {
  /** Whether SGR colour codes may be in the text. */
  readonly colour: boolean
  /** Columns that a line should keep to; `Infinity` where nothing wraps. */
  readonly width: number
  /** Epoch milliseconds that relative times count from. */
  readonly now: number
  /** Where the reader can run the commands of a hint; absent: in a shell. */
  readonly medium?: Medium
}

/** The few styles that reports use. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** The text in a style, or as it is where colour is off. The text must have passed its sink already. */
export function paint(style: Style | undefined, text: string, options: Pick<ReportOptions, 'colour'>): string {
  if (style === undefined || !options.colour || text === '') return text
  return styleText(style, text, { validateStream: false })
}
