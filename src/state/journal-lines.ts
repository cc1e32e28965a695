import zlib from 'node:zlib'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { explainJson } from '../model/explain-json.ts'
import { advise } from '../model/remedy.ts'
import { type Fault, findFault } from './check.ts'
import type { Entry } from './merge.ts'

/**
 * The state that a journal's changes apply to, which is the last one seen on this machine. `digest` is of the state's
 * text.
 */
export type Base = { readonly lineage: string; readonly serial: number; readonly digest: string }

/** Written to the journal before a commit: the state with this digest contains everything above this line. */
export type Folding = { readonly set: 'folding'; readonly digest: string }

/** A journal's content. `torn`: the last line was cut off and is dropped. */
export type JournalText = {
  readonly base: Base
  readonly entries: readonly (Entry | Folding)[]
  readonly torn: boolean
}

/** Formats the first line. */
export function formatHeader(base: Base): string {
  return formatLine('header', { journal: 1, ...base })
}

/**
 * Formats an entry's line, which begins with a checksum of its text (CRC-32, 8 hexadecimal digits). Throws on an entry
 * that violates the schema, which is a bug.
 */
export function formatEntry(entry: Entry | Folding): string {
  return formatLine('change', entry)
}

/**
 * Parses a journal; undefined if it has no whole line. A last line without its line feed was never acknowledged and is
 * dropped. Any other line with a wrong checksum, form or place is damage (STATE_JOURNAL_DAMAGED), and nothing after it
 * is trusted.
 */
export function parseJournal(text: string, file: string): JournalText | { readonly problem: Diagnostic } | undefined {
  const lines = text.split('\n')
  const torn = lines.pop() !== ''
  if (lines.length === 0) return undefined
  const values: unknown[] = []
  for (const [index, one] of lines.entries()) {
    const value = readLine(one, index === 0 ? 'header' : 'change')
    if ('fault' in value) return createDamaged(file, index + 1, value.fault, text)
    values.push(value.value)
  }
  const [{ lineage, serial, digest }, ...entries] = values as [Base, ...Entry[]]
  return { base: { lineage, serial, digest }, entries, torn }
}

function formatLine(form: 'header' | 'change', value: object): string {
  const fault = findFault(form, value)
  if (fault !== undefined)
    throw new Error(`The ${form} to be written to the journal is wrong at ${fault.pointer}: ${fault.message}`)
  const json = JSON.stringify(value)
  return `${computeChecksum(json)} ${json}\n`
}

function readLine(text: string, form: 'header' | 'change'): { value: unknown } | { fault: string } {
  const json = text.slice(9)
  if (text[8] !== ' ' || text.slice(0, 8) !== computeChecksum(json)) return { fault: 'does not match its checksum' }
  const value = readJson(json)
  if (value === undefined) {
    const { column, reason } = explainJson(json)
    return { fault: `is not JSON at column ${9 + column}: ${reason}` }
  }
  const fault: Fault | undefined = findFault(form, value)
  return fault === undefined ? { value } : { fault: `is not of its form at ${fault.pointer}: ${fault.message}` }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function computeChecksum(text: string): string {
  return zlib.crc32(text).toString(16).padStart(8, '0')
}

function createDamaged(file: string, number: number, fault: string, text: string): { readonly problem: Diagnostic } {
  const message = `${file}:${number} ${fault}; ${text.split('\n').length - 1} lines in all`
  const way = `Its lines with "set":"record" name specs and their jobs: compare them with AWS, then move the file away, adopt the jobs that the state lacks, and run the command again`
  return { problem: diagnose({ code: 'STATE_JOURNAL_DAMAGED', message, remedies: [advise(way)] }) }
}
