import type { Address } from '../../model/address.ts'
import { formatIso } from '../../model/iso.ts'
import { advise } from '../../model/remedy.ts'
import { SKIP_WORDS } from '../../model/series.ts'
import { formatLocal, listInstants, listNext } from '../../schedule/instants.ts'
import { nameOccurrence, parseOccurrence } from '../../schedule/names.ts'
import type { Obstacle } from '../questions/dependencies.ts'
import type { SeriesTurn } from './expand.ts'
import { findSkipped } from './skipped.ts'

const ANOTHER = advise('name another run in policy.dependsOn, or remove it')

/**
 * Says what a spec waits for if it depends on a run without a record. Undefined: no job that comes again has such a
 * run, or nothing was decided about it.
 */
export function explainRun(turns: readonly SeriesTurn[], job: Address): Obstacle | undefined {
  const run = parseOccurrence(job)
  const { spec, before, decided } = turns.find((one) => one.spec.address === run?.series) ?? {}
  const series = decided?.series ?? before
  if (run === undefined || spec === undefined || series === undefined) return undefined
  const { schedule, hold } = spec.policy
  const { instant } = run
  const at = formatIso(instant)
  const skipped = findSkipped(series, instant)
  if (skipped) return block(`depends on ${job}, which was skipped (${SKIP_WORDS[skipped.why]})`)
  if (series.due?.includes(at)) return { is: 'waiting', reason: `${job}, which is due and waits for the run before` }
  if (series.skip?.includes(at)) return block(`depends on ${job}, which is to be skipped (${SKIP_WORDS.asked})`)
  if (instant <= Date.parse(series.decided)) return block(`depends on ${job}, which is no run on record`)
  if (listInstants(schedule, instant - 1, instant).length === 0) {
    const [next] = listNext(schedule, instant, 1)
    return block(
      `depends on ${job}, but no run of ${spec.address} is due then`,
      next === undefined ? ANOTHER : advise(`the next run after that is ${nameOccurrence(spec.address, next)}`),
    )
  }
  const due = `${job}, which is due ${formatLocal(schedule, instant)}`
  return hold ? { is: 'waiting', reason: `${due}, and is on hold` } : { is: 'waiting', reason: due, until: at }
}

function block(reason: string, remedy = ANOTHER): Obstacle {
  return { is: 'blocked', code: 'PLAN_DEPENDENCY_GONE', reason, remedies: [remedy] }
}
