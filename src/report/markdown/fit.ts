/** A part of a page: text that always stays, or a list that may be cut. */
export type Part = string | List

/** A list of items that is cut if the page is too long. */
export type List = {
  /** Before the items. */
  readonly head: string
  readonly items: readonly string[]
  /** Between two items. */
  readonly between: string
  /** After the items. */
  readonly tail: string
  /** Says how many items are missing. */
  readonly more: (count: number) => string
}

const encoder = new TextEncoder()

/** Counts the bytes of a text in UTF-8. */
export function countBytes(text: string): number {
  return encoder.encode(text).length
}

/**
 * Joins parts with empty lines to a page of at most `maxBytes`. Earlier lists have precedence. The texts, which hold the totals, must fit
 * by themselves.
 */
export function fitPage(parts: readonly Part[], maxBytes: number): string {
  const lists = parts.filter((part) => typeof part !== 'string')
  const least = parts.map((part) => (typeof part === 'string' ? part : joinList(part, 0))).join('\n\n')
  let left = maxBytes - countBytes(least)
  const shown = new Map<List, number>()
  for (const list of lists) {
    let count = 0
    for (const item of list.items) {
      const size = countBytes(item + list.between)
      if (size > left) break
      left -= size
      count++
    }
    shown.set(list, count)
  }
  return parts
    .map((part) => (typeof part === 'string' ? part : joinList(part, shown.get(part)!)))
    .filter((text) => text !== '')
    .join('\n\n')
}

function joinList({ head, items, between, tail, more }: List, count: number): string {
  if (items.length === 0) return ''
  const missing = items.length - count
  const rest = missing === 0 ? '' : `\n\n${more(missing)}`
  return `${head}${items.slice(0, count).join(between)}${rest}${tail}`
}
