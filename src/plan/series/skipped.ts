import { formatIso } from '../../model/iso.ts'
import type { Schedule } from '../../model/schedule.ts'
import type { Series, Skipped } from '../../model/series.ts'
import { isSameCadence, listInstants } from '../../schedule/instants.ts'

/**
 * How many entries a series shows. It counts all runs that were not made. If one decision skips more, several runs in a
 * row become one entry. So none goes unreported.
 */
const SHOWN = 30

/** Adds runs that are not made to a series. `schedule`: the one by which they were due. */
export function addSkipped(series: Series, more: readonly Skipped[], schedule: Schedule): Series {
  if (more.length === 0) return series
  const entries = more.length > SHOWN ? foldRows(more, schedule) : more
  return {
    ...series,
    skipped: [...(series.skipped ?? []), ...entries.map((one) => nameSchedule(one, schedule, series.schedule))].slice(
      -SHOWN,
    ),
    skips: (series.skips ?? 0) + more.length,
  }
}

/** Turns runs in a row with one reason into one entry. The schedule says which runs are in a row. */
function foldRows(more: readonly Skipped[], schedule: Schedule): Skipped[] {
  const [first, last] = [more[0]!, more.at(-1)!].map(({ at }) => Date.parse(at)) as [number, number]
  const instants = listInstants(schedule, first - 1, last)
  const following = new Map(instants.map((instant, index) => [formatIso(instant), formatIso(instants[index + 1] ?? 0)]))
  const rows: Skipped[] = []
  for (const one of more) {
    const row = rows.at(-1)
    if (row?.why === one.why && following.get(row.until ?? row.at) === one.at)
      rows[rows.length - 1] = { ...row, until: one.at, count: (row.count ?? 1) + 1 }
    else rows.push(one)
  }
  return rows
}

/** If the schedule was edited, an entry for several runs keeps the old schedule, which names them. */
function nameSchedule(entry: Skipped, schedule: Schedule, current: Schedule): Skipped {
  const isNamed = entry.until === undefined || entry.schedule !== undefined || isSameCadence(schedule, current)
  return isNamed ? entry : { ...entry, schedule }
}

/** Returns a series with another schedule. What is on record stays as it was decided. */
export function replaceSchedule(series: Series, schedule: Schedule): Series {
  return {
    ...series,
    schedule,
    ...(series.skipped && {
      skipped: series.skipped.map((entry) => nameSchedule(entry, series.schedule, schedule)),
    }),
  }
}

/** Returns the entry about a skipped run; undefined if there is none. */
export function findSkipped({ skipped = [], schedule: current }: Series, instant: number): Skipped | undefined {
  const time = formatIso(instant)
  return skipped.find(({ at, until, schedule = current }) =>
    until === undefined
      ? at === time
      : at <= time && time <= until && listInstants(schedule, instant - 1, instant).length > 0,
  )
}
