import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { RedisPlace } from '../model/redis-place.ts'
import { toRedisOptions } from '../redis/open-redis.ts'
import type { Clock } from '../system/clock.ts'
import type { Transport } from './dispatcher.ts'
import { ALIVE_MS, getAnswersKey, getServingKey, LANES_KEY, PREFIX } from './redis-keys.ts'
import { formatAnnounced } from './task.ts'

/** How long a planner waits for Redis, and for a worker that serves a lane, in milliseconds. */
const REDIS_MS = 5_000
const WORKER_MS = 15_000
const POLL_MS = 200

/** The planner's side of BullMQ. */
export type PlannerTransport = Transport & {
  /** Closes the connections at once. */
  close(): void
}

/** Opens the planner's side of the queue at a Redis. `planner` names this run alone. */
export function openPlannerTransport(place: RedisPlace, planner: string, clock: Clock): PlannerTransport {
  const [tasks, answers] = [openClient(place), openClient(place)]
  const queues = new Map<string, Queue>()
  const lanes = new Map<string, LaneSeen>()
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
  /** Asks Redis, but not for long. Undefined: it gave no answer. */
  const ask = async <Value>(call: Promise<Value>): Promise<Value | undefined> => {
    const timer = new AbortController()
    const late = clock.sleep(REDIS_MS, timer.signal).catch(() => {})
    const answer = await Promise.race([call.catch(() => undefined), late])
    timer.abort()
    return answer as Value | undefined
  }
  /** Tells workers of a lane from time to time: Redis may have lost it. */
  const announce = async (seen: LaneSeen, queue: string, lane: string): Promise<void> => {
    if (clock.monotonic() - seen.announced < ALIVE_MS) return
    seen.announced = clock.monotonic()
    await ask(tasks.zadd(LANES_KEY, clock.now(), formatAnnounced({ queue, lane })))
  }
  const hasWorker = async (seen: LaneSeen, queue: string): Promise<boolean> => {
    if (clock.monotonic() - seen.served < ALIVE_MS / 2) return true
    if ((await ask(tasks.exists(getServingKey(queue)))) !== 1) return false
    seen.served = clock.monotonic()
    return true
  }
  return {
    async findTrouble({ queue, lane }, signal) {
      if (!(await isReady(signal))) return `the queue at ${place.name} cannot be reached`
      const seen = lanes.get(queue) ?? { announced: -Infinity, served: -Infinity, missed: -Infinity }
      lanes.set(queue, seen)
      await announce(seen, queue, lane)
      const began = clock.monotonic()
      while (!(await hasWorker(seen, queue))) {
        if (signal?.aborted) return undefined
        const now = clock.monotonic()
        if (now - began > WORKER_MS) seen.missed = now
        // Others have just waited for it in vain.
        if (now - seen.missed < WORKER_MS) return `no worker serves the lane ${lane}`
        await pause(signal)
      }
      return undefined
    },
    async put(queue, nonce, sealed) {
      const known = queues.get(queue) ?? openQueue(queue, tasks)
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

/**
 * Times on the monotonic clock: when a planner announced a lane, last saw a worker for it, and found that it has none.
 */
type LaneSeen = { announced: number; served: number; missed: number }

/** Opens a client that connects again by itself, and waits for that. */
function openClient(place: RedisPlace): Redis {
  const client = new Redis({ ...toRedisOptions(place, { login: true }), maxRetriesPerRequest: null })
  // Without a listener, ioredis prints what goes wrong. Tasks then have an unknown outcome, which says enough.
  client.on('error', () => {})
  void client.connect().catch(() => {})
  return client
}

function openQueue(name: string, connection: Redis): Queue {
  const queue = new Queue(name, { connection, prefix: PREFIX, skipVersionCheck: true, skipMetasUpdate: true })
  queue.on('error', () => {})
  return queue
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
