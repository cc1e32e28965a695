import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from '../../test/e2e/process.ts'
import { judge, specOf } from '../../test/proof/night.ts'
import { type Aws, environment, openAws, openRepository, untilQuiet, WAITS } from '../../test/proof/stage.ts'

/*
 * `npm run bench:exactly-once`: the same lost answers, met by Jobwright, by a plain script on the AWS SDK v3 and by one on boto3, each with
 * its default retries. The emulator carries every create out, drops 5 % of the answers, and counts the jobs that were really made.
 */

const { values } = parseArgs({
  options: {
    creates: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '1' },
    rate: { type: 'string', default: '0.05' },
  },
})
const [creates, runs, rate] = [Number(values.creates), Number(values.runs), Number(values.rate)]
const NAME = 'readers-'
const SPECS = Array.from({ length: creates }, (_, n) =>
  specOf('PinpointExportJob', `${NAME}${String(n).padStart(4, '0')}`),
)

/** What a contender says that it did. */
type Claim = { readonly ok: number; readonly failed: number }

type Contender = { readonly name: string; work(aws: Aws): Promise<Claim> }

const jobwright: Contender = {
  name: `jobwright ${versionOf('../../package.json')}`,
  async work(aws) {
    const repository = await openRepository(SPECS, 'file')
    try {
      const ends = await untilQuiet(repository.root, aws)
      const { state } = await repository.store().read()
      const ok = Object.values(state?.records ?? {}).filter(({ stage }) => stage === 'started').length
      const over = ends.at(-1)?.code === 0
      return { ok, failed: over ? 0 : creates - ok }
    } finally {
      repository.remove()
    }
  },
}

const sdk: Contender = {
  name: `SDK v3 ${versionOf('../../node_modules/@aws-sdk/client-pinpoint/package.json')}, default retries`,
  work: (aws) => script(process.execPath, 'sdk-v3.mjs', aws),
}

function boto3(): Contender | undefined {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      const version = execFileSync(python, ['-c', 'import boto3; print(boto3.__version__)'], { stdio: 'pipe' })
      const name = `boto3 ${String(version).trim()} (${python}), default retries`
      return { name, work: (aws) => script(python, 'boto3_script.py', aws) }
    } catch {
      // Another Python may have it.
    }
  }
  return undefined
}

async function script(program: string, file: string, aws: Aws): Promise<Claim> {
  const place = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(program, [place, NAME, String(creates)], {
    env: { ...environment(aws.url, os.tmpdir()), AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(await text(child.stdout)) as Claim
}

function versionOf(file: string): string {
  return (JSON.parse(fs.readFileSync(new URL(file, import.meta.url), 'utf8')) as { version: string }).version
}

async function measure({ name, work }: Contender, run: number): Promise<void> {
  const aws = await openAws(run)
  await aws.control('PUT', 'faults', [{ operation: 'CreateExportJob', fault: 'drop-response', rate }])
  const from = performance.now()
  const { ok, failed } = await work(aws)
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  const jobs = await aws.jobs()
  const calls = (await aws.control('GET', 'calls')) as { operation: string; outcome: string; count: number }[]
  await aws.close()
  const dropped =
    calls.find((one) => one.operation === 'CreateExportJob' && one.outcome === 'drop-response')?.count ?? 0
  const { duplicates } = judge(SPECS, jobs, {})
  const missing = SPECS.length - (jobs.length - duplicates)
  say([name, `${ok}`, `${failed}`, `${dropped}`, `${jobs.length}`, `${duplicates}`, `${missing}`, seconds])
}

const WIDTHS = [46, 10, 13, 15, 9, 10, 7, 7]

function say(cells: readonly string[]): void {
  const line = cells.map((cell, index) => (index === 0 ? cell.padEnd(WIDTHS[0]!) : cell.padStart(WIDTHS[index]!)))
  process.stdout.write(`${line.join('  ')}\n`)
}

build()
const python = boto3()
process.stdout.write(
  `${os.cpus()[0]?.model}, ${os.cpus().length} processors · ${os.type()} ${os.release()} · Node ${process.version}\n` +
    `${creates} Pinpoint CreateExportJob each; ${rate * 100} % of the answers dropped after the job was made; ${runs} run(s); no network but loopback\n\n`,
)
say(['', 'claimed ok', 'claimed failed', 'answers dropped', 'jobs made', 'duplicates', 'missing', 'seconds'])
for (let run = 1; run <= runs; run++) {
  for (const contender of [jobwright, sdk, ...(python ? [python] : [])]) await measure(contender, run)
}
if (!python) process.stdout.write('boto3 is not installed (Debian: apt-get install python3-boto3): not measured\n')
const quietMs = WAITS.leaseMs + WAITS.signatureMs + WAITS.requestMs + WAITS.listLagMs
process.stdout.write(
  `\nSeconds include what each does beside the calls. Jobwright waits ${quietMs / 1000} s here until a lost create is settled; at AWS it is 8 min.\n`,
)
