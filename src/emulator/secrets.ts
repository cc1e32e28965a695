import { createHash } from 'node:crypto'
import { dump, FAILSAFE_SCHEMA } from 'js-yaml'
import { isObject, type Json, type JsonObject } from './json.ts'
import { parseManifest } from './services/importexport/manifest.ts'

/** Members that hold a secret, of whatever service, in lower case. */
const SECRETS: ReadonlySet<string> = new Set(['apikey', 'accesskeyid', 'truecryptpassword', 'pincode'])
/** Members whose text is a mapping that may hold one. */
const MANIFESTS: ReadonlySet<string> = new Set(['manifest', 'manifestaddendum'])
const NAMES = /apikey|accesskeyid|truecryptpassword|pincode/i
const DIGEST = /^sha256:[0-9a-f]{64}$/

/**
 * A value with a digest in place of each secret member, so that a secret stays in no memory, log or answer. A digest tells whether the right
 * secret arrived. A value without secrets is given back as it is.
 */
export function withoutSecrets<Value extends JsonObject>(value: Value): Value {
  return replaced(value, new Map()) as Value
}

/** What is looked at, but not to its end yet. */
const PENDING = { pending: true }

/** A manifest that holds itself. */
class CircularError extends Error {}

function replaced(value: Json | undefined, done: Map<unknown, Json>): Json | undefined {
  if (typeof value !== 'object' || value === null) return value
  // An alias of a manifest may stand in many places: each value is looked at once.
  const known = done.get(value)
  if (known === PENDING) throw new CircularError()
  if (known !== undefined) return known
  done.set(value, PENDING)
  const entries = Object.entries(value).map(([name, inner]) => [name, inner, member(name, inner, done)] as const)
  const isSame = entries.every(([, before, after]) => before === after)
  const result: Json = isSame
    ? value
    : Array.isArray(value)
      ? entries.map(([, , after]) => after ?? null)
      : Object.fromEntries(entries.map(([name, , after]) => [name, after]))
  done.set(value, result)
  return result
}

function member(name: string, value: Json | undefined, done: Map<unknown, Json>): Json | undefined {
  const lower = name.toLowerCase()
  if (SECRETS.has(lower) && value !== undefined && value !== null) return digestOf(value)
  if (MANIFESTS.has(lower) && typeof value === 'string' && NAMES.test(value)) return manifestWithout(value)
  return replaced(value, done)
}

function manifestWithout(text: string): string {
  const parsed = parsedAs(text)
  if (parsed === undefined) return digestOf(text)
  const clean = cleanOf(parsed)
  if (clean === undefined) return digestOf(text)
  // Where a name stands in a comment or in a value, nothing says that no secret is behind it.
  return clean === parsed && !text.includes('#') ? text : dump(clean, { schema: FAILSAFE_SCHEMA, lineWidth: -1 })
}

function cleanOf(manifest: JsonObject): JsonObject | undefined {
  try {
    return withoutSecrets(manifest)
  } catch (error) {
    if (error instanceof CircularError) return undefined
    throw error
  }
}

function parsedAs(text: string): JsonObject | undefined {
  try {
    const value = parseManifest(text)
    return isObject(value) ? value : undefined
  } catch {
    // A text that is no manifest is kept as a digest.
    return undefined
  }
}

function digestOf(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return DIGEST.test(text) ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`
}
