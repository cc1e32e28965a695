import { formatNumber } from '../../model/format-number.ts'
import { isObject, type Json } from '../../model/json.ts'

/** JSON Schema's types in words. */
const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'empty',
}

/** Names a value's type as the end of a sentence. `source` is its text in the file, if known. */
export function nameType(value: Json, source?: string): string {
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'a mapping'
  return typeof value === 'string'
    ? `the text ${quoteValue(value)}`
    : `${typeof value === 'number' ? 'the number ' : ''}${shorten(source ?? String(value))}`
}

/** Names the expected JSON Schema types. */
export function nameExpectedTypes(types: readonly string[]): string {
  return list(
    types.map((type) => typeNames[type] ?? type),
    'or',
  )
}

/** Counts the items or members of a value. */
export function measureSize(value: Json): number {
  return Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0
}

/** Describes a range of counts. Either end may be missing. */
export function describeRange(least: unknown, most: unknown, unit: string): string {
  if (typeof least !== 'number' || least === 0) return `at most ${count(Number(most), unit)}`
  if (typeof most !== 'number') return `at least ${count(least, unit)}`
  return least === most ? `exactly ${count(least, unit)}` : `from ${least} to ${count(most, unit)}`
}

/** `1 item`, `2 items`. */
export function count(amount: number, unit: string): string {
  return `${formatNumber(amount)} ${unit}${amount === 1 ? '' : 's'}`
}

/** Describes the range of numbers that a schema's rule allows. */
export function suggestRange(rule: Readonly<Record<string, unknown>>): string {
  const bounds = {
    minimum: 'at least',
    exclusiveMinimum: 'more than',
    maximum: 'at most',
    exclusiveMaximum: 'less than',
  }
  return Object.entries(bounds)
    .filter(([keyword]) => rule[keyword] !== undefined)
    .map(([keyword, words]) => `${words} ${Number(rule[keyword])}`)
    .join(' and ')
}

/** The most words of a list that are shown. */
const SHOWN = 24

/** `a, b and c`; a long list is cut off. */
export function list(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (words.length > SHOWN) return `${words.slice(0, SHOWN).join(', ')} and ${words.length - SHOWN} more`
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** Quotes a value in a sentence, shortened if it is long. */
export function quoteValue(value: Json): string {
  return typeof value === 'string' ? `"${shorten(value)}"` : shorten(JSON.stringify(value))
}

/** Shortens a long text. */
export function shorten(text: string): string {
  // Do not end on half a surrogate pair.
  return text.length > 60 ? `${text.slice(0, 59).replace(/[\ud800-\udbff]$/, '')}…` : text
}
