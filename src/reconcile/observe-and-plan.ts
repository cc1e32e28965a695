import type { Queue } from '../aws/queue.ts'
import type { KindModel } from '../model/kind.ts'
import type { Need, Observed } from '../model/observed.ts'
import type { Plan } from '../model/plan.ts'
import type { QuotaView } from '../model/quota.ts'
import type { State } from '../model/state.ts'
import { observe } from '../observe/observe.ts'
import { followNeeds, followPlan } from '../plan/follow.ts'
import type { PlanInput, RunSoFar } from '../plan/input.ts'
import { listNeeds, type NeedsInput } from '../plan/needs.ts'
import { plan as makePlan } from '../plan/plan.ts'
import { indexClaims } from '../plan/questions/ownership.ts'
import type { Clock } from '../system/clock.ts'
import type { World } from './world.ts'

/** The inputs of a plan besides state, AWS and time. They stay the same during a run. */
export type PlanBasis = Omit<NeedsInput, 'now' | 'run' | 'state' | 'siteOf' | 'readFrom' | 'clockOffsetMs' | 'dueAt'>

/** What reading from AWS needs. */
export type LookOptions = {
  readonly world: World
  readonly clock: Clock
  readonly modelOf: (kind: string) => KindModel
  readonly queue: Queue
  readonly signal: AbortSignal
  /** Only follow recorded jobs: read them and record their statuses. */
  readonly readOnly?: boolean
  /** Read the counts of running jobs too. */
  readonly withCounts?: boolean
  /** Reserve the slots and budgets that the plan takes, because it is about to be applied. */
  readonly takes?: boolean
}

/** A plan, and what AWS showed when it was made. */
export type Look = { readonly plan: Plan; readonly observed: Observed }

/**
 * Reads what the plan needs from AWS, and plans. Writes nothing. `recent`: an observation made a moment ago. With it,
 * recorded jobs are not read again, since the answers to our own calls brought their news. Throws only on an interrupt.
 */
export async function observeAndPlan(
  basis: PlanBasis,
  state: State | undefined,
  run: RunSoFar,
  { world, clock, modelOf, queue, signal, readOnly = false, withCounts, takes = false }: LookOptions,
  recent?: Observed,
): Promise<Look> {
  const now = clock.now()
  const before = { ...basis, state, run, siteOf: world.siteOf, now, dueAt: now + (world.clockOffsetMs?.() ?? 0) }
  const isNews = ({ address, known }: Need): boolean => !known || state?.records[address]?.status === undefined
  const all = basis.rules.offline ? [] : readOnly ? followNeeds(before) : listNeeds(before)
  const seen = await observe(
    all.filter((need) => recent === undefined || isNews(need)),
    {
      readerOf: async (...at) => (await world.callsOf(...at)).reader,
      modelOf,
      queue,
      isClaimed: indexClaims(before),
      signal,
      withCounts,
    },
  )
  const observed = keepFailures(seen, recent)
  const clockOffsetMs = world.clockOffsetMs?.()
  const input: PlanInput = {
    ...before,
    observed,
    clockOffsetMs,
    now: clock.now(),
    readFrom: now,
    // Runs that became due after the reads were listed wait for the next pass.
    dueAt: Math.min(before.dueAt, now + (clockOffsetMs ?? 0)),
  }
  if (readOnly) return { plan: followPlan(input), observed }
  const plan = makePlan(input)
  const quotas = await claimQuotas(plan, state, world, takes)
  return { plan: quotas === undefined ? plan : makePlan({ ...input, quotas }), observed }
}

/** Reserves what a plan takes of shared limits. Returns what other states leave of them if that is too little. */
async function claimQuotas(
  { quotas: needs = [], refusals }: Plan,
  state: State | undefined,
  { quotas }: World,
  takes: boolean,
): Promise<ReadonlyMap<string, QuotaView> | undefined> {
  if (quotas === undefined || state === undefined) return undefined
  const views = await quotas.claim(state.lineage, needs, takes && refusals.length === 0)
  const isTight = needs.some(({ name, used, wanted }) => {
    const { max, elsewhere } = views.get(name) ?? { max: Number.POSITIVE_INFINITY, elsewhere: 0 }
    return wanted > 0 && used + wanted > max - elsewhere
  })
  return isTight ? views : undefined
}

/** A read that failed a moment ago is not retried, and its failure is kept. */
function keepFailures(observed: Observed, recent: Observed | undefined): Observed {
  const failures = [...(recent?.jobs ?? [])].filter(([, seen]) => seen.is === 'failed')
  return { ...observed, jobs: new Map([...failures, ...observed.jobs]) }
}
