import type { Address } from '../model/address.ts'
import { getExitCodes } from '../model/codes.ts'
import type { ExitCode } from '../model/exit-code.ts'
import type { DiagnosticLine, JobDetailLine, JobLine, Line, PlannedLine, SummaryLine } from '../model/lines.ts'
import { CHANGING_ACTIONS } from '../model/plan.ts'

/** What one command said, gathered from its JSON lines. */
export type RunReport = {
  /** The command's verb. */
  readonly verb: string
  /** The project's folder, relative to the top of the repository; `.` at the top. */
  readonly project: string
  readonly exitCode: ExitCode
  /** The first plan. */
  readonly planned: readonly PlannedLine[]
  /** The last known condition of each job. */
  readonly jobs: readonly (JobLine | JobDetailLine)[]
  /** How often each step was completed: `created`, `failed`. */
  readonly steps: Readonly<Record<string, number>>
  /** Each diagnostic once, with the place of its spec. */
  readonly diagnostics: readonly DiagnosticLine[]
  /** Absent if the command ended without one: it was killed, or it crashed. */
  readonly summary?: SummaryLine
}

/** Gathers a command's lines. `exitCode`: how its process ended. */
export function collectReport(
  lines: readonly Line[],
  { verb, project, exitCode }: Pick<RunReport, 'verb' | 'project' | 'exitCode'>,
): RunReport {
  const planned = lines.filter((line): line is PlannedLine => line.type === 'planned')
  const jobs = new Map<Address, JobLine>()
  const steps: Record<string, number> = {}
  for (const line of lines) {
    if (line.type === 'job') jobs.set(line.address, line)
    if (line.type === 'progress') steps[line.step] = (steps[line.step] ?? 0) + 1
  }
  const places = new Map(planned.map(({ address, file, line }) => [address, { file, line }]))
  return {
    verb,
    project,
    exitCode,
    planned,
    jobs: [...jobs.values()],
    steps,
    diagnostics: listOnce(lines.filter((line): line is DiagnosticLine => line.type === 'diagnostic')).map((one) =>
      one.file !== undefined || one.address === undefined ? one : { ...one, ...places.get(one.address) },
    ),
    summary: lines.find((line): line is SummaryLine => line.type === 'summary'),
  }
}

/** A later pass may repeat a diagnostic. */
function listOnce(diagnostics: readonly DiagnosticLine[]): DiagnosticLine[] {
  const byText = new Map(
    diagnostics.map((one) => [JSON.stringify([one.code, one.address, one.message, one.file, one.line]), one]),
  )
  return [...byText.values()]
}

/** Returns true if the plan changes something in AWS or in the state. */
export function hasPlannedChanges({ planned }: RunReport): boolean {
  return planned.some(({ action }) => CHANGING_ACTIONS.has(action))
}

/** Returns true if somebody should read the report: it changes something, or something is wrong. */
export function isNews(report: RunReport): boolean {
  return (
    report.exitCode !== 0 ||
    hasPlannedChanges(report) ||
    countNeedsPerson(report) > 0 ||
    report.diagnostics.some(({ severity }) => severity !== 'info')
  )
}

/** Counts the addresses that need a person. */
export function countNeedsPerson({ summary, diagnostics }: RunReport): number {
  return (
    summary?.needsAttention ?? new Set(diagnostics.filter(isForPerson).flatMap(({ address }) => address ?? [])).size
  )
}

/** Returns true if a diagnostic reports a finding, which only a person can clear. */
export function isForPerson({ code, address }: DiagnosticLine): boolean {
  if (address === undefined || !code.startsWith('PLAN_')) return false
  // A spec that waits for good is reported with this code.
  return code === 'PLAN_DEPENDENCY' || getExitCodes(code).some((exit) => exit === 6 || exit === 10)
}

/** Counts the plan's lines by action. */
export function countPlanned({ planned }: RunReport): Partial<Record<PlannedLine['action'], number>> {
  const counts: Partial<Record<PlannedLine['action'], number>> = {}
  for (const { action } of planned) counts[action] = (counts[action] ?? 0) + 1
  return counts
}

/** One word for why a command failed. Programs match on it. */
export type FailureReason =
  | 'usage'
  | 'changes-pending'
  | 'invalid'
  | 'credentials'
  | 'configuration'
  | 'aws'
  | 'needs-decision'
  | 'guard'
  | 'plan-changed'
  | 'state'
  | 'partial'
  | 'job-failed'
  | 'interrupted'

const REASONS: Readonly<Record<ExitCode, FailureReason | undefined>> = {
  0: undefined,
  1: 'usage',
  2: 'changes-pending',
  3: 'invalid',
  4: 'configuration',
  5: 'aws',
  6: 'needs-decision',
  7: 'guard',
  8: 'state',
  9: 'partial',
  10: 'job-failed',
  130: 'interrupted',
}

/** Returns why a command failed; undefined if it did not. */
export function getFailureReason({ exitCode, diagnostics }: RunReport): FailureReason | undefined {
  const has = (test: (code: string) => boolean): boolean => diagnostics.some(({ code }) => test(code))
  if (exitCode === 4 && has((code) => code.startsWith('AWS_'))) return 'credentials'
  if (exitCode === 8 && has((code) => code === 'PLAN_CHANGED')) return 'plan-changed'
  return REASONS[exitCode]
}
