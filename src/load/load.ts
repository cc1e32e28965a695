import path from 'node:path'
import { showIn } from '../documents/hints/show.ts'
import { LIMITS } from '../documents/parse/limits.ts'
import type { Aim } from '../documents/parse/locate.ts'
import type { Spot } from '../documents/parse/source.ts'
import type { Include } from '../documents/request.ts'
import { type Blocked, listSecretNames, readSpecs, type Specs } from '../documents/specs.ts'
import { type Config, DEFAULT_CONFIG } from '../model/config.ts'
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
  /** The repository's folder: paths are relative to it, and no file outside it is read. */
  readonly root: string
  readonly kinds: readonly KindModel[]
  /** Files, folders or globs, in place of those of jobwright.yaml. */
  readonly patterns?: readonly string[]
  /** Given: targets are checked against it. */
  readonly config?: Config
}

/** All specs of a repository, and all that is wrong with them. */
export type Loaded = {
  /** Sound specs, by file and place in it. */
  readonly specs: readonly Spec[]
  /** Addresses whose document is there, but may not go on. One each. */
  readonly blocked: readonly Blocked[]
  /** How many documents are no sound spec. */
  readonly invalid: number
  /** How many files could not be read, or not even be split into documents. */
  readonly unreadable: number
  /** In file order. */
  readonly diagnostics: readonly Diagnostic[]
  /** Whether every file could be read and each document's address is known, so that an address that is not there is truly gone. */
  readonly complete: boolean
  /** Spec files: path relative to the root, with forward slashes -> text. */
  readonly files: ReadonlyMap<string, string>
  /** Files inside the root that specs name with `$file`, there or not, relative to the root, sorted. */
  readonly included: readonly string[]
  /** Texts of those that are there, as the requests hold them: each is read once. */
  readonly includedTexts: ReadonlyMap<string, string>
  /** Files that specs name with `policy.upload`, there or not, relative to the root, sorted. */
  readonly uploads: readonly string[]
  /** Where a member stands, for diagnostics. The pointer counts from the document: the request's members begin with `/spec`. */
  readonly locate: (spec: Spec, pointer: Pointer, aim?: Aim) => Spot
}

/** Reads spec files and what they name. Bad input is never thrown, only diagnosed; a root that is not there is thrown as it is a caller's bug. */
export async function load(options: LoadOptions): Promise<Loaded> {
  const { root, kinds, config } = options
  const source = openSourceFiles(root)
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
  })
  const problems = [...missed, ...diagnostics]
  const locate = showIn(files, listSecretNames(kinds))
  // Files are looked at whatever else is wrong with a spec, so that all of it is told at once.
  const settled = await settleTransfers([...read.specs, ...listKnownType(read, kinds)], kinds, root, locate)
  const settledSpec = new Map(settled.specs.map((spec) => [spec.address, spec]))
  const told = new Set(read.diagnostics.map(formatPlace))
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
      ...settled.diagnostics.filter((one) => !told.has(formatPlace(one))),
    ]),
    complete: read.complete && problems.length === 0,
    files,
    included: [...included].sort(),
    includedTexts,
    uploads: settled.uploads,
    locate,
  }
}

/** A pattern that finds nothing, with the reason that Git knows, if it does. */
async function explainDiagnostic(one: Diagnostic, root: string, patterns: readonly string[]): Promise<Diagnostic> {
  const pattern = one.code === 'SPEC_NO_FILES' ? patterns.find((each) => one.message.startsWith(`${each} `)) : undefined
  const folder = pattern === undefined ? undefined : listSearched(root, [pattern])[0]
  const reason = folder === undefined ? undefined : await explainAbsence(root, folder)
  return reason === undefined ? one : { ...one, message: reason.message, remedies: reason.remedies }
}

/** Unsound specs of which it is known whether their jobs take in or give out files. */
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

/** Files that no spec names: what one takes in or writes is not meant to be a spec. */
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
    // One text for all requests: it is compared with HEAD once.
    const known = texts.get(file) ?? files.get(file)
    const read = known === undefined ? source.read(file, LIMITS.bytes) : { text: known }
    if (!('problem' in read) || read.problem.is !== 'outside') included.add(file)
    if ('problem' in read) return { problem: createNotIncluded(written, file, read.problem) }
    texts.set(file, read.text)
    return { text: read.text, file }
  }
}
