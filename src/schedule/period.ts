/** A time between two runs. Months and days follow the calendar; the rest is elapsed time. */
export type Period = { readonly months: number; readonly days: number; readonly ms: number }

const MINUTE_MS = 60_000

/**
 * Parses an ISO 8601 duration in whole minutes, such as `P1D` or `PT6H`. Undefined for any other text, or if it is too
 * short.
 */
export function parsePeriod(text: string): Period | undefined {
  const found = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text)
  if (found === null || /T$|^P$/.test(text)) return undefined
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0] = found
    .slice(1)
    .map((one) => Number(one ?? 0))
  const period = { months: years * 12 + months, days: weeks * 7 + days, ms: (hours * 60 + minutes) * MINUTE_MS }
  return period.months + period.days + period.ms > 0 ? period : undefined
}

/** Parses a duration that may be negative, such as `-PT2H`, in milliseconds. A day has 24 hours here; months have none. */
export function parseOffset(text: string): number | undefined {
  const period = parsePeriod(text.replace(/^[+-]/, ''))
  if (period === undefined || period.months > 0) return undefined
  return (text.startsWith('-') ? -1 : 1) * (period.days * 86_400_000 + period.ms)
}

/** Adds months and days to a wall time. A day that the month does not have becomes its last one. */
export function addCalendar(wall: number, months: number, days: number): number {
  const from = new Date(wall)
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + months]
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const day = Date.UTC(year, month, Math.min(from.getUTCDate(), last) + days)
  return day + (wall % 86_400_000)
}
