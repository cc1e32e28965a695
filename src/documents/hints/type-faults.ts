import type { SpecCode } from '../../model/codes.ts'
import { getValue, type Json } from '../../model/json.ts'
import { advise, type Remedy, suggest } from '../../model/remedy.ts'
import type { Fault } from '../check/fault.ts'
import { type Context, createFault, nameSubject } from '../check/schema-error.ts'
import { findClosestWord } from './suggest.ts'
import { suggestType } from './type-hints.ts'
import { list, nameExpectedTypes, nameType, quoteValue } from './words.ts'

/** Describes a value of the wrong type. */
export function describeWrongType(context: Context): Fault {
  const { error, value } = context
  const types = [error.params['type'] as string | string[]].flat()
  const found = getValue(value, error.instancePath) ?? null
  const source = context.sourceText(context.error.instancePath)
  const isEmpty = found === null && (source === undefined || source === '')
  const message = isEmpty
    ? `${nameSubject(context)} is empty; it must be ${nameExpectedTypes(types)}`
    : `${nameSubject(context)} must be ${nameExpectedTypes(types)}, not ${nameType(found, source)}`
  return createFault(context, 'SPEC_TYPE', message, [advise(suggestType(context, types, found))])
}

/** Describes a value that is not among the allowed ones. */
export function describeWrongWord(context: Context, code: SpecCode, allowed: readonly Json[]): Fault {
  const found = getValue(context.value, context.error.instancePath) ?? null
  const words = allowed.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)))
  const message = `${nameSubject(context)} cannot be ${quoteValue(found)}`
  return createFault(context, code, message, suggestWords(found, words))
}

/** Beside a good suggestion, a long list is left out. */
const LISTED_BESIDE_GUESS = 4

function suggestWords(found: Json, words: readonly string[]): Remedy[] {
  if (words.length === 1) return [advise(`write ${words[0]}`)]
  const guess = typeof found === 'string' ? findClosestWord(found, words) : undefined
  if (guess === undefined) return [advise(`allowed are ${list(words)}`)]
  const others =
    words.length <= LISTED_BESIDE_GUESS
      ? advise(`allowed are ${list(words)}`)
      : suggest(`see the ${words.length - 1} other words that are allowed`, 'schema')
  return [advise(`did you mean ${guess}?`), others]
}
