import type { Lanes } from '../../aws/lanes.ts'
import { createQueue } from '../../aws/queue.ts'
import { getModel } from '../../kinds/index.ts'
import { isAddress } from '../../model/address.ts'
import type { ApprovedPlan } from '../../model/approved-plan.ts'
import { type Finding, listAddresses, openFindings } from '../../model/attention.ts'
import type { Checkout } from '../../model/checkout.ts'
import { chooseWorst, collectPreviewExits } from '../../model/choose-exit-code.ts'
import { hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { countActions, EMPTY_PLAN, type Plan } from '../../model/plan.ts'
import { Problem } from '../../model/problem.ts'
import { advise, suggest } from '../../model/remedy.ts'
import type { State } from '../../model/state.ts'
import { FRESH_RUN } from '../../plan/input.ts'
import { observeAndPlan } from '../../reconcile/observe-and-plan.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { describeCounted, type PlanHeading } from '../../report/plan-text.ts'
import { formatHint } from '../../report/remedies.ts'
import { formatCount } from '../../report/words.ts'
import { assertOnly } from '../../session/assert-only.ts'
import { findCaused } from '../../session/attention.ts'
import { confirmSpecs } from '../../session/confirm-specs.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { beginToKeep } from '../../session/idle/keep.ts'
import type { Publisher } from '../../session/page/publisher.ts'
import { assertNamed, assertPlanPlace, createApprovedPlan, writePlanFile } from '../../session/plan-file.ts'
import { previewPlan } from '../../session/previews.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { restoreTexts } from '../../session/restore-texts.ts'
import { beginInput, listPlanDiagnostics, openSession, openSessionWorld, type Session } from '../../session/session.ts'
import { listStillDue } from '../../session/still-due.ts'

export type PlanOptions = CommonOptions & {
  /** Exit with 2 if changes are pending. */
  readonly exitCode?: boolean
  /** The only spec to plan. Its request is shown in full. */
  readonly address?: string
  /** Show every request in full. */
  readonly full?: boolean
  /** Write the actions to this file, so that `reconcile --plan` applies these and no others. */
  readonly out?: string
  /** Takes what was found, for a report. */
  readonly publisher?: Publisher
  /** Remember a plan that has nothing to do, so that the next one can say the same. */
  readonly keepsIdle?: boolean
}

/**
 * `jobwright plan [ADDRESS]`: shows what reconcile would do now, and why. Has no side effect; `--offline` needs no credentials. An address
 * selects one spec, and shows its request in full.
 */
export async function planCommand(given: PlanOptions, host: Host): Promise<ExitCode> {
  const { address } = given
  if (address !== undefined) assertAddress(address, given)
  const options = address === undefined ? given : { ...given, only: [address], full: true }
  if (options.out !== undefined) assertOut(options.out, options, host)
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
  printer: Printer,
): Promise<{ readonly plan: Plan; readonly exitCode: ExitCode }> {
  const { publisher } = options
  const out = publisher?.keep(printer) ?? printer
  const keeper = options.keepsIdle ? beginToKeep(given.project) : undefined
  const stored = await openProjectStore(given.project, options).read()
  const session = { ...given, loaded: await confirmSpecs(given, stored.state, options) }
  const isUnread = hasErrors(stored.diagnostics)
  const now = session.clock.now()
  // An unreadable state has its own remedies. A plan without it would be wrong.
  if (isUnread) {
    out.diagnostics([...session.loaded.diagnostics, ...stored.diagnostics], now)
    const unread = { session, state: stored.state, outcomes: [8], exitCode: 8 } as const
    reportUnwritten(await publisher?.end(unread), out, now)
    out.line(toSummaryLine({ counts: {}, outcomes: [8], exitCode: 8 }))
    return { plan: EMPTY_PLAN, exitCode: 8 }
  }
  assertOnly(options, session.loaded, stored.state)
  const { plan, lanes, where, caused, approved, checkout } = await look(session, stored.state, options, host)
  out.diagnostics(
    [...listStillDue(session.loaded, stored.state), ...listPlanDiagnostics(plan, session.loaded, caused)],
    now,
  )
  const heading = { ...createHeading('plan', plan, where, session, stored.state), isFull: options.full }
  out.plan(plan, heading, now)
  if (options.out !== undefined) await writeOut(options.out, approved, host, out, now)
  const { outcomes, exitCode } = collectPreviewExits(
    plan,
    session.loaded.diagnostics,
    options.exitCode === true,
    (one) => caused.has(one),
  )
  const found = { session, state: stored.state, plan, lanes, outcomes, exitCode }
  const unwritten = reportUnwritten(await publisher?.end(found), out, now)
  const needsAttention = listAddresses(openFindings(plan.findings)).length
  // What the change does not cause is an outcome, but no reason to fail.
  const worst = unwritten.length === 0 ? exitCode : chooseWorst([exitCode, ...unwritten])
  out.line(
    toSummaryLine({
      counts: countActions(plan),
      outcomes: [...outcomes, ...unwritten],
      needsAttention,
      exitCode: worst,
    }),
  )
  if (worst === 0 && keeper !== undefined) {
    const said = describeCounted(plan, heading, out.options(now))
    await keeper.keep({ plan, loaded: session.loaded, state: stored.state, checkout, where, said, now })
  }
  return { plan, exitCode: worst }
}

/** Throws a Problem (exit 1) if the word names no spec, or if there are two selections. */
function assertAddress(word: string, { only = [] }: PlanOptions): void {
  if (!isAddress(word))
    throw new Problem({
      code: 'USAGE',
      message: `${word} is no address`,
      remedies: [
        advise(`write --spec ${word}`),
        advise('an address is Kind/name'),
        suggest('list the addresses', 'status'),
      ],
    })
  if (only.length > 0)
    throw new Problem({
      code: 'USAGE',
      message: `plan ${word} selects one spec, and --only selects others`,
      remedies: [advise(`write --only ${word} beside the others, with --full`)],
    })
}

/** Throws a Problem (exit 1) if the plan cannot be written there, or would not name the accounts of its jobs. */
function assertOut(file: string, { offline }: PlanOptions, host: Host): void {
  assertNamed(file, '--out')
  if (offline)
    throw new Problem({
      code: 'USAGE',
      message: '--out writes where each job goes, and --offline does not know that',
      remedies: [advise('leave one of them out')],
    })
  assertPlanPlace(file, host)
}

async function writeOut(
  file: string,
  plan: ApprovedPlan | undefined,
  host: Host,
  out: Printer,
  now: number,
): Promise<void> {
  if (plan === undefined) return out.answer(`${escapeForTerminal(file)} was not written: the plan is refused`)
  await writePlanFile(file, plan, host)
  const count = plan.actions.filter(({ action }) => action !== 'keep').length
  const apply = suggest(`to apply ${count === 1 ? 'it' : 'them'} and nothing else`, 'reconcile', '--plan', file)
  const hint = formatHint([apply], out.options(now).medium)
  out.text(`Wrote ${formatCount(count, 'action')} to ${escapeForTerminal(`${file}; ${hint}`)}`)
}

/** The maximum number of concurrent calls to one service. The lanes limit their rate. */
const CONCURRENCY = 32

/** A plan to show, and where its jobs are. */
type Looked = {
  readonly plan: Plan
  readonly lanes: Lanes | undefined
  readonly where: string
  readonly caused: ReadonlySet<Finding>
  readonly approved: ApprovedPlan | undefined
  readonly checkout: Checkout
}

async function look(session: Session, state: State | undefined, options: PlanOptions, host: Host): Promise<Looked> {
  const asked = beginInput(session, state, options)
  const world = await openSessionWorld(session, state, options, host)
  try {
    const { clock } = session
    const basis = await asked
    const queue = createQueue({ concurrency: CONCURRENCY, clock })
    const withCounts = options.publisher !== undefined
    const at = { world, clock, modelOf: getModel, queue, signal: host.signal, withCounts }
    const { plan } = await observeAndPlan(basis, state, FRESH_RUN, at)
    const caused = await findCaused(plan, session, basis, state)
    const isFull = options.full === true
    // A refused plan cannot be applied, so nobody can approve it.
    const isOut = options.out !== undefined && plan.refusals.length === 0
    const approved = isOut ? await createApprovedPlan(plan, session, world, basis, state) : undefined
    const shown = await restoreTexts(previewPlan(plan, session, world, basis, state, isFull), session)
    return { plan: shown, lanes: world.lanes, where: world.where, caused, approved, checkout: basis.checkout }
  } finally {
    world.close()
  }
}

/** Reports the Problem that prevented a report. Returns its exit code. */
export function reportUnwritten(problem: Problem | undefined, out: Printer, now: number): ExitCode[] {
  if (problem === undefined) return []
  out.diagnostics([problem.diagnostic], now)
  return [problem.exitCode]
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
