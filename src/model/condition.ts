/** Our word for where a job is, whatever its service calls it. */
export type ConditionType = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Cancelled' | 'Unknown'

export type Condition = {
  readonly type: ConditionType
  /** One CamelCase word for programs, such as `DevicesFailed`. */
  readonly reason?: string
  /** A sentence for people; raw text from AWS, escaped by sinks. */
  readonly message?: string
}

/** Whether waiting can no longer change it. */
export function isTerminal(condition: Condition | undefined): boolean {
  return condition?.type === 'Succeeded' || condition?.type === 'Failed' || condition?.type === 'Cancelled'
}
