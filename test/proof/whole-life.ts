import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { CLI, commit, git, write } from '../e2e/process.ts'
import { seeded } from '../plan/seeded.ts'
import {
  type Calls,
  checkEnd,
  checkIdle,
  checkPromise,
  type Happened,
  isAtRest,
  judgeLife,
  linksIn,
  told,
} from './life-checks.ts'
import { firstCommit, PROFILES, RAISED, START, secondCommit, TARGETS } from './life-specs.ts'
import type { Scenario, Shown } from './scenarios.ts'
import { type Aws, type Ended, launch, openAws, openRepository, type Repository } from './stage.ts'
import { clockVariable, IN_VIRTUAL_TIME, type VirtualTime } from './virtual-clock.ts'

/** Virtual milliseconds until the last job of a commit has ended, with some to spare. */
const LIFE_MS = 70 * 60_000
/** Real milliseconds from one kill to the next, about, on a machine that has little else to do. */
const BETWEEN_MS = 3_000
const SCALE_MOST = 1_200
/** Runs of one commit after which it will never come to rest. */
const RUNS_MAX = 400
/** Exit codes after which a further run goes on by itself. */
const GOES_ON: readonly (number | null)[] = [null, 0, 5, 6, 9, 10]

/**
 * Answers get lost, but for that to the update of the crate: its job then ends before the next run, and a job that has ended shows nobody
 * that its update arrived (docs/proof.md).
 */
const LOSSES = [
  ...['iot', 'mediapackage', 'pinpoint', 'dataexchange'].map((service) => ({ service })),
  ...['CreateJob', 'CancelJob', 'ListJobs', 'GetStatus'].map((operation) => ({ service: 'importexport', operation })),
].map((calls) => ({ ...calls, fault: 'drop-response', rate: 0.05 }))

/**
 * One repository that uses all there is, in two commits. Each is planned, and then reconciled by runs of `reconcile --wait`, so many of
 * which are killed at random moments while answers get lost, until one ends by itself with nothing left to do.
 * `raise`: who raises runs, `jobwright rerun` or, where processes are dear, a hand.
 */
export function wholeLife(kills: number, raise: 'rerun' | 'by hand' = 'rerun'): Scenario {
  return async ({ seed, store }) => {
    const scale = Math.min(SCALE_MOST, Math.round((2 * LIFE_MS) / (kills * BETWEEN_MS)))
    const aws = await openAws(seed, ['--time-scale', String(scale), '--start-at', START])
    const repository = await openRepository([], store)
    try {
      const { now } = (await aws.control('GET', 'clock')) as { now: string }
      const time = { real: Date.now(), virtual: Date.parse(now), scale }
      return await live(openLife(repository, aws, time, seeded(seed)), kills, raise)
    } finally {
      await aws.close()
      repository.remove()
    }
  }
}

/** A repository, its AWS, and all that is seen of them. */
type Life = {
  readonly repository: Repository
  readonly aws: Aws
  readonly random: () => number
  /** Everything that a run has printed. */
  readonly said: string[]
  readonly wrong: string[]
  /** When runs were killed, in words. */
  readonly moments: string[]
  /** Exit codes of the runs; null for those that were killed. */
  readonly ends: (number | null)[]
  start(...args: string[]): ReturnType<typeof launch>
  happened(): Promise<Happened>
}

function openLife(repository: Repository, aws: Aws, time: VirtualTime, random: () => number): Life {
  const { root } = repository
  const profiles = path.join(root, '..', 'profiles')
  fs.writeFileSync(profiles, PROFILES)
  const said: string[] = []
  // Waits are of the wall clock, which is fast here; a packet is not, so that its share can stay small.
  const ms = (real: number): number => real * time.scale
  const waits = { leaseMs: ms(2_000), signatureMs: ms(50), requestMs: ms(50), listLagMs: ms(300), graceMs: ms(100) }
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    AWS_ENDPOINT_URL: aws.url,
    AWS_SHARED_CREDENTIALS_FILE: profiles,
    AWS_EC2_METADATA_DISABLED: 'true',
    JOBWRIGHT_STATE_FOLDER: path.join(root, '..', 'state'),
    PROOF_CLOCK: clockVariable(time),
    JOBWRIGHT_WAITS: JSON.stringify(waits),
  }
  return {
    repository,
    aws,
    random,
    said,
    wrong: [],
    moments: [],
    ends: [],
    start: (...args) => {
      const going = launch([...IN_VIRTUAL_TIME, CLI, ...args], root, env)
      void going.ended.then(({ stdout, stderr }) => said.push(stdout, stderr))
      return going
    },
    happened: async () => {
      const file = path.join(root, 'out', 'rates.json')
      const download = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
      return { jobs: await aws.jobs(), calls: (await aws.control('GET', 'calls')) as Calls, download }
    },
  }
}

async function live(life: Life, kills: number, raise: 'rerun' | 'by hand'): Promise<Shown> {
  const { repository, aws, wrong, said } = life
  const { root } = repository
  const config = JSON.parse(fs.readFileSync(path.join(root, 'jobwright.yaml'), 'utf8')) as object
  write(root, { 'jobwright.yaml': { ...config, ...TARGETS }, '.gitignore': 'out/\n' })
  await aws.control('PUT', 'faults', LOSSES)
  firstCommit(root)
  await reconcileCommit(life, 'first', Math.ceil(kills / 2))
  for (const address of raise === 'rerun' ? RAISED : []) {
    const { code, stdout } = await life.start('rerun', address).ended
    if (code !== 0) wrong.push(`rerun ${address} ended with ${code}: ${stdout}`)
  }
  secondCommit(root, raise === 'rerun' ? [] : RAISED)
  await reconcileCommit(life, 'second', Math.floor(kills / 2))
  const before = await life.happened()
  const idle = await life.start('reconcile').ended
  const after = await life.happened()
  wrong.push(...checkIdle(idle, before.calls, after.calls), ...checkEnd(after))
  wrong.push(...linksIn([...said, ...everyByte(repository)]))
  const { state } = await repository.store().read()
  const lost = after.calls.reduce((sum, { outcome, count }) => sum + (outcome === 'drop-response' ? count : 0), 0)
  const amid = life.moments.filter((moment) => !moment.endsWith(' 0 steps told')).length
  const note = `${life.ends.filter((code) => code === null).length} kills, ${amid} of them amid steps; ${lost} answers lost${wrong.length === 0 ? '; the plans told the truth' : ''}`
  if (wrong.length > 0) wrong.push(`killed ${life.moments.join('; ')}`)
  return { ...judgeLife(after, state?.records ?? {}), runs: life.ends.length, note, wrong }
}

/** Commits what is there, plans it, reconciles it until it rests, and holds what happened against the plan. */
async function reconcileCommit(life: Life, name: string, kills: number): Promise<void> {
  const { root } = life.repository
  commit(root)
  git(root, 'push', '--quiet', 'origin', 'HEAD:main')
  const before = await life.happened()
  const from = performance.now()
  const plan = told(await life.start('plan', '--output', 'json').ended)
  // How fast this machine is now decides when a run is amid its work.
  const last = await untilRest(life, kills, performance.now() - from)
  life.wrong.push(
    ...checkPromise(plan, told(last), before, await life.happened()).map((one) => `${name} commit: ${one}`),
  )
}

/** Runs until one that nobody hunts has nothing left to do. `planMs`: how long a plan takes here. */
async function untilRest(life: Life, kills: number, planMs: number): Promise<Ended> {
  const { random, ends } = life
  let left = kills
  let isIdle = false
  for (let runs = 0; runs < RUNS_MAX; runs++) {
    const timeout = `${Math.ceil(5 + planMs / 1_000)}s`
    const going = life.start('reconcile', '--wait', '--timeout', timeout, '--output', 'json')
    const isHunted = left > 0 && random() < 0.9
    if (isHunted) hunt(life, going, isIdle ? planMs / 2 : 3 * planMs, isIdle)
    const ended = await going.ended
    ends.push(ended.code)
    if (ended.code === null) {
      left--
      continue
    }
    if (!GOES_ON.includes(ended.code)) throw new Error(`a run ended with ${ended.code}:\n${ended.stdout}`)
    isIdle = isAtRest(told(ended))
    if (isIdle && left === 0) return ended
  }
  throw new Error(`no rest after ${RUNS_MAX} runs; the last one said\n${life.said.slice(-2).join('\n')}`)
}

/** Kills a run at some time up to `mostMs`, or, unless it has none to take, some milliseconds after it has told some of its steps. */
export function hunt(
  { random, moments }: Pick<Life, 'random' | 'moments'>,
  { child }: ReturnType<typeof launch>,
  mostMs: number,
  isIdle: boolean,
): void {
  const steps = random() < 0.7 && !isIdle ? 1 + Math.floor(random() * 3) : Number.POSITIVE_INFINITY
  const share = random()
  let seen = 0
  const strike = (moment: string) => (): void => {
    if (child.exitCode !== null || child.signalCode !== null || !child.kill('SIGKILL')) return
    moments.push(`${moment}, ${seen} steps told`)
  }
  const ms = mostMs * (Number.isFinite(steps) ? 1 : share)
  const timer = setTimeout(strike(`after ${Math.round(ms)} ms`), ms)
  child.once('close', () => clearTimeout(timer))
  child.stdout!.on('data', (text: string) => {
    const before = seen
    seen += text.split('"type":"progress"').length - 1
    if (before < steps && seen >= steps)
      setTimeout(strike(`${Math.round(20 * share)} ms after step ${steps}`), 20 * share)
  })
}

/** Every file that the repository and its remote hold, and every object of Git's, as text. */
function everyByte({ root, bare, stateFile }: Repository): string[] {
  const files = [root, bare, path.dirname(stateFile)].flatMap((top) =>
    fs
      .readdirSync(top, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => fs.readFileSync(path.join(one.parentPath, one.name), 'latin1')),
  )
  const objects = [root, bare].map((cwd) =>
    execFileSync('git', ['cat-file', '--batch', '--batch-all-objects'], {
      cwd,
      encoding: 'latin1',
      maxBuffer: 1024 ** 3,
    }),
  )
  return [...files, ...objects]
}
