import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { getEmulatorCredentials } from '../../src/aws/credentials.ts'
import { openS3Bucket } from '../../src/aws/s3-bucket.ts'
import type { Bucket } from '../../src/model/bucket.ts'
import { emptyState } from '../../src/model/state.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import { createS3Store } from '../../src/state/s3-store.ts'
import type { Store } from '../../src/state/store.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { CLI, commit, git, PLAIN, write } from '../e2e/process.ts'
import type { EveryJob } from '../emulator/setup.ts'
import { judge, type Spec, type Verdict } from './night.ts'

/** Waits short enough to wait for, each still longer than what it waits for here: no packet is late, and lists lag for 0.3 s. */
export const WAITS = { leaseMs: 3_000, signatureMs: 50, requestMs: 50, listLagMs: 500, graceMs: 100 }

/** A run that does not come to rest by then never will. */
const RUNS_MAX = 40

/** An emulator in a process of its own. */
export type Aws = {
  readonly url: string
  control(method: string, place: string, body?: unknown): Promise<unknown>
  jobs(): Promise<EveryJob[]>
  /** Forgets all jobs, and lifts the quotas that are not what is proven here. */
  fresh(): Promise<void>
  close(): Promise<void>
}

/** Starts `jobwright emulator` without jobs, its clock the real one unless it is told otherwise. */
export async function openAws(seed: number, more: readonly string[] = []): Promise<Aws> {
  const aws = await serveAws(seed, more)
  await aws.fresh()
  return aws
}

/** Starts `jobwright emulator` with the jobs that its folder holds. */
export async function serveAws(seed: number, more: readonly string[]): Promise<Aws> {
  const child = spawn('env', [...PLAIN, process.execPath, CLI, 'emulator', '--seed', String(seed), ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(readline.createInterface({ input: child.stdout! }), 'line')) as [string]
  const { url } = JSON.parse(line) as { url: string }
  const control: Aws['control'] = async (method, place, body) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    return (await fetch(`${url}/_emulator/${place}`, { method, ...sent })).json()
  }
  const quotas = { importExportPerDay: 100_000, iotConcurrent: 1_000_000, rates: {} }
  return {
    url,
    control,
    jobs: async () => (await control('GET', 'jobs')) as EveryJob[],
    fresh: async () => {
      await control('POST', 'reset')
      await control('PUT', 'limits', quotas)
    },
    close: async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

export type StoreName = 'file' | 'git' | 's3'

/** The bucket of all states in S3. */
export const BUCKET = 'fleet-state'

/** A repository of generated specs, with a bare remote where its state is in Git. */
export type Repository = {
  readonly root: string
  readonly specs: readonly Spec[]
  readonly bare: string
  /** Where the file store's state is. */
  readonly stateFile: string
  store(root?: string): Store
  /** Another clone of it. */
  clone(): string
  remove(): void
}

const SERVICES = ['iot', 'mediapackage', 'pinpoint', 'dataexchange', 'importexport']

/** Makes a repository of these specs, with an empty state. `more`: members of its jobwright.yaml. */
export async function openRepository(
  specs: readonly Spec[],
  store: StoreName,
  folder?: string,
  lineage = 'night-shifts',
  aws?: Aws,
  more: object = {},
): Promise<Repository> {
  const top = folder ?? fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-proof-')))
  const [root, bare] = [path.join(top, 'here'), path.join(top, 'remote.git')]
  const stateFile = path.join(top, 'state', 'jobs.state.json')
  const limits = Object.fromEntries(SERVICES.map((service) => [service, { perSecond: 150, perDay: 100_000 }]))
  const key = `${lineage}.state.json`
  const state = { git: { store }, file: { store, path: stateFile }, s3: { store, bucket: BUCKET, key } }[store]
  if (store === 's3') await aws?.control('PUT', 'buckets', { [BUCKET]: { region: 'eu-west-1' } })
  const config = { state, limits, guards: { maxCreates: 100_000 }, ...more }
  fs.mkdirSync(path.dirname(stateFile), { recursive: true })
  write(root, {
    'jobwright.yaml': config,
    ...filesOf(specs),
  })
  git(top, 'init', '--quiet', '--bare', bare)
  git(root, 'init', '--quiet')
  git(root, 'remote', 'add', 'origin', bare)
  commit(root)
  git(root, 'push', '--quiet', 'origin', 'HEAD:main')
  git(bare, 'symbolic-ref', 'HEAD', 'refs/heads/main')
  let clones = 0
  const open = (at = root): Store =>
    store === 'git'
      ? createGitStore({ repository: at, disk: nodeDisk })
      : store === 's3'
        ? createS3Store({ root: at, bucket: BUCKET, key, open: () => openBucket(aws!.url), disk: nodeDisk })
        : openFileStore({ path: stateFile, disk: nodeDisk })
  const first = await open().open()
  await first.create(emptyState(lineage))
  await first.close()
  return {
    root,
    specs,
    bare,
    stateFile,
    store: open,
    clone: () => {
      const other = path.join(top, `clone-${++clones}`)
      git(top, 'clone', '--quiet', bare, other)
      return other
    },
    remove: () => fs.rmSync(top, { recursive: true, force: true }),
  }
}

/** The bucket on an emulator. */
function openBucket(url: string): Promise<Bucket> {
  const env = { AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1' }
  return openS3Bucket({ bucket: BUCKET }, { env, version: '0', credentials: getEmulatorCredentials() })
}

/** Files of a hundred documents each: a file has a largest size. */
function filesOf(specs: readonly Spec[]): Record<string, string> {
  const files: Record<string, string> = {}
  for (let from = 0; from < specs.length; from += 100) {
    const documents = specs.slice(from, from + 100).map(({ document }) => JSON.stringify(document))
    files[`specs/night-${from}.yaml`] = documents.join('\n---\n')
  }
  return files
}

/** How one run of `reconcile` ended. */
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** A run of `reconcile` that is under way. */
export type Going = {
  readonly child: ChildProcess
  /** What it has said so far. */
  readonly texts: Readonly<Omit<Ended, 'code'>>
  readonly ended: Promise<Ended>
}

/** The environment of a program whose AWS is the emulator; nothing of the user's own configuration is in it. */
export function environment(url: string, home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIAFLEET',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // All clones share a state of this machine, which is in none of them.
    JOBWRIGHT_STATE_FOLDER: path.join(home, '..', 'state'),
  }
}

/** Starts `reconcile`. What settles is left to the next run, unless it is told to wait. */
export function start(
  root: string,
  aws: Pick<Aws, 'url'>,
  more: readonly string[] = ['--settle', '0s'],
  given: Readonly<Record<string, string>> = {},
): Going {
  const env = { ...environment(aws.url, root), JOBWRIGHT_WAITS: JSON.stringify(WAITS), ...given }
  return launch([CLI, 'reconcile', '--output', 'json', ...more], root, env)
}

const KILLER = path.join(import.meta.dirname, '../e2e/kill-before.mjs')

/** Starts a command that is killed before its n-th write to a disk, a repository or a bucket. */
export function startToKill(args: readonly string[], before: number, root: string, aws: Pick<Aws, 'url'>): Going {
  const env = { ...environment(aws.url, root), KILL_BEFORE: String(before) }
  return launch(['--import', KILLER, CLI, ...args], root, env)
}

/** Starts Node with these arguments and nothing but this environment. */
export function launch(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Going {
  const child = spawn('env', [...PLAIN, process.execPath, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...texts })))
  return { child, texts, ended }
}

/** When a run says that something can go on by itself. */
function nextAt({ stdout }: Ended): number | undefined {
  const found = /"type":"summary".*"nextAt":"([^"]+)"/.exec(stdout)
  return found ? Date.parse(found[1]!) : undefined
}

/** Runs `reconcile` until there is nothing to do (0), or something that no further run can mend (1, 3, 6). Gives all ends, the last one at the end. */
export async function untilQuiet(
  root: string,
  aws: Aws,
  more: readonly string[] = [],
  runsMax = RUNS_MAX,
  run = (): Going => start(root, aws, ['--settle', '0s', ...more]),
): Promise<Ended[]> {
  const all: Ended[] = []
  while (all.length < runsMax) {
    const ended = await run().ended
    all.push(ended)
    if (ended.code !== null && [0, 1, 3, 6].includes(ended.code)) return all
    const wait = Math.min(5_000, Math.max(0, (nextAt(ended) ?? 0) - Date.now()) + 20)
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
  return all
}

/** One more run without faults, and the oracle's word. A spec that still waits for something is stuck. */
export async function verdictOf(repository: Repository, aws: Aws, root = repository.root): Promise<Verdict> {
  await settle(root, aws)
  const { state } = await repository.store(root).read()
  return judge(repository.specs, await aws.jobs(), state?.records ?? {})
}

/** The same for a state that is split or has moved: what is on record is what the program says. */
export async function verdictByStatus({ root, specs }: Repository, aws: Aws): Promise<Verdict> {
  await settle(root, aws)
  const { stdout } = await launch([CLI, 'status', '--output', 'json'], root, environment(aws.url, root)).ended
  const lines = stdout.split('\n').filter((line) => line.includes('"type":"job"'))
  const jobs = lines.map((line) => JSON.parse(line) as { address: string; id?: string; record: string })
  const records = Object.fromEntries(jobs.map(({ address, id, record }) => [address, { id, stage: record }]))
  return judge(specs, await aws.jobs(), records)
}

/** Runs without faults until nothing is left to do. */
async function settle(root: string, aws: Aws): Promise<void> {
  await aws.control('PUT', 'faults', [])
  await aws.control('PUT', 'limits', { rates: {} })
  await untilQuiet(root, aws)
}
