import fs from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { SpecCode } from '../../src/model/codes.ts'
import {
  getValue,
  isObject,
  type Json,
  type JsonObject,
  joinPointer,
  type Pointer,
  splitPointer,
} from '../../src/model/json.ts'

/*
 * Values derived from the schemas: for each constraint that a sound value meets, the values nearest to its bound on either side.
 * A rule is named by file, place and keyword: `IotJob.schema.json#/properties/jobId/maxLength`.
 */

type Schema = JsonObject

/** One changed value, and what is to be said of it: nothing, or one code at one place. */
export type Case = {
  readonly rule: string
  /** Where the value is that the rule is about. */
  readonly place: Pointer
  readonly value: Json
  readonly fault?: { readonly code: SpecCode; readonly pointer: Pointer; readonly aim: 'key' | 'value' }
}

const BASE = 'https://jobwright.dev/schemas/v1/'
const FOLDER = new URL('../../schemas/', import.meta.url)
const cache = new Map<string, Schema>()

/** A file of schemas/. */
export function read(file: string): Schema {
  const known = cache.get(file)
  if (known) return known
  const text = fs.readFileSync(new URL(file, FOLDER), 'utf8')
  const schema = JSON.parse(text) as Schema
  cache.set(file, schema)
  return schema
}

/** What a constraint's breach is called. */
const CODES: Readonly<Record<string, SpecCode>> = {
  type: 'SPEC_TYPE',
  enum: 'SPEC_ENUM',
  const: 'SPEC_CONST',
  pattern: 'SPEC_PATTERN',
  format: 'SPEC_FORMAT',
  minLength: 'SPEC_LENGTH',
  maxLength: 'SPEC_LENGTH',
  minimum: 'SPEC_RANGE',
  maximum: 'SPEC_RANGE',
  minItems: 'SPEC_ITEMS',
  maxItems: 'SPEC_ITEMS',
  uniqueItems: 'SPEC_ITEMS',
  minProperties: 'SPEC_ITEMS',
  maxProperties: 'SPEC_ITEMS',
  required: 'SPEC_MISSING_MEMBER',
  dependentRequired: 'SPEC_MISSING_MEMBER',
  additionalProperties: 'SPEC_UNKNOWN_MEMBER',
  not: 'SPEC_RULE',
}
const NO_RULES = new Set([
  'title',
  'description',
  'deprecated',
  '$comment',
  'examples',
  'default',
  'enumDescriptions',
  'doNotSuggest',
  '$schema',
  '$id',
  '$defs',
  '$ref',
  'if',
])
const PLACES = ['properties', 'allOf', 'dependentSchemas', '$defs']

/** Every constraint that a file holds, but for those that only select (`if`, `not`). An unknown keyword throws: it needs a rule here. */
export function rulesOf(file: string, pointer: Pointer = ''): string[] {
  const schema = getValue(read(file), pointer)
  if (!isObject(schema)) return []
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const here = joinPointer(pointer, keyword)
    if (PLACES.includes(keyword))
      return Object.keys(value as object).flatMap((step) => rulesOf(file, joinPointer(here, step)))
    if (['then', 'else', 'items', 'propertyNames'].includes(keyword)) return rulesOf(file, here)
    if (keyword === 'additionalProperties' && isObject(value)) return rulesOf(file, here)
    if (NO_RULES.has(keyword)) return []
    if (!(keyword in CODES)) throw new Error(`${file}#${here}: no values are derived for ${keyword}`)
    if (keyword === 'required') return (value as string[]).map((member) => `${file}#${here}/${member}`)
    if (keyword === 'dependentRequired')
      return Object.keys(value as object).map((member) => `${file}#${here}/${member}`)
    return [`${file}#${here}`]
  })
}

/** The smallest sound value of a schema that has every member: its example, where it has one. */
export function fill(file: string, pointer: Pointer = ''): Json {
  const schema = getValue(read(file), pointer)
  if (!isObject(schema)) return 'x'
  const examples = schema['examples'] as readonly Json[] | undefined
  if (schema['const'] !== undefined) return schema['const']
  if (examples) return examples[0] ?? null
  if (schema['enum']) return (schema['enum'] as readonly Json[])[0] ?? null
  if (typeof schema['$ref'] === 'string') return fill(...target(file, schema['$ref']))
  switch ([schema['type']].flat()[0]) {
    case 'object':
      return fillObject(file, pointer, schema)
    case 'array':
      return [fill(file, joinPointer(pointer, 'items'))]
    case 'integer':
    case 'number':
      return schema['minimum'] ?? 1
    case 'boolean':
      return true
    default:
      return fillText(schema)
  }
}

function fillObject(file: string, pointer: Pointer, schema: Schema): JsonObject {
  const properties = Object.entries((schema['properties'] ?? {}) as JsonObject)
    .filter(([, inner]) => isObject(inner) && inner['not'] === undefined)
    .map(([member]) => [member, fill(file, `${pointer}/properties${joinPointer('', member)}`)])
  if (properties.length > 0 || !isObject(schema['additionalProperties'])) return Object.fromEntries(properties)
  return { extra: fill(file, joinPointer(pointer, 'additionalProperties')) }
}

function fillText(schema: Schema): string {
  for (const letter of ['a', '0']) {
    for (let length = Number(schema['minLength'] ?? 1); length <= 64; length++) {
      const text = letter.repeat(Math.max(1, length))
      if (fits(schema, text)) return text
    }
  }
  throw new Error(`give an example of ${JSON.stringify(schema)}`)
}

/** Whether a text has the form and the length that are due. */
function fits(schema: Schema, text: string, except?: string): boolean {
  const { pattern, minLength, maxLength } = schema
  const length = Array.from(text).length
  if (except !== 'pattern' && typeof pattern === 'string' && !new RegExp(pattern, 'u').test(text)) return false
  if (except !== 'minLength' && typeof minLength === 'number' && length < minLength) return false
  return !(except !== 'maxLength' && typeof maxLength === 'number' && length > maxLength)
}

/** The file and place that a reference leads to. */
function target(file: string, ref: string): [file: string, pointer: Pointer] {
  const [other, pointer = ''] = ref.split('#')
  return [other || file, pointer]
}

/** A value with another one at a pointer; undefined takes a member out. */
export function put(value: Json, pointer: Pointer, by: Json | undefined): Json {
  const [step, ...rest] = splitPointer(pointer)
  if (step === undefined) return by ?? null
  const under = rest.reduce<Pointer>((path, one) => joinPointer(path, one), '')
  if (Array.isArray(value))
    return value.map((item: Json, index) => (String(index) === step ? put(item, under, by) : item))
  const own = isObject(value) ? value : {}
  if (rest.length > 0 || by !== undefined) return { ...own, [step]: put(own[step] ?? {}, under, by) }
  return Object.fromEntries(Object.entries(own).filter(([member]) => member !== step))
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv, ['date-time'])
for (const file of fs.readdirSync(FOLDER)) ajv.addSchema(read(file))

/** Whether a value meets a part of a schema: which branch of a condition applies. */
function meets(file: string, pointer: Pointer, value: Json): boolean {
  const validate = ajv.getSchema(`${BASE}${file}#${pointer}`)
  if (!validate) throw new Error(`no schema ${file}#${pointer}`)
  return validate(value) as boolean
}

/** All cases of the constraints that a sound value meets. `whole` is sound; the schema at `pointer` is that of the value at `place`. */
export function* derive(whole: Json, file: string, pointer: Pointer = '', place: Pointer = ''): Generator<Case> {
  const schema = getValue(read(file), pointer)
  const value = getValue(whole, place)
  if (!isObject(schema) || value === undefined) return
  if (typeof schema['$ref'] === 'string') yield* derive(whole, ...target(file, schema['$ref']), place)
  for (const [keyword, rule] of Object.entries(schema)) {
    if (keyword in CODES && keyword !== 'not') {
      for (const one of casesOf(keyword, rule, schema, value))
        yield at_(whole, place, `${file}#${joinPointer(pointer, keyword)}`, one)
    }
  }
  yield* inner(whole, schema, file, pointer, place)
  if (schema['if'] !== undefined) {
    const branch = meets(file, joinPointer(pointer, 'if'), value) ? 'then' : 'else'
    yield* derive(whole, file, joinPointer(pointer, branch), place)
  }
  for (const [index] of ((schema['allOf'] ?? []) as readonly Json[]).entries())
    yield* derive(whole, file, `${pointer}/allOf/${index}`, place)
  for (const member of Object.keys((schema['dependentSchemas'] ?? {}) as object))
    if (isObject(value) && value[member] !== undefined)
      yield* derive(whole, file, `${pointer}/dependentSchemas${joinPointer('', member)}`, place)
}

function* inner(whole: Json, schema: Schema, file: string, pointer: Pointer, place: Pointer): Generator<Case> {
  const value = getValue(whole, place)
  if (Array.isArray(value)) yield* derive(whole, file, joinPointer(pointer, 'items'), joinPointer(place, 0))
  if (!isObject(value)) return
  const properties = (schema['properties'] ?? {}) as JsonObject
  for (const [member, rule] of Object.entries(properties)) {
    const here = `${pointer}/properties${joinPointer('', member)}`
    const there = joinPointer(place, member)
    if (isObject(rule) && rule['not'] !== undefined) {
      const fault = { code: CODES['not']!, pointer: there, aim: 'key' as const }
      yield { rule: `${file}#${here}/not`, place, value: put(whole, there, 'x'), fault }
    } else yield* derive(whole, file, here, there)
  }
  for (const member of Object.keys(value)) {
    if (isObject(schema['additionalProperties']) && !(member in properties))
      yield* derive(whole, file, joinPointer(pointer, 'additionalProperties'), joinPointer(place, member))
  }
  const [name] = Object.keys(value)
  if (isObject(schema['propertyNames']) && name !== undefined) yield* keys(whole, schema, file, pointer, place, name)
}

/** Cases of the key of a member whose name may be chosen. */
function* keys(
  whole: Json,
  schema: Schema,
  file: string,
  pointer: Pointer,
  place: Pointer,
  name: string,
): Generator<Case> {
  const rules = schema['propertyNames'] as Schema
  const without = put(whole, joinPointer(place, name), undefined)
  for (const [keyword, rule] of Object.entries(rules)) {
    for (const { value, is } of casesOf(keyword, rule, rules, name)) {
      const there = joinPointer(place, String(value))
      yield {
        rule: `${file}#${pointer}/propertyNames/${keyword}`,
        place,
        value: put(without, there, getValue(whole, joinPointer(place, name)) ?? null),
        ...(is === 'sound' ? {} : { fault: { code: CODES[keyword]!, pointer: there, aim: 'key' } }),
      }
    }
  }
}

/** A change of one value: sound, or broken by this constraint alone; `member`: the one that is missing or not known. */
type Change = {
  readonly value: Json
  readonly is: 'sound' | 'broken'
  readonly member?: string
  readonly part?: string
}

function at_(whole: Json, place: Pointer, rule: string, { value, is, member, part }: Change): Case {
  const changed = put(whole, place, value)
  const keyword = rule.slice(rule.lastIndexOf('/') + 1)
  const name = part === undefined ? rule : `${rule}/${part}`
  if (is === 'sound') return { rule: name, place, value: changed }
  const pointer = member === undefined ? place : joinPointer(place, member)
  return {
    rule: name,
    place,
    value: changed,
    fault: { code: CODES[keyword]!, pointer, aim: member === undefined ? 'value' : 'key' },
  }
}

function casesOf(keyword: string, rule: Json, schema: Schema, value: Json): Change[] {
  const broken = (changed: Json): Change => ({ value: changed, is: 'broken' })
  const sound = (changed: Json): Change => ({ value: changed, is: 'sound' })
  const bound = Number(rule)
  switch (keyword) {
    case 'type':
      return [broken(otherType([rule].flat() as string[]))]
    case 'enum':
      return [...(rule as Json[]).map(sound), broken(`${String((rule as Json[])[0])}x`)]
    case 'const':
      return [sound(rule), broken(`${String(rule)}x`)]
    case 'minimum':
      return [sound(bound), broken(bound - step(schema))]
    case 'maximum':
      return [sound(bound), broken(bound + step(schema))]
    case 'minItems':
      return Array.isArray(value) ? [sound(items(value, bound)), broken(items(value, bound - 1))] : []
    case 'maxItems':
      return Array.isArray(value) ? [sound(items(value, bound)), broken(items(value, bound + 1))] : []
    case 'uniqueItems':
      return Array.isArray(value) ? [sound(items(value, 2)), broken([value[0] ?? null, value[0] ?? null])] : []
    case 'minLength':
    case 'maxLength':
      return typeof value === 'string' ? lengths(keyword, bound, schema, value) : []
    case 'pattern':
      return typeof value === 'string' ? [sound(value), broken(misshaped(schema, value))] : []
    case 'format':
      return typeof value === 'string' ? [sound(value), broken(value.replace(/-\d\d-\d\dT/, '-02-30T'))] : []
    default:
      return isObject(value) ? memberCases(keyword, rule, schema, value) : []
  }
}

function memberCases(keyword: string, rule: Json, schema: Schema, value: JsonObject): Change[] {
  const names = Object.keys(value)
  switch (keyword) {
    case 'required':
      return (rule as string[]).map((member) => ({
        value: put(value, joinPointer('', member), undefined),
        is: 'broken',
        member,
        part: member,
      }))
    case 'dependentRequired':
      return Object.entries(rule as Record<string, string[]>)
        .filter(([because]) => because in value)
        .flatMap(([because, needed]) =>
          needed.map((member) => ({
            value: put(value, joinPointer('', member), undefined),
            is: 'broken' as const,
            member,
            part: because,
          })),
        )
    case 'additionalProperties':
      return rule === false ? [{ value: { ...value, unheardOf: 'x' }, is: 'broken', member: 'unheardOf' }] : []
    case 'minProperties':
      return [{ value: Object.fromEntries(Object.entries(value).slice(0, Number(rule) - 1)), is: 'broken' }]
    case 'maxProperties': {
      const others = Object.keys((schema['properties'] ?? {}) as object).filter((name) => !names.includes(name))
      const more = Array.from(
        { length: Number(rule) + 1 - names.length },
        (_, index) => others[index] ?? `extra${index}`,
      )
      const first = Object.values(value)[0] ?? 'x'
      return [{ value: { ...value, ...Object.fromEntries(more.map((name) => [name, first])) }, is: 'broken' }]
    }
    default:
      return []
  }
}

/** A value of another type, as near as may be: 1.5 for a whole number, a list for a mapping, a number for a text. */
function otherType(types: readonly string[]): Json {
  if (types.includes('integer')) return 1.5
  if (types.includes('string')) return types.includes('array') ? 7 : types.includes('object') ? [] : 7
  return types.includes('object') ? [] : 'text'
}

function step({ type }: Schema): number {
  return type === 'integer' ? 1 : 0.01
}

function items(value: readonly Json[], length: number): Json[] {
  return Array.from({ length }, (_, index) => varied(value[0] ?? null, index))
}

/** A value like another: text with a number at its end, in the same length where it is long. */
function varied(value: Json, index: number): Json {
  if (index === 0) return value
  if (isObject(value)) {
    const own = (member: string): boolean => /Key$|Id$|Name$|Arn$|^job$/.test(member)
    return Object.fromEntries(
      Object.entries(value).map(([member, one]) => [member, own(member) ? varied(one, index) : one]),
    )
  }
  if (typeof value !== 'string') return value
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value))
    return new Date(Date.parse(`${value}Z`) + index * 60_000).toISOString().slice(0, 16)
  return value.length >= 30 ? value.slice(0, -3) + String(index).padStart(3, '0') : value + index
}

/** Text at a bound of its length, where its form allows that, and text just beyond. */
function lengths(keyword: 'minLength' | 'maxLength', bound: number, schema: Schema, value: string): Change[] {
  const beyond = keyword === 'minLength' ? bound - 1 : bound + 1
  const exact = resized(value, bound).find((text) => fits(schema, text))
  const over = resized(value, beyond).find((text) => fits(schema, text, keyword)) ?? resized(value, beyond)[0] ?? ''
  return [...(exact === undefined ? [] : [{ value: exact, is: 'sound' as const }]), { value: over, is: 'broken' }]
}

function resized(value: string, length: number): string[] {
  const letters = Array.from(value)
  if (letters.length >= length)
    return [letters.slice(0, length).join(''), letters.slice(letters.length - length).join('')]
  const more = length - letters.length
  return (/^\d+$/.test(value) ? ['0', 'a'] : ['a', '0'])
    .flatMap((letter) => [value + letter.repeat(more), letter.repeat(more) + value])
    .concat(value.replace(/[}"]?$/, (end) => 'a'.repeat(more) + end))
}

/** The text that is nearest to a sound one and has another form, of a length that is fine. */
function misshaped(schema: Schema, value: string): string {
  const marks = ['!', ' ', '/', '\u00e9', '\u200b']
  const candidates = marks.flatMap((mark) => [
    value + mark,
    mark + value,
    mark + value.slice(1),
    value.slice(0, -1) + mark,
  ])
  const wrong = [...candidates, value.slice(1), value.slice(0, -1), 'wrong', '!'.repeat(24)].find(
    (text) => !new RegExp(String(schema['pattern']), 'u').test(text) && fits(schema, text, 'pattern'),
  )
  if (wrong === undefined) throw new Error(`no text breaks ${String(schema['pattern'])} alone`)
  return wrong
}
