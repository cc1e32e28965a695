import { once } from 'node:events'
import { nameLane, nameQueue, type Task } from '../../src/workers/task.ts'
import { CLI } from '../e2e/process.ts'
import { KEY, openHand } from '../e2e/workers.ts'
import { call, type EveryJob } from '../emulator/setup.ts'
import { NO_REDIS, type RedisServer, startRedis } from '../redis/server.ts'
import { type Fleet, spread } from './fleet.ts'
import { faultsStruck, inRepository, type Scenario, type Shown, TROUBLES } from './scenarios.ts'
import { type Aws, environment, type Going, launch, type Repository, start, untilQuiet, WAITS } from './stage.ts'

/*
 * A planner and three workers with a real Redis, which is killed, flushed, stopped and put back. The emulator judges. Somebody else's jobs are
 * in the same account, and nobody may touch them.
 */

const WORKERS = 3
/** Services whose calls go to workers. */
const SERVICES = ['iot', 'mediapackage', 'dataexchange']
/** A task lives for 3 s, or for 60 s where it is to be replayed in time. */
const SHORT_MS = 9_000
const LONG_MS = 180_000

/** What a strike can reach. */
type Field = {
  readonly redis: RedisServer
  readonly workers: Going[]
  /** The run that goes on. */
  readonly planner: () => Going
  readonly startWorker: () => void
}

/** What happens once so many jobs are created, as a share of all. */
type Strike = readonly [share: number, strike: (field: Field) => unknown]

type Struck = {
  readonly strikes: readonly Strike[]
  readonly trouble?: string
  /** Over how many accounts the jobs are spread. Missing: one account, jobs of all kinds and short waits. */
  readonly accounts?: number
  /** Some calls must end with an unknown outcome. */
  readonly mustLose?: true
}

const STRIKES: Readonly<Record<string, Struck>> = {
  'a planner and three workers': { strikes: [] },
  '… workers are killed': {
    strikes: [0.1, 0.3, 0.5].map((share, at) => [share, (field) => killWorker(field, at)]),
  },
  '… the planner is killed': { strikes: [0.1, 0.3, 0.5].map((share) => [share, killPlanner]) },
  '… the queue is killed': { strikes: [0.2, 0.6].map((share) => [share, killRedis]) },
  '… the queue is flushed': { strikes: [0.2, 0.4, 0.6].map((share) => [share, flush]) },
  '… workers stop past their lease': { strikes: [[0.3, stopWorkers]], mustLose: true },
  '… all of it, and calls are lost': {
    strikes: [
      [0.1, (field) => killWorker(field, 0)],
      [0.2, flush],
      [0.3, stopWorkers],
      [0.4, killPlanner],
      [0.5, killRedis],
      [0.7, killPlanner],
    ],
    trouble: 'all of it mixed',
  },
}

const ACCOUNTS = 50

/** Kills of all parts while fifty accounts get their jobs, with the waits of real runs. Of a name, because it takes long. */
export const FLEET_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'fifty accounts, and all is killed': strikeAll({
    strikes: [
      ...Array.from({ length: 9 }, (_, at): Strike => [(at + 1) / 10, (field) => killWorker(field, at)]),
      ...[0.25, 0.55, 0.85].map((share): Strike => [share, killPlanner]),
      ...[0.38, 0.68].map((share): Strike => [share, killRedis]),
    ].sort(([a], [b]) => a - b),
    accounts: ACCOUNTS,
  }),
}

/** The scenarios by name. */
export const WORKERS_SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...Object.fromEntries(Object.entries(STRIKES).map(([name, struck]) => [name, strikeAll(struck)])),
  '… an old log is replayed in time': replay(LONG_MS),
  '… an old log is replayed too late': replay(SHORT_MS),
}

function killWorker({ workers, startWorker }: Field, at: number): void {
  workers[at]?.child.kill('SIGKILL')
  startWorker()
}

function killPlanner({ planner }: Field): void {
  planner().child.kill('SIGKILL')
}

async function killRedis({ redis }: Field): Promise<void> {
  await redis.kill()
  await redis.restart()
}

function flush({ redis }: Field): void {
  redis.cli('FLUSHALL')
}

/** Stops the two busiest workers in the middle of their calls. They go on when the attempts of these are over. */
async function stopWorkers({ workers, planner }: Field): Promise<void> {
  // A worker that has no call yet would lose none.
  const isEarly = (): boolean => workers.filter((one) => countDone(one) > 0).length < 2
  while (isEarly() && planner().child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20))
  const busiest = [...workers].sort((a, b) => countDone(b) - countDone(a)).slice(0, 2)
  for (const { child } of busiest) child.kill('SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, WAITS.leaseMs + SHORT_MS + 3_000))
  for (const { child } of busiest) child.kill('SIGCONT')
}

function countDone({ texts }: Going): number {
  return texts.stdout.split(/: (?:create|start) done/).length - 1
}

function strikeAll({ strikes, trouble, mustLose, accounts }: Struck): Scenario {
  return (settings) => {
    const ground = accounts === undefined ? { queueMs: SHORT_MS } : { fleet: spread(settings.size, accounts) }
    return inField(settings, ground, async ({ field, repository, aws, size, run }) => {
      // Calls take their time, so that a strike meets some of them.
      const faults = trouble === undefined ? [{ fault: 'delay', ms: 200, rate: 0.5 }] : TROUBLES[trouble]!.faults
      await aws.control('PUT', 'faults', faults)
      const from = performance.now()
      const due = [...strikes]
      let created = 0
      let unknown = 0
      const striking: Promise<unknown>[] = []
      const runs = await untilQuiet(repository.root, aws, [], undefined, () => {
        const going = run()
        going.child.stdout!.on('data', (text: string) => {
          created += text.split(/"step":"(?:created|adopted)"/).length - 1
          unknown += text.split('"step":"settling"').length - 1
          while (due[0] && created >= due[0][0] * size) striking.push(Promise.resolve(due.shift()![1](field)))
        })
        return going
      })
      await Promise.all(striking)
      const seconds = Math.round((performance.now() - from) / 1000)
      const struck = trouble === undefined ? '' : `, ${await faultsStruck(aws)} calls struck`
      return {
        runs: runs.length,
        note: `${strikes.length - due.length} strikes${struck}, ${unknown} unknown outcomes, ${seconds} s, ${describeWork(field)}`,
        wrong: [
          ...due.map(([share]) => `no strike at ${share}`),
          ...(mustLose && unknown === 0 ? ['no call was lost'] : []),
        ],
      }
    })
  }
}

/**
 * Redis keeps a copy of the queue while tasks wait. Once their jobs are created, that copy takes its place, and new workers
 * serve it: nothing remembers that the tasks were carried out.
 */
function replay(queueMs: number): Scenario {
  return (settings) =>
    inField(settings, { queueMs }, async ({ field, repository, aws, hand, queues, run }) => {
      const { redis, workers, startWorker } = field
      for (const { child } of workers) child.kill('SIGSTOP')
      const going = run()
      await Promise.all(queues.map((queue) => hand.waiting(queue, 1)))
      redis.cli('SAVE')
      const savedAt = Date.now()
      for (const { child } of workers) child.kill('SIGCONT')
      await going.ended
      const runs = await untilQuiet(repository.root, aws, [], undefined, run)
      if (queueMs === SHORT_MS) await new Promise((resolve) => setTimeout(resolve, savedAt + queueMs - Date.now()))
      const before = (await aws.jobs()).length
      const old = workers.splice(0)
      for (const { child } of old) child.kill('SIGKILL')
      await killRedis(field)
      const waiting = (await Promise.all(queues.map((queue) => hand.waiting(queue, 1)))).flat()
      for (let count = 0; count < WORKERS; count++) startWorker()
      const left = async (): Promise<number> =>
        (await Promise.all(queues.map((queue) => hand.count(queue)))).reduce((a, b) => a + b)
      while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
      const tasks = waiting.map(({ body }) => JSON.parse(body) as Task)
      const kinds = [...new Set(tasks.map(({ kind }) => kind))].sort()
      const told = (pattern: RegExp): number =>
        workers.reduce(
          (sum, { texts }) => sum + texts.stdout.split('\n').filter((line) => pattern.test(line)).length,
          0,
        )
      while (told(/: (create|start) /) < tasks.length) await new Promise((resolve) => setTimeout(resolve, 50))
      const [late, again] = [
        told(/refused: it came too late/),
        told(/create (done|failed: ResourceAlreadyExists)|failed: /),
      ]
      const wanted = queueMs === SHORT_MS ? late : again
      const made = (await aws.jobs()).length - before
      const last = await untilQuiet(repository.root, aws, [], undefined, run)
      return {
        runs: 1 + runs.length + last.length,
        note: `${tasks.length} tasks of ${kinds.length} kinds replayed: ${late} too late, ${again} sent again, ${made} of them made a job that only waits`,
        wrong: [
          ...(wanted === tasks.length ? [] : [`${wanted} of ${tasks.length} tasks`]),
          ...(kinds.join() === 'DataExchangeJob,IotJob,MediaPackageHarvestJob' ? [] : [`tasks of ${kinds.join()}`]),
        ],
      }
    })
}

type InField = {
  readonly field: Field
  readonly repository: Repository
  readonly aws: Aws
  readonly size: number
  readonly hand: ReturnType<typeof openHand>
  readonly queues: readonly string[]
  /** Starts a run with the queue. */
  readonly run: () => Going
}

/** Short waits and one account, or many accounts and the waits of real runs. */
type Ground = { readonly queueMs: number; readonly fleet?: never } | { readonly fleet: Fleet }

/** Does something in a fresh repository with workers that serve its lanes, and asks the oracle. */
async function inField(
  settings: Parameters<Scenario>[0],
  ground: Ground,
  work: (stage: InField) => Promise<Pick<Shown, 'runs' | 'note' | 'wrong'>>,
): Promise<Shown> {
  if (NO_REDIS)
    return { jobs: 0, runs: 0, duplicates: 0, lost: 0, stuck: 0, inert: 0, wrong: [], note: `skipped: ${NO_REDIS}` }
  const ends: (() => unknown)[] = []
  const t = { teardown: (end: () => unknown) => void ends.unshift(end) } as Parameters<typeof openHand>[0]
  const special = ground.fleet && { specs: ground.fleet.specs, config: configOf(ground.fleet) }
  try {
    return await inRepository(
      settings,
      async (repository) => {
        const { aws, size } = settings
        const redis = await startRedis(t)
        const hand = openHand(t, redis)
        const others = await createOthers(aws, ground.fleet?.sites[0]?.account)
        const more = { JOBWRIGHT_QUEUE_URL: redis.url, JOBWRIGHT_QUEUE_KEY: KEY }
        const workers: Going[] = []
        const all: Going[] = []
        const startWorker = (): void => {
          const env = { ...environment(aws.url, repository.root), ...more }
          const going = launch([CLI, 'worker', '--concurrency', '4'], repository.root, env)
          workers.push(going)
          all.push(going)
        }
        t.teardown(() => stopAll(all))
        let planner: Going | undefined
        const run = (): Going => {
          planner =
            ground.fleet === undefined
              ? start(repository.root, aws, ['--settle', '0s'], {
                  ...more,
                  JOBWRIGHT_WAITS: JSON.stringify({ ...WAITS, queueMs: ground.queueMs }),
                })
              : start(repository.root, aws, [], { ...more, JOBWRIGHT_WAITS: '' })
          return planner
        }
        const lanes =
          ground.fleet === undefined
            ? SERVICES.map((service) => nameLane({ ...SITE, endpoint: aws.url }, service))
            : ground.fleet.sites.map((site) => nameLane({ ...site, endpoint: aws.url }, 'iot'))
        const queues = lanes.map((lane) => nameQueue('.', 'night-shifts', lane))
        for (const [at, queue] of queues.entries()) await hand.announce({ queue, lane: lanes[at]! })
        for (let count = 0; count < WORKERS; count++) startWorker()
        await Promise.all(workers.map((going) => untilServing(going, lanes.length)))
        const field = { redis, workers, planner: () => planner!, startWorker }
        const shown = await work({ field, repository, aws, size, hand, queues, run })
        const foreign = await findTouched(aws, others)
        return { ...shown, wrong: [...shown.wrong, ...foreign.map((id) => `somebody else's job ${id} was touched`)] }
      },
      special,
    )
  } finally {
    for (const end of ends) await end()
  }
}

/** Rates of which a pass plans about as many creates as one machine sends within a lease. */
function configOf({ targets }: Fleet): object {
  return { targets, limits: { 'iot.CreateJob': { perSecond: 3 } }, guards: { maxCreates: 1_000_000 } }
}

const SITE = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }

/** Resolves when a worker serves so many lanes. */
async function untilServing({ child, texts }: Going, lanes: number): Promise<void> {
  while (texts.stdout.split('\nserving ').length <= lanes) await once(child.stdout!, 'data')
}

async function stopAll(all: readonly Going[]): Promise<void> {
  for (const { child } of all) child.kill('SIGKILL')
  await Promise.all(all.map(({ ended }) => ended))
}

/** Somebody else's jobs in an account of ours: one that runs, and one that waits for its start. */
async function createOthers(aws: Aws, account = SITE.account): Promise<string[]> {
  const key = { key: `AKIATHEIRS${account}` }
  const targets = [`arn:aws:iot:eu-west-1:${account}:thing/theirs`]
  await call(aws.url, 'iot', 'PUT', '/jobs/somebody-elses', { targets, document: '{}' }, key)
  const their = 'their0000000000000000000000000000'
  const AssetSources = [{ Bucket: 'theirs', Key: 'their.csv' }]
  const Details = { ImportAssetsFromS3: { DataSetId: their, RevisionId: their, AssetSources } }
  await call(aws.url, 'dataexchange', 'POST', '/v1/jobs', { Type: 'IMPORT_ASSETS_FROM_S3', Details }, key)
  return (await aws.jobs()).map(({ id }) => id)
}

/** Finds jobs of somebody else that were started or cancelled. */
async function findTouched(aws: Aws, others: readonly string[]): Promise<string[]> {
  const isTouched = ({ service, status, startedAt }: EveryJob): boolean =>
    service === 'dataexchange' ? status !== 'WAITING' || startedAt !== undefined : /CANCEL|DELET/.test(String(status))
  const left = (await aws.jobs()).filter(({ id }) => others.includes(id))
  return [
    ...left.filter(isTouched).map(({ id }) => id),
    ...(others.length === 2 && left.length === 2 ? [] : ['(missing)']),
  ]
}

/** Says how many calls the workers made, and how many workers there were. */
function describeWork({ workers }: Field): string {
  const counts = workers.map(countDone)
  return `${counts.length} workers made ${counts.join(' + ')} calls`
}
