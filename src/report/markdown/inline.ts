import { escapeForMarkdown, escapeForTerminal } from '../escape.ts'
import { cut } from '../width.ts'

/** The maximum width of a sentence, in columns. */
const SENTENCE_MAX = 600

/** Formats untrusted words as one line of prose. */
export function toProse(text: string): string {
  return escapeForMarkdown(cut(text.trim(), SENTENCE_MAX))
}

/** Formats an untrusted name or value. GitHub links nothing inside `<code>`, so it can be copied. */
export function toCode(text: string, max = SENTENCE_MAX): string {
  return `<code>${escapeForMarkdown(cut(text, max))}</code>`
}

/** Links an already formatted label. The address is percent-encoded, so no text can leave it. */
export function toLink(label: string, url: string): string {
  return `[${label}](${url.replace(/[()<>\s\\]/g, encodeCharacter)})`
}

function encodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Formats a row of a table. Cells are already formatted; none has a line break or a bare `|`. */
export function toRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => (cell === '' ? ' ' : cell)).join(' | ')} |`
}

/** Formats the head of a table. */
export function toTableHead(titles: readonly string[]): string {
  return `${toRow(titles)}\n${toRow(titles.map(() => '---'))}`
}

/** Formats untrusted lines as a code block. The fence is longer than any run of backticks in them. */
export function toCodeBlock(lines: readonly string[], language: string): string {
  const text = lines.map((line) => escapeForTerminal(line)).join('\n')
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}
