/** Our word for where a job is, whatever its service calls it. */
export type ConditionType = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Cancelled' | 'Unknown'

export type Condition = {
  readonly type: ConditionType
  /** One CamelCase word for programs, such as `DevicesFailed`. */
  readonly reason?: string
  /** A sentence for people; raw text from AWS, escaped by sinks. */
  readonly message?: string
}

/** The reason of a condition that does not end by itself and counts as reached, and how a sentence says it: `rolled out`. */
export type Steady = { readonly reason: string; readonly words: string }

/** Whether a job has reached all that it can by itself, although it never ends. */
export function isSteady(condition: Condition | undefined, { steady }: { readonly steady?: Steady }): boolean {
  return steady !== undefined && condition?.reason === steady.reason
}

/** Whether waiting can no longer change it. */
export function isTerminal(condition: Condition | undefined): boolean {
  return condition?.type === 'Succeeded' || condition?.type === 'Failed' || condition?.type === 'Cancelled'
}
