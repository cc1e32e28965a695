import { explainJson } from '../model/explain-json.ts'

/** A record as `serialiseState` writes it: one line, indented by two blanks more than the members of the file. */
const RECORD_LINE = /^ {4}"([A-Za-z0-9]+\/[A-Za-z0-9][A-Za-z0-9_-]*)": \{.*\},?\r?$/gm

/** Where a state that is not JSON breaks, and why. */
export function explainDamage(text: string): string {
  const conflict = text.split('\n').findIndex((line) => /^(<<<<<<<|=======|>>>>>>>)/.test(line))
  if (conflict >= 0) return `line ${conflict + 1}: a merge conflict was not resolved`
  const { line, column, reason } = explainJson(text)
  return `line ${line}, column ${column}: ${reason}`
}

/** An address that stands in the text twice, as after a merge by hand: JSON itself would silently keep the later one. */
export function findRepeatedAddress(text: string): string | undefined {
  const seen = new Set<string>()
  for (const [, address = ''] of text.matchAll(RECORD_LINE)) {
    if (seen.has(address)) return address
    seen.add(address)
  }
  return undefined
}
