import type { Code } from '../model/codes.ts'
import type { Diagnostic, Place, Severity } from '../model/diagnostic.ts'
import { inFileOrder } from '../model/diagnostic.ts'
import { forTerminal } from './escape.ts'
import { paint, type ReportOptions, type Style } from './options.ts'
import { type Advised, hintFor } from './remedies.ts'
import { columns, displayWidth } from './width.ts'
import { counted, sentence, sentences } from './words.ts'

/** Columns of a source line that a code frame shows. */
const FRAME_MAX = 100
/** UTF-16 units of a source line that are looked at on each side of the mark. */
const EXCERPT_SIDE = 200

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'cyan' }

/**
 * Diagnostics for people, in file order, each with its code frame, ways out and related places, and a last line that counts them.
 * Lines without a line break at the end; `''` where there are none.
 */
export function diagnosticsText(diagnostics: readonly Diagnostic[], options: ReportOptions): string {
  if (diagnostics.length === 0) return ''
  const all = inFileOrder(diagnostics).map((one) => diagnosticText(one, options))
  return [...all, diagnosticsCount(diagnostics)].join('\n')
}

/** One diagnostic for people: `specs/fleet.yaml:7:20: error SPEC_ENUM: …` and the lines that belong to it. */
export function diagnosticText(one: Diagnostic, options: ReportOptions): string {
  const where = one.place === undefined ? '' : `${paint('bold', at(one.place), options)}: `
  const what = paint(STYLES[one.severity], `${one.severity} ${forTerminal(one.code)}`, options)
  return [
    `${where}${what}: ${subject(one)}${sentence(one.message)}`,
    ...frame(one, options),
    ...hintLines(one, '  ', options),
    ...(one.related ?? []).map(({ place, message }) => `  ${at(place)}: ${sentence(message)}`),
  ].join('\n')
}

/** `3 errors, 1 warning in 2 files`. */
export function diagnosticsCount(diagnostics: readonly Diagnostic[]): string {
  const of = (severity: Severity) => diagnostics.filter((one) => one.severity === severity).length
  const parts = [
    of('error') > 0 ? counted(of('error'), 'error') : '',
    of('warning') > 0 ? counted(of('warning'), 'warning') : '',
    of('info') > 0 ? counted(of('info'), 'note') : '',
  ].filter((part) => part !== '')
  const files = new Set(diagnostics.flatMap((one) => one.place?.file ?? []))
  return `${parts.join(', ') || 'no errors'}${files.size === 0 ? '' : ` in ${counted(files.size, 'file')}`}`
}

/** Where more is said of a code. */
export function explainPointer(code: Code): string {
  return `more on a code: jobwright explain ${forTerminal(code)}`
}

/** The lines `hint: …` below what they belong to; further lines of a hint stand under its first. */
export function hintLines(one: Advised, indent: string, options: ReportOptions): string[] {
  const hint = hintFor(one, options.medium)
  if (hint === undefined || hint === '') return []
  return sentences(hint).map((line, index) =>
    index === 0 ? `${indent}${paint('dim', 'hint:', options)} ${line}` : `${indent}      ${line}`,
  )
}

function at({ file, line, column }: Place): string {
  return `${forTerminal(file)}:${line}:${column}`
}

/** The address, where neither place nor message tells which spec is meant. */
function subject({ place, address, message }: Diagnostic): string {
  return place !== undefined || address === undefined || message.includes(address) ? '' : `${forTerminal(address)}: `
}

/** The source line, cut around the mark, and carets below the mark. */
function frame({ place, excerpt, severity }: Diagnostic, options: ReportOptions): string[] {
  if (place === undefined || excerpt === undefined) return []
  const start = place.column - 1
  const end = place.endLine === place.line ? Math.max(place.endColumn - 1, start + 1) : excerpt.length
  const before = shown(excerpt.slice(Math.max(0, start - EXCERPT_SIDE), start))
  const after = shown(excerpt.slice(end, end + EXCERPT_SIDE).trimEnd())
  const found = excerpt.slice(start, Math.min(end, start + EXCERPT_SIDE))
  // At the end of a line nothing shows how far spaces go.
  const marked = shown(after === '' ? found.trimEnd() : found)
  const gutter = `  ${place.line} | `
  const room = Math.max(20, Math.min(FRAME_MAX, options.width - gutter.length))
  const view = windowOn(before + marked + after, displayWidth(before), room)
  const carets = '^'.repeat(Math.max(1, Math.min(displayWidth(marked), room - view.mark)))
  const blank = `${' '.repeat(gutter.length - 2)}| `
  return [
    paint('dim', gutter, options) + view.text,
    paint('dim', blank, options) + ' '.repeat(view.mark) + paint(STYLES[severity], carets, options),
  ]
}

/** Source text as it is drawn: tabs as four spaces, the rest through the sink. */
function shown(source: string): string {
  return forTerminal(source.replaceAll('\t', '    '))
}

/** A stretch of the line that has the mark in it, with `…` where it is cut, and the column of the mark in it. */
function windowOn(line: string, mark: number, room: number): { text: string; mark: number } {
  const width = displayWidth(line)
  if (width <= room) return { text: line, mark }
  const from = Math.max(0, Math.min(mark - Math.floor(room / 3), width - room))
  const to = Math.min(width, from + room)
  const head = from > 0 ? '…' : ''
  const tail = to < width ? '…' : ''
  return { text: head + columns(line, from + head.length, to - tail.length) + tail, mark: mark - from }
}
