import { hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import type { Upcoming } from '../../plan/series/upcoming.ts'
import { escapeForTerminal } from '../../report/escape.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatTable } from '../../report/table.ts'
import { formatUntil } from '../../report/time.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createPrinter } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { assertSeries } from '../../session/series-address.ts'
import { openSession } from '../../session/session.ts'
import { findUpcoming, toNextLines } from '../../session/upcoming.ts'

export type NextOptions = CommonOptions & {
  /** How many runs of each schedule to show. */
  readonly count?: number
  /** Exit with 2 if a run is due now. */
  readonly exitCode?: boolean
}

/** `jobwright next`: shows when the next run of each schedule is due, from specs and state alone. */
export async function showNext(addresses: readonly string[], options: NextOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  const session = await openSession(options, host)
  try {
    const now = session.clock.now()
    const { state, diagnostics } = await openProjectStore(session.project, options).read()
    out.diagnostics(diagnostics, now)
    if (hasErrors(diagnostics)) {
      out.line(toSummaryLine({ counts: {}, outcomes: [8], exitCode: 8 }))
      return 8
    }
    const asked = addresses.map((address) => assertSeries(address, session, state, 'next'))
    const found = findUpcoming(session, state, options, options.count ?? 1, asked)
    const lines = found.flatMap((one) => toNextLines(one, options.count ?? 1)).sort((a, b) => (a.at < b.at ? -1 : 1))
    for (const line of lines) out.line(line)
    const rows = lines.map((line) => [
      { text: escapeForTerminal(line.address) },
      { text: escapeForTerminal(line.local) },
      { text: line.due ? 'due now' : formatUntil(line.at, now) },
    ])
    const ended = found.filter(({ due, next }) => due.length + next.length === 0).map((one) => describeNone(one))
    const text = [...formatTable(rows, [60, 60, 60], out.options(now)), ...ended]
    out.answer(text.join('\n') || 'no spec has a schedule')
    const due = lines.filter((line) => line.due).length
    const exitCode = options.exitCode && due > 0 ? 2 : 0
    const nextAt = lines.find((line) => !line.due)?.at
    out.line(
      toSummaryLine({
        counts: { due, next: lines.length - due },
        outcomes: exitCode ? [exitCode] : [],
        nextAt,
        exitCode,
      }),
    )
    return exitCode
  } finally {
    await session.close()
  }
}

function describeNone({ spec }: Upcoming): string {
  const why = spec.policy.hold ? 'on hold: its runs are skipped' : 'its schedule has ended'
  return `  ${escapeForTerminal(spec.address)}  ${why}`
}
