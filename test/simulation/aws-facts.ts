/*
 * What the simulated AWS goes by. Nothing here comes from src/: where the program believes something else than AWS does, the worlds must show
 * it. Sources: AWS's API references, user guides and service models, named at each fact. `none`: no document of AWS tells it.
 */

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** What is known of the jobs of one kind. */
export type Facts = {
  /** Who chooses the ID of a job. The service refuses a second job of an ID that its caller chose. */
  readonly named: 'by the caller' | 'by the service'
  /** Whether a job does its work from its creation on, or waits for a call that starts it. */
  readonly begins: 'at once' | 'when told'
  /** How long a service tells of a job, from its end or from its creation. */
  readonly kept?: { readonly ms: number; readonly from: 'end' | 'creation' }
  /** The order of a list. */
  readonly newestFirst: boolean
  /** What a list tells of a job. */
  readonly listTells: 'all' | 'status' | 'id'
  /** How long after its time of signing a request is accepted. */
  readonly signatureMs: number
  /** One endpoint serves all regions. */
  readonly isGlobal: boolean
  /** What of a create comes back in a read, so that a caller can know its own job again. */
  readonly mark: 'tag' | 'prefix' | 'manifest' | 'none'
  /** Until when a caller can end a job. */
  readonly cancels: 'until its end' | 'until its start' | 'until its transfer' | 'never'
  /** Whether a caller can delete a job, which frees its ID. */
  readonly deletes: boolean
  /** Words for running, done and failed, and for cancelled where that is another word. */
  readonly words: readonly [string, string, string, string?]
  /** What a repeated ID is refused with. */
  readonly taken?: { readonly name: string; readonly status: number }
}

/** SigV4 requests are good for five minutes (IAM user guide, "Signing AWS API requests"). */
const SIGV4_MS = 5 * MINUTE_MS
/** Services of the Query protocol accept a request for fifteen minutes (General Reference, signing of Query requests). */
const QUERY_MS = 15 * MINUTE_MS

/** The five kinds. */
export const FACTS: Readonly<Record<string, Facts>> = {
  IotJob: {
    // API reference, CreateJob: jobId is the caller's; ResourceAlreadyExistsException, HTTP 409.
    named: 'by the caller',
    taken: { name: 'ResourceAlreadyExistsException', status: 409 },
    begins: 'at once',
    // Developer guide, job limits: job data is kept for two years.
    kept: { ms: 730 * DAY_MS, from: 'end' },
    newestFirst: false,
    listTells: 'status',
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
    // API reference, CreateHarvestJob: Id is the caller's. Its error for a repeated one: none; 422 is the likeliest.
    named: 'by the caller',
    taken: { name: 'UnprocessableEntityException', status: 422 },
    begins: 'at once',
    // User guide, live-to-VOD: harvest jobs are kept for 90 days.
    kept: { ms: 90 * DAY_MS, from: 'end' },
    newestFirst: false,
    listTells: 'all',
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
    listTells: 'all',
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
    listTells: 'all',
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
    listTells: 'id',
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
 * How far AWS and machines may go in a world that keeps within its margins. AWS promises none of these: they are what docs/proof.md names as
 * the conditions of the promise. A wild world goes beyond them.
 */
export const MARGINS = {
  /** A list shows a job so late after its creation. */
  listLagMs: 90_000,
  /** A read by ID finds a job so late after its creation. */
  readLagMs: 15_000,
  /** A clock is off by so much and no more, for a machine that may create. */
  skewMs: 60_000,
} as const

/** What is known of a kind. */
export function factsOf(kind: string): Facts {
  const facts = FACTS[kind]
  if (!facts) throw new Error(`no facts of ${kind}`)
  return facts
}

/** The kinds that AWS names and that begin at once: only their mark tells one from another, and two of them would both run. */
export function isBlind(kind: string): boolean {
  const { named, begins } = factsOf(kind)
  return named === 'by the service' && begins === 'at once'
}
