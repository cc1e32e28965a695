/**
 * Parses a date and a time of day to epoch milliseconds. Seconds are optional, and a space may replace the T. Undefined
 * for any other text, and for a day or hour that does not exist. Undefined also without an offset, unless `zone` is
 * given.
 */
export function parseTime(text: string, zone?: 'Z'): number | undefined {
  const form = /^(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/
  const [, date, time, seconds = ':00', offset = zone] = form.exec(text) ?? []
  if (date === undefined || time === undefined || offset === undefined) return undefined
  const value = Date.parse(`${date}T${time}${seconds}${offset}`)
  // JavaScript reads 30 February as 2 March.
  const isOfCalendar = !Number.isNaN(Date.parse(date)) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date)
  return Number.isNaN(value) || !isOfCalendar ? undefined : value
}
