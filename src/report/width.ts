const PLAIN = /^[\x20-\x7e]*$/
const NARROW_MARK = /[\p{Mn}\p{Me}]/u
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u

function measureCharacter(character: string): number {
  if (NARROW_MARK.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/**
 * Counts a text's terminal columns: two for East Asian wide characters and emoji, none for combining marks. The text must not contain
 * colours.
 */
export function measureWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const character of text) width += measureCharacter(character)
  return width
}

/** Pads a text with spaces to a width. A longer one is not cut. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - measureWidth(text)))
}

/** Returns the part of a text in the columns `from` (inclusive) to `to` (exclusive). */
export function sliceColumns(text: string, from: number, to: number): string {
  if (PLAIN.test(text)) return text.slice(from, to)
  let at = 0
  let part = ''
  for (const character of text) {
    const end = at + measureCharacter(character)
    if (at >= from && end <= to) part += character
    at = end
    if (at >= to) break
  }
  return part
}

/** Cuts a text to a width, with `…` in the last column if something is missing. */
export function cut(text: string, width: number): string {
  return measureWidth(text) <= width ? text : `${sliceColumns(text, 0, Math.max(0, width - 1))}…`
}

/** Values with spaces: a time with its zone, a duration, a text in quotes, a part of a whole, a counted noun. */
const SPACED =
  /\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?(?: UTC| [A-Z]\w+\/[\w/+-]+)?|(?<!\d)\d{1,6} (?:d|h|min|s)\b(?: \d{1,6} (?:h|min|s)\b)?(?: ago| left)?|(?<![\d:.-])\d{1,6} of \d{1,6} [a-z]+\b|(?<![\d:.-])\d{1,6} [a-z]+\b|"[^"]{1,60}"/g
/** Stands for a space that is no place to break a line. A text that has passed its sink has none. */
const GLUE = '\0'

/**
 * Wraps a text at spaces to a width, never inside a value such as `2026-12-07 03:00 UTC` or `1 h 12 min ago`. A longer word, such as an ARN,
 * stays whole so that it can be copied. So do the `values` that the caller names, such as commands.
 */
export function wrapText(text: string, width: number, values: readonly string[] = []): string[] {
  const whole = values.reduce((line, value) => line.replaceAll(value, value.replaceAll(' ', GLUE)), text)
  const glued = whole.replace(SPACED, (value) => value.replaceAll(' ', GLUE))
  return wrapWords(glued, width).map((line) => line.replaceAll(GLUE, ' '))
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  for (const word of text.split(' ')) {
    const size = measureWidth(word)
    if (line !== '' && used + 1 + size > width) {
      lines.push(line)
      line = word
      used = size
    } else {
      used += size + (line === '' ? 0 : 1)
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** Joins parts with commas and wraps between them, never inside one. */
export function wrapParts(parts: readonly string[], width: number): string[] {
  const glued = parts.map((part) => part.replaceAll(' ', GLUE)).join(', ')
  return wrapWords(glued, width).map((line) => line.replaceAll(GLUE, ' '))
}
