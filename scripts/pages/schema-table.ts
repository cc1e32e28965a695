import fs from 'node:fs'
import path from 'node:path'
import { table } from './markers.ts'

/** A part of a JSON Schema. */
export type Schema = { readonly [keyword: string]: unknown }

const FOLDER = path.join(import.meta.dirname, '../../schemas')

/** A schema of this package, by the name of its file. */
export function schemaNamed(name: string): Schema {
  return JSON.parse(fs.readFileSync(path.join(FOLDER, name), 'utf8')) as Schema
}

type Row = { readonly member: string; readonly schema: Schema; readonly required: boolean }

/** Tabulates the members of a schema: type, required, default and description. `file` is the base of each `$ref`. */
export function memberTable(schema: Schema, file: string, prefix = ''): string {
  const rows = [...rowsOf(schema, file, prefix)]
  return table(
    ['member', 'type', 'required', 'default', 'description'],
    rows.map(({ member, schema, required }) => [
      `\`${member}\``,
      typeOf(schema, file),
      required ? 'yes' : '',
      schema['default'] === undefined ? '' : `\`${String(schema['default'])}\``,
      withExample(schema),
    ]),
  )
}

function withExample({ description, examples }: Schema): string {
  const [example] = Array.isArray(examples) ? examples : []
  return typeof example === 'string' || typeof example === 'number'
    ? `${String(description)} Example: \`${example}\`.`
    : String(description)
}

function* rowsOf(schema: Schema, file: string, prefix: string): Generator<Row> {
  const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : []
  for (const [name, raw] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema | boolean>)) {
    // Skip other notations of a value ($file, $env) and reserved members.
    if (typeof raw === 'boolean' || name.startsWith('$') || 'not' in raw) continue
    const member = `${prefix}${name}`
    const value = resolved(raw, file)
    yield { member, schema: value, required: required.includes(name) }
    yield* inner(value, file, member)
  }
}

/** Lists the members of a value: of an object, of list items, and of alternatives. */
function* inner(value: Schema, file: string, member: string): Generator<Row> {
  if (value['items']) {
    const items = resolved(value['items'] as Schema, file)
    yield* rowsOf(items, file, `${member}[].`)
  }
  if (value['properties']) yield* rowsOf(value, file, `${member}.`)
  else if (!value['items'] && isObject(value['additionalProperties']))
    yield* rowsOf(resolved(value['additionalProperties'], file), file, `${member}.*.`)
  for (const word of ['then', 'else']) {
    if (isObject(value[word])) yield* inner(resolved(value[word], file), file, member)
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null
}

/** Resolves the reference of a schema. Its own keywords take precedence. */
function resolved(schema: Schema, file: string): Schema {
  const ref = schema['$ref']
  if (typeof ref !== 'string') return schema
  const [other, name = ''] = ref.split('#/$defs/')
  const found = (schemaNamed(other || file)['$defs'] as Record<string, Schema>)[name]
  if (!found) throw new Error(`${file}: no ${ref}`)
  return { ...resolved(found, other || file), ...schema }
}

/** Describes the type of a value: `integer, 1 to 1000`. */
function typeOf(schema: Schema, file: string): string {
  const { enum: values, const: only, type, items } = schema
  if (Array.isArray(values)) return values.map((value) => `\`${value}\``).join(', ')
  if (only !== undefined) return `\`${String(only)}\``
  if (isObject(items)) return `list${between(schema, 'Items', ' of')}: ${typeOf(resolved(items, file), file)}`
  if (schema['format'] === 'date-time') return 'text, ISO 8601'
  if (schema['exclusiveMinimum'] !== undefined)
    return `${String(type)}, above ${String(schema['exclusiveMinimum'])}, up to ${String(schema['maximum'])}`
  const words = (Array.isArray(type) ? type : [type]).map((word) => WORDS[String(word)] ?? String(word))
  const range = between(schema, 'imum', ',') || between(schema, 'Length', ',', ' characters')
  return `${words.join(' or ')}${range}`
}

const WORDS: Readonly<Record<string, string>> = { string: 'text', object: 'mapping', boolean: '`true` or `false`' }

/** Formats the bounds of two keywords: `, 1 to 1000`. */
function between(schema: Schema, word: string, before: string, unit = ''): string {
  const from = schema[`min${word}`]
  const to = schema[`max${word}`]
  if (from !== undefined && from === to) return `${before} ${String(to)}${unit}`
  if (to !== undefined) return `${before} ${from === undefined ? 'up to' : `${String(from)} to`} ${String(to)}${unit}`
  // A minimum of one character says no more than required.
  return from === undefined || (word === 'Length' && from === 1) ? '' : `${before} ${String(from)} or more${unit}`
}
