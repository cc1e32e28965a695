import { DEFAULT_CONFIG } from '../../model/default-config.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { advise } from '../../model/remedy.ts'
import type { Schedule } from '../../model/schedule.ts'
import { isSameCadence, listInstants, listNext } from '../../schedule/instants.ts'
import { createRefusal } from '../bounds/guards.ts'
import type { Planner } from '../context.ts'
import type { Expanded } from './expand.ts'

const DAY_MS = 86_400_000

/**
 * Refuses new and edited schedules that add more runs a day than the guard allows. People review a schedule when it is
 * new or edited. Later, their runs are not counted again.
 */
export function checkNewSeries(plan: Planner, { turns }: Pick<Expanded<unknown>, 'turns'>): Diagnostic[] {
  const { maxRunsPerDay = DEFAULT_CONFIG.guards.maxRunsPerDay } = plan.guards
  const from = plan.dueAt ?? plan.now
  const fresh = turns.filter(
    ({ spec, before, decided }) => decided && !(before && isSameCadence(before.schedule, spec.policy.schedule)),
  )
  const runs = fresh.reduce((sum, { spec }) => sum + countRuns(spec.policy.schedule, from), 0)
  if (runs <= maxRunsPerDay) return []
  const schedules = fresh.length === 1 ? 'one new or edited schedule' : `${fresh.length} new or edited schedules`
  return [
    createRefusal(
      'GUARD_RUNS',
      `${schedules} would create ${runs} jobs in a day; guards.maxRunsPerDay allows ${maxRunsPerDay}`,
      advise(
        `if that is intended, set guards.maxRunsPerDay: ${runs} in jobwright.yaml and have it reviewed, or act on fewer specs with --only`,
      ),
    ),
  ]
}

/** Counts the runs of the day that begins with the next one. */
function countRuns(schedule: Schedule, from: number): number {
  const [first] = listNext(schedule, from, 1)
  return first === undefined ? 0 : listInstants(schedule, first - 1, first + DAY_MS - 1).length
}
