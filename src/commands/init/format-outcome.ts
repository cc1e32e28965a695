/** Formats one line about what happened to a file or state. */
export function formatOutcome(what: 'wrote' | 'kept' | 'stored', thing: string, why: string): string {
  return `${what.padEnd(6)}  ${thing.padEnd(31)}  ${why}`
}
