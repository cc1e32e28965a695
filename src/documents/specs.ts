import type { Address } from '../model/address.ts'
import type { Code } from '../model/codes.ts'
import type { Config } from '../model/config.ts'
import { type Diagnostic, hasErrors, type Place, sortByPlace } from '../model/diagnostic.ts'
import { groupBy } from '../model/group.ts'
import { splitPointer } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Spec } from '../model/spec.ts'
import { createChecker, type Schemas } from './check/check.ts'
import { findClashes } from './check/clashes.ts'
import { createJobFinder, fillMeantJobs } from './check/dependencies.ts'
import { maskSecrets } from './check/mask.ts'
import { indexPlaces } from './check/misplaced-members.ts'
import { recallDrafts, toChecked } from './checked.ts'
import type { Draft } from './draft.ts'
import type { CheckedDocument, Memory } from './memory.ts'
import { createLocator } from './parse/locate.ts'
import { type Parsed, parseSource } from './parse/parse-source.ts'
import { parseSimpleYaml } from './parse/simple-yaml.ts'
import { createSource, type Source } from './parse/source.ts'
import { isSound, type Reader, readDraft } from './read.ts'
import type { Include } from './request.ts'

/** The address of a document that must not be used. */
export type Blocked = {
  readonly address: Address
  readonly place: Place
  readonly codes: readonly Code[]
  /** The spec as far as it could be read. Missing if the envelope is invalid, or the address is declared twice. */
  readonly spec?: Spec
}

/** The specs in a set of files, and everything wrong with them. */
export type Specs = {
  /** Valid specs, in file order. */
  readonly specs: readonly Spec[]
  readonly blocked: readonly Blocked[]
  /** The number of documents that are not valid specs. */
  readonly invalid: number
  /** The number of files that could not be split into documents. */
  readonly unreadable: number
  /** In file order. */
  readonly diagnostics: readonly Diagnostic[]
  /** True if every document has a known address. Only then does a missing address mean a removed spec. */
  readonly complete: boolean
  /** The files whose documents were remembered, not parsed. */
  readonly recalled: ReadonlySet<string>
}

/** What the reader needs besides the files. */
export type ReaderInput = {
  readonly kinds: readonly KindModel[]
  readonly schemas: Schemas
  readonly include: Include
  /** If set, targets are checked against it. */
  readonly config?: Config
  /** What earlier runs checked. */
  readonly memory?: Memory
}

/** Reads specs from files. `files` maps each path in diagnostics to its text, in the order of the specs. */
export function readSpecs(files: ReadonlyMap<string, string>, reading: ReaderInput): Specs {
  const reader: Reader = {
    kinds: new Map(reading.kinds.map((kind) => [kind.kind, kind])),
    check: createChecker(reading.schemas),
    include: reading.include,
    places: indexPlaces(reading.schemas),
  }
  const names = listSecretNames(reading.kinds)
  const read = [...files].map(([file, text]) => readFile(createSource(file, text), reader, reading.memory))
  const drafts = read.flatMap((one) => one.drafts)
  const clashes = findClashes(drafts, [...reader.kinds.keys()], reading.config)
  let finder: ReturnType<typeof createJobFinder> | undefined
  const find: typeof finder = (...asked) => {
    finder ??= createJobFinder(drafts.flatMap(({ address }) => address ?? []))
    return finder(...asked)
  }
  const judged = drafts.map((draft) => addClashes(fillMeantJobs(draft, find), clashes.get(draft) ?? []))
  const found = groupBy(
    judged.filter(({ diagnostics }) => diagnostics.length > 0),
    (draft) => draft.source,
  )
  return {
    specs: judged.filter(isSound).map((draft) => draft.spec),
    blocked: listBlocked(judged),
    invalid: judged.filter((draft) => !isSound(draft)).length,
    unreadable: read.filter(({ refused }) => refused.length > 0).length,
    diagnostics: sortByPlace(
      read.flatMap(({ source, refused }) => {
        const own = found.get(source)
        if (own === undefined && refused.length === 0) return []
        return maskSecrets(source, [...refused, ...(own ?? []).flatMap((one) => one.diagnostics)], names)
      }),
    ),
    complete: read.every((one) => one.refused.length === 0) && drafts.every((one) => one.address !== undefined),
    recalled: new Set(read.flatMap(({ isRecalled, source }) => (isRecalled ? source.file : []))),
  }
}

/** The names of all secret members of these kinds. */
export function listSecretNames(kinds: readonly KindModel[]): string[] {
  return [
    ...new Set(kinds.flatMap((kind) => kind.request.secrets.flatMap((pointer) => splitPointer(pointer).at(-1) ?? []))),
  ]
}

type FileRead = {
  readonly source: Source
  readonly drafts: readonly Draft[]
  readonly refused: readonly Diagnostic[]
  readonly isRecalled: boolean
}

/** The drafts of documents that this process remembers, each of the file that used them last. */
const keptDrafts = new WeakMap<readonly CheckedDocument[], readonly Draft[]>()

function readFile(source: Source, reader: Reader, memory: Memory | undefined): FileRead {
  const known = memory?.recall(source.file, source.text)
  const kept = known && keptDrafts.get(known)
  const own = kept?.[0]?.source
  if (kept && own?.file === source.file) return { source: own, drafts: kept, refused: [], isRecalled: false }
  const recalled = known && recallDrafts(source, known, reader.kinds)
  if (recalled) {
    if (memory?.isOwn) keptDrafts.set(known, recalled)
    return { source, drafts: recalled, refused: [], isRecalled: memory?.isOwn !== true }
  }
  // A file that only the plain reader has read is like a remembered one: before Jobwright acts on it, the YAML parser
  // reads it.
  const mayBePlain = memory !== undefined && !memory.isOwn && !memory.isDoubtful?.(source.file)
  const plain = mayBePlain ? parseSimpleYaml(source.text) : undefined
  const quick = plain && readDocuments({ documents: plain, refused: [] }, source, reader)
  const read = quick?.checked ? quick : readDocuments(parseSource(source), source, reader)
  if (read.checked) memory?.keep(source.text, read.checked)
  return { source, refused: read.refused, drafts: read.drafts, isRecalled: read === quick }
}

function readDocuments({ documents, refused }: Parsed, source: Source, reader: Reader) {
  const locate = createLocator(source)
  const drafts = documents.map((document) => readDraft(source, locate, document, reader))
  return { drafts, refused, checked: refused.length === 0 ? toChecked(documents, drafts) : undefined }
}

/** Warnings do not block. */
function listErrorCodes(diagnostics: readonly Diagnostic[]): Code[] {
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)
}

function addClashes(draft: Draft, clashes: readonly Diagnostic[]): Draft {
  return clashes.length === 0 ? draft : { ...draft, diagnostics: [...draft.diagnostics, ...clashes] }
}

function listBlocked(drafts: readonly Draft[]): Blocked[] {
  const blocked = new Map<Address, Blocked>()
  for (const { address, place, spec, diagnostics } of drafts) {
    if (!address || (spec && !hasErrors(diagnostics))) continue
    const before = blocked.get(address)
    const codes = [...new Set([...(before?.codes ?? []), ...listErrorCodes(diagnostics)])]
    // If two documents declare one address, neither is used.
    if (before) blocked.set(address, { address, place: before.place, codes })
    else blocked.set(address, { address, place, codes, spec })
  }
  return [...blocked.values()]
}
