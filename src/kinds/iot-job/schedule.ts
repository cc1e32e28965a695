import type { Json } from '../../model/json.ts'

const MINUTE = 60_000
/**
 * A schedule begins and ends at least this far ahead, and lasts at least this long (IoT API reference,
 * SchedulingConfig). Milliseconds.
 */
export const MIN_LEAD_MS = 30 * MINUTE

/**
 * Epoch milliseconds of `YYYY-MM-DD HH:MM`, which AWS IoT reads as UTC, or of a time with an offset. NaN for anything
 * else.
 */
export function parseScheduled(value: Json | undefined): number {
  const form = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?$/
  const parts = typeof value === 'string' ? form.exec(value) : null
  return parts ? Date.parse(`${parts[1]}T${parts[2]}${parts[3] ?? 'Z'}`) : Number.NaN
}

/** Returns true if the day exists. JavaScript reads 31 February as 3 March. */
export function isRealDay(text: string): boolean {
  const day = text.slice(0, 10)
  const ms = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)
}
