import type { Json, JsonObject } from '../../../model/json.ts'
import type { Shape, Shapes } from './shape.ts'

/** Sample texts for AWS formats whose schemas give no example. */
const TEXTS = [
  'example',
  'Example text',
  'a'.repeat(32),
  '123456789012',
  'arn:aws:iam::123456789012:role/example',
  's3://example-bucket/folder/',
  'IotJob/example',
  'https://example.com/file',
]

/**
 * Creates a small value that fits a shape: its first example or allowed word, else a generated one. A mapping gets its required members. If
 * none are required, it gets one member, or none with `least`.
 */
export function createSample(shape: Shape, shapes: Shapes, least = false): Json {
  const { schema } = shape
  const [example] = [schema['examples'], schema['enum']].find(Array.isArray) ?? []
  const sample = schema['const'] ?? (schema['default'] === undefined ? example : schema['default'])
  if (sample !== undefined) return sample
  const item = shapes.itemOf(shape)
  if (item) return [createSample(item, shapes, least)]
  const type = [schema['type']].flat()
  if (type.includes('boolean')) return true
  if (type.includes('integer') || type.includes('number'))
    return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1
  const members = shapes.membersOf(shape)
  if (members.size > 0) return createMapping(shapes.requiredOf(shape), members, shapes, least)
  return type.includes('object') ? { example: 'text' } : createText(schema)
}

function createMapping(
  required: readonly string[],
  members: ReadonlyMap<string, Shape>,
  shapes: Shapes,
  least: boolean,
): JsonObject {
  const named = [...members].filter(([name]) => required.includes(name))
  const one = [...members].find(([, member]) => member.schema['default'] !== undefined) ?? [...members][0]!
  const chosen = named.length > 0 || least ? named : [one]
  return Object.fromEntries(chosen.map(([name, member]) => [name, createSample(member, shapes, least)]))
}

function createText(schema: JsonObject): string {
  const { pattern, format, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
  if (format === 'date-time') return '2026-12-01T02:00:00Z'
  const form = typeof pattern === 'string' ? new RegExp(pattern, 'u') : undefined
  const fits = (text: string): boolean =>
    text.length >= Number(minLength) && text.length <= Number(maxLength) && (form === undefined || form.test(text))
  return TEXTS.find(fits) ?? 'example'
}
