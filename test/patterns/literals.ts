/** A pattern in a source file. */
export type Literal = { readonly source: string; readonly flags: string }

/** The literal patterns of a TypeScript text: enough of a tokenizer to tell a pattern from a division, a comment or a part of a text. */
export function literalsIn(text: string): Literal[] {
  const found: Literal[] = []
  let at = 0
  /** What stands before a slash decides what it is. */
  let before = ''
  const code = (isEnd: () => boolean): void => {
    while (at < text.length && !isEnd()) {
      const character = text[at]!
      if (/\s/.test(character)) at += 1
      else if (text.startsWith('//', at)) at = ended(text.indexOf('\n', at))
      else if (text.startsWith('/*', at)) at = ended(text.indexOf('*/', at)) + 2
      else if (character === "'" || character === '"') {
        at = /^(['"])(?:\\.|(?!\1)[^\\])*\1/s.exec(text.slice(at))![0].length + at
        before = 'x'
      } else if (character === '`') template()
      else if (character === '/' && isPatternDue(before)) pattern()
      else if (character === '{') {
        at += 1
        before = '{'
        code(() => text[at] === '}')
        at += 1
        before = '}'
      } else {
        const word = /^[\w$]+/.exec(text.slice(at))?.[0] ?? character
        at += word.length
        before = word
      }
    }
  }
  const template = (): void => {
    at += 1
    while (text[at] !== '`') {
      if (text[at] === '\\') at += 2
      else if (text.startsWith('${', at)) {
        at += 2
        before = '{'
        code(() => text[at] === '}')
        at += 1
      } else at += 1
    }
    at += 1
    before = 'x'
  }
  const pattern = (): void => {
    const [whole, source = '', flags = ''] = /^\/((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+)\/([a-z]*)/.exec(
      text.slice(at),
    )!
    at += whole.length
    before = 'x'
    found.push({ source, flags })
  }
  const ended = (index: number): number => (index === -1 ? text.length : index)
  if (text.startsWith('#!')) at = ended(text.indexOf('\n'))
  code(() => false)
  return found
}

function isPatternDue(before: string): boolean {
  return before === '' || /^[(,=:[!&|?{};+*%<>~^-]$/.test(before) || /^(return|typeof|case|in|of)$/.test(before)
}
