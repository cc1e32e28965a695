import fs from 'node:fs'
import path from 'node:path'
import { CLI, commit, write } from '../e2e/process.ts'
import { NO_REDIS, type RedisServer, startRedis } from '../redis/server.ts'
import { type Spec, specOf } from './night.ts'
import type { Scenario, Settings, Shown } from './scenarios.ts'
import { type Aws, environment, launch, openRepository, type Repository, verdictOf } from './stage.ts'

/* Two repositories of one account share its rate through a real Redis, which may fail in the middle of their work. */

/** What IoT takes in a second. It throttles the rest. */
const LIMIT = 10

/** What happens to Redis once both have created jobs. */
const STRIKES: Readonly<Record<string, ((redis: RedisServer) => unknown) | undefined>> = {
  'two repositories under one limit': undefined,
  '… Redis is killed': (redis) => redis.kill(),
  '… Redis is stopped': (redis) => redis.signal('SIGSTOP'),
  '… Redis is flushed': (redis) => redis.cli('FLUSHALL'),
}

/** The scenarios by name. */
export const SHARED_LANES: Readonly<Record<string, Scenario>> = {
  ...Object.fromEntries(Object.entries(STRIKES).map(([name, strike]) => [name, share(strike)])),
  'two repositories under ten slots': shareSlots,
}

/** How many harvests AWS runs at once, and how many each of the two repositories asks for. */
const SLOTS = 10
const HARVESTS = 24

/** Both reconcile at once, again and again, while their jobs end. */
function shareSlots(settings: Settings): Promise<Shown> {
  return withTeams(settings, HARVESTS, 'MediaPackageHarvestJob', async ({ redis, repositories }) => {
    const { aws } = settings
    const taken: number[] = []
    const codes: (number | null)[] = []
    while (codes.length < 40 && codes.slice(-2).join() !== '0,0') {
      const ran = await Promise.all(repositories.map((repository) => reconcile(repository, aws, redis.url, () => {})))
      codes.push(...ran.map(({ code }) => code))
      const jobs = (await aws.control('GET', 'jobs')) as { readonly status: string }[]
      taken.push(jobs.filter(({ status }) => status === 'IN_PROGRESS').length)
      await aws.control('POST', 'advance', { seconds: 3_600 })
    }
    const most = Math.max(...taken)
    return {
      ...(await judgeAll(repositories, aws)),
      jobs: 2 * HARVESTS,
      runs: codes.length,
      note: `at most ${most} harvests at once, in ${taken.length} rounds`,
      wrong: most > SLOTS ? [`${most} harvests at once`] : [],
    }
  })
}

/** What the oracle says of several repositories together. */
async function judgeAll(repositories: readonly Repository[], aws: Aws) {
  const verdicts = await Promise.all(repositories.map((repository) => verdictOf(repository, aws)))
  const sum = (member: keyof (typeof verdicts)[number]) => verdicts.reduce((total, one) => total + one[member], 0)
  return { duplicates: sum('duplicates'), lost: sum('lost'), stuck: sum('stuck'), inert: sum('inert') }
}

function share(strike: ((redis: RedisServer) => unknown) | undefined): Scenario {
  return (settings) =>
    withTeams(settings, settings.size, 'IotJob', async ({ redis, repositories }) => {
      const { aws, size } = settings
      await aws.control('PUT', 'limits', { rates: { iot: LIMIT } })
      const created: Created[] = []
      let isStruck = strike === undefined
      const sampling = sampleCalls(aws)
      const runs = await Promise.all(
        repositories.map((repository) =>
          reconcile(repository, aws, redis.url, () => {
            created.push({ repository, at: performance.now() })
            if (isStruck || !repositories.every((one) => created.some((told) => told.repository === one))) return
            isStruck = true
            void strike?.(redis)
          }),
        ),
      )
      const both = measureShares(created, repositories, await sampling.end())
      const throttles = await countThrottles(aws)
      const warnings = runs.map(({ stdout }) => stdout.split('"code":"LANES_REDIS"').length - 1)
      const wrong = [
        ...runs.flatMap(({ code }) => (code === 0 ? [] : [`a run ended with ${code}`])),
        ...(throttles > 0 ? [`${throttles} throttles`] : []),
        ...(strike === undefined && both.difference > 0.1
          ? [`shares differ by ${Math.round(both.difference * 100)} %`]
          : []),
        ...(Math.max(...warnings) === (strike === undefined ? 0 : 1) ? [] : [`${warnings.join(' and ')} warnings`]),
      ]
      return {
        ...(await judgeAll(repositories, aws)),
        jobs: 2 * size,
        runs: runs.length,
        note: `${both.perSecond.toFixed(1)} calls/s, ${both.counts.join(' and ')} creates while both ran, ${throttles} throttles, ${warnings.join(' and ')} warnings`,
        wrong,
      }
    })
}

type Teams = { readonly redis: RedisServer; readonly repositories: readonly Repository[] }

/** Does something with two repositories of one account and an empty Redis. */
async function withTeams(
  { aws, store }: Settings,
  size: number,
  kind: string,
  work: (teams: Teams) => Promise<Shown>,
): Promise<Shown> {
  if (NO_REDIS) return { ...NOTHING, note: `skipped: ${NO_REDIS}` }
  await aws.fresh()
  await aws.control('PUT', 'faults', [])
  const ends: (() => unknown)[] = []
  try {
    const redis = await startRedis({ teardown: (end) => ends.push(end) })
    const repositories = await Promise.all(['fleet', 'kiosk'].map((team) => openTeam(team, size, store, aws, kind)))
    ends.push(...repositories.map(({ remove }) => remove))
    return await work({ redis, repositories })
  } finally {
    for (const end of ends) await end()
  }
}

const NOTHING: Omit<Shown, 'note'> = { jobs: 0, runs: 0, duplicates: 0, lost: 0, stuck: 0, inert: 0, wrong: [] }

type Created = { readonly repository: Repository; readonly at: number }

async function openTeam(
  team: string,
  size: number,
  store: Parameters<typeof openRepository>[1],
  aws: Aws,
  kind: string,
) {
  const specs: Spec[] = Array.from({ length: size }, (_, n) => specOf(kind, `${team}-${String(n).padStart(4, '0')}`))
  const repository = await openRepository(specs, store, undefined, `${team}-shifts`, aws)
  const file = path.join(repository.root, 'jobwright.yaml')
  const config = JSON.parse(fs.readFileSync(file, 'utf8')) as { limits: object }
  write(repository.root, { 'jobwright.yaml': { ...config, limits: { ...config.limits, iot: { perSecond: LIMIT } } } })
  commit(repository.root)
  return repository
}

/** Runs `reconcile`, and tells each created job. */
function reconcile({ root }: Repository, aws: Aws, url: string, onCreated: () => void) {
  // A lease of the usual length, so that no commit lies between two creates.
  const env = { ...environment(aws.url, root), JOBWRIGHT_LANES_URL: url }
  const { child, ended } = launch([CLI, 'reconcile', '--output', 'json', '--settle', '0s'], root, env)
  child.stdout!.on('data', (text: string) => {
    for (let left = text.split('"step":"created"').length - 1; left > 0; left--) onCreated()
  })
  return ended
}

type Sample = { readonly at: number; readonly calls: number }

/** Reads again and again how many calls IoT has taken. */
function sampleCalls(aws: Aws): { end(): Promise<readonly Sample[]> } {
  const samples: Sample[] = []
  let isOver = false
  const work = async (): Promise<void> => {
    while (!isOver) {
      samples.push({
        at: performance.now(),
        calls: (await listIotCalls(aws)).reduce((sum, { count }) => sum + count, 0),
      })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const done = work()
  return {
    end: async () => {
      isOver = true
      await done
      return samples
    },
  }
}

/** Counts creates and all calls a second while both repositories create. */
function measureShares(created: readonly Created[], repositories: readonly Repository[], samples: readonly Sample[]) {
  const times = repositories.map((one) => created.filter(({ repository }) => repository === one).map(({ at }) => at))
  const from = Math.max(...times.map((all) => all[0] ?? 0))
  const to = Math.min(...times.map((all) => all.at(-1) ?? 0))
  const counts = times.map((all) => all.filter((at) => at >= from && at <= to).length)
  const between = samples.filter(({ at }) => at >= from && at <= to)
  const [first, last] = [between[0] ?? { at: 0, calls: 0 }, between.at(-1) ?? { at: 1, calls: 0 }]
  return {
    counts,
    perSecond: ((last.calls - first.calls) * 1000) / (last.at - first.at),
    difference: (Math.max(...counts) - Math.min(...counts)) / Math.max(...counts),
  }
}

async function countThrottles(aws: Aws): Promise<number> {
  const throttled = (await listIotCalls(aws)).filter(({ outcome }) => outcome === 'ThrottlingException')
  return throttled.reduce((sum, { count }) => sum + count, 0)
}

type Calls = { readonly service: string; readonly outcome: string; readonly count: number }

async function listIotCalls(aws: Aws): Promise<readonly Calls[]> {
  return ((await aws.control('GET', 'calls')) as Calls[]).filter(({ service }) => service === 'iot')
}
