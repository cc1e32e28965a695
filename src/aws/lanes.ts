import { createGate } from '../lane/gate.ts'
import { createRetryBudget } from '../lane/retry-budget.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { KindApi, KindLimits, KindModel } from '../model/kind.ts'
import type { LaneLimit } from '../model/lane.ts'
import type { Site } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'
import { AwsError } from './aws-error.ts'

/** Limits from jobwright.yaml: `iot` for every operation of a service, `iot.CreateJob` for one. */
export type Limits = Readonly<Record<string, Partial<LaneLimit>>>

/** For an operation whose kind names no rate: careful, since AWS publishes none. */
const UNKNOWN_RATE: LaneLimit = { perSecond: 2 }
/** So many equal refusals in a row are no accident of one job: the lane stops. */
const REFUSALS_MAX = 5

/** One rate-limited way into AWS. Every HTTP request, first or again, read or write, passes one. */
export type Lane = {
  /** `account/region/service`, and `/operation` where that has a limit of its own. */
  readonly key: string
  readonly limit: LaneLimit
  /** Ends when the next request may be sent; rejects when the signal is aborted, or with the AwsError that stopped the lane. */
  pass(signal?: AbortSignal): Promise<void>
  /** Whether a read that failed may be sent again; takes one from the lane's budget of repeats. */
  mayRepeat(): boolean
  /** How the request ended; undefined: well. */
  report(problem: AwsProblem | undefined): void
}

/** What a lane asks of a kind. */
export type LaneModel = Pick<KindModel, 'service'> & {
  readonly limits: Pick<KindLimits, 'lanes'>
  readonly api: Pick<KindApi, 'regionless'>
}

/** The lanes of a run, made when first asked for. Whoever calls the same account, region and service gets the same lane. */
export type Lanes = {
  lane(site: Site, model: LaneModel, operation: string): Lane
}

/** Lanes over a clock, with the user's own limits. */
export function createLanes(clock: Clock, limits: Limits = {}): Lanes {
  const all = new Map<string, Lane>()
  return {
    lane(site, model, operation) {
      const own = model.limits.lanes[operation] ?? limits[`${model.service}.${operation}`]
      const where = model.api.regionless ? [site.account, model.service] : [site.account, site.region, model.service]
      const key = [site.endpoint ?? '', ...where, ...(own ? [operation] : [])].join('/').replace(/^\//, '')
      const known = all.get(key)
      if (known) return known
      const made = createLane(key, findLimit(model, operation, limits), clock)
      all.set(key, made)
      return made
    },
  }
}

function findLimit(model: LaneModel, operation: string, limits: Limits): LaneLimit {
  return {
    ...(model.limits.lanes[operation] ?? model.limits.lanes['*'] ?? UNKNOWN_RATE),
    ...limits[model.service],
    ...limits[`${model.service}.${operation}`],
  }
}

function createLane(key: string, limit: LaneLimit, clock: Clock): Lane {
  const gate = createGate(limit, clock.monotonic())
  const repeats = createRetryBudget()
  let last: Promise<void> = Promise.resolve()
  let refusal: { readonly problem: AwsProblem; times: number } | undefined

  const waitTurn = async (before: Promise<void>, signal: AbortSignal | undefined): Promise<void> => {
    await before
    signal?.throwIfAborted()
    if (refusal && refusal.times >= REFUSALS_MAX) throw new AwsError(refusal.problem)
    await clock.sleep(gate.reserve(clock.monotonic()), signal)
  }
  return {
    key,
    limit,
    // One waits at the gate at a time, so that a throttle slows everyone who is still behind it.
    pass(signal) {
      const turn = waitTurn(last, signal)
      last = turn.catch(() => {})
      return turn
    },
    mayRepeat: () => repeats.take(),
    report(problem) {
      if (problem === undefined) repeats.earn()
      if (problem?.class === 'throttle') gate.throttled(clock.monotonic())
      if (problem?.class !== 'auth') refusal = undefined
      else if (refusal && isSameProblem(refusal.problem, problem)) refusal.times++
      else refusal = { problem, times: 1 }
    },
  }
}

function isSameProblem(a: AwsProblem, b: AwsProblem): boolean {
  return a.name === b.name && a.message === b.message
}
