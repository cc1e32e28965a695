/*
 * All untrusted text (spec fields, file names, AWS messages, state read from a branch) passes a sink here. There is one each for a
 * terminal, a workflow log, a workflow command, Markdown and HTML. Text passes its sink when it enters a line, never later.
 */

/**
 * Controls (C0, DEL, C1), formatting marks (bidi, zero-width, soft hyphen, tags), separators, lone surrogates and other invisible
 * characters. The two variation selectors for text and emoji are harmless and common.
 */
const UNSEEN = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function showCharacter(character: string): string {
  const code = character.codePointAt(0)!
  if (code <= 0xff) return SHORT[character] ?? `\\x${code.toString(16).padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/**
 * Escapes text for a terminal. Invisible characters and cursor controls become `\x1b` or `\u202e`. So do line breaks, unless `lines` allows
 * them. `##[` is always escaped: workflow runners read it as a command anywhere in a line, and not every runner can be detected.
 */
export function escapeForTerminal(text: string, allow: { readonly lines?: boolean } = {}): string {
  return stripLogCommands(
    text.replace(UNSEEN, (found) => (found === '\n' && allow.lines ? found : showCharacter(found))),
  )
}

/** Removes `##[` from finished text, even if joining its parts formed one. */
export function stripLogCommands(text: string): string {
  return text.replaceAll('##[', '##\\x5b')
}

/**
 * Removes GitHub runner commands from finished, coloured text. The runner reads `::` at a line's start after .NET's TrimStart (which also
 * trims U+0085 and U+00A0), and `##[` anywhere (actions/runner, ActionCommand.cs). Only `::` inside a word stays, so that ARNs can be
 * copied. No cut or wrap can move it to a line's start.
 */
export function stripCommands(text: string): string {
  return stripLogCommands(text.replace(/(?<![A-Za-z0-9:])::/g, '\\x3a:'))
}

/** Escapes untrusted text for a GitHub Actions log: safe for a terminal and free of workflow commands. */
export function escapeForWorkflowLog(text: string, allow: { readonly lines?: boolean } = {}): string {
  return stripCommands(escapeForTerminal(text, allow))
}

/**
 * Escapes untrusted text for a workflow command. `data` follows the second `::` and keeps line breaks as `%0A`. `property` is a value such
 * as that of `file=`.
 */
export function escapeForAnnotation(text: string, part: 'data' | 'property'): string {
  if (part === 'data') return escapeForWorkflowLog(text, { lines: true }).replaceAll('%', '%25').replaceAll('\n', '%0A')
  return escapeForTerminal(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C')
}

function toEntity(character: string): string {
  return `&#${character.codePointAt(0)};`
}

/** What GitHub links in rendered text: mentions, mail addresses, issue numbers and URLs. */
const LINKED = /@|#(?=\d)|:(?=\/\/)|www(?=\.)|GH(?=-\d)/
/** What GitHub may link as a commit: 7 to 40 hexadecimal digits. Twelve decimal digits are an account ID, which people copy. */
const COMMIT = /(?<![0-9a-z])(?!\d{12}(?![0-9a-z]))[0-9a-f]{7,}(?![0-9a-z])/
/** What Markdown parses as structure, anywhere or at the start of a line. */
const STRUCTURE = /[\\`*_{}[\]<>&"'|~!$^=+#-]|^\s+|^\d+(?=[.)])/
const MARKDOWN = new RegExp(`(?<linked>${LINKED.source})|(?<commit>${COMMIT.source})|${STRUCTURE.source}`, 'giu')
const BREAK = '&#8203;'

/**
 * Escapes untrusted text for a line of GitHub-flavoured Markdown, in a table cell or a paragraph. Structural punctuation becomes an entity,
 * which CommonMark never parses as structure. GitHub finds links in the *rendered* text, so an invisible character breaks them, as in
 * Renovate.
 */
export function escapeForMarkdown(text: string): string {
  return escapeForTerminal(text).replace(MARKDOWN, (found, linked: string | undefined, commit: string | undefined) => {
    if (linked !== undefined) return `${linked}${BREAK}`
    return commit === undefined ? found.replace(/./gsu, toEntity) : commit.match(/.{1,6}/gs)!.join(BREAK)
  })
}

/** Escapes untrusted text for an HTML text node or a quoted attribute. */
export function escapeForHtml(text: string): string {
  return escapeForTerminal(text, { lines: true }).replace(/[&<>"'`]/g, toEntity)
}
