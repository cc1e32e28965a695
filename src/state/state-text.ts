import type { Address } from '../model/address.ts'
import { digest } from '../model/digest.ts'
import type { JobRecord, State } from '../model/state.ts'
import { assertValid, formatFrame, formatRecords } from './format.ts'

/** A stored text and its digest. */
export type StateText = { readonly text: string; readonly digest: string }

/** A text that this program serialised, and where the lines of its records are. */
export type Serialised = StateText & { readonly from: number; readonly to: number }

/**
 * Serialises a state whose other records were checked against the schema before. With `previous`, they are also those
 * of that text, and their lines are copied from it. So the cost of parsing and formatting follows what changed. Throws
 * on a changed record that violates the schema.
 */
export function serialiseChanged(
  state: State,
  changed: ReadonlySet<Address>,
  previous: Serialised | undefined,
): Serialised {
  const records = pickRecords(state.records, changed)
  assertValid({ ...state, records })
  const lines =
    previous === undefined
      ? formatRecords(state.records)
      : spliceLines(previous.text.slice(previous.from, previous.to), changed, formatRecords(records))
  const [before, after] = formatFrame(state)
  if (lines.length === 0) return toSerialised(`${before}${after}`, before.length, before.length)
  // Joined in one step: a long text is never copied a second time.
  lines[0] = `${before}\n${lines[0]}`
  lines[lines.length - 1] += `\n  ${after}`
  const text = lines.join(',\n')
  return toSerialised(text, before.length + 1, text.length - after.length - 3)
}

function toSerialised(text: string, from: number, to: number): Serialised {
  return { text, digest: digest(text), from, to }
}

/** Returns the records of these addresses. */
function pickRecords(records: State['records'], addresses: ReadonlySet<Address>): Record<Address, JobRecord> {
  const picked: Record<Address, JobRecord> = {}
  for (const address of addresses) {
    const record = records[address]
    if (record !== undefined) picked[address] = record
  }
  return picked
}

/**
 * Replaces the lines of the changed addresses with these, both in order, and keeps the others. The result holds several
 * lines in one text where they are neighbours.
 */
function spliceLines(text: string, changed: ReadonlySet<Address>, lines: readonly string[]): string[] {
  const spliced: string[] = []
  let next = 0
  let kept = 0
  for (const address of [...changed].sort()) {
    const at = findLine(text, address, kept)
    // The line before ends with a comma and a line feed.
    if (at > kept) spliced.push(at === text.length ? text.slice(kept) : text.slice(kept, at - 2))
    if (readAddress(lines[next] ?? '', 0) === address) spliced.push(lines[next++]!)
    kept = readAddress(text, at) === address ? findNextLine(text, at) : at
  }
  if (kept < text.length) spliced.push(text.slice(kept))
  return spliced
}

/** Finds the first line whose address is not before the given one. */
function findLine(text: string, address: Address, from: number): number {
  let [first, end] = [from, text.length]
  while (first < end) {
    const line = text.lastIndexOf('\n', Math.floor((first + end) / 2) - 1) + 1
    // The middle may be inside the first line, which begins before the part that is searched.
    const middle = Math.max(first, line)
    if (readAddress(text, middle) < address) first = findNextLine(text, middle)
    else end = middle
  }
  return first
}

function findNextLine(text: string, line: number): number {
  const end = text.indexOf('\n', line)
  return end === -1 ? text.length : end + 1
}

/** Reads the address of a line. An address needs no escapes. */
function readAddress(text: string, line: number): string {
  const from = line + '    "'.length
  return text.slice(from, text.indexOf('"', from))
}
