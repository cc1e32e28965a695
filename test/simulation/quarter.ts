import type { Address } from '../../src/model/address.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Schedule } from '../../src/model/schedule.ts'
import type { Spec } from '../../src/model/spec.ts'
import type { State } from '../../src/model/state.ts'
import { NO_FAULTS, type Rates } from './faults.ts'
import { GitRemote } from './git-remote.ts'
import type { Ledger } from './ledger.ts'
import { EPOCH, Machine, Process } from './machine.ts'
import { kindAt } from './places.ts'
import { createRunner } from './series-runner.ts'
import type { Wish } from './services.ts'
import { World } from './town.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Days of a quarter of a year. */
export const QUARTER = 91
/** A run that was paused for long may still be there when the next one comes. */
const RUN_MAX = 3 * HOUR

const FAULTS: Rates = {
  ...NO_FAULTS,
  crash: 0.02,
  power: 0.3,
  pause: 0.004,
  asleep: 0.3,
  lostRequest: 0.03,
  lostResponse: 0.05,
  failBefore: 0.02,
  failAfter: 0.02,
  throttle: 0.02,
  listLag: 0.2,
  readLag: 0.1,
  pushLost: 0.03,
  pushAnswerLost: 0.03,
}

const ROLE = 'arn:aws:iam::123456789012:role/jobs'
const BERLIN = { timezone: 'Europe/Berlin', maxCatchUp: 3 } as const

/** The schedules of a job, one after the other: the users edit it. */
const WEEKLY: readonly Schedule[] = ['0 3 * * 1', '30 4 * * 2', '0 3 * * 5'].map((cron) => ({
  ...BERLIN,
  cron,
  start: '2026-11-16',
  catchUp: 'latest',
  overlap: 'wait',
}))
const NIGHTLY: Schedule = { ...BERLIN, every: 'P1D', start: '2026-11-16T02:30', catchUp: 'all', overlap: 'skip' }
const MATCHES: Schedule = {
  ...BERLIN,
  at: [
    '2026-11-21T17:30',
    '2026-11-28T20:30',
    '2026-12-05T17:30',
    '2026-12-06T17:30',
    '2027-01-16T20:30',
    '2027-01-30T17:30',
  ],
  start: '2026-11-16',
  catchUp: 'all',
  overlap: 'wait',
}

/** What a commit says: how often the weekly schedule was edited, and whether the nightly one is on hold. */
type Version = { readonly edits: number; readonly hold: boolean }

/** The specs of a commit. */
function specsOf({ edits, hold }: Version): Spec[] {
  return [
    specOf('IotJob/restart', WEEKLY[edits]!, {
      targets: ['arn:aws:iot:eu-west-1:123456789012:thing/kiosk'],
      document: { operation: 'restart' },
      description: { $text: '{name} {run}' },
    }),
    specOf(
      'PinpointExportJob/readers',
      NIGHTLY,
      {
        ApplicationId: 'news',
        ExportJobRequest: { RoleArn: ROLE, S3UrlPrefix: { $text: 's3://readers/{run}/' } },
      },
      hold,
    ),
    specOf('MediaPackageHarvestJob/match', MATCHES, {
      OriginEndpointId: 'live',
      StartTime: { $time: { from: 'occurrence', offset: '-PT2H' } },
      EndTime: { $time: { from: 'occurrence' } },
      S3Destination: { BucketName: 'vod', ManifestKey: { $text: '{run}.m3u8' }, RoleArn: ROLE },
    }),
  ]
}

function specOf(address: Address, schedule: Schedule, template: JsonObject, hold = false): Spec {
  const [kind = '', name = ''] = address.split('/')
  const file = `specs/${name}.yaml`
  return {
    address,
    kind,
    name,
    labels: {},
    policy: { run: 1, hold, adopt: false, allowIdentical: false, maxFailedPercent: 0, schedule },
    request: template,
    template,
    files: [file],
    place: { file, line: 1, column: 1, endLine: 1, endColumn: 2 },
    index: 0,
  }
}

/** Which run a request is for: `IotJob 202612070200`. Only the request says it, whatever the program believes. */
function readRun(kind: string, request: JsonObject): string {
  const { description, ExportJobRequest, S3Destination } = request
  const text = JSON.stringify([description ?? ExportJobRequest ?? S3Destination])
  return `${kind} ${/\b20\d{10}\b/.exec(text)?.[0]}`
}

/** What some weeks of schedules came to. */
export type Season = {
  readonly violations: readonly string[]
  readonly made: number
  readonly skipped: number
  readonly counts: ReadonlyMap<string, number>
  readonly lines: readonly string[]
}

/**
 * Lives days of a weekly, a nightly and a match-day schedule. Runners are killed, lose power and sleep, half of the time
 * there are two, and sometimes there is none for days. Clocks of machines jump. The weekly schedule is edited twice, the
 * nightly one is on hold for some days, and people take runs out.
 */
export async function liveSeason(seed: number, days: number, trace?: (line: string) => void): Promise<Season> {
  const world = new World(seed, trace)
  const { setting, services } = world
  const { random, time } = setting
  const remote = new GitRemote()
  const seen = new Sightings()
  remote.onMove = () => {
    const text = remote.text()
    if (text !== undefined) seen.look(JSON.parse(text) as State, EPOCH + time.now)
  }
  const wishes = new Map<string, Wish>()
  const ledger = {
    secret: 'no secret',
    wishOf: (request: JsonObject): Wish => {
      const what = JSON.stringify(request)
      const wish = wishes.get(what) ?? { of: 'ours', who: wishes.size, run: 1 }
      wishes.set(what, wish)
      return wish
    },
  } as unknown as Ledger
  const violations: string[] = []
  const [firstEdit, held, released, secondEdit] = [0.3, 0.4, 0.5, 0.7].map(
    (share) => Math.round((share + random.int(0, 99) / 1_000) * days) * DAY,
  ) as [number, number, number, number]
  const versions: readonly (Version & { readonly at: number })[] = [
    { at: 0, edits: 0, hold: false },
    { at: firstEdit, edits: 1, hold: false },
    { at: held, edits: 1, hold: true },
    { at: released, edits: 1, hold: false },
    { at: secondEdit, edits: 2, hold: false },
  ]
  let laptop = new Machine('laptop', random.int(-20_000, 20_000))
  let runs = 0
  const runner = createRunner(world, remote, ledger)

  /** Runs one or two runners at once, until they end or die, or for hours. */
  const visit = async (count: number): Promise<void> => {
    let left = count
    const processes = Array.from({ length: count }, (_, index) => {
      // A runner of GitHub is a new machine.
      const machine = index === 0 ? laptop : new Machine(`runner-${runs}`, random.int(-20_000, 20_000))
      const process = new Process(`p${++runs}@${machine.name}`, machine, setting)
      process.onDeath = () => {
        left--
      }
      const commit = versions.findLastIndex(({ at }) => at <= time.now)
      void runner.run(process, specsOf(versions[commit]!), commit).then((error) => {
        if (error !== undefined) violations.push(`a run threw: ${error instanceof Error ? error.stack : String(error)}`)
        process.die()
      })
      return process
    })
    const end = time.now + RUN_MAX
    await time.until(() => left === 0 || time.now > end)
    for (const process of processes) process.die()
    if (random.hit(0.05)) laptop = new Machine(`laptop-${runs}`, random.int(-20_000, 20_000))
    // A clock may also be wrong by days. Such a machine makes nothing, and decides by AWS's time.
    laptop.skew = random.hit(0.08) ? random.pick([-1, 1]) * random.int(MINUTE, 3 * DAY) : random.int(-20_000, 20_000)
  }

  const pass = async (ms: number): Promise<void> => {
    let isOver = false
    time.after(ms, () => {
      isOver = true
    })
    await time.until(() => isOver)
  }

  /** A person takes the next nightly run out, unless their machine dies over it. */
  const takeOut = async (): Promise<void> => {
    const process = new Process(`skip-${++runs}`, laptop, setting)
    let isOver = false
    const end = (): void => {
      isOver = true
    }
    process.onDeath = end
    void runner
      .skip(process, 'PinpointExportJob/readers', (after) => listInstants(NIGHTLY, after, after + 2 * DAY)[0])
      .then(end, end)
    const last = time.now + RUN_MAX
    await time.until(() => isOver || time.now > last)
    process.die()
  }

  let isBegun = false
  const first = new Process('begin', laptop, setting)
  void runner.begin(first).then(() => {
    isBegun = true
  })
  await time.until(() => isBegun)
  first.die()
  setting.rates = FAULTS
  while (time.now < days * DAY) {
    await visit(random.hit(0.5) ? 2 : 1)
    if (random.hit(0.04)) await takeOut()
    await pass(random.hit(0.04) ? random.int(2, 9) * DAY : random.int(20 * MINUTE, 14 * HOUR))
  }
  setting.rates = NO_FAULTS
  for (let turn = 0; turn < 8; turn++) {
    await visit(1)
    await pass(4 * HOUR)
  }
  const made = services.jobs.map(({ kind, request }) => readRun(kind, request))
  return {
    violations: [
      ...violations,
      ...seen.judge(made, EPOCH + days * DAY),
      ...services.jobs
        .filter(({ kind, request, createdAt }) => EPOCH + createdAt < instantOf(readRun(kind, request)))
        .map(({ kind, request }) => `${readRun(kind, request)} was made before it was due`),
    ],
    made: made.length,
    skipped: seen.skipped.size,
    counts: world.counts,
    lines: world.lines,
  }
}

/** What the stored states have said of each series: its schedules, and the runs that were skipped. */
class Sightings {
  readonly skipped = new Set<string>()
  /** Runs that a person asked to skip. */
  readonly #asked = new Set<string>()
  readonly #wrong: string[] = []
  readonly #schedules = new Map<string, { readonly schedule: Schedule; readonly from: number }[]>()
  #last: State | undefined

  look(state: State, now: number): void {
    this.#last = state
    for (const [address, { schedule, decided, skipped = [], skip = [] }] of Object.entries(state.series ?? {})) {
      const kind = kindAt(address)
      for (const at of skip) this.#asked.add(`${kind} ${formatInstant(Date.parse(at))}`)
      if (Date.parse(decided) > now) this.#wrong.push(`${address} was decided up to ${decided}, ahead of time`)
      for (const { at, until, schedule: former = schedule } of skipped) {
        const row = until === undefined ? [Date.parse(at)] : listInstants(former, Date.parse(at) - 1, Date.parse(until))
        for (const instant of row) this.skipped.add(`${kind} ${formatInstant(instant)}`)
      }
      const known = this.#schedules.get(kind) ?? []
      if (JSON.stringify(known.at(-1)?.schedule) !== JSON.stringify(schedule))
        this.#schedules.set(kind, [...known, { schedule, from: Date.parse(decided) }])
    }
  }

  /** Each run is made once or skipped, on record, and nothing else is made. Schedules are those that held at the time. */
  judge(made: readonly string[], end: number): string[] {
    const violations: string[] = [...this.#wrong]
    for (const run of this.#asked) if (made.includes(run)) violations.push(`${run} was made, and a person took it out`)
    const due = new Set<string>()
    for (const [address, { decided, due: pending = [] }] of Object.entries(this.#last?.series ?? {})) {
      const kind = kindAt(address)
      const all = this.#schedules.get(kind) ?? []
      for (const [index, { schedule, from }] of all.entries()) {
        const until = all[index + 1]?.from ?? Date.parse(decided)
        for (const instant of listInstants(schedule, from, until)) due.add(`${kind} ${formatInstant(instant)}`)
      }
      for (const at of pending) due.delete(`${kind} ${formatInstant(Date.parse(at))}`)
      const behind = end - Date.parse(decided)
      const isOver = kind === 'MediaPackageHarvestJob'
      if (!isOver && behind > 8 * DAY) violations.push(`${address} stopped ${behind / DAY} days before the end`)
      if (this.#last?.series?.[address as Address]?.skips !== this.#count(kind))
        violations.push(
          `${address} counts ${this.#last?.series?.[address as Address]?.skips} skipped runs, not ${this.#count(kind)}`,
        )
    }
    for (const run of due)
      if (!made.includes(run) && !this.skipped.has(run)) violations.push(`${run} was neither made nor skipped`)
    for (const run of new Set(made)) {
      const times = made.filter((one) => one === run).length
      if (times > 1) violations.push(`${run} was made ${times} times`)
      if (this.skipped.has(run)) violations.push(`${run} was made and skipped`)
    }
    return violations
  }

  #count(kind: string): number | undefined {
    const count = [...this.skipped].filter((run) => run.startsWith(`${kind} `)).length
    return count === 0 ? undefined : count
  }
}

/** The UTC minute of an instant: `202612070200`. */
function formatInstant(instant: number): string {
  return new Date(instant).toISOString().slice(0, 16).replaceAll(/\D/g, '')
}

/** The instant that the name of a run tells. */
function instantOf(run: string): number {
  const [, year, month, day, hour, minute] = /(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(run) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}Z`)
}

/** Berlin is an hour ahead of UTC all winter. */
const AHEAD_MS = HOUR

/** The instants of a schedule of this world after one and up to another, by arithmetic of its own. */
function listInstants({ cron, at, start }: Schedule, after: number, until: number): number[] {
  const isDue = (instant: number): boolean =>
    instant > after && instant <= until && instant >= Date.parse(`${start.slice(0, 10)}T00:00Z`) - AHEAD_MS
  if (at) return at.map((time) => Date.parse(`${time}Z`) - AHEAD_MS).filter(isDue)
  const [minute = '30', hour = '2', , , day] = cron?.split(' ') ?? []
  const first = Date.parse('2026-11-15T00:00Z') + Number(hour) * HOUR + Number(minute) * MINUTE - AHEAD_MS
  return Array.from({ length: 130 }, (_, index) => first + index * DAY)
    .filter(isDue)
    .filter((instant) => day === undefined || new Date(instant + AHEAD_MS).getUTCDay() === Number(day))
}
