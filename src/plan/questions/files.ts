import { formatNumber } from '../../model/format-number.ts'
import { getValue, type Pointer, put } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { PlannedDownload, PlannedStop, PlannedUpload } from '../../model/plan.ts'
import { isDownloadDue } from '../../model/record.ts'
import { advise } from '../../model/remedy.ts'
import type { Download, Spec, Upload } from '../../model/spec.ts'
import { type CreatedRecord, isIdentified, type SettledRecord } from '../../model/state.ts'
import { createLine, type Planner, planFailed } from '../context.ts'
import type { PlanInput } from '../input.ts'

/** Fills in the recorded MD5 if a spec's file is missing. A file that a job has taken need not be kept for ever. */
export function fillRecordedMd5({ state, modelOf }: Pick<PlanInput, 'state' | 'modelOf'>, spec: Spec): Spec {
  const record = state?.records[spec.address]
  const transfer = modelOf(spec.kind).request.transfer?.(spec.request)
  if (transfer?.is !== 'in' || !record || spec.policy.run > record.run) return spec
  const known = getValue(record.request, transfer.md5)
  if (spec.policy.upload === undefined || getValue(spec.request, transfer.md5) !== undefined || known === undefined)
    return spec
  return { ...spec, request: put(spec.request, transfer.md5, known) }
}

/** Jobwright creates a job that needs a file only when the file exists, because AWS deletes jobs that wait too long. */
export function planNoFile(plan: Planner, spec: Spec): PlannedStop | undefined {
  const takesIn = plan.modelOf(spec.kind).request.transfer?.(spec.request)?.is === 'in'
  return takesIn && !hasUpload(spec) ? planMissingFile(spec) : undefined
}

function planMissingFile(spec: Spec, record?: CreatedRecord): PlannedStop {
  return createLine(spec, {
    action: 'blocked',
    code: 'PLAN_NO_FILE',
    record,
    id: record?.id,
    reason: `the file of policy.upload was not found: ${spec.policy.upload ?? 'none is named'}`,
    remedies: [advise('put the file there, or correct the path; it is relative to the spec file')],
  })
}

function hasUpload(spec: Spec): spec is Spec & { readonly upload: Upload } {
  return spec.upload !== undefined
}

function hasDownload(spec: Spec): spec is Spec & { readonly download: Download } {
  return spec.download !== undefined
}

/**
 * Returns whether a member of the request holds the MD5 of the file of `policy.upload`. Jobwright may have computed it.
 */
export function isOfUpload(spec: Spec, { request: { transfer } }: KindModel, pointer: Pointer): boolean {
  const moved = transfer?.(spec.request)
  return spec.upload !== undefined && moved?.is === 'in' && moved.md5 === pointer
}

/** Describes what follows the create of a job that takes a file. */
export function describeUpload({ upload }: Spec): string {
  return upload ? `; then ${formatSize(upload)} is uploaded, and the job started` : ''
}

function formatSize({ file, bytes }: Upload): string {
  return `${file} (${formatNumber(bytes)} bytes)`
}

/** Returns the upload that a created job waits for; undefined if AWS has its file, or it takes none. */
export function planUpload(plan: Planner, spec: Spec, record: CreatedRecord): PlannedUpload | PlannedStop | undefined {
  const transfer = plan.modelOf(spec.kind).request.transfer?.(spec.request)
  if (transfer?.is !== 'in' || (record.uploaded && record.uploaded === getValue(record.request, transfer.md5)))
    return undefined
  if (!hasUpload(spec)) return planMissingFile(spec, record)
  const reason = `created and recorded; AWS waits for ${formatSize(spec.upload)}`
  return { address: spec.address, spec, record, id: record.id, action: 'upload', reason }
}

/** Returns the download of a job's asset; undefined if none is configured, or it is done. */
export function planDownload(
  plan: Planner,
  spec: Spec,
  record: SettledRecord,
): PlannedDownload | PlannedStop | undefined {
  const givesOut = plan.modelOf(spec.kind).request.transfer?.(spec.request)?.is === 'out'
  if (!givesOut || !hasDownload(spec) || !isIdentified(record) || !isDownloadDue(spec, record)) return undefined
  const { file, isThere } = spec.download
  const base = { id: record.id, record }
  if (record.archived) {
    return createLine(spec, {
      ...base,
      action: 'conflict',
      code: 'PLAN_DOWNLOAD_GONE',
      reason: `its asset was never downloaded to ${file}, and AWS has forgotten the job`,
      remedies: [advise(`write policy.run: ${record.run + 1} to export it again, or remove policy.download`)],
    })
  }
  if (plan.run.failed.get(spec.address)?.name === 'FileDiffers') {
    return createLine(spec, {
      ...base,
      action: 'conflict',
      code: 'PLAN_FILE_DIFFERS',
      reason: `${file} already exists with other content than the asset; it is not overwritten`,
      remedies: [advise('move the file away, or name another path in policy.download')],
    })
  }
  const failed = planFailed(plan, spec.address, spec, record)
  if (failed) return failed
  if (spec.policy.hold) return createLine(spec, { ...base, action: 'held', reason: 'done, but policy.hold is true' })
  const beside = isThere ? '; the existing file is compared with it' : ''
  const reason = `done; its asset is downloaded to ${file}${beside}`
  return { address: spec.address, spec, ...base, action: 'download', reason }
}
