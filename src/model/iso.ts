/** Formats epoch milliseconds as ISO 8601 in UTC, in whole seconds. Every time in the state has this form. */
export function formatIso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
