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
    ...wrapText(
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

/** What stands behind the colon, and the lines below it. */
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

/** The lines of a mapping as the first item of a list. Its first member stands on a line of its own, as it may be a comment. */
function addDash(lines: readonly string[]): string[] {
  return ['  -', ...lines.map((line) => `  ${line}`)]
}

/** A member that could be there, commented out; nothing where it cannot be, whatever is beside it. */
function formatOptional(name: string, shape: Shape, place: Pointer, document: JsonObject, writer: Writer): string[] {
  const value = place === '/policy/target' ? writer.targets[0] : createSample(shape, writer.shapes)
  const way = value === undefined ? undefined : findWay(place, value, document, writer.complete)
  if (!way) return []
  const lines = joinLines(`${name}:`, formatValue(shape, place, way.document, { ...writer, isExample: true }))
  return [...formatDescription(shape, { ...writer, isExample: true }, way.note), ...lines.map((line) => `#${line}`)]
}

type Way = { readonly document: JsonObject; readonly note: string }

/** How a member can be added: by itself, with others that it needs, or in place of one. */
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

/** Words as comments of a readable width. */
function wrapText(text: string): string[] {
  return (text.match(/.{1,116}(?=\s|$)/g) ?? []).map((line) => `# ${line.trim()}`)
}

/** What a member is for: as many sentences as fit on a line, one at least. */
function formatDescription({ schema }: Shape, { isExample }: Writer, note = ''): string[] {
  const [first = '', ...more] = String(schema['description'] ?? '').split(/(?<=\.)\s+(?=[A-Z])/)
  let text = first
  for (const sentence of more) {
    if (text.length + sentence.length >= DESCRIPTION) break
    text += ` ${sentence}`
  }
  const allowed = Array.isArray(schema['enum']) ? schema['enum'] : []
  const words = isExample && allowed.length > 1 ? ` One of ${listChoices(allowed)}.` : ''
  // What the schema itself says is not said again.
  const isSaid = text.includes(note.slice(' ('.length, -1))
  return [`# ${text}${words}${isSaid ? '' : note}`]
}

function listChoices(words: readonly Json[]): string {
  return words.map((word) => formatFlow(word)).join(', ')
}

/** A value on one line of YAML. Words that older YAML takes for a boolean are quoted. */
function formatFlow(value: Json): string {
  if (typeof value === 'string' && /^(y|n|yes|no|on|off)$/i.test(value)) return JSON.stringify(value)
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
}
