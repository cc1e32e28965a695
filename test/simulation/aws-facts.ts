/*
 * The rules of the simulated AWS. Nothing here comes from src/: if the program's beliefs differ from AWS, the worlds
 * must show it. Each fact names its source: AWS's API references, user guides and service models. `none`: AWS does not
 * document it.
 */

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** The facts about the jobs of a kind. */
export type Facts = {
  /** Who chooses a job's ID. A service rejects a duplicate ID that the caller chose. */
  readonly named: 'by the caller' | 'by the service'
  /** Whether a job runs from its creation, or waits for a start. */
  readonly begins: 'at once' | 'when told'
  /** How long a service shows a job, from its end or from its creation. */
  readonly kept?: { readonly ms: number; readonly from: 'end' | 'creation' }
  /** The order of a list. */
  readonly newestFirst: boolean
  /** What a list shows of a job. */
  readonly listReturns: 'all' | 'status' | 'id'
  /** How long after signing a request is accepted. */
  readonly signatureMs: number
  /** One endpoint serves all regions. */
  readonly isGlobal: boolean
  /** The part of a create that a read returns, so that a caller can recognise its own job. */
  readonly mark: 'tag' | 'prefix' | 'manifest' | 'none'
  /** Until when a caller can cancel a job. */
  readonly cancels: 'until its end' | 'until its start' | 'until its transfer' | 'never'
  /** True if a caller can delete a job, which frees its ID. */
  readonly deletes: boolean
  /** Status words for running, done and failed, and for cancelled if that has its own word. */
  readonly words: readonly [string, string, string, string?]
  /** The error for a duplicate ID. */
  readonly taken?: { readonly name: string; readonly status: number }
}

/** SigV4 requests are valid for five minutes (IAM user guide, "Signing AWS API requests"). */
const SIGV4_MS = 5 * MINUTE_MS
/** Services of the Query protocol accept a request for fifteen minutes (General Reference, signing of Query requests). */
const QUERY_MS = 15 * MINUTE_MS

/**
 * How long a link to an exported asset is valid: one minute (Data Exchange user guide, "Exporting an asset to a signed
 * URL"). Each GetJob returns a new one: none.
 */
export const LINK_MS = MINUTE_MS

/** The five kinds. */
export const FACTS: Readonly<Record<string, Facts>> = {
  IotJob: {
    // API reference, CreateJob: the caller chooses jobId; ResourceAlreadyExistsException, HTTP 409.
    named: 'by the caller',
    taken: { name: 'ResourceAlreadyExistsException', status: 409 },
    begins: 'at once',
    // Developer guide, job limits: job data is kept for two years.
    kept: { ms: 730 * DAY_MS, from: 'end' },
    newestFirst: false,
    listReturns: 'status',
    signatureMs: SIGV4_MS,
    isGlobal: false,
    // API reference, CreateJob `tags`, ListTagsForResource.
    mark: 'tag',
    cancels: 'until its end',
    // API reference, DeleteJob.
    deletes: true,
    words: ['IN_PROGRESS', 'COMPLETED', 'CANCELED'],
  },
  MediaPackageHarvestJob: {
    // API reference, CreateHarvestJob: the caller chooses Id. The error for a duplicate: none; 422 is the likeliest.
    named: 'by the caller',
    taken: { name: 'UnprocessableEntityException', status: 422 },
    begins: 'at once',
    // User guide, live-to-VOD: harvest jobs are kept for 90 days.
    kept: { ms: 90 * DAY_MS, from: 'end' },
    newestFirst: false,
    listReturns: 'all',
    signatureMs: SIGV4_MS,
    isGlobal: false,
    // The model of CreateHarvestJob has no tags.
    mark: 'none',
    cancels: 'never',
    deletes: false,
    words: ['IN_PROGRESS', 'SUCCEEDED', 'FAILED'],
  },
  DataExchangeJob: {
    // API reference, CreateJob: the service names the job, and there is no client token.
    named: 'by the service',
    // User guide, jobs: a job is in WAITING until StartJob, and is deleted 90 days after its creation.
    begins: 'when told',
    kept: { ms: 90 * DAY_MS, from: 'creation' },
    newestFirst: true,
    listReturns: 'all',
    signatureMs: SIGV4_MS,
    isGlobal: false,
    mark: 'none',
    // API reference, CancelJob: only jobs in WAITING.
    cancels: 'until its start',
    deletes: false,
    words: ['IN_PROGRESS', 'COMPLETED', 'ERROR', 'CANCELLED'],
  },
  PinpointExportJob: {
    // API reference, CreateExportJob: the service names the job, and there is no client token. How long jobs are kept: none.
    named: 'by the service',
    begins: 'at once',
    newestFirst: false,
    listReturns: 'all',
    signatureMs: SIGV4_MS,
    isGlobal: false,
    // API reference, ExportJobResource: S3UrlPrefix.
    mark: 'prefix',
    cancels: 'never',
    deletes: false,
    words: ['PROCESSING', 'COMPLETED', 'FAILED'],
  },
  ImportExportJob: {
    // API reference, CreateJob: the service names the job, and there is no client token. How long jobs are kept: none.
    named: 'by the service',
    begins: 'at once',
    newestFirst: true,
    listReturns: 'id',
    signatureMs: QUERY_MS,
    isGlobal: true,
    // API reference, GetStatus: CurrentManifest.
    mark: 'manifest',
    // API reference, CancelJob: refused once the transfer of data has begun.
    cancels: 'until its transfer',
    deletes: false,
    words: ['InProgress', 'Complete', 'DeviceError'],
  },
}

/**
 * The limits of AWS and machines in a world within its margins. AWS promises none of these: docs/proof.md names them as
 * conditions of the promise. A wild world exceeds them.
 */
export const MARGINS = {
  /** How long after its creation a list may miss a job. */
  listLagMs: 90_000,
  /** How long after its creation a read by ID may miss a job. */
  readLagMs: 15_000,
  /** The largest clock error of a machine that may create. */
  skewMs: 60_000,
  /** How long after a planner put a task a worker may sign its request, by AWS's clock: docs/scale.md. */
  taskMs: 30_000,
} as const

/** The facts of a kind. */
export function factsOf(kind: string): Facts {
  const facts = FACTS[kind]
  if (!facts) throw new Error(`no facts of ${kind}`)
  return facts
}

/**
 * True for kinds that AWS names and that begin at once. Only their marker identifies a job, and two duplicates would
 * both run.
 */
export function isBlind(kind: string): boolean {
  const { named, begins } = factsOf(kind)
  return named === 'by the service' && begins === 'at once'
}
