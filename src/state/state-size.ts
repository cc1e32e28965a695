import { formatNumber } from '../model/format-number.ts'
import { isSettled, type State } from '../model/state.ts'
import { createTooLarge } from './github-answer.ts'
import type { StateText } from './state-text.ts'

/** The most bytes by which the outcome of a create makes its record longer: ID, ARN, times, status and AWS's message. */
const OUTCOME_BYTES = 4096

/** Throws a Problem (STATE_TOO_LARGE, exit 4) if a state with the outcomes of its pending creates may not fit into its place. */
export function assertFits(where: string, { text }: StateText, { records }: State, maxBytes: number): void {
  const pending = Object.values(records).filter((record) => !isSettled(record)).length
  const bytes = Buffer.byteLength(text) + pending * OUTCOME_BYTES
  if (bytes <= maxBytes) return
  const creates = pending === 1 ? 'pending create' : 'pending creates'
  throw createTooLarge(
    where,
    `it needs ${formatNumber(bytes)} bytes with the outcomes of ${pending} ${creates}, and the API takes ${formatNumber(maxBytes)}`,
  )
}
