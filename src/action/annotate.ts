import { parseAddress } from '../model/address.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { DiagnosticLine } from '../model/lines.ts'
import { advise } from '../model/remedy.ts'
import { formatAnnotations } from '../report/annotations.ts'
import type { RunReport } from '../report/run-report.ts'

/**
 * Formats a report's diagnostics as workflow commands, at the line of the spec. A failed job is an error in the run
 * that applies the plan. Reports one failure that stops several jobs only once. Does not report jobs that only wait for
 * a failed job.
 */
export function formatReportAnnotations(report: RunReport): string {
  const groups = new Map<string, DiagnosticLine[]>()
  for (const one of report.diagnostics.filter(isOwnCause)) {
    const cause = nameCause(one)
    groups.set(cause, [...(groups.get(cause) ?? []), one])
  }
  const diagnostics = [...groups.values()].map((group) => toDiagnostic(group, report))
  const lines = [formatAnnotations(diagnostics)].filter((text) => text !== '')
  // A step that fails must say why, even if the command printed no error.
  if (report.exitCode !== 0 && diagnostics.length === 0)
    lines.push(`::error::Jobwright ended with exit code ${report.exitCode}`)
  return lines.join('\n')
}

/** The annotation of a failed job also covers the jobs that wait for it. */
function isOwnCause({ code }: DiagnosticLine): boolean {
  return code !== 'PLAN_DEPENDENCY_FAILED'
}

/** Two failed calls have the same cause if AWS gave both the same answer, but for the job's name. Everything else has its own place. */
function nameCause({ code, message, address, file, line }: DiagnosticLine): string {
  if (!code.startsWith('AWS_') || address === undefined) return JSON.stringify([code, address, message, file, line])
  const { name } = parseAddress(address)
  const words = withoutRequestId(message).split(/([^A-Za-z0-9_-]+)/)
  return JSON.stringify([code, ...words.filter((word) => word !== name)])
}

/** Drops ` (request ID)` at the end of a message. */
function withoutRequestId(message: string): string {
  const at = message.endsWith(')') ? message.lastIndexOf(' (request ') : -1
  return at === -1 ? message : message.slice(0, at)
}

function toDiagnostic([first, ...others]: readonly DiagnosticLine[], { project, verb }: RunReport): Diagnostic {
  const { severity, code, message, address, hint, file, line = 1, column = 1, endLine, endColumn } = first!
  const also = others.flatMap((one) => one.address ?? [])
  const beside =
    also.length === 0 ? '' : `; the same for ${also.slice(0, 20).join(', ')}${also.length > 20 ? ', …' : ''}`
  return {
    severity: code === 'PLAN_FAILED' && verb === 'reconcile' ? 'error' : severity,
    code,
    message: `${message}${beside}`,
    address,
    ...(file !== undefined && {
      place: {
        file: project === '.' ? file : `${project}/${file}`,
        line,
        column,
        endLine: endLine ?? line,
        endColumn: endColumn ?? column,
      },
    }),
    remedies: hint === undefined ? [] : [advise(hint)],
  }
}
