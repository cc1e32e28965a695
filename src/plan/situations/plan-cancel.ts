import { type Address, parseAddress } from '../../model/address.ts'
import { isTerminal } from '../../model/condition.ts'
import type { PlannedCancel, PlannedStop } from '../../model/plan.ts'
import type { Spec } from '../../model/spec.ts'
import { type IdentifiedRecord, isIdentified, type JobRecord } from '../../model/state.ts'
import { type Planner, planFailed } from '../context.ts'

/** Returns whether a job can still be cancelled, judged by its record alone. */
export function isCancellable(record: JobRecord): record is IdentifiedRecord {
  return isIdentified(record) && !isTerminal(record.condition) && record.lost !== true
}

/** Why a job is cancelled, and how. */
export type CancelOrder = {
  /** For people. */
  readonly reason: string
  /** For the job's own record in AWS. */
  readonly why: string
  readonly withdraws: boolean
  readonly force: boolean
}

/** Plans the cancellation of an unfinished job, or says why AWS does not cancel it. */
export function planCancel(
  plan: Planner,
  address: Address,
  record: IdentifiedRecord,
  order: CancelOrder,
  spec?: Spec,
): PlannedCancel | PlannedStop | { readonly refused: string } {
  const { kind } = parseAddress(address)
  const {
    serviceName,
    lifecycle: { cancelling },
  } = plan.modelOf(kind)
  if (!cancelling) return { refused: `${serviceName} cannot cancel a job` }
  const refused = cancelling.refusal(record)
  if (refused !== undefined) return { refused }
  return planFailed(plan, address, spec, record) ?? { address, spec, record, id: record.id, action: 'cancel', ...order }
}
