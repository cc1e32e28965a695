import { digest } from './digest.ts'
import { canonicalise, getValue, isObject, type Json, type JsonObject, type Pointer } from './json.ts'

/** Longer strings are recorded as their digest, so that a record stays one readable line. */
const LONG = 1024

/**
 * Returns a request in its recorded form: long strings and documents become `{ "$digest": "sha256:…" }`; the rest stays
 * as written. A document has the same digest as JSON text and as a mapping, so switching between them is no edit.
 */
export function writeDocuments(request: JsonObject, documents: readonly Pointer[]): JsonObject {
  const walk = (value: Json, pointer: Pointer): Json => {
    if (documents.includes(pointer)) return shorten(formatDocument(value), value)
    if (typeof value === 'string') return shorten(value, value)
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${pointer}/${index}`))
    if (isObject(value)) return mapMembers(value, (inner, member) => walk(inner, `${pointer}/${member}`))
    return value
  }
  return mapMembers(request, (value, member) => walk(value, `/${member}`))
}

/**
 * Returns one text for a document: canonical JSON for JSON text or a mapping, any other text as it is. A digest stays a
 * digest.
 */
export function formatDocument(value: Json): string {
  if (typeof value !== 'string') return canonicalise(value)
  try {
    return canonicalise(JSON.parse(value) as Json)
  } catch {
    return value
  }
}

/** Returns whether a recorded value is the digest of a long text. */
export function isDigest(value: Json | undefined): boolean {
  return isObject(value) && typeof getValue(value, '/$digest') === 'string'
}

function shorten(text: string, value: Json): Json {
  return text.length > LONG ? { $digest: digest(text) } : value
}

function mapMembers(value: JsonObject, change: (inner: Json, member: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, change(inner, member)]))
}
