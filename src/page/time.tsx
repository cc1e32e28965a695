import type { ComponentChildren, VNode } from 'preact'
import type { Job } from './job.ts'
import { formatDistance, formatDuration } from './words.ts'

const DAY: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' }
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
const SHORT = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK })
const ZONED = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK, timeZoneName: 'short' })
const LONG = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK, year: 'numeric', second: '2-digit' })
const FAR = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK, year: 'numeric' })
const HOUR = new Intl.DateTimeFormat(undefined, CLOCK)

/** The time zone in which the page shows times. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

/** The zone with its distance from UTC: `Europe/Berlin (GMT+1)`. */
export const ZONE_NAME = ZONE === 'UTC' ? ZONE : `${ZONE} (${findOffset()})`

function findOffset(): string {
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts()
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** Writes an ISO time in UTC: `2026-11-29 02:00:00 UTC`. */
function formatUtc(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

/** With seconds, with the year, the time of a known day, with the zone, or without all that. */
const FORMATS = { long: LONG, day: FAR, clock: HOUR, zoned: ZONED, short: SHORT } as const

type TimeProps = {
  readonly iso: string
  readonly form?: keyof typeof FORMATS
  /** With this, the distance from now is added. */
  readonly now?: number | undefined
}

/** A time of the viewer's zone, with UTC on hover. Text that is no time is shown as it is. */
export function Time({ iso, form = 'short', now }: TimeProps): VNode {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return <span>{iso}</span>
  return (
    <time dateTime={iso} title={formatUtc(iso)}>
      {(form === 'short' && !isOfThisYear(at) ? FAR : FORMATS[form]).format(at)}
      {now !== undefined && ' '}
      {now !== undefined && <span class="quiet distance">({formatDistance(iso, now)})</span>}
    </time>
  )
}

/** A duration that never breaks between its parts. */
export function Duration({ ms, title }: { readonly ms: number; readonly title?: string }): VNode {
  return (
    <span class="distance" title={title}>
      {formatDuration(ms)}
    </span>
  )
}

function isOfThisYear(at: number): boolean {
  return new Date(at).getFullYear() === new Date().getFullYear()
}

/** A time in a text of Jobwright's: `2026-11-29 02:00 UTC`, or with seconds. */
const UTC_TIME = /(\d{4}-\d\d-\d\d) (\d\d:\d\d)(:\d\d)? UTC/g

/** A text of Jobwright's, with its times in the viewer's zone. */
export function Sentence({ text }: { readonly text: string }): VNode {
  const parts: ComponentChildren[] = []
  let from = 0
  for (const { 0: whole, 1: day, 2: clock, 3: seconds, index } of text.matchAll(UTC_TIME)) {
    const iso = `${day}T${clock}${seconds ?? ':00'}Z`
    parts.push(text.slice(from, index), <Time key={index} iso={iso} form={seconds ? 'long' : 'day'} />)
    from = index + whole.length
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  )
}

/** The last moment to submit a job, if it has one. */
export function LastMoment({ job: { planned } }: { readonly job: Job }): VNode | null {
  if (planned?.goodUntil === undefined) return null
  return (
    <span class="quiet sub">
      last moment to submit: <Time iso={planned.goodUntil} />
    </span>
  )
}
