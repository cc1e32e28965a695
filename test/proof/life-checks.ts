import type { EveryJob } from '../emulator/setup.ts'
import { ADDRESSES, ELSEWHERE, marksOf, nowAt, ORDER, runsOf, STUDIO, UPDATED, uploadOf } from './life-specs.ts'
import type { Verdict } from './night.ts'
import type { Ended } from './stage.ts'

/** How often each operation ended how, by the emulator's count. */
export type Calls = readonly {
  readonly service: string
  readonly operation: string
  readonly outcome: string
  readonly count: number
}[]

/** All that was brought about so far, by the emulator's word and what is on disk. */
export type Happened = {
  readonly jobs: readonly EveryJob[]
  readonly calls: Calls
  readonly download: string | undefined
}

/** What a run of the program said, from its JSON lines. */
export type Told = {
  readonly planned: ReadonlyMap<string, { readonly action: string; readonly changes?: readonly { to?: unknown }[] }>
  readonly counts: Readonly<Record<string, number>>
  readonly exitCode: number
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[]
}

type Line = { type: string; address: string; action: string; counts: Told['counts']; exitCode: number; code: string }

/** Reads what a run with `--output json` printed. */
export function told({ stdout, stderr }: Ended): Told {
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line & Told['diagnostics'][number])
  const summary = lines.at(-1)
  if (summary?.type !== 'summary') throw new Error(`no summary in\n${stdout}\n${stderr}`)
  return {
    planned: new Map(lines.filter(({ type }) => type === 'planned').map((line) => [line.address, line])),
    counts: summary.counts,
    exitCode: summary.exitCode,
    diagnostics: lines.filter(({ type }) => type === 'diagnostic'),
  }
}

/** Of a run: nothing can go on, now or later, but for the crate that never arrives. */
export function isAtRest({ counts, diagnostics }: Told): boolean {
  const open = diagnostics.find(({ code }) => code === 'RUN_TIMEOUT')?.message
  const others = Object.keys(counts).filter((action) => !['keep', 'expired', 'blocked'].includes(action))
  return others.length === 0 && (open === undefined || open.includes(' 1 job not settled: ImportExportJob/late-crate'))
}

type Facts = {
  readonly updated?: unknown
  readonly tags?: unknown
  readonly targets?: unknown
  readonly cancelledAt?: number
  readonly upload?: { readonly bytes: number; readonly md5: string }
}
const factsOf = (job: EveryJob): Facts => job['facts'] as Facts

/** All jobs that were made for an address, oldest first, also the Data Exchange jobs that nobody started. */
function allOf(address: string, { jobs }: Pick<Happened, 'jobs'>): EveryJob[] {
  const marks = marksOf(address)
  const service = SERVICES[address.slice(0, address.indexOf('/'))]
  return jobs.filter((job) => job.service === service && marks.test(JSON.stringify(job['request'])))
}

const ofUse = (job: EveryJob): boolean => job.service !== 'dataexchange' || job['startedAt'] !== undefined

/** The jobs of an address that do something. */
const own = (address: string, happened: Pick<Happened, 'jobs'>): EveryJob[] => allOf(address, happened).filter(ofUse)

const SERVICES: Readonly<Record<string, string>> = {
  IotJob: 'iot',
  MediaPackageHarvestJob: 'mediapackage',
  DataExchangeJob: 'dataexchange',
  PinpointExportJob: 'pinpoint',
  ImportExportJob: 'importexport',
}

const changing = ({ updated, tags, targets }: Facts): string => JSON.stringify({ updated, tags, targets })

/**
 * Holds what happened between two moments against what a plan said at the first: what was to be created, uploaded, updated and cancelled
 * was, and nothing else. What waited has come to its turn, unless the last run says that it is blocked.
 */
export function checkPromise(plan: Told, last: Told, before: Happened, after: Happened): string[] {
  const said = (...actions: string[]): string[] =>
    [...plan.planned].filter(([, { action }]) => actions.includes(action)).map(([address]) => address)
  const isBlocked = (address: string): boolean => last.planned.get(address)?.action === 'blocked'
  const due = [...said('create'), ...said('waiting').filter((address) => !isBlocked(address))]
  const made = ADDRESSES.filter((address) => own(address, after).length > own(address, before).length)
  const changed = ADDRESSES.filter((address) => isOther(address, before, after, changing)).map(nowAt)
  const cancelled = ADDRESSES.filter((address) => isOther(address, before, after, ({ cancelledAt }) => cancelledAt))
  return [
    ...other('created', due, made),
    ...other('updated', said('update'), changed),
    ...other('cancelled', said('cancel'), cancelled),
    ...other('writing calls', [...implied(due, said('update'), said('cancel'))], writes(before.calls, after.calls)),
    ...said('update').flatMap((address) => untrue(address, plan, after)),
    ...due.flatMap((address) => uploadWrong(address, after)),
  ]
}

/** Whether something of the jobs that were there before is not what it was. */
function isOther(address: string, before: Happened, after: Happened, of: (facts: Facts) => unknown): boolean {
  const now = new Map(allOf(address, after).map((job) => [job.id, job]))
  return allOf(address, before).some((job) => of(factsOf(now.get(job.id)!)) !== of(factsOf(job)))
}

function other(what: string, planned: readonly string[], seen: readonly string[]): string[] {
  const [a, b] = [new Set(planned), new Set(seen)]
  const missing = [...a].filter((one) => !b.has(one))
  const more = [...b].filter((one) => !a.has(one))
  return [
    ...(missing.length > 0 ? [`${what} as planned, but not seen: ${missing.join(', ')}`] : []),
    ...(more.length > 0 ? [`${what}, but not planned: ${more.join(', ')}`] : []),
  ]
}

const CREATING: Readonly<Record<string, readonly string[]>> = {
  IotJob: ['iot CreateJob'],
  MediaPackageHarvestJob: ['mediapackage CreateHarvestJob'],
  DataExchangeJob: ['dataexchange CreateJob', 'dataexchange StartJob'],
  PinpointExportJob: ['pinpoint CreateExportJob'],
  ImportExportJob: ['importexport CreateJob'],
}
const UPDATING: Readonly<Record<string, readonly string[]>> = {
  'IotJob/menu': ['iot AssociateTargetsWithJob'],
  'IotJob/opening-hours': ['iot UpdateJob', 'iot TagResource', 'iot UntagResource'],
  'ImportExportJob/late-crate': ['importexport UpdateJob'],
}

/** The writing operations that a plan amounts to. */
function implied(created: readonly string[], updated: readonly string[], cancelled: readonly string[]): Set<string> {
  return new Set([
    ...created.flatMap((address) => CREATING[address.slice(0, address.indexOf('/'))]!),
    ...created.flatMap((address) => (address === PRICES ? ['s3 PUT'] : [])),
    ...updated.flatMap((address) => UPDATING[address] ?? [`an update of ${address}`]),
    ...cancelled.map(() => 'iot CancelJob'),
  ])
}

const PRICES = 'DataExchangeJob/prices'

/** The operations by which something was written between two counts, executed or not. */
function writes(before: Calls, after: Calls): string[] {
  const key = (one: Calls[number]): string => `${one.service} ${one.operation} ${one.outcome}`
  const known = new Map(before.map((one) => [key(one), one.count]))
  return after
    .filter(({ operation }) => !/^(Get|List|Describe|GET$|AssumeRole)/.test(operation))
    .filter((one) => one.count > (known.get(key(one)) ?? 0))
    .map(({ service, operation }) => `${service} ${operation}`)
}

/** An update is at the service, and every value that the plan showed as the new one is. */
function untrue(address: string, plan: Told, after: Happened): string[] {
  const text = JSON.stringify(allOf(address, after).map(factsOf))
  const changes = plan.planned.get(address)?.changes ?? []
  const missing = changes.flatMap(({ to }) => leaves(to)).filter((value) => !text.includes(value))
  return [
    ...(UPDATED[address]?.test(text) ? [] : [`${address} is not what it was updated to: ${text}`]),
    ...(changes.length === 0 ? [`the plan shows no change of ${address}`] : []),
    ...missing.map((value) => `${address}: planned as ${value}, but not so at the service`),
  ]
}

function leaves(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves)
  return value === undefined ? [] : [String(value)]
}

function uploadWrong(address: string, after: Happened): string[] {
  if (address !== PRICES) return []
  return own(address, after).flatMap((job, index) => {
    const [seen, meant] = [factsOf(job).upload, uploadOf(index + 1)]
    const isWhole = seen?.bytes === meant.bytes && seen.md5 === meant.md5 && job.status === 'COMPLETED'
    return isWhole ? [] : [`run ${index + 1} of ${address} has ${JSON.stringify(seen)}, not ${JSON.stringify(meant)}`]
  })
}

type Export = { readonly Details?: { readonly ExportAssetToSignedUrl?: object } }
const requestOf = (job: EveryJob | undefined): Export => (job?.['request'] ?? {}) as Export

/** At the end: each job after its input and not too early, in its account; the export is on disk, and what was withdrawn is cancelled. */
export function checkEnd({ download, ...happened }: Happened): string[] {
  const last = (address: string): EveryJob | undefined => own(address, happened).at(-1)
  const late = Object.entries(ORDER).flatMap(([address, { after, notBefore }]) => {
    const made = String(last(address)?.['createdAt'])
    const from = notBefore ?? (last(after!)?.['times'] as { ended?: string } | undefined)?.ended
    const isAfter = from !== undefined && Date.parse(made) >= Date.parse(from)
    return isAfter ? [] : [`${address} was made at ${made}, and not after ${after} or ${from}`]
  })
  const strangers = ADDRESSES.flatMap((address) =>
    allOf(address, happened)
      .filter(({ account }) => account !== (ELSEWHERE[address] ?? STUDIO))
      .map(({ account }) => `${address} was made in ${String(account)}`),
  )
  const details = requestOf(last('DataExchangeJob/rates')).Details?.ExportAssetToSignedUrl
  const exported = `${JSON.stringify(details)}\n`
  return [
    ...late,
    ...strangers,
    ...(download === exported ? [] : [`the download is ${download}, and not ${exported}`]),
    ...(last('IotJob/banner')?.status === 'CANCELED' ? [] : ['the removed job was not cancelled']),
  ]
}

/** A run with nothing to do says so, and calls nothing that writes. */
export function checkIdle({ code, stdout }: Ended, before: Calls, after: Calls): string[] {
  const isIdle = code === 0 && stdout.includes('Nothing to do now')
  return [
    ...(isIdle ? [] : [`the last run ended with ${code}: ${stdout}`]),
    ...writes(before, after).map((one) => `the last run called ${one}`),
  ]
}

/** No signed link is in any text; gives the first place around each that has one. */
export function linksIn(texts: readonly string[]): string[] {
  return texts
    .map((text) => /.{0,60}(_signed\/|signature=[0-9a-f]{32}).{0,20}/.exec(text)?.[0])
    .flatMap((found) => (found === undefined ? [] : [`a signed link was left behind: ${found}`]))
}

/** What a state has on record. */
export type LifeRecords = Readonly<
  Record<
    string,
    {
      readonly id?: string
      readonly stage?: string
      readonly condition?: { readonly type: string; readonly reason?: string }
      readonly history?: readonly { readonly id?: string }[]
    }
  >
>

/** The oracle's word on every run of every address, against the records. */
export function judgeLife(happened: Happened, records: LifeRecords): Verdict & { readonly jobs: number } {
  let [duplicates, lost, stuck, inert] = [0, 0, 0, 0]
  for (const address of ADDRESSES) {
    const record = records[nowAt(address)]
    const jobs = own(address, happened)
    const known = [...(record?.history ?? []).map(({ id }) => id), ...(record ? [record.id] : [])]
    const runs = runsOf(address)
    duplicates += Math.max(0, jobs.length - runs)
    lost += known.length === runs && known.every((id) => jobs.some((job) => job.id === id)) ? 0 : 1
    inert += allOf(address, happened).length - jobs.length
    const isOver = ['Succeeded', 'Failed', 'Cancelled'].includes(record?.condition?.type ?? '')
    if (runs > 0 && !(record?.stage === 'started' && (isOver || record.condition?.reason === 'RolledOut'))) stuck++
  }
  const strangers = happened.jobs.length - ADDRESSES.flatMap((address) => allOf(address, happened)).length
  return { duplicates: duplicates + Math.abs(strangers), lost, stuck, inert, jobs: happened.jobs.length - inert }
}
