import { createQueue } from '../aws/queue.ts'
import { modelOf } from '../kinds/models.ts'
import { hasErrors } from '../model/diagnostic.ts'
import { type ExitCode, worst } from '../model/exit-code.ts'
import { countActions, DOING, type Plan } from '../model/plan.ts'
import type { State } from '../model/state.ts'
import { observe } from '../observe/observe.ts'
import { FRESH_RUN } from '../plan/input.ts'
import { needs } from '../plan/needs.ts'
import { plan as makePlan } from '../plan/plan.ts'
import { claimed } from '../plan/planner.ts'
import { planOutcomes } from '../reconcile/outcomes.ts'
import { summaryLine } from '../report/json-lines.ts'
import type { PlanHeading } from '../report/plan-text.ts'
import { assertOnly } from './only.ts'
import type { CommonOptions, Host } from './options.ts'
import { type Printer, printer } from './printer.ts'
import { storeOf } from './project.ts'
import { inputOf, openSession, planDiagnostics, type Session, worldOf } from './session.ts'
import { stillDue } from './still-due.ts'

export type PlanOptions = CommonOptions & {
  /** End with 2 where changes are pending. */
  readonly exitCode?: boolean
}

/** `jobwright plan`: what reconcile would do now, and why. Has no side effect; `--offline` needs no credentials. */
export async function planCommand(options: PlanOptions, host: Host): Promise<ExitCode> {
  const session = await openSession(options, host)
  try {
    return (await planIn(session, options, host, printer(host, options))).exitCode
  } finally {
    await session.close()
  }
}

/** Plans in an open session and shows the plan; takes no lock and writes nothing. */
export async function planIn(
  session: Session,
  options: PlanOptions,
  host: Host,
  out: Printer,
): Promise<{ readonly plan: Plan; readonly exitCode: ExitCode }> {
  const stored = await storeOf(session.project, options).read()
  const isUnread = hasErrors(stored.diagnostics)
  const now = session.clock.now()
  // A state that is there and cannot be trusted has its own way out: a plan made without it would say things that are not so.
  if (isUnread) {
    out.diagnostics([...session.loaded.diagnostics, ...stored.diagnostics], now)
    out.line(summaryLine({ counts: {}, outcomes: [8], exitCode: 8 }))
    return { plan: NOTHING, exitCode: 8 }
  }
  assertOnly(options, session.loaded, stored.state)
  const { plan, where } = await look(session, stored.state, options, host)
  out.diagnostics([...stillDue(session.loaded, stored.state), ...planDiagnostics(plan, session.loaded)], now)
  out.plan(plan, heading('plan', plan, where, session, stored.state), now)
  const codes = [
    ...planOutcomes(plan),
    ...plan.refusals.map(({ exitCode }) => exitCode),
    ...(hasErrors(session.loaded.diagnostics) ? [3 as const] : []),
    ...(hasChanges(plan) && options.exitCode ? [2 as const] : []),
  ]
  const exitCode = worst(codes.filter((code) => code !== 9))
  out.line(summaryLine({ counts: countActions(plan), outcomes: [...new Set(codes)], exitCode }))
  return { plan, exitCode }
}

const NOTHING: Plan = { actions: [], diagnostics: [], refusals: [] }

/** Whether carrying a plan out would change something at AWS or in the state. */
export function hasChanges(plan: Plan): boolean {
  return plan.actions.some(({ action }) => DOING.has(action))
}

async function look(
  session: Session,
  state: State | undefined,
  options: PlanOptions,
  host: Host,
): Promise<{ plan: Plan; where: string }> {
  const world = await worldOf(session, state, options, host)
  try {
    const input = await inputOf(session, state, options)
    const base = { ...input, state, siteOf: world.siteOf, run: FRESH_RUN, now: session.clock.now() }
    const observed = await observe(options.offline ? [] : needs(base), {
      readerOf: async (site, kind) => (await world.callsOf(site, kind)).reader,
      modelOf,
      isClaimed: claimed(base),
      queue: createQueue({ concurrency: 32, clock: session.clock }),
      signal: host.signal,
    })
    const clockOffsetMs = world.clockOffsetMs?.()
    const known = clockOffsetMs === undefined ? {} : { clockOffsetMs }
    return { plan: makePlan({ ...base, ...known, observed }), where: world.where }
  } finally {
    world.close()
  }
}

/** The head line of a plan's table. */
export function heading(
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
    maxCreates: plan.actions.some(({ action }) => action === 'create') ? guards.maxCreates : undefined,
  }
}
