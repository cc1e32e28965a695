import { structuredPatch } from 'diff'
import type { Json, Pointer } from '../model/json.ts'
import { getValue, splitPointer } from '../model/json.ts'
import type { Difference } from '../model/plan.ts'
import { isDigest } from '../model/write-documents.ts'
import { escapeForTerminal } from './escape.ts'
import { paint, type ReportOptions } from './options.ts'
import { cut, measureWidth } from './width.ts'
import { formatCount } from './words.ts'

/** How many lines of a unified diff to show. */
const DIFF_LINES_MAX = 40
/** The search for a shortest diff stops here. Texts that differ so much are shown as two values. */
const EDITS_MAX = 2_000
/** How much of what two values share is shown before the first difference. */
const SHARED_MAX = 16
const VALUE_MIN = 40
/** `sha256:` and 20 hexadecimal digits. Two texts never share so many. */
const DIGEST_MAX = 27

/**
 * Formats one difference: `targets[2]: - …/offices + …/depots`. A long one takes two lines. Texts with several lines
 * become a unified diff. `-` is the recorded or live value, `+` the spec's.
 */
export function formatDifference({ pointer, from, to }: Difference, indent: string, options: ReportOptions): string[] {
  const label = `${formatPath(pointer)}:`
  const lines = formatLines(from, to, options)
  if (lines) return [indent + label, ...lines.map((line) => `${indent}  ${line}`)]
  const taken = measureWidth(indent + label) + 1
  const [before, after] = showPair(from, to, Math.max(VALUE_MIN, options.width - taken - 2))
  const parts = [
    ...(before === undefined ? [] : [paint('red', `- ${before}`, options)]),
    ...(after === undefined ? [] : [paint('green', `+ ${after}`, options)]),
  ]
  const isShort = taken + measureWidth(`- ${before ?? ''} + ${after ?? ''}`) <= options.width
  if (isShort || parts.length === 1) return [`${indent}${label} ${parts.join(' ')}`]
  return [`${indent}${label} ${parts[0]!}`, `${' '.repeat(taken)}${parts[1]!}`]
}

/** Formats one difference as the lines of a diff: its path, then `-` and `+`. */
export function formatDiff({ pointer, from, to }: Difference, width: number): string[] {
  const head = `@@ ${formatPath(pointer)} @@`
  const lines = formatLines(from, to, { colour: false, width, now: 0 })
  if (lines) return [head, ...lines]
  const [before, after] = showPair(from, to, width)
  return [head, ...(before === undefined ? [] : [`- ${before}`]), ...(after === undefined ? [] : [`+ ${after}`])]
}

/** Formats a pointer as a path: `AssetSources[0].Key`. */
export function formatPath(pointer: Pointer): string {
  const steps = splitPointer(pointer).map((step, index) => {
    if (/^\d+$/.test(step)) return `[${step}]`
    if (/^[\w$-]+$/.test(step)) return index === 0 ? step : `.${step}`
    return `[${escapeForTerminal(JSON.stringify(step))}]`
  })
  return steps.join('') || 'spec'
}

/** Formats two texts with lines as a unified diff. Undefined for all other values. */
function formatLines(from: Json | undefined, to: Json | undefined, options: ReportOptions): string[] | undefined {
  if (typeof from !== 'string' || typeof to !== 'string') return undefined
  if (!from.includes('\n') && !to.includes('\n')) return undefined
  const patch = structuredPatch('', '', from, to, '', '', { context: 2, maxEditLength: EDITS_MAX })
  if (patch === undefined) return undefined
  const lines = patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines: own }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...own,
  ])
  const beyond = lines.length - DIFF_LINES_MAX
  const room = Math.max(VALUE_MIN, options.width - 8)
  return [
    ...pairLines(lines.slice(0, DIFF_LINES_MAX), room).map((line) => paint(chooseStyle(line), line, options)),
    ...(beyond > 0 ? [`… and ${formatCount(beyond, 'more line')}`] : []),
  ]
}

function chooseStyle(line: string): 'red' | 'green' | 'dim' | undefined {
  if (line.startsWith('@@')) return 'dim'
  return line.startsWith('-') ? 'red' : line.startsWith('+') ? 'green' : undefined
}

/** Cuts the lines of a diff. A removed line and the added one in its place are cut where they differ. */
function pairLines(lines: readonly string[], room: number): string[] {
  const shown = lines.map((line) => escapeForTerminal(line))
  const cutLines = shown.map((line) => cut(line, room))
  let start = 0
  while (start < shown.length) {
    const removed = countFrom(shown, start, '-')
    const added = countFrom(shown, start + removed, '+')
    for (let index = 0; index < Math.min(removed, added); index++) {
      const [at, other] = [start + index, start + removed + index]
      const [before, after] = cutPair(shown[at]!.slice(1), shown[other]!.slice(1), room - 1)
      cutLines[at] = `-${before}`
      cutLines[other] = `+${after}`
    }
    start += Math.max(1, removed + added)
  }
  return cutLines
}

function countFrom(lines: readonly string[], start: number, sign: string): number {
  let count = 0
  while (lines[start + count]?.startsWith(sign)) count++
  return count
}

/** Shows two different values within a width each, so that they also look different. */
function showPair(from: Json | undefined, to: Json | undefined, room: number): [string?, string?] {
  if (from === undefined) return [undefined, to === undefined ? undefined : cut(showValue(to), room)]
  if (to === undefined) return [cut(showValue(from), room), undefined]
  const [before, after] = [showValue(from), showValue(to)]
  // Some characters look alike, such as a letter with its accent and one with a combining mark.
  const isAlike = before.normalize('NFKC') === after.normalize('NFKC')
  return isAlike ? cutPair(showCodes(from), showCodes(to), room) : cutPair(before, after, room)
}

/** Shows a value in one line. Text that could be mistaken for something else is quoted. */
function showValue(value: Json): string {
  // The state holds no more of a long text.
  if (isDigest(value)) return `text ${escapeForTerminal(String(getValue(value, '/$digest')).slice(0, DIGEST_MAX))}…`
  const isPlain =
    typeof value === 'string' && /^(?!(?:true|false|null)$)[^\s"'{[-]\S*$/.test(value) && Number.isNaN(Number(value))
  return escapeForTerminal(isPlain ? value : JSON.stringify(value))
}

function showCodes(value: Json): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Cuts two texts to a width each. What they share is left out where one of them does not fit: at its start, then its end. */
export function cutPair(from: string, to: string, room: number): [string, string] {
  if (measureWidth(from) <= room && measureWidth(to) <= room && !isMostlyShared(from, to)) return [from, to]
  const shared = countShared(from, to)
  const start = shared > SHARED_MAX ? findBoundary(from, shared) : 0
  const head = start > 0 ? '…' : ''
  const [before, after] = [head + from.slice(start), head + to.slice(start)]
  return [cut(before, room), cut(after, room)]
}

/** Long values whose beginning is the same, such as two ARNs, are easier to compare without it. */
function isMostlyShared(from: string, to: string): boolean {
  return countShared(from, to) > SHARED_MAX
}

/** Counts the UTF-16 units that two texts share at their start, without splitting a character. */
function countShared(from: string, to: string): number {
  const most = Math.min(from.length, to.length)
  let count = 0
  while (count < most && from.charCodeAt(count) === to.charCodeAt(count)) count++
  const isSplit = count > 0 && /[\ud800-\udbff]/.test(from[count - 1]!)
  return isSplit ? count - 1 : count
}

/** Returns where to begin: after the last separator before the difference, or a few characters before it. */
function findBoundary(text: string, shared: number): number {
  const least = shared - SHARED_MAX
  const near = text.slice(least, shared)
  const at = Math.max(...['/', ':', ' ', ','].map((mark) => near.lastIndexOf(mark)))
  const start = at < 0 ? least : least + at
  return /[\udc00-\udfff]/.test(text[start] ?? '') ? start - 1 : start
}
