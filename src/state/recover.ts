import type { Address } from '../model/address.ts'
import type { StateCode } from '../model/codes.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { digest } from '../model/digest.ts'
import { isSameJson, type Json } from '../model/json.ts'
import { advise, type Remedy, suggest } from '../model/remedy.ts'
import { applyChanges, type Change, type State } from '../model/state.ts'
import { type Base, type Folding, type JournalText, parseJournal } from './journal-lines.ts'
import { type Entry, getAttempt, merge } from './merge.ts'
import { freshReader, type StateReader } from './state-reader.ts'

/** The texts of a store. */
export type Texts = {
  readonly where: string
  readonly text?: string | undefined
  /** The digest of the text, if it is known. */
  readonly digest?: string | undefined
  readonly journalFile: string
  readonly journal?: string | undefined
}

/** The interpretation of a store's texts. */
export type Recovered = {
  /** The stored state. */
  readonly base?: State
  /** What a journal's first line says about the stored state. Missing without a journal. */
  readonly current?: Base
  /** The stored state with the journal's changes. */
  readonly state?: State
  /** The journal, if there is one. */
  readonly journal?: JournalText
  /** Why this state must not be used. */
  readonly problem?: Diagnostic
}

/**
 * Recovers the state from the stored text and a left-over journal. Over its own base, a journal is replayed. If a
 * commit of it created the base, only its later entries are replayed. Over any other base it is merged, and the further
 * record of each address stays.
 */
export function recover(texts: Texts, reader: StateReader = freshReader): Recovered {
  const { text } = texts
  const parsed = text === undefined ? undefined : reader.parse(text, texts.where)
  if (parsed !== undefined && 'problem' in parsed) return parsed
  const journal = texts.journal === undefined ? undefined : parseJournal(texts.journal, texts.journalFile)
  if (journal !== undefined && 'problem' in journal) return journal
  const base = parsed?.state
  if (journal === undefined) return base === undefined ? {} : { base, state: base }
  if (text === undefined || base === undefined) return { journal, problem: reportMissing(texts, journal.base) }
  const current = createBase(base, text, texts.digest ?? reader.digest(text))
  const problem = findMistrust(texts, current, journal)
  if (problem !== undefined) return { journal, problem }
  return { base, current, journal, state: replayJournal(base, current, journal) }
}

/** What a journal's first line says about a state and its text. */
export function createBase(state: State, text: string, textDigest: string = digest(text)): Base {
  return { lineage: state.lineage, serial: state.serial, digest: textDigest }
}

/** The entries that lead from one state of a lineage to another. `changed`: the addresses whose records may differ. */
export function compareStates(from: State, to: State, changed: Iterable<Address> = listAddresses(from, to)): Entry[] {
  const entries: Entry[] = []
  for (const address of changed) {
    const [before, record] = [from.records[address], to.records[address] ?? null]
    if (isSame(before ?? null, record)) continue
    const was = getAttempt(before)
    entries.push({ set: 'record', address, record, was })
  }
  const others: Change[] = []
  if (to.source !== undefined && !isSame(from.source, to.source)) others.push({ set: 'source', source: to.source })
  if (to.attention !== undefined && !isSame(from.attention, to.attention))
    others.push({ set: 'attention', attention: to.attention })
  for (const address of new Set([...Object.keys(from.series ?? {}), ...Object.keys(to.series ?? {})]) as Set<Address>) {
    const series = to.series?.[address] ?? null
    if (!isSame(from.series?.[address] ?? null, series)) others.push({ set: 'series', address, series })
  }
  for (const [key, { day, used }] of Object.entries(to.budgets ?? {})) {
    if (!isSame(from.budgets?.[key], { day, used })) others.push({ set: 'budget', key, day, used })
  }
  for (const [key, at] of Object.entries(to.foreign ?? {})) {
    if (from.foreign?.[key] !== at) others.push({ set: 'foreign', key, at })
  }
  return [...entries, ...others]
}

function listAddresses(from: State, to: State): Set<Address> {
  // A state without changes shares its records.
  if (from.records === to.records) return new Set()
  return new Set([...Object.keys(from.records), ...Object.keys(to.records)]) as Set<Address>
}

function replayJournal(base: State, current: Base, { base: over, entries }: JournalText): State {
  const own = entries.filter((entry) => entry.set !== 'folding')
  if (own.length === 0) return base
  if (over.digest === current.digest) return applyChanges(base, own)
  const fold = entries.findLastIndex((entry) => entry.set === 'folding' && entry.digest === current.digest)
  if (fold < 0) return merge(base, own)
  return applyChanges(
    base,
    entries.slice(fold).filter((entry): entry is Exclude<typeof entry, Folding> => entry.set !== 'folding'),
  )
}

function reportMissing({ where }: Texts, seen: Base): Diagnostic {
  return createTrouble(
    'STATE_MISSING',
    `${where} is missing; ${describeLast(seen)}`,
    advise('Restore the state from its branch or a backup'),
    suggest('or treat every spec as done', 'baseline'),
    suggest('to run every spec, even those that already ran', 'init', '--new-state'),
  )
}

/** Explains why a stored state does not succeed the last state seen on this machine. */
function findMistrust(
  { where, journalFile }: Texts,
  current: Base,
  { base: seen, entries }: JournalText,
): Diagnostic | undefined {
  const count = entries.filter((entry) => entry.set !== 'folding').length
  const kept = count === 0 ? '' : ` (it keeps ${count} changes that no state holds)`
  const accept = advise(`to keep this one, move ${journalFile} to another folder${kept}`)
  const last = describeLast(seen)
  if (current.lineage !== seen.lineage) {
    return createTrouble(
      'STATE_LINEAGE',
      `${where} is of lineage ${current.lineage}; ${last}`,
      advise('Restore the right state'),
      accept,
    )
  }
  if (current.serial < seen.serial) {
    return createTrouble(
      'STATE_REWOUND',
      `${where} has serial ${current.serial}; ${last}`,
      advise('Restore the newer state'),
      accept,
    )
  }
  if (current.serial === seen.serial && current.digest !== seen.digest) {
    return createTrouble(
      'STATE_REWOUND',
      `${where} is a different state with serial ${current.serial} from the one last seen here`,
      advise('Restore the other one'),
      advise(`if this one was edited on purpose, raise its serial to ${seen.serial + 1}`),
    )
  }
  return undefined
}

function describeLast({ serial, lineage }: Base): string {
  return `the last one seen here has serial ${serial} of lineage ${lineage}`
}

function createTrouble(code: StateCode, message: string, ...remedies: readonly Remedy[]): Diagnostic {
  return diagnose({ code, message, remedies })
}

function isSame(a: unknown, b: unknown): boolean {
  return isSameJson(a as Json | undefined, b as Json | undefined)
}
