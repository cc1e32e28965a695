import { ENVELOPE, getSchemaName, type Schemas } from '../../../documents/check/check.ts'
import { getValue, isObject, type Json, type JsonObject, omitMembers, splitPointer } from '../../../model/json.ts'

/** A schema and the file of `schemas/` that it stands in, against which it refers to others. */
export type Shape = { readonly schema: JsonObject; readonly file: string }

/** The schemas of a kind's specs, by place. */
export type Shapes = {
  /** What a whole document is made of. */
  readonly root: Shape
  /** The members of a mapping that may be written, in the schema's order: neither reserved ones nor such as are there for pasting only. */
  membersOf(shape: Shape): ReadonlyMap<string, Shape>
  /** The names of the members that a mapping cannot do without. */
  requiredOf(shape: Shape): readonly string[]
  /** What each item of a list is made of; undefined for what is no list. */
  itemOf(shape: Shape): Shape | undefined
}

/** The shapes of one kind's specs, references followed. What stands beside a reference wins over what it leads to. */
export function createShapes(kind: string, schemas: Schemas): Shapes {
  const resolve = ({ schema, file }: Shape): Shape => {
    const { $ref } = schema
    if (typeof $ref !== 'string') return { schema, file }
    const [other = '', fragment = ''] = $ref.split('#')
    const target = getValue(schemas(other || file), fragment)
    if (!isObject(target)) throw new Error(`no schema ${$ref} of ${file}`)
    const found = resolve({ schema: target, file: other || file })
    return { schema: { ...found.schema, ...omitMembers(schema, '$ref') }, file: found.file }
  }
  const within = ({ file }: Shape, schema: Json | undefined): Shape | undefined =>
    isObject(schema) ? resolve({ schema, file }) : undefined
  // A value that may be text or a mapping says in a branch what the mapping holds: the branch with the most to say.
  const mappingOf = (shape: Shape): Shape => {
    if (measureSize(shape) > 0) return shape
    const branches = ['then', 'else'].flatMap((word) => within(shape, shape.schema[word]) ?? [])
    return branches.map(mappingOf).reduce((most, one) => (measureSize(one) > measureSize(most) ? one : most), shape)
  }
  const [envelopeFile = '', envelopePart = ''] = ENVELOPE.split('#')
  const envelope = getValue(schemas(envelopeFile), envelopePart) as JsonObject
  const spec: JsonObject = { $ref: getSchemaName(kind) }
  return {
    root: {
      file: envelopeFile,
      schema: { ...envelope, properties: { ...(envelope['properties'] as JsonObject), spec } },
    },
    membersOf(shape) {
      const mapping = mappingOf(shape)
      const { properties } = mapping.schema
      const members = Object.entries(isObject(properties) ? properties : {}).flatMap(([name, schema]) => {
        const member = within(mapping, schema)
        return member && isWritten(name, member) ? [[name, member] as const] : []
      })
      return new Map(members)
    },
    requiredOf(shape) {
      const { required } = mappingOf(shape).schema
      return Array.isArray(required) ? (required as string[]) : []
    },
    itemOf: (shape) => within(shape, shape.schema['items']),
  }
}

function isWritten(name: string, { schema }: Shape): boolean {
  return !name.startsWith('$') && schema['not'] === undefined && schema['deprecated'] !== true
}

function measureSize({ schema }: Shape): number {
  return isObject(schema['properties']) ? Object.keys(schema['properties']).length : 0
}

/** The shape at a place of a document; undefined where the schema names no such place. */
export function shapeAt(shapes: Shapes, pointer: string): Shape | undefined {
  let here: Shape | undefined = shapes.root
  for (const step of splitPointer(pointer)) {
    here = here && (shapes.itemOf(here) ?? shapes.membersOf(here).get(step))
  }
  return here
}
