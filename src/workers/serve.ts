import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { RedisPlace } from '../model/redis-place.ts'
import { toRedisOptions } from '../redis/open-redis.ts'
import type { Clock } from '../system/clock.ts'
import { type Executed, type Executor, executeTask } from './execute.ts'
import { matchesLane } from './glob.ts'
import {
  ALIVE_MS,
  ANSWER_MS,
  CLAIM_MS,
  getAnswersKey,
  getClaimKey,
  getServingKey,
  getWorkerKey,
  LANE_MS,
  LANES_KEY,
  PREFIX,
} from './redis-keys.ts'

/** How often a worker looks for lanes, and shows that it lives, in milliseconds. */
const LOOK_MS = 1_000
/** How long calls in flight may take after SIGTERM. */
const DRAIN_MS = 9_000

/** What happens to a worker, for its log. */
export type WorkerEvent =
  | { readonly is: 'connected' | 'disconnected' }
  | { readonly is: 'serving'; readonly lane: string }
  /** It has no lane. `others`: lanes that it does not serve, each with the reason. */
  | { readonly is: 'idle'; readonly others: readonly { readonly lane: string; readonly why: string }[] }
  | { readonly is: 'took'; readonly lane: string; readonly executed: Executed }
  | { readonly is: 'draining'; readonly active: number }

/** What a worker serves, and with what. */
export type ServeOptions = {
  readonly place: RedisPlace
  readonly clock: Clock
  /** Names this worker alone. */
  readonly worker: string
  /** Patterns of lanes. One of them must match. */
  readonly lanes: readonly string[]
  /** Calls at once for each lane. */
  readonly concurrency: number
  readonly executor: Omit<Executor, 'claim' | 'signal'>
  /** Returns how many calls a second a lane allows, or why this worker cannot serve it. */
  readonly openLane: (lane: string) => Promise<{ readonly perSecond: number } | { readonly why: string }>
  readonly tell: (event: WorkerEvent) => void
  readonly signal: AbortSignal
}

/** How many tasks a worker has done. */
export type Served = { readonly done: number; readonly failed: number; readonly refused: number }

/** Serves lanes until the signal, then lets the calls in flight end. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { place, clock, worker, signal, tell, concurrency, executor } = options
  const redis = connect(place, tell)
  const tasks = new Redis({ ...toRedisOptions(place, { login: true }), maxRetriesPerRequest: null })
  tasks.on('error', () => {})
  const giveUp = new AbortController()
  const open = new Map<string, Worker>()
  const tally = { done: 0, failed: 0, refused: 0 }
  let active = 0
  const claim = async (nonce: string): Promise<boolean> =>
    (await redis.set(getClaimKey(nonce), worker, 'PX', CLAIM_MS, 'NX').catch(() => undefined)) === 'OK'
  const take = async (value: unknown, queue: string, lane: string): Promise<void> => {
    active++
    try {
      const executed = await executeTask(value, queue, { ...executor, claim, signal: giveUp.signal })
      if ('refused' in executed) tally.refused++
      else {
        if (executed.outcome.is === 'done') tally.done++
        else tally.failed++
        const list = getAnswersKey(executed.planner)
        // A lost answer leaves the outcome unknown, and the planner finds it.
        await redis
          .multi()
          .rpush(list, JSON.stringify(executed.answer))
          .pexpire(list, ANSWER_MS)
          .exec()
          .catch(() => {})
      }
      tell({ is: 'took', lane, executed })
    } finally {
      active--
    }
  }
  const openQueue = (queue: string, lane: string, perSecond: number): Worker => {
    const limiter = { duration: Math.ceil(Math.max(100, 1000 / perSecond)), max: Math.max(1, Math.floor(perSecond / 10)) }
    const made = new Worker(queue, (job) => take(job.data, queue, lane), {
      // Its blocking connection is a copy of this one.
      connection: tasks,
      prefix: PREFIX,
      concurrency,
      limiter,
      // No redelivery: a task that stalled has an unknown outcome.
      maxStalledCount: 0,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      skipVersionCheck: true,
    })
    made.on('error', () => {})
    return made
  }
  const look = async (): Promise<void> => {
    const now = clock.now()
    const listed = await redis.zrangebyscore(LANES_KEY, now - LANE_MS, '+inf')
    const others: { readonly lane: string; readonly why: string }[] = []
    for (const [queue, lane] of listed.flatMap(readLane)) {
      if (open.has(queue)) continue
      if (!options.lanes.some((pattern) => matchesLane(pattern, lane))) {
        others.push({ lane, why: `--lanes ${options.lanes.join(' ')} does not match it` })
        continue
      }
      const opened = await options.openLane(lane)
      if ('why' in opened) others.push({ lane, why: opened.why })
      else {
        open.set(queue, openQueue(queue, lane, opened.perSecond))
        tell({ is: 'serving', lane })
      }
    }
    if (open.size === 0) tell({ is: 'idle', others })
    const said = redis.pipeline()
    for (const queue of open.keys()) said.set(getServingKey(queue), worker, 'PX', ALIVE_MS)
    said.set(getWorkerKey(worker), JSON.stringify({ queues: [...open.keys()], active, ...tally }), 'PX', ALIVE_MS)
    await said.exec()
  }
  while (!signal.aborted) {
    // Bounded, so that a Redis that swallows everything does not delay the end.
    if (redis.status === 'ready')
      await Promise.race([look().catch(() => {}), clock.sleep(ALIVE_MS / 2, signal).catch(() => {})])
    await clock.sleep(LOOK_MS, signal).catch(() => {})
  }
  tell({ is: 'draining', active })
  const closing = Promise.allSettled([...open.values()].map((one) => one.close()))
  await Promise.race([closing, clock.sleep(DRAIN_MS).catch(() => {})])
  giveUp.abort()
  for (const one of open.values()) void one.disconnect().catch(() => {})
  await Promise.race([redis.del(getWorkerKey(worker)).catch(() => {}), clock.sleep(200)])
  for (const client of [redis, tasks]) client.disconnect()
  return tally
}

function connect(place: RedisPlace, tell: ServeOptions['tell']): Redis {
  const redis = new Redis({ ...toRedisOptions(place, { login: true }), maxRetriesPerRequest: 1 })
  let isConnected: boolean | undefined
  const note = (now: boolean): void => {
    if (isConnected === now) return
    isConnected = now
    tell({ is: now ? 'connected' : 'disconnected' })
  }
  redis.on('error', () => note(false))
  redis.on('close', () => note(false))
  redis.on('ready', () => note(true))
  void redis.connect().catch(() => {})
  return redis
}

function readLane(text: string): [queue: string, lane: string][] {
  try {
    const value: unknown = JSON.parse(text)
    if (!Array.isArray(value)) return []
    const [queue, lane] = value as unknown[]
    return typeof queue === 'string' && /^[0-9a-f]{16}\.[\w./-]{1,300}$/.test(queue) && typeof lane === 'string'
      ? [[queue, lane]]
      : []
  } catch {
    return []
  }
}
