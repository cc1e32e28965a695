import { at, isObject, type Json } from '../model/json.ts'
import type { SpecCode } from './codes.ts'
import type { Fault } from './fault.ts'
import { type Context, fault, subject } from './schema-error.ts'
import { didYouMean } from './suggest.ts'
import { due, list, quoted, short, typeOf } from './words.ts'

/** A value of another type than is due. */
export function wrongType(context: Context): Fault {
  const { error, value } = context
  const types = [error.params['type'] as string | string[]].flat()
  const found = at(value, error.instancePath) ?? null
  const message =
    found === null
      ? `${subject(context)} is empty; it must be ${due(types)}`
      : `${subject(context)} must be ${due(types)}, not ${typeOf(found)}`
  return fault(context, 'SPEC_TYPE', message, typeHint(context, types, found))
}

function typeHint(context: Context, types: readonly string[], found: Json): string {
  if (types.includes('string') && (typeof found === 'number' || typeof found === 'boolean')) {
    const text = context.sourceText(context.error.instancePath) ?? String(found)
    return `quote it: "${text}"`
  }
  if (types.includes('array') && (typeof found === 'string' || isObject(found)))
    return 'make it a list: [ … ], or lines that begin with "- "'
  if (types.includes('object') && typeof found === 'string' && /^[\w-]+:\S/.test(found))
    return 'write a space after the colon of every member: "key: value"'
  if (typeof found === 'string' && isScalarOf(types, found)) return `write it without quotes: ${short(found)}`
  return `write ${due(types)}`
}

/** Whether a text would be of one of these types without its quotes. */
function isScalarOf(types: readonly string[], text: string): boolean {
  if (/^(true|false)$/.test(text)) return types.includes('boolean')
  return /^-?\d+(\.\d+)?$/.test(text) && types.some((type) => type === 'number' || type === 'integer')
}

/** A value that is none of those allowed. */
export function wrongWord(context: Context, code: SpecCode, allowed: readonly Json[]): Fault {
  const found = at(context.value, context.error.instancePath) ?? null
  const words = allowed.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)))
  const guess = typeof found === 'string' && words.length > 1 ? didYouMean(found, words) : ''
  const message = `${subject(context)} cannot be ${quoted(found)}`
  return fault(context, code, message, `${guess}${words.length === 1 ? 'it must be' : 'allowed are'} ${list(words)}`)
}
