import fs from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'
import type { EmulatorOptions } from '../../src/emulator/index.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { State } from '../../src/model/state.ts'
import { CASES } from '../conformance/cases.ts'
import { openWorld, type World } from '../emulator/setup.ts'
import type { Ran } from './process.ts'

/** Services for which AWS publishes no rate are called with more than our careful one. */
export const CONFIG = 'specs: [specs]\nlimits: { dataexchange: { perSecond: 50 }, importexport: { perSecond: 50 } }\n'

/** The n-th request of a kind. */
export const requestOf = (kind: string, n = 1): JsonObject => CASES.find((one) => one.kind === kind)!.request(n)

/** A document with a spec, as a user would commit it. */
export function doc(
  kind: string,
  name: string,
  more: { n?: number; spec?: JsonObject; policy?: object; labels?: object } = {},
) {
  const { n = 1, spec = requestOf(kind, n), policy, labels } = more
  return { apiVersion: 'jobwright/v1', kind, metadata: { name, ...(labels && { labels }) }, policy, spec }
}

/** The document of an import whose manifest has secrets, by the name of the member. */
export function diskWith(secrets: JsonObject) {
  const { Manifest, ...rest } = requestOf('ImportExportJob') as { Manifest: JsonObject }
  return doc('ImportExportJob', 'disk', { spec: { ...rest, Manifest: { ...Manifest, ...secrets } } })
}

/** AWS is an emulator of this process; the program reaches it as it would reach any endpoint. */
export async function aws(t: Test, options: EmulatorOptions = {}): Promise<World & { env: Record<string, string> }> {
  const world = await openWorld(t, { startAt: new Date().toISOString(), ...options })
  return { ...world, env: environment(world.url) }
}

/** The environment of a program whose AWS is the emulator at this URL. */
export function environment(url: string, key = 'AKIAFLEET'): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

/** Where a folder's own emulator is; a run with `--emulator` joins one that is open there. */
export function emulatorIn(cwd: string): string {
  return path.join(cwd, '.jobwright/emulator/aws')
}

/** What is on record of the jobs on that emulator. */
export function recordsIn(cwd: string): State['records'] {
  const text = fs.readFileSync(path.join(cwd, '.jobwright/emulator/jobs.state.json'), 'utf8')
  return (JSON.parse(text) as State).records
}

/** The marker of a Pinpoint export. */
export const prefixOf = CASES.find(({ kind }) => kind === 'PinpointExportJob')!.markerOf!

/** How often an operation was called so far. */
export async function callsOf(world: World, operation: string): Promise<number> {
  const all = (await world.control('GET', 'calls')) as { operation: string; count: number }[]
  return all.filter((call) => call.operation === operation).reduce((sum, { count }) => sum + count, 0)
}

const MEMBERS: Readonly<Record<string, string>> = {
  diagnostic: 'v type severity code message file line column endLine endColumn pointer address hint finding rules',
  planned:
    'v type address action reason file line until changes elements target account region consoleUrl run id goodUntil members request',
  progress: 'v type address step',
  job: 'v type address target run id record condition status reason',
  adoptable: 'v type kind id scope createdAt status',
  spec: 'v type address file text',
  summary: 'v type counts outcomes nextAt twins needsAttention exitCode',
}

/** Standard output is JSON lines of contract 1 and nothing else, the summary is the last of them and tells the exit code. */
export function keepsContract(t: Test, { code, lines, stdout }: Ran): void {
  t.ok(lines.length > 0, 'something is on stdout')
  for (const line of lines) {
    t.equal(line.v, 1)
    const known = MEMBERS[line.type]?.split(' ') ?? []
    t.same(
      Object.keys(line).filter((name) => !known.includes(name)),
      [],
      `members of ${line.type}`,
    )
    t.notOk(Object.values(line).includes(null), 'absent values are left out')
  }
  t.equal(lines.filter(({ type }) => type === 'summary').length, 1)
  t.match(lines.at(-1), { type: 'summary', exitCode: code })
  harmless(t, stdout)
}

/** A run ended with this code, and its summary counts so many addresses that need attention. */
export function counts(t: Test, ran: Ran, code: number, needsAttention: number, what: string): void {
  t.match(ran.lines.at(-1), { type: 'summary', exitCode: code, needsAttention }, what)
  t.equal(ran.code, code, `${what}: ${ran.stderr.slice(-300)}`)
  keepsContract(t, ran)
}

/** One of its lines says this. */
export function tells(t: Test, { lines }: Ran, said: Readonly<Record<string, unknown>>): void {
  const hits = lines.filter((line) => Object.entries(said).every(([name, value]) => line[name] === value))
  t.ok(hits.length > 0, `tells ${JSON.stringify(said)}`)
}

/** Nothing in it acts on a terminal. */
export function harmless(t: Test, text: string): void {
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/, 'no control characters')
}
