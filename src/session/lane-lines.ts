import type { Lanes } from '../aws/lanes.ts'
import { MODELS } from '../kinds/index.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { BudgetLine, LaneLine, QueueLine } from '../model/lines.ts'
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

/** Lists the lanes that all runs share at a place, with the requests of all; or why it cannot be read. */
export async function listSharedLanes(place: RedisPlace): Promise<readonly LaneLine[] | Diagnostic> {
  const { readLanes } = await import('../redis/read-lanes.ts')
  const read = await readLanes(place, systemClock)
  if ('trouble' in read) return diagnoseTrouble(place, read.trouble)
  return read.value.map(({ name, figures }) => toLaneLine(name, figures))
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
