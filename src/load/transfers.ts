import path from 'node:path'
import type { Spot } from '../documents/parse/source.ts'
import type { SpecCode } from '../model/codes.ts'
import { type Diagnostic, diagnose, type Severity } from '../model/diagnostic.ts'
import { formatNumber } from '../model/format-number.ts'
import { getValue, type Json, type Pointer, put } from '../model/json.ts'
import type { KindModel, KindRequest, Transfer } from '../model/kind.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import type { Spec } from '../model/spec.ts'
import { inspectTarget } from '../system/download-file.ts'
import { type Measured, measureFile } from '../system/upload-file.ts'
import { createNotIncluded } from './problems.ts'

/** Specs with their file transfers resolved, and the diagnostics of these. */
export type Settled = {
  /** The given specs, in order. A spec with an error is unchanged. */
  readonly specs: readonly Spec[]
  readonly diagnostics: readonly Diagnostic[]
  /** Files named by `policy.upload`, existing or not, relative to the root. */
  readonly uploads: readonly string[]
}

/** Locates a member of a spec. */
type Locate = (spec: Spec, pointer: string) => Spot

type Fault = {
  readonly pointer: string
  readonly code: SpecCode
  readonly message: string
  readonly remedies: readonly Remedy[]
}
type Result = { readonly spec: Spec; readonly faults: readonly (Fault & { readonly severity?: Severity })[] }

/**
 * Reads the files of `policy.upload` and adds the MD5 that a spec leaves out. Also checks the paths of `policy.download`. A missing file is
 * a warning: a finished job's input may be deleted.
 */
export async function settleTransfers(
  specs: readonly Spec[],
  kinds: readonly KindModel[],
  root: string,
  locate: Locate,
): Promise<Settled> {
  const models = new Map(kinds.map((model) => [model.kind, model]))
  const uploads = new Set<string>()
  const diagnostics: Diagnostic[] = []
  const targets = new Map<string, Spec>()
  const settled: Spec[] = []
  for (const given of specs) {
    const { spec, faults } = await settle(given, models.get(given.kind)?.request, root, uploads)
    const clash = spec.download && targets.get(spec.download.file)
    if (spec.download && !clash) targets.set(spec.download.file, spec)
    settled.push(spec)
    const all = clash ? [...faults, refuseSharedTarget(clash)] : faults
    for (const fault of all)
      diagnostics.push(diagnose({ ...fault, address: spec.address, ...locate(spec, fault.pointer) }))
  }
  return { specs: settled, diagnostics, uploads: [...uploads].sort() }
}

async function settle(spec: Spec, kind: KindRequest | undefined, root: string, uploads: Set<string>): Promise<Result> {
  const transfer = kind?.transfer?.(spec.request)
  const member = kind?.typeMember
  const { upload, download } = spec.policy
  const type = String(member && getValue(spec.request, member))
  const misplaced = [
    ...(upload !== undefined && transfer?.is !== 'in' ? [refuseUploadType(type)] : []),
    ...(upload === undefined && transfer?.is === 'in' ? [refuseNoUpload(type, member ?? '')] : []),
    ...(download !== undefined && transfer?.is !== 'out' ? [refuseDownloadType(type)] : []),
  ]
  if (misplaced.length > 0 || transfer === undefined) return { spec, faults: misplaced }
  if (transfer.is === 'out') return download === undefined ? { spec, faults: [] } : addDownload(spec, download, root)
  const file = resolveBesideSpec(spec, upload!)
  uploads.add(file)
  return addUpload(spec, upload!, file, transfer, root)
}

async function addUpload(
  spec: Spec,
  written: string,
  file: string,
  { md5: pointer, maxBytes }: Extract<Transfer, { is: 'in' }>,
  root: string,
): Promise<Result> {
  const measured = await measureFile(root, file, maxBytes)
  if ('problem' in measured) {
    if (measured.problem.is === 'too-large')
      return { spec, faults: [refuseTooLarge(written, measured.problem.bytes, maxBytes)] }
    const severity = measured.problem.is === 'missing' ? 'warning' : 'error'
    const fault = {
      severity,
      pointer: '/policy/upload',
      code: 'SPEC_FILE',
      ...createNotIncluded(written, file, measured.problem),
    } as const
    return { spec, faults: [fault] }
  }
  const given = getValue(spec.request, pointer)
  if (given !== undefined && given !== measured.md5)
    return { spec, faults: [refuseOtherMd5(pointer, written, measured, given)] }
  return {
    spec: {
      ...spec,
      request: put(spec.request, pointer, measured.md5),
      upload: { file, ...measured },
      // An MD5 in the spec fixes the file's content, wherever it comes from.
      files: given === undefined ? [...spec.files, file] : spec.files,
    },
    faults: [],
  }
}

function addDownload(spec: Spec, written: string, root: string): Result {
  const file = resolveBesideSpec(spec, written)
  const spot = inspectTarget(root, file)
  const base = { pointer: '/policy/download', code: 'SPEC_DOWNLOAD' } as const
  if (/\.ya?ml$/i.test(file)) {
    const message = `${written} would be read as a spec`
    return {
      spec,
      faults: [{ ...base, message, remedies: [advise('give it a name that does not end in .yaml or .yml')] }],
    }
  }
  if (spot.is === 'refused') {
    const way = 'name a path inside the repository, relative to the spec file, through folders and not through links'
    return { spec, faults: [{ ...base, message: `${written}: ${spot.why}`, remedies: [advise(way)] }] }
  }
  return { spec: { ...spec, download: { file, root: path.resolve(root), isThere: spot.is === 'file' } }, faults: [] }
}

function resolveBesideSpec({ place }: Spec, written: string): string {
  return path.posix.join(path.posix.dirname(place.file), written)
}

function refuseNoUpload(type: string, member: Pointer): Fault {
  return {
    pointer: `/spec${member}`,
    code: 'SPEC_UPLOAD',
    message: `a job of Type ${type} imports a file, and policy.upload names none`,
    remedies: [advise('write policy: { upload: PATH }, with a path relative to the spec file')],
  }
}

function refuseUploadType(type: string): Fault {
  return {
    pointer: '/policy/upload',
    code: 'SPEC_UPLOAD',
    message: `a job of Type ${type} imports no file`,
    remedies: [advise('remove upload; IMPORT_ASSET_FROM_SIGNED_URL and IMPORT_ASSET_FROM_API_GATEWAY_API import one')],
  }
}

function refuseDownloadType(type: string): Fault {
  return {
    pointer: '/policy/download',
    code: 'SPEC_DOWNLOAD',
    message: `a job of Type ${type} exports no file`,
    remedies: [advise('remove download; EXPORT_ASSET_TO_SIGNED_URL exports one')],
  }
}

function refuseTooLarge(written: string, bytes: number, most: number): Fault {
  return {
    pointer: '/policy/upload',
    code: 'SPEC_UPLOAD',
    message: `${written} has ${formatNumber(bytes)} bytes, and AWS takes at most ${formatNumber(most)}`,
    remedies: [advise('split the file, or import it from S3 with Type IMPORT_ASSETS_FROM_S3')],
  }
}

function refuseOtherMd5(pointer: string, written: string, { md5, otherEnds }: Measured, given: Json): Fault {
  if (given === otherEnds?.lf || given === otherEnds?.crlf)
    return {
      pointer: `/spec${pointer}`,
      code: 'SPEC_MD5',
      message: `${written} has ${md5 === otherEnds.crlf ? 'CRLF' : 'LF'} line ends here, and so another MD5, ${md5}`,
      remedies: [
        advise(
          `Git converts its line ends (core.autocrlf): write "${written} -text" into a .gitattributes beside the spec`,
        ),
        advise('then delete the file and check it out again'),
      ],
    }
  return {
    pointer: `/spec${pointer}`,
    code: 'SPEC_MD5',
    message: `${written} has another MD5, ${md5}`,
    remedies: [
      advise(
        `restore the original file, write the new MD5, or leave ${pointer.split('/').at(-1)} out to have it computed`,
      ),
    ],
  }
}

function refuseSharedTarget({ address }: Spec): Fault {
  return {
    pointer: '/policy/download',
    code: 'SPEC_DOWNLOAD',
    message: `${address} is downloaded to the same path`,
    remedies: [advise('name a path of its own for each download')],
  }
}
