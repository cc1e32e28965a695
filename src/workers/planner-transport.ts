import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { RedisPlace } from '../model/redis-place.ts'
import { type RedisAnswer, toRedisOptions } from '../redis/open-redis.ts'
import { nameTrouble, type RedisTrouble, readTrouble } from '../redis/trouble.ts'
import type { DispatcherOptions, Transport } from './dispatcher.ts'
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

/** Opens the planner's side of the queue at a Redis. */
export function openPlannerTransport(
  place: RedisPlace,
  { planner, key, clock }: Pick<DispatcherOptions, 'planner' | 'key' | 'clock'>,
): PlannerTransport {
  let fault: RedisTrouble | undefined
  const tasks = openClient(place, (trouble) => {
    fault = trouble
  })
  const answers = openClient(place, () => {})
  const queues = new Map<string, Queue>()
  const lanes = new Map<string, LaneSeen>()
  const over = new AbortController()
  let missed: { readonly trouble: RedisTrouble; readonly at: number } | undefined
  const pause = (signal?: AbortSignal): Promise<void> => clock.sleep(POLL_MS, signal).catch(() => {})

  /** Makes one call, and waits for its answer until a time. */
  const tryOnce = async <Value>(call: () => Promise<Value>, until: number): Promise<RedisAnswer<Value>> => {
    if (tasks.status !== 'ready') return { trouble: fault ?? nameTrouble('CLOSED') }
    const timer = new AbortController()
    const late = clock.sleep(Math.max(0, until - clock.monotonic()), timer.signal).then(
      (): RedisAnswer<Value> => ({ trouble: nameTrouble('TIMEOUT') }),
      (): RedisAnswer<Value> => ({ trouble: nameTrouble('TIMEOUT') }),
    )
    const answer = call().then(
      (value): RedisAnswer<Value> => ({ value }),
      (error: unknown): RedisAnswer<Value> => ({ trouble: readTrouble(error) }),
    )
    const first = await Promise.race([answer, late])
    timer.abort()
    return first
  }
  /** Asks Redis until it answers, but not for long. What has just been missed is not waited for again. */
  const ask = async <Value>(call: () => Promise<Value>, signal?: AbortSignal): Promise<RedisAnswer<Value>> => {
    if (missed && clock.monotonic() - missed.at < REDIS_MS) return { trouble: missed.trouble }
    const until = clock.monotonic() + REDIS_MS
    let answer = await tryOnce(call, until)
    while ('trouble' in answer && !signal?.aborted) {
      await pause(signal)
      if (clock.monotonic() >= until) {
        missed = { trouble: answer.trouble, at: clock.monotonic() }
        break
      }
      answer = await tryOnce(call, until)
    }
    return answer
  }
  /** Tells workers of a lane from time to time: Redis may have lost it. */
  const announce = async (seen: LaneSeen, queue: string, lane: string, signal?: AbortSignal) => {
    if (clock.monotonic() - seen.announced < ALIVE_MS) return undefined
    seen.announced = clock.monotonic()
    const text = formatAnnounced({ queue, lane }, key)
    const answer = await ask(() => tasks.zadd(LANES_KEY, clock.now(), text), signal)
    if (!('trouble' in answer)) return undefined
    seen.announced = -Infinity
    return answer.trouble
  }
  const hasWorker = async (seen: LaneSeen, queue: string, signal?: AbortSignal): Promise<RedisAnswer<boolean>> => {
    if (clock.monotonic() - seen.served < ALIVE_MS / 2) return { value: true }
    const answer = await ask(() => tasks.exists(getServingKey(queue)), signal)
    if ('trouble' in answer) return answer
    if (answer.value === 1) seen.served = clock.monotonic()
    return { value: answer.value === 1 }
  }
  const describe = ({ name, words }: RedisTrouble): RedisTrouble => ({
    name,
    words: `the queue at ${place.name} cannot be used: ${words}`,
  })
  return {
    async findTrouble({ queue, lane }, signal) {
      const seen = lanes.get(queue) ?? { announced: -Infinity, served: -Infinity, missed: -Infinity }
      lanes.set(queue, seen)
      const began = clock.monotonic()
      for (;;) {
        const trouble = await announce(seen, queue, lane, signal)
        if (trouble) return describe(trouble)
        const served = await hasWorker(seen, queue, signal)
        if ('trouble' in served) return describe(served.trouble)
        if (served.value || signal?.aborted) return undefined
        const now = clock.monotonic()
        if (now - began > WORKER_MS) seen.missed = now
        // Others have just waited for it in vain.
        if (now - seen.missed < WORKER_MS) return `no worker serves the lane ${lane}`
        await pause(signal)
      }
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

/** Opens a client that connects again by itself, and tells what goes wrong. */
function openClient(place: RedisPlace, tell: (trouble: RedisTrouble) => void): Redis {
  const client = new Redis({ ...toRedisOptions(place, { login: true }), maxRetriesPerRequest: null })
  // Without a listener, ioredis prints it.
  client.on('error', (error: unknown) => tell(readTrouble(error)))
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
