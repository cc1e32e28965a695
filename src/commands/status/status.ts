import { getModel } from '../../kinds/index.ts'
import { tallyOf } from '../../kinds/tally-of.ts'
import { type Address, parseAddress } from '../../model/address.ts'
import { listAddresses, openFindings } from '../../model/attention.ts'
import { chooseWorst, collectFindingExits } from '../../model/choose-exit-code.ts'
import { hasErrors, type Place } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import type { Plan, Planned } from '../../model/plan.ts'
import { Problem } from '../../model/problem.ts'
import { suggest } from '../../model/remedy.ts'
import type { Series } from '../../model/series.ts'
import { type JobRecord, recordEntries, type State } from '../../model/state.ts'
import { resolveTargetName } from '../../model/target-name.ts'
import { findConsoleUrl } from '../../plan/previews.ts'
import { formatAttention } from '../../report/attention-text.ts'
import { hintLines } from '../../report/diagnostics.ts'
import { formatJob, formatSpec } from '../../report/job-text.ts'
import { toJobDetailLine, toJobLine, toPlannedLine, toSeriesLine, toSummaryLine } from '../../report/json-lines.ts'
import { formatSeries } from '../../report/series-text.ts'
import { formatStatus } from '../../report/status-text.ts'
import { wrapText } from '../../report/width.ts'
import { formatCount } from '../../report/words.ts'
import { parseOccurrence } from '../../schedule/names.ts'
import { assertOnly } from '../../session/assert-only.ts'
import { planWithoutAws } from '../../session/attention.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { findLanesPlace } from '../../session/lane-share.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { findQueuePlace } from '../../session/queue.ts'
import { getSelector, openSession, type Session, toAttentionDiagnostic } from '../../session/session.ts'
import { waitWhileLocked } from '../../session/while-locked.ts'
import { followInSession } from './follow.ts'

export type StatusOptions = CommonOptions & {
  /** Poll recorded jobs until they are terminal, and record their statuses. */
  readonly wait?: boolean
  /** Time limit of the whole wait, in milliseconds. */
  readonly timeoutMs?: number
  /** Show whole IDs and AWS's own status words. */
  readonly wide?: boolean
  /** Set the exit codes of findings that need attention. */
  readonly exitCode?: boolean
}

/**
 * `jobwright status [ADDRESS]`: shows every recorded job, or one in full. Calls AWS only with `--wait`, which follows the jobs until they
 * are terminal and creates none.
 */
export async function showStatus(address: string | undefined, given: StatusOptions, host: Host): Promise<ExitCode> {
  const options = address === undefined ? given : { ...given, only: [address] }
  const out = createPrinter(host, options)
  // Reading the stored state needs no lock.
  const lockTimeout = options.wait ? options.lockTimeout : 0
  return waitWhileLocked({ ...options, lockTimeout }, host, out, () => showStatusOnce(address, options, host, out))
}

async function showStatusOnce(
  address: string | undefined,
  options: StatusOptions,
  host: Host,
  out: Printer,
): Promise<ExitCode> {
  const session = await openSession(options, host)
  try {
    const { state, outcomes } = options.wait
      ? await followInSession(session, options, host, out)
      : await openStored(session, options, out)
    const plan = outcomes.includes(8) ? undefined : await createPlan(state, session, options)
    if (out.json) await reportLanes(session, state, options, out)
    const exitCode = report(state, outcomes, address, session, options, out, plan)
    const isEmpty = exitCode === 0 && Object.keys(state?.records ?? {}).length === 0
    if (isEmpty && !options.emulator) await pointToEmulator(session, out)
    return exitCode
  } finally {
    out.settle()
    await session.close()
  }
}

async function openStored(
  session: Session,
  options: StatusOptions,
  out: Printer,
): Promise<{ state: State | undefined; outcomes: readonly ExitCode[] }> {
  const { state, diagnostics } = await openProjectStore(session.project, options).read()
  out.diagnostics(diagnostics, session.clock.now())
  if (hasErrors(diagnostics)) return { state, outcomes: [8] }
  assertOnly(options, session.loaded, state)
  return { state, outcomes: [] }
}

/** Reports what the runs of an account share, if they do. */
async function reportLanes(
  { project, clock }: Session,
  state: State | undefined,
  options: StatusOptions,
  out: Printer,
): Promise<void> {
  if (options.emulator) return
  const [sharedAt, queueAt] = [findLanesPlace(project), findQueuePlace(project)]
  if (sharedAt === undefined && queueAt === undefined) return
  const { addShared, listBudgets, listQueues, listSharedLanes, NOTHING_SHARED } = await import(
    '../../session/lane-lines.ts'
  )
  const shared = sharedAt ? await listSharedLanes(sharedAt) : NOTHING_SHARED
  const tasks = queueAt ? await listQueues(queueAt) : { queues: [] }
  for (const one of [shared, tasks]) if ('code' in one) out.diagnostics([{ ...one, severity: 'warning' }], clock.now())
  const { lanes, slots, budgets } = 'code' in shared ? NOTHING_SHARED : shared
  const queues = 'code' in tasks ? [] : tasks.queues
  for (const line of [...lanes, ...slots, ...queues, ...addShared(listBudgets(project, state), budgets)]) out.line(line)
}

/** Points users who tried the emulator first to its jobs. */
async function pointToEmulator(session: Session, out: Printer): Promise<void> {
  const { state } = await openProjectStore(session.project, { emulator: true }).read()
  const count = Object.keys(state?.records ?? {}).length
  if (count === 0) return
  const remedies = [suggest(`${formatCount(count, 'job')} on record of the emulator`, 'status', '--emulator')]
  out.answer(hintLines({ remedies }, '', out.options(session.clock.now())).join('\n'))
}

function report(
  state: State | undefined,
  outcomes: readonly ExitCode[],
  address: string | undefined,
  session: Session,
  options: StatusOptions,
  out: Printer,
  plan: Plan | undefined,
): ExitCode {
  const now = session.clock.now()
  const labels = new Map(session.loaded.specs.map((spec) => [spec.address, spec.labels]))
  const only = getSelector(session, options)
  const chosen = recordEntries(state?.records).filter(([one]) => only === undefined || only(one, labels.get(one) ?? {}))
  const planned = plan?.actions.filter((one) => state?.records[one.address] === undefined) ?? []
  const targets = indexTargets(session, chosen)
  // Without a state, the findings are unknown.
  const findings = state === undefined ? undefined : plan?.findings
  const single = address === undefined ? undefined : chosen.find(([one]) => one === address)
  for (const [one, record] of chosen) {
    const target = targets?.get(one)
    out.line(single ? toJobDetailLine(one, record, target) : toJobLine(one, record, target))
  }
  for (const one of planned) out.line(toPlannedLine(one))
  if (options.exitCode) out.diagnostics(openFindings(findings).map(toAttentionDiagnostic), now)
  // An unreadable state may hold records, so do not say that there are none.
  if (!outcomes.includes(8) || chosen.length > 0) {
    const order = [...session.loaded.specs, ...session.loaded.blocked].map((one) => one.address)
    const [alone] = address === undefined ? [] : planned
    out.answer(
      single
        ? formatJob(...single, out.options(now), {
            notes: state?.attention?.[single[0]],
            target: targets?.get(single[0]),
            tallyOf,
            consoleUrl: consoleOf(...single),
            findings: findings?.filter((one) => one.address === single[0]),
          })
        : alone
          ? formatSpec(
              addWayOut(alone),
              findPlace(alone, session),
              out.options(now),
              targets?.get(alone.address),
              findings?.filter((one) => one.address === alone.address),
            )
          : formatStatus(Object.fromEntries(chosen), order, out.tableOptions(now), {
              planned,
              findings,
              targets,
              isWide: options.wide,
              tallyOf,
              consoleOf,
            }),
    )
    if (state === undefined && planned.length > 0 && !options.emulator) out.answer(describeStateless(out, now))
  }
  reportSeries(state, address, only, out)
  const attention = formatAttention(findings)
  if (attention !== undefined) out.answer(wrapText(attention, out.tableOptions(now).width).join('\n'))
  const all = options.exitCode ? [...outcomes, ...collectFindingExits(findings)] : outcomes
  const exitCode = chooseWorst(all)
  const needsAttention = findings && listAddresses(openFindings(findings)).length
  out.line(toSummaryLine({ counts: countConditions(chosen), outcomes: all, needsAttention, exitCode }))
  return exitCode
}

function consoleOf(address: Address, { site, request }: JobRecord): string | undefined {
  return findConsoleUrl(getModel(parseAddress(address).kind), site, request)
}

/** Reports runs that were skipped or forgotten: they have no record. */
function reportSeries(
  { series = {} }: Partial<State> = {},
  address: string | undefined,
  only: ReturnType<typeof getSelector>,
  out: Printer,
): void {
  const all = Object.entries(series) as [Address, Series][]
  const shown = all.filter(([one]) => only === undefined || only(one, {}))
  for (const [one, own] of shown) out.line(toSeriesLine(one, own))
  const lines = shown.flatMap(([one, own]) => formatSeries(one, own, one === address))
  if (lines.length > 0) out.answer(['', ...lines].join('\n'))
}

/** Adds the remedy to an invalid spec. The plan leaves that to the diagnostics. */
function addWayOut(planned: Planned): Planned {
  if (planned.code !== 'PLAN_INVALID' || planned.remedies?.length) return planned
  return { ...planned, remedies: [suggest('see its errors', 'validate')] }
}

/** Without records, `new` does not imply that a job never ran. */
function describeStateless(out: Printer, now: number): string {
  const remedies = [suggest('no state is stored, so what ran before is not known; see what to do', 'plan', '--offline')]
  return hintLines({ remedies }, '', out.options(now)).join('\n')
}

/** Returns the target of each spec, and of each run of a schedule. Undefined if jobwright.yaml names no targets. */
function indexTargets(
  { project: { config }, loaded }: Session,
  records: readonly (readonly [Address, JobRecord])[],
): ReadonlyMap<Address, string> | undefined {
  if (Object.keys(config.targets).length === 0) return undefined
  const specs = [...loaded.specs, ...loaded.blocked.flatMap(({ spec }) => spec ?? [])]
  const targets = new Map<Address, string>(
    specs.flatMap(({ address, policy }) => {
      const name = resolveTargetName(policy.target, config)
      return name === undefined ? [] : [[address, name]]
    }),
  )
  for (const [address] of records) {
    const name = targets.get(parseOccurrence(address)?.series ?? address)
    if (name !== undefined) targets.set(address, name)
  }
  return targets
}

function findPlace({ address }: Planned, { loaded }: Session): Place | undefined {
  return [...loaded.specs, ...loaded.blocked].find((one) => one.address === address)?.place
}

/** Plans the selected specs and findings. Undefined if the state does not allow that. */
async function createPlan(
  state: State | undefined,
  session: Session,
  options: StatusOptions,
): Promise<Plan | undefined> {
  try {
    return await planWithoutAws(session, state, options)
  } catch (error) {
    // A state of a newer version can be shown, although this version cannot plan from it.
    if (error instanceof Problem && !options.exitCode) return undefined
    throw error
  }
}

function countConditions(records: readonly (readonly [Address, JobRecord])[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [, { condition, stage }] of records) {
    const key = condition?.type ?? stage
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
