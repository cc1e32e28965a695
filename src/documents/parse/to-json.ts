import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml'
import type { SpecCode } from '../../model/codes.ts'
import { type Diagnostic, diagnose } from '../../model/diagnostic.ts'
import { formatNumber } from '../../model/format-number.ts'
import { type Json, joinPointer, type Pointer } from '../../model/json.ts'
import { advise } from '../../model/remedy.ts'
import { hasForbidden } from './lex.ts'
import { LIMITS } from './limits.ts'
import { RESERVED_KEYS } from './reserved-keys.ts'
import { createSpot, type Source } from './source.ts'

/** Converts a document to JSON, and reports what JSON cannot hold. */
export function toJson(
  source: Source,
  document: Document.Parsed,
): { readonly value: Json | undefined; readonly diagnostics: readonly Diagnostic[]; readonly reprinted: Reprinted } {
  const conversion = new Conversion(source)
  const value = conversion.convert(document.contents, 0)
  const { diagnostics, reprinted } = conversion
  return { value, diagnostics, reprinted }
}

/** By pointer: the text of each scalar that JSON prints differently. An example is `3.10`, which JSON prints as 3.1. */
export type Reprinted = ReadonlyMap<Pointer, string>

class Conversion {
  readonly diagnostics: Diagnostic[] = []
  readonly reprinted = new Map<Pointer, string>()
  /** The path to the value that is being converted. */
  readonly #path: (string | number)[] = []
  readonly #source: Source
  readonly #anchors = new Map<string, unknown>()
  /** Nodes that are being converted, to detect an alias of an enclosing node. */
  readonly #open = new Set<unknown>()
  #values = 0
  #following = 0
  /** The outermost alias that is being followed. */
  #via: Alias | undefined

  constructor(source: Source) {
    this.#source = source
  }

  convert(node: unknown, depth: number): Json {
    this.#values += 1
    if (this.#values > LIMITS.values || depth > LIMITS.depth) return this.#overrun(node, depth)
    if (isAlias(node)) return this.#follow(node, depth)
    if (!isMap(node) && !isSeq(node)) return isScalar(node) ? this.#scalar(node) : null
    this.#remember(node.anchor, node)
    this.#open.add(node)
    const value = isMap(node)
      ? this.#mapping(node, depth)
      : node.items.map((item, index) => this.#inner(index, item, depth))
    this.#open.delete(node)
    return value
  }

  #inner(step: string | number, node: unknown, depth: number): Json {
    this.#path.push(step)
    const value = this.convert(node, depth + 1)
    this.#path.pop()
    return value
  }

  #follow(alias: Alias, depth: number): Json {
    const node = this.#anchors.get(alias.source)
    if (node === undefined) {
      const way = `set &${alias.source} on a value above it, or quote text that begins with *`
      return this.#refuse(alias, 'SPEC_ALIAS', `the alias *${alias.source} repeats nothing`, way)
    }
    if (!this.#open.has(node)) {
      if (this.#following === 0) this.#via = alias
      this.#following += 1
      const value = this.convert(node, depth)
      this.#following -= 1
      if (this.#following === 0) this.#via = undefined
      return value
    }
    return this.#refuse(
      alias,
      'SPEC_ALIAS',
      `the alias *${alias.source} is inside the value that it repeats`,
      'write the value out',
    )
  }

  /**
   * A later anchor replaces an earlier one of the same name, in the order of the text. So an alias repeats the last one
   * before it.
   */
  #remember(anchor: string | undefined, node: unknown): void {
    if (anchor && this.#following === 0) this.#anchors.set(anchor, node)
  }

  #overrun(node: unknown, depth: number): null {
    // Report this once; the rest would be the same.
    if (this.#values > LIMITS.values + 1) return null
    const place = this.#via ?? node
    return depth > LIMITS.depth
      ? this.#refuse(
          place,
          'SPEC_TOO_DEEP',
          `the value is nested more than ${LIMITS.depth} levels deep`,
          'aliases count too',
        )
      : this.#refuse(
          place,
          'SPEC_TOO_MANY_VALUES',
          `the document has more than ${formatNumber(LIMITS.values)} values`,
          'split it; what an alias repeats counts each time',
        )
  }

  #mapping(node: YAMLMap, depth: number): Json {
    const members: Record<string, Json> = {}
    const seen = new Map<string, Pair>()
    for (const pair of node.items) {
      const key = this.#key(pair, seen)
      const value = this.#inner(key ?? '', pair.value, depth)
      if (key !== undefined) members[key] = value
    }
    return members
  }

  /** Returns the key of a pair. For a key that must not be used, reports why and returns undefined. */
  #key(pair: Pair, seen: Map<string, Pair>): string | undefined {
    const key = isScalar(pair.key) ? pair.key.value : undefined
    if (typeof key !== 'string')
      return this.#no(pair.key ?? pair.value, 'SPEC_SYNTAX', 'the key is no text', 'put the key in quotes')
    if (isScalar(pair.key)) this.#remember(pair.key.anchor, pair.key)
    if (key === '<<') {
      return this.#no(
        pair.key,
        'SPEC_MERGE_KEY',
        'merge keys (<<) are not read',
        'write the members out; an alias of a whole value is fine',
      )
    }
    if (RESERVED_KEYS.has(key)) {
      return this.#no(pair.key, 'SPEC_RESERVED_KEY', `the key ${key} is reserved`, 'give it another name')
    }
    if (hasForbidden(key))
      return this.#no(pair.key, 'SPEC_CONTROL_CHARACTER', 'the key holds a control character', 'remove it')
    const first = seen.get(key)
    if (first) return this.#duplicate(key, pair, first)
    seen.set(key, pair)
    return key
  }

  #duplicate(key: string, pair: Pair, first: Pair): undefined {
    this.diagnostics.push(
      diagnose({
        code: 'SPEC_DUPLICATE_KEY',
        message: `the key ${key} is twice in this mapping`,
        remedies: [advise('remove one of them')],
        ...this.#spot(pair.key),
        related: [{ message: 'the first one is here', place: this.#spot(first.key).place }],
      }),
    )
  }

  #scalar(node: Scalar): Json {
    this.#remember(node.anchor, node)
    const { value } = node
    if (typeof value !== 'string') this.#noteReprinted(node)
    if (typeof value === 'number') return this.#number(node, value)
    if (typeof value === 'string' && hasForbidden(value)) {
      return this.#refuse(
        node,
        'SPEC_CONTROL_CHARACTER',
        'the text holds a control character as an escape',
        'remove it',
      )
    }
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    return this.#refuse(
      node,
      'SPEC_TYPE',
      'the value is neither text, number, boolean, list nor mapping',
      'put it in quotes',
    )
  }

  /** A missing value is null and has no text to lose. */
  #noteReprinted({ source, value }: Scalar): void {
    if (source === undefined || source === '' || source === JSON.stringify(value)) return
    this.reprinted.set(this.#path.reduce<Pointer>(joinPointer, ''), source)
  }

  #number(node: Scalar, value: number): Json {
    if (hasAllDigits(node.source ?? '', value)) return value
    const read = Number.isFinite(value) ? `would be read as the number ${value}` : 'is no number that JSON has'
    const text = node.source ?? ''
    // What an alias repeats was already rejected at its anchor.
    if (this.#following === 0) this.#refuse(node, 'SPEC_NUMBER', `${text} ${read}`, `quote it: "${text}"`)
    return text
  }

  #refuse(node: unknown, code: SpecCode, message: string, way: string): null {
    this.diagnostics.push(diagnose({ code, message, remedies: [advise(way)], ...this.#spot(node) }))
    return null
  }

  #no(node: unknown, code: SpecCode, message: string, way: string): undefined {
    this.#refuse(node, code, message, way)
    return undefined
  }

  #spot(node: unknown): ReturnType<typeof createSpot> {
    const range = (node as { range?: [number, number, number] } | null | undefined)?.range
    return createSpot(this.#source, range?.[0] ?? 0, range?.[1])
  }
}

/**
 * Returns true if JSON prints a number as it is written: without a leading zero, with at most the digits of a double,
 * and finite.
 */
function hasAllDigits(source: string, value: number): boolean {
  if (!Number.isFinite(value)) return false
  if (/^0[xo]/.test(source)) return Number.isSafeInteger(value)
  if (/^[-+]?0\d/.test(source)) return false
  if (/^[-+]?\d+$/.test(source)) return Number.isSafeInteger(value)
  return trimZeros(source) === trimZeros(String(value))
}

/** The significant digits of a decimal number's text, without sign, point, exponent and outer zeros. */
function trimZeros(text: string): string {
  return (text.split(/e/i)[0] ?? '')
    .replace(/[^0-9]/g, '')
    .replace(/^0+/, '')
    .replace(/(?<!0)0+$/, '')
}
