/** ISO 8601 in UTC, whole seconds, of epoch milliseconds: the form of every time in the state. */
export function formatIso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
