/*
 * The only ways for untrusted text (spec fields, file names, AWS messages, state read from a branch) to reach a reader: one sink each
 * for a terminal, a workflow log, a workflow command, Markdown and HTML. Text passes its sink where it enters a line, never later.
 */

/**
 * Controls (C0, DEL, C1), formatting marks (bidi, zero-width, soft hyphen, tags), line and paragraph separators, lone surrogates and
 * whatever else draws nothing. The two selectors that choose between text and emoji are harmless and common.
 */
const UNSEEN = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function showCharacter(character: string): string {
  const code = character.codePointAt(0)!
  if (code <= 0xff) return SHORT[character] ?? `\\x${code.toString(16).padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/**
 * Text that does nothing to a terminal but be seen: what is invisible or would move the cursor is written out, `\x1b`, `\u202e`.
 * A line break is written out too, unless `lines` allows it. `##[` is written out as well: runners of workflows take it for a command
 * anywhere in a line, and not every runner says that it is one.
 */
export function escapeForTerminal(text: string, allow: { readonly lines?: boolean } = {}): string {
  return stripLogCommands(
    text.replace(UNSEEN, (found) => (found === '\n' && allow.lines ? found : showCharacter(found))),
  )
}

/** Finished text of this folder without `##[`, also where its parts make one together. */
export function stripLogCommands(text: string): string {
  return text.replaceAll('##[', '##\\x5b')
}

/**
 * Finished text of this folder, colours included, with nothing in it that the GitHub runner takes for a command: it reads `::` at the
 * start of a line after .NET's TrimStart (which also trims U+0085 and U+00A0), and `##[` anywhere (actions/runner, ActionCommand.cs).
 * `::` is left alone only inside a word, where no cut or wrap can bring it to the start of a line, so that ARNs can still be copied.
 */
export function stripCommands(text: string): string {
  return stripLogCommands(text.replace(/(?<![A-Za-z0-9:])::/g, '\\x3a:'))
}

/** Untrusted text for a GitHub Actions log: safe for a terminal, and no workflow command. */
export function escapeForWorkflowLog(text: string, allow: { readonly lines?: boolean } = {}): string {
  return stripCommands(escapeForTerminal(text, allow))
}

/**
 * Untrusted text inside a workflow command: its `data` after the second `::`, where a line break is kept as `%0A`, or the value of a
 * `property` such as `file=`.
 */
export function escapeForAnnotation(text: string, part: 'data' | 'property'): string {
  if (part === 'data') return escapeForWorkflowLog(text, { lines: true }).replaceAll('%', '%25').replaceAll('\n', '%0A')
  return escapeForTerminal(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C')
}

function toEntity(character: string): string {
  return `&#${character.codePointAt(0)};`
}

/** What GitHub links in rendered text: mentions and mail addresses, issue numbers, addresses of the web. */
const LINKED = /@|#(?=\d)|:(?=\/\/)|www(?=\.)|GH(?=-\d)/
/** What Markdown reads as structure, anywhere or at the start of a line. */
const STRUCTURE = /[\\`*_{}[\]<>&"'|~!$^=+#-]|^\s+|^\d+(?=[.)])/
const MARKDOWN = new RegExp(`(?<linked>${LINKED.source})|${STRUCTURE.source}`, 'giu')

/**
 * Untrusted text for GitHub-flavoured Markdown, in a table cell or a paragraph, on one line. Punctuation with a meaning becomes an
 * entity, which CommonMark never reads as structure. Links are looked for in the *rendered* text, so those are broken by an invisible
 * character, as Renovate does.
 */
export function escapeForMarkdown(text: string): string {
  return escapeForTerminal(text).replace(MARKDOWN, (found, linked: string | undefined) =>
    linked === undefined ? found.replace(/./gsu, toEntity) : `${linked}&#8203;`,
  )
}

/** Untrusted text for an HTML text node or a quoted attribute. */
export function escapeForHtml(text: string): string {
  return escapeForTerminal(text, { lines: true }).replace(/[&<>"'`]/g, toEntity)
}
