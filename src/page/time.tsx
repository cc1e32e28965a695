import type { VNode } from 'preact'
import { formatDistance } from './words.ts'

const DAY: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' }
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const SHORT = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK })
const LONG = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK, year: 'numeric', second: '2-digit' })
const HOUR = new Intl.DateTimeFormat(undefined, CLOCK)

/** The time zone in which the page shows times. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

/** Writes an ISO time in UTC: `2026-11-29 02:00:00 UTC`. */
function formatUtc(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

type TimeProps = {
  readonly iso: string
  readonly form?: 'short' | 'long' | 'clock'
  /** With this, the distance from now is added. */
  readonly now?: number | undefined
}

/** A time of the viewer's zone, with UTC on hover. Text that is no time is shown as it is. */
export function Time({ iso, form = 'short', now }: TimeProps): VNode {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return <span>{iso}</span>
  const format = form === 'long' ? LONG : form === 'clock' ? HOUR : SHORT
  return (
    <time dateTime={iso} title={formatUtc(iso)}>
      {format.format(at)}
      {now !== undefined && <span class="quiet"> ({formatDistance(iso, now)})</span>}
    </time>
  )
}
