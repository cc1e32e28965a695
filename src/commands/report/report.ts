import type { ExitCode } from '../../model/exit-code.ts'
import type { Line } from '../../model/lines.ts'
import { Problem } from '../../model/problem.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { formatCount } from '../../report/words.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createPublisher } from '../../session/page/publisher.ts'
import { assertReportPlace, writeReport } from '../../session/page/report-file.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { openSession } from '../../session/session.ts'
import { planInSession } from '../plan/plan.ts'

export type ReportOptions = CommonOptions & {
  /** Where to write the page. Default: `report.html`. */
  readonly out?: string
}

/**
 * `jobwright report`: plans as `plan` does, and writes a page that shows the plan and every job. `--output json` prints the lines of the
 * page. If the plan fails, the page shows the stored state. The exit code is that of the plan.
 */
export async function reportCommand(
  { out: file = 'report.html', ...options }: ReportOptions,
  host: Host,
): Promise<ExitCode> {
  assertReportPlace(file, '--out', host)
  const out = createPrinter(host, options)
  let lines: readonly Line[] = []
  const publisher = createPublisher('report', options, host, async (collected) => {
    lines = collected
  })
  const session = await openSession(options, host)
  let exitCode: ExitCode
  try {
    const plan = await planInSession(session, { ...options, publisher }, host, createQuiet(options, host))
    exitCode = plan.exitCode
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    createQuiet(options, host).diagnostics([error.diagnostic], session.clock.now())
    await publisher.fail(error, session)
    exitCode = error.exitCode
  } finally {
    await session.close()
  }
  await writeReport(file, lines, host)
  for (const line of lines) out.line(line)
  const jobs = lines.filter(({ type }) => type === 'job').length
  out.text(`Wrote ${escapeForTerminal(file)}: ${formatCount(jobs, 'job')}`)
  return exitCode
}

/** Creates a printer for the people who wait: it prints diagnostics as text and nothing else. */
function createQuiet({ output, emulator }: CommonOptions, host: Host): Printer {
  const stdout = output === 'json' ? host.stderr : host.stdout
  return { ...createPrinter({ ...host, stdout }, { output: 'text', emulator }), plan: () => {}, line: () => {} }
}
