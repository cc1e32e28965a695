import { createQueue } from '../../aws/queue.ts'
import { getModel } from '../../kinds/index.ts'
import { type Finding, listAddresses, openFindings } from '../../model/attention.ts'
import { hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { collectPreviewExits } from '../../model/exit-rules.ts'
import { countActions, EMPTY_PLAN, type Plan } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import { FRESH_RUN } from '../../plan/input.ts'
import { observeAndPlan } from '../../reconcile/observe-and-plan.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import type { PlanHeading } from '../../report/plan-text.ts'
import { admitRecorded } from '../../session/admit-recorded.ts'
import { findCaused } from '../../session/attention.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { assertOnly } from '../../session/only.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { createInput, listPlanDiagnostics, openSession, openSessionWorld, type Session } from '../../session/session.ts'
import { listStillDue } from '../../session/still-due.ts'

export type PlanOptions = CommonOptions & {
  /** Exit with 2 if changes are pending. */
  readonly exitCode?: boolean
}

/** `jobwright plan`: shows what reconcile would do now, and why. Has no side effect; `--offline` needs no credentials. */
export async function planCommand(options: PlanOptions, host: Host): Promise<ExitCode> {
  const session = await openSession(options, host)
  try {
    return (await planInSession(session, options, host, createPrinter(host, options))).exitCode
  } finally {
    await session.close()
  }
}

/** Plans in an open session and prints the plan. Takes no lock and writes nothing. */
export async function planInSession(
  given: Session,
  options: PlanOptions,
  host: Host,
  out: Printer,
): Promise<{ readonly plan: Plan; readonly exitCode: ExitCode }> {
  const stored = await openProjectStore(given.project, options).read()
  const session = { ...given, loaded: admitRecorded(given.loaded, stored.state) }
  const isUnread = hasErrors(stored.diagnostics)
  const now = session.clock.now()
  // An unreadable state has its own remedies. A plan without it would be wrong.
  if (isUnread) {
    out.diagnostics([...session.loaded.diagnostics, ...stored.diagnostics], now)
    out.line(toSummaryLine({ counts: {}, outcomes: [8], exitCode: 8 }))
    return { plan: EMPTY_PLAN, exitCode: 8 }
  }
  assertOnly(options, session.loaded, stored.state)
  const { plan, where, caused } = await look(session, stored.state, options, host)
  out.diagnostics(
    [...listStillDue(session.loaded, stored.state), ...listPlanDiagnostics(plan, session.loaded, caused)],
    now,
  )
  out.plan(plan, createHeading('plan', plan, where, session, stored.state), now)
  const { outcomes, exitCode } = collectPreviewExits(
    plan,
    session.loaded.diagnostics,
    options.exitCode === true,
    (one) => caused.has(one),
  )
  const needsAttention = listAddresses(openFindings(plan.findings)).length
  out.line(toSummaryLine({ counts: countActions(plan), outcomes, needsAttention, exitCode }))
  return { plan, exitCode }
}

/** The maximum number of concurrent calls to one service. The lanes limit their rate. */
const CONCURRENCY = 32

async function look(
  session: Session,
  state: State | undefined,
  options: PlanOptions,
  host: Host,
): Promise<{ plan: Plan; where: string; caused: ReadonlySet<Finding> }> {
  const world = await openSessionWorld(session, state, options, host)
  try {
    const { clock } = session
    const basis = await createInput(session, state, options)
    const queue = createQueue({ concurrency: CONCURRENCY, clock })
    const at = { world, clock, modelOf: getModel, queue, signal: host.signal }
    const { plan } = await observeAndPlan(basis, state, FRESH_RUN, at)
    return { plan, where: world.where, caused: await findCaused(plan, session, basis, state) }
  } finally {
    world.close()
  }
}

/** Creates the heading of a plan's table. */
export function createHeading(
  verb: string,
  plan: Plan,
  where: string,
  session: Session,
  state: State | undefined,
): PlanHeading {
  const { guards } = session.project.config
  return {
    verb,
    serial: state?.serial,
    where: where || undefined,
    isWithoutFiles: isWithoutFiles(plan, session),
    maxCreates: plan.actions.some(({ action }) => action === 'create') ? guards.maxCreates : undefined,
  }
}

/** Returns true if all specs seem to be missing. If there never was a job and no path was given, there is simply nothing to do. */
function isWithoutFiles({ actions }: Plan, { loaded: { diagnostics, files } }: Session): boolean {
  const missing = diagnostics.find(({ code }) => code === 'SPEC_NO_FILES')
  return files.size === 0 && missing !== undefined && (missing.severity === 'error' || actions.length > 0)
}
