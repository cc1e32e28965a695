import { iso } from '../model/iso.ts'
import type { Planned } from '../model/plan.ts'
import { liveStage } from '../model/record.ts'
import type { JobRecord } from '../model/state.ts'
import type { Pass } from './effects.ts'

/**
 * Starts a job whose ID the store already holds. Starting the same job twice is one start, so an unknown outcome needs no care: the
 * next plan reads the job and sees.
 */
export async function startJob(pass: Pass, planned: Planned): Promise<void> {
  const { address, record, spec } = planned
  if (!record?.id || !spec) throw new Error(`${address}: a start without a recorded ID was planned`)
  if (!pass.mayStillSend()) return
  pass.emit({ type: 'step', address, step: 'starting' })
  const { reader, writer } = await pass.callsOf(record.site, spec.kind)
  const outcome = await writer.start!(record.id, { mayStillSend: pass.mayStillSend })
  if (outcome.is === 'done') return started(pass, address, record)
  const { problem } = outcome
  if (problem.class === 'abandoned') return
  if (problem.class === 'conflict') {
    // AWS refuses to start what no longer waits: perhaps an earlier start of ours arrived after all.
    const live = await reader.describe(record.id, {}).catch(() => undefined)
    if (live && liveStage(pass.modelOf(spec.kind), live) === 'started') return started(pass, address, record)
  }
  pass.fail(address, problem)
  pass.emit({ type: 'failed', address, step: 'start', problem })
}

async function started(pass: Pass, address: Planned['address'], record: JobRecord): Promise<void> {
  const next: JobRecord = { ...record, stage: 'started', startedAt: iso(pass.clock.now()) }
  await pass.append([{ set: 'record', address, record: next }])
  pass.emit({ type: 'step', address, step: 'started' })
}
