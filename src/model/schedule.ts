/** When the runs of a job are due, with defaults filled in. It has exactly one of `cron`, `every` and `at`. */
export type Schedule = {
  /** Five fields, in local time of the time zone. */
  readonly cron?: string
  /** An ISO 8601 duration from one run to the next, counted from `start`. */
  readonly every?: string
  /** Times, with an offset or in the time zone. */
  readonly at?: readonly string[]
  /** An IANA time zone. Missing: UTC. */
  readonly timezone?: string
  /** A date or time. No run is due before it. */
  readonly start: string
  /** A date, whose whole day counts, or a time. No run is due after it. */
  readonly end?: string
  /** What happens to runs that became due while no runner was there. */
  readonly catchUp: 'none' | 'latest' | 'all'
  /** How many runs `all` makes good. */
  readonly maxCatchUp: number
  /** What happens to a run that is due while the run before is unfinished. */
  readonly overlap: 'wait' | 'skip'
}
