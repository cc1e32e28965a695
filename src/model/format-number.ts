/**
 * Formats a whole number with commas: `50,000`. `toLocaleString` does the same, but its first call loads the data of all
 * languages, about 20 ms.
 */
export function formatNumber(value: number): string {
  const digits = String(Math.abs(value))
  const first = digits.length % 3 || 3
  const groups = [digits.slice(0, first)]
  for (let at = first; at < digits.length; at += 3) groups.push(digits.slice(at, at + 3))
  return `${value < 0 ? '-' : ''}${groups.join(',')}`
}
