import type { Diagnostic } from '../../model/diagnostic.ts'
import { advise } from '../../model/remedy.ts'
import { getLineText, type Source, type Spot } from '../parse/source.ts'

/**
 * Members whose value must not be shown, by name, so that a line can be masked even where its document cannot be parsed.
 * Names are compared without regard to case, as a misspelled secret is no less secret.
 */
export type SecretNames = readonly string[]

/** How many lines above are looked at for the beginning of a secret value. */
const REACH = 40

/**
 * A line of a source as it may be shown: from the name of a secret member on, it is cut off. Undefined for a line below such a name that
 * may belong to its value.
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

/** Diagnostics of a source without the text of any secret member. */
export function maskSecrets(
  source: Source,
  diagnostics: readonly Diagnostic[],
  names: SecretNames,
): readonly Diagnostic[] {
  if (names.length === 0 || findSecret(source.text, names) === -1) return diagnostics
  return diagnostics.map((one) => {
    const { place, excerpt, ...rest } = one
    if (place === undefined || excerpt === undefined) return one
    const spot = maskSecret(source, { place, excerpt }, names)
    if (spot.excerpt === excerpt) return one
    // The only code of unsound YAML whose message quotes a value.
    const isQuoted = one.code === 'SPEC_NUMBER'
    const quiet = isQuoted ? { message: 'the number would lose digits', remedies: [advise('quote it')] } : {}
    return { ...rest, ...quiet, ...spot }
  })
}

/** A spot of a source whose excerpt holds no secret. */
export function maskSecret(source: Source, spot: Spot, names: SecretNames): Spot {
  if (spot.excerpt === undefined) return spot
  const { place } = spot
  const safe = maskExcerpt(source, place.line - 1, names)
  if (safe === getLineText(source, place.line - 1)) return spot
  return safe === undefined ? { place } : { place, excerpt: safe }
}

/** Offset just behind the first secret name in a line, or -1. */
function findSecret(line: string, names: SecretNames): number {
  const lower = line.toLowerCase()
  const ends = names.map((name) => {
    const at = lower.indexOf(name.toLowerCase())
    return at === -1 ? Number.POSITIVE_INFINITY : at + name.length
  })
  const first = Math.min(...ends)
  return first === Number.POSITIVE_INFINITY ? -1 : first
}

/** Whether the last line may be part of a secret value that began above: it is the next line, or all since are further indented. */
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

/** What goes on in the next line, in the last word of a line. */
const OPEN = /[:,|>{["'&]/

function indent(line: string): number {
  return line.length - line.trimStart().length
}
