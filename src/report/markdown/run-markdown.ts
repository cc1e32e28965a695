import type { Address } from '../../model/address.ts'
import { EXIT_CODES } from '../../model/exit-code.ts'
import type { Json } from '../../model/json.ts'
import type { DiagnosticLine, JobLine, PlannedLine } from '../../model/lines.ts'
import { CHANGING_ACTIONS } from '../../model/plan.ts'
import { ACTION_WORDS, isStuck } from '../action-words.ts'
import { isConsole } from '../console-link.ts'
import { formatDiff, formatPath } from '../difference-text.ts'
import { countNeedsPerson, countPlanned, isForPerson, type RunReport } from '../run-report.ts'
import { formatTime } from '../time.ts'
import { CONDITION_WORDS, formatCount } from '../words.ts'
import { fitPage, type List, type Part } from './fit.ts'
import { toCode, toCodeBlock, toLink, toProse, toRow, toTableHead } from './inline.ts'

/** Where a report is shown. */
export type PageOptions = {
  /** The most bytes of the page. */
  readonly maxBytes: number
  /** Sections are closed until the reader opens them, and short lists stand outside them. */
  readonly isCollapsed: boolean
  /** Shows the whole request of each action. */
  readonly withRequests: boolean
  /** The first line, which no reader sees. */
  readonly marker?: string
  /** Returns the address of a file's line on the code host; absent if there is none. */
  readonly linkFile?: (file: string, line: number | undefined) => string
  /** The page of the run, which has the whole summary. */
  readonly runUrl?: string
}

/** The longest value of a member or difference, in columns. */
const VALUE_MAX = 200
/** The most rows of a list that a comment shows outside a section. */
const SHORT_MAX = 10
/** The most differences of an action, and items of a member. */
const ITEMS_MAX = 20

/**
 * Formats what a command said as GitHub-flavoured Markdown, for a job summary or a comment. The totals come first and are never cut. No line
 * break at the end.
 */
export function formatRunMarkdown(report: RunReport, options: PageOptions): string {
  const parts: Part[] = [
    [...(options.marker === undefined ? [] : [options.marker]), formatHeading(report)].join('\n'),
    formatTotals(report),
    listForPerson(report, options),
    listPlanned(report, options),
    listResults(report, options),
    listProblems(report, options),
    listDetails(report, options),
    ...formatFooter(options),
  ]
  return fitPage(parts, options.maxBytes)
}

function formatHeading(report: RunReport): string {
  const { exitCode, project, verb } = report
  const sign = exitCode !== 0 ? '❌' : countNeedsPerson(report) > 0 ? '⚠️' : '✅'
  return `### ${sign} Jobwright ${toProse(verb)}${project === '.' ? '' : ` · ${toCode(project)}`}`
}

/** The counts of the plan and of what was done, what needs a person, and the exit code. */
function formatTotals(report: RunReport): string {
  const { exitCode, steps, jobs, summary, verb } = report
  const person = countNeedsPerson(report)
  const counts = countPlanned(report)
  const planned = Object.entries(ACTION_WORDS).flatMap(([action, { total }]) => {
    const count = counts[action as PlannedLine['action']]
    return count === undefined ? [] : `${count} ${total}`
  })
  const done = Object.entries(steps).flatMap(([step, count]) => (DONE.has(step) ? `${count} ${step}` : []))
  const conditions = countConditions(jobs)
  return [
    planned.length > 0 ? `**Plan: ${planned.join(', ')}.**` : isPlanning(verb) ? '**Nothing to do.**' : '',
    done.length > 0 ? `Done: ${toProse(done.join(', '))}.` : '',
    conditions === '' ? '' : `Jobs: ${toProse(conditions)}.`,
    person > 0 ? `**${formatCount(person, 'address needs', 'addresses need')} a person.**` : '',
    summary?.nextAt === undefined ? '' : `Waiting jobs can continue ${toProse(formatTime(summary.nextAt))}.`,
    exitCode === 0 ? '' : `Exit code ${exitCode}: ${toProse(EXIT_CODES[exitCode])}.`,
    summary === undefined ? 'Jobwright ended before its report was complete: see the log.' : '',
  ]
    .filter((line) => line !== '')
    .join(' ')
}

function isPlanning(verb: string): boolean {
  return verb === 'plan' || verb === 'reconcile'
}

/** Steps that a reader wants counted. */
const DONE: ReadonlySet<string> = new Set([
  'created',
  'uploaded',
  'started',
  'downloaded',
  'adopted',
  'updated',
  'cancelled',
  'forgotten',
  'settling',
  'failed',
])

function countConditions(jobs: readonly JobLine[]): string {
  const counts = new Map<string, number>()
  for (const { condition, record } of jobs) {
    const word = condition === undefined ? record : CONDITION_WORDS[condition]
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
}

/** What only a person can clear, each with its ways out. */
function listForPerson({ diagnostics }: RunReport, options: PageOptions): List {
  const items = diagnostics.filter(isForPerson).map((one) => formatDiagnostic(one, options))
  return foldList(`Needs a person (${items.length})`, items, chooseFold(options, items.length <= SHORT_MAX), options)
}

/** Everything else that is wrong, worst first. */
function listProblems({ diagnostics }: RunReport, options: PageOptions): List {
  const rest = diagnostics.filter((one) => !isForPerson(one))
  const sorted = LEVELS.flatMap((level) => rest.filter(({ severity }) => severity === level))
  const hasErrors = sorted[0]?.severity === 'error'
  const items = sorted.map((one) => formatDiagnostic(one, options))
  const counts = LEVELS.flatMap((level) => {
    const count = rest.filter(({ severity }) => severity === level).length
    return count === 0 ? [] : formatCount(count, level === 'info' ? 'note' : level)
  })
  return foldList(
    toSentenceCase(counts.join(', ')),
    items,
    chooseFold(options, hasErrors && items.length <= SHORT_MAX),
    options,
  )
}

const LEVELS = ['error', 'warning', 'info'] as const

function toSentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `- **PLAN_FOREIGN** specs/kiosks.yaml:7: message` and the ways out below. */
function formatDiagnostic(one: DiagnosticLine, options: PageOptions): string {
  const { code, severity, message, file, line, hint, address } = one
  const place = file === undefined ? '' : ` ${formatPlace(file, line, options)}`
  const subject = address === undefined || message.includes(address) ? '' : ` ${toCode(address)}`
  const way = hint === undefined ? '' : `\n  <br>→ ${toProse(hint)}`
  return `- ${SIGNS[severity]} <b>${toProse(code)}</b>${place}${subject}: ${toProse(message)}${way}`
}

const SIGNS = { error: '❌', warning: '⚠️', info: 'ℹ️' } as const

function formatPlace(file: string, line: number | undefined, { linkFile }: PageOptions): string {
  const label = toCode(line === undefined ? file : `${file}:${line}`)
  return linkFile === undefined ? label : toLink(label, linkFile(file, line))
}

/** A row for each action that does something or is stuck. Others are counted in the totals. */
function listPlanned({ planned }: RunReport, options: PageOptions): List {
  const shown = planned.filter(({ action }) => action !== 'keep')
  const inOrder = Object.keys(ACTION_WORDS).flatMap((word) => shown.filter(({ action }) => action === word))
  const doing = inOrder.filter(({ action }) => CHANGING_ACTIONS.has(action))
  const rows = inOrder.map((line) =>
    toRow([
      `<code>${formatSign(line.action)}</code>&nbsp;${line.action}`,
      formatAddress(line.address, line, options),
      formatSite(line),
      [toProse(line.reason), formatTimes(line)].filter((text) => text !== '').join('<br>'),
    ]),
  )
  const title = doing.length === 0 ? `Plan (${rows.length})` : `Plan: ${formatCount(doing.length, 'change')}`
  const head = `${toTableHead(['Action', 'Job', 'Where', 'Why'])}\n`
  // A short plan is what a reviewer came for.
  return foldList(title, rows, chooseFold(options, rows.length <= SHORT_MAX), options, head)
}

function formatSign(action: PlannedLine['action']): string {
  return toProse(ACTION_WORDS[action].sign)
}

function formatAddress(
  address: Address,
  { file, line }: Pick<PlannedLine, 'file' | 'line'>,
  options: PageOptions,
): string {
  const label = toCode(address)
  return file === undefined || options.linkFile === undefined ? label : toLink(label, options.linkFile(file, line))
}

/** The target, account and region of a job. */
function formatSite({ target, account, region, consoleUrl }: PlannedLine): string {
  const place = [region, account].flatMap((part) => (part === undefined ? [] : toCode(part))).join(' ')
  const linked = place !== '' && consoleUrl !== undefined && isConsole(consoleUrl) ? toLink(place, consoleUrl) : place
  return [target === undefined ? '' : toProse(target), linked].filter((text) => text !== '').join('<br>')
}

function formatTimes({ until, goodUntil }: PlannedLine): string {
  return [
    ...(until === undefined ? [] : [`continues ${toProse(formatTime(until))}`]),
    ...(goodUntil === undefined ? [] : [`can be submitted until ${toProse(formatTime(goodUntil))}`]),
  ].join(', ')
}

/** What each action sends: the members that matter, or how the spec differs. */
function listDetails({ planned }: RunReport, options: PageOptions): List {
  const items = planned
    .filter(({ action }) => CHANGING_ACTIONS.has(action) || isStuck(action))
    .flatMap((line) => {
      const body = formatDetails(line, options)
      if (body === '') return []
      const summary = `<summary>${toCode(line.address)} ${line.action}</summary>`
      return `<details>${summary}\n\n${body}\n\n</details>`
    })
  return foldList(`Details (${items.length})`, items, chooseFold(options, false), options)
}

function formatDetails(line: PlannedLine, { withRequests }: PageOptions): string {
  const { members = [], request } = line
  const rows = members.map(({ pointer, value }) => toRow([toCode(formatPath(pointer)), formatValue(value)]))
  const changes = line.elements ?? line.changes ?? []
  return [
    ...(rows.length === 0 ? [] : [[toTableHead(['Member', 'Value']), ...rows].join('\n')]),
    ...(changes.length === 0 ? [] : [toCodeBlock(formatChanges(changes), 'diff')]),
    ...(withRequests && request !== undefined
      ? [toCodeBlock(JSON.stringify(request, undefined, 2).split('\n'), 'json')]
      : []),
  ].join('\n\n')
}

function formatValue(value: Json): string {
  const values = Array.isArray(value) ? value : [value]
  const shown = values.slice(0, ITEMS_MAX).map((one) => toCode(toText(one), VALUE_MAX))
  const beyond = values.length - shown.length
  return [...shown, ...(beyond > 0 ? [`and ${beyond} more`] : [])].join('<br>')
}

function toText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function formatChanges(changes: NonNullable<PlannedLine['changes']>): string[] {
  const lines = changes.slice(0, ITEMS_MAX).flatMap((change) => formatDiff(change, VALUE_MAX))
  const beyond = changes.length - ITEMS_MAX
  return beyond > 0 ? [...lines, `  … and ${formatCount(beyond, 'more difference')}`] : lines
}

/** The jobs that the command followed, those that did not succeed first. */
function listResults({ jobs, planned }: RunReport, options: PageOptions): List {
  const places = new Map(planned.map((line) => [line.address, line]))
  const sorted = [...jobs].sort((a, b) => rankCondition(a) - rankCondition(b))
  const rows = sorted.map((job) => {
    const { address, run, id, record, condition, status, reason } = job
    return toRow([
      formatAddress(address, places.get(address) ?? {}, options),
      `${formatCondition(condition)} ${toProse(condition ?? record)}`,
      [status, reason].flatMap((text) => (text === undefined ? [] : toProse(text))).join('<br>'),
      id === undefined ? '' : toCode(id),
      String(run),
    ])
  })
  const head = `${toTableHead(['Job', 'Condition', 'Status', 'ID', 'Run'])}\n`
  return foldList(`Jobs (${rows.length})`, rows, chooseFold(options, false), options, head)
}

const CONDITIONS = ['Failed', 'Cancelled', 'Unknown', 'Pending', 'InProgress', undefined, 'Succeeded'] as const
const CONDITION_SIGNS: Readonly<Record<string, string>> = {
  Failed: '❌',
  Cancelled: '⚠️',
  Unknown: '⚠️',
  Succeeded: '✅',
}

function rankCondition({ condition }: JobLine): number {
  return CONDITIONS.indexOf(condition)
}

/** Returns the sign of a condition. */
export function formatCondition(condition: JobLine['condition']): string {
  return CONDITION_SIGNS[condition ?? ''] ?? '⏳'
}

/** How a list is shown: always in sight, or in a section that is open or closed at first. */
type Fold = 'shown' | 'open' | 'closed'

/** Puts a list under its title. `head`: a table's head. */
function foldList(title: string, items: readonly string[], fold: Fold, { runUrl }: PageOptions, head = ''): List {
  const isShown = fold === 'shown'
  const start = `<details${fold === 'open' ? ' open' : ''}><summary><b>${title}</b></summary>`
  const where = runUrl === undefined ? 'the log' : toLink('the summary of the run', runUrl)
  return {
    head: `${isShown ? `**${title}**` : start}\n\n${head}`,
    items,
    between: '\n',
    tail: isShown ? '' : '\n\n</details>',
    more: (count) => `${count} more not shown: see ${where}.`,
  }
}

/** A comment shows what is short and matters; its sections are closed. */
function chooseFold({ isCollapsed }: PageOptions, isShort: boolean): Fold {
  if (!isCollapsed) return 'open'
  return isShort ? 'shown' : 'closed'
}

function formatFooter({ runUrl }: PageOptions): string[] {
  return runUrl === undefined ? [] : [`<sub>${toLink('Summary and log of this run', runUrl)}</sub>`]
}
