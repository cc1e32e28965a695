import { type Applied, apply } from '../apply/apply.ts'
import { createQueue, type Queue } from '../aws/queue.ts'
import type { Address } from '../model/address.ts'
import { type Attention, type Finding, openFindings } from '../model/attention.ts'
import { collectRunExits } from '../model/choose-exit-code.ts'
import { isTerminal } from '../model/condition.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { formatIso } from '../model/iso.ts'
import type { Observed } from '../model/observed.ts'
import { CHANGING_ACTIONS, EMPTY_PLAN, getUntil, type Plan, type Planned } from '../model/plan.ts'
import { type Change, type JobRecord, recordEntries, type Source } from '../model/state.ts'
import { hasFailed } from '../plan/attention/findings.ts'
import { type Audited, addDuplicates, noteAttention, noteDecided } from '../plan/attention/notes.ts'
import { FRESH_RUN, type RunSoFar } from '../plan/input.ts'
import { DEPENDS_MET } from '../plan/questions/dependencies.ts'
import type { Duplicate } from '../plan/questions/duplicates.ts'
import { computeTiming } from '../plan/questions/timing.ts'
import { nodeFiles } from '../system/job-files.ts'
import { audit } from './audit.ts'
import { observeAndPlan, type PlanBasis } from './observe-and-plan.ts'
import type { ReconcileOptions } from './options.ts'
import { computePause } from './wait.ts'

/** How many calls of one service are in flight at once. The lanes limit their rate. */
const CONCURRENCY = 32
/** A limit in case a plan never comes to rest. Each pass with effects takes a step of at least one address. */
const PASSES_MAX = 10_000
/** How many passes in a row may lose their lease before anything is sent. Then the store is too slow for this run. */
const MISSES_MAX = 3

export type ReconcileInput = PlanBasis & {
  /** The commit to record as the source, if this checkout may speak for the repository. */
  readonly source?: Source
}

export type { ReconcileOptions }

export type Reconciled = {
  /** The last plan. */
  readonly plan: Plan
  readonly failed: RunSoFar['failed']
  readonly created: number
  readonly removed: number
  readonly updated: number
  /** Addresses whose record changed during this run. */
  readonly touched: ReadonlySet<Address>
  /** Every exit code that applies. */
  readonly outcomes: readonly ExitCode[]
  /** What was found when another process wrote the state. The run stopped there. */
  readonly stale?: string
  /** ISO time at which something can proceed by itself. */
  readonly nextAt?: string
  /** What the run was doing at its timeout. */
  readonly gaveUp?: GaveUp
  /**
   * Unrecorded jobs that may be duplicates of recorded ones. Missing: nobody looked, or none were found and AWS did not
   * return every list.
   */
  readonly duplicates?: readonly Duplicate[]
  /** What needs a person, acknowledged or not. Missing: nobody looked. */
  readonly findings?: readonly Finding[]
  /** The state's version did not report failures of earlier runs, and this run is the first to report some. */
  readonly hasBacklog?: true
}

/** A run that ended before it came to rest. */
export type GaveUp = {
  /** Its time was up, or pass after pass its intents were out of date before their requests could leave. */
  readonly why: 'timeout' | 'late'
  /** The jobs that it waited for, or the steps that it did not reach. */
  readonly on: readonly Planned[]
  /** ISO time of the last change, a status or a step of this run. If nothing changed, its beginning. */
  readonly since: string
}

/**
 * Repeats passes (observe, plan, guard, commit intents, apply, commit results) until nothing can proceed, time is up,
 * or the signal aborts. In one pass an address takes one step. A run that came to rest looks for duplicates. Throws
 * Problems of the store; everything else becomes an outcome.
 */
export async function reconcile(input: ReconcileInput, options: ReconcileOptions): Promise<Reconciled> {
  const { state } = options.store
  const run = beginRun(options)
  await repeatPasses(run, input, options)
  const isAtRest = run.stale === undefined && !options.signal.aborted && run.plan.refusals.length === 0
  if (!isAtRest || options.readOnly) return summarizeEnd(run, options, run.plan.findings)
  const { currentAt } = run
  const toAudit = { ...input, state: options.store.state, before: state?.records ?? {}, currentAt }
  const { duplicates, addresses = [] } = (run.gaveUp ? undefined : await audit(toAudit, options, CONCURRENCY)) ?? {}
  const audited: Audited = new Map(addresses.map((address) => [address, listDuplicateIds(duplicates ?? [], address)]))
  const findings = await note(run, input, options, audited)
  const hasBacklog = state !== undefined && state.attention === undefined && isOlder(findings, state.records)
  return { ...summarizeEnd(run, options, findings), duplicates, ...(hasBacklog && { hasBacklog }) }
}

function listDuplicateIds(duplicates: readonly Duplicate[], address: Address): string[] {
  return duplicates.filter((duplicate) => duplicate.address === address).map(({ live }) => live.id)
}

/** Notes what needs a person, for runs and commands that do not detect it themselves. Writes only news. */
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
  const changes: Change[] = [
    ...(attention ? [{ set: 'attention', attention } as const] : []),
    ...noteAudited(state.records, audited),
  ]
  if (changes.length === 0) return findings
  const committed = await store.commit(changes, 'what needs attention')
  if (committed.is === 'stale') run.stale = committed.message
  return findings
}

/** Returns the changes that release ended jobs from further audits. A job in progress may still turn out to be two. */
function noteAudited(records: Records, audited: Audited): Change[] {
  return [...audited.keys()].flatMap((address) => {
    const { unaudited, ...record } = records[address]!
    return unaudited && isTerminal(record.condition) ? [{ set: 'record', address, record }] : []
  })
}

/** Returns whether something needed a person before this run, by the records that it began with. */
function isOlder(findings: readonly Finding[] | undefined, before: Records): boolean {
  return openFindings(findings).some(({ address, kind }) => {
    const record = before[address]
    return (
      record !== undefined && ((kind === 'failed' && hasFailed(record)) || (kind === 'lost' && record.lost === true))
    )
  })
}

/** The state of a run in progress. */
type Run = {
  readonly queue: Queue
  readonly startedAt: number
  /** The records before the run. */
  readonly before: Records
  /** Addresses whose job this run cancels. Their end is not a failure. */
  readonly cancelled: Set<Address>
  soFar: RunSoFar
  plan: Plan
  /** What the previous pass observed, if no time has passed since. */
  recent: Observed | undefined
  /** Epoch milliseconds: the last change; and by AWS's clock, when the state was last known to be the newest. */
  changedAt: number
  currentAt: number
  /** Until when to wait for settling creates. Counted from when there is nothing to do but wait. */
  settleUntil: number | undefined
  /** The pause before the next read of running jobs. */
  pauseMs: number
  /** Passes in a row that could send nothing in time. */
  misses: number
  /** Set when the run ends before it came to rest. */
  gaveUp: GaveUp | undefined
  /** Set when somebody else wrote the state. */
  stale: string | undefined
}

/** How far AWS's clock may be ahead of what its answers say: they hold whole seconds, and take time to arrive. */
const ANSWER_MS = 3_000

/** Returns the latest time that AWS's clock may show, in epoch milliseconds. Without an answer it uses our own clock. */
function getLatestAwsTime({ clock, world }: Pick<ReconcileOptions, 'clock' | 'world'>): number {
  const offset = world.clockOffsetMs?.()
  return clock.now() + (offset === undefined ? 0 : offset + ANSWER_MS)
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

/** Repeats passes until a step finds nothing more to do. */
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

/** Reads and plans. False after an interrupt, a refused plan, or the timeout. */
async function planPass(run: Run, pass: number, input: ReconcileInput, options: ReconcileOptions): Promise<boolean> {
  const { clock, store, emit, signal } = options
  try {
    const look = await observeAndPlan(
      input,
      store.state,
      run.soFar,
      { ...options, queue: run.queue, takes: true },
      run.recent,
    )
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
  giveUp(run, 'timeout', due)
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

/** Returns whether another pass follows at once; undefined if only waiting can bring news. */
function canProceed(run: Run, applied: Applied, options: ReconcileOptions): boolean | undefined {
  if (applied.effects > 0) {
    run.currentAt = getLatestAwsTime(options)
    run.misses = applied.unsent === applied.effects ? run.misses + 1 : 0
    run.pauseMs = options.pollMs.least
    if (run.misses < MISSES_MAX) return true
    giveUp(run, 'late', findDue(run.plan))
    return false
  }
  // A dependency has ended, and that is now on record.
  return run.plan.actions.some(({ code }) => code === DEPENDS_MET) ? true : undefined
}

/** Waits for news. False if there is nothing to wait for, at the timeout, and after an interrupt. */
async function waitForNews(run: Run, options: ReconcileOptions): Promise<boolean> {
  const { clock, emit, signal, settleMs, pollMs } = options
  run.recent = undefined
  run.settleUntil ??= clock.now() + settleMs
  const wait = computePause(run.plan, options, run.settleUntil, run.pauseMs)
  if (wait === undefined) return false
  // Jobs that make progress are read more often than those that do not.
  if (run.plan.actions.some(({ next }) => next)) run.pauseMs = pollMs.least
  const left = computeTimeLeft(run, options)
  if (wait.ms > left) giveUp(run, 'timeout', wait.on)
  emit({ type: 'waiting', why: wait.why, until: wait.until })
  await clock.sleep(Math.max(0, Math.min(wait.ms, left)), signal).catch(() => {})
  run.pauseMs = Math.min(run.pauseMs * 1.5, pollMs.most)
  return run.gaveUp === undefined && !signal.aborted
}

function findDue({ actions }: Plan): readonly Planned[] {
  return actions.filter(({ action }) => CHANGING_ACTIONS.has(action))
}

function computeTimeLeft(
  { startedAt }: Run,
  { clock, timeoutMs = Number.POSITIVE_INFINITY }: ReconcileOptions,
): number {
  return timeoutMs - (clock.monotonic() - startedAt)
}

function giveUp(run: Run, why: GaveUp['why'], on: readonly Planned[]): void {
  run.gaveUp = { why, on, since: formatIso(run.changedAt) }
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
    removed: soFar.removed,
    updated: soFar.updated,
    touched: findTouched(run, now),
    findings,
    outcomes: collectRunExits({
      plan: { ...plan, findings },
      failed: [...soFar.failed].filter((one) => !isSettledBefore(one)).map(([, problem]) => problem),
      // Findings say more than this flag, if somebody looked for them.
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

/** Returns the addresses whose record changed during a run. */
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

/** Returns the jobs that were not terminal before this run and failed during it. */
function findFailed(before: Records, now: Records): Address[] {
  return recordEntries(now)
    .filter(([address, { run, condition }]) => {
      const old = before[address]
      const wasOver = old?.run === run && isTerminal(old.condition)
      return !wasOver && (condition?.type === 'Failed' || condition?.type === 'Cancelled')
    })
    .map(([address]) => address)
}
