import { parse } from 'yaml'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'

/** A manifest is a page of text. Longer ones are not read: YAML parsers take quadratic time over some texts. */
const LENGTH_MAX = 65_536
/** Deep nesting can bring the parser, and with it the process, down. */
const OPENERS_MAX = 200

/**
 * A manifest as a mapping, every scalar as the text that was written (`2.0` and `yes` stay what they are); undefined where it is not a
 * mapping. The developer guide's own samples write `manifestVersion:2.0` without a space, which is read as it was meant.
 */
export function parseManifest(text: string): JsonObject | undefined {
  if (text.length > LENGTH_MAX || (text.match(/[[{]|- - /g) ?? []).length > OPENERS_MAX) return undefined
  return parseStrictly(text) ?? parseStrictly(text.replace(/^([ \t]*(?:- +)?[A-Za-z]\w*):(?=[^\s:])/gm, '$1: '))
}

function parseStrictly(text: string): JsonObject | undefined {
  try {
    const value: unknown = parse(text, { schema: 'failsafe', logLevel: 'error', maxAliasCount: 0 })
    return isObject(value) ? value : undefined
  } catch {
    // Where it is broken does not matter here: the service judges its own manifests, the schema judges ours.
    return undefined
  }
}

/**
 * A manifest as text: `key: value` with two spaces a level, in the order of the mapping, the generator last. A text is quoted unless
 * every YAML 1.1 and 1.2 parser reads it as that very text.
 */
export function writeManifest(manifest: JsonObject, { generator }: { readonly generator: string }): string {
  const { generator: _reserved, ...own } = manifest
  return `${block({ ...own, generator }, '')}\n`
}

function block(value: JsonObject | readonly Json[], indent: string): string {
  if (Array.isArray(value)) return value.map((item: Json) => `${indent}- ${formatItem(item, indent)}`).join('\n')
  return Object.entries(value)
    .map(([key, inner]) => `${indent}${formatScalar(key)}:${formatMember(inner, indent)}`)
    .join('\n')
}

function formatMember(value: Json, indent: string): string {
  return isFilled(value) ? `\n${block(value, `${indent}  `)}` : ` ${formatScalar(value)}`
}

/** The first line of a nested block stands behind the dash. */
function formatItem(value: Json, indent: string): string {
  return isFilled(value) ? block(value, `${indent}  `).trimStart() : formatScalar(value)
}

function isFilled(value: Json): value is JsonObject | readonly Json[] {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

/** Words that YAML 1.1 or 1.2 reads as a boolean or as nothing. */
const RESERVED = /^(y|n|yes|no|on|off|true|false|null)$/i
const SAFE = /^[A-Za-z](?:[A-Za-z0-9_./@ -]*[A-Za-z0-9_./@-])?$/

function formatScalar(value: Json): string {
  if (value === null) return '""'
  if (typeof value === 'object') return Array.isArray(value) ? '[]' : '{}'
  if (typeof value !== 'string') return String(value)
  if (SAFE.test(value) && !RESERVED.test(value)) return value
  // JSON's quoted form is YAML's, but for these: YAML 1.1 takes some of them for the end of a line.
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
