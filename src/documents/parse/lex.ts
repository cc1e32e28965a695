import { CST, Lexer } from 'yaml'
import type { SpecCode } from '../../model/codes.ts'
import { type Diagnostic, diagnose } from '../../model/diagnostic.ts'
import { formatNumber } from '../../model/format-number.ts'
import { advise, type Remedy } from '../../model/remedy.ts'
import { LIMITS, refuseTooLarge } from './limits.ts'
import { createSpot, type Source } from './source.ts'

/** The tokens of a text, and the violations that keep it from the parser. */
export type Lexed = { readonly lexemes: readonly string[]; readonly diagnostics: readonly Diagnostic[] }

/**
 * Splits a source into the parser's tokens and checks them against the limits. The lexer is iterative, so deep nesting
 * cannot crash it. In the parser, 900 levels end the process in a way that cannot be caught. The first violation ends
 * the check.
 */
export function lex(source: Source): Lexed {
  const early = checkSize(source) ?? checkCharacters(source)
  if (early) return { lexemes: [], diagnostics: [early] }
  const lexemes: string[] = []
  const counter = new Counter()
  for (const lexeme of new Lexer().lex(source.text)) {
    const breach = counter.take(lexeme)
    if (breach) return { lexemes: [], diagnostics: [createRefusal(source, breach, counter.offset, lexeme)] }
    lexemes.push(lexeme)
  }
  return { lexemes, diagnostics: [] }
}

type Breach = { readonly code: SpecCode; readonly message: string; readonly remedies: readonly Remedy[] }

function createRefusal(source: Source, breach: Breach, offset: number, lexeme: string): Diagnostic {
  const end = offset + (lexeme.split('\n', 1)[0] ?? '').length
  return diagnose({ ...breach, ...createSpot(source, offset, end) })
}

function checkSize(source: Source): Diagnostic | undefined {
  const bytes = Buffer.byteLength(source.text)
  return bytes > LIMITS.bytes ? refuseTooLarge(source.file, bytes) : undefined
}

// A carriage return is a line break only before a line feed. Alone, it would let one line hide another on a terminal.
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\r(?!\n)|\p{Surrogate}/u

function checkCharacters(source: Source): Diagnostic | undefined {
  const found = FORBIDDEN.exec(source.text)
  if (!found) return undefined
  return diagnose({
    code: 'SPEC_CONTROL_CHARACTER',
    message: `the control character ${nameCodePoint(found[0])} is in the text`,
    remedies: [advise('remove it, or write it as an escape in double quotes')],
    ...createSpot(source, found.index, found.index + 1),
  })
}

/** Returns true if a value holds a character that no spec may hold, however it is written. */
export function hasForbidden(text: string): boolean {
  return FORBIDDEN.test(text)
}

/** Names a character that must not be printed: `U+001B`. */
function nameCodePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** Counts keys, documents and aliases, and tracks the nesting depth, token by token. */
class Counter {
  /** Where the current token begins. */
  offset = 0
  #next = 0
  #documents = 0
  #keys = 0
  #aliases = 0
  /** Tokens that the parser turns into something: text, commas, anchors, question marks. */
  #parts = 0
  #flow = 0
  /** Columns of the open block collections. A list's dash may be in the column of the mapping around it. */
  #block: { column: number; list: boolean }[] = []
  #lineStart = 0
  /** The column of the item that a colon would turn into a key; undefined if no item has begun. */
  #item: number | undefined

  take(lexeme: string): Breach | undefined {
    this.offset = this.#next
    const type = CST.tokenType(lexeme)
    // The lexer adds these tokens; they have no text.
    if (type === 'doc-mode' || lexeme === CST.SCALAR || type === 'flow-error-end') return this.#mark(type)
    this.#next += lexeme.length
    const breach = this.#count(type) ?? (this.#parts > PARTS_MAX ? breaches.values : undefined)
    const lastBreak = lexeme.lastIndexOf('\n')
    if (lastBreak !== -1) {
      this.#lineStart = this.offset + lastBreak + 1
      if (this.#flow === 0 && lexeme.endsWith('\n')) this.#item = undefined
    }
    return breach
  }

  #mark(type: string | null): undefined {
    if (type === 'scalar') {
      this.#item ??= this.#column
      this.#parts += 1
    }
    if (type === 'flow-error-end') this.#flow = 0
  }

  get #column(): number {
    return this.#next - this.#lineStart
  }

  #count(type: string | null): Breach | undefined {
    const column = this.offset - this.#lineStart
    switch (type) {
      case 'doc-start':
        this.#startDocument()
        return this.#documents > LIMITS.documents ? breaches.documents : undefined
      case 'doc-end':
        this.#startDocument(0)
        return undefined
      case 'alias':
        this.#item ??= column
        return ++this.#aliases > LIMITS.aliases ? breaches.aliases : undefined
      case 'tag':
        return breaches.tag
      case 'flow-map-start':
      case 'flow-seq-start':
        this.#item ??= column
        this.#flow += 1
        return this.#tooDeep()
      case 'flow-map-end':
      case 'flow-seq-end':
        this.#flow = Math.max(0, this.#flow - 1)
        return undefined
      case 'seq-item-ind':
        return this.#open(column, true)
      case 'explicit-key-ind':
        this.#parts += 1
        return this.#open(column, false)
      case 'map-value-ind':
        this.#keys += 1
        return this.#keys > LIMITS.keys ? breaches.keys : this.#open(this.#item ?? column, false)
      case 'space':
      case 'newline':
      case 'comment':
        return undefined
      default:
        this.#item ??= column
        this.#parts += 1
        return undefined
    }
  }

  #startDocument(count = 1): void {
    this.#documents += count
    this.#keys = 0
    this.#aliases = 0
    this.#parts = 0
    this.#flow = 0
    this.#block = []
    this.#item = undefined
  }

  /**
   * Opens a block collection for an item in this column. Inside a flow collection, indicators nest by at most one
   * level.
   */
  #open(column: number, list: boolean): Breach | undefined {
    if (this.#flow > 0) return undefined
    this.#item = undefined
    while ((this.#block.at(-1)?.column ?? -1) > column) this.#block.pop()
    const top = this.#block.at(-1)
    if (top?.column === column && top.list && !list) this.#block.pop()
    const last = this.#block.at(-1)
    if (last?.column !== column || last.list !== list) this.#block.push({ column, list })
    return this.#tooDeep()
  }

  #tooDeep(): Breach | undefined {
    return this.#block.length + this.#flow > LIMITS.depth ? breaches.depth : undefined
  }
}

/**
 * In a flow collection each value has a comma, and each mapping has keys. So a document with more parts has too many
 * values.
 */
const PARTS_MAX = 3 * LIMITS.values

const breaches = {
  depth: {
    code: 'SPEC_TOO_DEEP',
    message: `the value is nested more than ${LIMITS.depth} levels deep`,
    remedies: [advise(`at most ${LIMITS.depth} levels are read; a long document can be given with $file`)],
  },
  documents: {
    code: 'SPEC_TOO_MANY_DOCUMENTS',
    message: `the file has more than ${formatNumber(LIMITS.documents)} documents`,
    remedies: [advise('split it into several files')],
  },
  keys: {
    code: 'SPEC_TOO_MANY_KEYS',
    message: `the document has more than ${formatNumber(LIMITS.keys)} keys`,
    remedies: [advise('split it into several documents, or move long documents out with $file')],
  },
  values: {
    code: 'SPEC_TOO_MANY_VALUES',
    message: `the document has more than ${formatNumber(LIMITS.values)} values`,
    remedies: [advise('split it; what an alias repeats counts each time')],
  },
  aliases: {
    code: 'SPEC_TOO_MANY_ALIASES',
    message: `the document has more than ${LIMITS.aliases} aliases`,
    remedies: [advise('write the values out')],
  },
  tag: {
    code: 'SPEC_TAG',
    message: 'the value has a YAML tag',
    remedies: [advise('remove the tag; put text in quotes')],
  },
} satisfies Record<string, Breach>
