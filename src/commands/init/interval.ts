import type { Spec } from '../../model/spec.ts'
import { listNext } from '../../schedule/instants.ts'

const MINUTE_MS = 60_000
/** What GitHub can do: every five minutes at most, in even parts of an hour. */
const INTERVALS = [5, 10, 15, 20, 30]
/** Enough runs to meet the smallest gap of a schedule. */
const LOOKED_AT = 200

/** Returns every how many minutes the workflow must run for these schedules. Undefined: once an hour is enough. */
export function chooseInterval(specs: readonly Spec[]): number | undefined {
  const gaps = specs.flatMap(({ policy: { schedule } }) => {
    const instants = schedule === undefined ? [] : listNext(schedule, Number.NEGATIVE_INFINITY, LOOKED_AT)
    return instants.slice(1).map((instant, index) => (instant - instants[index]!) / MINUTE_MS)
  })
  const least = Math.min(...gaps, Number.POSITIVE_INFINITY)
  if (least >= 60) return undefined
  return INTERVALS.findLast((minutes) => minutes <= least) ?? INTERVALS[0]
}
