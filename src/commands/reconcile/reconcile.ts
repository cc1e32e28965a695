import fs from 'node:fs'
import type { ApprovedPlan } from '../../model/approved-plan.ts'
import { nameDuplicate } from '../../model/attention.ts'
import { chooseWorst, collectSpecExits } from '../../model/choose-exit-code.ts'
import { isTerminal } from '../../model/condition.ts'
import { type Diagnostic, diagnose } from '../../model/diagnostic.ts'
import type { Event } from '../../model/event.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { formatIso } from '../../model/iso.ts'
import { EMPTY_PLAN, type Plan } from '../../model/plan.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import { emptyState, type State } from '../../model/state.ts'
import { type Reconciled, reconcile } from '../../reconcile/reconcile.ts'
import { describeGivingUp } from '../../report/gave-up-text.ts'
import type { JobEnd } from '../../report/summary-text.ts'
import { toSentence } from '../../report/words.ts'
import { assertOnly } from '../../session/assert-only.ts'
import { confirmSpecs } from '../../session/confirm-specs.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import type { Found } from '../../session/page/collect.ts'
import type { Publisher } from '../../session/page/publisher.ts'
import { assertReportPlace, createFilePublisher } from '../../session/page/report-file.ts'
import { approveInput, readPlanFile } from '../../session/plan-file.ts'
import { previewPlan } from '../../session/previews.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { createFirstState, openProjectStore, stateFile } from '../../session/project.ts'
import {
  beginInput,
  createLoop,
  listPlanDiagnostics,
  openSession,
  openSessionWorld,
  type Session,
} from '../../session/session.ts'
import { listStillDue } from '../../session/still-due.ts'
import { isPassing, type MayRetry, waitWhileLocked } from '../../session/while-locked.ts'
import { delegateToWorkers } from '../../session/workers.ts'
import { openWithFirstState } from '../../state/first-state.ts'
import type { OpenStore } from '../../state/store.ts'
import { createRandomId } from '../../system/random.ts'
import { createHeading, planInSession, reportUnwritten } from '../plan/plan.ts'

export type ReconcileCommandOptions = CommonOptions & {
  /** Follow jobs until they are terminal. */
  readonly wait?: boolean
  /** Time limit of the whole run, in milliseconds. */
  readonly timeoutMs?: number
  /** How long to wait for settling creates, in milliseconds. */
  readonly settleMs: number
  /** The plan that a person approved, and its file. Nothing else is applied. */
  readonly approved?: { readonly file: string; readonly plan: ApprovedPlan }
  /** The command's name in messages. Default: `reconcile`. */
  readonly verb?: string
  /** If there is no state, the decisions begin one: all of them or none. */
  readonly begins?: boolean
  /** Returns true if a run that could not get the state is retried. Then it reports nothing. */
  readonly mayRetry?: MayRetry
  /** Runs before the lock is released. It ends what the next holder must not use. */
  readonly beforeRelease?: () => Promise<void>
  /** Takes what the run finds, for a report. */
  readonly publisher?: Publisher
}

/**
 * `jobwright reconcile`: applies the plan pass by pass and writes every job's status to the state. `plan`: the file of an approved plan;
 * nothing else is applied.
 */
export async function reconcileCommand(
  { plan: file, report: to, ...given }: ReconcileCommandOptions & { readonly plan?: string; readonly report?: string },
  host: Host,
): Promise<ExitCode> {
  if (file !== undefined && given.refreshOnly) {
    throw new Problem({
      code: 'USAGE',
      message: '--plan applies actions, and --refresh-only applies none',
      remedies: [advise('leave one of them out')],
    })
  }
  if (to !== undefined) assertReportPlace(to, '--report', host)
  const approved = file === undefined ? undefined : { file, plan: readPlanFile(file, host) }
  const publisher = to === undefined ? undefined : createFilePublisher('reconcile', to, given, host)
  const options = { ...given, approved, publisher }
  const out = createPrinter(host, options)
  return waitWhileLocked(options, host, out, (mayRetry) => reconcileOnce({ ...options, mayRetry }, host, out))
}

async function reconcileOnce(options: ReconcileCommandOptions, host: Host, out: Printer): Promise<ExitCode> {
  let session: Session | undefined
  try {
    session = await openSession(options, host)
    // Without a state, only report that. Where `init` never ran, create no lock either.
    if (wasNeverBegun(session, options)) return (await planInSession(session, options, host, out)).exitCode
    // A run that waits for the state uses this run's emulator. Close the emulator before the state is released.
    const { close: beforeRelease } = session
    return (await reconcileIn(session, { ...options, beforeRelease }, host, out)).exitCode
  } catch (error) {
    // The other run's emulator ended with that run.
    const cause = session?.emulated?.joined && isUnreachable(error) ? createEmulatorEnded(error) : error
    if (cause instanceof Problem && !(isPassing(cause) && options.mayRetry?.()))
      reportUnwritten(await options.publisher?.fail(cause, session), out, Date.now())
    throw cause
  } finally {
    out.settle()
    await session?.close()
  }
}

function wasNeverBegun({ project }: Session, options: CommonOptions): boolean {
  const file = options.emulator ? undefined : stateFile(project, options)
  return file !== undefined && ![file, `${file}.journal`].some((one) => fs.existsSync(one))
}

/** Reconciles in an open session and reports everything. Holds the state's lock only meanwhile. Does not retry what `failed` earlier. */
export async function reconcileIn(
  given: Session,
  options: ReconcileCommandOptions,
  host: Host,
  printer: Printer,
  failed?: Reconciled['failed'],
): Promise<Reconciled & { readonly exitCode: ExitCode }> {
  const out = options.publisher?.keep(printer) ?? printer
  const say = ({ loaded }: Session, state?: State): void =>
    out.diagnostics(listStillDue(loaded, state), given.clock.now())
  const opened = await openProjectStore(given.project, options)
    .open()
    .catch((error: unknown) => {
      if (!isPassing(error) || !options.mayRetry?.()) say(given)
      throw error
    })
  const session = { ...given, loaded: await confirmSpecs(given, opened.state, options) }
  say(session, opened.state)
  const isNew = opened.state === undefined
  const begins = options.begins === true && isNew && !options.emulator
  const store = begins ? openWithFirstState(opened, await createFirstState(session.project, session.clock)) : opened
  try {
    if (options.emulator && isNew) await store.create(emptyState(createRandomId(), formatIso(session.clock.now())))
    const { found, ...result } = await run(session, store, { ...options, begins }, host, out, failed)
    // Without specs, nothing can be recorded as done and nothing can run.
    if (begins && session.loaded.specs.length === 0 && result.plan.refusals.length === 0)
      await store.commit([], 'Begin')
    if (result.stale !== undefined && options.mayRetry?.()) throw new Problem(createStale(result.stale))
    await options.beforeRelease?.()
    const unstored = result.stale === undefined ? await catchProblem(store.close()) : undefined
    return { ...result, exitCode: await report(result, found, unstored, session, store, options, out) }
  } finally {
    await options.beforeRelease?.()
    // Report the earlier error, not this one.
    await catchProblem(store.close())
  }
}

function isUnreachable(error: unknown): error is Problem {
  return error instanceof Problem && error.diagnostic.code === 'AWS_UNREACHABLE'
}

/** A retry finds another emulator or starts one. */
function createEmulatorEnded(cause: Problem): Problem {
  const message = 'the emulator of the other run has ended with that run'
  return new Problem({ code: 'STATE_LOCKED', message, remedies: [advise('run the command again')] }, cause)
}

/** Returns the Problem that a promise rejects with, if any. */
async function catchProblem(work: Promise<void>): Promise<Problem | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** What a report needs besides the result of a run. */
type Seen = Pick<Found, 'plan' | 'lanes'>

async function run(
  session: Session,
  store: OpenStore,
  options: ReconcileCommandOptions,
  host: Host,
  out: Printer,
  failed: Reconciled['failed'] | undefined,
): Promise<Reconciled & { readonly found: Seen }> {
  assertOnly(options, session.loaded, store.state)
  const asked = beginInput(session, store.state, options)
  const reached = await openSessionWorld(session, store.state, options, host)
  const world = options.refreshOnly ? reached : await delegateToWorkers(reached, session, store.state)
  const basis = { ...(await asked), begins: options.begins }
  const input = options.approved ? await approveInput(basis, options.approved, session) : basis
  const isNews = createFilter()
  const lookAt = (plan: Plan): Seen => ({
    plan: previewPlan(plan, session, world, input, store.state),
    lanes: world.lanes,
  })
  let latest: Plan = EMPTY_PLAN
  const emit = (event: Event): void => {
    const now = session.clock.now()
    if (event.type === 'planned') latest = event.plan
    options.publisher?.update(() => ({ ...lookAt(latest), session, state: store.state, outcomes: [], exitCode: 0 }))
    if (event.type !== 'planned') {
      out.event(event, now)
      return
    }
    // A later pass may find something new, such as an unresolved create. It needs its remedies too.
    out.diagnostics(listPlanDiagnostics(event.plan, session.loaded).filter(isNews), now)
    const verb = options.verb ?? 'reconcile'
    if (event.pass !== 1) return
    out.plan(
      previewPlan(event.plan, session, world, input, store.state),
      createHeading(verb, event.plan, world.where, session, store.state),
      now,
    )
    for (const line of listUnchanged(event.plan, options)) out.text(line)
  }
  const onInterrupt = (): void =>
    out.text('interrupted: nothing more is sent; open requests get 5 s, and the state is stored (again: quit now)')
  host.signal.addEventListener('abort', onInterrupt, { once: true })
  try {
    const result = await reconcile(input, {
      ...createLoop(session, host),
      world,
      store,
      emit,
      wait: options.wait === true,
      withCounts: options.wait === true || options.publisher !== undefined,
      settleMs: options.settleMs,
      failed,
      timeoutMs: options.timeoutMs,
    })
    return { ...result, found: options.publisher ? lookAt({ ...result.plan, findings: result.findings }) : {} }
  } finally {
    host.signal.removeEventListener('abort', onInterrupt)
    world.close()
  }
}

/** Lists the decisions that change nothing, and why. A plan does not print kept jobs. */
function listUnchanged({ actions }: Plan, { decisions }: CommonOptions): string[] {
  const kept = actions.filter(({ address, action }) => action === 'keep' && decisions?.has(address))
  return kept.map(({ address, reason }) => toSentence(`${address}: ${reason}`))
}

/** Returns a filter that passes each diagnostic once. */
function createFilter(): (one: Diagnostic) => boolean {
  const reported = new Set<string>()
  return ({ code, address, message }) => {
    const key = JSON.stringify([code, address, message])
    if (reported.has(key)) return false
    reported.add(key)
    return true
  }
}

/** Creates the diagnostic for a run that stopped because another run's decision wins. */
export function createStale(message: string): Diagnostic {
  return diagnose({
    code: 'STATE_STALE',
    message: `another process wrote the state first: ${message}`,
    remedies: [advise('run the command again: it plans from the new state')],
  })
}

async function report(
  result: Reconciled,
  found: Seen,
  unstored: Problem | undefined,
  session: Session,
  store: OpenStore,
  { publisher }: Pick<ReconcileCommandOptions, 'publisher'>,
  out: Printer,
): Promise<ExitCode> {
  const { plan, failed, stale } = result
  const now = session.clock.now()
  if (stale !== undefined) out.diagnostics([createStale(stale)], now)
  if (result.gaveUp) out.diagnostics([describeGivingUp(result.gaveUp, now)], now)
  if (result.duplicates) out.diagnostics(listNewDuplicates(result), now)
  if (result.hasBacklog) out.diagnostics([createBacklog()], now)
  if (unstored) out.diagnostics([unstored.diagnostic], now)
  const codes: ExitCode[] = [
    ...result.outcomes,
    ...(unstored ? [unstored.exitCode] : []),
    ...collectSpecExits(session.loaded.diagnostics),
  ]
  const { nextAt } = result
  const end = { session, state: store.state, soFar: result, outcomes: codes, exitCode: chooseWorst(codes), nextAt }
  codes.push(...reportUnwritten(await publisher?.end({ ...found, ...end }), out, now))
  const exitCode = chooseWorst(codes)
  const records = store.state?.records ?? {}
  // If nothing was done, the first plan has already reported everything.
  const isIdle = result.touched.size === 0 && failed.size === 0
  const shown = plan.actions.filter(({ address, action, record }) => {
    return (
      result.touched.has(address) ||
      failed.has(address) ||
      (!isIdle && (action !== 'keep' || !isTerminal(record?.condition)))
    )
  })
  // The last plan no longer contains the specs that this run withdrew.
  const spoken = new Set(plan.actions.map(({ address }) => address))
  const withdrawn = [...result.touched].filter((address) => !spoken.has(address)).sort()
  const last: readonly JobEnd[] = [...shown, ...withdrawn.map((address) => ({ address }))]
  const jobs = last.map((job) => ({
    ...job,
    record: records[job.address] ?? job.record,
    problem: failed.get(job.address),
  }))
  const settledBefore = isIdle ? 0 : plan.actions.length - shown.length
  const outcomes = [...new Set(codes)]
  const { duplicates, findings } = result
  out.end(plan, { jobs, settledBefore, exitCode, outcomes, nextAt, twins: duplicates?.length, findings }, now)
  return exitCode
}

/** Lists the duplicates that this run found first. The plan has reported known ones. */
function listNewDuplicates({ duplicates = [], findings = [] }: Reconciled): Diagnostic[] {
  const known = new Set(findings.flatMap(({ address, finding, isKnown }) => (isKnown ? [`${address} ${finding}`] : [])))
  return duplicates.flatMap(({ address, live, diagnostic }) =>
    known.has(`${address} ${nameDuplicate(live.id)}`) ? [] : [diagnostic],
  )
}

/** Findings that an older version did not report appear all at once. One command acknowledges them. */
function createBacklog(): Diagnostic {
  return diagnose({
    code: 'ATTENTION_BACKLOG',
    message:
      'from this version on, failures of earlier runs keep their exit code until they are settled or acknowledged',
    remedies: [suggest('look at them, then acknowledge all of them at once', 'acknowledge', '--all')],
  })
}
