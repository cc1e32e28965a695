import type { Address } from './address.ts'
import type { Schedule } from './schedule.ts'

/**
 * Why a run was not made. `late`: no runner was there in time. `catch-up`: a later run was made instead. `overlap`: the
 * run before was unfinished. `held`: its spec was on hold. `asked`: a person asked for it. `removed`: its spec was
 * removed.
 */
export type SkipReason = 'late' | 'catch-up' | 'overlap' | 'held' | 'asked' | 'removed'

/** Each reason in words. */
export const SKIP_WORDS: Readonly<Record<SkipReason, string>> = {
  late: 'too late',
  'catch-up': 'a later run is made instead',
  overlap: 'the run before is unfinished',
  held: 'on hold',
  asked: 'asked for with skip',
  removed: 'its spec was removed',
}

/** A run that was not made, or several in a row. */
export type Skipped = {
  /** ISO time at which it was due. Of several, the first one. */
  readonly at: string
  readonly why: SkipReason
  /** ISO time of the last of several. They are all runs of the schedule from `at` until then. */
  readonly until?: string
  /** How many runs there are. Missing: one. */
  readonly count?: number
  /** The schedule of several, if it is not that of the series any more. */
  readonly schedule?: Schedule
}

/** What is decided about the runs of a spec with a schedule. Each run that was made has a record of its own. */
export type Series = {
  /** The schedule that decides what is due after `decided`. */
  readonly schedule: Schedule
  /** The digest of the request before `$text` and `$time` are replaced. A renamed spec has the same. */
  readonly request: string
  /** ISO time. Up to it, every run is decided, and no edit changes that. */
  readonly decided: string
  /** ISO times of runs that are to be made and were not submitted when this was written. */
  readonly due?: readonly string[]
  /** ISO times of runs that a person asked to skip, and that are not due yet. */
  readonly skip?: readonly string[]
  /** The latest runs that were not made, in order. Many at once are one entry. */
  readonly skipped?: readonly Skipped[]
  /** How many runs were not made, ever. */
  readonly skips?: number
  /** How many runs were made and have no record any more, since their service has forgotten them. */
  readonly forgotten?: number
  /** ISO time of the last of them. */
  readonly last?: string
  /** Former addresses of a renamed spec. Runs of that time keep theirs. */
  readonly formerly?: readonly Address[]
  /** ISO time at which its spec was found to be removed. */
  readonly withdrawn?: string
}
