import { escapeForTerminal } from './escape.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Formats milliseconds in the two largest units: `8 s`, `12 min`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const left = Math.max(0, Math.round(ms / SECOND) * SECOND)
  if (left < MINUTE) return `${left / SECOND} s`
  if (left < HOUR) return `${Math.floor(left / MINUTE)} min`
  if (left < DAY) return formatPair(left, HOUR, 'h', MINUTE, 'min')
  return formatPair(left, DAY, 'd', HOUR, 'h')
}

function formatPair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}

/**
 * Formats a future ISO 8601 time in both forms: `in 2 h 5 min (22:00 UTC)`, with the date if the UTC day differs. A past one gives `due
 * since 22:00 UTC`. Any other text is returned unchanged.
 */
export function formatUntil(iso: string, now: number): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return escapeForTerminal(iso)
  if (at <= now) return `due since ${formatClock(at, now)}`
  return `in ${formatDuration(at - now)} (${formatClock(at, now)})`
}

/** Formats a past ISO 8601 time: `3 h ago`. Any other text is returned unchanged. */
export function formatAgo(iso: string, now: number): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return escapeForTerminal(iso)
  return now - at < SECOND ? 'now' : `${formatDuration(now - at)} ago`
}

/** Formats epoch milliseconds as `22:00 UTC`, with the date if the UTC day differs from that of `now`. */
export function formatClock(at: number, now: number): string {
  const iso = new Date(at).toISOString()
  const sameDay = iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10)
  return sameDay ? `${iso.slice(11, 16)} UTC` : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

/** Formats an ISO 8601 time: `2026-11-14 23:10 UTC`. Any other text is returned unchanged. */
export function formatTime(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return escapeForTerminal(iso)
  const text = new Date(at).toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`
}
