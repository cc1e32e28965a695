import type { Diagnostic } from '../model/diagnostic.ts'
import type { Remedy } from '../model/remedy.ts'

/** Where the person who reads a remedy can run commands. */
export type Medium = {
  /** The run is on the built-in emulator: its commands have to say so, or they would go to AWS. */
  readonly emulator?: boolean | undefined
  /** The run is in GitHub Actions, where nobody has a shell: a command is what the workflow is dispatched with. */
  readonly workflow?: boolean | undefined
  /** The shell at hand, where it is none of POSIX. */
  readonly shell?: 'cmd' | 'powershell' | undefined
}

/** What may carry ways out: a diagnostic, or one line of a plan. */
export type Advised = Pick<Diagnostic, 'remedies'>

/** Verbs whose commands need `--emulator` to stay on it. */
export const ON_EMULATOR: ReadonlySet<string> = new Set([
  'acknowledge',
  'adopt',
  'baseline',
  'cancel',
  'paperwork',
  'plan',
  'reconcile',
  'rerun',
  'resolve',
  'status',
  'watch',
])
/** Verbs that decide about a job or the state: the workflow's `command` input takes them. */
export const IN_WORKFLOW: ReadonlySet<string> = new Set(['acknowledge', 'adopt', 'baseline', 'cancel', 'resolve'])

/** All ways out of something as one line of text; undefined where there is none. Raw text: a sink escapes it. */
export function hintFor(one: Advised, medium: Medium = {}): string | undefined {
  return formatHint(one.remedies, medium)
}

/** All remedies as one line of text, in order; undefined where there is none. Raw text: a sink escapes it. */
export function formatHint(remedies: readonly Remedy[] | undefined, medium: Medium = {}): string | undefined {
  if (remedies === undefined || remedies.length === 0) return undefined
  return remedies
    .map((remedy) => formatRemedy(remedy, medium))
    .reduce((line, text) => (line.endsWith('?') ? `${line} ${text}` : `${line}; ${text}`))
}

function formatRemedy({ text, command }: Remedy, medium: Medium): string {
  return command === undefined ? text : `${text}: ${formatCommand(command, medium)}`
}

/** A command as it is typed, or for a workflow as what it is dispatched with. */
export function formatCommand([program, ...args]: NonNullable<Remedy['command']>, medium: Medium = {}): string {
  const [verb = ''] = args
  const isOurs = program === 'jobwright'
  const isMissing = medium.emulator === true && isOurs && ON_EMULATOR.has(verb) && !args.includes('--emulator')
  const words = isMissing ? [...args, '--emulator'] : args
  // Whoever may run a workflow may not begin another state: that takes a clone.
  if (medium.workflow && isOurs && IN_WORKFLOW.has(verb) && !args.includes('--new-state'))
    return `run this workflow with the command: ${words.map(quoteForInput).join(' ')}`
  return [program, ...words.map((word) => quoteFor(word, medium.shell))].join(' ')
}

/** An argument as the shell at hand reads it back. */
function quoteFor(word: string, shell: Medium['shell']): string {
  if (shell === undefined || /^[A-Za-z0-9_=+:./\\-]+$/.test(word)) return quote(word, shell !== undefined)
  if (shell === 'powershell') return `'${word.replaceAll("'", "''")}'`
  // A program of Windows takes a quote behind a backslash for one of its own; cmd reads `%` even between quotes.
  return `"${word.split('"').map(doubleLastBackslashes).join('\\"')}"`
}

/** No pattern does this: it would look at a long run of backslashes once for each of them. */
function doubleLastBackslashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '\\') end--
  return text + text.slice(end)
}

/** An argument as a POSIX shell reads it back. `isPlain`: the shell takes it as it is. */
function quote(word: string, isPlain = false): string {
  return isPlain || /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** An argument as the workflow's input is read back: no shell splits it, and a backslash counts in double quotes alone. */
function quoteForInput(word: string): string {
  return word.includes("'") ? `"${word.replaceAll(/["\\]/g, '\\$&')}"` : quote(word)
}
