import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml'
import { type Pointer, splitPointer } from '../../model/json.ts'
import { lex } from './lex.ts'
import { compose } from './parse-source.ts'
import { createSpot, findLine, getLineText, type Source, type Spot } from './source.ts'

/** Which end of a member to show. The key: the member is unknown, or lacks something inside. Otherwise the value. */
export type Aim = 'key' | 'value'

/** A place in a document, and the source text of its scalar. */
export type Located = Spot & { readonly source?: string }

/**
 * Finds pointers in one source. It parses again at the first use, so valid files are parsed once and no tree is kept.
 */
export type Locator = (index: number, pointer: Pointer, aim?: Aim, inside?: Inside) => Located

/** A place inside the text of a scalar, counted from 1. A place in another file is in no scalar. */
export type Inside = { readonly line: number; readonly column: number; readonly file?: string }

/**
 * Creates a locator for a source. If a pointer leads nowhere, the nearest place above it is returned, because a spec
 * may use `$file` or leave out a default. A pointer starts at the document's root, so a request's member begins with
 * `/spec`.
 */
export function createLocator(source: Source): Locator {
  let documents: Document.Parsed[] | undefined
  return (index, pointer, aim = 'value', inside) => {
    documents ??= [...compose(source, lex(source).lexemes)]
    const document = documents[index]
    if (!document) return createSpot(source, 0)
    return find(source, document, splitPointer(pointer), aim, inside)
  }
}

function find(source: Source, document: Document.Parsed, path: readonly string[], aim: Aim, inside?: Inside): Located {
  let node: unknown = document.contents
  let pair: Pair | undefined
  let whole = true
  for (const step of path) {
    const next = findChild(resolveNode(node, document), step)
    if (!next) {
      whole = false
      break
    }
    pair = next.pair
    node = next.node
  }
  // A missing member or value is shown at the key above it.
  const target = (aim === 'key' || !whole || isEmpty(node)) && pair ? pair.key : node
  const shown = isBlockMap(target) ? target.items[0]?.key : target
  const [start, end] = getRange(shown) ?? getRange(pair?.key) ?? getRange(document.contents) ?? document.range
  const scalar = whole ? resolveNode(node, document) : undefined
  const text = isScalar(scalar) ? scalar.source : undefined
  const exact = inside?.file === undefined && isScalar(scalar) ? findSpotInside(source, scalar, inside) : undefined
  if (exact !== undefined) return { ...exact, source: text }
  return {
    ...createSpot(source, start, isSeq(shown) && !shown.flow ? start : end),
    source: text,
  }
}

/**
 * Finds a place in the lines of a block scalar. Undefined for other scalars, whose lines differ from those of their
 * text.
 */
function findSpotInside(
  source: Source,
  { type, value, range: at }: Scalar,
  inside: Inside | undefined,
): Spot | undefined {
  if (inside === undefined || type !== 'BLOCK_LITERAL' || typeof value !== 'string' || !at) return undefined
  const text = value.split('\n')[inside.line - 1]
  const line = findLine(source, at[0]) + inside.line
  const written = getLineText(source, line)
  if (text === undefined || !written.endsWith(text)) return undefined
  return createSpot(source, (source.lineStarts[line] ?? 0) + written.length - text.length + inside.column - 1)
}

function findChild(node: unknown, step: string): { node: unknown; pair?: Pair } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(step)]
    return item === undefined ? undefined : { node: item }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find((one) => isScalar(one.key) && one.key.value === step)
  return pair && { node: pair.value, pair }
}

function resolveNode(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

function getRange(node: unknown): readonly [number, number, ...number[]] | undefined {
  return (node as { range?: [number, number, number] } | null | undefined)?.range ?? undefined
}

/** Returns true if a key has no value. */
function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.source === '' && node.type === 'PLAIN')
}

/** A block mapping is shown by its first key, because underlining all of it would underline the whole document. */
function isBlockMap(node: unknown): node is YAMLMap {
  return isMap(node) && node.flow !== true
}
