import type { Diagnostic } from '../model/diagnostic.ts'
import type { Remedy } from '../model/remedy.ts'

/** Where the reader of a remedy can run commands. */
export type Medium = {
  /** The run uses the built-in emulator. Without `--emulator` its commands would reach AWS. */
  readonly emulator?: boolean | undefined
  /** The run is in GitHub Actions without a shell. Commands become inputs of the workflow. */
  readonly workflow?: boolean | undefined
  /** The shell, if it is not POSIX. */
  readonly shell?: 'cmd' | 'powershell' | undefined
}

/** Anything with remedies: a diagnostic or a line of a plan. */
export type Advised = Pick<Diagnostic, 'remedies'>

/** Verbs whose commands need `--emulator` to stay on the emulator. */
export const ON_EMULATOR: ReadonlySet<string> = new Set([
  'acknowledge',
  'adopt',
  'baseline',
  'cancel',
  'next',
  'paperwork',
  'plan',
  'reconcile',
  'report',
  'rerun',
  'resolve',
  'skip',
  'status',
  'watch',
])
/** Verbs that decide about a job or the state. The workflow's `command` input accepts them. */
export const IN_WORKFLOW: ReadonlySet<string> = new Set([
  'acknowledge',
  'adopt',
  'baseline',
  'cancel',
  'resolve',
  'skip',
])

/** Formats all remedies as one line of text. Undefined if there are none. The result is raw and must pass a sink. */
export function hintFor(one: Advised, medium: Medium = {}): string | undefined {
  return formatHint(one.remedies, medium)
}

/** Formats remedies in order as one line of text. Undefined if there are none. The result is raw and must pass a sink. */
export function formatHint(remedies: readonly Remedy[] | undefined, medium: Medium = {}): string | undefined {
  if (remedies === undefined || remedies.length === 0) return undefined
  return remedies
    .map((remedy) => formatRemedy(remedy, medium))
    .reduce((line, text) => (line.endsWith('?') ? `${line} ${text}` : `${line}; ${text}`))
}

function formatRemedy({ text, command }: Remedy, medium: Medium): string {
  return command === undefined ? text : `${text}: ${formatCommand(command, medium)}`
}

/** Formats a command for a shell, or as the workflow's input. */
export function formatCommand([program, ...args]: NonNullable<Remedy['command']>, medium: Medium = {}): string {
  const [verb = ''] = args
  const isOurs = program === 'jobwright'
  const isMissing = medium.emulator === true && isOurs && ON_EMULATOR.has(verb) && !args.includes('--emulator')
  const words = isMissing ? [...args, '--emulator'] : args
  const input = medium.workflow ? formatInput([program, ...words]) : undefined
  if (input !== undefined) return `run this workflow with the command: ${input}`
  return [program, ...words.map((word) => quoteFor(word, medium.shell))].join(' ')
}

/** Formats a command for the workflow's input `command`; undefined if the input does not accept it. */
export function formatInput(command: Remedy['command']): string | undefined {
  const [program, ...args] = command ?? []
  // The workflow may not begin another state: that takes a clone.
  if (program !== 'jobwright' || !IN_WORKFLOW.has(args[0] ?? '') || args.includes('--new-state')) return undefined
  return args.map(quoteForInput).join(' ')
}

/** Quotes an argument for the given shell. */
function quoteFor(word: string, shell: Medium['shell']): string {
  if (shell === undefined || /^[A-Za-z0-9_=+:./\\-]+$/.test(word)) return quote(word, shell !== undefined)
  if (shell === 'powershell') return `'${word.replaceAll("'", "''")}'`
  // Windows programs read a backslash and a quote as a literal quote; cmd expands `%` even inside quotes.
  return `"${word.split('"').map(doubleLastBackslashes).join('\\"')}"`
}

/** Doubles trailing backslashes. A regular expression would scan a long run of them once for each. */
function doubleLastBackslashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '\\') end--
  return text + text.slice(end)
}

/** Quotes an argument for a POSIX shell. `isPlain`: it needs no quotes. */
function quote(word: string, isPlain = false): string {
  return isPlain || /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** Quotes an argument for the workflow's input. No shell splits it, and backslashes escape in double quotes only. */
function quoteForInput(word: string): string {
  return word.includes("'") ? `"${word.replaceAll(/["\\]/g, '\\$&')}"` : quote(word)
}
