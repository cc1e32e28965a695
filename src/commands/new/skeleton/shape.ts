import { ENVELOPE, getSchemaName, type Schemas } from '../../../documents/check/check.ts'
import { getValue, isObject, type Json, type JsonObject, omitMembers, splitPointer } from '../../../model/json.ts'

/** A schema and the file of `schemas/` that its references are relative to. */
export type Shape = { readonly schema: JsonObject; readonly file: string }

/** Access to the schemas of a kind's specs. */
export type Shapes = {
  /** The shape of a whole document. */
  readonly root: Shape
  /** The writable members of a mapping, in the schema's order. Leaves out reserved ones and those accepted only for pasted requests. */
  membersOf(shape: Shape): ReadonlyMap<string, Shape>
  /** The required members of a mapping. */
  requiredOf(shape: Shape): readonly string[]
  /** The shape of a list's items. Undefined if the shape is not a list. */
  itemOf(shape: Shape): Shape | undefined
}

/** Creates the shapes of a kind's specs with references resolved. Keywords beside a reference override the referenced ones. */
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
  // A value may be text or a mapping. Use the branch with the most members.
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

/** Returns the shape at a place of a document. Undefined if the schema has no such place. */
export function shapeAt(shapes: Shapes, pointer: string): Shape | undefined {
  let here: Shape | undefined = shapes.root
  for (const step of splitPointer(pointer)) {
    here = here && (shapes.itemOf(here) ?? shapes.membersOf(here).get(step))
  }
  return here
}
