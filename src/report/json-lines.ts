import type { Address } from '../model/address.ts'
import type { Finding } from '../model/attention.ts'
import { type AwsProblem, getAwsCode, getRemedies } from '../model/aws-problem.ts'
import { PRECEDENCE } from '../model/choose-exit-code.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { getElements } from '../model/elements.ts'
import type { Event } from '../model/event.ts'
import type { ExitCode } from '../model/exit-code.ts'
import type {
  DiagnosticLine,
  FindingDetail,
  JobDetailLine,
  JobLine,
  Line,
  MovedLine,
  PlannedLine,
  ProgressLine,
  SeriesLine,
  SummaryLine,
} from '../model/lines.ts'
import { getChanges, getUntil, type Planned } from '../model/plan.ts'
import type { Series } from '../model/series.ts'
import type { JobRecord } from '../model/state.ts'
import { formatInput, hintFor, type Medium } from './remedies.ts'

/* The lines of `--output json`. Their types are in `model/lines.ts`, which a page may import too. */
export type * from '../model/lines.ts'

/** Formats a line without its line break: JSON without absent values. Invisible characters are escaped, so that no log interprets them. */
export function formatJsonLine(line: Line): string {
  return escapeJsonText(JSON.stringify(line))
}

/** Escapes JSON text for logs: all invisible characters except line breaks between values, and workflow commands. */
export function escapeJsonText(json: string): string {
  return json
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, escapeCharacter)
    .replaceAll('##[', '##\\u005b')
}

/** Converts a diagnostic to its line. The excerpt and related places are for people only. */
export function toDiagnosticLine(one: Diagnostic, medium?: Medium): DiagnosticLine {
  const { severity, code, message, place, pointer, address, finding, rules } = one
  const { file, line, column, endLine, endColumn } = place ?? {}
  return {
    v: 1,
    type: 'diagnostic',
    severity,
    code,
    message,
    file,
    line,
    column,
    endLine,
    endColumn,
    pointer,
    address,
    hint: hintFor(one, medium),
    finding: finding && toFindingDetail(finding),
    rules,
  }
}

function toFindingDetail({ kind, run, finding, root, consoleUrl, remedies }: Finding): FindingDetail {
  const commands = remedies.flatMap(({ command }) => formatInput(command) ?? [])
  return { kind, run, name: finding, root, consoleUrl, ...(commands.length > 0 && { commands }) }
}

/** Converts a planned action to its line. */
export function toPlannedLine(planned: Planned): PlannedLine {
  const { address, action, reason, id, preview, spec } = planned
  const { file, line } = spec?.place ?? {}
  const changes = getChanges(planned)?.map(({ pointer, from, to }) => ({ pointer, from, to }))
  return {
    v: 1,
    type: 'planned',
    address,
    action,
    reason,
    file,
    line,
    until: getUntil(planned),
    changes,
    elements: getElements(planned),
    ...preview,
    id,
  }
}

/** Creates the line of a step, such as `created`. */
export function toProgressLine(address: Address, step: string): ProgressLine {
  return { v: 1, type: 'progress', address, step }
}

/** Creates the line of a moved state. */
export function toMovedLine(moved: Omit<MovedLine, 'v' | 'type'>): MovedLine {
  return { v: 1, type: 'moved', ...moved }
}

/** Converts a record to a job line. `target` is the name of its target, if it has one. */
export function toJobLine(address: Address, record: JobRecord, target?: string): JobLine {
  const { run, id, stage, condition, status } = record
  return {
    v: 1,
    type: 'job',
    address,
    target,
    run,
    id,
    record: stage,
    condition: condition?.type,
    status,
    reason: condition?.reason,
  }
}

/** Converts a record to the detailed line of `status ADDRESS`. */
export function toJobDetailLine(address: Address, record: JobRecord, target?: string): JobDetailLine {
  const { how, arn, condition, counts, site, intent, createdAt, startedAt, finishedAt, archived, lost } = record
  const history = record.history?.map((past) => ({
    run: past.run,
    id: past.id,
    condition: past.condition?.type,
    reason: past.condition?.reason,
    status: past.status,
    createdAt: past.createdAt,
    startedAt: past.startedAt,
    finishedAt: past.finishedAt,
    times: past.times,
    site: past.site,
  }))
  return {
    ...toJobLine(address, record, target),
    how,
    arn,
    message: condition?.message,
    counts,
    site,
    intentAt: intent?.at,
    createdAt,
    startedAt,
    finishedAt,
    withdrawnAt: record.withdrawn,
    archived,
    lost,
    history,
  }
}

/** Creates the line of what the state keeps of a spec with a schedule. */
export function toSeriesLine(address: Address, series: Series): SeriesLine {
  const { decided, skipped = [], skips = 0, skip, forgotten = 0 } = series
  return { v: 1, type: 'series', address, decided, skipped, skips, skip, forgotten }
}

/** Creates the last line of a command. `counts` counts plan actions or job conditions, depending on the command. */
export function toSummaryLine(end: {
  readonly counts: Readonly<Record<string, number>>
  readonly outcomes: readonly ExitCode[]
  readonly nextAt?: string | undefined
  readonly twins?: number | undefined
  readonly needsAttention?: number | undefined
  readonly exitCode: ExitCode
}): SummaryLine {
  const { counts, nextAt, twins, needsAttention, exitCode } = end
  const outcomes = PRECEDENCE.filter((code) => end.outcomes.includes(code))
  return { v: 1, type: 'summary', counts, outcomes, nextAt, twins, needsAttention, exitCode }
}

/** Converts an event to lines. A plan gives one line per action. A failure gives an extra diagnostic. Queue figures give none. */
export function toEventLines(event: Event, medium?: Medium): Line[] {
  if (event.type === 'planned') return event.plan.actions.map(toPlannedLine)
  if (event.type === 'step') return [toProgressLine(event.address, event.step)]
  if (event.type === 'job') return [toJobLine(event.address, event.record)]
  if (event.type !== 'failed') return []
  return [toProgressLine(event.address, 'failed'), toDiagnosticLine(toFailureDiagnostic(event), medium)]
}

/** Converts a failed call to a diagnostic whose code names its class: `AWS_AUTH`, `AWS_BAD_REQUEST`. */
export function toFailureDiagnostic(event: {
  readonly address: Address
  readonly step: string
  readonly problem: AwsProblem
}): Diagnostic {
  const { name, message, requestId } = event.problem
  const request = requestId === undefined ? '' : ` (request ${requestId})`
  return {
    severity: 'error',
    code: getAwsCode(event.problem),
    message: `${event.step} failed: ${name}: ${message}${request}`,
    address: event.address,
    remedies: getRemedies(event.problem),
  }
}

function escapeCharacter(character: string): string {
  return Array.from({ length: character.length }, (_unit, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }).join('')
}
