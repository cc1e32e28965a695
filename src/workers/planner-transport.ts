import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { RedisPlace } from '../model/redis-place.ts'
import { toRedisOptions } from '../redis/open-redis.ts'
import type { Clock } from '../system/clock.ts'
import type { Transport } from './dispatcher.ts'
import { ALIVE_MS, getAnswersKey, getServingKey, LANES_KEY, PREFIX } from './redis-keys.ts'

/** How long a planner waits for Redis, and for a worker that serves a lane, in milliseconds. */
const REDIS_MS = 5_000
const WORKER_MS = 15_000
const POLL_MS = 200

/** The planner's side of BullMQ. */
export type PlannerTransport = Transport & {
  /** Closes the connections at once. */
  close(): void
}

/** Opens the planner's side of the queue at a Redis. Connects at the first use. */
export function openPlannerTransport(place: RedisPlace, planner: string, clock: Clock): PlannerTransport {
  const open = (): Redis => {
    const client = new Redis({ ...toRedisOptions(place, { login: true }), maxRetriesPerRequest: null })
    // Without a listener, ioredis prints what goes wrong. Tasks then have an unknown outcome, which says enough.
    client.on('error', () => {})
    void client.connect().catch(() => {})
    return client
  }
  const [tasks, answers] = [open(), open()]
  const queues = new Map<string, Queue>()
  const served = new Map<string, number>()
  const announced = new Map<string, number>()
  const over = new AbortController()
  const pause = (signal?: AbortSignal): Promise<void> => clock.sleep(POLL_MS, signal).catch(() => {})

  const isReady = async (signal?: AbortSignal): Promise<boolean> => {
    const until = clock.monotonic() + REDIS_MS
    while (tasks.status !== 'ready') {
      if (signal?.aborted || clock.monotonic() > until) return false
      await pause(signal)
    }
    return true
  }
  /** Asks Redis, and gives up with the connection. */
  const ask = <Value>(call: Promise<Value>): Promise<Value | undefined> =>
    Promise.race([call.catch(() => undefined), clock.sleep(REDIS_MS, over.signal).then(() => undefined, () => undefined)])
  const hasWorker = async (queue: string): Promise<boolean> => {
    const seen = served.get(queue)
    if (seen !== undefined && clock.monotonic() - seen < ALIVE_MS / 2) return true
    const isServed = (await ask(tasks.exists(getServingKey(queue)))) === 1
    if (isServed) served.set(queue, clock.monotonic())
    return isServed
  }
  return {
    async findTrouble({ queue, lane }, signal) {
      if (!(await isReady(signal))) return `the queue at ${place.name} cannot be reached`
      // Again from time to time: Redis may have lost it, and a new worker looks for it.
      if (clock.monotonic() - (announced.get(queue) ?? -ALIVE_MS) >= ALIVE_MS) {
        announced.set(queue, clock.monotonic())
        await ask(tasks.zadd(LANES_KEY, clock.now(), JSON.stringify([queue, lane])))
      }
      const until = clock.monotonic() + WORKER_MS
      while (!(await hasWorker(queue))) {
        if (signal?.aborted) return undefined
        if (clock.monotonic() > until) {
          announced.delete(queue)
          return `no worker serves the lane ${lane}: start one with jobwright worker`
        }
        await pause(signal)
      }
      return undefined
    },
    async put(queue, nonce, sealed) {
      const known =
        queues.get(queue) ??
        new Queue(queue, { connection: tasks, prefix: PREFIX, skipVersionCheck: true, skipMetasUpdate: true })
      if (!queues.has(queue)) known.on('error', () => {})
      queues.set(queue, known)
      await known.add('task', sealed, { jobId: nonce, attempts: 1, removeOnComplete: true, removeOnFail: true })
    },
    onAnswer(tell) {
      const listen = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const got = await answers.blpop(getAnswersKey(planner), 1).catch(() => undefined)
          if (got) tell(parse(got[1]))
          else if (got === undefined) await pause(over.signal)
        }
      }
      void listen()
    },
    close() {
      over.abort()
      for (const client of [tasks, answers]) client.disconnect()
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
