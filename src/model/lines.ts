import type { Address } from './address.ts'
import type { FindingKind } from './attention.ts'
import type { Code } from './codes.ts'
import type { ConditionType } from './condition.ts'
import type { StateConfig } from './config.ts'
import type { Severity } from './diagnostic.ts'
import type { ExitCode } from './exit-code.ts'
import type { JsonObject } from './json.ts'
import type { ActionName, Difference } from './plan.ts'
import type { ShownMember } from './preview.ts'
import type { Series } from './series.ts'
import type { CreateTimes, JobRecord, PastAttempt, RecordStage, Site } from './state.ts'

/*
 * The lines of `--output json`, contract version 1. Members are never renamed or redefined. An absent value is omitted, never null. No line
 * holds a secret: requests name the environment variable instead.
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
    readonly createdAt?: string
    readonly startedAt?: string
    readonly finishedAt?: string
    readonly times?: CreateTimes
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

/** Where the state is after `state move`. */
export type MovedLine = {
  readonly v: 1
  readonly type: 'moved'
  /** The old place and the new one, as `state` in jobwright.yaml names them. Equal if there was nothing to do. */
  readonly from: StateConfig
  readonly to: StateConfig
  /** How many jobs the state has on record. */
  readonly jobs: number
  /** The lines to put into jobwright.yaml. */
  readonly config: string
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

/** What a report is about. Always its first line. */
export type ReportLine = {
  readonly v: 1
  readonly type: 'report'
  /** ISO time at which it was made, by the clock of the run. */
  readonly at: string
  /** The command that made it. */
  readonly verb: string
  readonly version: string
  /** The name of the project's folder. */
  readonly project: string
  /** Where its jobs are: regions and accounts, or the emulator. */
  readonly where?: string
  /** The run used the built-in emulator. */
  readonly emulator?: true
  /** AWS was not asked: statuses are those of the last run. */
  readonly offline?: true
  /** The write count of the state. Absent if there is no state, or if it could not be read. */
  readonly serial?: number
  readonly commit?: string
  /** Where the code host shows a file of this commit, and what comes before a line number. */
  readonly source?: SourcePlace
  /** Seconds of the run's clock per real second. Absent: 1. */
  readonly timeScale?: number
}

/** The address of a file of a commit, without the file, and the text before a line number. */
export type SourcePlace = { readonly url: string; readonly line: string }

/** A job in a report: the line of `status ADDRESS`, and what a page shows besides. */
export type ReportedJobLine = JobDetailLine & {
  readonly labels?: Readonly<Record<string, string>>
  /** Where the spec is. Absent if no spec describes the job. */
  readonly file?: string
  readonly line?: number
  /** The counts in words: `7 of 9 devices succeeded, 1 failed`. */
  readonly tally?: string
  /** Where AWS's console shows the job, or the jobs of its kind. */
  readonly consoleUrl?: string
  /** ISO time at which AWS starts the job, if its request names one. */
  readonly startsAt?: string
  /** When the steps of its create happened. Absent: not recorded. */
  readonly times?: CreateTimes
  readonly attempts?: readonly PastAttempt[]
  /** What proves that the job is ours, or what is known of its create, in sentences. */
  readonly evidence?: readonly string[]
  /** The request as the spec has it. */
  readonly request?: JsonObject
  readonly ways?: readonly Way[]
}

/** A planned action in a report: the line of `plan`, and what a page shows besides. */
export type ReportedPlannedLine = PlannedLine & {
  readonly labels?: Readonly<Record<string, string>>
  readonly ways?: readonly Way[]
}

/** One thing to do, with the command that does it, if there is one. */
export type Way = { readonly text: string; readonly command?: string }

/** Something that needs a person, acknowledged or not. */
export type AttentionLine = {
  readonly v: 1
  readonly type: 'attention'
  readonly address: Address
  readonly run: number
  readonly kind: FindingKind
  /** Its stable name within the address and run. */
  readonly name: string
  readonly code: Code
  readonly reason: string
  /** ISO time at which a run first reported it. */
  readonly seen?: string
  /** ISO time at which a person acknowledged it. */
  readonly acknowledged?: string
  readonly ways: readonly Way[]
}

/** A guard of the plan, and its arithmetic. */
export type GuardLine = {
  readonly v: 1
  readonly type: 'guard'
  /** Its member of `guards` in jobwright.yaml. */
  readonly name: string
  /** What it counts, in words. */
  readonly counts: string
  readonly planned: number
  /** How many this run made before. */
  readonly before: number
  readonly max: number
}

/** A lane: the rate limit of a service, or of one operation, in one account and region. */
export type LaneLine = {
  readonly v: 1
  readonly type: 'lane'
  /** `account/region/service`, and `/operation` if that has its own limit. */
  readonly name: string
  /** Requests a second: what AWS allows, and the present rate. */
  readonly perSecond: number
  readonly rate: number
  /** Requests of this run, or in `lanes` and `status` of all runs that share it: sent, throttled by AWS, and waiting for their turn. */
  readonly sent: number
  readonly throttled: number
  readonly waiting: number
  /** How many runs share the lane. Absent if it is not shared. */
  readonly peers?: number
}

/** The creates of a service that AWS limits by the day. */
export type BudgetLine = {
  readonly v: 1
  readonly type: 'budget'
  /** `account/service`. */
  readonly name: string
  /** The UTC day, and how many creates were sent on it. */
  readonly day: string
  readonly used: number
  readonly perDay: number
}

/** The tasks of a lane that are for workers, over all projects that use the queue. */
export type QueueLine = {
  readonly v: 1
  readonly type: 'queue'
  /** The lane: `account/region/service`. */
  readonly name: string
  /** Workers that serve it. */
  readonly workers: number
  /** Tasks that no worker has begun with, and calls in flight. */
  readonly waiting: number
  readonly active: number
  /** Calls of these workers since they began: carried out, failed, and refused. */
  readonly done: number
  readonly failed: number
  readonly refused: number
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
  | MovedLine
  | SummaryLine
  | ReportLine
  | ReportedJobLine
  | ReportedPlannedLine
  | AttentionLine
  | GuardLine
  | LaneLine
  | BudgetLine
  | QueueLine
