import path from 'node:path'
import { isGlob } from '../load/glob.ts'
import type { ExitCode } from '../model/exit-code.ts'
import type { Plan } from '../model/plan.ts'
import { Problem } from '../model/problem.ts'
import { isFollowed, type Reconciled } from '../reconcile/reconcile.ts'
import { summaryLine } from '../report/json-lines.ts'
import { systemClock } from '../system/clock.ts'
import type { Interest } from '../watch/interest.ts'
import { watchFiles } from '../watch/watch-files.ts'
import { type Emulated, openEmulator } from './emulated.ts'
import type { CommonOptions, Host } from './options.ts'
import { hasChanges, planIn } from './plan.ts'
import { printer } from './printer.ts'
import { openProject, type Project, stateFile } from './project.ts'
import { POLL_MS, reconcileIn } from './reconcile.ts'
import { type Round, startRounds } from './rounds.ts'
import { openSession, type Session } from './session.ts'
import { watchPrinter } from './watch-printer.ts'

export type WatchCommandOptions = CommonOptions & {
  /** Carry each plan out. */
  readonly apply?: boolean
}

/** Milliseconds for which files are left alone before they are acted on: half a spec may be a valid one. */
const QUIET_MS = { plan: 100, apply: 500 }

/**
 * `jobwright watch`: after each saved file its diagnostics and the new plan; with `--apply` the plan is carried out. The conditions of
 * running jobs are followed meanwhile, in memory alone without `--apply`. Ends by an interrupt: with 0, or with 130 where that cut a
 * run short. A Problem of one round is told, and the watch goes on.
 */
export async function watchCommand(options: WatchCommandOptions, host: Host): Promise<ExitCode> {
  const out = watchPrinter(printer(host, options.output), options.apply === true)
  const first = openProject(host.cwd)
  const here: Host = { ...host, cwd: first.root }
  const pollMs = options.emulator ? POLL_MS.emulator : POLL_MS.real
  let pause = pollMs.least
  let cutShort = false
  let emulated: Emulated | undefined
  let failed: Reconciled['failed'] = new Map()

  const files = watchFiles({
    root: first.root,
    clock: systemClock,
    quietMs: options.apply ? QUIET_MS.apply : QUIET_MS.plan,
    onChange: (changed) => rounds.changed(changed),
    onError: (error) => out.diagnostics([unwatched(error).diagnostic], Date.now()),
  })

  /** A session whose files are being watched: where they were not, they may have changed since they were read. */
  const open = async (): Promise<Session> => {
    if (options.emulator && !options.offline) emulated ??= await openEmulator(first.root)
    for (;;) {
      const session = await openSession(options, here, emulated)
      if (!(await files.follow(interestOf(session.project, options, session.loaded.included)))) return session
    }
  }

  const act = async (session: Session, why: Round['why']): Promise<Plan> => {
    if (!options.apply) return (await planIn(session, options, here, out)).plan
    // What failed is tried again after an edit, not at every look.
    const before = why === 'refresh' ? failed : new Map()
    const result = await reconcileIn(session, { ...options, settleMs: 0 }, here, out, before)
    failed = result.failed
    return result.plan
  }

  /** Whether a look is due at once: a run ends with the plan that it has just carried out, or could not. */
  const isUnapplied = (plan: Plan): boolean =>
    options.apply === true && plan.refusals.length === 0 && (out.spoke() || hasChanges(plan))

  const round = async ({ why, files: changed }: Round): Promise<number | undefined> => {
    let plan: Plan | undefined
    let wake: number | undefined
    out.begin({ why, files: changed })
    try {
      if (why === 'first') await files.follow(interestOf(first, options, []))
      const session = await open()
      out.diagnostics(session.loaded.diagnostics, session.clock.now())
      plan = await act(session, why)
      wake = wakeMs(plan, session)
    } catch (error) {
      if (!(error instanceof Problem)) {
        if (!host.signal.aborted) throw error
      } else {
        out.diagnostics([error.diagnostic], Date.now())
        out.line(summaryLine({ counts: {}, outcomes: [error.exitCode], exitCode: error.exitCode }))
        out.forget()
        // The emulator of another process may have ended with that.
        if (emulated?.joined) emulated = undefined
      }
    }
    out.settle()
    if (why === 'first') out.text(`watching ${watched(first, options)}; Ctrl-C ends`)
    if (host.signal.aborted)
      cutShort = options.apply === true && (why !== 'refresh' || (plan !== undefined && hasChanges(plan)))
    pause = why !== 'refresh' || out.spoke() ? pollMs.least : Math.min(pause * 1.5, pollMs.most)
    return plan === undefined || isUnfinished(plan) || isUnapplied(plan) ? Math.min(pause, wake ?? pause) : wake
  }

  const rounds = startRounds(round, { clock: systemClock, signal: host.signal })
  try {
    await rounds.ended
  } finally {
    await files.close()
    await emulated?.close()
  }
  const exitCode: ExitCode = cutShort ? 130 : 0
  out.text(cutShort ? 'interrupted; the state is safe' : 'the watch has ended')
  return exitCode
}

/** What decides about a plan: specs, what they include, the configuration, and a state that this command does not write itself. */
function interestOf(project: Project, options: WatchCommandOptions, included: readonly string[]): Interest {
  const folders: string[] = []
  const files = ['jobwright.yaml', ...included]
  for (const pattern of patternsOf(project, options)) {
    const parts = relativeTo(project.root, pattern).split('/')
    const glob = parts.findIndex(isGlob)
    if (glob < 0 && /\.ya?ml$/.test(pattern)) files.push(parts.join('/'))
    else folders.push(parts.slice(0, glob < 0 ? parts.length : glob).join('/') || '.')
  }
  const state = options.apply ? undefined : stateFile(project, options)
  if (state !== undefined) files.push(relativeTo(project.root, state))
  return { folders, files }
}

function patternsOf({ config }: Project, { spec = [] }: WatchCommandOptions): readonly string[] {
  return spec.length > 0 ? spec : config.specs
}

function relativeTo(root: string, file: string): string {
  return path.relative(root, path.resolve(root, file)).split(path.sep).join('/')
}

function watched(project: Project, options: WatchCommandOptions): string {
  return [...patternsOf(project, options), 'jobwright.yaml'].join(', ')
}

/** Whether looking again, without any change here, can show something new: a job that runs, or specs that wait for a commit. */
function isUnfinished(plan: Plan): boolean {
  return plan.actions.some((planned) => isFollowed(planned) || planned.code === 'PLAN_UNCOMMITTED')
}

/** Milliseconds until the first action can go on by itself. */
function wakeMs(plan: Plan, { clock, timeScale }: Session): number | undefined {
  const times = plan.actions.flatMap(({ until }) => (until === undefined ? [] : Date.parse(until)))
  // A little more than the time itself, so that rounding never makes one extra look.
  return times.length === 0 ? undefined : Math.max(0, (Math.min(...times) - clock.now()) / timeScale) + 50
}

function unwatched(error: unknown): Problem {
  const { code, message } = error as NodeJS.ErrnoException
  const full = code === 'ENOSPC' || code === 'EMFILE'
  return new Problem(4, {
    code: 'WATCH_FAILED',
    message: `some files cannot be watched: ${message}`,
    hint: full
      ? 'raise fs.inotify.max_user_watches, name fewer files with --spec, or set CHOKIDAR_USEPOLLING=1'
      : 'mend that and start the watch again, or set CHOKIDAR_USEPOLLING=1',
  })
}
