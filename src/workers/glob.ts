/** Returns whether a lane matches a pattern, in which `*` stands for any text: `123456789012/*`. */
export function matchesLane(pattern: string, lane: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`).test(lane)
}
