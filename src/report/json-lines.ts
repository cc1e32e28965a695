import type { Address } from '../model/address.ts'
import { type AwsProblem, getAwsCode, getRemedies } from '../model/aws-problem.ts'
import type { Code } from '../model/codes.ts'
import type { ConditionType } from '../model/condition.ts'
import type { Diagnostic, Severity } from '../model/diagnostic.ts'
import type { Event } from '../model/event.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { PRECEDENCE } from '../model/exit-rules.ts'
import { type ActionName, type Difference, getChanges, getUntil, type Planned } from '../model/plan.ts'
import type { JobRecord, RecordStage, Site } from '../model/state.ts'
import { hintFor, type Medium } from './remedies.ts'

/*
 * `--output json`, contract version 1. Members are never renamed or given another meaning; an absent value is left out, never null.
 * Requests, spec fields and secrets are in no line, but for the two values of a difference.
 */

/** Something to tell about input, or about a call that failed. Lines and columns count from 1; the end is exclusive. */
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
}

/** What a plan says of one address. */
export type PlannedLine = {
  readonly v: 1
  readonly type: 'planned'
  readonly address: Address
  readonly action: ActionName
  readonly reason: string
  /** ISO time at which it can go on by itself. */
  readonly until?: string
  readonly changes?: readonly Difference[]
}

/** A step that was taken for one address. */
export type ProgressLine = {
  readonly v: 1
  readonly type: 'progress'
  readonly address: Address
  /** What was just done, such as `created`, or `failed`, which a diagnostic line explains. */
  readonly step: string
}

/** Where one job stands. */
export type JobLine = {
  readonly v: 1
  readonly type: 'job'
  readonly address: Address
  /** The name of the target in jobwright.yaml. */
  readonly target?: string
  readonly run: number
  readonly id?: string
  /** How sure the record is of its job. */
  readonly record: RecordStage
  readonly condition?: ConditionType
  /** AWS's own status word. */
  readonly status?: string
  /** The condition's reason, one word. */
  readonly reason?: string
}

/** A job that exists and is on nobody's record. */
export type AdoptableLine = {
  readonly v: 1
  readonly type: 'adoptable'
  readonly kind: string
  readonly id: string
  /** What a describe has to be asked for besides the ID, where the kind needs it. */
  readonly scope?: string
  /** ISO time. */
  readonly createdAt?: string
  /** AWS's own status word. */
  readonly status: string
}

/** A spec that a command made, as the text of its file. */
export type SpecLine = {
  readonly v: 1
  readonly type: 'spec'
  readonly address: Address
  readonly file: string
  readonly text: string
}

/** A job with all that is on record of it but its request: `status ADDRESS`. */
export type JobDetailLine = JobLine & {
  readonly how: JobRecord['how']
  readonly arn?: string
  /** Raw text of AWS. */
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
  /** Earlier runs, the first one first. */
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

/** How a command ended: always the last line. */
export type SummaryLine = {
  readonly v: 1
  readonly type: 'summary'
  readonly counts: Readonly<Record<string, number>>
  /** Every exit code that applies, the deciding one first; empty where all is done. */
  readonly outcomes: readonly ExitCode[]
  /** ISO time at which the next run has something to do. */
  readonly nextAt?: string
  /** Of `reconcile`: jobs on no record that may be second ones of jobs on record; absent where nobody looked. */
  readonly twins?: number
  /** Addresses that need a person: not settled, and not acknowledged. Absent where nobody looked. */
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
  | SummaryLine

/** A line as it is printed, without its line break: JSON without absent values, in which every invisible character is escaped, so that no log can act on it. */
export function formatJsonLine(line: Line): string {
  return disarm(JSON.stringify(line))
}

/** JSON text in which every invisible character is escaped, but for the line breaks between its values, and no workflow command is left. */
export function disarm(json: string): string {
  return json
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, escapeCharacter)
    .replaceAll('##[', '##\\u005b')
}

/** The line of a diagnostic. Its excerpt and related places are for people and not in it. */
export function toDiagnosticLine(one: Diagnostic, medium?: Medium): DiagnosticLine {
  const { severity, code, message, place, pointer, address } = one
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
  }
}

/** The line of one planned action. */
export function toPlannedLine(planned: Planned): PlannedLine {
  const { address, action, reason } = planned
  const changes = getChanges(planned)?.map(({ pointer, from, to }) => ({ pointer, from, to }))
  return { v: 1, type: 'planned', address, action, reason, until: getUntil(planned), changes }
}

/** The line of a step, such as `created`. */
export function toProgressLine(address: Address, step: string): ProgressLine {
  return { v: 1, type: 'progress', address, step }
}

/** A job as its record has it. `target` is the name of its target, where it has one. */
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

/** A job with all that is on record of it, for one who asked for this job alone. */
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

/** The last line of every command. `counts` are actions of a plan, or conditions of jobs, whichever the command is about. */
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

/** The lines of an event: a plan gives one for each of its actions, a failure its reason too; queue figures give none. */
export function toEventLines(event: Event, medium?: Medium): Line[] {
  if (event.type === 'planned') return event.plan.actions.map(toPlannedLine)
  if (event.type === 'step') return [toProgressLine(event.address, event.step)]
  if (event.type === 'job') return [toJobLine(event.address, event.record)]
  if (event.type !== 'failed') return []
  return [toProgressLine(event.address, 'failed'), toDiagnosticLine(toFailureDiagnostic(event), medium)]
}

/** A failed call as a diagnostic, with a code by its class: `AWS_AUTH`, `AWS_BAD_REQUEST`. */
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
