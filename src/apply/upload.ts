import { formatIso } from '../model/iso.ts'
import type { PlannedUpload } from '../model/plan.ts'
import type { Pass } from './effects.ts'
import { identifyJob } from './identify.ts'

/**
 * Uploads the file of a job whose ID the store already holds, and records its MD5. The start follows in a later pass.
 * An upload that was not recorded is repeated, which changes nothing.
 */
export async function uploadFile(pass: Pass, { address, record, spec }: PlannedUpload): Promise<void> {
  const { upload } = spec
  const { id } = record
  if (pass.signal.aborted) return
  const { reader, writer } = await pass.callsOf(record.site, spec.kind, spec)
  const seen = await identifyJob(pass, reader, pass.modelOf(spec.kind), record)
  if ('problem' in seen) {
    if (seen.problem.class === 'abandoned') return
    pass.fail(address, seen.problem)
    pass.emit({ type: 'failed', address, step: 'upload', problem: seen.problem })
    return
  }
  pass.emit({ type: 'step', address, step: 'uploading' })
  const { bytes, md5 } = upload
  const source = { bytes, md5, open: () => pass.files.read(upload) }
  const outcome = await pass.write(({ signal }) => writer.upload!(id, source, { signal }))
  if (outcome.is === 'done') {
    await pass.append([{ set: 'record', address, record: { ...record, uploaded: md5 } }])
    pass.emit({ type: 'step', address, step: 'uploaded' })
    return
  }
  const { problem } = outcome
  if (problem.class === 'abandoned') return
  // The job no longer waits: another start came first, perhaps ours with a lost answer.
  const live =
    problem.class === 'conflict'
      ? await pass.write(({ signal }) => reader.describe(id, { signal })).catch(() => undefined)
      : undefined
  if (live && pass.modelOf(spec.kind).lifecycle.stageOf(live) === 'started') {
    const { status: _status, condition: _condition, ...rest } = record
    const next = { ...rest, stage: 'started' as const, startedAt: formatIso(pass.clock.now()) }
    await pass.append([{ set: 'record', address, record: next }])
    return
  }
  pass.fail(address, problem)
  pass.emit({ type: 'failed', address, step: 'upload', problem })
}
