import type { Address } from '../model/address.ts'
import { formatIso } from '../model/iso.ts'
import type { PlannedStart } from '../model/plan.ts'
import type { CreatedRecord, JobRecord } from '../model/state.ts'
import type { Pass } from './effects.ts'
import { identifyJob } from './identify.ts'
import { repeatThrottled } from './throttled.ts'

/**
 * Starts a job whose ID the store already holds. Starting is idempotent, so a read after it shows whether the job
 * started, whatever the answer was.
 */
export async function startJob(pass: Pass, { address, record, spec }: PlannedStart): Promise<void> {
  const { id } = record
  if (!pass.mayStillSend()) return
  const { reader, writer } = await pass.callsOf(record.site, spec.kind, spec)
  const model = pass.modelOf(spec.kind)
  const seen = await identifyJob(pass, reader, model, record)
  if ('problem' in seen) {
    if (seen.problem.class === 'abandoned') return
    pass.fail(address, seen.problem)
    pass.emit({ type: 'failed', address, step: 'start', problem: seen.problem })
    return
  }
  if (model.lifecycle.stageOf(seen.live) === 'started') return recordStart(pass, address, record)
  pass.emit({ type: 'step', address, step: 'starting' })
  const outcome = await repeatThrottled(pass, (permit) => writer.start!(id, permit))
  if (outcome.is === 'done') return recordStart(pass, address, record)
  const { problem } = outcome
  if (problem.class === 'abandoned') return
  // AWS refuses to start a job that no longer waits. An earlier start of ours may have arrived after all.
  if (outcome.is === 'unknown' || problem.class === 'conflict') {
    const live = await pass.write(({ signal }) => reader.describe(id, { signal })).catch(() => undefined)
    if (live && pass.modelOf(spec.kind).lifecycle.stageOf(live) === 'started') return recordStart(pass, address, record)
  }
  pass.fail(address, problem)
  pass.emit({ type: 'failed', address, step: 'start', problem })
}

/** The recorded status is from before the start, and the answer to a start has no new one. The next read updates it. */
async function recordStart(pass: Pass, address: Address, record: CreatedRecord): Promise<void> {
  const { status: _status, condition: _condition, ...rest } = record
  const next: JobRecord = { ...rest, stage: 'started', startedAt: formatIso(pass.clock.now()) }
  await pass.append([{ set: 'record', address, record: next }])
  pass.emit({ type: 'step', address, step: 'started' })
}
