import { isObject, type Json, type JsonObject } from '../../model/json.ts'
import type { ParsedDocument } from './parsed-document.ts'
import { RESERVED_KEYS } from './reserved-keys.ts'

/*
 * Most specs need little of YAML: block mappings and lists, values on one line, literal blocks. This module reads that
 * part in a fraction of a YAML parser's time. It reports nothing. For any other text, valid or not, it returns
 * undefined, and the YAML parser decides.
 */

/** Below the limits of a file, so that no limit needs an exact count here. */
const MAX = { bytes: 250_000, keyLength: 128, depth: 16, values: 800, documents: 900 } as const
/** The length of a number that keeps all its digits. */
const MAX_DIGITS = 15

/** Everything but line feeds, printable ASCII and letters. Tabs and surrogates need the parser. */
const OTHER_CHARACTERS = /[^\n -~\u00a1-\u2027\u202a-\ud7ff]/
const KEY = /[A-Za-z_$][\w$./-]{0,127}:(?=[ \n])/y
const COLON = /:/y
const DOUBLE_QUOTED = /"[^"\\\n]*"/y
const SINGLE_QUOTED = /'[^'\n]*'/y
const PLAIN_START = /[A-Za-z0-9/_$(\u00a1-\ud7ff]|[-+][0-9]|\.\.?\//y
const FLOW_TEXT = /[A-Za-z0-9/_$](?:[\w/$.@=+() -]|:(?=[\w/]))*/y
/** Words that YAML reads as null or a boolean, but JSON writes differently. */
const OTHER_WORDS = new Set(['null', 'Null', 'NULL', 'True', 'TRUE', 'False', 'FALSE'])

const NO_DIAGNOSTICS: ParsedDocument['diagnostics'] = []
const NOTHING_REPRINTED: ParsedDocument['reprinted'] = new Map()

/** Parses the documents of a text that uses only simple YAML. Undefined if the text needs a YAML parser. */
export function parseSimpleYaml(text: string): ParsedDocument[] | undefined {
  if (OTHER_CHARACTERS.test(text) || Buffer.byteLength(text) > MAX.bytes) return undefined
  const reader = new SimpleYamlReader(text)
  const documents: ParsedDocument[] = []
  reader.advance()
  // A line with --- may also stand before the first document.
  if (reader.isAtSeparator) reader.advance()
  for (;;) {
    const index = documents.length
    const start = reader.at
    const value = index < MAX.documents ? reader.readDocument() : undefined
    if (value === undefined) return undefined
    documents.push({ index, start, ...readIdentity(value), value, ...NOTHING_SAID })
    if (!reader.isAtSeparator) return documents
    reader.advance()
  }
}

const NOTHING_SAID = { diagnostics: NO_DIAGNOSTICS, reprinted: NOTHING_REPRINTED }

function readIdentity({ kind, metadata }: JsonObject): Pick<ParsedDocument, 'kind' | 'name'> {
  const name = isObject(metadata) ? metadata['name'] : undefined
  return { kind: typeof kind === 'string' ? kind : undefined, name: typeof name === 'string' ? name : undefined }
}

/** Resolves a plain scalar. Undefined if JSON prints it differently. */
function resolvePlain(text: string): string | number | boolean | undefined {
  if (text === 'true') return true
  if (text === 'false') return false
  if (OTHER_WORDS.has(text)) return undefined
  // Numbers of other forms begin with characters that no plain text here begins with.
  const number = /^[-+0-9]/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(number)) return text
  return String(number) === text && text.length <= MAX_DIGITS ? number : undefined
}

function isNewKey(key: string, members: JsonObject): boolean {
  // The parser refuses a merge key in quotes, too.
  const isUsable = key.length <= MAX.keyLength && !RESERVED_KEYS.has(key) && key !== '<<'
  return isUsable && !Object.hasOwn(members, key)
}

const [SPACE, DOUBLE_QUOTE, HASH, SINGLE_QUOTE, COMMA, DASH] = [0x20, 0x22, 0x23, 0x27, 0x2c, 0x2d]
const [LEFT_BRACKET, RIGHT_BRACKET, LEFT_BRACE, BAR, RIGHT_BRACE] = [0x5b, 0x5d, 0x7b, 0x7c, 0x7d]

/** Reads values line by line. Each read returns undefined if the text needs a YAML parser. */
class SimpleYamlReader {
  /** The offset of the current line's content. */
  at = 0
  /** Its column; -1 at the end of a document. */
  column = -1
  /** Another document follows. */
  isAtSeparator = false
  readonly #text: string
  /** The end of the current line. */
  #end = -1
  /** The next character to read in the current line. */
  #next = 0
  #values = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Moves to the next line that holds more than a comment. */
  advance(): void {
    this.column = -1
    this.isAtSeparator = false
    for (let start = this.#end + 1; start < this.#text.length; start = this.#end + 1) {
      const at = this.#skipSpaces(start)
      const end = this.#text.indexOf('\n', at)
      this.#end = end === -1 ? this.#text.length : end
      if (at === this.#end || this.#text.charCodeAt(at) === HASH) continue
      this.at = at
      this.isAtSeparator = this.#text.charCodeAt(at) === DASH && this.#text.slice(start, this.#end) === '---'
      if (!this.isAtSeparator) this.column = at - start
      return
    }
  }

  /** Reads a document, which begins at the margin of the current line. */
  readDocument(): JsonObject | undefined {
    this.#values = 0
    const value = this.column === 0 ? this.#readMapping(0, 0) : undefined
    return this.column === -1 ? value : undefined
  }

  #readMapping(column: number, depth: number): JsonObject | undefined {
    const members: Record<string, Json> = {}
    while (this.column === column) {
      this.#next = this.at
      const key = this.#readKey(members, depth)
      const value = key === undefined ? undefined : this.#readMember(column, depth)
      if (key === undefined || value === undefined) return undefined
      members[key] = value
    }
    return this.column > column ? undefined : members
  }

  #readKey(members: JsonObject, depth: number): string | undefined {
    const start = this.#next
    if (this.#isTooMuch(depth) || !this.#take(KEY)) return undefined
    const key = this.#text.slice(start, this.#next - 1)
    return resolvePlain(key) === key && isNewKey(key, members) ? key : undefined
  }

  /** Reads a key in braces, which may have double quotes as in JSON. */
  #readFlowKey(members: JsonObject, depth: number): string | undefined {
    this.#next = this.#skipSpaces(this.#next)
    if (this.#text.charCodeAt(this.#next) !== DOUBLE_QUOTE) return this.#readKey(members, depth)
    const key = this.#isTooMuch(depth) ? undefined : this.#readQuoted(DOUBLE_QUOTED)
    return key !== undefined && this.#take(COLON) && isNewKey(key, members) ? key : undefined
  }

  /** Reads the value of the key before the next character. */
  #readMember(column: number, depth: number): Json | undefined {
    if (!this.#isAtLineEnd()) return this.#readRest(column, depth)
    this.advance()
    // The dashes of a list may be in the column of the key.
    if (this.column >= column && this.#isAtDash()) return this.#readList(this.column, depth + 1)
    return this.column > column ? this.#readMapping(this.column, depth + 1) : undefined
  }

  #readList(column: number, depth: number): Json[] | undefined {
    const items: Json[] = []
    while (this.column === column && this.#isAtDash()) {
      this.#next = this.at + 1
      const item = this.#isTooMuch(depth) || this.#isAtLineEnd() ? undefined : this.#readItem(column, depth)
      if (item === undefined) return undefined
      items.push(item)
    }
    return this.column > column ? undefined : items
  }

  #readItem(column: number, depth: number): Json | undefined {
    const start = this.#next
    if (!this.#take(KEY)) return this.#readRest(column, depth)
    this.column += start - this.at
    this.at = start
    return this.#readMapping(this.column, depth + 1)
  }

  /** Reads the value that the rest of the line holds or begins. */
  #readRest(column: number, depth: number): Json | undefined {
    if (this.#text.charCodeAt(this.#next) === BAR) return this.#readLiteral(column)
    const value = this.#readInLine(depth, () => this.#readText())
    if (value === undefined || !this.#isAtLineEnd()) return undefined
    this.advance()
    // A deeper line would continue the value.
    return this.column > column ? undefined : value
  }

  #readText(): Json | undefined {
    const start = this.#next
    if (!this.#take(PLAIN_START)) return undefined
    const line = this.#text.slice(start, this.#end)
    const comment = line.indexOf(' #')
    let length = comment === -1 ? line.length : comment
    while (line.charCodeAt(length - 1) === SPACE) length -= 1
    this.#next = this.#end
    const text = line.slice(0, length)
    return text.includes(': ') || text.endsWith(':') ? undefined : resolvePlain(text)
  }

  /** Reads a literal block with one line feed at its end. */
  #readLiteral(column: number): string | undefined {
    if (this.#next + 1 !== this.#end) return undefined
    const lines: string[] = []
    let margin: number | undefined
    let start = this.#end + 1
    while (start < this.#text.length) {
      const at = this.#skipSpaces(start)
      const end = this.#text.indexOf('\n', at)
      if (end === -1) return undefined
      if (at < end) {
        margin ??= at - start
        if (at - start < margin) break
      } else if (margin === undefined || at > start) return undefined
      lines.push(at < end ? this.#text.slice(start + margin, end) : '')
      start = end + 1
    }
    if (margin === undefined || margin <= column) return undefined
    while (lines.at(-1) === '') lines.pop()
    this.#end = start - 1
    this.advance()
    return this.column > column ? undefined : `${lines.join('\n')}\n`
  }

  #readInLine(depth: number, readText: () => Json | undefined): Json | undefined {
    switch (this.#text.charCodeAt(this.#next)) {
      case DOUBLE_QUOTE:
        return this.#readQuoted(DOUBLE_QUOTED)
      case SINGLE_QUOTE:
        return this.#readQuoted(SINGLE_QUOTED)
      case LEFT_BRACKET:
        return this.#readFlowList(depth + 1)
      case LEFT_BRACE:
        return this.#readFlowMapping(depth + 1)
      default:
        return readText()
    }
  }

  #readQuoted(form: RegExp): string | undefined {
    const start = this.#next + 1
    return this.#take(form) ? this.#text.slice(start, this.#next - 1) : undefined
  }

  #readFlowList(depth: number): Json[] | undefined {
    const items: Json[] = []
    this.#next += 1
    if (this.#takeAfterSpaces(RIGHT_BRACKET)) return items
    do {
      const item = this.#isTooMuch(depth) ? undefined : this.#readFlowValue(depth)
      if (item === undefined) return undefined
      items.push(item)
    } while (this.#takeAfterSpaces(COMMA))
    return this.#takeAfterSpaces(RIGHT_BRACKET) ? items : undefined
  }

  #readFlowMapping(depth: number): JsonObject | undefined {
    const members: Record<string, Json> = {}
    this.#next += 1
    if (this.#takeAfterSpaces(RIGHT_BRACE)) return members
    do {
      const key = this.#readFlowKey(members, depth)
      const value = key === undefined ? undefined : this.#readFlowValue(depth)
      if (key === undefined || value === undefined) return undefined
      members[key] = value
    } while (this.#takeAfterSpaces(COMMA))
    return this.#takeAfterSpaces(RIGHT_BRACE) ? members : undefined
  }

  #readFlowValue(depth: number): Json | undefined {
    this.#next = this.#skipSpaces(this.#next)
    return this.#readInLine(depth, () => this.#readFlowText())
  }

  #readFlowText(): Json | undefined {
    const start = this.#next
    return this.#take(FLOW_TEXT) ? resolvePlain(this.#text.slice(start, this.#next).trimEnd()) : undefined
  }

  #isTooMuch(depth: number): boolean {
    this.#values += 1
    return depth > MAX.depth || this.#values > MAX.values
  }

  #isAtDash(): boolean {
    return this.#text.charCodeAt(this.at) === DASH && this.#text.charCodeAt(this.at + 1) === SPACE
  }

  /** Skips spaces. Returns true if only a comment or nothing follows. */
  #isAtLineEnd(): boolean {
    const at = this.#skipSpaces(this.#next)
    const isEnd = at === this.#end || (at > this.#next && this.#text.charCodeAt(at) === HASH)
    this.#next = at
    return isEnd
  }

  #skipSpaces(from: number): number {
    let at = from
    while (this.#text.charCodeAt(at) === SPACE) at += 1
    return at
  }

  #take(form: RegExp): boolean {
    form.lastIndex = this.#next
    const isNext = form.test(this.#text)
    if (isNext) this.#next = form.lastIndex
    return isNext
  }

  #takeAfterSpaces(character: number): boolean {
    this.#next = this.#skipSpaces(this.#next)
    const isNext = this.#text.charCodeAt(this.#next) === character
    if (isNext) this.#next += 1
    return isNext
  }
}
