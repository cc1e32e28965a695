import { hasErrors } from '../../model/diagnostic.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import type { RedisPlace } from '../../model/redis-place.ts'
import { advise, suggest } from '../../model/remedy.ts'
import { hintLines } from '../../report/diagnostics.ts'
import { toSummaryLine } from '../../report/json-lines.ts'
import { formatLanes } from '../../report/lanes-text.ts'
import { formatCount } from '../../report/words.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import {
  addShared,
  listBudgets,
  listQueues,
  listSharedLanes,
  NOTHING_SHARED,
  type QueueLines,
} from '../../session/lane-lines.ts'
import { findLanesPlace } from '../../session/lane-share.ts'
import { createPrinter, type Printer } from '../../session/printer.ts'
import { assertConfig, openProject, openProjectStore, tellBy } from '../../session/project.ts'
import { findQueuePlace } from '../../session/queue.ts'
import { systemClock } from '../../system/clock.ts'

export type LanesOptions = Pick<CommonOptions, 'output'>

/** What each Redis shows. Undefined: the project names none. */
type Shown = {
  readonly shared: { readonly place: RedisPlace; readonly count: number } | undefined
  readonly queue: ({ readonly place: RedisPlace } & QueueLines) | undefined
}

/**
 * `jobwright lanes`: shows the rates, slots and daily budgets that all runs of an account share, what workers do, and the daily budgets
 * of this project's state. Throws a Problem (exit 4) if Redis cannot be read.
 */
export async function showLanes(options: LanesOptions, host: Host): Promise<ExitCode> {
  const out = createPrinter(host, options)
  const project = tellBy(openProject(host.cwd, host.env), out)
  assertConfig(project)
  const now = systemClock.now()
  const [sharedAt, queueAt] = [findLanesPlace(project), findQueuePlace(project)]
  const found = sharedAt === undefined ? NOTHING_SHARED : await listSharedLanes(sharedAt)
  if ('code' in found) throw new Problem(found)
  const tasks = queueAt === undefined ? { queues: [], workers: 0, idle: 0 } : await listQueues(queueAt)
  if ('code' in tasks) throw new Problem(tasks)
  const { lanes, slots } = found
  const { queues } = tasks
  const { state, diagnostics } = await openProjectStore(project, {}).read()
  out.diagnostics(diagnostics, now)
  const budgets = addShared(listBudgets(project, state), found.budgets)
  for (const line of [...lanes, ...slots, ...queues, ...budgets]) out.line(line)
  const table = formatLanes({ lanes, slots, queues, budgets }, out.tableOptions(now))
  if (table !== '') out.answer(table)
  const shared = sharedAt && { place: sharedAt, count: lanes.length }
  explain({ shared, queue: queueAt && { place: queueAt, ...tasks } }, out, now)
  const exitCode = hasErrors(diagnostics) ? 8 : 0
  const counts = {
    lanes: lanes.length,
    slots: slots.length,
    budgets: budgets.length,
    ...(queueAt && { queues: queues.length, workers: tasks.workers }),
  }
  out.line(toSummaryLine({ counts, outcomes: exitCode ? [exitCode] : [], exitCode }))
  return exitCode
}

/** Says what the tables do not show. */
function explain({ shared, queue }: Shown, out: Printer, now: number): void {
  if (shared === undefined && queue === undefined) {
    const way = advise('to share them, set lanes.url in jobwright.yaml or JOBWRIGHT_LANES_URL: see docs/scale.md')
    out.answer(['no lanes are shared', ...hintLines({ remedies: [way] }, '', out.options(now))].join('\n'))
  } else if (shared?.count === 0) out.answer(`no run has used a lane at ${shared.place.name} within the last hour`)
  if (queue === undefined) return
  const { place, queues, workers, idle } = queue
  if (queues.length === 0) out.answer(`no run has had a call for workers at ${place.name} within the last day`)
  const lines = [
    `${formatCount(workers, 'worker')} at ${place.name}${idle > 0 ? `; ${idle} ${idle === 1 ? 'serves' : 'serve'} no lane` : ''}`,
  ]
  if (workers === 0 || queues.some((one) => one.workers === 0)) {
    const way = suggest('start a worker that has the credentials of the account, and the key of the runs', 'worker')
    lines.push(...hintLines({ remedies: [way] }, '', out.options(now)))
  }
  out.answer(lines.join('\n'))
}
