import type { Columns } from './columns.ts'
import type { Line, ReportedJobLine, ReportedPlannedLine } from './lines.ts'

/*
 * The lines of a report as a page holds them. Tables need a few members of every job at once; the others are read when a job is opened.
 */

/** Members of a job line that a page needs only when the job is open. */
export const JOB_DETAILS = [
  'how',
  'arn',
  'site',
  'intentAt',
  'withdrawnAt',
  'archived',
  'lost',
  'history',
  'consoleUrl',
  'times',
  'attempts',
  'evidence',
  'request',
  'ways',
] as const satisfies readonly (keyof ReportedJobLine)[]

/** Members of a planned line that a page needs only when the job is open. `members` repeats a part of `request`. */
export const PLANNED_DETAILS = ['members', 'request', 'ways'] as const satisfies readonly (keyof ReportedPlannedLine)[]

/** What tables need of a job or an action. */
export type JobRow = Omit<ReportedJobLine, (typeof JOB_DETAILS)[number]>
export type PlannedRow = Omit<ReportedPlannedLine, (typeof PLANNED_DETAILS)[number]>

/** The rest of them. */
export type JobDetails = Pick<ReportedJobLine, (typeof JOB_DETAILS)[number]>
export type PlannedDetails = Pick<ReportedPlannedLine, (typeof PLANNED_DETAILS)[number]>

/** What a page needs at once. */
export type PageHead = {
  /** All lines but those of jobs and actions. */
  readonly lines: readonly Line[]
  readonly jobs: Columns
  readonly planned: Columns
  /** Requests were left out, so that the page stays small. */
  readonly withoutRequests?: true
}

/** A whole page. Each text is JSON, deflated, in Base64. */
export type PackedPage = {
  /** A `PageHead`. */
  readonly head: string
  /** Lists of `JobDetails` and `PlannedDetails`, `size` in each, in the order of the rows. */
  readonly size: number
  readonly jobs: readonly string[]
  readonly planned: readonly string[]
  /** Where changes come from. Missing: the page is a file, and never changes. */
  readonly live?: { readonly version: number }
}

/** What changed since an earlier version of a live page. */
export type PageChange = {
  readonly version: number
  /** Jobs that changed, and addresses that have none any more. */
  readonly jobs: readonly ReportedJobLine[]
  readonly gone: readonly string[]
  /** All actions, if one of them changed. */
  readonly planned?: readonly ReportedPlannedLine[]
  /** All other lines, if one of them changed. */
  readonly lines?: readonly Line[]
}

/** A live page says how late it is by the run's clock, so that elapsed times go on. */
export type PageTick = { readonly at: string }
