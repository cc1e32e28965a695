import { createGate } from '../lane/gate.ts'
import { createRetryBudget } from '../lane/retry-budget.ts'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { KindApi, KindLimits, KindModel } from '../model/kind.ts'
import type { LaneLimit } from '../model/lane.ts'
import type { QuotaShare } from '../model/quota.ts'
import { nameEndpoint } from '../model/quota-names.ts'
import type { Site } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'
import { AwsError } from './aws-error.ts'

/** The limits in jobwright.yaml: `iot` for every operation of a service, `iot.CreateJob` for one. */
export type Limits = Readonly<Record<string, Partial<LaneLimit>>>

/** For an operation without a rate. Low, because AWS publishes none. */
const UNKNOWN_RATE: LaneLimit = { perSecond: 2 }
/** This many equal denials in a row stop the lane, because they do not depend on one job. */
const REFUSALS_MAX = 5

/** A rate-limited path to AWS. Every HTTP request passes a lane, repeats and writes included. */
export type Lane = {
  /** `account/region/service`, and `/operation` if that has its own limit. */
  readonly key: string
  readonly limit: LaneLimit
  /** Calls a second that this run can expect: its part of a lane that others share. */
  expected(): number
  /**
   * Resolves when the next request may be sent. Rejects when the signal is aborted, or with the AwsError that stopped
   * the lane.
   */
  pass(signal?: AbortSignal): Promise<void>
  /** Returns true if a failed read may be repeated, and uses one of the lane's repeats. */
  mayRepeat(): boolean
  /** Reports how the request ended; undefined means success. */
  report(problem: AwsProblem | undefined): void
}

/** A lane with its figures: the present rate, and how many requests were sent, throttled by AWS, and wait for their turn. */
export type MeteredLane = Lane & {
  figures(): {
    readonly rate: number
    readonly sent: number
    readonly throttled: number
    readonly waiting: number
    /** How many runs share it, with this one. Missing: it is not shared. */
    readonly peers?: number
  }
}

/** The gate of a lane that other runs share. */
export type SharedGate = {
  /** Reserves the next turn; `waiting` calls wait for one, with this. Resolves to milliseconds to wait before sending. */
  reserve(waiting: number): Promise<number>
  /** Reports that the service throttled a call. It slows all runs. */
  throttled(): void
  /** The present rate of all runs in calls per second; of this run alone while nothing is shared. */
  rate(): number
  /** How many runs share it, with this one. */
  peers(): number
}

/** Opens the gates that the runs of an account share, and reserves its slots and budgets. */
export type LaneShare = {
  /** The name holds an account, a region, a service and perhaps an operation, and no more. */
  gate(name: string, perSecond: number): SharedGate
  readonly quotas?: QuotaShare
  /** Ends sharing at once. */
  close(): void
}

/** What a lane needs of a kind. */
export type LaneModel = Pick<KindModel, 'service'> & {
  readonly limits: Pick<KindLimits, 'lanes'>
  readonly api: Pick<KindApi, 'regionless'>
}

/** The lanes of a run, created on demand. Calls to one account, region and service share a lane. */
export type Lanes = {
  lane(site: Site, model: LaneModel, operation: string): Lane
  /** Returns every lane that was opened. */
  all(): readonly MeteredLane[]
}

/** Creates lanes over a clock, with the user's own limits. `share`: what other runs share with this one. */
export function createLanes(clock: Clock, limits: Limits = {}, share?: LaneShare): Lanes {
  const all = new Map<string, MeteredLane>()
  return {
    all: () => [...all.values()],
    lane(site, model, operation) {
      const own = model.limits.lanes[operation] ?? limits[`${model.service}.${operation}`]
      const where = model.api.regionless ? [site.account, model.service] : [site.account, site.region, model.service]
      const path = [...where, ...(own ? [operation] : [])]
      const key = [site.endpoint ?? '', ...path].join('/').replace(/^\//, '')
      const known = all.get(key)
      if (known) return known
      const limit = findLimit(model, operation, limits)
      const shared = share?.gate([...nameEndpoint(site.endpoint), ...path].join('/'), limit.perSecond)
      const made = createLane(key, limit, clock, shared)
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

function createLane(key: string, limit: LaneLimit, clock: Clock, shared: SharedGate | undefined): MeteredLane {
  const gate = createGate(limit, clock.monotonic())
  const repeats = createRetryBudget()
  let last: Promise<void> = Promise.resolve()
  let refusal: { readonly problem: AwsProblem; times: number } | undefined
  const tally = { sent: 0, throttled: 0, waiting: 0 }

  const waitTurn = async (before: Promise<void>, signal: AbortSignal | undefined): Promise<void> => {
    await before
    signal?.throwIfAborted()
    if (refusal && refusal.times >= REFUSALS_MAX) throw new AwsError(refusal.problem)
    const wait = shared === undefined ? gate.reserve(clock.monotonic()) : await shared.reserve(tally.waiting)
    // The shortest timer takes a millisecond.
    if (wait > 0) await clock.sleep(wait, signal)
  }
  return {
    key,
    limit,
    expected: () =>
      shared === undefined ? limit.perSecond : Math.min(limit.perSecond, shared.rate() / shared.peers()),
    // Only one request waits at the gate, so that a throttle slows all others behind it.
    pass(signal) {
      tally.waiting++
      const turn = waitTurn(last, signal).then(() => void tally.sent++)
      last = turn.catch(() => {})
      return turn.finally(() => void tally.waiting--)
    },
    figures: () =>
      shared === undefined
        ? { ...tally, rate: gate.rate(clock.monotonic()) }
        : { ...tally, rate: shared.rate(), peers: shared.peers() },
    mayRepeat: () => repeats.take(),
    report(problem) {
      if (problem === undefined) repeats.earn()
      if (problem?.class === 'throttle') {
        tally.throttled++
        if (shared === undefined) gate.throttled(clock.monotonic())
        else shared.throttled()
      }
      if (problem?.class !== 'auth') refusal = undefined
      else if (refusal && isSameProblem(refusal.problem, problem)) refusal.times++
      else refusal = { problem, times: 1 }
    },
  }
}

function isSameProblem(a: AwsProblem, b: AwsProblem): boolean {
  return a.name === b.name && a.message === b.message
}
