import { createHash } from 'node:crypto'
import { dump, FAILSAFE_SCHEMA } from 'js-yaml'
import type { Json, JsonObject } from './json.ts'
import { readManifest } from './manifest-text.ts'

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
export function maskSecrets<Value extends JsonObject>(value: Value): Value {
  return replaceSecrets(value, new Map()) as Value
}

/** What is looked at, but not to its end yet. */
const PENDING = { pending: true }

/** A manifest that holds itself. */
class CircularError extends Error {}

function replaceSecrets(value: Json | undefined, done: Map<unknown, Json>): Json | undefined {
  if (typeof value !== 'object' || value === null) return value
  // An alias of a manifest may stand in many places: each value is looked at once.
  const known = done.get(value)
  if (known === PENDING) throw new CircularError()
  if (known !== undefined) return known
  done.set(value, PENDING)
  const entries = Object.entries(value).map(([name, inner]) => [name, inner, replaceMember(name, inner, done)] as const)
  const isSame = entries.every(([, before, after]) => before === after)
  const result: Json = isSame
    ? value
    : Array.isArray(value)
      ? entries.map(([, , after]) => after ?? null)
      : Object.fromEntries(entries.map(([name, , after]) => [name, after]))
  done.set(value, result)
  return result
}

function replaceMember(name: string, value: Json | undefined, done: Map<unknown, Json>): Json | undefined {
  const lower = name.toLowerCase()
  if (SECRETS.has(lower) && value !== undefined && value !== null) return createDigest(value)
  if (MANIFESTS.has(lower) && typeof value === 'string') return maskManifest(value)
  return replaceSecrets(value, done)
}

function maskManifest(text: string): string {
  const parsed = readManifest(text)
  const clean = parsed && cleanManifest(parsed)
  if (clean === undefined) return NAMES.test(text) ? createDigest(text) : text
  // A secret may also be commented out.
  const isClean = clean === parsed && !(text.includes('#') && NAMES.test(text))
  return isClean ? text : dump(clean, { schema: FAILSAFE_SCHEMA, lineWidth: -1 })
}

function cleanManifest(manifest: JsonObject): JsonObject | undefined {
  try {
    return maskSecrets(manifest)
  } catch (error) {
    if (error instanceof CircularError) return undefined
    throw error
  }
}

function createDigest(value: Json): string {
  // What is no text has no digest that anyone could compare.
  const text = typeof value === 'object' ? '' : String(value)
  return DIGEST.test(text) ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`
}
