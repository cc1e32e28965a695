import type { Schedule } from '../model/schedule.ts'
import { iterateCron } from './cron.ts'
import { addCalendar, type Period, parsePeriod } from './period.ts'
import { toInstant, toWall } from './zone.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** A time as a schedule writes it: a date, a local time, or a time with an offset. */
const WRITTEN = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::00)?(Z|[+-]\d{2}:\d{2})?)?$/

/** Returns the instant of a written time, in epoch milliseconds; undefined if there is no such time. */
export function parseTime(text: string, zone: string): number | undefined {
  const [, date, time = '00:00', offset] = WRITTEN.exec(text) ?? []
  if (date === undefined) return undefined
  const wall = Date.parse(`${date}T${time}Z`)
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== date) return undefined
  return offset === undefined ? toInstant(zone, wall) : Date.parse(`${date}T${time}${offset}`)
}

/** Returns the zone of a schedule. */
export function getZone({ timezone = 'UTC' }: Pick<Schedule, 'timezone'>): string {
  return timezone
}

/** Returns the first and the last instant at which a run may be due. */
export function readBounds(schedule: Pick<Schedule, 'start' | 'end' | 'timezone'>): { start: number; end: number } {
  const zone = getZone(schedule)
  const { start, end } = schedule
  const first = parseTime(start, zone) ?? Number.POSITIVE_INFINITY
  if (end === undefined) return { start: first, end: Number.POSITIVE_INFINITY }
  const last = parseTime(end, zone) ?? Number.NEGATIVE_INFINITY
  if (end.includes('T')) return { start: first, end: last }
  return { start: first, end: toInstant(zone, toWall(zone, last) + DAY_MS) - MINUTE_MS }
}

/** Yields the instants of a schedule after another one, in order, in epoch milliseconds. Each is a full minute of UTC. */
export function* iterateInstants(schedule: Schedule, after: number): Generator<number> {
  const { start, end } = readBounds(schedule)
  let last = Math.max(after, start - MINUTE_MS)
  for (const instant of iterateUnbounded(schedule, last, start)) {
    if (instant > end) return
    // A local time that does not exist may run together with the next one.
    if (instant <= last || instant < start) continue
    last = instant
    yield instant
  }
}

function* iterateUnbounded(schedule: Schedule, after: number, start: number): Generator<number> {
  const zone = getZone(schedule)
  const { cron, every, at } = schedule
  if (cron !== undefined) {
    for (const wall of iterateCron(cron, toWall(zone, after))) yield toInstant(zone, wall)
    return
  }
  if (at !== undefined) {
    yield* at.flatMap((time) => parseTime(time, zone) ?? []).sort((a, b) => a - b)
    return
  }
  const period = parsePeriod(every ?? '')
  if (period === undefined || !Number.isFinite(start)) return
  const from = toWall(zone, start)
  for (let count = Math.max(0, Math.floor((after - start) / getLongest(period))); ; count++)
    yield toInstant(zone, addCalendar(from, period.months * count, period.days * count)) + period.ms * count
}

/** The longest time of one period. Counting from the start then misses no instant. */
function getLongest({ months, days, ms }: Period): number {
  return months * 31 * DAY_MS + days * (DAY_MS + 3_600_000) + ms
}

/** Returns the instants after one and up to another. */
export function listInstants(schedule: Schedule, after: number, until: number): number[] {
  const found: number[] = []
  for (const instant of iterateInstants(schedule, after)) {
    if (instant > until) break
    found.push(instant)
  }
  return found
}

/** Returns the next instants, at most `count`. */
export function listNext(schedule: Schedule, after: number, count: number): number[] {
  const found: number[] = []
  if (count === 0) return found
  for (const instant of iterateInstants(schedule, after)) if (found.push(instant) >= count) break
  return found
}

/** Returns whether two schedules have the same instants, however they make good what is late. */
export function isSameCadence(one: Schedule, other: Schedule): boolean {
  const key = ({ cron, every, at, timezone, start, end }: Schedule): string =>
    JSON.stringify([cron, every, at, timezone ?? 'UTC', start, end])
  return key(one) === key(other)
}

/** Returns whether two schedules decide alike. */
export function isSameSchedule(one: Schedule, other: Schedule): boolean {
  const key = ({ catchUp, maxCatchUp, overlap }: Schedule): string => JSON.stringify([catchUp, maxCatchUp, overlap])
  return isSameCadence(one, other) && key(one) === key(other)
}

/** Writes an instant in the time zone of a schedule: `2026-12-07 03:00 Europe/Berlin`. */
export function formatLocal(schedule: Pick<Schedule, 'timezone'>, instant: number): string {
  const zone = getZone(schedule)
  return `${new Date(toWall(zone, instant)).toISOString().slice(0, 16).replace('T', ' ')} ${zone}`
}
