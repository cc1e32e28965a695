import { InvalidArgumentError } from 'commander'

/* Parsers of option values. Each throws commander's InvalidArgumentError for an invalid value; commander adds the option's name. */

/** Appends the value of a repeatable option. */
export function appendValue(value: string, before: string[] = []): string[] {
  return [...before, value]
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Parses a duration such as `500ms`, `90s`, `15m`, `2h` or `3d` into milliseconds. */
export function parseDuration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  if (!parts) throw new InvalidArgumentError('Write a number with a unit: 500ms, 90s, 15m, 2h or 3d.')
  return Number(parts[1]) * UNITS[parts[2] as keyof typeof UNITS]
}

/** Parses a whole number of at most nine digits. */
export function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.')
  return Number(text)
}

/** Parses a port of this machine. 0: a free one. */
export function parsePort(text: string): number {
  const port = parseWhole(text)
  if (port > 65_535) throw new InvalidArgumentError('Write a port from 0 to 65535.')
  return port
}

/** Checks a time that JavaScript can parse and returns it as written. Also takes `now`, and `today` for midnight UTC. */
export function parseMoment(text: string): string {
  const now = new Date().toISOString()
  if (text === 'now') return now
  if (text === 'today') return `${now.slice(0, 10)}T00:00:00Z`
  if (Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('Write an ISO time, such as 2026-11-14T20:00:00Z, or now or today.')
  return text
}

/** Parses a number above 0. */
export function parsePositive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Write a number above 0.')
  return value
}
