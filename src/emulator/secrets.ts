import { createHash } from 'node:crypto'
import { dump, FAILSAFE_SCHEMA } from 'js-yaml'
import type { Json, JsonObject } from './json.ts'
import { readManifest } from './manifest-text.ts'

/** Secret members of all services, in lower case. */
const SECRETS: ReadonlySet<string> = new Set(['apikey', 'accesskeyid', 'truecryptpassword', 'pincode'])
/** Members whose text is a mapping that may hold a secret. */
const MANIFESTS: ReadonlySet<string> = new Set(['manifest', 'manifestaddendum'])
const NAMES = /apikey|accesskeyid|truecryptpassword|pincode/i
const DIGEST = /^sha256:[0-9a-f]{64}$/

/**
 * Replaces each secret member with a digest, so that no memory, log or answer keeps a secret. A digest shows whether
 * the right secret arrived. A value without secrets is returned unchanged.
 */
export function maskSecrets<Value extends JsonObject>(value: Value): Value {
  return replaceSecrets(value, new Map()) as Value
}

/** Visited, but not finished. */
const PENDING = { pending: true }

/** A manifest that contains itself. */
class CircularError extends Error {}

function replaceSecrets(value: Json | undefined, done: Map<unknown, Json>): Json | undefined {
  if (typeof value !== 'object' || value === null) return value
  // Aliases may repeat a value many times, so each value is visited once.
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
  // A commented-out secret counts too.
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
  // A value that is not text has no comparable digest.
  const text = typeof value === 'object' ? '' : String(value)
  return DIGEST.test(text) ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`
}
