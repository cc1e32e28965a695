import fs from 'node:fs'
import { nameLane, nameQueue } from '../../src/workers/task.ts'
import { CLI } from '../../test/e2e/process.ts'
import { KEY, openHand } from '../../test/e2e/workers.ts'
import { type Fleet, spread } from '../../test/proof/fleet.ts'
import { judge } from '../../test/proof/night.ts'
import { type Aws, environment, type Going, launch, openRepository, type Repository } from '../../test/proof/stage.ts'
import { startRedis } from '../../test/redis/server.ts'

/* A planner with workers against the same run alone: creates of IoT jobs a second, and what they cost. */

/** One measurement. */
export type Load = {
  readonly jobs: number
  /** 0: the run makes its calls itself. */
  readonly workers: number
  readonly accounts: number
  /** What the lane of each account lets pass in a second, and what the emulator takes. */
  readonly perSecond: number
}

/** What a load showed. */
export type Carried = {
  readonly createsPerSecond: number
  readonly plannerCpuMs: number
  readonly workersCpuMs: number
  /** Jobs that the run left to the next one, because it or Redis was too slow. */
  readonly unsent: number
  /** Jobs that are lost, made twice or stuck. */
  readonly wrong: number
}

/** A rate that no run reaches. */
export const OPEN = 10_000

/** Creates the jobs of a load, and measures the time between the first and the last. */
export async function carry(load: Load, aws: Aws): Promise<Carried> {
  await aws.fresh()
  await aws.control('PUT', 'limits', { rates: { iot: load.perSecond } })
  const ends: (() => unknown)[] = []
  const t = { teardown: (end: () => unknown) => void ends.unshift(end) } as Parameters<typeof openHand>[0]
  try {
    const fleet = spread(load.jobs, load.accounts)
    const repository = await openLoad(fleet, load, aws)
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
      const lanes = fleet.sites.map((site) => nameLane({ ...site, endpoint: aws.url }, 'iot'))
      for (const lane of lanes) await hand.announce({ queue: nameQueue('.', 'night-shifts', lane), lane })
      for (let count = 0; count < load.workers; count++) startWorker()
      await Promise.all(workers.map(({ going }) => untilServing(going, lanes.length)))
    }
    const before = workers.reduce((sum, one) => sum + one.cpuMs(), 0)
    const ran = await run(repository, env)
    const after = workers.reduce((sum, one) => sum + one.cpuMs(), 0)
    const { state } = await repository.store().read()
    const records = state?.records ?? {}
    const begun = repository.specs.filter(({ address }) => address in records)
    const { duplicates, lost, stuck } = judge(begun, await aws.jobs(), records)
    const unsent = repository.specs.length - begun.length
    return { ...ran, workersCpuMs: after - before, unsent, wrong: duplicates + lost + stuck }
  } finally {
    for (const end of ends) await end()
  }
}

function openLoad({ specs, targets }: Fleet, { perSecond }: Load, aws: Aws): Promise<Repository> {
  const limits = { iot: { perSecond } }
  return openRepository(specs, 'file', undefined, 'night-shifts', aws, { targets, limits })
}

/** Reconciles once. */
async function run({ root }: Repository, env: Record<string, string>) {
  const times: number[] = []
  const planner = measureCpu(launch([CLI, 'reconcile', '--output', 'json'], root, env))
  planner.going.child.stdout!.on('data', (text: string) => {
    for (let left = text.split('"step":"created"').length - 1; left > 0; left--) times.push(performance.now())
  })
  const { code, stdout, stderr } = await planner.going.ended
  if (code !== 0 && code !== 5) throw new Error(`${stdout}${stderr}`)
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000
  return { createsPerSecond: (times.length - 1) / seconds, plannerCpuMs: planner.cpuMs() }
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
