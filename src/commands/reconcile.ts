import { modelOf } from '../kinds/models.ts'
import { isTerminal } from '../model/condition.ts'
import { hasErrors } from '../model/diagnostic.ts'
import type { Event } from '../model/event.ts'
import { type ExitCode, worst } from '../model/exit-code.ts'
import { countActions, type Plan } from '../model/plan.ts'
import { emptyState } from '../model/state.ts'
import { type Reconciled, reconcile } from '../reconcile/reconcile.ts'
import { summaryLine } from '../report/json-lines.ts'
import { planText } from '../report/plan-text.ts'
import { summaryText } from '../report/summary-text.ts'
import type { OpenStore } from '../state/store.ts'
import { randomId } from '../system/random.ts'
import type { CommonOptions, Host } from './options.ts'
import { heading } from './plan.ts'
import { type Printer, printer } from './printer.ts'
import { storeOf } from './project.ts'
import { inputOf, openSession, planDiagnostics, type Session, worldOf } from './session.ts'

export type ReconcileCommandOptions = CommonOptions & {
  /** Follow jobs to their end. */
  readonly wait?: boolean
  /** Milliseconds for the whole run. */
  readonly timeoutMs?: number
  /** Milliseconds that settling creates are waited for. */
  readonly settleMs: number
}

const POLL_MS = { real: { least: 2_000, most: 30_000 }, emulator: { least: 200, most: 1_000 } }

/** `jobwright reconcile`: carries the plan out, pass by pass, and writes every job's status to the state. */
export async function reconcileCommand(options: ReconcileCommandOptions, host: Host): Promise<ExitCode> {
  const out = printer(host, options.output)
  const session = await openSession(options, host)
  try {
    out.diagnostics(session.loaded.diagnostics, session.clock.now())
    const store = await storeOf(session.project, options).open()
    try {
      if (options.emulator && store.state === undefined) await store.create(emptyState(randomId()))
      const result = await run(session, store, options, host, out)
      return report(result, session, store, out)
    } finally {
      await store.close()
    }
  } finally {
    out.settle()
    await session.close()
  }
}

async function run(
  session: Session,
  store: OpenStore,
  options: ReconcileCommandOptions,
  host: Host,
  out: Printer,
): Promise<Reconciled> {
  const world = await worldOf(session, store.state, options, host)
  const input = await inputOf(session, store.state, options)
  const emit = (event: Event): void => {
    const now = session.clock.now()
    if (event.type === 'planned' && event.pass === 1) showFirst(event.plan, session, store, world.where, out, now)
    else if (event.type !== 'planned') out.event(event, now)
  }
  try {
    return await reconcile(input, {
      world,
      store,
      clock: session.clock,
      timeScale: session.timeScale,
      modelOf,
      emit,
      signal: host.signal,
      wait: options.wait === true,
      settleMs: options.settleMs,
      pollMs: session.emulated ? POLL_MS.emulator : POLL_MS.real,
      ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
    })
  } finally {
    world.close()
  }
}

/** The plan before anything of it is carried out. */
function showFirst(plan: Plan, session: Session, store: OpenStore, where: string, out: Printer, now: number): void {
  out.diagnostics(planDiagnostics(plan, session.loaded), now)
  out.event({ type: 'planned', pass: 1, plan }, now)
  out.text(planText(plan, heading('reconcile', plan, where, session, store.state), out.options(now)))
}

function report(result: Reconciled, session: Session, store: OpenStore, out: Printer): ExitCode {
  const { plan, failed } = result
  const now = session.clock.now()
  const codes: ExitCode[] = [...result.outcomes, ...(hasErrors(session.loaded.diagnostics) ? [3 as const] : [])]
  const exitCode = worst(codes)
  const records = store.state?.records ?? {}
  const shown = plan.actions.filter(({ address, action, record }) => {
    return action !== 'keep' || result.touched.has(address) || failed.has(address) || !isTerminal(record?.condition)
  })
  const jobs = shown.map((planned) => {
    const record = records[planned.address]
    const problem = failed.get(planned.address)
    return { ...planned, ...(record && { record }), ...(problem && { problem }) }
  })
  out.text('')
  out.text(
    summaryText(
      {
        jobs,
        settledBefore: plan.actions.length - jobs.length,
        exitCode,
        outcomes: codes,
        ...(result.nextAt && { nextAt: result.nextAt }),
      },
      out.options(now),
    ),
  )
  out.line(
    summaryLine({
      counts: countActions(plan),
      outcomes: [...new Set(codes)],
      exitCode,
      ...(result.nextAt && { nextAt: result.nextAt }),
    }),
  )
  return exitCode
}
