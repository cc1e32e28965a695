import type { RedisPlace } from '../model/redis-place.ts'
import { openRedis, type RedisAnswer } from '../redis/open-redis.ts'
import type { Clock } from '../system/clock.ts'
import { getWorkerKey, LANE_MS, LANES_KEY, LANES_MAX, PREFIX } from './redis-keys.ts'
import { type Announced, readAnnounced } from './task.ts'
import { type QueueTally, readWorkerStatus, type WorkerStatus } from './worker-status.ts'

/** The tasks of one lane, over all projects that use the queue. */
export type LaneTasks = QueueTally & {
  readonly lane: string
  /** Workers that serve the lane. */
  readonly workers: number
  /** Tasks that no worker has begun with. */
  readonly waiting: number
}

/** What a queue's Redis knows: its lanes, and the workers, of which some may serve no lane. */
export type QueueFigures = { readonly lanes: readonly LaneTasks[]; readonly workers: number; readonly idle: number }

/** How many keys one step looks at, and how many queues it asks for. */
const SCAN_STEP = 1000
const QUEUES_STEP = 100

/** Reads what workers do. Changes nothing, and needs no key. */
export async function readQueues(
  place: RedisPlace,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Promise<RedisAnswer<QueueFigures>> {
  const door = openRedis(place, clock)
  try {
    const since = clock.now() - LANE_MS
    const listed = await door.ask((redis) => redis.zrangebyscore(LANES_KEY, since, '+inf', 'LIMIT', 0, LANES_MAX))
    if ('trouble' in listed) return listed
    const announced = listed.value.flatMap((text) => readAnnounced(text) ?? [])
    const queues = [...new Map(announced.map((one) => [one.queue, one])).values()]
    const waiting = new Map<string, number>()
    for (let from = 0; from < queues.length; from += QUEUES_STEP) {
      const some = queues.slice(from, from + QUEUES_STEP)
      const read = await door.ask((redis) =>
        Promise.all(some.map(({ queue }) => redis.llen(`${PREFIX}:${queue}:wait`))),
      )
      if ('trouble' in read) return read
      for (const [at, { queue }] of some.entries()) waiting.set(queue, read.value[at] ?? 0)
    }
    const texts: string[] = []
    let cursor = '0'
    do {
      const step = await door.ask(async (redis) => {
        const [next, keys] = await redis.scan(cursor, 'MATCH', getWorkerKey('*'), 'COUNT', SCAN_STEP)
        return { next, texts: keys.length === 0 ? [] : await redis.mget(keys) }
      })
      if ('trouble' in step) return step
      cursor = step.value.next
      texts.push(...step.value.texts.filter((text) => text !== null))
    } while (cursor !== '0')
    const workers = texts.flatMap((text) => readWorkerStatus(text) ?? [])
    const idle = workers.filter((one) => Object.keys(one.queues).length === 0).length
    return { value: { lanes: sumLanes(queues, waiting, workers), workers: workers.length, idle } }
  } finally {
    door.close()
  }
}

function sumLanes(
  queues: readonly Announced[],
  waiting: ReadonlyMap<string, number>,
  workers: readonly WorkerStatus[],
): LaneTasks[] {
  const lanes = new Map<string, LaneTasks>()
  for (const { queue, lane } of queues) {
    const before = lanes.get(lane) ?? { lane, workers: 0, waiting: 0, active: 0, done: 0, failed: 0, refused: 0 }
    const serving = workers.flatMap((one) => one.queues[queue] ?? [])
    const sum = (member: keyof QueueTally): number =>
      serving.reduce((total, one) => total + one[member], before[member])
    lanes.set(lane, {
      lane,
      // A worker serves a lane for all projects.
      workers: Math.max(before.workers, serving.length),
      waiting: before.waiting + (waiting.get(queue) ?? 0),
      active: sum('active'),
      done: sum('done'),
      failed: sum('failed'),
      refused: sum('refused'),
    })
  }
  return [...lanes.values()].sort((a, b) => (a.lane < b.lane ? -1 : 1))
}
