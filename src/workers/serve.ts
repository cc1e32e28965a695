import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { RedisPlace } from '../model/redis-place.ts'
import { toRedisOptions } from '../redis/open-redis.ts'
import { nameTrouble, type RedisTrouble, readTrouble } from '../redis/trouble.ts'
import type { Clock } from '../system/clock.ts'
import { createClaims } from './claims.ts'
import { type Executed, type Executor, executeTask, mustReconnect } from './execute.ts'
import { matchesLane } from './glob.ts'
import type { Reach } from './reach.ts'
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
  LANES_MAX,
  PREFIX,
} from './redis-keys.ts'
import { type Announced, isAnnouncedWith, readAnnounced } from './task.ts'
import type { QueueTally, WorkerStatus } from './worker-status.ts'

/** How often a worker looks for lanes, and shows that it lives, in milliseconds. */
const LOOK_MS = 1_000
/** How long calls in flight may take after the signal to stop. */
const DRAIN_MS = 9_000
/** How long they may take to end after that. */
const GIVE_UP_MS = 500

/** A lane that a worker does not serve, and why. */
export type Unserved = { readonly lane: string; readonly why: string }

/** What happens to a worker, for its log. */
export type WorkerEvent =
  | { readonly is: 'connected' }
  /** Redis cannot be used. It is tried again. */
  | { readonly is: 'disconnected'; readonly trouble: RedisTrouble }
  /** Redis answers, but gives out no task of the lane. */
  | { readonly is: 'hindered'; readonly lane: string; readonly trouble: RedisTrouble }
  | { readonly is: 'serving'; readonly lane: string }
  /** It serves no lane. */
  | { readonly is: 'idle'; readonly others: readonly Unserved[] }
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
  readonly executor: Pick<Executor, 'key' | 'findModel'>
  readonly reach: Reach
  readonly tell: (event: WorkerEvent) => void
  readonly signal: AbortSignal
}

/** How many tasks a worker has carried out, without success, and refused. */
export type Served = { readonly done: number; readonly failed: number; readonly refused: number }

/** Serves lanes until the signal, then lets the calls in flight end. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { place, clock, worker, reach, signal, tell } = options
  const { redis, note } = openStatusClient(place, (event) => signal.aborted || tell(event))
  const tasks = new Redis({ ...toRedisOptions(place, { login: true }), maxRetriesPerRequest: null })
  tasks.on('error', () => {})
  const giveUp = new AbortController()
  const open = new Map<string, { readonly worker: Worker; readonly tally: QueueTally }>()

  const claims = createClaims(clock, async (nonce) => {
    const answer = await redis.set(getClaimKey(nonce), worker, 'PX', CLAIM_MS, 'NX').catch(() => undefined)
    return answer === 'OK'
  })
  const answer = async (planner: string, sealed: object): Promise<void> => {
    const list = getAnswersKey(planner)
    await redis.multi().rpush(list, JSON.stringify(sealed)).pexpire(list, ANSWER_MS).exec()
  }
  const take = async (value: unknown, { queue, lane }: Announced, tally: QueueTally): Promise<void> => {
    tally.active++
    try {
      const executor = { ...options.executor, clock, reach: reach.reach, claim: claims.claim, signal: giveUp.signal }
      const executed = await executeTask(value, queue, executor)
      tally[nameEnd(executed)]++
      if (mustReconnect(executed) && executed.task) reach.forget(executed.task.site)
      // A lost answer leaves the outcome unknown, and the planner finds it.
      if ('answer' in executed) await answer(executed.planner, executed.answer).catch(() => {})
      tell({ is: 'took', lane, executed })
    } finally {
      tally.active--
    }
  }
  const openQueue = (announced: Announced, tally: QueueTally): Worker => {
    const made = new Worker(announced.queue, (job) => take(job.data, announced, tally), {
      // Its blocking connection is a copy of this one.
      connection: tasks,
      prefix: PREFIX,
      concurrency: options.concurrency,
      // No redelivery: a task that stalled has an unknown outcome.
      maxStalledCount: 0,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      skipVersionCheck: true,
    })
    const told = new Set<string>()
    made.on('error', (error) => {
      // The client of the status tells of a lost connection.
      if (error.name !== 'ReplyError') return
      const trouble = readTrouble(error)
      if (!told.has(trouble.name)) tell({ is: 'hindered', lane: announced.lane, trouble })
      told.add(trouble.name)
    })
    return made
  }
  /** Opens a lane that was announced; returns why not. */
  const openLane = async (announced: Announced, text: string): Promise<string | undefined> => {
    const { queue, lane } = announced
    if (!isAnnouncedWith(text, options.executor.key)) return 'its run has another JOBWRIGHT_QUEUE_KEY'
    if (!options.lanes.some((pattern) => matchesLane(pattern, lane)))
      return `--lanes ${options.lanes.join(' ')} does not match it`
    const why = await reach.explainUnreached(lane)
    if (why !== undefined || signal.aborted) return why
    const tally = { active: 0, done: 0, failed: 0, refused: 0 }
    open.set(queue, { worker: openQueue(announced, tally), tally })
    tell({ is: 'serving', lane })
    return undefined
  }
  const openLanes = async (listed: readonly string[]): Promise<void> => {
    const others: Unserved[] = []
    for (const text of listed) {
      if (signal.aborted) return
      const announced = readAnnounced(text)
      const why = announced && !open.has(announced.queue) && (await openLane(announced, text))
      if (why) others.push({ lane: announced.lane, why })
    }
    if (open.size === 0 && !signal.aborted) tell({ is: 'idle', others })
  }
  let opening: Promise<void> | undefined
  const look = async (): Promise<void> => {
    const since = clock.now() - LANE_MS
    const listed = await redis.zrangebyscore(LANES_KEY, since, '+inf', 'LIMIT', 0, LANES_MAX)
    note(undefined)
    opening ??= openLanes(listed).finally(() => {
      opening = undefined
    })
    // To connect to many accounts takes long. Meanwhile planners must see that the open lanes are served.
    const shown = new AbortController()
    await Promise.race([opening, clock.sleep(LOOK_MS, shown.signal).catch(() => {})]).finally(() => shown.abort())
    const said = redis.pipeline()
    for (const queue of open.keys()) said.set(getServingKey(queue), worker, 'PX', ALIVE_MS)
    const queues = Object.fromEntries([...open].map(([queue, { tally }]) => [queue, tally]))
    said.set(getWorkerKey(worker), JSON.stringify({ queues } satisfies WorkerStatus), 'PX', ALIVE_MS)
    await said.exec()
    claims.forgetOld()
  }
  while (!signal.aborted) {
    // Bounded, so that a Redis that swallows everything does not delay the end.
    if (redis.status === 'ready') {
      const late = clock.sleep(ALIVE_MS / 2, signal).then(
        () => nameTrouble('TIMEOUT'),
        () => undefined,
      )
      const trouble = await Promise.race([look().then(() => undefined, readTrouble), late])
      if (trouble) note(trouble)
    }
    await clock.sleep(LOOK_MS, signal).catch(() => {})
  }
  const sum = (member: keyof QueueTally): number =>
    [...open.values()].reduce((total, { tally }) => total + tally[member], 0)
  tell({ is: 'draining', active: sum('active') })
  // Other workers of the lane show again within a second that they serve it.
  for (const queue of open.keys()) void redis.del(getServingKey(queue)).catch(() => {})
  const drained = new AbortController()
  const closing = Promise.allSettled([...open.values()].map((one) => one.worker.close()))
  await Promise.race([closing, clock.sleep(DRAIN_MS, drained.signal).catch(() => {})])
  drained.abort()
  giveUp.abort()
  // What is given up ends at once, and is still told.
  await Promise.race([closing, clock.sleep(GIVE_UP_MS)])
  for (const one of open.values()) void one.worker.disconnect().catch(() => {})
  await Promise.race([redis.del(getWorkerKey(worker)).catch(() => {}), clock.sleep(200)])
  for (const client of [redis, tasks]) client.disconnect()
  return { done: sum('done'), failed: sum('failed'), refused: sum('refused') }
}

function nameEnd(executed: Executed): keyof Served {
  if ('refused' in executed) return 'refused'
  return executed.outcome.is === 'done' ? 'done' : 'failed'
}

/** A client that connects again by itself, and how to note what is wrong with it: nothing, once it has answered. */
function openStatusClient(place: RedisPlace, tell: (event: WorkerEvent) => void) {
  const redis = new Redis({ ...toRedisOptions(place, { login: true }), maxRetriesPerRequest: 1 })
  let last: string | undefined
  const note = (trouble: RedisTrouble | undefined): void => {
    const name = trouble?.name ?? 'connected'
    if (name === last) return
    last = name
    tell(trouble === undefined ? { is: 'connected' } : { is: 'disconnected', trouble })
  }
  redis.on('error', (error: unknown) => note(readTrouble(error)))
  redis.on('close', () => (last === undefined || last === 'connected') && note(nameTrouble('CLOSED')))
  void redis.connect().catch(() => {})
  return { redis, note }
}
