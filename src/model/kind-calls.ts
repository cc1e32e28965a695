import type { Outcome } from './aws-problem.ts'
import type { JsonObject } from './json.ts'
import type { Live } from './live.ts'

/**
 * One update of a live job: the operation, the recorded and the wanted request in normal form, and the job as last
 * read.
 */
export type UpdateRequest = {
  readonly operation: string
  readonly before: JsonObject
  readonly after: JsonObject
  /** The spec's request as written, secrets unresolved. */
  readonly request: JsonObject
  readonly live: Live
}

/** Limits of one write that is not a create. */
export type WriteOptions = Omit<CreateOptions, 'id' | 'marker' | 'attempt'>

/** What `create` receives besides the request. */
export type CreateOptions = {
  /** The job ID, for kinds whose caller chooses it. */
  readonly id?: string
  /** What AWS stores with the job: address, run and attempt. For `match` kinds, and as the tag of an IoT job. */
  readonly marker?: string
  /** Which attempt of the run it is, from 1. A worker's answer counts for this attempt alone. */
  readonly attempt?: number
  readonly signal?: AbortSignal
  /** Checked after signing and before the first byte. False abandons the request; its outcome is `not-done`. */
  readonly mayStillSend: () => boolean
}

/** The only calls that `observe` and `plan` receive, so they cannot write. Errors are thrown as `AwsError`. */
export type KindReader = {
  /**
   * Returns the job, or undefined if the service reports by name that it does not exist. `definition`: includes what
   * only further calls return. `mark`: includes the tags, for kinds that have them. If the tags cannot be read,
   * `Live.markRead` says so.
   */
  describe(
    id: string,
    options: { scope?: string; definition?: boolean; mark?: boolean; signal?: AbortSignal },
  ): Promise<Live | undefined>
  /** Lists pages of jobs, newest first if the service sorts. */
  list(options: { scope?: string; signal?: AbortSignal }): AsyncIterable<readonly Live[]>
  /**
   * Streams the asset of a finished job to `receive`. It makes one call for a fresh link, then fetches the link itself;
   * the link goes nowhere else. Returns undefined if the service does not know the job. Rethrows what `receive` throws.
   */
  download?<Value>(id: string, receive: Receive<Value>, options: { signal?: AbortSignal }): Promise<Value | undefined>
  /** Returns the SIGNATURE file and the label for a job's device; undefined if the service does not know the job. */
  paperwork?(id: string, options: { signal?: AbortSignal }): Promise<Paperwork | undefined>
}

/** Reads content to its end; called at most once. Content that is cut off throws. */
export type Receive<Value> = (content: AsyncIterable<Uint8Array>) => Promise<Value>

/** A file to send to AWS. `open` may be called again. It throws if the file has changed. */
export type UploadSource = {
  readonly bytes: number
  /** In Base64. */
  readonly md5: string
  open(): AsyncIterable<Uint8Array>
}

/** What a person needs to ship a device. Secret: it authenticates the device. */
export type Paperwork = {
  /** AWS's own status word. */
  readonly status: string
  /** The content of the file SIGNATURE. Missing if the service gives none. */
  readonly signature?: string
  /** Gives the shipping label, a PDF, to `receive`. Returns undefined if the service makes none. */
  label<Value>(receive: Receive<Value>): Promise<Value | undefined>
  /** AWS's warning about it. */
  readonly warning?: string
}

/** Only `apply` holds it. Each method makes one attempt and never repeats it. */
export type KindWriter = {
  create(request: JsonObject, options: CreateOptions): Promise<Outcome<Live>>
  /** Only for kinds with a start step. `conflict`: the job is not waiting to be started. */
  start?(id: string, options: { signal?: AbortSignal; mayStillSend: () => boolean }): Promise<Outcome<void>>
  /** Makes one of the changes that `updating` names. Idempotent. */
  update?(id: string, update: UpdateRequest, options: WriteOptions): Promise<Outcome<void>>
  /**
   * Only for kinds with `cancelling`. `conflict`: the job is terminal. `reason`: for the job's own record, if it has
   * one.
   */
  cancel?(
    id: string,
    options: WriteOptions & { readonly reason?: string; readonly force?: boolean },
  ): Promise<Outcome<void>>
  /**
   * Only for kinds that take a file: sends it through a fresh link, before the start. Idempotent. `conflict`: the job
   * no longer waits.
   */
  upload?(id: string, source: UploadSource, options: { signal?: AbortSignal }): Promise<Outcome<void>>
  /** A dry run at the service, if it offers one. Creates nothing. */
  validate?(request: JsonObject, options: CreateOptions): Promise<Outcome<void>>
}

/** The reader and writer of a kind over one connection. */
export type Calls = { readonly reader: KindReader; readonly writer: KindWriter }
