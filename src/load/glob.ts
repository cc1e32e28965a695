/** Whether a text has a wildcard. */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern)
}

/**
 * Returns true if a path matches a pattern. `*` matches any text and `?` one character within a name; `**` matches any number of folders.
 * Takes at most time proportional to path times pattern.
 */
export function isMatch(pattern: string, file: string): boolean {
  return walk(pattern.split('/'), file.split('/'), '**', isSegmentMatch)
}

function isSegmentMatch(pattern: string, name: string): boolean {
  return walk(Array.from(pattern), Array.from(name), '*', (one, other) => one === '?' || one === other)
}

/** Matches item by item. A mismatch backtracks to the last wildcard only, which then takes one item more. */
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
