import { getValue, isObject, type Json, type JsonObject, joinPointer, type Pointer } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'
import type { Schedule } from '../../model/schedule.ts'
import { findCronFault } from '../../schedule/cron.ts'
import { getZone, listNext, parseTime, readBounds } from '../../schedule/instants.ts'
import { SERIES_NAME_MAX } from '../../schedule/names.ts'
import { parsePeriod } from '../../schedule/period.ts'
import { isZone } from '../../schedule/zone.ts'
import type { Fault } from './fault.ts'

/** Where a document has its schedule. */
export const SCHEDULE = '/policy/schedule'
const WAYS = ['cron', 'every', 'at'] as const

/** Reports a schedule that cannot be followed. */
export function checkSchedule(value: Json): Fault[] {
  const schedule = getValue(value, SCHEDULE)
  return isObject(schedule) ? findFaults(schedule) : []
}

function findFaults(schedule: JsonObject): Fault[] {
  const given = WAYS.filter((way) => schedule[way] !== undefined)
  const { cron, every, timezone } = schedule
  const faults = [
    ...(given.length === 1 ? [] : [refuse('', describeWays(given), 'write one of cron, every and at', 'key')]),
    ...(cron !== undefined && timezone === undefined
      ? [
          refuse(
            '',
            'cron has no timezone',
            'name the time zone of its hours, for example timezone: Europe/Berlin',
            'key',
          ),
        ]
      : []),
    ...(typeof timezone === 'string' && !isZone(timezone)
      ? [refuse('timezone', `there is no time zone ${timezone}`, 'write an IANA name, such as Europe/Berlin or UTC')]
      : []),
    ...(typeof cron === 'string' ? checkCron(cron) : []),
    ...(typeof every === 'string' && parsePeriod(every) === undefined
      ? [
          refuse(
            'every',
            `${every} is no duration of whole minutes`,
            'write an ISO 8601 duration, such as P1D, P2W or PT6H',
          ),
        ]
      : []),
  ]
  return faults.length > 0 ? faults : checkTimes(schedule)
}

function describeWays(given: readonly string[]): string {
  return given.length === 0 ? 'the schedule does not say when' : `the schedule has ${given.join(' and ')}`
}

function checkCron(cron: string): Fault[] {
  const fault = findCronFault(cron)
  return fault === undefined
    ? []
    : [
        refuse(
          'cron',
          `${cron} is no cron expression: ${fault}`,
          'write five fields; 0 3 * * 1 is each Monday at 03:00',
        ),
      ]
}

function checkTimes(value: JsonObject): Fault[] {
  if (!isTyped(value)) return []
  const zone = getZone({ timezone: value['timezone'] as string | undefined })
  const { start, end, at } = value
  const written: [string, Json | undefined][] = [
    ['start', start],
    ['end', end],
    ...(Array.isArray(at) ? at.map((one: Json, index): [string, Json] => [`at/${index}`, one]) : []),
  ]
  const faults = written.flatMap(([member, text]) =>
    typeof text === 'string' && parseTime(text, zone) === undefined
      ? [
          refuse(
            member,
            `${text} is no date or time`,
            'write 2026-12-01, or 2026-12-01T03:00, with or without an offset',
          ),
        ]
      : [],
  )
  if (faults.length > 0) return faults
  const schedule = value as Partial<Schedule> as Schedule
  const bounds = readBounds(schedule)
  if (bounds.end < bounds.start)
    return [
      refuse('end', `end ${schedule.end} is before start ${schedule.start}`, 'write a later end, or an earlier start'),
    ]
  if (at !== undefined && (at as readonly Json[]).length === 0) return []
  if (listNext(schedule, Number.NEGATIVE_INFINITY, 1).length > 0) return []
  return [refuse('', 'no run is ever due between start and end', 'write other times, or another start or end', 'key')]
}

/** Returns whether the times have the right types. The schema reports those that do not. */
function isTyped({ start, end = '', cron = '', every = '', timezone = '', at = [] }: JsonObject): boolean {
  const texts = [start, end, cron, every, timezone, ...(Array.isArray(at) ? at : [undefined])]
  return texts.every((text) => typeof text === 'string')
}

/** Reports what a spec with a schedule must not have besides it. */
export function checkScheduled(value: JsonObject, { identity }: KindModel, schedule: Schedule | undefined): Fault[] {
  if (schedule === undefined) return []
  const name = getValue(value, '/metadata/name')
  const has = (pointer: Pointer): boolean => getValue(value, pointer) !== undefined
  const { idMember } = identity
  return [
    ...(typeof name === 'string' && name.length > SERIES_NAME_MAX
      ? [
          fault(
            '/metadata/name',
            `the name has ${name.length} characters; with a schedule it may have ${SERIES_NAME_MAX}`,
            'write a shorter one: the name of each run ends with its time, such as -202612070200',
          ),
        ]
      : []),
    ...(idMember !== undefined && has(`/spec/${idMember}`)
      ? [
          fault(
            `/spec/${idMember}`,
            `every run of the schedule would have the ID of ${idMember}`,
            `leave ${idMember} out: the ID of each run is its name`,
          ),
        ]
      : []),
    ...(has('/policy/notBefore')
      ? [fault('/policy/notBefore', 'a schedule has a start of its own', 'write schedule.start instead of notBefore')]
      : []),
    ...(has('/policy/expires')
      ? [fault('/policy/expires', 'a schedule has an end of its own', 'write schedule.end instead of expires')]
      : []),
    ...(has('/policy/download')
      ? [
          fault(
            '/policy/download',
            'every run would save the same file, and Jobwright overwrites none',
            'leave download out, and export to S3 instead',
          ),
        ]
      : []),
  ]
}

function refuse(member: string, message: string, way: string, aim: Fault['aim'] = 'value'): Fault {
  const steps = member === '' ? [] : member.split('/')
  return fault(steps.reduce<Pointer>(joinPointer, SCHEDULE), message, way, aim)
}

function fault(pointer: Pointer, message: string, way: string, aim: Fault['aim'] = 'value'): Fault {
  return { code: 'SPEC_SCHEDULE', pointer, aim, message, remedies: [advise(way)] }
}
