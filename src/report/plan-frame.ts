import { escapeForTerminal } from './escape.ts'
import { paint, type ReportOptions } from './options.ts'
import { wrapText } from './width.ts'

/** A plan that only counts: its heading and its last line, without colours and line breaks. */
export type CountedPlan = { readonly heading: string; readonly closing: string }

/** Formats a plan's heading, its rows and the lines below them. No line break at the end. */
export function framePlan(
  heading: string,
  rows: readonly string[],
  closing: readonly string[],
  options: ReportOptions,
): string {
  return [
    ...wrapText(heading, options.width).map((line) => paint('bold', line, options)),
    '',
    ...rows,
    ...closing.flatMap((line) => wrapText(line, options.width)),
  ].join('\n')
}

/** Formats a plan that was remembered. Its lines may come from a file that somebody else wrote. */
export function formatCounted({ heading, closing }: CountedPlan, options: ReportOptions): string {
  return framePlan(escapeForTerminal(heading), [], [escapeForTerminal(closing)], options)
}
