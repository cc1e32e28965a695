import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { CLI } from '../../test/e2e/process.ts'
import { type Aws, environment, openAws, serveAws } from '../../test/proof/stage.ts'
import { type Contender, type Figures, measure, measureInTurn, summarise } from './measure.ts'
import { type ProjectOptions, writeProject, writeRunningJobs } from './project.ts'
import { measureEdits } from './watch-edits.ts'

/** How much is measured. */
export type Scale = {
  readonly isFull: boolean
  /** In place of the sizes that a row has by itself. */
  readonly sizes?: readonly number[]
  readonly runs: number
}

/** One line of the result. */
export type Result = Figures & {
  readonly row: string
  readonly size: number
  /** What the time alone does not say, such as creates a second. */
  readonly notes?: Readonly<Record<string, number>>
}

/** A group of results that are measured together. */
export type Row = { readonly name: string; measure(scale: Scale): Promise<Result[]> }

const PEER = path.join(import.meta.dirname, 'peer.mjs')
const SDK = path.join(import.meta.dirname, 'sdk.mjs')
const ROOT = path.join(import.meta.dirname, '../..')
const REGION = 'us-east-1'
const PAGE = 250
/** Lanes so wide that the program alone limits the rate. */
const OPEN_RATE = 10_000
const OPEN_LIMITS = { iotConcurrent: 10_000_000, rates: {} }
/** The rate of IoT's CreateJob in AWS's own quota. */
const QUOTA = 10

/** All rows, in the order of the table. */
export const ROWS: readonly Row[] = [
  { name: 'start', measure: measureStart },
  { name: 'validate', measure: measureValidate },
  { name: 'idle', measure: measureIdle },
  { name: 'running', measure: measureRunning },
  { name: 'watch', measure: measureWatch },
  { name: 'creates', measure: measureCreates },
  { name: 'lane', measure: measureOpenLane },
  { name: 'install', measure: measureInstall },
]

async function measureStart({ runs }: Scale): Promise<Result[]> {
  return within(async (root) => {
    await writeProject(root, { size: 100, jobs: 'finished' })
    const aws = hasAwsCli() ? [{ name: 'aws --version', command: ['aws', '--version'], cwd: root } as const] : []
    const node: Contender = { name: 'node, empty program', command: [process.execPath, '--eval', ''], cwd: root }
    return label('plan of finished specs', 100, await measureInTurn([jobwright(root, 'plan'), node, ...aws], runs * 2))
  })
}

async function measureValidate(scale: Scale): Promise<Result[]> {
  return bySize(scale, { jobs: 'none', isPartlyBad: true }, async (root, size) => {
    const [codes, peers] = [[3], [peer('read', root), peer('check', root)]]
    const contenders = [...coldAndWarm(root, 'validate', codes), ...peers]
    return label('validate, 1 % bad', size, await measureInTurn(contenders, runsOf(scale, size)))
  })
}

async function measureIdle(scale: Scale): Promise<Result[]> {
  return bySize(scale, { jobs: 'finished' }, async (root, size) => {
    await measure(peer('store', root))
    const contenders = [
      ...coldAndWarm(root, 'plan'),
      // A plan like the last one is repeated. This one is made anew, as after an edit.
      { ...jobwright(root, 'plan', '--offline'), name: 'jobwright plan --offline' },
      jobwright(root, 'reconcile'),
      peer('read', root),
      peer('hash', root),
    ]
    return label('plan of finished specs', size, await measureInTurn(contenders, runsOf(scale, size)))
  })
}

async function measureRunning(scale: Scale): Promise<Result[]> {
  const options = { jobs: 'running', isIotOnly: true, isEmulated: true, rate: OPEN_RATE } as const
  return bySize(scale, options, async (root, size) => {
    await writeRunningJobs(root)
    const aws = await serveAws(7, ['--dir', path.join(root, '.jobwright/emulator/aws')])
    try {
      const script: Contender = {
        name: 'SDK script, list only',
        command: [process.execPath, SDK, 'list'],
        cwd: root,
        env: environmentOf(aws, root),
      }
      const contenders = [jobwright(root, 'plan', '--emulator'), script]
      const results = label('plan of running jobs', size, await measureInTurn(contenders, runsOf(scale, size)))
      return results.map((result) => ({ ...result, notes: { pages: Math.ceil(size / PAGE) } }))
    } finally {
      await aws.close()
    }
  })
}

async function measureWatch({ isFull, sizes, runs }: Scale): Promise<Result[]> {
  const results: Result[] = []
  for (const size of sizes ?? [100, 1_000, 10_000, ...(isFull ? [100_000] : [])]) {
    results.push(
      ...(await within(async (root) => {
        await writeProject(root, { size, jobs: 'finished' })
        return label('watch', size, [await measureEdits(root, offline(root), runs * 3)])
      })),
    )
  }
  return results
}

/** One run each: both take as long as the quota lets them. */
async function measureCreates(): Promise<Result[]> {
  const limits = { iotConcurrent: 10_000_000, rates: { iot: QUOTA } }
  return createAll(200, `creates at ${QUOTA}/s`, limits, undefined, (figures, size) => ({
    ofQuota: size / (figures.wallMs / 1000) / QUOTA,
  }))
}

async function measureOpenLane({ isFull }: Scale): Promise<Result[]> {
  return createAll(isFull ? 10_000 : 2_000, 'creates, lane open', OPEN_LIMITS, OPEN_RATE, (figures, size) => ({
    perSecond: size / (figures.wallMs / 1000),
    cpuMsEach: figures.cpuMs! / size,
  }))
}

type Notes = (figures: Figures, size: number) => Record<string, number>

/** Lets Jobwright and two scripts create the same number of jobs, each on an emulator of its own. */
async function createAll(
  size: number,
  row: string,
  limits: object,
  rate: number | undefined,
  note: Notes,
): Promise<Result[]> {
  return within(async (root) => {
    await writeProject(root, { size, jobs: 'none', isIotOnly: true, ...(rate && { rate }) })
    const results: Result[] = []
    for (const pool of [undefined, 10, 50]) {
      const aws = await openAws(7)
      try {
        await aws.control('PUT', 'limits', limits)
        const env = environmentOf(aws, root)
        const script = [process.execPath, SDK, 'create', `${size}`, `${pool}`] as const
        const contender = pool
          ? { name: `SDK script, pool of ${pool}`, command: script, cwd: root, env }
          : { ...jobwright(root, 'reconcile'), env }
        const figures = summarise(contender.name, [await measure(contender)])
        const calls = (await aws.control('GET', 'calls')) as { operation: string; outcome: string; count: number }[]
        const throttled = calls
          .filter(({ outcome }) => /Throttl|LimitExceeded/.test(outcome))
          .reduce((sum, { count }) => sum + count, 0)
        const notes = { ...note(figures, size), missing: size - (await aws.jobs()).length, throttled }
        results.push({ ...figures, row, size, notes })
      } finally {
        await aws.close()
      }
    }
    return results
  })
}

async function measureInstall(): Promise<Result[]> {
  return within(async (root) => {
    const npm = (...args: readonly string[]): string => execFileSync('npm', args, { cwd: root, encoding: 'utf8' })
    npm('pack', ROOT, '--silent', '--ignore-scripts', '--pack-destination', root)
    npm('init', '--yes')
    const tarball = fs.readdirSync(root).find((file) => file.endsWith('.tgz'))!
    const install: Contender = {
      name: 'npm install jobwright',
      command: ['npm', 'install', '--no-audit', '--no-fund', path.join(root, tarball)],
      cwd: root,
    }
    const figures = summarise(install.name, [await measure(install)])
    const { packages } = JSON.parse(fs.readFileSync(path.join(root, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: object
    }
    const notes = { packages: Object.keys(packages).length, megabytes: sizeOf(path.join(root, 'node_modules')) / 1e6 }
    return [{ ...figures, row: 'user install', size: 1, notes }]
  })
}

function jobwright(root: string, ...args: readonly string[]): Contender {
  return { name: `jobwright ${args[0]}`, command: [process.execPath, CLI, ...args], cwd: root, env: offline(root) }
}

function peer(what: 'read' | 'check' | 'hash' | 'store', root: string): Contender {
  const names = { read: 'js-yaml', check: 'js-yaml and ajv', hash: 'hash and JSON.parse', store: '' }
  return { name: names[what], command: [process.execPath, PEER, what, root], cwd: root }
}

/** A command without and with what earlier runs have remembered in the Git folder. */
function coldAndWarm(root: string, verb: string, codes?: readonly number[]): Contender[] {
  const forget = (): void => fs.rmSync(path.join(root, '.git/jobwright'), { recursive: true, force: true })
  const command = { ...jobwright(root, verb), ...(codes && { codes }) }
  return [
    { ...command, name: `${command.name}, cold`, prepare: forget },
    { ...command, name: `${command.name}, warm` },
  ]
}

/** The environment of a run that calls nothing: a call would fail. */
function offline(root: string): Record<string, string> {
  return { ...environment('http://127.0.0.1:9', root), AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION }
}

function environmentOf(aws: Aws, root: string): Record<string, string> {
  return { ...offline(root), AWS_ENDPOINT_URL: aws.url, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
}

/** A command over 100,000 specs is measured once: it takes long enough. */
function runsOf({ runs }: Scale, size: number): number {
  return size > 10_000 ? 1 : runs
}

async function bySize(
  { isFull, sizes }: Scale,
  options: Omit<ProjectOptions, 'size'>,
  work: (root: string, size: number) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const size of sizes ?? [10_000, ...(isFull ? [100_000] : [])]) {
    results.push(
      ...(await within(async (root) => {
        await writeProject(root, { size, ...options })
        return work(root, size)
      })),
    )
  }
  return results
}

/** Works in a new folder and removes it. */
async function within<Value>(work: (root: string) => Promise<Value>): Promise<Value> {
  const top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-bench-')))
  const root = path.join(top, 'project')
  fs.mkdirSync(root)
  try {
    return await work(root)
  } finally {
    fs.rmSync(top, { recursive: true, force: true })
  }
}

function label(row: string, size: number, figures: readonly Figures[]): Result[] {
  return figures.map((one) => ({ row, size, ...one }))
}

function hasAwsCli(): boolean {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function sizeOf(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .reduce((sum, one) => sum + fs.statSync(path.join(one.parentPath, one.name)).size, 0)
}
