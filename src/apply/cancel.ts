import { parseAddress } from '../model/address.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import { isTerminal } from '../model/condition.ts'
import { formatIso } from '../model/iso.ts'
import type { PlannedCancel } from '../model/plan.ts'
import { refreshRecord } from '../model/record.ts'
import type { JobRecord } from '../model/state.ts'
import type { Pass } from './effects.ts'
import { identifyJob } from './identify.ts'
import { repeatThrottled } from './throttled.ts'

/**
 * Cancels an unfinished job. Cancelling is idempotent, so a read after it shows how the job ended, whatever the answer
 * was. If the spec was removed, its record is marked as withdrawn too.
 */
export async function cancelJob(pass: Pass, planned: PlannedCancel): Promise<void> {
  const { address, record, spec, why, force } = planned
  const { id } = record
  const { kind } = parseAddress(address)
  if (!pass.mayStillSend()) return
  const model = pass.modelOf(kind)
  const { reader, writer } = await pass.callsOf(record.site, kind, spec)
  const seen = await identifyJob(pass, reader, model, record)
  if ('problem' in seen) return failCancel(pass, planned, seen.problem)
  pass.emit({ type: 'step', address, step: 'cancelling' })
  const outcome = await repeatThrottled(pass, (permit) => writer.cancel!(id, { ...permit, reason: why, force }))
  if (outcome.is === 'not-done' && outcome.problem.class === 'abandoned') return
  const scope = model.identity.scope(record.request)
  const live = await pass.write(({ signal }) => reader.describe(id, { signal, scope })).catch(() => undefined)
  const policy = spec?.policy ?? { maxFailedPercent: 0 }
  const condition = live && model.lifecycle.condition(live, policy)
  if (live && condition && isTerminal(condition)) {
    const isCancelled = condition.type === 'Cancelled'
    const ended: JobRecord = {
      ...refreshRecord(record, live, condition, pass.clock.now()),
      ...(isCancelled && { cancelled: true }),
    }
    const next: JobRecord = planned.withdraws ? { ...ended, withdrawn: formatIso(pass.clock.now()) } : ended
    await pass.append([{ set: 'record', address, record: next }])
    pass.emit({ type: 'step', address, step: 'cancelled' })
    pass.emit({ type: 'job', address, record: next })
    return
  }
  // A later run may find the end that this cancel causes. That is not a failure either.
  if (outcome.is !== 'not-done') await pass.append([{ set: 'record', address, record: { ...record, cancelled: true } }])
  const problem =
    outcome.is === 'done'
      ? ({
          class: 'unknown',
          name: 'CancelNotShown',
          message: 'AWS took the cancel, but does not show it yet',
        } as const)
      : outcome.problem
  failCancel(pass, planned, problem)
}

function failCancel(pass: Pass, { address }: PlannedCancel, problem: AwsProblem): void {
  if (problem.class === 'abandoned') return
  pass.fail(address, problem)
  pass.emit({ type: 'failed', address, step: 'cancel', problem })
}
