import { digest } from './digest.ts'
import { canonicalise, getValue, isObject, type Json, type JsonObject, type Pointer } from './json.ts'

/** Strings longer than this are recorded as their digest, so that a record stays one readable line. */
const LONG = 1024

/**
 * A request as a record keeps it: long strings and long documents as `{ "$digest": "sha256:…" }`, everything else as the user wrote it.
 * A document has one digest whether it is JSON text or a mapping, so that moving between the two is no edit.
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

/** One text for a document: canonical JSON where it is JSON or a mapping, the text itself where it is not. A digest stays what it is. */
export function formatDocument(value: Json): string {
  if (typeof value !== 'string') return canonicalise(value)
  try {
    return canonicalise(JSON.parse(value) as Json)
  } catch {
    return value
  }
}

/** Whether a recorded value stands for a text that was too long to keep. */
export function isDigest(value: Json | undefined): boolean {
  return isObject(value) && typeof getValue(value, '/$digest') === 'string'
}

function shorten(text: string, value: Json): Json {
  return text.length > LONG ? { $digest: digest(text) } : value
}

function mapMembers(value: JsonObject, change: (inner: Json, member: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, change(inner, member)]))
}
