import { FAILSAFE_SCHEMA, load } from 'js-yaml'
import { isObject, type JsonObject } from './json.ts'

/**
 * Parses a manifest, with all scalars as text; undefined if the text holds none. AWS's own samples write
 * `manifestVersion:2.0` without a space, which YAML reads as one text. Such keys are split.
 */
export function readManifest(text: string): JsonObject | undefined {
  const strict = tryLoad(text)
  if (isManifest(strict)) return strict
  const lenient = tryLoad(text.replace(/^([ \t]*(?:- +)?[A-Za-z]\w*):(?=[^\s:])/gm, '$1: '))
  return isManifest(lenient) ? lenient : undefined
}

function isManifest(value: unknown): value is JsonObject {
  return isObject(value) && value['manifestVersion'] !== undefined
}

function tryLoad(text: string): unknown {
  try {
    // Failsafe: every scalar stays text, such as 2.0 and yes.
    return load(text, { schema: FAILSAFE_SCHEMA })
  } catch {
    // AWS does not report what is wrong with the text either.
    return undefined
  }
}
