import { getModel } from '../../kinds/index.ts'
import { hasChanges } from '../../model/choose-exit-code.ts'
import type { PlanCode } from '../../model/codes.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { getUntil, type Plan } from '../../model/plan.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import type { Reconciled } from '../../reconcile/reconcile.ts'
import { isFollowed } from '../../reconcile/wait.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { type Emulated, openEmulator } from '../../session/emulated.ts'
import type { Host } from '../../session/host.ts'
import { createKnown } from '../../session/known.ts'
import { createPrinter } from '../../session/printer.ts'
import { openProject } from '../../session/project.ts'
import { POLL_MS, type Session } from '../../session/session.ts'
import { systemClock } from '../../system/clock.ts'
import { readFolderId } from '../../system/file-identity.ts'
import { watchFiles } from '../../watch/watch-files.ts'
import { planInSession } from '../plan/plan.ts'
import { reconcileIn } from '../reconcile/reconcile.ts'
import { createWatchPrinter } from './printer.ts'
import { type Round, startRounds } from './rounds.ts'
import { openUi } from './ui.ts'
import {
  createGone,
  createInterest,
  createPolled,
  createWatchProblem,
  formatWatched,
  openWatched,
  type WatchCommandOptions,
} from './watched.ts'

/** How long files must stay unchanged before a round, in milliseconds. Half a spec may be valid, so `--apply` waits longer. */
const QUIET_MS = { plan: { least: 10, most: 100 }, apply: { least: 500, most: 500 } }
/** Any interval works. */
const ALIVE_MS = 3_600_000

/**
 * `jobwright watch`: prints diagnostics and the new plan after each saved file; `--apply` also applies it. Running jobs are polled
 * meanwhile, and only `--apply` records their conditions. An interrupt ends it with 0, or with 130 if it cut a run short. A Problem in one
 * round is reported and the watch continues.
 */
export async function watchCommand(given: WatchCommandOptions, host: Host): Promise<ExitCode> {
  if (given.port !== undefined && !given.ui) throw createPortProblem()
  const printed = createPrinter(host, given)
  const out = createWatchPrinter(printed, given.apply === true)
  const first = openProject(host.cwd, host.env)
  const options = { ...given, known: createKnown(first.root) }
  const here: Host = { ...host, cwd: first.root }
  const pollMs = options.emulator ? POLL_MS.emulator : POLL_MS.real
  const quietMs = options.apply ? QUIET_MS.apply : QUIET_MS.plan
  let pause = pollMs.least
  let cutShort = false
  let emulated: Emulated | undefined
  let failed: Reconciled['failed'] = new Map()

  const ui = options.ui ? await openUi(options.port, options, here) : undefined
  const files = watchFiles({
    root: first.root,
    clock: systemClock,
    quietMs,
    onChange: (changed) => rounds.changed(changed),
    onPolling: (error) => out.diagnostics([createPolled(error)], Date.now()),
    onError: (error) => out.diagnostics([createWatchProblem(error).diagnostic], Date.now()),
  })

  const act = async (session: Session): Promise<Plan> => {
    const publisher = ui?.publisher
    if (!options.apply) return (await planInSession(session, { ...options, publisher }, here, out)).plan
    const result = await reconcileIn(session, { ...options, publisher, settleMs: 0 }, here, out, failed)
    failed = result.failed
    cutShort = result.outcomes.includes(130)
    return result.plan
  }

  /** Returns true if another round is due at once. A run returns the plan that it has just applied or failed to apply. */
  const isUnapplied = (plan: Plan): boolean =>
    options.apply === true && plan.refusals.length === 0 && (out.spoke() || hasChanges(plan))

  const round = async ({ why, files: changed }: Round): Promise<number | undefined> => {
    let plan: Plan | undefined
    let wake: number | undefined
    let session: Session | undefined
    if (readFolderId(first.root) === undefined) throw createGone(first.root)
    // Retry failed calls after an edit, not on every poll.
    if (why !== 'refresh') failed = new Map()
    out.begin({ why, files: changed })
    ui?.publisher.begin()
    try {
      if (why === 'first') {
        await files.follow(createInterest(first, options, []))
        out.text(`watching ${formatWatched(first, options)}; Ctrl-C ends`)
        if (ui) out.text(`the page is at ${ui.url}`)
      }
      if (options.emulator && !options.offline) emulated ??= await openEmulator(first.root, options)
      session = await openWatched(options, here, files, emulated)
      if (session === undefined) return quietMs.most
      plan = await act(session)
      wake = computeWake(plan, session)
    } catch (error) {
      if (!(error instanceof Problem)) {
        if (!host.signal.aborted) throw error
        cutShort = true
      } else {
        // The error may have come before any diagnostics were printed.
        out.diagnostics([...(session?.loaded.diagnostics ?? []), error.diagnostic], Date.now())
        await ui?.publisher.fail(error, session)
        out.line(toSummaryLine({ counts: {}, outcomes: [error.exitCode], exitCode: error.exitCode }))
        out.forget()
        // The emulator of another process may have ended.
        if (emulated?.joined) emulated = undefined
      }
    }
    out.settle()
    // Polling alone is not a run that an interrupt can cut short.
    cutShort &&= options.apply === true && (why !== 'refresh' || (plan !== undefined && hasChanges(plan)))
    pause = why !== 'refresh' || out.spoke() ? pollMs.least : Math.min(pause * 1.5, pollMs.most)
    return plan === undefined || isUnfinished(plan) || isUnapplied(plan) ? Math.min(pause, wake ?? pause) : wake
  }

  // If the system refuses a watcher, nothing keeps the process alive. Only an interrupt may end it.
  const alive = setInterval(() => {}, ALIVE_MS)
  const rounds = startRounds(round, { clock: systemClock, signal: host.signal })
  try {
    await rounds.ended
  } finally {
    clearInterval(alive)
    await files.close()
    await ui?.close()
    await emulated?.close()
  }
  const exitCode: ExitCode = cutShort ? 130 : 0
  printed.line(toSummaryLine({ counts: {}, outcomes: exitCode ? [exitCode] : [], exitCode }))
  out.text(cutShort ? 'interrupted; the state is safe' : 'the watch has ended')
  return exitCode
}

function createPortProblem(): Problem {
  return new Problem({
    code: 'USAGE',
    message: '--port is the port of the live page, and there is none',
    remedies: [advise('add --ui, or leave --port out')],
  })
}

/** Returns true if another round without a change can show something new: running jobs, or specs that wait for a commit. */
function isUnfinished(plan: Plan): boolean {
  const forCommit: ReadonlySet<PlanCode | undefined> = new Set(['PLAN_UNCOMMITTED', 'PLAN_NOT_MOVED'])
  return plan.actions.some((planned) => isFollowed(planned, getModel) || forCommit.has(planned.code))
}

/** Returns the milliseconds until the first action can continue. */
function computeWake(plan: Plan, { clock, timeScale }: Session): number | undefined {
  const times = plan.actions.flatMap(getUntil).flatMap((until) => (until === undefined ? [] : Date.parse(until)))
  // A small margin, so that rounding never causes an extra round.
  return times.length === 0 ? undefined : Math.max(0, (Math.min(...times) - clock.now()) / timeScale) + 50
}
