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
import type { Tally } from './tally.ts'

/** How to find the outcome of an unknown create. */
export type Recovery =
  /** The caller names the job: describe it. */
  | { readonly is: 'id' }
  /** The service honours the same token for this long: send again with the intent's own token. */
  | { readonly is: 'token'; readonly ttlMs: number }
  /** A created job does nothing until it is started: list the jobs created since the intent. */
  | { readonly is: 'inert' }
  /** The job starts at once and AWS names it: list, and match a member that only our request has. */
  | { readonly is: 'match'; readonly marker: (request: JsonObject, marker: string) => string }

/** A violated rule that a schema cannot express. A warning: AWS may accept it, but it is probably a mistake. */
export type Finding = {
  readonly severity?: 'warning'
  readonly pointer: Pointer
  readonly code: SpecCode
  readonly message: string
  readonly remedies: readonly Remedy[]
  /** Where the text at the pointer is wrong, counted from 1. */
  readonly inside?: { readonly line: number; readonly column: number }
}

/** Whether a request can be submitted at a time. `expires`: the last ISO time at which AWS would accept it. */
export type Timing =
  | { readonly is: 'ready'; readonly expires?: string }
  | { readonly is: 'waiting'; readonly reason: string; readonly until?: string; readonly expires?: string }
  | { readonly is: 'expired'; readonly reason: string; readonly remedies: readonly Remedy[] }

/** A live job written as a spec. */
export type ExportedRequest = {
  /** The request, without AWS's defaults that carry no information. */
  readonly request: JsonObject
  /** Members that AWS does not return, each with the reason. */
  readonly omitted: readonly { readonly pointer: Pointer; readonly why: string }[]
}

/**
 * One of a limited number of slots for running jobs, per account and region. `key` names the limit, also for people.
 */
export type Slot = { readonly key: string; readonly max: number; readonly step: 'create' | 'start' }

/** A part of an ARN. */
export type ArnPart = keyof ArnParts

/**
 * A member with an ARN; `*` stands for each item of a list. AWS requires the parts in `agrees` to match the job's own.
 */
export type ArnRule = { readonly member: Pointer; readonly agrees: readonly ArnPart[] }

/** A value that two specs of one target should not share. */
export type UniqueMember = {
  readonly member: Pointer
  readonly severity: 'error' | 'warning'
  /** Equal for two requests that share the value; undefined if the request does not have it. */
  readonly key: (request: JsonObject) => string | undefined
  /** The consequence of sharing, as the end of a sentence that begins with both specs. */
  readonly consequence: string
}

/** The direction in which a job's content passes through a signed link. */
export type Transfer = { readonly is: 'in'; readonly md5: Pointer; readonly maxBytes: number } | { readonly is: 'out' }

/** How a job of a kind is named and identified. */
export type KindIdentity = {
  readonly recovery: Recovery
  /** The request member with the caller-chosen job ID. Missing: AWS names the job. */
  readonly idMember?: string
  /** The member with the tags of a job. A create adds our mark `jobwright` to it, unless `ownerTag` is false. */
  readonly tagged?: Pointer
  readonly unique?: UniqueMember
  /** What a list needs as its scope: the Pinpoint project, the Data Exchange data set. */
  scope(request: JsonObject): string | undefined
  /** The members that no update changes, equal in two requests for the same job. Missing: all of the normal form. */
  identify?(request: JsonObject): JsonObject
}

/** How and where to call the API of a kind. */
export type KindApi = {
  /** The operation names of this kind's calls, as in the lanes and the emulator. */
  readonly operations: {
    readonly create: string
    readonly describe: string
    readonly list: string
    readonly start?: string
    readonly validate?: string
  }
  /** Error name -> class, beyond the errors common to all services. */
  readonly errors: Readonly<Record<string, ErrorClass>>
  /**
   * How much a list returns of each job, its page size, and whether the newest come first. `within`: the member that
   * says where to list.
   */
  readonly listing: {
    readonly returns: 'job' | 'status' | 'id'
    readonly page: number
    readonly newestFirst: boolean
    readonly within?: string
  }
  /** Partitions that have the service, and its regions there if they are few and fixed. */
  readonly partitions: readonly string[]
  readonly regions?: readonly string[]
  /** True if one region serves the whole account (Import/Export). */
  readonly regionless?: boolean
  /**
   * Returns the page of AWS's console that shows a job, behind its host: `iot/home?region=eu-west-1`. Missing: no
   * console shows it.
   */
  readonly console?: (region: string, request: JsonObject) => string
}

/** The life of a job of a kind between its create and its end. */
export type KindLifecycle = {
  readonly steps: readonly ('create' | 'start')[]
  /** AWS's status words, in the order in which a job passes through them. */
  readonly statuses: readonly string[]
  /** Days after which AWS forgets a finished job. Missing: not documented. */
  readonly retentionDays?: number
  condition(live: Live, policy: Pick<Policy, 'maxFailedPercent'>): Condition
  /** `created`: the job waits for its start, or the answer has no status. `started`: every other job. */
  stageOf(live: Live): 'created' | 'started'
  /** Returns what a job has counted. Missing: jobs of this kind count nothing. */
  tally?(counts: Readonly<Record<string, number>>): Tally | undefined
  /** Returns commands that list the parts of a job that did not succeed, such as its devices. Missing: no call lists them. */
  listFailures?(job: {
    readonly id: string
    readonly region: string
    readonly counts: Live['counts']
  }): readonly Remedy[]
  /**
   * A condition that never ends but counts as ended, such as a rolled-out CONTINUOUS IoT job. Missing: every job ends.
   */
  readonly steady?: Steady
  /** Reasons of a job that ended before it did anything. A cancelled job did nothing either. */
  readonly unusedReasons?: readonly string[]
  /** Returns the ISO time at which AWS starts the job, if its request names one. Missing: no request does. */
  startsAt?(request: JsonObject): string | undefined
  /** Time rules. `now` is epoch milliseconds. */
  timing(request: JsonObject, now: number): Timing
  /**
   * How to apply an edited spec to an unfinished job. Missing: AWS supports no updates. `before` and `after` are in
   * normal form; `changed` lists their differences.
   */
  updating?(
    before: JsonObject,
    after: JsonObject,
    changed: readonly Difference[],
    condition: Condition | undefined,
  ): Updating
  /** Operations of an update whose effect no read shows. */
  readonly unseenUpdates?: readonly string[]
  /** How to cancel an unfinished job. Missing: AWS does not support it. */
  readonly cancelling?: {
    readonly operation: string
    /** Why a job cannot be cancelled now, in words; undefined if it can. */
    refusal(record: Pick<JobRecord, 'stage' | 'condition'>): string | undefined
  }
}

/** Rate limits of a kind, and how many of its jobs may run at once. */
export type KindLimits = {
  /** Operation -> limit. All operations that are not named share `*`. */
  readonly lanes: Readonly<Record<string, LaneLimit>>
  /** The limit on running jobs, and the step that takes a slot; undefined if no limit is known. */
  slot(request: JsonObject): Slot | undefined
}

/** IAM actions that `plan` needs, and those that `reconcile` needs besides. */
export type KindPermissions = { readonly plan: readonly string[]; readonly reconcile: readonly string[] }

/** The meaning of a request's members. */
export type KindRequest = {
  /** Members whose value must be `{ $env: NAME }`. The value never reaches a plan, a state or a log. */
  readonly secrets: readonly Pointer[]
  /** Members that hold a whole document, as JSON text or as a mapping. Both forms are the same request. */
  readonly documents: readonly Pointer[]
  /** Members that tell a reviewer what a job does, in the order to show them. `*` stands for every member. */
  readonly shown: readonly Pointer[]
  readonly arns: readonly ArnRule[]
  /** The member that selects one of several job types. Missing: the kind has one type. */
  readonly typeMember?: Pointer
  /** Members that a spec may have, but that are about a call and not about a job. They are ignored. */
  readonly dropped?: readonly string[]
  /**
   * Returns the normal form for comparisons: defaults filled in, sets sorted, times as instants, the job ID left out.
   */
  normalise(request: JsonObject): JsonObject
  /**
   * Returns the request as a create sends it, in AWS's member names. It has the job ID and our mark, if the API has
   * room for them.
   */
  toInput(request: JsonObject, own: { readonly id?: string; readonly marker?: string }): JsonObject
  /** Returns the request in a live job's own terms, without members that AWS never returns. */
  comparable(request: JsonObject): JsonObject
  /** Writes a live job as a spec; undefined if AWS does not return enough. */
  toSpec(live: Live): ExportedRequest | undefined
  /** Writes a time as the members of the API expect it. Missing: ISO 8601 in UTC. */
  writeTime?(ms: number): string
  /** Cross-field rules, without a clock. */
  check(request: JsonObject): readonly Finding[]
  /**
   * The file that a job takes or gives through a signed link; undefined if none. The pointer leads to the MD5 of a file
   * to upload.
   */
  transfer?(request: JsonObject): Transfer | undefined
}

/** All that the planner may know of a kind: data and pure functions. No client, no clock, no promise. */
export type KindModel = {
  /** The value of `kind` in a spec. Also the name of its schema. */
  readonly kind: string
  /** The service, as the emulator's oracle, endpoint variables and lanes name it: `iot`. */
  readonly service: string
  /** The API in words, for people: `AWS IoT CreateJob`. */
  readonly title: string
  /** The service in words, for sentences: `AWS IoT`. */
  readonly serviceName: string
  /** One sentence if AWS has retired the service. `plan` prints it once. */
  readonly retired?: string
  readonly identity: KindIdentity
  readonly api: KindApi
  readonly lifecycle: KindLifecycle
  readonly limits: KindLimits
  readonly permissions: KindPermissions
  readonly request: KindRequest
}

/** The operations of an update, in order, with their consequences for people; or why AWS has no such operation. */
export type Updating =
  | { readonly by: readonly string[]; readonly warning?: string }
  | { readonly refused: string; readonly pointer: Pointer }
