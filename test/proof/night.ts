import type { JsonObject } from '../../src/model/json.ts'
import { CASES } from '../conformance/cases.ts'
import type { EveryJob } from '../emulator/setup.ts'

/** One spec of a generated repository. Its name is in its request and in no other's. */
export type Spec = { readonly kind: string; readonly name: string; readonly address: string; readonly document: object }

/** How AWS's quotas of jobs in progress divide a night's work: no more of a kind than may run at once. */
const MOST: Readonly<Record<string, number>> = { MediaPackageHarvestJob: 10, DataExchangeJob: 10 }

/** So many specs over all kinds. Harvests are of an hour that is just over, so that their window is open today and in a year. */
export function night(size: number): Spec[] {
  const counts = new Map<string, number>()
  const specs: Spec[] = []
  for (let turn = 0; specs.length < size; turn++) {
    const { kind } = CASES[turn % CASES.length]!
    const count = counts.get(kind) ?? 0
    if (count >= (MOST[kind] ?? size)) continue
    counts.set(kind, count + 1)
    const name = `${kind.toLowerCase().slice(0, 6)}-${String(count).padStart(4, '0')}`
    specs.push(specOf(kind, name))
  }
  return specs
}

/** A spec of a kind that has this name in its request. */
export function specOf(kind: string, name: string): Spec {
  const document = { apiVersion: 'jobwright/v1', kind, metadata: { name }, spec: requestOf(kind, name) }
  return { kind, name, address: `${kind}/${name}`, document }
}

function requestOf(kind: string, name: string): JsonObject {
  const request = CASES.find((one) => one.kind === kind)!.request(1)
  const hour = (ago: number): string => `${new Date(Date.now() - ago * 3_600_000).toISOString().slice(0, 13)}:00:00Z`
  switch (kind) {
    case 'IotJob':
      return { ...request, document: { operation: 'reboot', name } }
    case 'MediaPackageHarvestJob': {
      const S3Destination = { ...(request['S3Destination'] as JsonObject), ManifestKey: `night/${name}.m3u8` }
      return { ...request, StartTime: hour(3), EndTime: hour(2), S3Destination }
    }
    case 'DataExchangeJob': {
      const details = (request['Details'] as JsonObject)['ImportAssetsFromS3'] as JsonObject
      const AssetSources = [{ Bucket: 'prices', Key: `${name}.csv` }]
      return { ...request, Details: { ImportAssetsFromS3: { ...details, AssetSources } } }
    }
    case 'PinpointExportJob': {
      const exporting = request['ExportJobRequest'] as JsonObject
      return { ...request, ExportJobRequest: { ...exporting, S3UrlPrefix: `s3://exports/${name}/` } }
    }
    default:
      return { ...request, Manifest: { ...(request['Manifest'] as JsonObject), deviceId: name } }
  }
}

/** What the oracle says of a night, against what the state says. */
export type Verdict = {
  /** Jobs beyond the first of a spec. A Data Exchange job counts once it was started: before that it does nothing. */
  readonly duplicates: number
  /** Specs without a job, or whose job the state does not know by its ID. */
  readonly lost: number
  /** Specs whose record has not come to rest. */
  readonly stuck: number
  /** Data Exchange jobs that nobody will start, and that the service deletes in time. */
  readonly inert: number
}

export type Records = Readonly<Record<string, { readonly id?: string; readonly stage?: string }>>

/** Compares the oracle's jobs with the specs and the records. */
export function judge(specs: readonly Spec[], jobs: readonly EveryJob[], records: Records): Verdict {
  let [duplicates, lost, stuck, inert] = [0, 0, 0, 0]
  const madeOf = indexByName(specs, jobs)
  for (const { kind, name, address } of specs) {
    const made = madeOf.get(name)!
    const own = kind === 'DataExchangeJob' ? made.filter(({ startedAt }) => startedAt) : made
    const { id, stage } = records[address] ?? {}
    const isKnown = own.some((job) => job.id === id)
    duplicates += Math.max(0, own.length - 1)
    inert += made.length - own.length
    if (stage !== 'started') stuck++
    if (!isKnown) lost++
  }
  return { duplicates, lost, stuck, inert }
}

/** The jobs of each spec: those whose request has its name as a word. */
function indexByName(specs: readonly Spec[], jobs: readonly EveryJob[]): ReadonlyMap<string, EveryJob[]> {
  const index = new Map<string, EveryJob[]>(specs.map(({ name }) => [name, []]))
  for (const job of jobs)
    for (const word of new Set(JSON.stringify(job['request']).split(/[^A-Za-z0-9-]/))) index.get(word)?.push(job)
  return index
}
