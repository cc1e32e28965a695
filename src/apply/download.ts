import { describeProblem } from '../aws/aws-error.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { PlannedDownload } from '../model/plan.ts'
import { FileDiffers } from '../system/download-file.ts'
import type { Pass } from './effects.ts'

/**
 * Downloads the asset of a finished job, and records its size and digest. An interrupted download starts again from the
 * beginning. A complete file that was not recorded yet is recognised as the same.
 */
export async function downloadFile(pass: Pass, { address, record, spec }: PlannedDownload): Promise<void> {
  const { id } = record
  const target = spec.download
  if (pass.signal.aborted) return
  const { reader } = await pass.callsOf(record.site, spec.kind, spec)
  pass.emit({ type: 'step', address, step: 'downloading' })
  try {
    const received = await pass.write(({ signal }) =>
      reader.download!(id, (content) => pass.files.receive(target.root, target.file, content), { signal }),
    )
    if (received === undefined) {
      // The next plan says what remains to do about a job that AWS has forgotten.
      await pass.append([{ set: 'record', address, record: { ...record, archived: true } }])
      return
    }
    const { bytes, digest } = received
    const downloaded = { file: target.file, bytes, digest }
    await pass.append([{ set: 'record', address, record: { ...record, downloaded } }])
    pass.emit({ type: 'step', address, step: 'downloaded' })
  } catch (error) {
    if (pass.signal.aborted) return
    const problem: AwsProblem =
      error instanceof FileDiffers
        ? { class: 'conflict', name: error.name, message: error.message }
        : describeProblem(error, {})
    pass.fail(address, problem)
    pass.emit({ type: 'failed', address, step: 'download', problem })
  }
}
