<<<<<<< HEAD
import type { BudgetLine, LaneLine, QueueLine } from '../model/lines.ts'
=======
import type { BudgetLine, LaneLine, SlotsLine } from '../model/lines.ts'
>>>>>>> main
import { escapeForTerminal } from './escape.ts'
import type { ReportOptions } from './options.ts'
import { type Cell, formatTable } from './table.ts'

<<<<<<< HEAD
/** Formats shared lanes, the tasks for workers, and daily budgets as a table each. */
export function formatLanes(
  {
    lanes,
    queues,
    budgets,
  }: {
    readonly lanes: readonly LaneLine[]
    readonly queues: readonly QueueLine[]
    readonly budgets: readonly BudgetLine[]
  },
  options: ReportOptions,
): string {
=======
/** What runs share, and the budgets of a state. */
export type ShownLanes = {
  readonly lanes: readonly LaneLine[]
  readonly slots: readonly SlotsLine[]
  readonly budgets: readonly BudgetLine[]
}

/** Formats shared lanes, slots and daily budgets as a table each. */
export function formatLanes({ lanes, slots, budgets }: ShownLanes, options: ReportOptions): string {
>>>>>>> main
  const rates = lanes.map(({ name, rate, perSecond, peers = 0, waiting, throttled, sent }) => [
    name,
    `${rate}/s`,
    `${perSecond}/s`,
    ...[peers, waiting, throttled, sent].map(String),
  ])
<<<<<<< HEAD
  const days = budgets.map(({ name, day, used, perDay }) => [name, day, `${used} of ${perDay}`])
  const tasks = queues.map(({ name, workers, waiting, active, done, failed, refused }) => [
    name,
    ...[workers, waiting, active, done, failed, refused].map(String),
  ])
  return [
    formatWithHead(['LANE', 'RATE', 'LIMIT', 'PEERS', 'QUEUE', 'THROTTLES', 'SENT'], rates, options),
    formatWithHead(['LANE', 'WORKERS', 'WAITING', 'ACTIVE', 'DONE', 'FAILED', 'REFUSED'], tasks, options),
    formatWithHead(['BUDGET', 'DAY (UTC)', 'CREATES'], days, options),
=======
  const places = slots.map(({ name, taken, max, peers }) => [name, `${taken} of ${max}`, String(peers)])
  const isShared = budgets.some(({ taken }) => taken !== undefined)
  const days = budgets.map(({ name, day, used, perDay, taken, peers }) => [
    name,
    day,
    `${used} of ${perDay}`,
    ...(isShared ? [taken === undefined ? '' : `${taken} of ${perDay}`, String(peers ?? '')] : []),
  ])
  return [
    formatWithHead(['LANE', 'RATE', 'LIMIT', 'PEERS', 'QUEUE', 'THROTTLES', 'SENT'], rates, options),
    formatWithHead(['SLOTS', 'TAKEN', 'PEERS'], places, options),
    formatWithHead(['BUDGET', 'DAY (UTC)', 'CREATES', ...(isShared ? ['ALL STATES', 'PEERS'] : [])], days, options),
>>>>>>> main
  ]
    .filter((table) => table !== '')
    .join('\n\n')
}

function formatWithHead(head: readonly string[], rows: readonly (readonly string[])[], options: ReportOptions): string {
  if (rows.length === 0) return ''
  const cells: Cell[][] = rows.map((row) => row.map((text) => ({ text: escapeForTerminal(text) })))
  const top = head.map((text): Cell => ({ text, style: 'dim' }))
  return formatTable(
    [top, ...cells],
    head.map(() => 80),
    options,
  ).join('\n')
}
