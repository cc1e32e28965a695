import { hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import { hintLines } from '../../report/diagnostics.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatLanes } from '../../report/lanes-text.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { addShared, listBudgets, listSharedLanes, NOTHING_SHARED } from '../../session/lane-lines.ts'
import { findLanesPlace } from '../../session/lane-share.ts'
import { createPrinter } from '../../session/printer.ts'
import { assertConfig, openProject, openProjectStore, tellBy } from '../../session/project.ts'
import { systemClock } from '../../system/clock.ts'

export type LanesOptions = Pick<CommonOptions, 'output'>

/**
 * `jobwright lanes`: shows the rates, slots and daily budgets that all runs of an account share, and the daily budgets
 * of this project's state. Throws a Problem (exit 4) if Redis cannot be read.
 */
export async function showLanes(options: LanesOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  const project = tellBy(openProject(host.cwd, host.env), out)
  assertConfig(project)
  const now = systemClock.now()
  const place = findLanesPlace(project)
  const shared = place === undefined ? NOTHING_SHARED : await listSharedLanes(place)
  if ('code' in shared) throw new Problem(shared)
  const { state, diagnostics } = await openProjectStore(project, {}).read()
  out.diagnostics(diagnostics, now)
  const { lanes, slots } = shared
  const budgets = addShared(listBudgets(project, state), shared.budgets)
  for (const line of [...lanes, ...slots, ...budgets]) out.line(line)
  const table = formatLanes({ lanes, slots, budgets }, out.tableOptions(now))
  if (table !== '') out.answer(table)
  if (place === undefined) {
    const way = advise('to share them, set lanes.url in jobwright.yaml or JOBWRIGHT_LANES_URL: see docs/scale.md')
    out.answer(['no lanes are shared', ...hintLines({ remedies: [way] }, '', out.options(now))].join('\n'))
  } else if (lanes.length === 0) out.answer(`no run has used a lane at ${place.name} within the last hour`)
  const exitCode = hasErrors(diagnostics) ? 8 : 0
  out.line(
    toSummaryLine({
      counts: { lanes: lanes.length, slots: slots.length, budgets: budgets.length },
      outcomes: exitCode ? [exitCode] : [],
      exitCode,
    }),
  )
  return exitCode
}
