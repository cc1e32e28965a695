import { type Applied, apply } from '../apply/apply.ts'
import { createQueue, type Queue } from '../aws/queue.ts'
import type { Address } from '../model/address.ts'
import { type Attention, type Finding, openFindings } from '../model/attention.ts'
import { isTerminal } from '../model/condition.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { collectRunExits } from '../model/exit-rules.ts'
import { formatIso } from '../model/iso.ts'
import type { Observed } from '../model/observed.ts'
import { DOING, EMPTY_PLAN, getUntil, type Plan, type Planned } from '../model/plan.ts'
import { type JobRecord, recordEntries, type Source } from '../model/state.ts'
import { hasFailed } from '../plan/attention/findings.ts'
import { type Audited, addDuplicates, noteAttention, noteDecided } from '../plan/attention/notes.ts'
import { FRESH_RUN, type RunSoFar } from '../plan/input.ts'
import { DEPENDS_MET } from '../plan/questions/dependencies.ts'
import { listAuditedAddresses, type Twin } from '../plan/questions/duplicates.ts'
import { computeTiming } from '../plan/questions/timing.ts'
import { nodeFiles } from '../system/job-files.ts'
import { audit } from './audit.ts'
import { observeAndPlan, type PlanBasis } from './observe-and-plan.ts'
import type { ReconcileOptions } from './options.ts'
import { computePause } from './wait.ts'

/** How many calls of one service are under way at once; the lanes decide how fast they go. */
const CONCURRENCY = 10
/** A bound against a plan that never comes to rest; each pass with effects is one step of at least one address. */
const PASSES_MAX = 10_000
/** So many passes in a row whose lease was over before anything could be sent: the store is too slow for this run. */
const MISSES_MAX = 3

export type ReconcileInput = PlanBasis & {
  /** The commit to record as the source, where this checkout may speak for the repository. */
  readonly source?: Source
}

export type { ReconcileOptions }

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
  /** What needs a person, acknowledged or not. Absent: nobody looked. */
  readonly findings?: readonly Finding[]
  /** The state is of a version that kept silent about failures of earlier runs, and this run is the first to report some. */
  readonly hasBacklog?: true
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
  const run = beginRun(options)
  await repeatPasses(run, input, options)
  const isAtRest = run.stale === undefined && !options.signal.aborted && run.plan.refusals.length === 0
  if (!isAtRest || options.readOnly) return summarizeEnd(run, options, run.plan.findings)
  const { currentAt } = run
  const toAudit = { ...input, state: options.store.state, before: state?.records ?? {}, currentAt }
  const twins = run.gaveUp ? undefined : await audit(toAudit, options, CONCURRENCY)
  const audited: Audited = new Map(
    twins ? listAuditedAddresses(toAudit).map((address) => [address, listDuplicateIds(twins, address)]) : [],
  )
  const findings = await note(run, input, options, audited)
  const hasBacklog = state !== undefined && state.attention === undefined && isOlder(findings, state.records)
  return { ...summarizeEnd(run, options, findings), twins, ...(hasBacklog && { hasBacklog }) }
}

function listDuplicateIds(twins: readonly Twin[], address: Address): string[] {
  return twins.filter((twin) => twin.address === address).map(({ live }) => live.id)
}

/** Writes down what needs a person, for runs and commands that do not see it themselves. Nothing is written where nothing is new. */
async function note(
  run: Run,
  input: ReconcileInput,
  { store, clock, signal }: ReconcileOptions,
  audited: Audited,
): Promise<readonly Finding[] | undefined> {
  const { state } = store
  const { findings: seen, actions: lines } = run.plan
  const now = clock.now()
  if (state === undefined || signal.aborted) return seen
  const findings = seen && addDuplicates(seen, { state, audited, lines })
  const isWhole = input.only === undefined && input.complete
  const attention: Attention | undefined = findings
    ? noteAttention({ findings, lines, state, audited, isWhole, now })
    : noteDecided({
        state,
        decisions: input.decisions ?? new Map(),
        touched: findTouched(run, state.records),
        audited,
        now,
      })
  if (attention === undefined) return findings
  const committed = await store.commit([{ set: 'attention', attention }], 'what needs attention')
  if (committed.is === 'stale') run.stale = committed.message
  return findings
}

/** Whether something needs a person since before a run, by the records that it began with. */
function isOlder(findings: readonly Finding[] | undefined, before: Records): boolean {
  return openFindings(findings).some(({ address, kind }) => {
    const record = before[address]
    return (
      record !== undefined && ((kind === 'failed' && hasFailed(record)) || (kind === 'lost' && record.lost === true))
    )
  })
}

/** What is known of a run while it goes on. */
type Run = {
  readonly queue: Queue
  readonly startedAt: number
  /** The records as they were before it. */
  readonly before: Records
  /** Addresses whose job it cancels: their end is no failure. */
  readonly cancelled: Set<Address>
  soFar: RunSoFar
  plan: Plan
  /** What the pass before saw, where no time has passed since. */
  recent: Observed | undefined
  /** When anything changed last; and by AWS's clock, when the state was last known to be the newest one. In epoch milliseconds. */
  changedAt: number
  currentAt: number
  /** Until when settling creates are waited for, counted from when there is nothing to do but to wait. */
  settleUntil: number | undefined
  /** The pause before the next look at running jobs. */
  pauseMs: number
  /** Passes in a row in which nothing could be sent in time. */
  misses: number
  /** Set when time is up. */
  gaveUp: GaveUp | undefined
  /** Set when somebody else wrote the state. */
  stale: string | undefined
}

/** The latest that it can be now by AWS's clock, in epoch milliseconds: its answers tell whole seconds. Without an answer, our own time. */
function getLatestAwsTime({ clock, world }: Pick<ReconcileOptions, 'clock' | 'world'>): number {
  const offset = world.clockOffsetMs?.()
  return clock.now() + (offset === undefined ? 0 : offset + 1_000)
}

function beginRun(options: ReconcileOptions): Run {
  const { clock, store, failed, pollMs } = options
  const now = clock.now()
  return {
    queue: createQueue({ concurrency: CONCURRENCY, clock }),
    startedAt: clock.monotonic(),
    before: store.state?.records ?? {},
    cancelled: new Set(),
    soFar: { ...FRESH_RUN, failed: failed ?? FRESH_RUN.failed },
    plan: EMPTY_PLAN,
    recent: undefined,
    changedAt: now,
    currentAt: getLatestAwsTime(options),
    settleUntil: undefined,
    pauseMs: pollMs.least,
    misses: 0,
    gaveUp: undefined,
    stale: undefined,
  }
}

/** The loop. It ends when a step of it says that there is nothing more to do. */
async function repeatPasses(run: Run, input: ReconcileInput, options: ReconcileOptions): Promise<void> {
  for (let pass = 1; pass <= PASSES_MAX; pass++) {
    if (!(await planPass(run, pass, input, options))) return
    const applied = await applyPass(run, input, options)
    if (applied.stale !== undefined || options.signal.aborted) return
    const goesOn = canProceed(run, applied, options) ?? (await waitForNews(run, options))
    if (!goesOn) return
  }
  throw new Error(`no rest after ${PASSES_MAX} passes`)
}

/** Looks and plans; false after an interrupt, for a plan that is refused, and when time is up. */
async function planPass(run: Run, pass: number, input: ReconcileInput, options: ReconcileOptions): Promise<boolean> {
  const { clock, store, emit, signal } = options
  try {
    const look = await observeAndPlan(input, store.state, run.soFar, { ...options, queue: run.queue }, run.recent)
    run.plan = look.plan
    run.recent = look.observed
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
  const { plan } = run
  emit({ type: 'planned', pass, plan })
  for (const { action, address } of plan.actions) if (action === 'cancel') run.cancelled.add(address)
  if (plan.refusals.length > 0) return false
  const due = findDue(plan)
  if (due.length > 0 || plan.actions.some(({ next }) => next)) run.changedAt = clock.now()
  if (pass === 1 || due.length === 0 || computeTimeLeft(run, options) > 0) return true
  giveUp(run, due)
  return false
}

async function applyPass(run: Run, input: ReconcileInput, options: ReconcileOptions): Promise<Applied> {
  const { world, modelOf, store, files = nodeFiles } = options
  const applied = await apply(run.plan, store, {
    ...options,
    callsOf: world.callsOf,
    perSecond: world.perSecond,
    awsNow: world.awsNow,
    clockOffsetMs: world.clockOffsetMs,
    perDay: input.perDay,
    timingOf: (spec, now) => computeTiming(spec, modelOf(spec.kind), now),
    queue: run.queue,
    waits: input.waits,
    files,
    source: input.source,
  })
  run.soFar = sum(run.soFar, applied)
  run.stale = applied.stale
  return applied
}

/** Whether another pass follows at once; undefined where only waiting can bring something new. */
function canProceed(run: Run, applied: Applied, options: ReconcileOptions): boolean | undefined {
  if (applied.effects > 0) {
    run.currentAt = getLatestAwsTime(options)
    run.misses = applied.unsent === applied.effects ? run.misses + 1 : 0
    run.pauseMs = options.pollMs.least
    if (run.misses < MISSES_MAX) return true
    giveUp(run, findDue(run.plan))
    return false
  }
  // What a job waited for has ended, and that is on record now.
  return run.plan.actions.some(({ code }) => code === DEPENDS_MET) ? true : undefined
}

/** Waits for what can come by itself; false where there is nothing to wait for, when time is up, and after an interrupt. */
async function waitForNews(run: Run, options: ReconcileOptions): Promise<boolean> {
  const { clock, emit, signal, settleMs, pollMs } = options
  run.recent = undefined
  run.settleUntil ??= clock.now() + settleMs
  const wait = computePause(run.plan, options, run.settleUntil, run.pauseMs)
  if (wait === undefined) return false
  // What moves is looked at more often than what stands still.
  if (run.plan.actions.some(({ next }) => next)) run.pauseMs = pollMs.least
  const left = computeTimeLeft(run, options)
  if (wait.ms > left) giveUp(run, wait.on)
  emit({ type: 'waiting', why: wait.why, until: wait.until })
  await clock.sleep(Math.max(0, Math.min(wait.ms, left)), signal).catch(() => {})
  run.pauseMs = Math.min(run.pauseMs * 1.5, pollMs.most)
  return run.gaveUp === undefined && !signal.aborted
}

function findDue({ actions }: Plan): readonly Planned[] {
  return actions.filter(({ action }) => DOING.has(action))
}

function computeTimeLeft(
  { startedAt }: Run,
  { clock, timeoutMs = Number.POSITIVE_INFINITY }: ReconcileOptions,
): number {
  return timeoutMs - (clock.monotonic() - startedAt)
}

function giveUp(run: Run, on: readonly Planned[]): void {
  run.gaveUp = { on, since: formatIso(run.changedAt) }
}

function summarizeEnd(
  run: Run,
  { store, signal }: ReconcileOptions,
  findings: readonly Finding[] | undefined,
): Reconciled {
  const { plan, soFar, before, cancelled, gaveUp, stale } = run
  const now = store.state?.records ?? {}
  const acknowledged = new Set(plan.actions.flatMap((one) => (one.acknowledged === undefined ? [] : [one.address])))
  const isSettledBefore = ([address, { name }]: [Address, { readonly name: string }]): boolean =>
    name === 'FileDiffers' && acknowledged.has(address)
  const times = plan.actions.flatMap((planned) => getUntil(planned) ?? []).sort()
  return {
    plan,
    failed: soFar.failed,
    created: soFar.created,
    touched: findTouched(run, now),
    findings,
    outcomes: collectRunExits({
      plan: { ...plan, findings },
      failed: [...soFar.failed].filter((one) => !isSettledBefore(one)).map(([, problem]) => problem),
      // What needs a person says more than that, where somebody looked.
      sawFailure: findings === undefined && findFailed(before, now).some((address) => !cancelled.has(address)),
      timedOut: gaveUp !== undefined,
      isStale: stale !== undefined,
      interrupted: signal.aborted,
    }),
    stale,
    nextAt: times[0],
    gaveUp,
  }
}

/** Addresses whose record is not what it was before a run. */
function findTouched({ before }: Run, now: Records): Set<Address> {
  return new Set(recordEntries(now).flatMap(([address, record]) => (record === before[address] ? [] : address)))
}

function sum(run: RunSoFar, applied: Applied): RunSoFar {
  return {
    created: run.created + applied.created,
    removed: run.removed + applied.removed,
    updated: run.updated + applied.updated,
    failed: new Map([...run.failed, ...applied.failed]),
  }
}

type Records = Readonly<Record<Address, JobRecord>>

/** Jobs that were not over before this run, and that ended in failure in it. */
function findFailed(before: Records, now: Records): Address[] {
  return recordEntries(now)
    .filter(([address, { run, condition }]) => {
      const old = before[address]
      const wasOver = old?.run === run && isTerminal(old.condition)
      return !wasOver && (condition?.type === 'Failed' || condition?.type === 'Cancelled')
    })
    .map(([address]) => address)
}
