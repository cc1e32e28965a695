import { Redis } from 'ioredis'
import t from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import { readRedisPlace } from '../../src/model/redis-place.ts'
import { systemClock } from '../../src/system/clock.ts'
import { getServingKey, LANES_KEY } from '../../src/workers/redis-keys.ts'
import { serve } from '../../src/workers/serve.ts'
import { formatAnnounced, nameLane } from '../../src/workers/task.ts'
import { NO_REDIS, startRedis } from '../redis/server.ts'
import { KEY, queueOf, SITE, TASK } from './world.ts'

/** A worker looks for lanes each second. */
const LOOK_MS = 1_000

t.test(
  'a worker that connects to many accounts serves each lane once, and shows at once that it does',
  {
    skip: NO_REDIS,
  },
  async (t) => {
    const redis = await startRedis(t)
    const read = readRedisPlace(redis.url)
    if (!('place' in read)) throw new Error(read.fault)
    const client = new Redis(redis.url)
    t.teardown(() => client.disconnect())
    const announced = ['111111111111', '222222222222'].map((account, at) => {
      const site = { ...SITE, account }
      return { lane: nameLane(site, 'iot'), queue: queueOf({ ...TASK, site }), at: Date.now() + at }
    })
    for (const { at, ...one } of announced) await client.zadd(LANES_KEY, at, formatAnnounced(one, KEY))
    const [fast, slow] = announced as [(typeof announced)[0], (typeof announced)[0]]
    const asked: string[] = []
    const serving: string[] = []
    let connect = (): void => {}
    const connected = new Promise<void>((resolve) => {
      connect = resolve
    })
    let looks = 0
    const stop = new AbortController()
    const ended = serve({
      place: read.place,
      // Ten times as fast: the worker soon loses its patience.
      clock: {
        ...systemClock,
        sleep: (ms, signal) => {
          if (ms === LOOK_MS) looks++
          return systemClock.sleep(ms / 10, signal)
        },
      },
      worker: 'worker-1',
      lanes: ['*'],
      concurrency: 1,
      executor: { key: KEY, findModel: getModel },
      reach: {
        explainUnreached: async (lane) => {
          asked.push(lane)
          if (lane === slow.lane) await connected
          return undefined
        },
        reach: async () => undefined,
        forget: () => {},
        close: () => {},
      },
      tell: (event) => {
        if (event.is === 'serving') serving.push(event.lane)
      },
      signal: stop.signal,
    })
    const isShown = async ({ queue }: { readonly queue: string }) => (await client.exists(getServingKey(queue))) === 1
    const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
      while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await until(() => looks > 8)
    t.same(await Promise.all([isShown(fast), isShown(slow)]), [true, false])
    connect()
    await until(() => isShown(slow))
    t.same(asked, [fast.lane, slow.lane], 'it asks for each lane once')
    t.same(serving, [fast.lane, slow.lane])
    stop.abort()
    await ended
  },
)
