import type { Code } from '../model/codes.ts'
import type { Diagnostic, Place, Severity } from '../model/diagnostic.ts'
import { sortByPlace } from '../model/diagnostic.ts'
import type { Remedy } from '../model/remedy.ts'
import { escapeForTerminal } from './escape.ts'
import { hangText, ROOM_MIN } from './hang-text.ts'
import { paint, type ReportOptions, type Style } from './options.ts'
import { type Advised, formatCommand, formatHint, hintFor } from './remedies.ts'
import { cut, measureWidth, sliceColumns, wrapText } from './width.ts'
import { formatCount, toSentence } from './words.ts'

/** The maximum number of columns in a code frame. */
const FRAME_MAX = 100
/** How long a line of a way out is at most, without its command, and how many it has. */
const LINE_MAX = 600
const LINES_MAX = 12
/** How many UTF-16 units of a source line to read on each side of the mark. */
const EXCERPT_SIDE = 200

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'cyan' }

/**
 * Formats diagnostics for people in file order, with code frames, remedies and related places. A last line counts them. No line break at
 * the end; `''` if there are none.
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: ReportOptions): string {
  if (diagnostics.length === 0) return ''
  const all = sortByPlace(diagnostics).map((one) => formatDiagnostic(one, options))
  return [...all, countDiagnostics(diagnostics)].join('\n')
}

/** Formats one diagnostic for people: `specs/fleet.yaml:7:20: error SPEC_ENUM: …` and the lines that belong to it. */
export function formatDiagnostic(one: Diagnostic, options: ReportOptions): string {
  const where = one.place === undefined ? '' : `${paint('bold', formatPlace(one.place), options)}: `
  const what = paint(STYLES[one.severity], `${one.severity} ${escapeForTerminal(one.code)}`, options)
  const says = `${formatSubject(one)}${toSentence(one.message)}`
  return [
    ...hangText(`${where}${what}:`, says, options),
    ...formatFrame(one, options),
    ...hintLines(one, '  ', options),
    ...(one.related ?? []).flatMap(({ place, message }) =>
      hangText(`  ${formatPlace(place)}:`, toSentence(message), options),
    ),
  ].join('\n')
}

/** `3 errors, 1 warning in 2 files`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const of = (severity: Severity) => diagnostics.filter((one) => one.severity === severity).length
  const parts = [
    of('error') > 0 ? formatCount(of('error'), 'error') : '',
    of('warning') > 0 ? formatCount(of('warning'), 'warning') : '',
    of('info') > 0 ? formatCount(of('info'), 'note') : '',
  ].filter((part) => part !== '')
  const files = new Set(diagnostics.flatMap((one) => one.place?.file ?? []))
  return `${parts.join(', ') || 'no errors'}${files.size === 0 ? '' : ` in ${formatCount(files.size, 'file')}`}`
}

/** Says where to read more about a code. */
export function explainPointer(code: Code): string {
  return `more on a code: jobwright explain ${escapeForTerminal(code)}`
}

/**
 * Formats the `hint: …` lines. Further lines of a hint are aligned with its first. On a terminal each way out begins a line, and a command is
 * whole.
 */
export function hintLines(one: Advised, indent: string, options: ReportOptions): string[] {
  const remedies = one.remedies ?? []
  const hint = hintFor({ remedies: remedies.map(cutText) }, options.medium)
  if (hint === undefined || hint === '') return []
  const room = Math.max(ROOM_MIN, options.width - indent.length - 'hint: '.length)
  const lines =
    options.terminal === true ? remedies.flatMap((remedy) => wrapRemedy(cutText(remedy), room, options)) : toLines(hint)
  return lines.map((line, index) =>
    index === 0 ? `${indent}${paint('dim', 'hint:', options)} ${line}` : `${indent}      ${line}`,
  )
}

/** Limits the text of a way out. A command that is cut would be none. */
function cutText({ text, ...remedy }: Remedy): Remedy {
  return {
    ...remedy,
    text: text
      .split(/\r?\n/)
      .slice(0, LINES_MAX)
      .map((line) => cut(line, LINE_MAX))
      .join('\n'),
  }
}

function toLines(text: string): string[] {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => escapeForTerminal(line.trim()))
}

function wrapRemedy(remedy: Remedy, room: number, { medium }: ReportOptions): string[] {
  const command = remedy.command && escapeForTerminal(formatCommand(remedy.command, medium))
  return toLines(formatHint([remedy], medium) ?? '').flatMap((line) => wrapText(line, room, command ? [command] : []))
}

function formatPlace({ file, line, column }: Place): string {
  return `${escapeForTerminal(file)}:${line}:${column}`
}

/** Returns the address if neither place nor message names the spec. */
function formatSubject({ place, address, message }: Diagnostic): string {
  return place !== undefined || address === undefined || message.includes(address)
    ? ''
    : `${escapeForTerminal(address)}: `
}

/** Formats the source line, cut around the mark, with carets below the mark. */
function formatFrame({ place, excerpt, severity }: Diagnostic, options: ReportOptions): string[] {
  if (place === undefined || excerpt === undefined) return []
  const start = place.column - 1
  const end = place.endLine === place.line ? Math.max(place.endColumn - 1, start + 1) : excerpt.length
  const before = showCharacters(excerpt.slice(Math.max(0, start - EXCERPT_SIDE), start))
  const after = showCharacters(excerpt.slice(end, end + EXCERPT_SIDE).trimEnd())
  const found = excerpt.slice(start, Math.min(end, start + EXCERPT_SIDE))
  // At the end of a line, trailing spaces are invisible.
  const marked = showCharacters(after === '' ? found.trimEnd() : found)
  const gutter = `  ${place.line} | `
  const room = Math.max(20, Math.min(FRAME_MAX, options.width - gutter.length))
  const view = cutWindow(before + marked + after, measureWidth(before), room)
  const carets = '^'.repeat(Math.max(1, Math.min(measureWidth(marked), room - view.mark)))
  const blank = `${' '.repeat(gutter.length - 2)}| `
  return [
    paint('dim', gutter, options) + view.text,
    paint('dim', blank, options) + ' '.repeat(view.mark) + paint(STYLES[severity], carets, options),
  ]
}

/** Formats source text for display: tabs as four spaces, the rest escaped. */
function showCharacters(source: string): string {
  return escapeForTerminal(source.replaceAll('\t', '    '))
}

/** Cuts a line to a window around the mark, with `…` at each cut. Returns the mark's column in it. */
function cutWindow(line: string, mark: number, room: number): { text: string; mark: number } {
  const width = measureWidth(line)
  if (width <= room) return { text: line, mark }
  const from = Math.max(0, Math.min(mark - Math.floor(room / 3), width - room))
  const to = Math.min(width, from + room)
  const head = from > 0 ? '…' : ''
  const tail = to < width ? '…' : ''
  return { text: head + sliceColumns(line, from + head.length, to - tail.length) + tail, mark: mark - from }
}
