/*
 * Local times. A wall time is a local time written as epoch milliseconds, as if it were UTC.
 */

const QUARTER_MS = 900_000
/** Further than any offset from UTC, and than any change of one. */
const AROUND_MS = 93_600_000

const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()

/** Returns whether a text names a time zone. */
export function isZone(zone: string): boolean {
  try {
    getFormat(zone)
    return /^[A-Za-z]/.test(zone)
  } catch {
    return false
  }
}

/** Returns the wall time of an instant in a zone. */
export function toWall(zone: string, instant: number): number {
  return instant + getOffset(zone, instant)
}

/**
 * Returns the instant of a wall time. If the local time comes twice, it is the first one. If it does not exist, it is
 * the next instant whose local time does.
 */
export function toInstant(zone: string, wall: number): number {
  const around = [getOffset(zone, wall - AROUND_MS), getOffset(zone, wall + AROUND_MS)]
  const [first, last] = [wall - Math.max(...around), wall - Math.min(...around)]
  const fitting = [first, last].find((instant) => toWall(zone, instant) === wall)
  return fitting ?? findChange(zone, first, last)
}

/** Returns the first minute in a range at which the offset has changed. */
function findChange(zone: string, from: number, to: number): number {
  const before = getOffset(zone, from)
  let [low, high] = [from, to]
  while (high - low > 60_000) {
    const middle = low + Math.floor((high - low) / 120_000) * 60_000
    if (getOffset(zone, middle) === before) low = middle
    else high = middle
  }
  return high
}

/** Offsets change at full quarters of an hour, so one look-up serves a whole quarter. */
function getOffset(zone: string, instant: number): number {
  const from = Math.floor(instant / QUARTER_MS) * QUARTER_MS
  const key = `${zone} ${from}`
  const known = offsets.get(key) ?? readOffset(zone, from)
  if (offsets.size > 100_000) offsets.clear()
  offsets.set(key, known)
  return known
}

function readOffset(zone: string, instant: number): number {
  const name =
    getFormat(zone)
      .formatToParts(instant)
      .find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign = '+', hours = '0', minutes = '0'] = /^GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

function getFormat(zone: string): Intl.DateTimeFormat {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, format)
  return format
}
