/** Generated parts of one page, by the name in their markers. */
export type Parts = Readonly<Record<string, string>>

/**
 * Replaces the generated parts of a page, and keeps the text around them. A part stands between `<!-- generated: NAME -->` and
 * `<!-- end: NAME -->`. Throws if the page lacks a part or has an unknown one.
 */
export function filled(page: string, parts: Parts, where: string): string {
  const rest = new Set(Object.keys(parts))
  const text = page.replace(/(<!-- generated: (\S+) -->\n)[\s\S]*?(<!-- end: \2 -->)/g, (_all, open, name, close) => {
    const part = parts[name]
    if (part === undefined) throw new Error(`${where}: nothing generates a part called ${name}`)
    rest.delete(name)
    return `${open}\n${part.trim()}\n\n${close}`
  })
  if (rest.size > 0) throw new Error(`${where}: no markers for ${[...rest].join(', ')}`)
  return text
}

/** A table in Markdown. A bar inside a cell would end it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
