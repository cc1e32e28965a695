import type { Address } from '../model/address.ts'
import type { Finding, FindingKind } from '../model/attention.ts'
import { type AwsProblem, getAwsCode, getRemedies } from '../model/aws-problem.ts'
import type { Code } from '../model/codes.ts'
import type { ConditionType } from '../model/condition.ts'
import type { Diagnostic, Severity } from '../model/diagnostic.ts'
import { getElements } from '../model/elements.ts'
import type { Event } from '../model/event.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { PRECEDENCE } from '../model/exit-rules.ts'
import type { JsonObject } from '../model/json.ts'
import { type ActionName, type Difference, getChanges, getUntil, type Planned } from '../model/plan.ts'
import type { ShownMember } from '../model/preview.ts'
import type { Series } from '../model/series.ts'
import type { JobRecord, RecordStage, Site } from '../model/state.ts'
import { formatInput, hintFor, type Medium } from './remedies.ts'

/*
 * `--output json`, contract version 1. Members are never renamed or redefined. An absent value is omitted, never null. No line holds a
 * secret: requests name the environment variable instead.
 */

/** A diagnostic of the input or of a failed call. Lines and columns count from 1; the end is exclusive. */
export type DiagnosticLine = {
  readonly v: 1
  readonly type: 'diagnostic'
  readonly severity: Severity
  readonly code: Code
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly endLine?: number
  readonly endColumn?: number
  readonly pointer?: string
  readonly address?: Address
  readonly hint?: string
  /** The finding that needs a person, if the diagnostic reports one. */
  readonly finding?: FindingDetail
  /** The rules of the repository that refused to store the state. */
  readonly rules?: readonly string[]
}

/** A finding that needs a person. `kind`, `run` and `name` name it within its address, from run to run. */
export type FindingDetail = {
  readonly kind: FindingKind
  readonly run: number
  readonly name: string
  /** For `blocked`: the job at the beginning of the chain. */
  readonly root?: Address
  /** Where AWS's console shows the job, or the jobs of its kind. */
  readonly consoleUrl?: string
  /** Its ways out as values of the workflow's input `command`. */
  readonly commands?: readonly string[]
}

/** The planned action for one address. */
export type PlannedLine = {
  readonly v: 1
  readonly type: 'planned'
  readonly address: Address
  readonly action: ActionName
  readonly reason: string
  /** Where the spec is: its file, relative to the project's folder, and its line. Absent if no spec describes the job. */
  readonly file?: string
  readonly line?: number
  /** ISO time at which it can continue by itself. */
  readonly until?: string
  readonly changes?: readonly Difference[]
  /** The same, element by element. A pointer leads to the element in the spec as written. */
  readonly elements?: readonly Difference[]
  /** The name of the target in jobwright.yaml. */
  readonly target?: string
  readonly account?: string
  readonly region?: string
  /** Where AWS's console shows the job, or the jobs of its kind. Absent where there is no console. */
  readonly consoleUrl?: string
  /** The run number that the action is about. */
  readonly run?: number
  /** The job ID, known or intended. Absent if AWS chooses it later. */
  readonly id?: string
  /** ISO time from which the action is no longer possible. */
  readonly goodUntil?: string
  /** The members of the request that matter, in the order of the kind. */
  readonly members?: readonly ShownMember[]
  /** The whole request as it is sent, in AWS's member names. Secrets are `{"$env": NAME}`. Absent for `keep`, unless asked for. */
  readonly request?: JsonObject
}

/** A completed step for one address. */
export type ProgressLine = {
  readonly v: 1
  readonly type: 'progress'
  readonly address: Address
  /** The step, such as `created`, or `failed`, which a diagnostic line explains. */
  readonly step: string
}

/** The condition of one job. */
export type JobLine = {
  readonly v: 1
  readonly type: 'job'
  readonly address: Address
  /** The name of the target in jobwright.yaml. */
  readonly target?: string
  readonly run: number
  readonly id?: string
  /** How certain the record is about its job. */
  readonly record: RecordStage
  readonly condition?: ConditionType
  /** The status in AWS's own word. */
  readonly status?: string
  /** The condition's reason in one word. */
  readonly reason?: string
}

/** A job that exists in AWS and that no record holds. */
export type AdoptableLine = {
  readonly v: 1
  readonly type: 'adoptable'
  readonly kind: string
  readonly id: string
  /** The scope that a describe call needs besides the ID, for some kinds. */
  readonly scope?: string
  /** ISO time. */
  readonly createdAt?: string
  /** The status in AWS's own word. */
  readonly status: string
}

/** A spec that a command created, as its file's text. */
export type SpecLine = {
  readonly v: 1
  readonly type: 'spec'
  readonly address: Address
  readonly file: string
  readonly text: string
}

/** A job's full record without its request: `status ADDRESS`. */
export type JobDetailLine = JobLine & {
  readonly how: JobRecord['how']
  readonly arn?: string
  /** AWS's raw message. */
  readonly message?: string
  readonly counts?: Readonly<Record<string, number>>
  readonly site: Site
  /** ISO times. */
  readonly intentAt?: string
  readonly createdAt?: string
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly withdrawnAt?: string
  readonly archived?: true
  readonly lost?: true
  /** Earlier runs, oldest first. */
  readonly history?: readonly {
    readonly run: number
    readonly id?: string
    readonly condition?: ConditionType
    readonly reason?: string
    readonly status?: string
    readonly finishedAt?: string
    readonly site?: Site
  }[]
}

/** A run of a job that comes again, which is due now or next. */
export type NextLine = {
  readonly v: 1
  readonly type: 'next'
  /** The address of the spec with the schedule. */
  readonly address: Address
  /** The address of the run. */
  readonly run: Address
  /** ISO time at which it is due. */
  readonly at: string
  /** The same in the time zone of the schedule. */
  readonly local: string
  /** It is due now. */
  readonly due?: true
}

/** What the state keeps of a job that comes again, besides the records of its runs. */
export type SeriesLine = {
  readonly v: 1
  readonly type: 'series'
  readonly address: Address
  /** ISO time up to which every run is decided. */
  readonly decided: string
  /** The latest runs that were not made, and how many there were. */
  readonly skipped: Series['skipped']
  readonly skips: number
  /** ISO times of runs that a person asked to skip. */
  readonly skip: Series['skip']
  /** How many runs were made and have no record any more. */
  readonly forgotten: number
}

/** How a command ended. Always the last line. */
export type SummaryLine = {
  readonly v: 1
  readonly type: 'summary'
  readonly counts: Readonly<Record<string, number>>
  /** Every exit code that applies, the deciding one first. Empty if all is done. */
  readonly outcomes: readonly ExitCode[]
  /** ISO time at which the next run has something to do. */
  readonly nextAt?: string
  /** For `reconcile`: unrecorded jobs that may be duplicates. Absent if no search was made. */
  readonly twins?: number
  /** Addresses that need a person: unsettled and not acknowledged. Absent if this was not checked. */
  readonly needsAttention?: number
  readonly exitCode: ExitCode
}

/** Any line of the contract. */
export type Line =
  | DiagnosticLine
  | PlannedLine
  | ProgressLine
  | JobLine
  | JobDetailLine
  | AdoptableLine
  | SpecLine
  | NextLine
  | SeriesLine
  | SummaryLine

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
  const history = record.history?.map(({ run, id, condition: end, status, finishedAt: at, site: place }) => ({
    run,
    id,
    condition: end?.type,
    reason: end?.reason,
    status,
    finishedAt: at,
    site: place,
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

/** Creates the line of what the state keeps of a job that comes again. */
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
