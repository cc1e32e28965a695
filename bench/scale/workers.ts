import fs from 'node:fs'
import path from 'node:path'
import { nameLane, nameQueue } from '../../src/workers/task.ts'
import { CLI, commit, write } from '../../test/e2e/process.ts'
import { KEY, openHand } from '../../test/e2e/workers.ts'
import { judge, type Spec, specOf } from '../../test/proof/night.ts'
import { type Aws, environment, type Going, launch, openRepository, type Repository } from '../../test/proof/stage.ts'
import { type RedisServer, startRedis } from '../../test/redis/server.ts'

/* A planner with workers against the same run alone: creates of IoT jobs a second, and what they cost. */

/** One measurement. */
export type Load = {
  readonly jobs: number
  /** 0: the run makes its calls itself. */
  readonly workers: number
  readonly accounts?: number
  /** What IoT takes in a second in each account. Absent: the lanes are open. */
  readonly perSecond?: number
  /** A worker, the planner and Redis are killed again and again. */
  readonly kills?: boolean
}

/** What a load showed. */
export type Carried = {
  readonly seconds: number
  readonly createsPerSecond: number
  /** Seconds of all creates, from the first to the last. */
  readonly plannerCpuMs: number
  readonly workersCpuMs: number
  readonly kills: number
  readonly runs: number
  readonly wrong: number
}

const OPEN = 10_000
const RUNS_MAX = 60

/** Creates the jobs of a load, and measures the time between the first and the last. */
export async function carry(load: Load, aws: Aws): Promise<Carried> {
  const { accounts = 1, perSecond = OPEN } = load
  await aws.fresh()
  await aws.control('PUT', 'limits', { rates: { iot: perSecond } })
  const ends: (() => unknown)[] = []
  const t = { teardown: (end: () => unknown) => void ends.unshift(end) } as Parameters<typeof openHand>[0]
  try {
    const repository = await openLoad(load, aws)
    t.teardown(() => repository.remove())
    const redis = load.workers > 0 ? await startRedis(t) : undefined
    const more = redis && { JOBWRIGHT_QUEUE_URL: redis.url, JOBWRIGHT_QUEUE_KEY: KEY }
    const env: Record<string, string> = { ...environment(aws.url, repository.root), ...more }
    const workers: Measured[] = []
    const startWorker = (): void => {
      workers.push(measureCpu(launch([CLI, 'worker'], repository.root, env)))
    }
    t.teardown(() => stopAll(workers))
    if (redis) {
      const hand = openHand(t, redis)
      for (const account of listAccounts(accounts)) {
        const lane = nameLane({ partition: 'aws', account, region: 'eu-west-1', endpoint: aws.url }, 'iot')
        await hand.announce({ queue: nameQueue('.', 'night-shifts', lane), lane })
      }
      for (let count = 0; count < load.workers; count++) startWorker()
      await Promise.all(workers.map(({ going }) => untilServing(going, accounts)))
    }
    const before = workers.reduce((sum, one) => sum + one.cpuMs(), 0)
    const ran = await runAll(repository, env, load, { redis, workers, startWorker })
    const after = workers.reduce((sum, one) => sum + one.cpuMs(), 0)
    const { state } = await repository.store().read()
    const { duplicates, lost, stuck } = judge(repository.specs, await aws.jobs(), state?.records ?? {})
    return { ...ran, workersCpuMs: after - before, wrong: duplicates + lost + stuck }
  } finally {
    for (const end of ends) await end()
  }
}

/** Accounts, of which the first is that of the credentials. */
function listAccounts(count: number): string[] {
  return Array.from({ length: count }, (_, n) => String(123456789012 + n))
}

async function openLoad({ jobs, accounts = 1, perSecond = OPEN }: Load, aws: Aws): Promise<Repository> {
  const targets = Object.fromEntries(
    listAccounts(accounts).map((account) => [
      `a${account}`,
      { region: 'eu-west-1', account, roleArn: `arn:aws:iam::${account}:role/jobwright` },
    ]),
  )
  const names = Object.keys(targets)
  const specs: Spec[] = Array.from({ length: jobs }, (_, n) => {
    const spec = specOf('IotJob', `lamp-${String(n).padStart(6, '0')}`)
    return accounts === 1 ? spec : { ...spec, document: { ...spec.document, target: names[n % names.length] } }
  })
  const repository = await openRepository(specs, 'file', undefined, 'night-shifts', aws)
  const file = path.join(repository.root, 'jobwright.yaml')
  const config = JSON.parse(fs.readFileSync(file, 'utf8')) as object
  const limits = { iot: { perSecond }, 'iot.CreateJob': { perSecond } }
  write(repository.root, {
    'jobwright.yaml': { ...config, limits, guards: { maxCreates: 100_000 }, ...(accounts > 1 && { targets }) },
  })
  commit(repository.root)
  return repository
}

type Struck = {
  readonly redis: RedisServer | undefined
  readonly workers: readonly Measured[]
  readonly startWorker: () => void
}

/** Reconciles until nothing is left. */
async function runAll(
  { root }: Repository,
  env: Record<string, string>,
  load: Load,
  { redis, workers, startWorker }: Struck,
) {
  const times: number[] = []
  const strikes = [
    () => {
      workers.at(-1)?.going.child.kill('SIGKILL')
      startWorker()
    },
    () => planner?.going.child.kill('SIGKILL'),
    () => void redis?.kill().then(() => redis.restart()),
  ]
  let planner: Measured | undefined
  let [cpuMs, kills, runs] = [0, 0, 0]
  for (let code: number | null = null; code !== 0 && runs < RUNS_MAX; runs++) {
    planner = measureCpu(launch([CLI, 'reconcile', '--output', 'json'], root, env))
    planner.going.child.stdout!.on('data', (text: string) => {
      for (let left = text.split(/"step":"(?:created|adopted)"/).length - 1; left > 0; left--) {
        times.push(performance.now())
        // Ten strikes, evenly over all creates.
        if (load.kills && times.length % Math.ceil(load.jobs / 10) === 0) strikes[kills++ % strikes.length]!()
      }
    })
    const ended = await planner.going.ended
    code = ended.code
    if (code === 1 || code === 4) throw new Error(`${ended.stdout}${ended.stderr}`)
    cpuMs += planner.cpuMs()
  }
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
  return { seconds, createsPerSecond: (times.length - 1) / seconds, plannerCpuMs: cpuMs, kills, runs }
}

type Measured = { readonly going: Going; cpuMs(): number }

/** Reads now and then how much processor time a process has used, because a process that has ended no longer tells. */
function measureCpu(going: Going): Measured {
  let ms = 0
  const read = (): void => {
    try {
      // `env` has become the program: the process is the same.
      const fields = fs
        .readFileSync(`/proc/${going.child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      // In hundredths of a second: in user mode, and in the kernel.
      ms = Math.max(ms, 10 * (Number(fields[11]) + Number(fields[12])))
    } catch {
      // It has ended.
    }
  }
  const timer = setInterval(read, 50)
  void going.ended.then(() => clearInterval(timer))
  return {
    going,
    cpuMs: () => {
      read()
      return ms
    },
  }
}

async function untilServing({ texts }: Going, lanes: number): Promise<void> {
  while (texts.stdout.split('\nserving ').length <= lanes) await new Promise((resolve) => setTimeout(resolve, 50))
}

async function stopAll(all: readonly Measured[]): Promise<void> {
  for (const { going } of all) going.child.kill('SIGKILL')
  await Promise.all(all.map(({ going }) => going.ended))
}
