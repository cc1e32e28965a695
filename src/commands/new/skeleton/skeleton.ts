import { stringify } from 'yaml'
import type { Schemas } from '../../../documents/check/check.ts'
import {
  getValue,
  isObject,
  type Json,
  type JsonObject,
  joinPointer,
  omitMembers,
  type Pointer,
  splitPointer,
} from '../../../model/json.ts'
import type { KindModel } from '../../../model/kind.ts'
import { type Complete, createCompleter, put } from './judge.ts'
import { createSample } from './sample.ts'
import { createShapes, type Shape, type Shapes, shapeAt } from './shape.ts'

/** The input for a skeleton. */
export type SkeletonOptions = {
  readonly name: string
  /** Path of the envelope's schema, for editors. */
  readonly schema: string
  /** Targets of jobwright.yaml that `policy.target` may name. */
  readonly targets: readonly string[]
  /** Known members of the request, by name. Other required members may depend on them. */
  readonly known?: JsonObject
}

/** Marks a value that only the author knows. */
export const REQUIRED = 'REQUIRED'

/** The maximum length of a description beside its member, in characters. */
const DESCRIPTION = 130

/**
 * Formats a first spec of a kind from its schema. Required members are empty and marked. Optional ones are commented out with a valid
 * value. A `#` without a space precedes YAML, one with a space precedes words. Undefined if the known members are invalid.
 */
export function formatSkeleton(model: KindModel, schemas: Schemas, options: SkeletonOptions): string | undefined {
  const { name, schema, targets, known = {} } = options
  const shapes = createShapes(model.kind, schemas)
  const complete = createCompleter(model, shapes, schemas)
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
    ...wrapText(`${model.title}. ${String(spec.schema['description'])}`),
    ...wrapText(`Fill in what is marked ${REQUIRED}. To use a member that begins with a #, remove the #.`),
    ...block(shapes.root, '', document, writer),
    '',
  ].join('\n')
}

type Writer = {
  readonly shapes: Shapes
  readonly complete: Complete
  /** Places whose value is known. */
  readonly prefilled: ReadonlySet<Pointer>
  readonly targets: readonly string[]
  /** Inside commented-out lines: values are examples and nothing is marked. */
  readonly isExample: boolean
}

/** Formats the members of a mapping: present ones first, then optional ones. */
function block(shape: Shape, pointer: Pointer, document: JsonObject, writer: Writer): string[] {
  const value = getValue(document, pointer)
  const members = [...writer.shapes.membersOf(shape)]
  const isThere = ([name]: readonly [string, Shape]): boolean => isObject(value) && Object.hasOwn(value, name)
  const ordered = pointer === '' ? members : [...members.filter(isThere), ...members.filter((one) => !isThere(one))]
  return ordered.flatMap((one) => {
    const [name, member] = one
    const place = joinPointer(pointer, name)
    return isThere(one)
      ? formatMember(name, member, place, document, writer)
      : formatOptional(name, member, place, document, writer)
  })
}

function formatMember(name: string, shape: Shape, place: Pointer, document: JsonObject, writer: Writer): string[] {
  const isPlain = writer.prefilled.has(place) && !place.startsWith('/spec')
  const isOuter = place === '/metadata' || place === '/spec'
  const lines = formatValue(
    shape,
    place,
    document,
    { ...writer, isExample: writer.isExample || isOuter },
    isOuter ? writer : undefined,
  )
  return [...(isPlain || isOuter ? [] : formatDescription(shape, writer)), ...joinLines(`${name}:`, lines)]
}

/** The text after the colon, and the lines below it. */
type Value = { readonly beside: string; readonly below: readonly string[] }

function formatValue(shape: Shape, place: Pointer, document: JsonObject, writer: Writer, inner = writer): Value {
  const value = getValue(document, place)!
  const mark = writer.isExample ? '' : ` # ${REQUIRED}`
  const item = writer.shapes.itemOf(shape)
  if (item && Array.isArray(value) && value.length > 0 && !(writer.isExample && !isObject(value[0]))) {
    const { beside, below } = formatValue(item, `${place}/0`, document, inner)
    return { beside: mark, below: isObject(value[0]) ? addDash(below) : [`  -${beside}`] }
  }
  if (isObject(value) && !Array.isArray(shape.schema['examples']) && writer.shapes.membersOf(shape).size > 0) {
    return { beside: mark, below: block(shape, place, document, inner).map((line) => `  ${line}`) }
  }
  if (writer.isExample || writer.prefilled.has(place))
    return { beside: ` ${formatFlow(value)}${describeDefault(shape, value)}`, below: [] }
  const { enum: words } = shape.schema
  if (Array.isArray(words)) return { beside: ` ${formatFlow(value)}${mark}: ${listChoices(words)}`, below: [] }
  return { beside: `${mark}, such as ${formatFlow(value)}`, below: [] }
}

function describeDefault({ schema }: Shape, value: Json): string {
  return schema['default'] !== undefined && schema['default'] === value ? ' # the default' : ''
}

function joinLines(head: string, { beside, below }: Value): string[] {
  return [`${head}${beside}`, ...below]
}

/** Formats a mapping as the first item of a list. The dash has its own line, as the first member may be a comment. */
function addDash(lines: readonly string[]): string[] {
  return ['  -', ...lines.map((line) => `  ${line}`)]
}

/** Formats an optional member, commented out. Empty if no combination of members allows it. */
function formatOptional(name: string, shape: Shape, place: Pointer, document: JsonObject, writer: Writer): string[] {
  const value = place === '/policy/target' ? writer.targets[0] : createSample(shape, writer.shapes)
  const way = value === undefined ? undefined : findWay(place, value, document, writer.complete)
  if (!way) return []
  const lines = joinLines(`${name}:`, formatValue(shape, place, way.document, { ...writer, isExample: true }))
  return [...formatDescription(shape, { ...writer, isExample: true }, way.note), ...lines.map((line) => `#${line}`)]
}

type Way = { readonly document: JsonObject; readonly note: string }

/** Finds how to add a member: alone, with others that it needs, or in place of one. */
function findWay(place: Pointer, value: Json, document: JsonObject, complete: Complete): Way | undefined {
  const added = put(document, place, value) as JsonObject
  const completed = complete(added)
  const name = splitPointer(place).at(-1)!
  const around = place.slice(0, place.lastIndexOf('/'))
  if (completed) {
    const before = Object.keys(getValue(added, around) as JsonObject)
    const needed = Object.keys(getValue(completed, around) as JsonObject).filter((member) => !before.includes(member))
    return { document: completed, note: needed.length === 0 ? '' : ` (Needs ${needed.join(' and ')}.)` }
  }
  const siblings = getValue(added, around)
  if (!isObject(siblings)) return undefined
  for (const other of Object.keys(siblings)) {
    const replaced = other === name ? undefined : (put(added, around, omitMembers(siblings, other)) as JsonObject)
    const whole = replaced && complete(replaced)
    if (whole && getValue(whole, joinPointer(around, other)) === undefined)
      return { document: whole, note: ` (In place of ${other}.)` }
  }
  return undefined
}

/** Wraps words into comment lines. */
function wrapText(text: string): string[] {
  return (text.match(/.{1,116}(?=\s|$)/g) ?? []).map((line) => `# ${line.trim()}`)
}

/** Formats a member's description: as many sentences as fit on a line, at least one. */
function formatDescription({ schema }: Shape, { isExample }: Writer, note = ''): string[] {
  const [first = '', ...more] = String(schema['description'] ?? '').split(/(?<=\.)\s+(?=[A-Z])/)
  let text = first
  for (const sentence of more) {
    if (text.length + sentence.length >= DESCRIPTION) break
    text += ` ${sentence}`
  }
  const allowed = Array.isArray(schema['enum']) ? schema['enum'] : []
  const words = isExample && allowed.length > 1 ? ` One of ${listChoices(allowed)}.` : ''
  // Do not repeat what the schema already says.
  const isDescribed = text.includes(note.slice(' ('.length, -1))
  return [`# ${text}${words}${isDescribed ? '' : note}`]
}

function listChoices(words: readonly Json[]): string {
  return words.map((word) => formatFlow(word)).join(', ')
}

/** Formats a value on one line of YAML. Quotes words that older YAML reads as booleans. */
function formatFlow(value: Json): string {
  if (typeof value === 'string' && /^(y|n|yes|no|on|off)$/i.test(value)) return JSON.stringify(value)
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
}
