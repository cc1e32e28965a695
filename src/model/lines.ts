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
  /** The rules of the repository that refused the write of the state. */
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
  /** The whole request with AWS's member names, as it is sent. A secret is `{"$env": NAME}`. Absent for `keep`, unless you ask for it. */
  readonly request?: JsonObject
}

/** A completed step for one address. */
export type ProgressLine = {
  readonly v: 1
  readonly type: 'progress'
  readonly address: Address
  /** The step, such as `created`. A diagnostic line explains `failed`. */
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
  /** The stage of the record: how certain it is that the job exists. */
  readonly record: RecordStage
  readonly condition?: ConditionType
  /** The status in AWS's own word. */
  readonly status?: string
  /** The condition's reason in one word. */
  readonly reason?: string
}

/** A job in AWS that has no record. */
export type AdoptableLine = {
  readonly v: 1
  readonly type: 'adoptable'
  readonly kind: string
  readonly id: string
  /** For some kinds: what else names the job besides its ID, such as a Pinpoint project. */
  readonly scope?: string
  /** ISO time. */
  readonly createdAt?: string
  /** The status in AWS's own word. */
  readonly status: string
}

/** A spec that a command created: the text of its file. */
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

/** A run of a schedule that is due now or next. */
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

/** What the state knows about a schedule, apart from the records of its runs. */
export type SeriesLine = {
  readonly v: 1
  readonly type: 'series'
  readonly address: Address
  /** ISO time up to which every run is decided. */
  readonly decided: string
  /** The latest skipped runs, and the number of all. */
  readonly skipped: Series['skipped']
  readonly skips: number
  /** ISO times of runs that a person asked to skip. */
  readonly skip: Series['skip']
  /** How many runs had a job but no longer have a record. */
  readonly forgotten: number
}

/** Where the state is after `state move`. */
export type MovedLine = {
  readonly v: 1
  readonly type: 'moved'
  /** The old place and the new one, in the form of `state` in jobwright.yaml. Equal if there was nothing to do. */
  readonly from: StateConfig
  readonly to: StateConfig
  /** How many jobs the state records. */
  readonly jobs: number
  /** The lines to put into jobwright.yaml. */
  readonly config: string
}

/** How a command ended. Always the last line. */
export type SummaryLine = {
  readonly v: 1
  readonly type: 'summary'
  readonly counts: Readonly<Record<string, number>>
  /** Every exit code that applies, the deciding one first. Empty if everything is done. */
  readonly outcomes: readonly ExitCode[]
  /** ISO time at which the next run has something to do. */
  readonly nextAt?: string
  /** For `reconcile`: unrecorded jobs that may be duplicates. Absent if no search was made. */
  readonly twins?: number
  /** How many addresses need a person and are not acknowledged. Absent if this was not checked. */
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
  /** The serial of the state. Absent if there is no state, or if it could not be read. */
  readonly serial?: number
  readonly commit?: string
  /** Where the code host shows files of this commit: the URL before the file's path, and the text before a line number. */
  readonly source?: SourcePlace
  /** Seconds of the run's clock per real second. Absent: 1. */
  readonly timeScale?: number
}

/** The address of a file of a commit, without the file, and the text before a line number. */
export type SourcePlace = { readonly url: string; readonly line: string }

/** A job in a report: the line of `status ADDRESS`, with more members for the page. */
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
  /** The evidence that the job belongs to the spec, or what is known about its create, in sentences. */
  readonly evidence?: readonly string[]
  /** The request as the spec has it. */
  readonly request?: JsonObject
  readonly ways?: readonly Way[]
}

/** A planned action in a report: the line of `plan`, with more members for the page. */
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
  /** Its name, which stays the same. It is unique within the address and run. */
  readonly name: string
  readonly code: Code
  readonly reason: string
  /** ISO time at which a run first reported it. */
  readonly seen?: string
  /** ISO time at which a person acknowledged it. */
  readonly acknowledged?: string
  /** Where AWS's console shows the recorded job, or the jobs of its kind. */
  readonly consoleUrl?: string
  readonly ways: readonly Way[]
}

/** A guard, and how much of it the plan uses. */
export type GuardLine = {
  readonly v: 1
  readonly type: 'guard'
  /** Its member of `guards` in jobwright.yaml. */
  readonly name: string
  /** What it counts, in words. */
  readonly counts: string
  readonly planned: number
  /** How many of them this reconcile already did in earlier passes. */
  readonly before: number
  readonly max: number
}

/** A lane: the rate limit of a service, or of one operation, in one account and region. */
export type LaneLine = {
  readonly v: 1
  readonly type: 'lane'
  /** `account/region/service`, and `/operation` if that has its own limit. */
  readonly name: string
  /** Requests per second: AWS's limit, and the present rate. */
  readonly perSecond: number
  readonly rate: number
  /** Requests that were sent, that AWS throttled, and that wait. In `lanes` and `status`, those of all runs that share the lane. */
  readonly sent: number
  readonly throttled: number
  readonly waiting: number
  /** How many runs share the lane. Absent if it is not shared. */
  readonly peers?: number
}

/** The daily limit of a service for creates. */
export type BudgetLine = {
  readonly v: 1
  readonly type: 'budget'
  /** `account/service`. */
  readonly name: string
  /** The UTC day, and how many creates were sent on it. */
  readonly day: string
  readonly used: number
  readonly perDay: number
  /** Creates of all states that share the budget, with those that a run is about to send. Absent if it is not shared. */
  readonly taken?: number
  /** How many states share it. Absent if it is not shared. */
  readonly peers?: number
}

/** A limit on running jobs that states share. */
export type SlotsLine = {
  readonly v: 1
  readonly type: 'slots'
  /** `account/region/service/limit`. */
  readonly name: string
  /** Slots of all states: taken by a job or by a create that is about to be sent, and allowed. */
  readonly taken: number
  readonly max: number
  /** How many states share it. */
  readonly peers: number
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
  | SlotsLine
  | QueueLine
