import { type JobRecord, recordEntries } from '../../src/model/state.ts'
import { CLI } from '../e2e/process.ts'
import type { EveryJob } from '../emulator/setup.ts'
import { seeded } from '../plan/seeded.ts'
import type { Spec } from './night.ts'
import type { Scenario, Shown } from './scenarios.ts'
import { type Aws, environment, launch, openAws, openRepository, type Repository, WAITS } from './stage.ts'
import { clockVariable, IN_VIRTUAL_TIME } from './virtual-clock.ts'
import { hunt } from './whole-life.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Monday, 00:00 in Berlin, which is an hour ahead of UTC all winter. */
const MONDAY = Date.parse('2026-11-16T00:00Z') - HOUR
/** Virtual seconds in a real one while a runner is there. Between two visits, time leaps. */
const SCALE = 20
/** Visits after the last run is due, by which all must have come to rest. */
const VISITS_AFTER = 12

const ROLE = 'arn:aws:iam::123456789012:role/jobs'

/** A schedule as its spec writes it, and the minutes after Monday 00:00 at which its runs are due: the oracle's word. */
type Repeating = Spec & { readonly dueAt: readonly number[] }

function listRepeating(days: number): Repeating[] {
  const end = new Date(MONDAY + HOUR + (days - 1) * DAY).toISOString().slice(0, 10)
  const each = (hours: number, first: number): number[] =>
    Array.from({ length: (days * 24) / hours }, (_, index) => first + index * hours * 60)
  const evenings = [19, 20, 18, 21].map((hour, index) => (index * 2 * 24 + hour) * 60 + 45)
  const matches = evenings.filter((minute) => minute < days * 24 * 60)
  return [
    repeat('IotJob', 'restart', each(4, 30), {
      schedule: { cron: '30 */4 * * *', catchUp: 'all', end },
      spec: {
        targets: ['arn:aws:iot:eu-west-1:123456789012:thing/kiosk'],
        document: { operation: 'restart' },
        description: { $text: '{name} {run}' },
      },
    }),
    repeat('PinpointExportJob', 'readers', each(6, 135), {
      schedule: { every: 'PT6H', start: '2026-11-16T02:15', overlap: 'skip', end },
      spec: {
        ApplicationId: 'news',
        ExportJobRequest: { RoleArn: ROLE, S3UrlPrefix: { $text: 's3://readers/{run}/' } },
      },
    }),
    repeat('MediaPackageHarvestJob', 'match', matches, {
      schedule: { at: matches.map((minute) => new Date(MONDAY + HOUR + minute * MINUTE).toISOString().slice(0, 16)) },
      spec: {
        OriginEndpointId: 'live',
        StartTime: { $time: { from: 'occurrence', offset: '-PT2H' } },
        EndTime: { $time: { from: 'occurrence' } },
        S3Destination: { BucketName: 'vod', ManifestKey: { $text: '{run}.m3u8' }, RoleArn: ROLE },
      },
    }),
  ]
}

function repeat(
  kind: string,
  name: string,
  minutes: readonly number[],
  { schedule, spec }: { readonly schedule: object; readonly spec: object },
): Repeating {
  const policy = { schedule: { timezone: 'Europe/Berlin', start: '2026-11-16', ...schedule } }
  return {
    kind,
    name,
    address: `${kind}/${name}`,
    document: { apiVersion: 'jobwright/v1', kind, metadata: { name }, policy, spec },
    dueAt: minutes.map((minute) => MONDAY + minute * MINUTE),
  }
}

/**
 * Lives days of three schedules in fast motion. Runners come at random times, half of the time two at once. Many are
 * killed, answers get lost, and sometimes no runner comes for a day.
 */
export function week(days: number): Scenario {
  return async ({ seed, store }) => {
    const aws = await openAws(seed, ['--time-scale', String(SCALE), '--start-at', new Date(MONDAY).toISOString()])
    const specs = listRepeating(days)
    const repository = await openRepository(specs, store)
    try {
      const clone = store === 'git' ? repository.clone() : repository.root
      return await live({ aws, repository, clone, specs, days, random: seeded(seed) })
    } finally {
      await aws.close()
      repository.remove()
    }
  }
}

type Week = {
  readonly aws: Aws
  readonly repository: Repository
  /** Where the second runner works. */
  readonly clone: string
  readonly specs: readonly Repeating[]
  readonly days: number
  readonly random: () => number
}

async function live(week: Week): Promise<Shown> {
  const { aws, repository, clone, specs, days, random } = week
  const ends: (number | null)[] = []
  const skipped = new Set<string>()
  const wrong: string[] = []
  const visit = async (roots: readonly string[], isHunted: boolean): Promise<void> => {
    const runners = await Promise.all(roots.map((root) => startRunner(aws, root)))
    for (const runner of runners)
      if (isHunted && random() < 0.5) hunt({ random, moments: [] }, runner, 1_500, random() < 0.3)
    for (const { code, stdout } of await Promise.all(runners.map(({ ended }) => ended))) {
      ends.push(code)
      if (![null, 0, 6, 8, 9, 10].includes(code)) wrong.push(`a run ended with ${code}: ${stdout}`)
    }
    const { state } = await repository.store().read()
    for (const [address, { skipped: told = [] }] of Object.entries(state?.series ?? {}))
      for (const { at, until = at } of told)
        for (const instant of specs.find((one) => one.address === address)?.dueAt ?? [])
          if (instant >= Date.parse(at) && instant <= Date.parse(until)) skipped.add(nameRun(address, instant))
  }
  await aws.control('PUT', 'faults', [{ fault: 'drop-response', rate: 0.05 }])
  while ((await readClock(aws)) < MONDAY + days * DAY) {
    await visit(random() < 0.5 ? [repository.root, clone] : [repository.root], true)
    const away = random() < 0.06 ? 14 * HOUR + random() * 16 * HOUR : 10 * MINUTE + random() * 5 * HOUR
    await aws.control('POST', 'advance', { seconds: Math.round(away / 1_000) })
  }
  await aws.control('PUT', 'faults', [])
  for (let turn = 0; turn < VISITS_AFTER; turn++) {
    await visit([repository.root], false)
    await aws.control('POST', 'advance', { seconds: 3_600 })
  }
  const killed = ends.filter((code) => code === null).length
  const judged = judge(specs, await aws.jobs(), skipped)
  const { state } = await repository.store().read()
  const records = new Map<string, JobRecord>(recordEntries(state?.records))
  // The list of what is to be made is written with the next decision, so runs on record may still be in it.
  const open = Object.entries(state?.series ?? {}).flatMap(([address, { due = [] }]) =>
    due.map((at) => nameRun(address, Date.parse(at)).replace(' ', '-')).filter((run) => !records.has(run)),
  )
  const unsettled = [...records.values()].filter(({ stage }) => stage !== 'started')
  return {
    ...judged,
    runs: ends.length,
    stuck: open.length + unsettled.length,
    note: `${killed} kills; ${judged.jobs} runs made, ${skipped.size} skipped`,
    wrong: [...wrong, ...judged.wrong],
  }
}

async function startRunner(aws: Aws, root: string): Promise<ReturnType<typeof launch>> {
  const time = { real: Date.now(), virtual: await readClock(aws), scale: SCALE }
  const waits = Object.fromEntries(Object.entries(WAITS).map(([name, ms]) => [name, ms * SCALE]))
  return launch([...IN_VIRTUAL_TIME, CLI, 'reconcile', '--settle', '0s', '--output', 'json'], root, {
    ...environment(aws.url, root),
    PROOF_CLOCK: clockVariable(time),
    JOBWRIGHT_WAITS: JSON.stringify(waits),
  })
}

async function readClock(aws: Aws): Promise<number> {
  return Date.parse(((await aws.control('GET', 'clock')) as { now: string }).now)
}

/** `IotJob/restart 202611161730`: the identity of a run. */
function nameRun(address: string, instant: number): string {
  return `${address} ${new Date(instant).toISOString().slice(0, 16).replaceAll(/\D/g, '')}`
}

const SERVICES: Readonly<Record<string, string>> = {
  IotJob: 'iot',
  PinpointExportJob: 'pinpoint',
  MediaPackageHarvestJob: 'mediapackage',
}

/** Holds the jobs and the skipped runs against what is due by the oracle's own arithmetic. */
function judge(
  specs: readonly Repeating[],
  jobs: readonly EveryJob[],
  skipped: ReadonlySet<string>,
): Pick<Shown, 'jobs' | 'duplicates' | 'lost' | 'inert' | 'wrong'> {
  const made = jobs.map((job) => {
    const { address = '' } = specs.find(({ kind }) => SERVICES[kind] === job.service) ?? {}
    // Only the request says which run it is for, whatever the program believes.
    return `${address} ${/\b20\d{10}\b/.exec(JSON.stringify(job['request']))?.[0]}`
  })
  const due = new Set(specs.flatMap(({ address, dueAt }) => dueAt.map((instant) => nameRun(address, instant))))
  const distinct = new Set(made)
  return {
    jobs: made.length,
    duplicates: made.length - distinct.size,
    lost: [...due].filter((run) => !distinct.has(run) && !skipped.has(run)).length,
    inert: 0,
    wrong: [
      ...[...due].filter((run) => !distinct.has(run) && !skipped.has(run)).map((run) => `${run} was not made`),
      ...[...distinct].filter((run) => !due.has(run)).map((run) => `${run} was made, and never due`),
      ...[...skipped].filter((run) => distinct.has(run)).map((run) => `${run} was made and skipped`),
    ],
  }
}
