import path from 'node:path'
import { showIn } from '../documents/hints/show.ts'
import type { Memory } from '../documents/memory.ts'
import { LIMITS } from '../documents/parse/limits.ts'
import type { Aim } from '../documents/parse/locate.ts'
import type { Spot } from '../documents/parse/source.ts'
import type { Include } from '../documents/request.ts'
import { type Blocked, listSecretNames, readSpecs, type Specs } from '../documents/specs.ts'
import type { Config } from '../model/config.ts'
import { DEFAULT_CONFIG } from '../model/default-config.ts'
import { type Diagnostic, sortByPlace } from '../model/diagnostic.ts'
import { groupBy } from '../model/group.ts'
import { getValue, type Pointer } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Spec } from '../model/spec.ts'
import { openSourceFiles, type SourceFiles } from '../system/source-files.ts'
import { explainAbsence } from './absent-specs.ts'
import { findSpecs, listSearched } from './find.ts'
import { createNearMisses, createNotIncluded, createUnreadable } from './problems.ts'
import { readPackagedSchema } from './schemas.ts'
import { type Settled, settleTransfers } from './transfers.ts'

/** What to load. */
export type LoadOptions = {
  /** The project's folder. Paths are relative to it, and no file outside it is read. */
  readonly root: string
  readonly kinds: readonly KindModel[]
  /** Files, folders or globs in place of those in jobwright.yaml. */
  readonly patterns?: readonly string[]
  /** If given, targets are checked against it. */
  readonly config?: Config
  /** What earlier runs checked. */
  readonly memory?: Memory
  /** Reads the root's files. Default: from the disk each time. */
  readonly source?: SourceFiles
}

/** All specs of a project, and their diagnostics. */
export type Loaded = {
  /** Valid specs, sorted by file and position. */
  readonly specs: readonly Spec[]
  /** Addresses whose document exists but is invalid. One each. */
  readonly blocked: readonly Blocked[]
  /** The number of documents that are not valid specs. */
  readonly invalid: number
  /** The number of files that could not be read or split into documents. */
  readonly unreadable: number
  /** In file order. */
  readonly diagnostics: readonly Diagnostic[]
  /** Every file was read and every document's address is known. Only then does a missing address mean a removed spec. */
  readonly complete: boolean
  /** Spec files: path relative to the root, with forward slashes -> text. */
  readonly files: ReadonlyMap<string, string>
  /** Files inside the root named by `$file`, existing or not. Relative to the root, sorted. */
  readonly included: readonly string[]
  /** The text of each existing one, read once and used in requests. */
  readonly includedTexts: ReadonlyMap<string, string>
  /** Files named by `policy.upload`, existing or not. Relative to the root, sorted. */
  readonly uploads: readonly string[]
  /** The files whose specs were remembered, not parsed. They prove nothing about a job. */
  readonly recalled: ReadonlySet<string>
  /** Locates a member for diagnostics. The pointer counts from the document: the request's members begin with `/spec`. */
  readonly locate: (spec: Spec, pointer: Pointer, aim?: Aim) => Spot
}

/** Reads spec files and the files they name. Reports bad input as diagnostics. Throws only for a missing root, which is a caller's bug. */
export async function load(options: LoadOptions): Promise<Loaded> {
  const { root, kinds, config } = options
  const { source = openSourceFiles(root) } = options
  const patterns = options.patterns ?? config?.specs ?? DEFAULT_CONFIG.specs
  const found = findSpecs(source, path.resolve(root), patterns, patterns !== DEFAULT_CONFIG.specs)
  const missed = await Promise.all(found.diagnostics.map((one) => explainDiagnostic(one, root, patterns)))
  const { files, diagnostics } = readAll(source, found.files)
  const included = new Set<string>()
  const includedTexts = new Map<string, string>()
  const read = readSpecs(files, {
    kinds,
    schemas: readPackagedSchema,
    include: createIncluder(source, files, included, includedTexts),
    config,
    memory: options.memory,
  })
  const problems = [...missed, ...diagnostics]
  const locate = showIn(files, listSecretNames(kinds))
  // Check files even if a spec has other errors. So all errors are reported at once.
  const settled = await settleTransfers([...read.specs, ...listKnownType(read, kinds)], kinds, root, locate)
  const settledSpec = new Map(settled.specs.map((spec) => [spec.address, spec]))
  const reported = new Set(read.diagnostics.map(formatPlace))
  const wrong = groupBy(settled.diagnostics.filter(isError), ({ address }) => address)
  const refused = read.specs.filter(({ address }) => wrong.has(address))
  return {
    specs: read.specs.filter(({ address }) => !wrong.has(address)).map(({ address }) => settledSpec.get(address)!),
    blocked: [
      ...read.blocked.map((one) => ({ ...one, spec: one.spec && (settledSpec.get(one.address) ?? one.spec) })),
      ...refused.flatMap((spec) => listBlockedBy(settledSpec.get(spec.address)!, wrong.get(spec.address))),
    ],
    invalid: read.invalid + refused.length,
    unreadable: read.unreadable + problems.filter(({ place }) => place !== undefined).length,
    diagnostics: sortByPlace([
      ...problems,
      ...createNearMisses(listUnnamed(found.nearMisses, included, settled)),
      ...read.diagnostics,
      ...settled.diagnostics.filter((one) => !reported.has(formatPlace(one))),
    ]),
    complete: read.complete && problems.length === 0,
    files,
    included: [...included].sort(),
    includedTexts,
    uploads: settled.uploads,
    recalled: read.recalled,
    locate,
  }
}

/** Adds Git's reason to the diagnostic of a pattern that finds nothing. */
async function explainDiagnostic(one: Diagnostic, root: string, patterns: readonly string[]): Promise<Diagnostic> {
  const pattern = one.code === 'SPEC_NO_FILES' ? patterns.find((each) => one.message.startsWith(`${each} `)) : undefined
  const folder = pattern === undefined ? undefined : listSearched(root, [pattern])[0]
  const reason = folder === undefined ? undefined : await explainAbsence(root, folder)
  return reason === undefined ? one : { ...one, message: reason.message, remedies: reason.remedies }
}

/** Lists invalid specs whose file transfers are known. */
function listKnownType({ blocked, diagnostics }: Specs, kinds: readonly KindModel[]): Spec[] {
  const members = new Map(kinds.map(({ kind, request }) => [kind, request.typeMember]))
  const wrong = new Set(diagnostics.map(({ pointer, address }) => `${address} ${pointer}`))
  return blocked
    .flatMap(({ spec }) => spec ?? [])
    .filter(({ kind, address, request }) => {
      const member = members.get(kind)
      return (
        member !== undefined && typeof getValue(request, member) === 'string' && !wrong.has(`${address} /spec${member}`)
      )
    })
}

/** Lists near misses, without files that specs read or write. */
function listUnnamed(files: readonly string[], included: ReadonlySet<string>, { specs, uploads }: Settled): string[] {
  const named = new Set([...included, ...uploads, ...specs.flatMap(({ download }) => download?.file ?? [])])
  return files.filter((file) => !named.has(file))
}

function formatPlace({ place }: Diagnostic): string {
  return `${place?.file}:${place?.line}:${place?.column}`
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}

function listBlockedBy(spec: Spec, diagnostics: readonly Diagnostic[] | undefined): Blocked[] {
  if (diagnostics === undefined) return []
  const codes = [...new Set(diagnostics.map(({ code }) => code))]
  return [{ address: spec.address, place: spec.place, codes, spec }]
}

function readAll(
  source: SourceFiles,
  found: readonly string[],
): { files: Map<string, string>; diagnostics: Diagnostic[] } {
  const files = new Map<string, string>()
  const diagnostics: Diagnostic[] = []
  for (const file of found) {
    const read = source.read(file, LIMITS.bytes)
    if ('text' in read) files.set(file, read.text)
    else diagnostics.push(createUnreadable(file, read.problem))
  }
  return { files, diagnostics }
}

function createIncluder(
  source: SourceFiles,
  files: ReadonlyMap<string, string>,
  included: Set<string>,
  texts: Map<string, string>,
): Include {
  return (specFile, written) => {
    const file = path.posix.join(path.posix.dirname(specFile), written)
    // Use the same text as the requests. It is compared with HEAD once.
    const known = texts.get(file) ?? files.get(file)
    const read = known === undefined ? source.read(file, LIMITS.bytes) : { text: known }
    if (!('problem' in read) || read.problem.is !== 'outside') included.add(file)
    if ('problem' in read) return { problem: createNotIncluded(written, file, read.problem) }
    texts.set(file, read.text)
    return { text: read.text, file }
  }
}
