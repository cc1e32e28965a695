import type { ErrorObject } from 'ajv'
import { isObject, type Json, type JsonObject, joinPointer } from '../../model/json.ts'
import { type Context, getDescription } from '../check/schema-error.ts'
import { formRemedy, hasLength, suggestLength, suggestMilliseconds } from './forms.ts'
import { findClosestWord } from './suggest.ts'
import { list, nameExpectedTypes, quoteValue, shorten } from './words.ts'

/** Suggests what to write instead of a value of the wrong type. */
export function suggestType(context: Context, types: readonly string[], found: Json): string {
  return (
    (types.includes('string') && suggestText(context, found)) ||
    (types.includes('array') && suggestList(context, found)) ||
    (types.includes('object') && suggestMapping(context, found)) ||
    (types.includes('boolean') && suggestBoolean(found)) ||
    ((types.includes('number') || types.includes('integer')) && suggestNumber(context, found)) ||
    `write ${nameExpectedTypes(types)}`
  )
}

function suggestText({ error, sourceText }: Context, found: Json): string | undefined {
  if (typeof found === 'object' && found !== null) return undefined
  const source = sourceText(error.instancePath)
  const isEmpty = found === null && (source === undefined || source === '')
  if (typeof found === 'string' || isEmpty) return undefined
  const text = source ?? String(found)
  const words: unknown = error.parentSchema?.['enum']
  const word = typeof found === 'boolean' ? (found ? 'yes' : 'no') : undefined
  // The manifest's own words for true and false.
  if (word !== undefined && Array.isArray(words) && words.includes(word)) return `write "${word}", in quotes`
  const example: unknown = error.parentSchema?.['examples']?.[0]
  if (typeof example === 'string' && /^\d{4}-\d\d-\d\d/.test(example)) {
    const moment = suggestMilliseconds(text)
    if (moment !== undefined) return moment
  }
  const refusal = findRefusal(error, text)
  if (refusal !== undefined) return refusal
  if (/^\d{12}$/.test(text))
    return `quote it: "${text}"; an account ID is text, and one that begins with 0 would lose it`
  return `quote it: "${text}"`
}

/** Suggests what to write if another rule would reject the quoted text too. */
function findRefusal(error: ErrorObject, text: string): string | undefined {
  const rule: Record<string, unknown> = error.parentSchema ?? {}
  const { enum: words, pattern } = rule
  if (Array.isArray(words)) {
    if (words.includes(text)) return undefined
    const meant = findClosestWord(text, words.map(String))
    return meant === undefined ? `allowed are ${list(words.map(String))}` : `did you mean ${JSON.stringify(meant)}?`
  }
  if (!hasLength(rule, text)) return `${suggestLength(rule, text)}, in quotes`
  const fits = typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)
  if (fits && rule['format'] === undefined) return undefined
  return formRemedy(
    { ...error, keyword: typeof pattern === 'string' ? 'pattern' : 'format', params: { pattern } },
    text,
  ).text
}

function suggestList(context: Context, found: Json): string | undefined {
  const { error } = context
  const items: unknown = error.parentSchema?.['items']
  if (isTag(items) && typeof found === 'string') return `make it a list: - ${formatTag(found)}`
  if (typeof found === 'string' || typeof found === 'number') {
    const item = typeof found === 'string' && /[:#,[\]{}]/.test(found) ? `"${found}"` : String(found)
    return item.length > 100 ? 'make it a list: put "- " before it' : `make it a list: [ ${item} ]`
  }
  if (!isObject(found)) return undefined
  const [first] = Object.entries(found)
  if (isTag(items) && first && !TAG.includes(first[0]))
    return `make it a list, with one line for each: - ${formatTag(first[0], restoreWritten(context, first))}`
  return 'make it a list: put "- " before the first member of each item'
}

const TAG = ['Key', 'Value']

/** Returns true for the schema of a tag in its usual form. */
export function isTag(schema: unknown): boolean {
  return isObject(schema) && isObject(schema['properties']) && Object.keys(schema['properties']).join() === TAG.join()
}

/** Formats a tag from `env` and `prod`, or from `env=prod`. */
export function formatTag(found: string, inner?: Json): string {
  const [key = '', ...more] = inner === undefined ? found.split(/[=:]/) : [found]
  const value = inner === undefined ? more.join('=').trim() : typeof inner === 'string' ? inner : JSON.stringify(inner)
  return `{ Key: ${formatFlow(key.trim())}, Value: ${formatFlow(value)} }`
}

/** A member's value as the file has it, so that `3.10` keeps its zero. */
export function restoreWritten({ error, sourceText }: Context, [member, value]: readonly [string, Json]): Json {
  return typeof value === 'object' ? value : (sourceText(joinPointer(error.instancePath, member)) ?? value)
}

/** Formats a text inside a flow mapping, quoted if YAML would read anything else. */
function formatFlow(text: string): string {
  return /^[A-Za-z][\w./@-]*$/.test(text) ? shorten(text) : JSON.stringify(shorten(text))
}

/** The remedy for a mapping that YAML reads as one text. */
export const ADD_SPACE_AFTER_COLON = 'write a space after the colon of every member, as in "key: value"'

function suggestMapping({ error }: Context, found: Json): string | undefined {
  if (typeof found === 'string' && /^[\w$-]+:\S/.test(found) && !/^[\w-]+:\/\//.test(found))
    return ADD_SPACE_AFTER_COLON
  if (isTag(error.parentSchema)) {
    if (typeof found === 'string') return `write it as ${formatTag(found)}`
    if (Array.isArray(found) && found.length === 2 && found.every((one) => typeof one === 'string'))
      return `write it as ${formatTag(...(found as [string, string]))}`
  }
  const properties = (error.parentSchema?.['properties'] ?? {}) as Record<string, JsonObject>
  // A property that must be missing is in the schema only for its message.
  const members = Object.keys(properties).filter((name) => properties[name]?.['not'] === undefined)
  const required = (error.parentSchema?.['required'] ?? []) as string[]
  if (Array.isArray(found) && found.length === 1 && isObject(found[0]!))
    return 'take it out of the list, without "- " or [ ]: it is a single mapping'
  const names = required.length > 0 ? required : members
  return names.length === 0 ? undefined : `write its members below it, indented: ${list(names)}`
}

const TRUE = /^(y|yes|on|true|1)$/i
const FALSE = /^(n|no|off|false|0)$/i

function suggestBoolean(found: Json): string | undefined {
  const text = typeof found === 'string' || typeof found === 'number' ? String(found) : ''
  const meant = TRUE.test(text) ? 'true' : FALSE.test(text) ? 'false' : undefined
  if (meant === undefined) return undefined
  if (text === meant) return `write it without quotes: ${meant}`
  return typeof found === 'string' ? `write ${meant}; ${quoteValue(found)} is text in YAML 1.2` : `write ${meant}`
}

function suggestNumber({ error }: Context, found: Json): string | undefined {
  if (typeof found === 'number') return 'write a whole number, without a point'
  if (typeof found !== 'string') return undefined
  if (/^[-+]?0\d+$/.test(found)) return `write ${Number(found)}`
  if (/^-?\d+(\.\d+)?$/.test(found)) return `write it without quotes: ${shorten(found)}`
  const plain = found.replace(/(?<=\d)[,_' ](?=\d{3})/g, '')
  if (/^-?\d+(\.\d+)?$/.test(plain)) return `write ${shorten(plain)}`
  const percent = /^(-?\d+(?:\.\d+)?)\s*%$/.exec(found)?.[1]
  if (percent !== undefined) return `write ${percent}, without the sign`
  const what = getDescription(error)
  return /^\d/.test(found) && what !== undefined ? `write a number alone; it is: ${what}` : undefined
}
