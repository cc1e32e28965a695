/*
 * How much work a backtracking matcher does for a pattern, counted in steps: no clock, so that the same pattern and text give the same
 * number on every machine. The matcher does what ECMAScript says, without the shortcuts that an engine may take.
 */

type Node =
  | { readonly is: 'set'; has(character: string): boolean; readonly source: string }
  | { readonly is: 'all'; readonly of: readonly Node[] }
  | { readonly is: 'any'; readonly of: readonly Node[] }
  | { readonly is: 'repeat'; readonly of: Node; readonly least: number; readonly most: number; readonly lazy: boolean }
  | { readonly is: 'look'; readonly of: Node; readonly behind: boolean; readonly negative: boolean }
  | { readonly is: 'edge'; holds(text: readonly string[], at: number): boolean; readonly isStart: boolean }

/** A pattern that was read. */
export type Pattern = { readonly root: Node; readonly sets: readonly Extract<Node, { is: 'set' }>[] }

/** A bound such as {1,200} is not growth: a smaller one shows the same. */
const BOUND = 6

/** Reads a pattern. Throws for syntax that no pattern of ours uses. */
export function readPattern(source: string, flags: string): Pattern {
  let at = 0
  const sets: Extract<Node, { is: 'set' }>[] = []
  const classFlags = flags.replace(/[gmy]/g, '')

  const setOf = (text: string): Node => {
    const own = new RegExp(`^(?:${text})$`, classFlags)
    const set = { is: 'set' as const, has: (character: string) => own.test(character), source: text }
    sets.push(set)
    return set
  }
  const take = (text: string): boolean => {
    if (!source.startsWith(text, at)) return false
    at += text.length
    return true
  }
  const any = (): Node => {
    const branches = [all()]
    while (take('|')) branches.push(all())
    return branches.length === 1 ? branches[0]! : { is: 'any', of: branches }
  }
  const all = (): Node => {
    const parts: Node[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated(one()))
    return { is: 'all', of: parts }
  }
  const one = (): Node => {
    for (const [open, behind, negative] of [
      ['(?=', false, false],
      ['(?!', false, true],
      ['(?<=', true, false],
      ['(?<!', true, true],
    ] as const) {
      if (take(open)) return { is: 'look', of: closed(), behind, negative }
    }
    if (take('(?:')) return closed()
    if (take('(')) {
      const name = /^\?<\w+>/.exec(source.slice(at))
      at += name?.[0].length ?? 0
      return closed()
    }
    if (take('^')) return edge(true)
    if (take('$')) return edge(false)
    if (take('\\b') || take('\\B')) {
      const inside = source[at - 1] === 'B'
      const isWord = (character: string | undefined) => character !== undefined && /\w/.test(character)
      return {
        is: 'edge',
        isStart: false,
        holds: (text, here) => (isWord(text[here - 1]) !== isWord(text[here])) !== inside,
      }
    }
    const found =
      /^(?:\[(?:[^\]\\]|\\.)*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\[^1-9k]|[^\\])/su.exec(
        source.slice(at),
      )
    if (!found) throw new Error(`/${source}/: what stands at ${at}?`)
    at += found[0].length
    return setOf(found[0])
  }
  const closed = (): Node => {
    const inner = any()
    if (!take(')')) throw new Error(`/${source}/: no end of a group at ${at}`)
    return inner
  }
  const edge = (isStart: boolean): Node => ({
    is: 'edge',
    isStart: isStart && !flags.includes('m'),
    holds: (text, here) =>
      isStart
        ? here === 0 || (flags.includes('m') && text[here - 1] === '\n')
        : here === text.length || (flags.includes('m') && text[here] === '\n'),
  })
  const repeated = (of: Node): Node => {
    const found = /^(?:[*+?]|\{(\d+)(,)?(\d*)\})(\?)?/.exec(source.slice(at))
    if (!found) return of
    at += found[0].length
    const [sign, low, comma, high, lazy] = found
    const least = low === undefined ? (sign[0] === '+' ? 1 : 0) : Number(low)
    const most =
      low === undefined
        ? sign[0] === '?'
          ? 1
          : Number.POSITIVE_INFINITY
        : comma === undefined
          ? least
          : high
            ? Number(high)
            : Number.POSITIVE_INFINITY
    const bound = (count: number): number => (count === Number.POSITIVE_INFINITY ? count : Math.min(count, BOUND))
    return { is: 'repeat', of, least: bound(least), most: bound(most), lazy: lazy !== undefined }
  }

  const root = any()
  if (at < source.length) throw new Error(`/${source}/: what stands at ${at}?`)
  return { root, sets }
}

/** The steps of a search for every match of a pattern in a text. */
export function countSteps({ root }: Pattern, text: readonly string[], limit: number): number {
  let steps = 0
  const run = (node: Node, at: number, next: (at: number) => boolean): boolean => {
    steps += 1
    if (steps > limit) throw new TooMuch()
    switch (node.is) {
      case 'set':
        return at < text.length && node.has(text[at]!) && next(at + 1)
      case 'edge':
        return node.holds(text, at) && next(at)
      case 'any':
        return node.of.some((branch) => run(branch, at, next))
      case 'all': {
        const from = (index: number, here: number): boolean =>
          index === node.of.length ? next(here) : run(node.of[index]!, here, (after) => from(index + 1, after))
        return from(0, at)
      }
      case 'look': {
        // Ours look one character back at most.
        const found = node.behind ? at > 0 && run(node.of, at - 1, (end) => end === at) : run(node.of, at, () => true)
        return found !== node.negative && next(at)
      }
      case 'repeat': {
        const { of } = node
        if (of.is === 'set' && !node.lazy) {
          // The same steps without a call for each character.
          let end = at
          while (end < text.length && end - at < node.most && of.has(text[end]!)) end += 1
          steps += end - at
          for (let here = end; here >= at + node.least; here--) {
            steps += 1
            if (steps > limit) throw new TooMuch()
            if (next(here)) return true
          }
          return false
        }
        const again = (count: number, here: number): boolean => {
          const more = (): boolean =>
            count < node.most &&
            run(node.of, here, (after) => (after > here || count < node.least) && again(count + 1, after))
          if (count < node.least) return more()
          return node.lazy ? next(here) || more() : more() || next(here)
        }
        return again(0, at)
      }
    }
  }
  const isAnchored = beginsAtStart(root)
  try {
    for (let at = 0; at <= text.length; ) {
      let end = -1
      const found = run(root, at, (after) => {
        end = after
        return true
      })
      if (isAnchored) break
      at = found && end > at ? end : at + 1
    }
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error
  }
  return steps
}

class TooMuch extends Error {}

function beginsAtStart(node: Node): boolean {
  if (node.is === 'edge') return node.isStart
  if (node.is === 'all') return node.of[0] !== undefined && beginsAtStart(node.of[0])
  return node.is === 'any' && node.of.every(beginsAtStart)
}

/** One character of every sort that a pattern tells apart, and last one that it has no place for, if there is one. */
export function alphabetOf({ sets }: Pattern): string[] {
  const pool = [
    ...Array.from({ length: 127 - 32 }, (_, index) => String.fromCodePoint(32 + index)),
    '\n',
    '\r',
    '\t',
    '\0',
    '\u00e9',
    '\u2028',
    '\u4e00',
  ]
  const sorts = new Map<string, string>()
  for (const character of pool) {
    const sort = sets.map((set) => (set.has(character) ? 1 : 0)).join('')
    if (!sorts.has(sort)) sorts.set(sort, character)
  }
  const none = '0'.repeat(sets.length)
  const other = sorts.get(none)
  sorts.delete(none)
  return [...sorts.values(), ...(other === undefined ? [] : [other])]
}

/** Texts after which a part of a pattern begins that may repeat without end. */
export function waysIn(pattern: Pattern): string[][] {
  const found: string[][] = [[]]
  const walk = (node: Node, before: readonly string[]): void => {
    if (node.is === 'any') for (const branch of node.of) walk(branch, before)
    if (node.is === 'look') walk(node.of, before)
    if (node.is === 'repeat') {
      if (node.most === Number.POSITIVE_INFINITY) found.push([...before])
      walk(node.of, before)
    }
    if (node.is === 'all') {
      let so = [...before]
      for (const part of node.of) {
        walk(part, so)
        so = [...so, ...shortest(part)]
      }
    }
  }
  const shortest = (node: Node): string[] => {
    switch (node.is) {
      case 'set':
        return [alphabet.find((character) => node.has(character)) ?? 'x']
      case 'all':
        return node.of.flatMap(shortest)
      case 'any':
        return node.of.map(shortest).sort((a, b) => a.length - b.length)[0]!
      case 'repeat':
        return Array.from({ length: node.least }, () => shortest(node.of)).flat()
      default:
        return []
    }
  }
  const alphabet = alphabetOf(pattern)
  walk(pattern.root, [])
  return [...new Map(found.map((way) => [way.join(''), way])).values()]
}
