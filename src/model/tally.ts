/** What a job has counted so far, such as the devices of an IoT job. */
export type Tally = {
  /** What is counted, in the plural: `devices`. */
  readonly noun: string
  /** How many there are, how many have ended, and how many of these succeeded. Missing: AWS counts only what else happened. */
  readonly whole?: { readonly total: number; readonly ended: number; readonly succeeded: number }
  /** What else happened, in words: `1 failed`. */
  readonly others: readonly string[]
}

/** Says what a job has counted: `7 of 9 devices succeeded, 1 failed`. Raw text. Empty if it has counted nothing. */
export function describeTally(tally: Tally | undefined): string {
  if (tally === undefined) return ''
  const { noun, whole, others } = tally
  const head = whole && whole.total > 0 ? [`${whole.succeeded} of ${whole.total} ${noun} succeeded`] : []
  return [...head, ...others].join(', ')
}
