import type { SpecCode } from '../model/codes.ts'
import { at, type Json } from '../model/json.ts'
import { advise, type Remedy, suggest } from '../model/remedy.ts'
import type { Fault } from './fault.ts'
import { type Context, fault, subject } from './schema-error.ts'
import { closestWord } from './suggest.ts'
import { typeHint } from './type-hints.ts'
import { due, list, quoted, typeOf } from './words.ts'

/** A value of another type than is due. */
export function wrongType(context: Context): Fault {
  const { error, value } = context
  const types = [error.params['type'] as string | string[]].flat()
  const found = at(value, error.instancePath) ?? null
  const source = context.sourceText(context.error.instancePath)
  const isEmpty = found === null && (source === undefined || source === '')
  const message = isEmpty
    ? `${subject(context)} is empty; it must be ${due(types)}`
    : `${subject(context)} must be ${due(types)}, not ${typeOf(found, source)}`
  return fault(context, 'SPEC_TYPE', message, [advise(typeHint(context, types, found))])
}

/** A value that is none of those allowed. */
export function wrongWord(context: Context, code: SpecCode, allowed: readonly Json[]): Fault {
  const found = at(context.value, context.error.instancePath) ?? null
  const words = allowed.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)))
  const message = `${subject(context)} cannot be ${quoted(found)}`
  return fault(context, code, message, wordRemedies(found, words))
}

/** Beside a good guess, a long list is left out. */
const LISTED_BESIDE_GUESS = 4

function wordRemedies(found: Json, words: readonly string[]): Remedy[] {
  if (words.length === 1) return [advise(`write ${words[0]}`)]
  const guess = typeof found === 'string' ? closestWord(found, words) : undefined
  if (guess === undefined) return [advise(`allowed are ${list(words)}`)]
  const others =
    words.length <= LISTED_BESIDE_GUESS
      ? advise(`allowed are ${list(words)}`)
      : suggest(`see the ${words.length - 1} other words that are allowed`, 'schema')
  return [advise(`did you mean ${guess}?`), others]
}
