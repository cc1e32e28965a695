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
import { createGitStore } from '../../src/state/git-store.ts'
import { createS3Store } from '../../src/state/s3-store.ts'
import type { Store } from '../../src/state/store.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { build } from '../../test/e2e/process.ts'
import { openAws } from '../../test/proof/stage.ts'

/*
 * `npm run bench:scale`: what opening a state and committing one record costs, by the number of records, for each store as a whole. Git
 * pushes to a bare repository on this disk, and S3 is the emulator in a process of its own: add the way to your own server.
 *   --sizes N,N   numbers of records (default 1000,10000,100000)
 *   --commits N   commits of which the median is shown (default 9)
 */

const BUCKET = 'fleet-state'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    commits: { type: 'string', default: '9' },
  },
})

/** A record as a finished job leaves it. */
function createRecord(n: number, finishedAt: string): JobRecord {
  return {
    run: 1,
    site: { partition: 'aws', account: '123456789012', region: 'eu-west-1' },
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

type Measured = { readonly openMs: number; readonly commitMs: number }

/** Stores a state, opens it as a new run does, and commits changes of one record each. */
async function measure(store: Store, size: number, commits: number): Promise<Measured> {
  const first = await store.open()
  await first.create(createState(size))
  await first.close()
  const [openMs, held] = await time(() => store.open())
  const times: number[] = []
  for (let n = 0; n < commits; n++) {
    const address: Address = `IotJob/lamp-${(n * 977) % size}`
    const record = createRecord((n * 977) % size, `2026-11-16T09:12:${String(10 + n)}Z`)
    const [ms, ended] = await time(() => held.commit([{ set: 'record', address, record }], 'One record'))
    if (ended.is === 'stale') throw new Error(ended.message)
    // The first commit formats every line. The others copy them.
    if (n > 0) times.push(ms)
  }
  await held.close()
  return { openMs, commitMs: times.sort((a, b) => a - b)[Math.floor(times.length / 2)]! }
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

/** Each store, by the name of a fresh place. */
const STORES: Readonly<Record<string, (name: string) => Store>> = {
  file: (name) => openFileStore({ path: path.join(top, `${name}.json`), disk: nodeDisk }),
  git: (name) => {
    const [bare, here] = [path.join(top, `${name}.git`), path.join(top, name)]
    git(top, 'init', '--quiet', '--bare', bare)
    git(top, 'clone', '--quiet', bare, here)
    return createGitStore({ repository: here, disk: nodeDisk })
  },
  s3: (name) =>
    createS3Store({
      root: top,
      bucket: BUCKET,
      key: name,
      open: () => openS3Bucket({ bucket: BUCKET }, { env, version: '0', credentials: getEmulatorCredentials() }),
      disk: nodeDisk,
    }),
}

const sizes = values.sizes.split(',').map(Number)
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}, ${os.cpus()[0]?.model}, ${os.cpus().length} processors, Node ${process.version}, load ${os.loadavg()[0]!.toFixed(1)}\n\n` +
    '| store | records | open | commit of one record |\n|---|---|---|---|\n',
)
try {
  for (const [name, open] of Object.entries(STORES))
    for (const size of sizes) {
      const { openMs, commitMs } = await measure(open(`${name}-${size}`), size, Number(values.commits))
      const cells = [name, size.toLocaleString('en'), `${Math.round(openMs)} ms`, `${Math.round(commitMs)} ms`]
      process.stdout.write(`| ${cells.join(' | ')} |\n`)
    }
} finally {
  await aws.close()
  fs.rmSync(top, { recursive: true, force: true })
}
