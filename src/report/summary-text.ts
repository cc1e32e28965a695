import type { Address } from '../model/address.ts'
import type { Finding } from '../model/attention.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import { PRECEDENCE } from '../model/choose-exit-code.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { type ActionName, CHANGING_ACTIONS } from '../model/plan.ts'
import type { JobRecord } from '../model/state.ts'
import { ACTION_WORDS, isStuck } from './action-words.ts'
import { formatAttention } from './attention-text.ts'
import { hintLines } from './diagnostics.ts'
import { escapeForTerminal } from './escape.ts'
import { formatExit } from './exit-text.ts'
import { paint, type ReportOptions } from './options.ts'
import type { Advised } from './remedies.ts'
import { formatProblem } from './run-text.ts'
import { findSharedHints } from './shared-hints.ts'
import { countRecords } from './status-text.ts'
import { type Cell, formatRow, measureColumns } from './table.ts'
import { formatUntil } from './time.ts'
import { measureWidth, wrapText } from './width.ts'
import { chooseConditionStyle, describeStanding, toSentence } from './words.ts'

/** An address's condition at the end of a run: a `Planned` of the last plan with the current record. */
export type JobEnd = Advised & {
  readonly address: Address
  /** Its action in the last plan. */
  readonly action?: ActionName
  readonly record?: JobRecord
  /** The job's ID, if no record has it. */
  readonly id?: string
  readonly reason?: string
  readonly until?: string
  /** The call that failed in this run. */
  readonly problem?: AwsProblem
  /** ISO time at which a person acknowledged that it is stuck. */
  readonly acknowledged?: string
}

/** How a run ended. */
export type RunEnd = {
  /** The jobs to show, in file order. */
  readonly jobs: readonly JobEnd[]
  /** How many more were settled earlier and are not shown. */
  readonly settledBefore?: number
  readonly exitCode: ExitCode
  /** Every exit code that applies. */
  readonly outcomes?: readonly ExitCode[]
  /** ISO time at which the next run has something to do. */
  readonly nextAt?: string
  /** How many duplicates were found. Absent if no search was made. */
  readonly twins?: number
  /** Findings, acknowledged or not. Absent if this was not checked. */
  readonly findings?: readonly Finding[]
}

const BOUNDS = [60, 40, 40, 300]
/**
 * Formats the end of a run for people: jobs, remedies, counts, the next step, and the exit code with its meaning. No line break at the end.
 */
export function formatSummary(given: RunEnd, options: ReportOptions): string {
  const end = { ...given, jobs: given.jobs.map(updateEnd) }
  const rows = formatJobs(end.jobs, options)
  const records = end.jobs.flatMap(({ record }) => record ?? [])
  const before = end.settledBefore ?? 0
  const attention = formatAttention(end.findings)
  const shared = findSharedHints(end.jobs, options)
  return [
    ...end.jobs.flatMap((job, index) => [
      ...(rows[index] ?? []),
      ...(shared.shown.has(job) ? [] : hintLines(job, ' '.repeat(6), options)),
    ]),
    ...shared.lines,
    ...(before > 0 ? [`  · ${before} more, settled earlier`] : []),
    ...(end.jobs.length + before > 0 ? [''] : []),
    ...[
      ...(records.length > 0 ? [countRecords(records)] : []),
      ...formatStuck(end.jobs),
      ...(attention === undefined ? [] : [attention]),
      ...(end.nextAt === undefined
        ? []
        : [`Next reconcile: ${formatUntil(end.nextAt, options.now)}, when a waiting job is due.`]),
    ].flatMap((text) => wrapText(text, options.width)),
    ...formatExitLines(end, options),
  ].join('\n')
}

/** Formats a row for each job. What does not fit beside its address is below it. */
function formatJobs(jobs: readonly JobEnd[], options: ReportOptions): string[][] {
  const cells = jobs.map((job) => createRow(job, options.now))
  const widths = measureColumns(cells, BOUNDS)
  const bare = { ...options, colour: false, links: false }
  const isFitting = (row: readonly Cell[]): boolean => measureWidth(formatRow(row, widths, bare)) <= options.width
  return cells.map((row) => {
    if (isFitting(row)) return [formatRow(row, widths, options)]
    const start = row.slice(0, -1)
    const beside = isFitting(start) ? start : row.slice(0, 2)
    const below = row.slice(beside.length).flatMap(({ text }) => (text === '' ? [] : [text]))
    return [
      formatRow(beside, beside === start ? widths : [], options),
      ...below.flatMap((text) => wrapText(text, options.width - 6)).map((line) => ' '.repeat(6) + line),
    ]
  })
}

/** Corrects the last plan of a run that ended early: it predates the run's last steps. */
function updateEnd(job: JobEnd): JobEnd {
  const { action, record, reason: _reason, ...rest } = job
  const isCreated = action === 'create' && (record?.stage === 'created' || record?.stage === 'started')
  const isStarted = action === 'start' && record?.stage === 'started'
  return record && (isCreated || isStarted) ? { ...rest, record, action: 'keep' } : job
}

function createRow(job: JobEnd, now: number): Cell[] {
  const { address, record } = job
  const id = record?.id ?? job.id
  return [
    { text: escapeForTerminal(address) },
    state(job),
    { text: id === undefined ? '' : `id ${toSentence(id)}` },
    { text: explainEnd(job, now) },
  ]
}

/** Returns the condition, unless the last plan says that the job is stuck. */
function state({ action, record, problem }: JobEnd): Cell {
  if (problem !== undefined) return { text: 'not done', style: 'red' }
  if (action !== undefined && action !== 'keep' && (isStuck(action) || record?.condition === undefined))
    return {
      text: CHANGING_ACTIONS.has(action) ? ACTION_WORDS[action].total : action,
      style: ACTION_WORDS[action].style,
    }
  return record === undefined
    ? { text: '-' }
    : { text: describeStanding(record), style: chooseConditionStyle(record.condition) }
}

function explainEnd({ action, record, problem, reason = '', until: at }: JobEnd, now: number): string {
  if (problem !== undefined) return formatProblem(problem)
  if (action !== undefined && action !== 'keep')
    return toSentence(reason) + (at === undefined ? '' : `, ${formatUntil(at, now)}`)
  return record?.condition?.type === 'Succeeded' ? '' : toSentence(record?.condition?.message ?? '')
}

function formatStuck(jobs: readonly JobEnd[]): string[] {
  const stuck = jobs.filter(({ action, acknowledged }) => isStuck(action) && acknowledged === undefined).length
  return stuck === 0
    ? []
    : [`${stuck} cannot continue without a decision or an edit: see ${stuck === 1 ? 'its hint' : 'their hints'}.`]
}

function formatExitLines({ exitCode, outcomes = [] }: RunEnd, options: ReportOptions): string[] {
  const also = PRECEDENCE.filter((code) => code !== exitCode && outcomes.includes(code))
  return [
    paint(exitCode === 0 ? 'green' : 'red', formatExit(exitCode), options),
    ...also.map((code) => paint('dim', `also ${formatExit(code)}`, options)),
  ]
}
