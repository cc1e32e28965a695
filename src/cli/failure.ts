import type { ExitCode } from '../model/exit-code.ts'
import { Problem } from '../model/problem.ts'
import type { Remedy } from '../model/remedy.ts'
import { escapeForWorkflowLog } from '../report/escape.ts'
import { formatJsonLine, toDiagnosticLine, toSummaryLine } from '../report/json-lines.ts'
import { formatHint } from '../report/remedies.ts'
import type { Host } from '../session/host.ts'
import { createPrinter } from '../session/printer.ts'

/** Prints why a command failed and returns the exit code. A Problem is printed with its remedies, anything else as a bug. */
export function reportFailure(
  error: unknown,
  host: Host,
  interrupted: boolean,
  form: 'text' | 'json' | 'github' | 'sarif',
  emulator = false,
): ExitCode {
  // Code hosts need a complete document or none.
  const forCodeHost = form === 'github' || form === 'sarif'
  const out = createPrinter(forCodeHost ? { ...host, stdout: host.stderr } : host, {
    output: form === 'json' ? 'json' : 'text',
    emulator,
  })
  const exitCode = chooseExitCode(error, interrupted)
  if (error instanceof Problem) out.diagnostics([error.diagnostic], Date.now())
  else if (exitCode === 130) host.stderr.write('interrupted; the state is safe\n')
  else {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    host.stderr.write(`${escapeForWorkflowLog(what, { lines: true })}\n`)
    host.stderr.write(
      'This is a bug in Jobwright, not in your specs. The state is as it was last recorded; running again is safe.\n',
    )
  }
  out.line(toSummaryLine({ counts: {}, outcomes: [exitCode], exitCode }))
  return exitCode
}

/** Ends a command that was called with unknown options. The error is already printed; this prints the remedies and the JSON lines. */
export function reportMisuse(message: string, remedies: readonly Remedy[], host: Host, json: boolean): ExitCode {
  const hint = formatHint(remedies)
  if (hint !== undefined) host.stderr.write(`${escapeForWorkflowLog(`hint: ${hint}`)}\n`)
  if (!json) return 1
  const said = message.replace(/^error: /, '')
  const diagnostic = { severity: 'error', code: 'USAGE', message: said, remedies } as const
  const lines = [toDiagnosticLine(diagnostic), toSummaryLine({ counts: {}, outcomes: [1], exitCode: 1 })]
  for (const line of lines) host.stdout.write(`${formatJsonLine(line)}\n`)
  return 1
}

function chooseExitCode(error: unknown, interrupted: boolean): ExitCode {
  if (error instanceof Problem) return error.exitCode
  return interrupted ? 130 : 1
}
