import { parse } from 'yaml'
import { isObject, type Json, type JsonObject } from '../../model/json.ts'

/**
 * A real manifest is about a page long. Longer texts are not read, because YAML parsers take quadratic time for some.
 */
const LENGTH_MAX = 65_536
/** Deep nesting can crash the parser, and the process with it. */
const OPENERS_MAX = 200

/**
 * Reads a manifest as a mapping. Every scalar stays text, such as `2.0` and `yes`. Undefined if it is not a mapping.
 * `manifestVersion:2.0` without a space is accepted, because the developer guide's samples write it.
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
    // Errors do not matter here. The service validates its own manifests, and the schema validates ours.
    return undefined
  }
}

/**
 * Writes a manifest as text: `key: value`, indented by two spaces, in the mapping's order. The generator, if known,
 * comes last. A text is quoted unless every YAML 1.1 and 1.2 parser reads it unchanged.
 */
export function writeManifest(
  manifest: JsonObject,
  { generator }: { readonly generator?: string | undefined },
): string {
  const { generator: _reserved, ...own } = manifest
  return `${block({ ...own, ...(generator !== undefined && { generator }) }, '')}\n`
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

/** The first line of a nested block goes behind the dash. */
function formatItem(value: Json, indent: string): string {
  return isFilled(value) ? block(value, `${indent}  `).trimStart() : formatScalar(value)
}

function isFilled(value: Json): value is JsonObject | readonly Json[] {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

/** Words that YAML 1.1 or 1.2 reads as a boolean or as null. */
const RESERVED = /^(y|n|yes|no|on|off|true|false|null)$/i
const SAFE = /^[A-Za-z](?:[A-Za-z0-9_./@ -]*[A-Za-z0-9_./@-])?$/

function formatScalar(value: Json): string {
  if (value === null) return '""'
  if (typeof value === 'object') return Array.isArray(value) ? '[]' : '{}'
  if (typeof value !== 'string') return String(value)
  if (SAFE.test(value) && !RESERVED.test(value)) return value
  // YAML accepts JSON's quoted form, except these characters: YAML 1.1 reads some of them as a line end.
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
