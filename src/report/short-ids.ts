/** The form of an ID that AWS made up. Names that people chose are never shortened. */
const GENERATED = /^[0-9a-f]{8}-?[0-9a-f-]{20,}$/i
const LENGTH_MIN = 8

/**
 * Returns a function that shortens AWS's long IDs. It keeps the characters that tell them apart, at least eight, and
 * adds `…`. Other IDs stay whole.
 */
export function shortenIds(ids: readonly string[]): (id: string) => string {
  const long = [...new Set(ids)].filter((id) => GENERATED.test(id)).sort()
  const short = new Map<string, string>()
  for (const [index, id] of long.entries()) {
    // In sorted order, an ID shares most with one of its neighbours.
    const shared = Math.max(countShared(id, long[index - 1]), countShared(id, long[index + 1]))
    const size = Math.max(LENGTH_MIN, shared + 1)
    if (size < id.length - 1) short.set(id, `${id.slice(0, size)}…`)
  }
  return (id) => short.get(id) ?? id
}

function countShared(one: string, other = ''): number {
  let size = 0
  while (size < one.length && one[size] === other[size]) size++
  return size
}
