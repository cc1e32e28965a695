import type { Address } from '../model/address.ts'
import { hasErrors } from '../model/diagnostic.ts'
import type { ExitCode } from '../model/exit-code.ts'
import type { JobRecord } from '../model/state.ts'
import { jobLine, summaryLine } from '../report/json-lines.ts'
import { statusText } from '../report/status-text.ts'
import { assertOnly } from './only.ts'
import { type CommonOptions, type Host, selector } from './options.ts'
import { printer } from './printer.ts'
import { storeOf } from './project.ts'
import { openSession } from './session.ts'

/** `jobwright status`: every job as the state has it. Asks nothing of AWS; `reconcile` is what reads statuses and writes them down. */
export async function status(options: CommonOptions, host: Host): Promise<ExitCode> {
  const out = printer(host, options.output)
  const session = await openSession(options, host)
  const now = session.clock.now()
  await session.close()
  const stored = await storeOf(session.project, options).read()
  out.diagnostics(stored.diagnostics, now)
  const isUnread = hasErrors(stored.diagnostics)
  if (!isUnread) assertOnly(options, session.loaded, stored.state)
  const labels = new Map(session.loaded.specs.map((spec) => [spec.address, spec.labels]))
  const only = selector(options)
  const all = Object.entries(stored.state?.records ?? {}) as [Address, JobRecord][]
  const chosen = all.filter(([address]) => only === undefined || only(address, labels.get(address) ?? {}))
  for (const [address, record] of chosen) out.line(jobLine(address, record))
  // Of a state that cannot be read it would be untrue that nothing is on record.
  if (!isUnread || chosen.length > 0)
    out.text(statusText(Object.fromEntries(chosen), [...labels.keys()], out.options(now)))
  const exitCode: ExitCode = isUnread ? 8 : 0
  out.line(summaryLine({ counts: countConditions(chosen), outcomes: exitCode ? [exitCode] : [], exitCode }))
  return exitCode
}

function countConditions(records: readonly (readonly [Address, JobRecord])[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [, { condition, stage }] of records) {
    const key = condition?.type ?? stage
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
