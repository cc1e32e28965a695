import { isObject, type Json } from './json.ts'
import type { Shape, Structure } from './shape.ts'

/** One thing wrong with an input. `type` problems stop AWS from reading the request at all; the others are its validation. */
export type Problem = { readonly kind: 'type' | 'missing' | 'constraint'; readonly text: string }

/**
 * Reads a value by its shape.
 * @returns a copy that holds known members only, null counting as absent, and everything that is wrong with it
 */
export function checkShape(shape: Shape, value: Json): { value: Json; problems: Problem[] } {
  const problems: Problem[] = []
  return { value: read(shape, value, '', problems), problems }
}

function read(shape: Shape, value: Json, path: string, problems: Problem[]): Json {
  if (!hasType(shape, value)) {
    problems.push({ kind: 'type', text: `${describe(value)} at '${path}' can not be converted to ${shape.type}` })
    return value
  }
  for (const constraint of listBroken(shape, value)) {
    problems.push({
      kind: 'constraint',
      text: `Value ${quote(value)} at '${path}' failed to satisfy constraint: Member must ${constraint}`,
    })
  }
  return readParts(shape, value, path, problems)
}

function readParts(shape: Shape, value: Json, path: string, problems: Problem[]): Json {
  if (shape.type === 'list') {
    return (value as Json[]).map((item, index) => read(shape.of, item, `${path}.${index + 1}.member`, problems))
  }
  if (shape.type === 'map') {
    return Object.fromEntries(
      Object.entries(value as object).map(([name, part]) => {
        read(shape.key, name, `${path}.key`, problems)
        return [name, read(shape.value, part, `${path}.${name}`, problems)]
      }),
    )
  }
  return shape.type === 'structure' ? readMembers(shape, value as object, path, problems) : value
}

function readMembers(shape: Structure, value: object, path: string, problems: Problem[]): Json {
  const given = new Map(Object.entries(value).filter(([, part]) => part !== null && part !== undefined))
  const place = (name: string) => (path === '' ? name : `${path}.${name}`)
  for (const name of shape.required) {
    if (!given.has(name)) {
      const text = `Value null at '${place(name)}' failed to satisfy constraint: Member must not be null`
      problems.push({ kind: 'missing', text })
    }
  }
  return Object.fromEntries(
    Object.entries(shape.members).flatMap(([name, member]) =>
      given.has(name) ? [[name, read(member, given.get(name) as Json, place(name), problems)]] : [],
    ),
  )
}

function hasType(shape: Shape, value: Json): boolean {
  switch (shape.type) {
    case 'integer':
      return Number.isInteger(value)
    case 'list':
      return Array.isArray(value)
    case 'map':
    case 'structure':
      return isObject(value)
    default:
      return typeof value === shape.type
  }
}

/** The constraints that a value of the right type breaks, in the words of AWS's validation messages. */
function listBroken(shape: Shape, value: Json): string[] {
  switch (shape.type) {
    case 'string': {
      const text = value as string
      return [
        ...checkBounds(text.length, shape, 'have length'),
        ...(shape.pattern && !shape.pattern.test(text)
          ? [`satisfy regular expression pattern: ${shape.pattern.source.slice(4, -2)}`]
          : []),
        ...(shape.values && !shape.values.includes(text)
          ? [`satisfy enum value set: [${shape.values.join(', ')}]`]
          : []),
      ]
    }
    case 'integer':
    case 'number':
      return checkBounds(value as number, shape, 'have value')
    case 'list':
      return checkBounds((value as Json[]).length, shape, 'have length')
    default:
      return []
  }
}

function checkBounds(size: number, bounds: { min?: number; max?: number }, what: string): string[] {
  return [
    ...(bounds.min !== undefined && size < bounds.min ? [`${what} greater than or equal to ${bounds.min}`] : []),
    ...(bounds.max !== undefined && size > bounds.max ? [`${what} less than or equal to ${bounds.max}`] : []),
  ]
}

function quote(value: Json): string {
  return typeof value === 'string' ? `'${value.slice(0, 200)}'` : `'${JSON.stringify(value).slice(0, 200)}'`
}

function describe(value: Json): string {
  return Array.isArray(value) ? 'A list' : value === null ? 'null' : `A ${typeof value} value`
}

/** A pattern that must match the whole value, with Unicode classes. */
export function matchWhole(source: string): RegExp {
  return new RegExp(`^(?:${source})$`, 'u')
}
