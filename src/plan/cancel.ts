import { type Address, partsOf } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import type { Planned } from '../model/plan.ts'
import type { JobRecord } from '../model/state.ts'
import { isSettled, type Planner } from './planner.ts'

/** Whether there is a job that could still be cancelled, as far as the record tells. */
export function isCancellable(record: JobRecord): boolean {
  return isSettled(record) && record.id !== undefined && !isTerminal(record.condition) && record.lost !== true
}

/** Plans the end of a job that is not over; or says why AWS does not let one. */
export function planCancel(
  plan: Planner,
  address: Address,
  record: JobRecord,
  reason: string,
): Planned | { readonly refused: string } {
  const { kind } = partsOf(address)
  const {
    serviceName,
    lifecycle: { cancelling },
  } = plan.modelOf(kind)
  if (!cancelling) return { refused: `${serviceName} cannot cancel a job` }
  const refused = cancelling.refusal(record)
  if (refused !== undefined) return { refused }
  const base = { address, record, site: record.site, ...(record.id !== undefined && { id: record.id }) }
  const failure = plan.run.failed.get(address)
  if (failure) return { ...base, action: 'blocked', reason: `failed in this run: ${failure.name}: ${failure.message}` }
  return { ...base, action: 'cancel', reason }
}
