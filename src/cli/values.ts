import { InvalidArgumentError } from 'commander'

/*
 * What the values of options are read as. Each throws commander's InvalidArgumentError, which it shows with the option's name, for any
 * other text.
 */

/** A value of an option that may be repeated, after those before it. */
export function appendValue(value: string, before: string[] = []): string[] {
  return [...before, value]
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a number with a unit: `500ms`, `90s`, `15m`, `2h`, `3d`. */
export function parseDuration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  if (!parts) throw new InvalidArgumentError('Write a number with a unit: 500ms, 90s, 15m, 2h or 3d.')
  return Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS]
}

/** A whole number of at most nine digits. */
export function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.')
  return Number(text)
}

/** A time that JavaScript can read, as it was written; `now`, and `today`, which began at midnight UTC. */
export function parseMoment(text: string): string {
  const now = new Date().toISOString()
  if (text === 'now') return now
  if (text === 'today') return `${now.slice(0, 10)}T00:00:00Z`
  if (Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('Write an ISO time, such as 2026-11-14T20:00:00Z, or now or today.')
  return text
}

/** A number above 0. */
export function parsePositive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Write a number above 0.')
  return value
}
