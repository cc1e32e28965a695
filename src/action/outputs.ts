import {
  countNeedsPerson,
  countPlanned,
  getFailureReason,
  hasPlannedChanges,
  type RunReport,
} from '../report/run-report.ts'

/** A project of the repository, as a leg of a matrix. */
export type ProjectLeg = {
  /** A unique name of letters, digits and hyphens. */
  readonly name: string
  /** Relative to the top of the repository; `.` at the top. */
  readonly folder: string
}

/** Lists the outputs of a command by name. All are texts; action.yml says how to read them. */
export function listOutputs(report: RunReport, planFile: string | undefined): Record<string, string> {
  return {
    changes: String(hasPlannedChanges(report)),
    'to-create': String(countPlanned(report).create ?? 0),
    'exit-code': String(report.exitCode),
    'failure-reason': getFailureReason(report) ?? '',
    'needs-attention': String(countNeedsPerson(report)),
    'plan-file': planFile ?? '',
    counts: JSON.stringify(report.summary?.counts ?? {}),
  }
}

/** Formats outputs for the runner's file. `delimiter`: a text that occurs in no value. */
export function formatOutputs(outputs: Readonly<Record<string, string>>, delimiter: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
    .join('')
}
