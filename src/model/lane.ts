/** The rate limit of one operation, or one whole service, in one account and region. */
export type LaneLimit = {
  /** Calls a second that AWS allows; the gate stays 2 % below. */
  readonly perSecond: number
  /** Creates per UTC day, if AWS limits them. */
  readonly perDay?: number
  /** Jobs that may run at once, if jobwright.yaml limits them. */
  readonly inFlight?: number
}
