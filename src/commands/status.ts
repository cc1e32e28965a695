import type { Address } from '../model/address.ts'
import { addressesOf, type Finding, openFindings } from '../model/attention.ts'
import { hasErrors } from '../model/diagnostic.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { exitsOfFindings, worst } from '../model/exit-rules.ts'
import { Problem } from '../model/problem.ts'
import { suggest } from '../model/remedy.ts'
import { type JobRecord, recordEntries, type State } from '../model/state.ts'
import { attentionText } from '../report/attention-text.ts'
import { hintLines } from '../report/diagnostics.ts'
import { jobText } from '../report/job-text.ts'
import { jobDetailLine, jobLine, summaryLine } from '../report/json-lines.ts'
import { statusText } from '../report/status-text.ts'
import { counted } from '../report/words.ts'
import { planWithoutAws } from './attention.ts'
import { followIn } from './follow.ts'
import { assertOnly } from './only.ts'
import type { CommonOptions, Host } from './options.ts'
import { type Printer, printer } from './printer.ts'
import { storeOf } from './project.ts'
import { attentionDiagnostic, openSession, type Session, selectorOf } from './session.ts'

export type StatusOptions = CommonOptions & {
  /** Read the jobs on record until they are over, and write their statuses down. */
  readonly wait?: boolean
  /** Milliseconds for the whole of `wait`. */
  readonly timeoutMs?: number
  /** End with the exit codes of what needs a person. */
  readonly exitCode?: boolean
}

/**
 * `jobwright status [ADDRESS]`: every job as the state has it, or one in full. Asks nothing of AWS but with `--wait`, which follows the jobs
 * to their end and creates none.
 */
export async function status(address: string | undefined, given: StatusOptions, host: Host): Promise<ExitCode> {
  const options = address === undefined ? given : { ...given, only: [address] }
  const out = printer(host, options)
  const session = await openSession(options, host)
  try {
    const { state, outcomes } = options.wait
      ? await followIn(session, options, host, out)
      : await stored(session, options, out)
    const findings = await findingsOf(state, session, options)
    const exitCode = report(state, outcomes, address, session, options, out, findings)
    const isEmpty = exitCode === 0 && Object.keys(state?.records ?? {}).length === 0
    if (isEmpty && !options.emulator) await pointToEmulator(session, out)
    return exitCode
  } finally {
    out.settle()
    await session.close()
  }
}

async function stored(
  session: Session,
  options: StatusOptions,
  out: Printer,
): Promise<{ state: State | undefined; outcomes: readonly ExitCode[] }> {
  const { state, diagnostics } = await storeOf(session.project, options).read()
  out.diagnostics(diagnostics, session.clock.now())
  if (hasErrors(diagnostics)) return { state, outcomes: [8] }
  assertOnly(options, session.loaded, state)
  return { state, outcomes: [] }
}

/** Whoever tried the emulator first looks for its jobs here. */
async function pointToEmulator(session: Session, out: Printer): Promise<void> {
  const { state } = await storeOf(session.project, { emulator: true }).read()
  const count = Object.keys(state?.records ?? {}).length
  if (count === 0) return
  const remedies = [suggest(`${counted(count, 'job')} on record of the emulator`, 'status', '--emulator')]
  out.text(hintLines({ remedies }, '', out.options(session.clock.now())).join('\n'))
}

function report(
  state: State | undefined,
  outcomes: readonly ExitCode[],
  address: string | undefined,
  session: Session,
  options: StatusOptions,
  out: Printer,
  findings: readonly Finding[] | undefined,
): ExitCode {
  const now = session.clock.now()
  const labels = new Map(session.loaded.specs.map((spec) => [spec.address, spec.labels]))
  const only = selectorOf(session, options)
  const chosen = recordEntries(state?.records).filter(([one]) => only === undefined || only(one, labels.get(one) ?? {}))
  const single = address === undefined ? undefined : chosen.find(([one]) => one === address)
  for (const [one, record] of chosen) out.line(single ? jobDetailLine(one, record) : jobLine(one, record))
  if (options.exitCode) out.diagnostics(openFindings(findings).map(attentionDiagnostic), now)
  // Of a state that cannot be read it would be untrue that nothing is on record.
  if (!outcomes.includes(8) || chosen.length > 0) {
    const order = [...labels.keys()]
    out.text(
      single
        ? jobText(...single, out.options(now), state?.attention?.[single[0]])
        : statusText(Object.fromEntries(chosen), order, out.tableOptions(now)),
    )
  }
  const attention = attentionText(findings)
  if (attention !== undefined) out.text(attention)
  const all = options.exitCode ? [...outcomes, ...exitsOfFindings(findings)] : outcomes
  const exitCode = worst(all)
  const needsAttention = findings && addressesOf(openFindings(findings)).length
  out.line(summaryLine({ counts: countConditions(chosen), outcomes: all, needsAttention, exitCode }))
  return exitCode
}

/** What needs a person, of the specs that were asked for. Undefined where the state cannot tell. */
async function findingsOf(
  state: State | undefined,
  session: Session,
  options: StatusOptions,
): Promise<readonly Finding[] | undefined> {
  if (state === undefined) return undefined
  try {
    return (await planWithoutAws(session, state, options)).findings
  } catch (error) {
    // A state of a newer version can be shown, although what it asks for is not known here.
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
