/** How fast one operation, or one whole service, of one account and region may be called. */
export type LaneLimit = {
  /** Calls a second that AWS allows; the gate stays 2 % below. */
  readonly perSecond: number
  /** Creates a UTC day, where AWS caps that. */
  readonly perDay?: number
  /** Jobs that may run at the same time, where jobwright.yaml limits them. */
  readonly inFlight?: number
}
