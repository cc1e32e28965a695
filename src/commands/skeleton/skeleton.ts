import { stringify } from 'yaml'
import { at, into, isObject, type Json, type JsonObject, type Pointer, steps, without } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Schemas } from '../../spec/check.ts'
import { type Complete, completer, put } from './judge.ts'
import { sampleOf } from './sample.ts'
import { type Shape, type Shapes, shapeAt, shapesOf } from './shape.ts'

/** What a skeleton is made for. */
export type SkeletonOptions = {
  readonly name: string
  /** Path of the envelope's schema, for editors. */
  readonly schema: string
  /** Targets of jobwright.yaml that `policy.target` may name. */
  readonly targets: readonly string[]
  /** Members of the request that are known, by name: what else is asked for may depend on them. */
  readonly known?: JsonObject
}

/** A mark for what only the author can know. */
export const REQUIRED = 'REQUIRED'

/** How much of a description fits beside its member, in characters. */
const DESCRIPTION = 130

/**
 * The text of a first spec of a kind, made from its schema: required members stand empty and are marked, optional ones are commented out
 * with a value that fits. A `#` without a space is before YAML, one with a space before words. Undefined where the known members are wrong.
 */
export function skeletonOf(model: KindModel, schemas: Schemas, options: SkeletonOptions): string | undefined {
  const { name, schema, targets, known = {} } = options
  const shapes = shapesOf(model.kind, schemas)
  const complete = completer(model, shapes, schemas)
  const spec = shapeAt(shapes, '/spec')!
  const given = { apiVersion: 'jobwright/v1', kind: model.kind, metadata: { name } }
  const document = complete({ ...given, spec: known })
  if (!document) return undefined
  const prefilled = new Set([
    '/apiVersion',
    '/kind',
    '/metadata/name',
    ...Object.keys(known).map((one) => `/spec/${one}`),
  ])
  const writer: Writer = { shapes, complete, prefilled, targets, isExample: false }
  return [
    `# yaml-language-server: $schema=${schema}`,
    ...wrapped(`${model.title}. ${String(spec.schema['description'])}`),
    ...wrapped(
      `Fill in what is marked ${REQUIRED}; where a member begins with a #, take it away if you want the member.`,
    ),
    ...block(shapes.root, '', document, writer),
    '',
  ].join('\n')
}

type Writer = {
  readonly shapes: Shapes
  readonly complete: Complete
  /** Places whose value is settled. */
  readonly prefilled: ReadonlySet<Pointer>
  readonly targets: readonly string[]
  /** Inside what is commented out: values are examples, and nothing is marked. */
  readonly isExample: boolean
}

/** The members of a mapping, those that are there before those that could be. */
function block(shape: Shape, pointer: Pointer, document: JsonObject, writer: Writer): string[] {
  const value = at(document, pointer)
  const members = [...writer.shapes.membersOf(shape)]
  const isThere = ([name]: readonly [string, Shape]): boolean => isObject(value) && Object.hasOwn(value, name)
  const ordered = pointer === '' ? members : [...members.filter(isThere), ...members.filter((one) => !isThere(one))]
  return ordered.flatMap((one) => {
    const [name, member] = one
    const place = into(pointer, name)
    return isThere(one)
      ? written(name, member, place, document, writer)
      : optional(name, member, place, document, writer)
  })
}

function written(name: string, shape: Shape, place: Pointer, document: JsonObject, writer: Writer): string[] {
  const isPlain = writer.prefilled.has(place) && !place.startsWith('/spec')
  const isOuter = place === '/metadata' || place === '/spec'
  const lines = valueLines(
    shape,
    place,
    document,
    { ...writer, isExample: writer.isExample || isOuter },
    isOuter ? writer : undefined,
  )
  return [...(isPlain || isOuter ? [] : description(shape, writer)), ...joined(`${name}:`, lines)]
}

/** What stands behind the colon, and the lines below it. */
type Value = { readonly beside: string; readonly below: readonly string[] }

function valueLines(shape: Shape, place: Pointer, document: JsonObject, writer: Writer, inner = writer): Value {
  const value = at(document, place)!
  const mark = writer.isExample ? '' : ` # ${REQUIRED}`
  const item = writer.shapes.itemOf(shape)
  if (item && Array.isArray(value) && value.length > 0 && !(writer.isExample && !isObject(value[0]))) {
    const { beside, below } = valueLines(item, `${place}/0`, document, inner)
    return { beside: mark, below: isObject(value[0]) ? dashed(below) : [`  -${beside}`] }
  }
  if (isObject(value) && !Array.isArray(shape.schema['examples']) && writer.shapes.membersOf(shape).size > 0) {
    return { beside: mark, below: block(shape, place, document, inner).map((line) => `  ${line}`) }
  }
  if (writer.isExample || writer.prefilled.has(place))
    return { beside: ` ${flow(value)}${theDefault(shape, value)}`, below: [] }
  const { enum: words } = shape.schema
  if (Array.isArray(words)) return { beside: ` ${flow(value)}${mark}: ${oneOf(words)}`, below: [] }
  return { beside: `${mark}, such as ${flow(value)}`, below: [] }
}

function theDefault({ schema }: Shape, value: Json): string {
  return schema['default'] !== undefined && schema['default'] === value ? ' # the default' : ''
}

function joined(head: string, { beside, below }: Value): string[] {
  return [`${head}${beside}`, ...below]
}

/** The lines of a mapping as the first item of a list. Its first member stands on a line of its own, as it may be a comment. */
function dashed(lines: readonly string[]): string[] {
  return ['  -', ...lines.map((line) => `  ${line}`)]
}

/** A member that could be there, commented out; nothing where it cannot be, whatever is beside it. */
function optional(name: string, shape: Shape, place: Pointer, document: JsonObject, writer: Writer): string[] {
  const value = place === '/policy/target' ? writer.targets[0] : sampleOf(shape, writer.shapes)
  const way = value === undefined ? undefined : wayFor(place, value, document, writer.complete)
  if (!way) return []
  const lines = joined(`${name}:`, valueLines(shape, place, way.document, { ...writer, isExample: true }))
  return [...description(shape, { ...writer, isExample: true }, way.note), ...lines.map((line) => `#${line}`)]
}

type Way = { readonly document: JsonObject; readonly note: string }

/** How a member can be added: by itself, with others that it needs, or in place of one. */
function wayFor(place: Pointer, value: Json, document: JsonObject, complete: Complete): Way | undefined {
  const added = put(document, place, value) as JsonObject
  const completed = complete(added)
  const name = steps(place).at(-1)!
  const around = place.slice(0, place.lastIndexOf('/'))
  if (completed) {
    const before = Object.keys(at(added, around) as JsonObject)
    const needed = Object.keys(at(completed, around) as JsonObject).filter((member) => !before.includes(member))
    return { document: completed, note: needed.length === 0 ? '' : ` (Needs ${needed.join(' and ')}.)` }
  }
  const siblings = at(added, around)
  if (!isObject(siblings)) return undefined
  for (const other of Object.keys(siblings)) {
    const replaced = other === name ? undefined : (put(added, around, without(siblings, other)) as JsonObject)
    const whole = replaced && complete(replaced)
    if (whole && at(whole, into(around, other)) === undefined)
      return { document: whole, note: ` (In place of ${other}.)` }
  }
  return undefined
}

/** Words as comments of a readable width. */
function wrapped(text: string): string[] {
  return (text.match(/.{1,116}(?=\s|$)/g) ?? []).map((line) => `# ${line.trim()}`)
}

/** What a member is for: as many sentences as fit on a line, one at least. */
function description({ schema }: Shape, { isExample }: Writer, note = ''): string[] {
  const [first = '', ...more] = String(schema['description'] ?? '').split(/(?<=\.)\s+(?=[A-Z])/)
  let text = first
  for (const sentence of more) {
    if (text.length + sentence.length >= DESCRIPTION) break
    text += ` ${sentence}`
  }
  const allowed = Array.isArray(schema['enum']) ? schema['enum'] : []
  const words = isExample && allowed.length > 1 ? ` One of ${oneOf(allowed)}.` : ''
  // What the schema itself says is not said again.
  const isSaid = text.includes(note.slice(' ('.length, -1))
  return [`# ${text}${words}${isSaid ? '' : note}`]
}

function oneOf(words: readonly Json[]): string {
  return words.map((word) => flow(word)).join(', ')
}

/** A value on one line of YAML. Words that older YAML takes for a boolean are quoted. */
function flow(value: Json): string {
  if (typeof value === 'string' && /^(y|n|yes|no|on|off)$/i.test(value)) return JSON.stringify(value)
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
}
