/** A record as `serialiseState` writes it: one line, indented by two blanks more than the members of the file. */
const RECORD_LINE = /^ {4}"([A-Za-z0-9]+\/[A-Za-z0-9][A-Za-z0-9_-]*)": \{.*\},?\r?$/gm

/** The line, from 1, at which a text that is no JSON first goes wrong, as well as can be told, and what is there. */
export function damagedLine(text: string): { line: number; why: string } {
  const lines = text.split('\n')
  const conflict = lines.findIndex((line) => /^(<<<<<<<|=======|>>>>>>>)/.test(line))
  if (conflict >= 0) return { line: conflict + 1, why: 'a merge conflict was not resolved' }
  if (text.trim() === '') return { line: 1, why: 'the file is empty' }
  const broken = lines.findIndex((line) => !isWhole(line))
  if (broken >= 0 && broken < lines.length - 1) return { line: broken + 1, why: 'this line is damaged' }
  return { line: lines.length, why: 'the file ends too early' }
}

/** An address that stands in the text twice, as after a merge by hand: JSON itself would silently keep the later one. */
export function repeatedAddress(text: string): string | undefined {
  const seen = new Set<string>()
  for (const [, address = ''] of text.matchAll(RECORD_LINE)) {
    if (seen.has(address)) return address
    seen.add(address)
  }
  return undefined
}

// A line of our own writing is a bracket, an opened member, or one whole member.
function isWhole(line: string): boolean {
  const member = line.trim().replace(/,$/, '')
  if (['', '{', '}'].includes(member) || /^"[a-zA-Z]+": \{$/.test(member)) return true
  try {
    JSON.parse(`{${member}}`)
    return true
  } catch {
    return false
  }
}
