import type { Diagnostic, Severity } from '../model/diagnostic.ts'
import { sortByPlace } from '../model/diagnostic.ts'
import { escapeForAnnotation } from './escape.ts'
import { hintFor, type Medium } from './remedies.ts'
import { formatCount } from './words.ts'

/** The maximum number of annotations of each level that GitHub shows per step (Workflow commands, Limits on annotations). */
const PER_LEVEL = 10

const LEVELS: readonly { readonly severity: Severity; readonly command: string; readonly noun: string }[] = [
  { severity: 'error', command: 'error', noun: 'error' },
  { severity: 'warning', command: 'warning', noun: 'warning' },
  { severity: 'info', command: 'notice', noun: 'note' },
]

/**
 * Formats diagnostics as GitHub workflow commands: worst first, then in file order, up to GitHub's limits. A last line counts the rest. No
 * line break at the end; `''` if there are none.
 */
export function formatAnnotations(diagnostics: readonly Diagnostic[], medium?: Medium): string {
  const lines: string[] = []
  const beyond: string[] = []
  for (const { severity, command, noun } of LEVELS) {
    const all = sortByPlace(diagnostics.filter((one) => one.severity === severity))
    lines.push(...all.slice(0, PER_LEVEL).map((one) => formatAnnotation(one, command, medium)))
    if (all.length > PER_LEVEL) beyond.push(formatCount(all.length - PER_LEVEL, `more ${noun}`))
  }
  if (beyond.length > 0)
    lines.push(`${beyond.join(' and ')} not annotated: GitHub shows ${PER_LEVEL} of each in a step.`)
  return lines.join('\n')
}

function formatAnnotation(one: Diagnostic, command: string, medium: Medium | undefined): string {
  const { place, code, message, address } = one
  const hint = hintFor(one, medium)
  const oneLine = place?.line === place?.endLine
  const properties: [string, string | number | undefined][] = [
    ['file', place?.file],
    ['line', place?.line],
    // The runner rejects columns if an annotation spans several lines.
    ['col', oneLine ? place?.column : undefined],
    ['endLine', place?.endLine],
    ['endColumn', oneLine ? place?.endColumn : undefined],
    ['title', code],
  ]
  const list = properties.flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${escapeForAnnotation(String(value), 'property')}`,
  )
  const subject = address === undefined || message.includes(address) ? '' : `${address}: `
  const text = `${subject}${message}${hint === undefined ? '' : `\nhint: ${hint}`}`
  return `::${command} ${list.join(',')}::${escapeForAnnotation(text, 'data')}`
}
