import { advise, type Remedy } from '../../model/remedy.ts'

/** The candidate that a misspelt word most likely stands for, or undefined. Another case, or other hyphens, of the same word always count. */
export function findClosestWord(word: string, candidates: readonly string[]): string | undefined {
  // Far longer than any member: no misspelling, and the distance would cost time.
  if (word.length > 80) return undefined
  const lower = word.toLowerCase()
  const plain = stripSeparators(word)
  const same = candidates.find((candidate) => stripSeparators(candidate) === plain)
  if (same !== undefined) return same
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const other = candidate.toLowerCase()
    // Each character more or less is a step: what is so much longer or shorter cannot be nearer.
    if (Math.abs(other.length - lower.length) >= least) continue
    const far = measureDistance(lower, other)
    if (far < least) {
      best = candidate
      least = far
    }
  }
  return best
}

/** A word without what separates its parts: `IMPORT_ASSETS_FROM_S3` and `ImportAssetsFromS3` are one. */
function stripSeparators(word: string): string {
  return word.toLowerCase().replace(/[-_ .]/g, '')
}

/** `did you mean X?` as a remedy, or none. A name alone stands for the first address that has it. */
export function suggestClosest(word: string, candidates: readonly string[]): Remedy[] {
  return createSuggester(candidates)(word)
}

/**
 * How many pairs of words are compared by distance at most: twenty slips among a thousand names. Where more names are wrong they are no
 * slips, and only the same word in another spelling is offered.
 */
const COMPARISONS_MAX = 20_000

/** `suggestClosest` for many words and the same candidates. */
export function createSuggester(candidates: readonly string[]): (word: string) => Remedy[] {
  const byName = new Map<string, string>()
  const byBareWord = new Map<string, string>()
  const offered = new Map<string, Remedy[]>()
  let comparisons = 0
  const keepFirst = (index: Map<string, string>, key: string, candidate: string): void => {
    if (!index.has(key)) index.set(key, candidate)
  }
  for (const candidate of candidates) {
    keepFirst(byName, candidate.slice(candidate.lastIndexOf('/') + 1), candidate)
    keepFirst(byBareWord, stripSeparators(candidate), candidate)
  }
  const search = (word: string): string | undefined => {
    const same = (word.includes('/') ? undefined : byName.get(word)) ?? byBareWord.get(stripSeparators(word))
    if (same !== undefined || comparisons >= COMPARISONS_MAX) return same
    comparisons += candidates.length
    return findClosestWord(word, candidates)
  }
  return (word) => {
    const known = offered.get(word)
    if (known) return known
    const candidate = search(word)
    const remedies = candidate === undefined ? [] : [advise(`did you mean ${candidate}?`)]
    offered.set(word, remedies)
    return remedies
  }
}

/** Edit distance: insertions, removals, replacements and swaps of neighbours count one each. */
export function measureDistance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const here = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      here.push(
        Math.min(
          get(above, column) + 1,
          get(here, column - 1) + 1,
          get(above, column - 1) + (same ? 0 : 1),
          swapped ? get(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = above
    above = here
  }
  return get(above, b.length)
}

function get(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
