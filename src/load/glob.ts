/** Whether a text has a wildcard. */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern)
}

/**
 * Whether a path matches a pattern: `*` any text and `?` one character within a folder's or file's name, `**` any number of folders.
 * Takes time in proportion to path times pattern at worst, whatever the pattern.
 */
export function isMatch(pattern: string, file: string): boolean {
  return walk(pattern.split('/'), file.split('/'), '**', isSegmentMatch)
}

function isSegmentMatch(pattern: string, name: string): boolean {
  return walk(Array.from(pattern), Array.from(name), '*', (one, other) => one === '?' || one === other)
}

/** Matches item by item; a mismatch goes back to the last wildcard alone, which then takes one item more. */
function walk(
  pattern: readonly string[],
  items: readonly string[],
  wildcard: string,
  same: (one: string, other: string) => boolean,
): boolean {
  let at = 0
  let star = -1
  let taken = 0
  for (let item = 0; item < items.length; ) {
    const step = pattern[at]
    if (step === wildcard) {
      star = at
      taken = item
      at += 1
    } else if (step !== undefined && same(step, items[item] ?? '')) {
      at += 1
      item += 1
    } else if (star !== -1) {
      taken += 1
      item = taken
      at = star + 1
    } else return false
  }
  while (pattern[at] === wildcard) at += 1
  return at === pattern.length
}
