import { FAILSAFE_SCHEMA, load } from 'js-yaml'
import { isObject, type JsonObject } from './json.ts'

/**
 * The manifest that a text holds, whose scalars are all texts; undefined where it holds none. AWS's own samples write
 * `manifestVersion:2.0` without a space, which YAML reads as one text: such keys are told apart.
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
    // Failsafe: every scalar stays the text that was written, 2.0 and yes included.
    return load(text, { schema: FAILSAFE_SCHEMA })
  } catch {
    // What is wrong with the text is of no use to the caller: AWS does not say it either.
    return undefined
  }
}
