import { printParseErrorCode, visit } from 'jsonc-parser'

/** Why a text is not JSON, and where. Lines and columns count from 1; columns count UTF-16 units, as in editors. */
export type JsonFault = { readonly line: number; readonly column: number; readonly reason: string }

/** `code`: the parser's name for the error. */
type Found = { readonly code: string; readonly offset: number; readonly token: string }

/**
 * Explains why `JSON.parse` rejects a text. Node words its errors differently in each version, and some name no place.
 * Call it only with rejected text.
 */
export function explainJson(text: string): JsonFault {
  if (text.startsWith('\ufeff')) {
    return { line: 1, column: 1, reason: 'it starts with a byte order mark (U+FEFF); save it as UTF-8 without one' }
  }
  if (text.trim() === '') return { line: 1, column: 1, reason: 'the text is empty' }
  const found = findFirst(text)
  if (found === undefined) return { line: 1, column: 1, reason: 'it is not JSON' }
  const offset = found.offset + findInnerOffset(found)
  const before = text.slice(0, offset).split(/\r\n|\r|\n/)
  return { line: before.length, column: before.at(-1)!.length + 1, reason: explainError(found, text) }
}

/** Valid JSON that programs read differently: a repeated key, or a number that they print in another way. */
export type JsonSlip = { readonly line: number; readonly column: number } & (
  | { readonly is: 'duplicate'; readonly key: string }
  | { readonly is: 'number'; readonly written: string; readonly read: string }
)

/** The most slips to report for one text. */
const SLIPS_MAX = 5

/** Finds slips in a text that `JSON.parse` accepts, in the order of the text. */
export function findJsonSlips(text: string): JsonSlip[] {
  const slips: JsonSlip[] = []
  const open: Set<string>[] = []
  const note = (slip: JsonSlip): void => {
    slips.push(slip)
    if (slips.length === SLIPS_MAX) throw STOP
  }
  const end = (): void => void open.pop()
  try {
    visit(text, {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: end,
      onObjectProperty(key, _offset, _length, line, column) {
        const keys = open.at(-1)
        if (keys?.has(key)) note({ line: line + 1, column: column + 1, is: 'duplicate', key })
        keys?.add(key)
      },
      onLiteralValue(value, offset, length, line, column) {
        const written = text.slice(offset, offset + length)
        const read = JSON.stringify(value)
        if (typeof value !== 'number' || read === written) return
        note({ line: line + 1, column: column + 1, is: 'number', written, read })
      },
    })
  } catch (error) {
    // A text too deeply nested for the parser keeps the slips found so far.
    if (error !== STOP && !(error instanceof RangeError)) throw error
  }
  return slips
}

/** The first error that a strict reader reports. */
function findFirst(text: string): Found | undefined {
  const all: Found[] = []
  const onError = (code: number, offset: number, length: number): void => {
    all.push({ code: printParseErrorCode(code), offset, token: text.slice(offset, offset + length) })
    // A visit cannot end early otherwise, and a large text may have as many errors as characters.
    throw STOP
  }
  try {
    visit(text, { onError }, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false })
  } catch (error) {
    if (error !== STOP && !(error instanceof RangeError)) throw error
    if (error !== STOP) return { code: TOO_DEEP, offset: 0, token: '' }
  }
  return all[0]
}

const STOP = new Error('the first error is known')
/** The parser recurses for each level of nesting; `JSON.parse` does not. */
const TOO_DEEP = 'TooDeep'

/** Errors inside a string. The parser reports only where the string begins; these patterns find the fault. */
const INNER: Readonly<Record<string, RegExp>> = {
  InvalidUnicode: /^\\u$/,
  InvalidEscapeCharacter: /^\\[^u"\\/bfnrt]$/,
  InvalidCharacter: /^[\u0000-\u001f]$/,
}

function findInnerOffset({ code, token }: Found): number {
  const wrong = INNER[code]
  if (wrong === undefined) return 0
  for (const { 0: part, index } of token.matchAll(/[\u0000-\u001f]|\\(?:u[\da-fA-F]{4}|.)/g)) {
    if (wrong.test(part)) return index
  }
  return 0
}

function explainError({ code, offset, token }: Found, text: string): string {
  const isAtEnd = offset >= text.trimEnd().length
  const isAfterComma = text.slice(0, offset).trimEnd().endsWith(',')
  switch (code) {
    case 'InvalidSymbol':
      return `unexpected token ${quoteToken(token)}${token.startsWith("'") ? '; strings need double quotes' : ''}`
    case 'InvalidNumberFormat':
    case 'UnexpectedEndOfNumber':
      return 'incomplete number'
    case 'InvalidCommentToken':
    case 'UnexpectedEndOfComment':
      return 'JSON has no comments'
    case 'UnexpectedEndOfString':
      return 'the string is not closed'
    case 'InvalidUnicode':
      return '\\u needs four hexadecimal digits'
    case 'InvalidEscapeCharacter':
      return 'unknown escape sequence'
    case 'InvalidCharacter':
      return 'unescaped control character in a string'
    case 'EndOfFileExpected':
      return `unexpected token ${quoteToken(token)} after the end of the value`
    case TOO_DEEP:
      return 'it is nested too deeply to find the error'
  }
  if (isAtEnd) return 'unexpected end of the text'
  if (isAfterComma && /^[}\]]/.test(token)) return `trailing comma before ${token}`
  return `expected ${EXPECTED[code] ?? 'a comma'}, found ${quoteToken(token)}`
}

const EXPECTED: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'a property name in double quotes',
  ColonExpected: 'a colon',
  ValueExpected: 'a value',
}

/** The most characters of a token that a reason shows. */
const SHOWN_MAX = 20

function quoteToken(token: string): string {
  const cut = token.length > SHOWN_MAX ? `${token.slice(0, SHOWN_MAX)}…` : token
  return cut.replace(/[^\x20-\x7e…]/g, (one) => `U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)
}
