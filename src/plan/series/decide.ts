import { formatIso } from '../../model/iso.ts'
import type { Schedule } from '../../model/schedule.ts'
import type { Series, Skipped, SkipReason } from '../../model/series.ts'
import { isSameSchedule, listInstants, readBounds } from '../../schedule/instants.ts'
import { addSkipped, replaceSchedule } from './skipped.ts'

/** With `catchUp: none`, a run that is later than this is skipped. Runners come once an hour, and are often late. */
export const LATE_MS = 7_200_000
const MINUTE_MS = 60_000

/** The facts that decide which runs are to be made. Times are epoch milliseconds. */
export type Facts = {
  /** The schedule and request as the spec has them now. */
  readonly schedule: Schedule
  readonly request: string
  readonly isHeld: boolean
  /** What is decided already. Missing: the series is new. */
  readonly before: Series | undefined
  /** Returns whether a run has a record. Such a run is decided, whatever else is known. */
  readonly isMade: (instant: number) => boolean
  /** Returns whether the outcome of a run's create is unknown. Another machine may still report that it sent nothing. */
  readonly isOpen: (instant: number) => boolean
  readonly now: number
}

/** What is decided now: the series to store, the runs to make, in order, and those skipped now. */
export type Decided = {
  readonly series: Series
  readonly due: readonly number[]
  /** The runs with an unknown outcome. The series keeps them. So a run is not lost if its create was never sent. */
  readonly open: readonly number[]
  readonly skipped: readonly Skipped[]
}

/**
 * Decides about every run up to now. The schedule on record decides what is past; the spec's own holds from now on. The
 * same facts give the same decision, so two runners decide alike, and only the first can store it.
 */
export function decideRuns({ schedule, request, isHeld, before, isMade, isOpen, now }: Facts): Decided {
  // What is not due yet is not decided: a later edit may let it begin earlier.
  const begin = Math.min(readBounds(schedule).start - MINUTE_MS, now)
  const from: Series = before ?? { schedule, request, decided: formatIso(begin) }
  const decidedAt = Date.parse(from.decided)
  const passed = listInstants(from.schedule, decidedAt, now)
  const fresh = passed.filter((instant) => !isMade(instant))
  const stored = readDue(from)
  const pending = stored.filter((instant) => !isMade(instant))
  const open = stored.filter(isOpen)
  const asked = new Set(from.skip)
  const wanted = [...pending, ...fresh]
  const chosen = isHeld
    ? skipAll(wanted, 'held')
    : from.withdrawn !== undefined
      ? skipAll(wanted, 'removed')
      : chooseRuns(from.schedule, pending, wanted, now)
  // A run that a person takes out still stands for those before it: none of them is made instead.
  const isAsked = (instant: number): boolean => asked.has(formatIso(instant))
  const made = {
    due: chosen.due.filter((instant) => !isAsked(instant)),
    skipped: chosen.skipped.filter(({ at }) => !asked.has(at)),
  }
  const skipped = [...wanted.filter(isAsked).map((at) => toSkipped(at, 'asked')), ...made.skipped].sort((a, b) =>
    a.at < b.at ? -1 : 1,
  )
  const last = passed.at(-1)
  const isEdited = !isSameSchedule(from.schedule, schedule) || from.withdrawn !== undefined
  const decided = isEdited ? Math.max(decidedAt, now) : (last ?? decidedAt)
  const next: Series = {
    ...replaceSchedule(from, schedule),
    request,
    withdrawn: undefined,
    decided: formatIso(decided),
    skip: orMissing([...asked].filter((at) => Date.parse(at) > decided)),
  }
  return {
    series: addSkipped(setDue(next, [...open, ...made.due]), skipped, from.schedule),
    due: made.due,
    open,
    skipped,
  }
}

/** Returns the runs that were to be made when a series was stored. */
function readDue({ due = [] }: Series): number[] {
  return due.map((at) => Date.parse(at))
}

type Choice = { readonly due: readonly number[]; readonly skipped: readonly Skipped[] }

function skipAll(instants: readonly number[], why: SkipReason): Choice {
  return { due: [], skipped: instants.map((at) => toSkipped(at, why)) }
}

/** Chooses from the runs that are due, the oldest first. What is chosen already stays unless something later is due. */
function chooseRuns(
  { catchUp, maxCatchUp }: Schedule,
  pending: readonly number[],
  wanted: readonly number[],
  now: number,
): Choice {
  const isLate = (instant: number): boolean =>
    catchUp === 'none' && !pending.includes(instant) && now - instant > LATE_MS
  const inTime = wanted.filter((instant) => !isLate(instant))
  const due = inTime.slice(-(catchUp === 'all' ? maxCatchUp : 1))
  return {
    due,
    skipped: wanted
      .filter((instant) => !due.includes(instant))
      .map((instant) => toSkipped(instant, isLate(instant) ? 'late' : 'catch-up')),
  }
}

function toSkipped(instant: number, why: SkipReason): Skipped {
  return { at: formatIso(instant), why }
}

/** Moves runs that are to be made to those that are skipped. `schedule`: the one by which they were due. */
export function skipRuns(
  { series, due, open, skipped }: Decided,
  gone: readonly number[],
  why: SkipReason,
  schedule: Schedule,
): Decided {
  const left = due.filter((instant) => !gone.includes(instant))
  const more = gone.map((instant) => toSkipped(instant, why))
  return {
    series: addSkipped(setDue(series, [...open, ...left]), more, schedule),
    due: left,
    open,
    skipped: [...skipped, ...more],
  }
}

function setDue(series: Series, due: readonly number[]): Series {
  return { ...series, due: orMissing([...due].sort((a, b) => a - b).map(formatIso)) }
}

function orMissing<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list
}
