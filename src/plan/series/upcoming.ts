import { formatIso } from '../../model/iso.ts'
import type { Schedule } from '../../model/schedule.ts'
import type { Series } from '../../model/series.ts'
import type { Spec } from '../../model/spec.ts'
import { listNext } from '../../schedule/instants.ts'
import type { PlanInput } from '../input.ts'
import { expandSeries } from './expand.ts'

/** What comes next of a spec with a schedule. Times are epoch milliseconds. */
export type Upcoming = {
  readonly spec: Spec & { readonly policy: { readonly schedule: Schedule } }
  /** Runs that are due now, the next one first. */
  readonly due: readonly number[]
  /** Runs that are due later. */
  readonly next: readonly number[]
  /** What is on record. Missing: the schedule was never reconciled. */
  readonly series: Series | undefined
}

/** Returns what comes next of each series, `count` runs at most. */
export function listUpcoming(input: Omit<PlanInput, 'observed'>, count: number): Upcoming[] {
  return expandSeries(input).turns.map(({ spec, before, decided }) => {
    const skip = new Set(before?.skip)
    const later = spec.policy.hold ? [] : listNext(spec.policy.schedule, input.now, count + skip.size)
    return {
      spec,
      due: decided?.due ?? [],
      next: later.filter((instant) => !skip.has(formatIso(instant))).slice(0, count),
      series: before,
    }
  })
}
