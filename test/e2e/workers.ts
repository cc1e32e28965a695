import type { ChildProcess } from 'node:child_process'
import diagnosticsChannel from 'node:diagnostics_channel'
import fs from 'node:fs'
import type { IncomingMessage } from 'node:http'
import path from 'node:path'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import type { State } from '../../src/model/state.ts'
import { LANES_KEY, PREFIX } from '../../src/workers/redis-keys.ts'
import type { Sealed } from '../../src/workers/seal.ts'
import { type Announced, formatAnnounced, nameLane, nameQueue } from '../../src/workers/task.ts'
import type { EveryJob } from '../emulator/setup.ts'
import { type RedisServer, startRedis } from '../redis/server.ts'
import { type Ran, repository, start } from './process.ts'
import { aws, CONFIG, doc } from './world.ts'

/** The operator's key of a test. */
export const KEY = '0123456789abcdef0123456789abcdef'

/** For runs that wait: a task lives for 3 s; a lost answer is unknown after 10 s, and settled after its lease of 13 s. */
export const WAITS = { leaseMs: 4_000, signatureMs: 0, requestMs: 2_000, listLagMs: 300, graceMs: 300, queueMs: 9_000 }

const SITE = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }

/** A worker of the built program. */
export type TestWorker = {
  readonly lines: string[]
  /** Resolves when it has printed so many lines that match. */
  says(pattern: RegExp, times?: number): Promise<void>
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<Ran>
}

/** A project whose runs send tasks to workers, an emulator as AWS, and a real Redis. */
export async function fleet(
  t: Test,
  specs: Readonly<Record<string, unknown>>,
  waits: object = WAITS,
  emulator: EmulatorOptions = {},
) {
  const redis = await startRedis(t)
  const world = await aws(t, { timeScale: 1, ...emulator })
  const files = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [`specs/${name}.yaml`, spec]))
  const cwd = await repository(t, {
    'jobwright.yaml': `${CONFIG}queue: { url: "${redis.url}" }\nguards: { maxCreates: 500 }\n`,
    ...files,
  })
  const env = { ...world.env, JOBWRIGHT_QUEUE_KEY: KEY }
  const reconcile = (onLine?: (line: string, child: ChildProcess) => void): Promise<Ran> =>
    start(['reconcile', '-o', 'json'], { cwd, env: { ...env, JOBWRIGHT_WAITS: JSON.stringify(waits) }, onLine })
  const records = (): State['records'] =>
    (JSON.parse(fs.readFileSync(path.join(cwd, 'jobs.state.json'), 'utf8')) as State).records
  const laneOf = (service: string): string => nameLane({ ...SITE, endpoint: world.url }, service)
  const queueOf = (service: string, project = '.'): string => nameQueue(project, 'night-shifts', laneOf(service))
  return {
    redis,
    world,
    cwd,
    env,
    reconcile,
    records,
    laneOf,
    queueOf,
    /** Reconciles until nothing is left: a busy machine may need another run. */
    reconcileAll: async (): Promise<Ran> => {
      for (let left = 10; ; left--) {
        const ran = await reconcile()
        if (left === 0 || (ran.code !== 5 && ran.code !== 9)) return ran
      }
    },
    worker: (...args: string[]) => openWorker(t, { cwd, env }, args),
    /** A worker with another environment. */
    workerWith: (more: Record<string, string>) => openWorker(t, { cwd, env: { ...env, ...more } }, []),
  }
}

/** Longer than any machine is busy, for runs that wait for none of it. A task lives for 200 s. */
export const LONG_WAITS = { ...WAITS, leaseMs: 300_000, requestMs: 120_000, queueMs: 600_000 }

/** So many IoT jobs. */
export function kiosks(count: number): Record<string, unknown> {
  const names = Array.from({ length: count }, (_, n) => `kiosk-${n + 1}`)
  return Object.fromEntries(names.map((name) => [name, doc('IotJob', name)]))
}

/** Starts a worker, and waits for its first words. */
export function openWorker(
  t: Test,
  options: { cwd: string; env: Record<string, string> },
  args: string[] = [],
): Promise<TestWorker> {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  return new Promise((resolve, reject) => {
    let child: ChildProcess | undefined
    const ended = start(['worker', ...args], {
      ...options,
      onLine: (line, one) => {
        lines.push(line)
        for (const look of waiting) look()
        if (child !== undefined) return
        child = one
        t.teardown(() => one.kill('SIGKILL'))
        resolve({ lines, says, ended, signal: (name) => void one.kill(name) })
      },
    })
    ended.then((ran) => reject(new Error(`the worker ended: ${ran.stderr}${ran.stdout}`)), reject)
  })
  function says(pattern: RegExp, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (lines.filter((line) => pattern.test(line)).length < times) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  }
}

/** Reads and writes the queue by hand, as somebody who controls Redis. */
export function openHand(t: Pick<Test, 'teardown'>, { url }: Pick<RedisServer, 'url'>) {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  // A Redis that is killed comes back. Without a listener, ioredis prints the failure.
  redis.on('error', () => {})
  t.teardown(() => redis.disconnect())
  return {
    redis,
    /** Announces a lane, as a run does. */
    announce: (announced: Announced) => redis.zadd(LANES_KEY, Date.now(), formatAnnounced(announced, KEY)),
    /** Puts a payload under an ID of its own. */
    put: async (queue: string, payload: unknown) => {
      const bull = new Queue(queue, { connection: redis, prefix: PREFIX, skipVersionCheck: true })
      await bull.add('task', payload, { removeOnComplete: true, removeOnFail: true })
    },
    /** How many tasks are in a queue, those that a worker has begun with too. */
    count: async (queue: string): Promise<number> =>
      (await redis.llen(`${PREFIX}:${queue}:wait`)) + (await redis.llen(`${PREFIX}:${queue}:active`)),
    /** The payloads that wait in a queue, once there are so many. */
    async waiting(queue: string, count: number): Promise<Sealed[]> {
      for (;;) {
        const ids = await redis.lrange(`${PREFIX}:${queue}:wait`, 0, -1)
        if (ids.length >= count) {
          const texts = await Promise.all(ids.map((id) => redis.hget(`${PREFIX}:${queue}:${id}`, 'data')))
          return texts.map((text) => JSON.parse(text ?? 'null') as Sealed)
        }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

/** Resolves when so many creates of IoT jobs have arrived at an emulator of this process. It may not have answered any. */
export function whenCreating(url: string, count: number): Promise<void> {
  const channel = 'http.server.request.start'
  let left = count
  return new Promise((resolve) => {
    const look = (message: unknown): void => {
      const { request } = message as { readonly request: IncomingMessage }
      if (`http://127.0.0.1:${request.socket.localPort}` !== url) return
      if (request.method !== 'PUT' || !request.url?.startsWith('/jobs/') || --left > 0) return
      diagnosticsChannel.unsubscribe(channel, look)
      resolve()
    }
    diagnosticsChannel.subscribe(channel, look)
  })
}

/** Jobs that do something: those that only wait for a start do nothing. */
export function listActive(jobs: readonly EveryJob[]): EveryJob[] {
  return jobs.filter(({ status }) => status !== 'WAITING')
}

/** Every spec has one job that does something, and the next run has nothing to do. */
export async function assertOnce(t: Test, of: Awaited<ReturnType<typeof fleet>>, count: number): Promise<void> {
  const made = listActive(await of.world.jobs())
  t.equal(made.length, count, 'one job for each spec')
  t.equal(new Set(made.map(({ service, id }) => `${service} ${id}`)).size, count)
  const records = Object.values(of.records())
  t.equal(records.filter(({ stage }) => stage === 'started').length, count, 'all are on record')
  const idle = await of.reconcile()
  t.equal(idle.code, 0, idle.stderr.slice(-300))
  t.same(
    idle.lines.filter(({ type }) => type === 'progress'),
    [],
    'the next run does nothing',
  )
  t.equal(listActive(await of.world.jobs()).length, count)
}
