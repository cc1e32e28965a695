import type { Lanes } from '../aws/lanes.ts'
import { MODELS } from '../kinds/index.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { BudgetLine, LaneLine, QueueLine, SlotsLine } from '../model/lines.ts'
import type { RedisPlace } from '../model/redis-place.ts'
import type { State } from '../model/state.ts'
import { systemClock } from '../system/clock.ts'
import { diagnoseTrouble } from './lane-share.ts'
import type { Project } from './project.ts'
import { diagnoseQueue } from './queue.ts'
import { getDailyLimit } from './session.ts'

/** Lists the lanes of a run, with its own requests. */
export function listLanes(lanes: Lanes | undefined): LaneLine[] {
  return (lanes?.all() ?? []).map((lane) => toLaneLine(lane.key, { ...lane.figures(), ...lane.limit }))
}

/** Lists the budgets of the current or last day on which the state counts creates. */
export function listBudgets(project: Pick<Project, 'config'>, state: State | undefined): BudgetLine[] {
  return Object.entries(state?.budgets ?? {}).flatMap(([name, { day, used }]) => {
    const model = MODELS.find(({ service }) => name.endsWith(`/${service}`))
    const perDay = model && getDailyLimit(model, project)
    return perDay === undefined ? [] : [{ v: 1, type: 'budget', name, day, used, perDay }]
  })
}

/** What all runs share at a place, with the requests and jobs of all. */
export type SharedLines = {
  readonly lanes: readonly LaneLine[]
  readonly slots: readonly SlotsLine[]
  readonly budgets: readonly BudgetLine[]
}

/** Without a place, nothing is shared. */
export const NOTHING_SHARED: SharedLines = { lanes: [], slots: [], budgets: [] }

/** Lists what all runs share at a place; or why it cannot be read. */
export async function listSharedLanes(place: RedisPlace): Promise<SharedLines | Diagnostic> {
  const { readLanes } = await import('../redis/read-lanes.ts')
  const read = await readLanes(place, systemClock)
  if ('trouble' in read) return diagnoseTrouble(place, read.trouble)
  const { lanes, quotas } = read.value
  const day = new Date(systemClock.now()).toISOString().slice(0, 10)
  const named = (prefix: string) =>
    quotas.flatMap(({ name, figures }) =>
      name.startsWith(prefix) ? { name: name.slice(prefix.length), ...figures } : [],
    )
  return {
    lanes: lanes.map(({ name, figures }) => toLaneLine(name, figures)),
    slots: named('slots:').map(({ name, taken, max, peers }) => ({ v: 1, type: 'slots', name, taken, max, peers })),
    budgets: named('budget:').map(({ name, taken, max, peers }) => ({
      v: 1,
      type: 'budget',
      name,
      day,
      used: 0,
      perDay: max,
      taken,
      peers,
    })),
  }
}

/** Adds to the budgets of a state what other states take of them. */
export function addShared(own: readonly BudgetLine[], shared: readonly BudgetLine[]): BudgetLine[] {
  const isSame = (a: BudgetLine, b: BudgetLine): boolean => a.name === b.name && a.day === b.day
  return [
    ...own.map((line) => {
      const found = shared.find((one) => isSame(one, line))
      return found ? { ...found, ...line, perDay: Math.min(line.perDay, found.perDay) } : line
    }),
    ...shared.filter((line) => !own.some((one) => isSame(one, line))),
  ]
}

/** What the Redis of the workers shows, and how many workers there are and serve no lane. */
export type QueueLines = { readonly queues: readonly QueueLine[]; readonly workers: number; readonly idle: number }

/** Lists the tasks of each lane with its workers; or why the queue cannot be read. */
export async function listQueues(place: RedisPlace): Promise<QueueLines | Diagnostic> {
  const { readQueues } = await import('../workers/read-queues.ts')
  const read = await readQueues(place, systemClock)
  if ('trouble' in read) return diagnoseQueue(place, read.trouble)
  const { lanes, workers, idle } = read.value
  return { queues: lanes.map(({ lane, ...tasks }) => ({ v: 1, type: 'queue', name: lane, ...tasks })), workers, idle }
}

function toLaneLine(
  name: string,
  { perSecond, rate, sent, throttled, waiting, peers }: Omit<LaneLine, 'v' | 'type' | 'name'>,
): LaneLine {
  const rounded = Math.round(rate * 100) / 100
  return { v: 1, type: 'lane', name, perSecond, rate: rounded, sent, throttled, waiting, ...(peers && { peers }) }
}
