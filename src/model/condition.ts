/** Jobwright's word for the progress of a job, the same for every service. */
export type ConditionType = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Cancelled' | 'Unknown'

export type Condition = {
  readonly type: ConditionType
  /** One CamelCase word for programs, such as `DevicesFailed`. */
  readonly reason?: string
  /** A sentence for people; raw text from AWS, escaped by sinks. */
  readonly message?: string
}

/** The reason of a condition that never ends but counts as reached. `words` names it in sentences: `rolled out`. */
export type Steady = { readonly reason: string; readonly words: string }

/** Returns whether a job never ends, but has reached all that it can by itself. */
export function isSteady(condition: Condition | undefined, { steady }: { readonly steady?: Steady }): boolean {
  return steady !== undefined && condition?.reason === steady.reason
}

/** Returns whether waiting can no longer change the condition. */
export function isTerminal(condition: Condition | undefined): boolean {
  return condition?.type === 'Succeeded' || condition?.type === 'Failed' || condition?.type === 'Cancelled'
}
