import type { Condition } from '../model/condition.ts'
import type { Live } from '../model/live.ts'

/**
 * The condition of a job with a status that this version does not know. The status is shown as it is; it is not
 * terminal.
 */
export function describeUnknownStatus({ status }: Pick<Live, 'status'>): Condition {
  return {
    type: 'Unknown',
    reason: 'UnknownStatus',
    message: `AWS reports "${status}", which this version does not know`,
  }
}
