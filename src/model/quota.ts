/**
 * What a plan needs of a limit that all states of an account share: slots for running jobs, or creates of one UTC day.
 */
export type QuotaNeed = {
  /** `slots:account/region/service/limit` or `budget:account/service`. */
  readonly name: string
  /** What the jobs of this state already take of it. */
  readonly used: number
  /** How many more the plan takes. */
  readonly wanted: number
  /** What AWS or jobwright.yaml allows. */
  readonly max: number
  /** When `used` no longer counts, in epoch milliseconds: the end of its UTC day. Missing: a slot. */
  readonly until?: number
}

/** What a plan may take of a limit besides what other states take. */
export type QuotaView = {
  /** The lowest limit that one of the states configures. */
  readonly max: number
  /** What other states take. */
  readonly elsewhere: number
  /** `max` is this run's part, because nobody knows what other states take now. */
  readonly isPart?: true
}

/** Shares slots and daily budgets between the states of an account. */
export type QuotaShare = {
  /**
   * Returns what other states leave, by name. `takes`: reserves what is wanted, and releases what is no longer. Always
   * answers, and never throws.
   */
  claim(lineage: string, needs: readonly QuotaNeed[], takes: boolean): Promise<ReadonlyMap<string, QuotaView>>
}
