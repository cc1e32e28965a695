import { type Applied, apply } from '../apply/apply.ts'
import { createQueue } from '../aws/queue.ts'
import type { Address } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import type { Event } from '../model/event.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { iso } from '../model/iso.ts'
import type { KindModel } from '../model/kind.ts'
import type { Need, Observed } from '../model/observed.ts'
import { DOING, type Plan, type Planned } from '../model/plan.ts'
import type { JobRecord, Source } from '../model/state.ts'
import { observe } from '../observe/observe.ts'
import { DEPENDS_MET } from '../plan/depends.ts'
import { followNeeds, followPlan } from '../plan/follow.ts'
import { FRESH_RUN, type PlanInput, type RunSoFar } from '../plan/input.ts'
import { needs } from '../plan/needs.ts'
import { plan as makePlan } from '../plan/plan.ts'
import { claimed } from '../plan/planner.ts'
import { timingOf } from '../plan/time.ts'
import type { Twin } from '../plan/twins.ts'
import type { OpenStore } from '../state/store.ts'
import type { Clock } from '../system/clock.ts'
import { type JobFiles, nodeFiles } from '../system/job-files.ts'
import { audit } from './audit.ts'
import { outcomes } from './outcomes.ts'
import { howLong } from './wait.ts'
import type { World } from './world.ts'

/** How many calls of one service are under way at once; the lanes decide how fast they go. */
const CONCURRENCY = 10
/** A bound against a plan that never comes to rest; each pass with effects is one step of at least one address. */
const PASSES_MAX = 10_000
/** So many passes in a row whose lease was over before anything could be sent: the store is too slow for this run. */
const MISSES_MAX = 3

export type ReconcileInput = Omit<PlanInput, 'observed' | 'now' | 'run' | 'state' | 'siteOf'> & {
  readonly refresh: boolean
  /** The commit to record as the source, where this checkout may speak for the repository. */
  readonly source?: Source
}

export type ReconcileOptions = {
  readonly world: World
  readonly store: OpenStore
  readonly clock: Clock
  /** Wall milliseconds that pass in a millisecond of sleep: 1 but on the emulator. */
  readonly timeScale: number
  readonly modelOf: (kind: string) => KindModel
  readonly emit: (event: Event) => void
  readonly signal: AbortSignal
  /** Follow jobs to their end. */
  readonly wait: boolean
  /** Only read the jobs on record and write their statuses down: nothing is created, started, changed or forgotten. */
  readonly readOnly?: boolean
  /** Milliseconds for the whole run; absent: no bound. */
  readonly timeoutMs?: number
  /** Wall milliseconds that settling creates are waited for. */
  readonly settleMs: number
  /** The shortest and longest pause between two looks at running jobs. */
  readonly pollMs: { readonly least: number; readonly most: number }
  /** The files that jobs take in and give out; absent: this machine's. */
  readonly files?: JobFiles
  /** What failed in a run that this one goes on with: it is not tried again. */
  readonly failed?: RunSoFar['failed']
}

export type Reconciled = {
  /** The last plan. */
  readonly plan: Plan
  readonly failed: RunSoFar['failed']
  readonly created: number
  /** Addresses whose record is not what it was before this run. */
  readonly touched: ReadonlySet<Address>
  /** Every exit code that applies. */
  readonly outcomes: readonly ExitCode[]
  /** What was found when somebody else wrote the state meanwhile: the run stopped there. */
  readonly stale?: string
  /** ISO time at which something can go on by itself. */
  readonly nextAt?: string
  /** What the run was at when its time was up. */
  readonly gaveUp?: GaveUp
  /** Jobs on no record that may be second ones of jobs on record. Absent: nobody looked, or AWS did not tell. */
  readonly twins?: readonly Twin[]
}

/** A run that ended at its timeout. */
export type GaveUp = {
  /** The jobs that it waited for, or the steps that it did not come to. */
  readonly on: readonly Planned[]
  /** ISO time at which anything changed last, a status or a step of this run; that of its beginning where nothing did. */
  readonly since: string
}

/**
 * Repeats passes (observe, plan, guard, commit intents, apply, commit results) until nothing can proceed, or time is up, or the signal
 * is aborted. In one pass an address takes one step. A run that came to rest looks whether a create made two jobs. Throws Problems of the
 * store; everything else ends in outcomes.
 */
export async function reconcile(input: ReconcileInput, options: ReconcileOptions): Promise<Reconciled> {
  const { state } = options.store
  const { currentAt, ...ended } = await passes(input, options)
  const isAtRest = ended.stale === undefined && !options.signal.aborted && ended.plan.refusals.length === 0
  if (!isAtRest || ended.gaveUp || options.readOnly) return ended
  const audited = { ...input, state: options.store.state, before: state?.records ?? {}, currentAt }
  const twins = await audit(audited, options, CONCURRENCY)
  return twins ? { ...ended, twins } : ended
}

/** `currentAt`: when the state was last known to be the newest one, in epoch milliseconds. */
type Passed = Omit<Reconciled, 'twins'> & { readonly currentAt: number }

async function passes(input: ReconcileInput, options: ReconcileOptions): Promise<Passed> {
  const { clock, signal, store } = options
  const started = clock.monotonic()
  /** Counted from when there is nothing to do but to wait. */
  let settleUntil: number | undefined
  const before = store.state?.records ?? {}
  const queue = createQueue({ concurrency: CONCURRENCY, clock })
  let run: RunSoFar = { ...FRESH_RUN, ...(options.failed && { failed: options.failed }) }
  let pause = options.pollMs.least
  let plan: Plan = { actions: [], diagnostics: [], refusals: [] }
  /** What the pass before this one saw, where no time has passed since. */
  let recent: Observed | undefined
  let timedOut = false
  let misses = 0
  let gaveUp: GaveUp | undefined
  /** When anything changed last. */
  let moved = clock.now()
  let stale: string | undefined
  let currentAt = moved
  /** Whose end was asked for. */
  const stopped = new Set<Address>()

  const leftMs = (): number => (options.timeoutMs ?? Number.POSITIVE_INFINITY) - (clock.monotonic() - started)
  const end = (): Passed => ({
    plan,
    currentAt,
    failed: run.failed,
    created: run.created,
    touched: touched(before, store.state?.records ?? {}),
    outcomes: outcomes({
      plan,
      failed: run.failed,
      ended: endedBadly(before, store).filter((address) => !stopped.has(address)),
      timedOut,
      stale,
      interrupted: signal.aborted,
    }),
    ...(stale !== undefined && { stale }),
    ...nextAt(plan),
    ...(timedOut && gaveUp && { gaveUp }),
  })

  for (let pass = 1; pass <= PASSES_MAX; pass++) {
    const seen = await look(input, options, run, queue, recent)
    if (seen === undefined) return end()
    plan = seen.plan
    options.emit({ type: 'planned', pass, plan })
    for (const { action, address } of plan.actions) if (action === 'cancel') stopped.add(address)
    if (plan.refusals.length > 0) return end()
    const due = plan.actions.filter(({ action }) => DOING.has(action))
    if (due.length > 0 || plan.actions.some(({ next }) => next)) moved = clock.now()
    gaveUp = { on: due, since: iso(moved) }
    timedOut = pass > 1 && leftMs() <= 0 && due.length > 0
    if (timedOut) return end()
    const applied = await apply(plan, store, {
      ...options,
      callsOf: options.world.callsOf,
      perSecond: options.world.perSecond,
      perDay: input.perDay,
      timingOf: (spec, now) => timingOf(spec, options.modelOf(spec.kind), now),
      queue,
      waits: input.waits,
      files: options.files ?? nodeFiles,
      ...(input.source && { source: input.source }),
    })
    run = sum(run, applied)
    stale = applied.stale
    if (stale !== undefined || signal.aborted) return end()
    if (applied.effects > 0) {
      currentAt = clock.now()
      misses = applied.unsent === applied.effects ? misses + 1 : 0
      timedOut = misses === MISSES_MAX
      if (timedOut) return end()
      pause = options.pollMs.least
      recent = seen.observed
      continue
    }
    // What a job waited for has ended, and that is on record now.
    if (plan.actions.some(({ code }) => code === DEPENDS_MET)) {
      recent = seen.observed
      continue
    }
    recent = undefined
    settleUntil ??= clock.now() + options.settleMs
    const wait = howLong(plan, options, settleUntil, pause)
    if (wait === undefined) return end()
    // What moves is looked at more often than what stands still.
    if (plan.actions.some(({ next }) => next)) pause = options.pollMs.least
    const left = leftMs()
    timedOut = wait.ms > left
    gaveUp = { on: wait.on, since: iso(moved) }
    options.emit({ type: 'waiting', why: wait.why, ...(wait.until && { until: wait.until }) })
    await clock.sleep(Math.max(0, Math.min(wait.ms, left)), signal).catch(() => {})
    if (timedOut || signal.aborted) return end()
    pause = Math.min(pause * 1.5, options.pollMs.most)
  }
  throw new Error(`no rest after ${PASSES_MAX} passes`)
}

/**
 * One look at AWS and the plan that follows from it; undefined after an interrupt. Given what was observed a moment ago, jobs on record
 * are not read again: what is new of them came with the answers to our own calls.
 */
async function look(
  input: ReconcileInput,
  { world, store, clock, signal, modelOf, readOnly = false }: ReconcileOptions,
  run: RunSoFar,
  queue: ReturnType<typeof createQueue>,
  recent: Observed | undefined,
): Promise<Look | undefined> {
  const base = { ...input, state: store.state, siteOf: world.siteOf, run, now: clock.now() }
  let observed: Observed
  try {
    const readerOf = async (...at: Parameters<World['callsOf']>) => (await world.callsOf(...at)).reader
    const isNews = ({ address, known }: Need): boolean => !known || store.state?.records[address]?.status === undefined
    const wanted = (readOnly ? followNeeds(base) : needs(base)).filter((need) => recent === undefined || isNews(need))
    observed = withFailures(
      await observe(wanted, { readerOf, modelOf, queue, isClaimed: claimed(base), signal }),
      recent,
    )
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
  const clockOffsetMs = world.clockOffsetMs?.()
  const known = clockOffsetMs === undefined ? {} : { clockOffsetMs }
  const made = { ...base, ...known, observed, now: clock.now(), readFrom: base.now }
  return { plan: readOnly ? followPlan(made) : makePlan(made), observed }
}

type Look = { readonly plan: Plan; readonly observed: Observed }

/** A read that failed a moment ago is not tried again, nor forgotten. */
function withFailures(observed: Observed, recent: Observed | undefined): Observed {
  const failures = [...(recent?.jobs ?? [])].filter(([, seen]) => seen.is === 'failed')
  return { ...observed, jobs: new Map([...failures, ...observed.jobs]) }
}

function sum(run: RunSoFar, applied: Applied): RunSoFar {
  return {
    created: run.created + applied.created,
    removed: run.removed + applied.removed,
    failed: new Map([...run.failed, ...applied.failed]),
  }
}

function touched(before: Records, now: Records): Set<Address> {
  return new Set((Object.keys(now) as Address[]).filter((address) => now[address] !== before[address]))
}

type Records = Readonly<Record<Address, JobRecord>>

/** Jobs that were not over before this run, and that ended in failure in it. */
function endedBadly(before: Records, store: OpenStore): Address[] {
  return (Object.entries(store.state?.records ?? {}) as [Address, JobRecord][])
    .filter(([address, { run, condition }]) => {
      const old = before[address]
      const wasOver = old?.run === run && isTerminal(old.condition)
      return !wasOver && (condition?.type === 'Failed' || condition?.type === 'Cancelled')
    })
    .map(([address]) => address)
}

function nextAt(plan: Plan): { nextAt?: string } {
  const times = plan.actions.flatMap(({ until }) => until ?? []).sort()
  return times[0] === undefined ? {} : { nextAt: times[0] }
}
