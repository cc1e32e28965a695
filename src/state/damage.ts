import { explainJson } from '../model/explain-json.ts'

/** A record as `serialiseState` writes it: one line, indented two spaces more than the file's members. */
const RECORD_LINE = /^ {4}"([A-Za-z0-9]+\/[A-Za-z0-9][A-Za-z0-9_-]*)": \{.*\},?\r?$/gm

/** Explains where and why a state is not valid JSON. */
export function explainDamage(text: string): string {
  const conflict = text.split('\n').findIndex((line) => /^(<<<<<<<|=======|>>>>>>>)/.test(line))
  if (conflict >= 0) return `line ${conflict + 1}: a merge conflict was not resolved`
  const { line, column, reason } = explainJson(text)
  return `line ${line}, column ${column}: ${reason}`
}

/** Finds a duplicate address, as after a manual merge. JSON alone would silently keep the later one. */
export function findRepeatedAddress(text: string): string | undefined {
  // A spec with a schedule may have both a record and a line of its own in `series`.
  const parts = text.includes('\n  "series": {') ? text.split(/^(?= {2}"series": \{)/m) : [text]
  return parts.map(findRepeatedIn).find((address) => address !== undefined)
}

function findRepeatedIn(part: string): string | undefined {
  const seen = new Set<string>()
  for (const [, address = ''] of part.matchAll(RECORD_LINE)) {
    if (seen.has(address)) return address
    seen.add(address)
  }
  return undefined
}
