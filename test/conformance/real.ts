/**
 * `npm run conformance -- --aws PROFILE`: asks a real account whether what docs/assumptions.md lists holds there. Reads cost nothing and are
 * made at once; each create is asked for, costs nothing, reaches no device, and is cleaned up. Kinds whose jobs cost money or cannot be taken
 * back are read only.
 */
import readline from 'node:readline'
import { parseArgs } from 'node:util'
import { DeleteJobCommand, IoTClient } from '@aws-sdk/client-iot'
import { AwsError } from '../../src/aws/aws-error.ts'
import { type Connection, connect } from '../../src/aws/connection.ts'
import { openCalls } from '../../src/kinds/calls.ts'
import { getModel } from '../../src/kinds/index.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Calls } from '../../src/model/kind-calls.ts'
import type { Live } from '../../src/model/live.ts'
import { systemClock } from '../../src/system/clock.ts'
import { specOf } from './cases.ts'

/** What was asked on the command line. */
type Asked = {
  readonly aws: string
  readonly region: string
  readonly thing?: string
  readonly dataSet?: string
  readonly revision?: string
  readonly application?: string
}

/** How an assumption fared: it holds, it does not, or it was not tried. */
type Result = { readonly is: 'holds' | 'differs' | 'skipped'; readonly told: string }

/** One heading of docs/assumptions.md, and how it is tried. */
type Check = {
  readonly assumption: string
  /** Of which kind a job is made, and the words of the question; absent: it only reads. */
  readonly creates?: string
  run(account: Account): Promise<Result>
}

type Account = { readonly asked: Asked; readonly connection: Connection; calls(kind: string): Promise<Calls> }

const yes = { mayStillSend: () => true }
const UNKNOWN_ID = '0'.repeat(32)
const MINUTE = 60_000
/** Lists are asked again after so long. */
const LOOK_MS = 1000

const holds = (told: string): Result => ({ is: 'holds', told })
const differs = (told: string): Result => ({ is: 'differs', told })
const skipped = (told: string): Result => ({ is: 'skipped', told })

/** The class and name of the error that a call ends with; undefined where it ends well. */
async function errorOf(call: Promise<unknown>): Promise<{ kind: string; told: string } | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const { class: kind, name, message, status } = error.problem
    return { kind, told: `${name} (status ${status ?? 'none'}): ${message}` }
  }
}

/** The first page of a list; undefined beside an error. */
async function firstPage(calls: Calls, scope?: string): Promise<readonly Live[]> {
  for await (const page of calls.reader.list({ ...(scope !== undefined && { scope }) })) return page
  return []
}

function isNewestFirst(jobs: readonly Live[]): boolean {
  const times = jobs.flatMap(({ createdAt }) => (createdAt === undefined ? [] : Date.parse(createdAt)))
  return times.every((time, index) => index === 0 || time <= times[index - 1]!)
}

/** Whether a read that was signed so long ago is refused. */
async function isRefused(account: Account, kind: string, agoMs: number): Promise<boolean> {
  const { connection } = account
  const settings: Connection['settings'] = (...given) =>
    Object.assign(connection.settings(...given), { systemClockOffset: -agoMs })
  const { reader } = await openCalls(kind, { ...connection, settings })
  const error = await errorOf(reader.describe(kind === 'DataExchangeJob' ? UNKNOWN_ID : 'no-such-job', {}))
  return error?.kind === 'auth'
}

/** How long a new job stays out of the list, in milliseconds; undefined where it never appeared in twice the time that we wait. */
async function listLag(calls: Calls, id: string, scope?: string): Promise<number | undefined> {
  const begun = systemClock.monotonic()
  for (;;) {
    const elapsed = systemClock.monotonic() - begun
    if ((await firstPage(calls, scope)).some((job) => job.id === id)) return elapsed
    if (elapsed > 2 * DEFAULT_WAITS.listLagMs) return undefined
    await systemClock.sleep(LOOK_MS)
  }
}

function ofLag(lag: number | undefined): Result {
  const margin = `${DEFAULT_WAITS.listLagMs / 1000} s are waited`
  if (lag === undefined)
    return differs(`the list did not show the job in ${(2 * DEFAULT_WAITS.listLagMs) / 1000} s; ${margin}`)
  const told = `the list showed the job after ${(lag / 1000).toFixed(1)} s; ${margin}`
  return lag < DEFAULT_WAITS.listLagMs ? holds(told) : differs(told)
}

const CHECKS: readonly Check[] = [
  ...(['IotJob', 'MediaPackageHarvestJob', 'DataExchangeJob'] as const).map(
    (kind): Check => ({
      assumption: 'signature-life',
      async run(account) {
        const old = await isRefused(account, kind, 6 * MINUTE)
        return old
          ? holds(`${kind}: a read signed 6 minutes ago is refused`)
          : differs(`${kind}: a read signed 6 minutes ago is taken`)
      },
    }),
  ),
  {
    assumption: 'not-found-names',
    async run({ calls }) {
      const found: string[] = []
      for (const [kind, id] of [
        ['IotJob', 'no-such-job'],
        ['MediaPackageHarvestJob', 'no-such-job'],
        ['DataExchangeJob', UNKNOWN_ID],
      ] as const) {
        const { reader } = await calls(kind)
        const error = await errorOf(
          reader.describe(id, {}).then((live) => live && Promise.reject(new Error(`${id} exists`))),
        )
        if (error) found.push(`${kind}: ${error.told}`)
      }
      return found.length === 0 ? holds('a job that is not there is not found by name') : differs(found.join('; '))
    },
  },
  {
    assumption: 'ill-formed-id',
    async run({ calls }) {
      const { reader } = await calls('DataExchangeJob')
      const error = await errorOf(reader.describe('a', {}))
      if (error?.kind === 'bad-request') return holds(error.told)
      return differs(error ? error.told : 'the service says that there is no such job')
    },
  },
  ...(['IotJob', 'MediaPackageHarvestJob', 'ImportExportJob'] as const).map(
    (kind): Check => ({
      assumption: 'page-size',
      async run({ calls }) {
        const { page } = getModel(kind).api.listing
        const error = await errorOf(calls(kind).then((both) => firstPage(both)))
        return error ? differs(`${kind}: ${error.told}`) : holds(`${kind}: a page of ${page} is taken`)
      },
    }),
  ),
  {
    assumption: 'data-exchange-order',
    async run({ calls, asked }) {
      const jobs = await firstPage(await calls('DataExchangeJob'), asked.dataSet)
      if (jobs.length < 2) return skipped('it takes two jobs to see an order')
      return isNewestFirst(jobs) ? holds(`${jobs.length} jobs, newest first`) : differs('not newest first')
    },
  },
  {
    assumption: 'pinpoint-lists',
    async run({ calls, asked }) {
      const { reader } = await calls('PinpointExportJob')
      const unknown = await errorOf(reader.describe(UNKNOWN_ID, { scope: `missing${UNKNOWN_ID}`.slice(0, 32) }))
      if (unknown) return differs(`an unknown project: ${unknown.told}`)
      if (asked.application === undefined)
        return skipped('an unknown project is not found; --application ID tries its list')
      const error = await errorOf(firstPage(await calls('PinpointExportJob'), asked.application))
      return error ? differs(error.told) : holds(`a page of ${getModel('PinpointExportJob').api.listing.page} is taken`)
    },
  },
  { assumption: 'iot-taken-id', creates: 'IotJob', run: runIot },
  { assumption: 'data-exchange-inert', creates: 'DataExchangeJob', run: runDataExchange },
]

/** An IoT job that begins tomorrow, made twice under one ID, looked for, cancelled and deleted. */
async function runIot(account: Account): Promise<Result> {
  const { connection, asked } = account
  const { reader, writer } = await account.calls('IotJob')
  const id = `jobwright-conformance-${systemClock.now()}`
  const tomorrow = new Date(systemClock.now() + 24 * 60 * MINUTE).toISOString().slice(0, 16).replace('T', ' ')
  const request: JsonObject = {
    targets: [asked.thing!],
    document: { operation: 'none' },
    schedulingConfig: { startTime: tomorrow },
  }
  const { request: checked } = specOf('IotJob', request, {}, id)
  const made = await writer.create(checked, { id, marker: 'jobwright conformance', ...yes })
  if (made.is !== 'done') return differs(`the create was refused: ${made.problem.name}: ${made.problem.message}`)
  try {
    const second = await writer.create(checked, { id, ...yes })
    const isTaken = second.is === 'not-done' && second.problem.class === 'exists'
    if (!isTaken)
      return differs(`a second create of the ID ended as ${second.is === 'done' ? 'done' : second.problem.name}`)
    const live = await reader.describe(id, { mark: true })
    if (live?.status !== 'SCHEDULED') return differs(`a job with a start time is ${live?.status ?? 'not there'}`)
    if (live.mark !== 'jobwright conformance') return differs(`its tag reads ${live.mark ?? live.markRead}`)
    return ofLag(await listLag(await account.calls('IotJob'), id))
  } finally {
    await writer.cancel?.(id, { force: true, ...yes })
    await new IoTClient(connection.settings(getModel('IotJob'), 'read')).send(
      new DeleteJobCommand({ jobId: id, force: true }),
    )
  }
}

/** A Data Exchange job that is never started: it is looked for, compared, and cancelled. */
async function runDataExchange(account: Account): Promise<Result> {
  const { dataSet: DataSetId, revision: RevisionId } = account.asked
  const both = await account.calls('DataExchangeJob')
  const request: JsonObject = {
    Type: 'IMPORT_ASSETS_FROM_S3',
    Details: {
      ImportAssetsFromS3: {
        DataSetId: DataSetId!,
        RevisionId: RevisionId!,
        AssetSources: [{ Bucket: 'jobwright-conformance', Key: `never-started-${systemClock.now()}` }],
      },
    },
    AssetConfiguration: { Tags: [{ Key: 'jobwright-conformance', Value: 'never started' }] },
  }
  const made = await both.writer.create(request, yes)
  if (made.is !== 'done') return differs(`the create was refused: ${made.problem.name}: ${made.problem.message}`)
  const { id } = made.value
  try {
    const live = await both.reader.describe(id, {})
    if (live?.status !== 'WAITING') return differs(`a job that was not started is ${live?.status ?? 'not there'}`)
    const { normalise, comparable } = getModel('DataExchangeJob').request
    const [sent, told] = [request, live.request ?? {}].map((one) => JSON.stringify(comparable(normalise(one))))
    if (sent!.length !== told!.length) return differs('AWS does not tell the request as it was sent')
    return ofLag(await listLag(both, id, DataSetId))
  } finally {
    await both.writer.cancel?.(id, yes)
  }
}

/** What a check that creates needs besides a yes; undefined where nothing is missing. */
function lacking({ creates }: Check, { thing, dataSet, revision }: Asked): string | undefined {
  if (creates === 'IotJob' && thing === undefined)
    return 'needs --thing ARN, a thing or thing group that no device uses'
  if (creates === 'DataExchangeJob' && (dataSet === undefined || revision === undefined))
    return 'needs --data-set ID and --revision ID of an owned data set'
  return undefined
}

const QUESTIONS: Readonly<Record<string, string>> = {
  IotJob: 'create an IoT job that begins tomorrow, then cancel and delete it',
  DataExchangeJob: 'create a Data Exchange job, never start it, and cancel it',
}

/** The lines of standard input, one for each question; no answer is a no. */
function answers(): { ask(question: string): Promise<boolean>; close(): void } {
  const input = readline.createInterface({ input: process.stdin })
  const lines = input[Symbol.asyncIterator]()
  return {
    async ask(question) {
      process.stdout.write(`${question}? [y/N] `)
      const { value } = await lines.next()
      process.stdout.write(process.stdin.isTTY ? '' : `${value ?? ''}\n`)
      return /^y(es)?$/i.test(String(value ?? '').trim())
    },
    close: () => input.close(),
  }
}

async function main(): Promise<number> {
  const asked = readArguments()
  if (asked === undefined) return 2
  const clock = systemClock
  const target = { name: 'conformance', region: asked.region, profile: asked.aws }
  const connection = await connect(target, { clock, version: 'conformance' })
  const account: Account = { asked, connection, calls: (kind) => openCalls(kind, connection) }
  const { ask, close } = answers()
  let worst = 0
  try {
    const { account: number, region } = connection.site
    if (!(await ask(`ask the account ${number} in ${region}`))) return 0
    for (const check of CHECKS) {
      const { is, told } = await tried(check, account, ask)
      if (is === 'differs') worst = 1
      process.stdout.write(`${is.padEnd(8)} ${check.assumption}: ${told}\n`)
    }
  } finally {
    close()
    connection.close()
  }
  return worst
}

async function tried(check: Check, account: Account, ask: (question: string) => Promise<boolean>): Promise<Result> {
  const { creates } = check
  const missing = lacking(check, account.asked)
  if (missing !== undefined) return skipped(missing)
  if (creates !== undefined && !(await ask(QUESTIONS[creates]!))) return skipped('not asked for')
  try {
    return await check.run(account)
  } catch (error) {
    return differs((error as Error).message)
  }
}

function readArguments(): Asked | undefined {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: { aws: text, region: text, thing: text, 'data-set': text, revision: text, application: text },
  })
  const region = values.region ?? process.env['AWS_REGION']
  if (values.aws === undefined || region === undefined) {
    process.stderr.write(
      'usage: npm run conformance -- --aws PROFILE --region REGION [--thing ARN] [--data-set ID --revision ID] [--application ID]\n',
    )
    return undefined
  }
  return {
    aws: values.aws,
    region,
    ...(values.thing !== undefined && { thing: values.thing }),
    ...(values['data-set'] !== undefined && { dataSet: values['data-set'] }),
    ...(values.revision !== undefined && { revision: values.revision }),
    ...(values.application !== undefined && { application: values.application }),
  }
}

process.exitCode = await main()
