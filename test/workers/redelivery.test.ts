import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import { readRedisPlace } from '../../src/model/redis-place.ts'
import { systemClock } from '../../src/system/clock.ts'
import { openPlannerTransport } from '../../src/workers/planner-transport.ts'
import { PREFIX } from '../../src/workers/redis-keys.ts'
import { serve, type WorkerEvent } from '../../src/workers/serve.ts'
import { nameLane, sealTask, type Task } from '../../src/workers/task.ts'
import { NO_REDIS, startRedis } from '../redis/server.ts'
import { KEY, queueOf, SITE, TASK, writer } from './world.ts'

const skip = NO_REDIS
const lane = nameLane(SITE, 'iot')
const queue = queueOf()

/** A planner and a way to start workers, at a Redis of their own. `make`: what a worker does to make a call. */
async function open(t: Test) {
  const redis = await startRedis(t)
  const read = readRedisPlace(redis.url)
  if (!('place' in read)) throw new Error(read.fault)
  const transport = openPlannerTransport(read.place, { planner: 'planner-1', key: KEY, clock: systemClock })
  const client = new Redis(redis.url)
  const deadline = systemClock.now() + 3_600_000
  const put = (nonce: string, more: Partial<Task> = {}) =>
    transport.put(queue, nonce, sealTask({ ...TASK, nonce, deadline, ...more }, KEY))
  const work = (make: () => Promise<void>) => {
    const stop = new AbortController()
    const ended = serve({
      place: read.place,
      clock: systemClock,
      worker: `worker-${Math.random()}`,
      lanes: ['*'],
      concurrency: 1,
      executor: { key: KEY, findModel: getModel },
      reach: {
        explainUnreached: async () => undefined,
        reach: async () => {
          await make()
          return { awsNow: () => systemClock.now(), clockOffsetMs: () => 0, openCalls: async () => calls }
        },
        forget: () => {},
        close: () => {},
      },
      tell: (event) => told.push(event),
      signal: stop.signal,
    })
    return async () => {
      stop.abort()
      await ended
    }
  }
  const own = writer()
  const calls = { writer: own, reader: undefined as never }
  const told: WorkerEvent[] = []
  // It announces the lane, as a planner does before its first task.
  void transport.findTrouble({ queue, lane })
  t.teardown(() => {
    transport.close()
    client.disconnect()
  })
  return { put, work, own, client, told }
}

/** Waits until something is true. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

t.test('a task whose worker failed is not delivered again', { skip }, async (t) => {
  const { put, work, own } = await open(t)
  let calls = 0
  const stop = work(async () => {
    calls++
    if (calls === 1) throw new Error('a worker that breaks')
  })
  await put('a')
  await until(() => calls === 1)
  await put('b', { id: 'second' })
  await put('c', { id: 'third' })
  await until(() => own.sent.length === 2)
  await stop()
  t.same(own.sent, ['create second', 'create third'])
  t.equal(calls, 3)
})

t.test('a task whose worker lost its lock is not delivered to another worker', { skip }, async (t) => {
  const { put, work, own, client, told } = await open(t)
  let isStuck = true
  const end: (() => void)[] = []
  // The first worker hangs in its call.
  const stopFirst = work(() => new Promise((resolve) => (isStuck ? end.push(resolve) : resolve())))
  await put('a')
  await until(() => end.length === 1)
  isStuck = false
  // What BullMQ finds when a lock has expired twice: the task is active, marked as stalled, and without a lock.
  const key = (name: string): string => `${PREFIX}:${queue}:${name}`
  await client.del(key('a:lock'))
  await client.sadd(key('stalled'), 'a')
  await client.del(key('stalled-check'))
  const stopSecond = work(async () => {})
  await until(async () => (await client.llen(key('active'))) === 0)
  await put('b', { id: 'second' })
  await until(() => own.sent.length > 0)
  t.same(own.sent, ['create second'])
  // The first worker goes on, although its lock is lost: nobody else made its call.
  end[0]?.()
  await until(() => own.sent.length === 2)
  t.same(own.sent, ['create second', 'create kiosk'])
  await Promise.all([stopFirst(), stopSecond()])
  t.equal(told.filter(({ is }) => is === 'took').length, 2)
})
