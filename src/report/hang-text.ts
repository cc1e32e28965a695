import { stripVTControlCharacters } from 'node:util'
import type { ReportOptions } from './options.ts'
import { measureWidth, wrapText } from './width.ts'

/** Text gets at least this many columns, however narrow the terminal is. */
export const ROOM_MIN = 30
const INDENT = ' '.repeat(4)

/** Puts a text behind its head. On a terminal the text wraps, and its further lines are indented. */
export function hangText(head: string, text: string, { terminal, width }: ReportOptions): string[] {
  if (terminal !== true) return [`${head} ${text}`]
  // The first line has less room: a word stands for the head.
  const used = Math.max(0, measureWidth(stripVTControlCharacters(head)) - INDENT.length)
  const room = Math.max(ROOM_MIN, width - INDENT.length)
  const [first = '', ...rest] = wrapText(`${'x'.repeat(used)} ${text}`, room)
  const begin = first.slice(used).trimStart()
  return [begin === '' ? head : `${head} ${begin}`, ...rest.map((line) => INDENT + line)]
}
