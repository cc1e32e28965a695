import type { ArnParts } from './arn.ts'
import type { ErrorClass } from './aws-problem.ts'
import type { SpecCode } from './codes.ts'
import type { Condition, Steady } from './condition.ts'
import type { JsonObject, Pointer } from './json.ts'
import type { LaneLimit } from './lane.ts'
import type { Live } from './live.ts'
import type { Difference } from './plan.ts'
import type { Remedy } from './remedy.ts'
import type { Policy } from './spec.ts'
import type { JobRecord } from './state.ts'

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
  /** Where in the text at the pointer it is wrong, counted from 1. */
  readonly inside?: { readonly line: number; readonly column: number }
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

/** How a job of a kind is named, and how one is told from another. */
export type KindIdentity = {
  readonly recovery: Recovery
  /** The request member with the caller-chosen job ID; absent where AWS names the job. */
  readonly idMember?: string
  /** The member with the tags of a job: a create carries our mark as one more, `jobwright`, unless `ownerTag` is false. */
  readonly tagged?: Pointer
  readonly sole?: Sole
  /** What a list has to be asked for: the Pinpoint project, the Data Exchange data set. */
  scope(request: JsonObject): string | undefined
  /** The members that no update changes; absent: all of the normal form. Two requests for the same job have them in common. */
  identify?(request: JsonObject): JsonObject
}

/** How the API of a kind is called, and where it is. */
export type KindApi = {
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
  /** How much a list tells of each job, how many jobs a page may hold, and whether the newest come first. `within`: the member that says where to list. */
  readonly listing: {
    readonly tells: 'job' | 'status' | 'id'
    readonly page: number
    readonly newestFirst: boolean
    readonly within?: string
  }
  /** Partitions that have the service; regions of them, where they are few and fixed. */
  readonly partitions: readonly string[]
  readonly regions?: readonly string[]
  /** True where one region serves the whole account (Import/Export). */
  readonly regionless?: boolean
}

/** What happens to a job of a kind between its create and its end. */
export type KindLifecycle = {
  readonly steps: readonly ('create' | 'start')[]
  /** AWS's status words, in the order in which a job passes through them. */
  readonly statuses: readonly string[]
  /** Days after which AWS forgets a finished job; absent: not documented. */
  readonly retentionDays?: number
  condition(live: Live, policy: Pick<Policy, 'maxFailedPercent'>): Condition
  /** `created` for a job that still waits for its start, or of which an answer tells no status; `started` for every other. */
  stageOf(live: Live): 'created' | 'started'
  /** A condition that does not end by itself and counts as reached (a CONTINUOUS IoT job that is rolled out); absent: every job ends. */
  readonly steady?: Steady
  /** Reasons with which a job ends before it did anything. A cancelled job did nothing either. */
  readonly unusedReasons?: readonly string[]
  /** Time rules. `now` is epoch milliseconds. */
  timing(request: JsonObject, now: number): Timing
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
  /** Operations of an update whose effect no read shows. */
  readonly unseenUpdates?: readonly string[]
  /** How an unfinished job is cancelled; absent: AWS does not let one. */
  readonly cancelling?: {
    readonly operation: string
    /** Why a job cannot be cancelled where it is now, in words; undefined: it can. */
    refusal(record: Pick<JobRecord, 'stage' | 'condition'>): string | undefined
  }
}

/** How often a kind may be called, and how many jobs may run at once. */
export type KindLimits = {
  /** Operation -> limit; `*` is shared by all that are not named. */
  readonly lanes: Readonly<Record<string, LaneLimit>>
  /** What AWS caps the number of running jobs by, and the step that takes a place; undefined where no such cap is known. */
  slot(request: JsonObject): Slot | undefined
}

/** IAM actions that planning, and reconciling beyond planning, need. */
export type KindPermissions = { readonly plan: readonly string[]; readonly reconcile: readonly string[] }

/** What the members of a request mean. */
export type KindRequest = {
  /** Members whose value must be `{ $env: NAME }`: it never reaches a plan, a state or a log. */
  readonly secrets: readonly Pointer[]
  /** Members that hold a whole document, as JSON text or as a mapping: both forms of one document are the same request. */
  readonly documents: readonly Pointer[]
  readonly arns: readonly ArnRule[]
  /** The member that says which of several types a job is of; absent: the kind has one type. */
  readonly typeMember?: Pointer
  /** Members that a spec may have and that mean nothing there: they are about a call, not about a job. */
  readonly dropped?: readonly string[]
  /** The request in the form that is compared: defaults filled in, sets sorted, times as instants, the job ID left out. */
  normalise(request: JsonObject): JsonObject
  /** What the request looks like in a live job's own terms, without members that AWS never returns. */
  comparable(request: JsonObject): JsonObject
  /** A live job as a spec would write it; undefined where AWS does not tell enough. */
  toSpec(live: Live): Retold | undefined
  /** Cross-field rules, without a clock. */
  check(request: JsonObject): readonly Finding[]
  /**
   * What of a job passes through links that AWS signs: a file that it takes in, whose MD5 the request holds at the pointer; an asset that
   * it gives out. Undefined: nothing.
   */
  transfer?(request: JsonObject): Transfer | undefined
}

/** All that the planner may know of a kind: data and pure functions, no client, no clock, no promise. */
export type KindModel = {
  /** What a spec says in `kind`; also the name of its schema. */
  readonly kind: string
  readonly service: Service
  /** The API in words, for people: `AWS IoT CreateJob`. */
  readonly title: string
  /** The service in words, for sentences: `AWS IoT`. */
  readonly serviceName: string
  /** One sentence where AWS has retired the service; `plan` prints it once. */
  readonly retired?: string
  readonly identity: KindIdentity
  readonly api: KindApi
  readonly lifecycle: KindLifecycle
  readonly limits: KindLimits
  readonly permissions: KindPermissions
  readonly request: KindRequest
}

/** The operations that change a job, in order, with what a person has to know of the consequences; or why AWS has none for this. */
export type Updating =
  | { readonly by: readonly string[]; readonly warning?: string }
  | { readonly refused: string; readonly pointer: Pointer }
