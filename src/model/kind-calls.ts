import type { Outcome } from './aws-problem.ts'
import type { JsonObject } from './json.ts'
import type { Live } from './live.ts'

/** One change of a live job: the operation, what was recorded and what is wanted in normal form, and what AWS told of the job last. */
export type UpdateRequest = {
  readonly operation: string
  readonly before: JsonObject
  readonly after: JsonObject
  /** The spec's request as written, secrets unresolved. */
  readonly request: JsonObject
  readonly live: Live
}

/** Bounds of one write that is not a create. */
export type WriteOptions = Omit<CreateOptions, 'id' | 'marker'>

/** What the `create` of a kind is given besides the request. */
export type CreateOptions = {
  /** The job ID, for kinds whose caller names the job. */
  readonly id?: string
  /** What AWS is asked to keep with the job, for `match` kinds: address, run and attempt. */
  readonly marker?: string
  readonly signal?: AbortSignal
  /** Asked after the request is signed and before its first byte: false abandons it, as not done. */
  readonly mayStillSend: () => boolean
}

/** All that `observe` and `plan` are given, so that they cannot write. Errors are thrown as `AwsError`. */
export type KindReader = {
  /** The job, or undefined where the service says by name that there is none. `definition`: also what only further calls tell. */
  describe(
    id: string,
    options: { scope?: string; definition?: boolean; mark?: boolean; signal?: AbortSignal },
  ): Promise<Live | undefined>
  /** Pages of jobs, newest first where the service sorts. */
  list(options: { scope?: string; signal?: AbortSignal }): AsyncIterable<readonly Live[]>
  /**
   * The asset of a finished job, given to `receive` as it comes: one call for a fresh link, and the link itself, which goes nowhere else.
   * Undefined where the service knows no such job. What `receive` throws is thrown on.
   */
  download?<Value>(id: string, receive: Receive<Value>, options: { signal?: AbortSignal }): Promise<Value | undefined>
  /** What has to be put on, and on the outside of, the device of a job; undefined where the service knows no such job. */
  paperwork?(id: string, options: { signal?: AbortSignal }): Promise<Paperwork | undefined>
}

/** Takes content as it comes, to its end; called at most once. The content throws where it is cut off. */
export type Receive<Value> = (content: AsyncIterable<Uint8Array>) => Promise<Value>

/** A file that is sent to AWS. `open` may be called again; it throws where the file is another than it was. */
export type UploadSource = {
  readonly bytes: number
  /** In Base64. */
  readonly md5: string
  open(): AsyncIterable<Uint8Array>
}

/** What a person needs to ship a device. Secret: it authenticates the device. */
export type Paperwork = {
  /** AWS's word for where the job is. */
  readonly status: string
  /** The content of the file SIGNATURE; absent where the service gives none. */
  readonly signature?: string
  /** Gives the shipping label, a PDF, to `receive`; undefined where the service makes none. */
  label<Value>(receive: Receive<Value>): Promise<Value | undefined>
  /** What AWS said beside it. */
  readonly warning?: string
}

/** Held by `apply` alone. Each method makes one attempt and never repeats it. */
export type KindWriter = {
  create(request: JsonObject, options: CreateOptions): Promise<Outcome<Live>>
  /** Kinds with a start step only. `conflict` where the job is not waiting to be started. */
  start?(id: string, options: { signal?: AbortSignal; mayStillSend: () => boolean }): Promise<Outcome<void>>
  /** Makes one of the changes that `updating` names. Saying the same twice changes nothing. */
  update?(id: string, update: UpdateRequest, options: WriteOptions): Promise<Outcome<void>>
  /** Kinds that `cancelling` tells of. `conflict` where the job is over. `reason`: for the job's own record, where it has one. */
  cancel?(
    id: string,
    options: WriteOptions & { readonly reason?: string; readonly force?: boolean },
  ): Promise<Outcome<void>>
  /**
   * Kinds that take a file in: sends it through a fresh link, before the start. May be repeated: the same file twice is one. `conflict`
   * where the job does not wait any more.
   */
  upload?(id: string, source: UploadSource, options: { signal?: AbortSignal }): Promise<Outcome<void>>
  /** A dry run at the service, where it offers one; nothing is created. */
  validate?(request: JsonObject, options: CreateOptions): Promise<Outcome<void>>
}

/** Both sides of a kind over one connection. */
export type Calls = { readonly reader: KindReader; readonly writer: KindWriter }
