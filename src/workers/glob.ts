/** Returns whether a lane matches a pattern, in which `*` stands for any text: `123456789012/*`. */
export function matchesLane(pattern: string, lane: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return lane === pattern
  if (!lane.startsWith(first)) return false
  let from = first.length
  for (const part of rest) {
    const found = lane.indexOf(part, from)
    if (found < 0) return false
    from = found + part.length
  }
  return lane.length - from >= last.length && lane.endsWith(last)
}
