import type { Address } from '../model/address.ts'
import type { Code } from '../model/codes.ts'
import type { Config } from '../model/config.ts'
import { type Diagnostic, hasErrors, inFileOrder, type Place } from '../model/diagnostic.ts'
import { groupBy } from '../model/group.ts'
import { steps } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import type { Spec } from '../model/spec.ts'
import { checker, type Schemas } from './check.ts'
import { clashesOf } from './clashes.ts'
import { jobFinder, withMeantJobs } from './dependencies.ts'
import type { Draft } from './draft.ts'
import { locator } from './locate.ts'
import { withoutSecrets } from './mask.ts'
import { placesOf } from './misplaced.ts'
import { parse } from './parse.ts'
import { isSound, type Reader, readDraft } from './read.ts'
import type { Include } from './request.ts'
import { type Source, sourceOf } from './source.ts'

/** An address whose document is there, but may not go on. */
export type Blocked = {
  readonly address: Address
  readonly place: Place
  readonly codes: readonly Code[]
  /** As far as it could be read; absent where the envelope is not sound, or the address is declared twice. */
  readonly spec?: Spec
}

/** What a set of files asks for, and all that is wrong with it. */
export type Specs = {
  /** Sound specs, in file order. */
  readonly specs: readonly Spec[]
  readonly blocked: readonly Blocked[]
  /** How many documents are no sound spec. */
  readonly invalid: number
  /** How many files could not even be split into documents. */
  readonly unreadable: number
  /** In file order. */
  readonly diagnostics: readonly Diagnostic[]
  /** Whether the address of each document is known, so that an address that is not there is truly gone. */
  readonly complete: boolean
}

/** What files are read with. */
export type Reading = {
  readonly kinds: readonly KindModel[]
  readonly schemas: Schemas
  readonly include: Include
  /** Given: targets are checked against it. */
  readonly config?: Config
}

/** Reads files to specs. `files` maps the path that diagnostics name to the file's text, in the order in which specs are wanted. */
export function specsOf(files: ReadonlyMap<string, string>, reading: Reading): Specs {
  const reader: Reader = {
    kinds: new Map(reading.kinds.map((kind) => [kind.kind, kind])),
    check: checker(reading.schemas),
    include: reading.include,
    places: placesOf(reading.schemas),
  }
  const names = secretNames(reading.kinds)
  const read = [...files].map(([file, text]) => readFile(sourceOf(file, text), reader))
  const drafts = read.flatMap((one) => one.drafts)
  const clashes = clashesOf(drafts, [...reader.kinds.keys()], reading.config)
  const find = jobFinder(drafts.flatMap(({ address }) => address ?? []))
  const judged = drafts.map((draft) => withClashes(withMeantJobs(draft, find), clashes.get(draft) ?? []))
  const found = groupBy(judged, (draft) => draft.source)
  return {
    specs: judged.filter(isSound).map((draft) => draft.spec),
    blocked: blockedOf(judged),
    invalid: judged.filter((draft) => !isSound(draft)).length,
    unreadable: read.filter(({ refused }) => refused.length > 0).length,
    diagnostics: inFileOrder(
      read.flatMap(({ source, refused }) =>
        withoutSecrets(source, [...refused, ...(found.get(source) ?? []).flatMap((one) => one.diagnostics)], names),
      ),
    ),
    complete: read.every((one) => one.refused.length === 0) && drafts.every((one) => one.address !== undefined),
  }
}

/** The names of all members that hold secrets, of whatever kind. */
export function secretNames(kinds: readonly KindModel[]): string[] {
  return [...new Set(kinds.flatMap((kind) => kind.request.secrets.flatMap((pointer) => steps(pointer).at(-1) ?? [])))]
}

type FileRead = { readonly source: Source; readonly drafts: readonly Draft[]; readonly refused: readonly Diagnostic[] }

function readFile(source: Source, reader: Reader): FileRead {
  const { documents, refused } = parse(source)
  const locate = locator(source)
  return { source, refused, drafts: documents.map((document) => readDraft(source, locate, document, reader)) }
}

/** A warning blocks nothing. */
function errorCodes(diagnostics: readonly Diagnostic[]): Code[] {
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)
}

function withClashes(draft: Draft, clashes: readonly Diagnostic[]): Draft {
  return clashes.length === 0 ? draft : { ...draft, diagnostics: [...draft.diagnostics, ...clashes] }
}

function blockedOf(drafts: readonly Draft[]): Blocked[] {
  const blocked = new Map<Address, Blocked>()
  for (const { address, place, spec, diagnostics } of drafts) {
    if (!address || (spec && !hasErrors(diagnostics))) continue
    const before = blocked.get(address)
    const codes = [...new Set([...(before?.codes ?? []), ...errorCodes(diagnostics)])]
    // Of two documents of one address, neither is the spec.
    if (before) blocked.set(address, { address, place: before.place, codes })
    else blocked.set(address, { address, place, codes, spec })
  }
  return [...blocked.values()]
}
