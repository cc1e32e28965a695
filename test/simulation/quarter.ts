import { createLanes } from '../../src/aws/lanes.ts'
import { getModel } from '../../src/kinds/index.ts'
import { type Address, parseAddress } from '../../src/model/address.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import { getValue, type JsonObject } from '../../src/model/json.ts'
import { Problem } from '../../src/model/problem.ts'
import type { Schedule } from '../../src/model/schedule.ts'
import type { Spec } from '../../src/model/spec.ts'
import { emptyState, type State } from '../../src/model/state.ts'
import { reconcile } from '../../src/reconcile/reconcile.ts'
import { listInstants } from '../../src/schedule/instants.ts'
import { formatInstant } from '../../src/schedule/names.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import type { OpenStore } from '../../src/state/store.ts'
import { callsOf } from './calls.ts'
import { NO_FAULTS, type Rates } from './faults.ts'
import { GitRemote } from './git-remote.ts'
import type { Ledger } from './ledger.ts'
import { EPOCH, Machine, Process } from './machine.ts'
import type { Wish } from './services.ts'
import { SITES, World } from './town.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const QUARTER = 91 * DAY
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

/** The specs after some edits of the weekly one. */
function specsAfter(edits: number): Spec[] {
  return [
    specOf('IotJob/restart', WEEKLY[edits]!, {
      targets: ['arn:aws:iot:eu-west-1:123456789012:thing/kiosk'],
      document: { operation: 'restart' },
      description: { $text: '{name} {run}' },
    }),
    specOf('PinpointExportJob/readers', NIGHTLY, {
      ApplicationId: 'news',
      ExportJobRequest: { RoleArn: ROLE, S3UrlPrefix: { $text: 's3://readers/{run}/' } },
    }),
    specOf('MediaPackageHarvestJob/match', MATCHES, {
      OriginEndpointId: 'live',
      StartTime: { $time: { from: 'occurrence', offset: '-PT2H' } },
      EndTime: { $time: { from: 'occurrence' } },
      S3Destination: { BucketName: 'vod', ManifestKey: { $text: '{run}.m3u8' }, RoleArn: ROLE },
    }),
  ]
}

function specOf(address: Address, schedule: Schedule, template: JsonObject): Spec {
  const { kind, name } = parseAddress(address)
  const file = `specs/${name}.yaml`
  return {
    address,
    kind,
    name,
    labels: {},
    policy: { run: 1, hold: false, adopt: false, allowIdentical: false, maxFailedPercent: 0, schedule },
    request: template,
    template,
    files: [file],
    place: { file, line: 1, column: 1, endLine: 1, endColumn: 2 },
    index: 0,
  }
}

/** Which run a request is for: `IotJob 202612070200`. Only the request says it, whatever the program believes. */
function readRun(kind: string, request: JsonObject): string {
  const text = ['/description', '/ExportJobRequest/S3UrlPrefix', '/S3Destination/ManifestKey']
    .map((pointer) => getValue(request, pointer))
    .find((value) => typeof value === 'string')
  return `${kind} ${/\d{12}/.exec(String(text))?.[0]}`
}

/** What a quarter of a year came to. */
export type Quarter = {
  readonly violations: readonly string[]
  readonly made: number
  readonly skipped: number
  readonly counts: ReadonlyMap<string, number>
  readonly lines: readonly string[]
}

/**
 * Lives a quarter of a year of a weekly, a nightly and a match-day schedule. Runners are killed, lose power and sleep,
 * half of the time there are two, and sometimes there is none for days. The weekly schedule is edited twice.
 */
export async function liveQuarter(seed: number): Promise<Quarter> {
  const world = new World(seed)
  const { setting, services } = world
  const { random, time } = setting
  const remote = new GitRemote()
  const seen = new Sightings()
  remote.onMove = () => {
    const text = remote.text()
    if (text !== undefined) seen.look(JSON.parse(text) as State)
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
  let laptop = new Machine('laptop', random.int(-20_000, 20_000))
  let runs = 0
  let edits = 0
  const openStore = (process: Process): Promise<OpenStore> =>
    createGitStore({
      disk: process.machine.disk.doorOf(process),
      tryLock: process.tryLock,
      name: () => ({ pid: 1, host: process.machine.name, since: '2026-11-15T09:00:00Z' }),
      repository: '/repo',
      git: remote.gitOf(process),
      mark: () => `${process.name} ${++runs}`,
    }).open()

  const run = async (process: Process, commit: number): Promise<void> => {
    const store = await openStore(process)
    try {
      const { clock } = process
      const lanes = createLanes(clock)
      await process.effect('GetCallerIdentity', 30, () => process.hearTime(time.now))
      const source = store.state?.source?.commit
      const known = source === undefined ? undefined : Number.parseInt(source, 16)
      await reconcile(
        {
          specs: specsAfter(commit),
          blocked: [],
          complete: true,
          waits: DEFAULT_WAITS,
          modelOf: getModel,
          checkout: {
            git: true,
            commit: nameCommit(commit),
            dirty: [],
            deleted: [],
            shallow: false,
            relation: known === undefined ? 'none' : known === commit ? 'same' : known < commit ? 'ahead' : 'behind',
          },
          rules: { emulator: false, offline: false, allowDirty: false, allowRemovals: false },
          guards: { maxCreates: 1, maxRemovals: 1 },
          perDay: () => undefined,
          refresh: false,
          source: { commit: nameCommit(commit) },
        },
        {
          world: {
            siteOf: () => SITES['here'],
            awsNow: () => process.told && process.told.time + clock.monotonic() - process.told.at,
            clockOffsetMs: () => process.told && process.told.time - process.told.wall,
            callsOf: (site, kind) =>
              Promise.resolve(
                callsOf(kind, site, {
                  process,
                  services,
                  lanes,
                  ledger,
                  by: 'ours',
                  isTagRefused: false,
                  onSend: () => ({ arrived: () => {}, heard: () => {} }),
                  onStep: () => {},
                }),
              ),
            perSecond: (site, model) => lanes.lane(site, model, model.api.operations.create).limit.perSecond,
            where: 'simulation',
            close: () => {},
          },
          store,
          clock,
          timeScale: 1,
          modelOf: getModel,
          emit: (event) => {
            if (event.type !== 'planned') return
            const lines = event.plan.actions.map(({ address, action, reason }) => `${action} ${address} (${reason})`)
            setting.log(`${process.name} plans ${lines.join('; ')}`)
          },
          signal: new AbortController().signal,
          wait: false,
          settleMs: random.pick([0, 40 * MINUTE]),
          pollMs: { least: 5_000, most: 300_000 },
        },
      )
    } finally {
      await store.close()
    }
  }

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
      run(process, edits).then(
        () => process.die(),
        (error: unknown) => {
          if (!(error instanceof Problem)) violations.push(`a run threw: ${String((error as Error).stack ?? error)}`)
          process.die()
        },
      )
      return process
    })
    const end = time.now + RUN_MAX
    await time.until(() => left === 0 || time.now > end)
    for (const process of processes) process.die()
    if (random.hit(0.05)) laptop = new Machine(`laptop-${runs}`, random.int(-20_000, 20_000))
  }

  const pass = async (ms: number): Promise<void> => {
    let isOver = false
    time.after(ms, () => {
      isOver = true
    })
    await time.until(() => isOver)
  }

  let isBegun = false
  const first = new Process('begin', laptop, setting)
  void openStore(first).then(async (store) => {
    await store.create(emptyState('lineage-of-a-quarter', '2026-11-15T09:00:00Z'))
    await store.close()
    isBegun = true
  })
  await time.until(() => isBegun)
  first.die()
  setting.rates = FAULTS
  const editTimes = [random.int(20, 40) * DAY, random.int(50, 70) * DAY]
  while (time.now < QUARTER) {
    edits = editTimes.filter((at) => time.now > at).length
    await visit(random.hit(0.5) ? 2 : 1)
    await pass(random.hit(0.04) ? random.int(2, 9) * DAY : random.int(20 * MINUTE, 14 * HOUR))
  }
  setting.rates = NO_FAULTS
  for (let turn = 0; turn < 8; turn++) {
    await visit(1)
    await pass(4 * HOUR)
  }
  const made = services.jobs.map(({ kind, request }) => readRun(kind, request))
  return {
    violations: [...violations, ...seen.judge(made)],
    made: made.length,
    skipped: seen.skipped.size,
    counts: world.counts,
    lines: world.lines,
  }
}

function nameCommit(index: number): string {
  return index.toString(16).padStart(40, '0')
}

/** What the stored states have said of each series: its schedules, and the runs that were skipped. */
class Sightings {
  readonly skipped = new Set<string>()
  readonly #schedules = new Map<string, { readonly schedule: Schedule; readonly from: number }[]>()
  #last: State | undefined

  look(state: State): void {
    this.#last = state
    for (const [address, { schedule, decided, skipped = [] }] of Object.entries(state.series ?? {})) {
      const { kind } = parseAddress(address as Address)
      for (const { at } of skipped) this.skipped.add(`${kind} ${formatInstant(Date.parse(at))}`)
      const known = this.#schedules.get(kind) ?? []
      if (JSON.stringify(known.at(-1)?.schedule) !== JSON.stringify(schedule))
        this.#schedules.set(kind, [...known, { schedule, from: Date.parse(decided) }])
    }
  }

  /** Each run is made once or skipped, on record, and nothing else is made. Schedules are those that held at the time. */
  judge(made: readonly string[]): string[] {
    const violations: string[] = []
    const due = new Set<string>()
    for (const [address, { decided, due: pending = [] }] of Object.entries(this.#last?.series ?? {})) {
      const { kind } = parseAddress(address as Address)
      const all = this.#schedules.get(kind) ?? []
      for (const [index, { schedule, from }] of all.entries()) {
        const until = all[index + 1]?.from ?? Date.parse(decided)
        for (const instant of listInstants(schedule, from, until)) due.add(`${kind} ${formatInstant(instant)}`)
      }
      for (const at of pending) due.delete(`${kind} ${formatInstant(Date.parse(at))}`)
      const behind = EPOCH + QUARTER - Date.parse(decided)
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
