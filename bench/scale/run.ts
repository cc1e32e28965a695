import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { getEmulatorCredentials } from '../../src/aws/credentials.ts'
import { openS3Bucket } from '../../src/aws/s3-bucket.ts'
import type { Address } from '../../src/model/address.ts'
import { emptyState, type JobRecord, type State } from '../../src/model/state.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import { serialiseState } from '../../src/state/format.ts'
import { shareBranch } from '../../src/state/git-files.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import { namePart, namePartFile } from '../../src/state/part-name.ts'
import { createS3Store } from '../../src/state/s3-store.ts'
import { createSplitStore } from '../../src/state/split-store.ts'
import type { StateForm } from '../../src/state/state-form.ts'
import { createStateReader, type StateReader } from '../../src/state/state-reader.ts'
import type { OpenStore, Store } from '../../src/state/store.ts'
import { systemClock } from '../../src/system/clock.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { build } from '../../test/e2e/process.ts'
import { openAws } from '../../test/proof/stage.ts'
import { type Carried, carry, type Load, OPEN } from './workers.ts'

/*
 * `npm run bench:scale`: what opening a state and committing one record costs, by the number of records, for each store, whole and split into
 * ten parts. Git pushes to a bare repository on this disk, and S3 is the emulator in a process of its own: add the way to your own server.
 *   --sizes N,N   numbers of records (default 1000,10000,100000)
 *   --commits N   commits of which the median is shown (default 5)
 *   --part NAME   stores, workers or accounts alone
 *   --only TEXT   stores whose name is this text, such as "s3, split" (default: all)
 * Then what workers add, with a real Redis: in one account whose lane is open, and in many accounts of ten calls a second each.
 *   --jobs N      jobs of each of these rows (default 1000)
 *   --accounts N  numbers of accounts (default 5,50)
 */

const BUCKET = 'fleet-state'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    commits: { type: 'string', default: '5' },
    part: { type: 'string', default: 'all' },
    jobs: { type: 'string', default: '1000' },
    accounts: { type: 'string', default: '5,50' },
    only: { type: 'string' },
  },
})

/** How many accounts have the jobs of a store. */
const ACCOUNTS = 10
/** What AWS takes of each account in a second. */
const PER_SECOND = 10

/** A record as a finished job leaves it. */
function createRecord(n: number, finishedAt: string): JobRecord {
  return {
    run: 1,
    site: { partition: 'aws', account: `12345678901${n % ACCOUNTS}`, region: 'eu-west-1' },
    stage: 'started',
    how: 'created',
    id: `lamp-${n}`,
    arn: `arn:aws:iot:eu-west-1:123456789012:job/lamp-${n}`,
    request: {
      targets: [`arn:aws:iot:eu-west-1:123456789012:thing/lamp-${n}`],
      document: { operation: 'update', package: 'lamps', version: `4.2.${n}` },
    },
    condition: { type: 'Succeeded', reason: 'Completed' },
    status: 'COMPLETED',
    counts: { SUCCEEDED: 1 },
    identity: { createdAt: '2026-11-15T09:09:42Z', source: 'answer' },
    createdAt: '2026-11-15T09:09:42Z',
    finishedAt,
  }
}

function createState(size: number): State {
  const records: Record<Address, JobRecord> = {}
  for (let n = 0; n < size; n++) records[`IotJob/lamp-${n}`] = createRecord(n, '2026-11-15T09:12:14Z')
  return { ...emptyState('scale'), records }
}

/** A store, and how large the texts are that it writes. */
type Place = {
  readonly store: Store
  /** The bytes of the text with the records of one site, and of the index; a whole state has no index. */
  readonly measureTexts: () => Promise<{ readonly part: number; readonly index: number }>
}

type Measured = {
  readonly openMs: number
  /** A commit of a new status, and one of a new job. */
  readonly statusMs: number
  readonly intentMs: number
  readonly statusBytes: number
  readonly intentBytes: number
}

/** Stores a state, opens it as a new run does, and commits changes of one record each. */
async function measure({ store, measureTexts }: Place, size: number, commits: number): Promise<Measured> {
  const first = await store.open()
  await first.create(createState(size))
  await first.close()
  const [openMs, held] = await time(() => store.open())
  // All are of one account, as those of a run with --target. The first commit formats every line, and the others copy them.
  const statusMs = await measureCommits(held, commits, (n) => (n * ACCOUNTS * 97) % size)
  const intentMs = await measureCommits(held, commits, (n) => size + n * ACCOUNTS)
  await held.close()
  const { part, index } = await measureTexts()
  return { openMs, statusMs, intentMs, statusBytes: part, intentBytes: part + index }
}

/** Returns the median time of commits of one record each. The first one does not count. */
async function measureCommits(held: OpenStore, commits: number, choose: (n: number) => number): Promise<number> {
  const times: number[] = []
  for (let n = 0; n <= commits; n++) {
    const address: Address = `IotJob/lamp-${choose(n)}`
    const record = createRecord(choose(n), `2026-11-16T09:12:${String(10 + n)}Z`)
    const [ms, ended] = await time(() => held.commit([{ set: 'record', address, record }], 'One record'))
    if (ended.is === 'stale') throw new Error(ended.message)
    if (n > 0) times.push(ms)
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
}

/** Returns the size of a stored text. */
async function measureText(store: Store): Promise<number> {
  const { state } = await store.read()
  return Buffer.byteLength(serialiseState(state!))
}

async function time<Value>(work: () => Promise<Value>): Promise<[ms: number, value: Value]> {
  const start = performance.now()
  const value = await work()
  return [performance.now() - start, value]
}

function git(folder: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd: folder, stdio: 'pipe' })
}

build()
const top = fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-scale-'))
const aws = await openAws(1)
await aws.control('PUT', 'buckets', { [BUCKET]: { region: 'eu-west-1' } })
const env = { AWS_ENDPOINT_URL: aws.url, AWS_REGION: 'eu-west-1' }

/** Opens a text at a place. `form`: what it holds; `reader`: parses it, by default each time. */
type OpenText = (file: string, form?: StateForm, reader?: StateReader) => Store

/** Each kind of place, by the name of a fresh one. */
const KINDS: Readonly<Record<string, (name: string) => { readonly open: OpenText; readonly refresh?: () => void }>> = {
  file: (name) => ({
    open: (file, form, reader) => openFileStore({ path: path.join(top, name, file), disk: nodeDisk, form, reader }),
  }),
  git: (name) => {
    const [bare, here] = [path.join(top, `${name}.git`), path.join(top, name)]
    git(top, 'init', '--quiet', '--bare', bare)
    git(top, 'clone', '--quiet', bare, here)
    const branch = shareBranch()
    return {
      open: (file, form, reader) =>
        createGitStore({ repository: here, disk: nodeDisk, path: file, form, reader, shared: form && branch }),
      refresh: branch.forget,
    }
  },
  s3: (name) => ({
    open: (file, form, reader) =>
      createS3Store({
        root: top,
        bucket: BUCKET,
        key: `${name}/${file}`,
        form,
        reader,
        open: () => openS3Bucket({ bucket: BUCKET }, { env, version: '0', credentials: getEmulatorCredentials() }),
        disk: nodeDisk,
      }),
  }),
}

const FILE = 'jobs.state.json'

/** Opens a fresh place, whole or split. */
function openPlace(kind: string, form: 'whole' | 'split', size: number): Place {
  const name = `${kind}-${form}-${size}`
  const { open, refresh } = KINDS[kind]!(name)
  if (form === 'whole') {
    const store = open(FILE)
    return { store, measureTexts: async () => ({ part: await measureText(store), index: 0 }) }
  }
  const stores = new Map<string | undefined, Store>()
  // The index is read twice when a state is opened, and parsed once.
  const reader = createStateReader()
  const storeOf = (part: string | undefined): Store => {
    const store =
      stores.get(part) ?? (part === undefined ? open(FILE, 'index', reader) : open(namePartFile(FILE, part), { part }))
    stores.set(part, store)
    return store
  }
  const partOf = (_address: Address, { site }: JobRecord): string => namePart(site, false)
  const store = createSplitStore({ where: name, storeOf, partOf, clock: systemClock, refresh })
  const part = partOf('IotJob/lamp-0', createRecord(0, ''))
  return {
    store,
    measureTexts: async () => ({
      part: await measureText(storeOf(part)),
      index: await measureText(storeOf(undefined)),
    }),
  }
}

const sizes = values.sizes.split(',').map(Number)
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}, ${os.cpus()[0]?.model}, ${os.cpus().length} processors, Node ${process.version}, load ${os.loadavg()[0]!.toFixed(1)}\n\n`,
)
const isIn = (part: string): boolean => values.part === 'all' || values.part === part
try {
  if (isIn('stores'))
    process.stdout.write(
      '| store | records | open | commit of a status | it writes | commit of a new job | it writes |\n|---|---|---|---|---|---|---|\n',
    )
  for (const kind of isIn('stores') ? Object.keys(KINDS) : [])
    for (const form of ['whole', 'split'] as const)
      for (const size of sizes) {
        const name = form === 'whole' ? kind : `${kind}, split`
        if (values.only !== undefined && values.only !== name) continue
        const measured = await measure(openPlace(kind, form, size), size, Number(values.commits))
        const { openMs, statusMs, intentMs, statusBytes, intentBytes } = measured
        const cells = [
          name,
          size.toLocaleString('en'),
          formatMs(openMs),
          formatMs(statusMs),
          formatBytes(statusBytes),
          formatMs(intentMs),
          formatBytes(intentBytes),
        ]
        showRow(cells)
      }
  if (isIn('workers')) await showWorkers(Number(values.jobs))
  if (isIn('accounts')) await showAccounts(Number(values.jobs), values.accounts.split(',').map(Number))
} finally {
  await aws.close()
  fs.rmSync(top, { recursive: true, force: true })
}

/** Shows loads that workers carry in one account, and the same without workers. */
async function showWorkers(jobs: number): Promise<void> {
  process.stdout.write(
    '\n| who calls | creates a second | CPU a create: the run | all workers | unsent | wrong |\n|---|---|---|---|---|---|\n',
  )
  for (const workers of [0, 1, 2, 4]) {
    const carried = await carry({ jobs, workers, accounts: 1, perSecond: OPEN }, aws)
    showRow([nameCaller(workers), carried.createsPerSecond.toFixed(0), ...formatCost({ jobs, workers }, carried)])
  }
}

/** Shows how much of the rates of many accounts one run uses, alone and with workers. */
async function showAccounts(jobs: number, counts: readonly number[]): Promise<void> {
  process.stdout.write(
    '\n| accounts | who calls | creates a second | of those allowed | CPU a create: the run | all workers | unsent | wrong |\n|---|---|---|---|---|---|---|---|\n',
  )
  for (const accounts of counts)
    for (const workers of [0, 2]) {
      const carried = await carry({ jobs, workers, accounts, perSecond: PER_SECOND }, aws)
      const { createsPerSecond } = carried
      const share = createsPerSecond / (accounts * PER_SECOND)
      const speed = [createsPerSecond.toFixed(0), `${Math.round(100 * share)} %`]
      showRow([`${accounts}`, nameCaller(workers), ...speed, ...formatCost({ jobs, workers }, carried)])
    }
}

function nameCaller(workers: number): string {
  return workers === 0 ? 'the run' : `${workers} ${workers === 1 ? 'worker' : 'workers'}`
}

function formatCost({ jobs, workers }: Pick<Load, 'jobs' | 'workers'>, carried: Carried): string[] {
  const { plannerCpuMs, workersCpuMs, unsent, wrong } = carried
  const ofWorkers = workers === 0 ? '' : `${(workersCpuMs / jobs).toFixed(1)} ms`
  return [`${(plannerCpuMs / jobs).toFixed(1)} ms`, ofWorkers, `${unsent}`, `${wrong}`]
}

function showRow(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

function formatMs(ms: number): string {
  return `${Math.round(ms)} ms`
}

function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
