import { at, type Pointer, put } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Planned } from '../model/plan.ts'
import { isDownloadDue } from '../model/record.ts'
import type { Spec, Upload } from '../model/spec.ts'
import type { JobRecord } from '../model/state.ts'
import type { PlanInput } from './input.ts'
import { line, type Planner } from './planner.ts'

/**
 * A spec whose file is not there to tell its MD5 means the file that was submitted: what a job has taken in need not be kept for ever.
 */
export function withRecordedMd5({ state, modelOf }: Pick<PlanInput, 'state' | 'modelOf'>, spec: Spec): Spec {
  const record = state?.records[spec.address]
  const transfer = modelOf(spec.kind).request.transfer?.(spec.request)
  if (transfer?.way !== 'in' || !record || spec.policy.run > record.run) return spec
  const known = at(record.request, transfer.md5)
  if (spec.policy.upload === undefined || at(spec.request, transfer.md5) !== undefined || known === undefined)
    return spec
  return { ...spec, request: put(spec.request, transfer.md5, known) }
}

/** A job that takes a file in is not made before the file is there: AWS forgets jobs that wait. */
export function planNoFile(plan: Planner, spec: Spec): Planned | undefined {
  const takesIn = plan.modelOf(spec.kind).request.transfer?.(spec.request)?.way === 'in'
  if (!takesIn || spec.upload) return undefined
  return line(spec, {
    action: 'blocked',
    code: 'PLAN_NO_FILE',
    reason: `the file of policy.upload is not there: ${spec.policy.upload ?? 'none is named'}`,
    hint: 'put the file there, or correct the path; it is relative to the spec file',
  })
}

/** Whether a member of the request holds the MD5 of the file of `policy.upload`: nobody need have written it. */
export function isOfUpload(spec: Spec, { request: { transfer } }: KindModel, pointer: Pointer): boolean {
  const moved = transfer?.(spec.request)
  return spec.upload !== undefined && moved?.way === 'in' && moved.md5 === pointer
}

/** What follows on the create of a job that takes a file in. */
export function uploadWords({ upload }: Spec): string {
  return upload ? `; then ${sized(upload)} is uploaded, and the job started` : ''
}

function sized({ file, bytes }: Upload): string {
  return `${file} (${bytes.toLocaleString('en')} bytes)`
}

/** The upload that a job which was made waits for; undefined where AWS has its file, or it takes none. */
export function planUpload(plan: Planner, spec: Spec, record: JobRecord): Planned | undefined {
  const transfer = plan.modelOf(spec.kind).request.transfer?.(spec.request)
  if (transfer?.way !== 'in' || (record.uploaded && record.uploaded === at(record.request, transfer.md5)))
    return undefined
  const base = { ...(record.id !== undefined && { id: record.id }), record, site: record.site }
  const missing = planNoFile(plan, spec)
  if (missing) return { ...missing, ...base }
  return line(spec, {
    ...base,
    action: 'upload',
    reason: `created and recorded; AWS waits for ${sized(spec.upload!)}`,
  })
}

/** The download of what a job has exported; undefined where none is asked for, or it is done. */
export function planDownload(plan: Planner, spec: Spec, record: JobRecord): Planned | undefined {
  const givesOut = plan.modelOf(spec.kind).request.transfer?.(spec.request)?.way === 'out'
  if (!givesOut || !spec.download || !isDownloadDue(spec, record)) return undefined
  const { file, isThere } = spec.download
  const base = { id: record.id!, record, site: record.site }
  if (record.archived) {
    return line(spec, {
      ...base,
      action: 'conflict',
      code: 'PLAN_DOWNLOAD_GONE',
      reason: `its asset was never fetched to ${file}, and AWS has forgotten the job`,
      hint: `write policy.run: ${record.run + 1} to export it again, or remove policy.download`,
    })
  }
  const failure = plan.run.failed.get(spec.address)
  if (failure?.name === 'FileDiffers') {
    return line(spec, {
      ...base,
      action: 'conflict',
      code: 'PLAN_FILE_DIFFERS',
      reason: `${file} is there already, with other content than the asset; it is not overwritten`,
      hint: 'move the file away, or name another path in policy.download',
    })
  }
  if (failure) {
    return line(spec, {
      ...base,
      action: 'blocked',
      reason: `failed in this run: ${failure.name}: ${failure.message}`,
    })
  }
  if (spec.policy.hold) return line(spec, { ...base, action: 'held', reason: 'done, but policy.hold is true' })
  const beside = isThere ? '; what is there now is compared with it' : ''
  return line(spec, { ...base, action: 'download', reason: `done; its asset is fetched to ${file}${beside}` })
}
