import type { Condition } from '../model/condition.ts'
import type { Live } from '../model/live.ts'

/** The condition of a job whose status word this version does not know: shown as it is, never a crash, and never an end. */
export function describeUnknownStatus({ status }: Pick<Live, 'status'>): Condition {
  return {
    type: 'Unknown',
    reason: 'UnknownStatus',
    message: `AWS reports "${status}", which this version does not know`,
  }
}
