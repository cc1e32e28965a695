import type { BudgetLine, LaneLine, QueueLine, SlotsLine } from '../model/lines.ts'
import { escapeForTerminal } from './escape.ts'
import type { ReportOptions } from './options.ts'
import { type Cell, formatTable } from './table.ts'

/** What runs share, the tasks for workers, and the budgets of a state. */
export type ShownLanes = {
  readonly lanes: readonly LaneLine[]
  readonly slots: readonly SlotsLine[]
  readonly queues: readonly QueueLine[]
  readonly budgets: readonly BudgetLine[]
}

/** Formats shared lanes, slots, the tasks for workers, and daily budgets as a table each. */
export function formatLanes({ lanes, slots, queues, budgets }: ShownLanes, options: ReportOptions): string {
  const rates = lanes.map(({ name, rate, perSecond, peers = 0, waiting, throttled, sent }) => [
    name,
    `${rate}/s`,
    `${perSecond}/s`,
    ...[peers, waiting, throttled, sent].map(String),
  ])
  const places = slots.map(({ name, taken, max, peers }) => [name, `${taken} of ${max}`, String(peers)])
  const tasks = queues.map(({ name, workers, waiting, active, done, failed, refused }) => [
    name,
    ...[workers, waiting, active, done, failed, refused].map(String),
  ])
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
    formatWithHead(['LANE', 'WORKERS', 'QUEUE', 'ACTIVE', 'DONE', 'ERRORS', 'REFUSED'], tasks, options),
    formatWithHead(['BUDGET', 'DAY (UTC)', 'CREATES', ...(isShared ? ['ALL STATES', 'PEERS'] : [])], days, options),
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
