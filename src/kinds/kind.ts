import type { ArnParts } from '../model/arn.ts'
import type { ErrorClass, Outcome } from '../model/aws-problem.ts'
import type { SpecCode } from '../model/codes.ts'
import type { Condition } from '../model/condition.ts'
import type { JsonObject, Pointer } from '../model/json.ts'
import type { LaneLimit } from '../model/lane.ts'
import type { Live } from '../model/live.ts'
import type { Difference } from '../model/plan.ts'
import type { Remedy } from '../model/remedy.ts'
import type { Policy } from '../model/spec.ts'
import type { JobRecord } from '../model/state.ts'

/** What brings an unknown create to light. */
export type Recovery =
  /** The caller names the job: describe it. */
  | { readonly by: 'id' }
  /** The service honours the same token for this long: send again with the intent's own. */
  | { readonly by: 'token'; readonly ttlMs: number }
  /** A created job does nothing until started: list those made since the intent. */
  | { readonly by: 'inert' }
  /** The job begins at once and AWS names it: list, and match a member that only our request has. */
  | { readonly by: 'match'; readonly marker: (request: JsonObject, marker: string) => string }

/** A rule that a schema cannot say, broken at a place of the request. A warning is for what AWS may well take, but a person hardly means. */
export type Finding = {
  readonly severity?: 'warning'
  readonly pointer: Pointer
  readonly code: SpecCode
  readonly message: string
  readonly remedies: readonly Remedy[]
}

/** What time says about a request that was never submitted. `expires`: the last moment at which AWS would take it, in ISO 8601. */
export type Timing =
  | { readonly when: 'ready'; readonly expires?: string }
  | { readonly when: 'waiting'; readonly reason: string; readonly until?: string; readonly expires?: string }
  | { readonly when: 'expired'; readonly reason: string; readonly remedies: readonly Remedy[] }

/** A job as a spec would write it. */
export type Retold = {
  /** The request, without what AWS filled in by itself where that says nothing. */
  readonly request: JsonObject
  /** Members that the job may have and AWS does not tell, each with a sentence of why. */
  readonly untold: readonly { readonly pointer: Pointer; readonly why: string }[]
}

/** One of a limited number of places for running jobs, per account and region. `key` names the cap, for people too. */
export type Slot = { readonly key: string; readonly max: number; readonly step: 'create' | 'start' }

/** A part of an ARN. */
export type ArnPart = keyof ArnParts

/** A member with an ARN, `*` for each item of a list, and the parts in which AWS refuses any other than the job's own. */
export type ArnRule = { readonly member: Pointer; readonly agrees: readonly ArnPart[] }

/** What no two specs of one target should share. */
export type Sole = {
  readonly member: Pointer
  readonly severity: 'error' | 'warning'
  /** Equal for two requests that share it; undefined where the request does not say it. */
  readonly key: (request: JsonObject) => string | undefined
  /** What happens otherwise, as a sentence goes on after the names of both specs. */
  readonly otherwise: string
}

/** Which way a job's content goes through a signed link. */
export type Transfer =
  | { readonly way: 'in'; readonly md5: Pointer; readonly maxBytes: number }
  | { readonly way: 'out' }

/** The service that a kind calls, as in the emulator's oracle, endpoint variables and lanes. */
export type Service = 'iot' | 'mediapackage' | 'pinpoint' | 'dataexchange' | 'importexport'

/** All that the planner may know of a kind: data and pure functions, no client, no clock, no promise. */
export type KindModel = {
  /** What a spec says in `kind`; also the name of its schema. */
  readonly kind: string
  readonly service: Service
  /** The API in words, for people: `AWS IoT CreateJob`. */
  readonly title: string
  /** One sentence where AWS has retired the service; `plan` prints it once. */
  readonly retired?: string
  readonly recovery: Recovery
  /** The request member with the caller-chosen job ID; absent where AWS names the job. */
  readonly idMember?: string
  readonly steps: readonly ('create' | 'start')[]
  /** Operation -> limit; `*` is shared by all that are not named. */
  readonly lanes: Readonly<Record<string, LaneLimit>>
  /** The operation names of this kind's calls, as the lanes and the emulator know them. */
  readonly operations: {
    readonly create: string
    readonly describe: string
    readonly list: string
    readonly start?: string
    readonly validate?: string
  }
  /** Error name -> class, beyond those common to all services. */
  readonly errors: Readonly<Record<string, ErrorClass>>
  /** AWS's status words, in the order in which a job passes through them. */
  readonly statuses: readonly string[]
  /** Days after which AWS forgets a finished job; absent: not documented. */
  readonly retentionDays?: number
  /** How much a list tells of each job, how many jobs a page may hold, and whether the newest come first. `within`: the member that says where to list. */
  readonly listing: {
    readonly tells: 'job' | 'status' | 'id'
    readonly page: number
    readonly newestFirst: boolean
    readonly within?: string
  }
  /** Members whose value must be `{ $env: NAME }`: it never reaches a plan, a state or a log. */
  readonly secrets: readonly Pointer[]
  /** Members that hold a whole document, as JSON text or as a mapping: both forms of one document are the same request. */
  readonly documents: readonly Pointer[]
  /** IAM actions that planning, and reconciling beyond planning, need. */
  readonly actions: { readonly plan: readonly string[]; readonly reconcile: readonly string[] }
  /** Partitions that have the service; regions of them, where they are few and fixed. */
  readonly partitions: readonly string[]
  readonly regions?: readonly string[]
  readonly arns: readonly ArnRule[]
  readonly sole?: Sole
  /** True where one region serves the whole account (Import/Export). */
  readonly regionless?: boolean
  /** What a list has to be asked for: the Pinpoint project, the Data Exchange data set. */
  scope(request: JsonObject): string | undefined
  /** The request in the form that is compared: defaults filled in, sets sorted, times as instants, the job ID left out. */
  normalise(request: JsonObject): JsonObject
  /** What tells one job from another where AWS lets one change the rest; absent: all of the normal form. */
  identity?(request: JsonObject): JsonObject
  /** What the request looks like in a live job's own terms, without members that AWS never returns. */
  comparable(request: JsonObject): JsonObject
  /** A live job as a spec would write it; undefined where AWS does not tell enough. */
  toSpec(live: Live): Retold | undefined
  condition(live: Live, policy: Pick<Policy, 'maxFailedPercent'>): Condition
  /** Cross-field rules, without a clock. */
  check(request: JsonObject): readonly Finding[]
  /**
   * What of a job passes through links that AWS signs: a file that it takes in, whose MD5 the request holds at the pointer; an asset that
   * it gives out. Undefined: nothing.
   */
  transfer?(request: JsonObject): Transfer | undefined
  /** What AWS caps the number of running jobs by, and the step that takes a place; undefined where no such cap is known. */
  slot(request: JsonObject): Slot | undefined
  /**
   * How AWS makes an unfinished job say what its spec says now; absent: it changes nothing of a job. `before` and `after` are in normal form,
   * `changed` is where they differ.
   */
  updating?(
    before: JsonObject,
    after: JsonObject,
    changed: readonly Difference[],
    condition: Condition | undefined,
  ): Updating
  /** How an unfinished job is cancelled; absent: AWS does not let one. */
  readonly cancelling?: {
    readonly operation: string
    /** Why a job cannot be cancelled where it is now, in words; undefined: it can. */
    refusal(record: Pick<JobRecord, 'stage' | 'condition'>): string | undefined
  }
  /** Time rules. `now` is epoch milliseconds. */
  timing(request: JsonObject, now: number): Timing
}

/** The operations that change a job, in order, with what a person has to know of the consequences; or why AWS has none for this. */
export type Updating =
  | { readonly by: readonly string[]; readonly warning?: string }
  | { readonly refused: string; readonly pointer: Pointer }

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
    options: { scope?: string; definition?: boolean; signal?: AbortSignal },
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
