import { getModel } from '../../kinds/index.ts'
import { type Address, parseAddress } from '../../model/address.ts'
import { isTerminal } from '../../model/condition.ts'
import { type Remedy, suggest } from '../../model/remedy.ts'
import type { Spec } from '../../model/spec.ts'
import { isIdentified, type JobRecord } from '../../model/state.ts'
import { listFailures } from '../../plan/attention/failures.ts'

/** Lists the commands that apply to any job in this condition. */
export function listJobRemedies(address: Address, record: JobRecord | undefined, spec: Spec | undefined): Remedy[] {
  const model = getModel(parseAddress(address).kind)
  const { cancelling } = model.lifecycle
  const canCancel = isIdentified(record) && !isTerminal(record.condition) && cancelling?.refusal(record) === undefined
  const canRerun = spec && record && spec.occurrence === undefined && isTerminal(record.condition)
  return [
    ...(record ? listFailures(model, record) : []),
    ...(canRerun ? [suggest('to run it again (this raises policy.run)', 'rerun', address)] : []),
    ...(canCancel && cancelling ? [suggest('to cancel it', 'cancel', address)] : []),
    ...(record ? [suggest('to see its whole record', 'status', address)] : []),
    ...(spec ? [suggest('to see what reconcile would do, and its request', 'plan', address)] : []),
  ]
}
