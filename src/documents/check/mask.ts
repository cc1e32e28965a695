import type { Diagnostic } from '../../model/diagnostic.ts'
import { advise } from '../../model/remedy.ts'
import { getLineText, type Source, type Spot } from '../parse/source.ts'

/**
 * Names of secret members. Lines are masked by name, because the document may not parse. Case is ignored, because a
 * misspelt secret is still secret.
 */
export type SecretNames = readonly string[]

/** How many lines above may hold the beginning of a secret value. */
const REACH = 40

/**
 * A source line that is safe to show, cut off after the name of a secret member. Undefined for a later line that may
 * belong to the secret's value.
 * @param line counted from 0
 */
function maskExcerpt(source: Source, line: number, names: SecretNames): string | undefined {
  const text = getLineText(source, line)
  if (names.length === 0) return text
  const at = findSecret(text, names)
  if (at !== -1) return `${text.slice(0, at)}…`
  const from = Math.max(0, line - REACH)
  const lines = Array.from({ length: line - from + 1 }, (_, offset) => getLineText(source, from + offset))
  return isSecretContinued(lines, names) ? undefined : text
}

/** Removes secret text from the diagnostics of a source. */
export function maskSecrets(
  source: Source,
  diagnostics: readonly Diagnostic[],
  names: SecretNames,
): readonly Diagnostic[] {
  if (diagnostics.length === 0 || names.length === 0 || findSecret(source.text, names) === -1) return diagnostics
  return diagnostics.map((one) => {
    const { place, excerpt, ...rest } = one
    if (place === undefined || excerpt === undefined) return one
    const spot = maskSecret(source, { place, excerpt }, names)
    if (spot.excerpt === excerpt) return one
    // Of the YAML codes, only this one quotes a value in its message.
    const isQuoted = one.code === 'SPEC_NUMBER'
    const quiet = isQuoted ? { message: 'the number would lose digits', remedies: [advise('quote it')] } : {}
    return { ...rest, ...quiet, ...spot }
  })
}

/** Removes secret text from a spot's excerpt. */
export function maskSecret(source: Source, spot: Spot, names: SecretNames): Spot {
  if (spot.excerpt === undefined) return spot
  const { place } = spot
  const safe = maskExcerpt(source, place.line - 1, names)
  if (safe === getLineText(source, place.line - 1)) return spot
  return safe === undefined ? { place } : { place, excerpt: safe }
}

/** Returns the offset just behind the first secret name in a line, or -1. */
function findSecret(line: string, names: SecretNames): number {
  const lower = line.toLowerCase()
  const ends = names.map((name) => {
    const at = lower.indexOf(name.toLowerCase())
    return at === -1 ? Number.POSITIVE_INFINITY : at + name.length
  })
  const first = Math.min(...ends)
  return first === Number.POSITIVE_INFINITY ? -1 : first
}

/**
 * Returns true if the last line may continue a secret value from above. It may if it is the next line, or if every line
 * since is indented further.
 */
function isSecretContinued(lines: readonly string[], names: SecretNames): boolean {
  let least = indent(lines.at(-1) ?? '')
  for (let index = lines.length - 2; index >= 0; index--) {
    const line = lines[index] ?? ''
    if (line.trim() === '') continue
    if (findSecret(line, names) !== -1)
      return least > indent(line) || OPEN.test(line.trimEnd().split(/\s/).at(-1) ?? '')
    least = Math.min(least, indent(line))
    if (least === 0) return false
  }
  return false
}

/** The end of a line whose value continues on the next line. */
const OPEN = /[:,|>{["'&]/

function indent(line: string): number {
  return line.length - line.trimStart().length
}
