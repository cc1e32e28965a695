import { styleText } from 'node:util'
import type { Medium } from './remedies.ts'

/** How to lay out text for people. The caller decides; nothing here reads a stream, a clock or the environment. */
export type ReportOptions = {
  /** The text may contain SGR colour codes. */
  readonly colour: boolean
  /** The terminal shows links to AWS's console. */
  readonly links?: boolean
  /** The preferred line width in columns; `Infinity` disables wrapping. */
  readonly width: number
  /** The text goes to a terminal: messages and hints wrap, too. Elsewhere each is one line, for programs that search it. */
  readonly terminal?: boolean
  /** Relative times count from this time, in epoch milliseconds. */
  readonly now: number
  /** Where the reader can run a hint's commands. Default: a shell. */
  readonly medium?: Medium
}

/** The styles that reports use. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Applies a style, unless colour is off. The text must have passed its sink already. */
export function paint(style: Style | undefined, text: string, options: Pick<ReportOptions, 'colour'>): string {
  if (style === undefined || !options.colour || text === '') return text
  return styleText(style, text, { validateStream: false })
}
