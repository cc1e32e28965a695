import type { Ids } from './ids.ts'
import type { Json, JsonObject } from './json.ts'
import type { Limits } from './limits.ts'
import type { Structure } from './shape.ts'
import type { JobRecord } from './store.ts'

/** An AWS error's name and HTTP status. */
export type ErrorKind = { readonly name: string; readonly status: number }

/** An error answer of a service. */
export class ServiceError extends Error {
  override readonly name: string
  readonly status: number
  /** More members of the error's body, such as `resourceId`. */
  readonly members: JsonObject

  constructor({ name, status }: ErrorKind, message: string, members: JsonObject = {}) {
    super(message)
    this.name = name
    this.status = status
    this.members = members
  }
}

/** Jobs, newest first. With `before`, only those with a lower serial. */
export type Listing = (before?: number) => Iterable<JobRecord>

/** The jobs of the caller's account and region, in one service. */
export type Jobs = {
  /** Newest first, only jobs that the service still shows and `keep` accepts. They are found lazily. */
  list(keep?: (job: JobRecord) => boolean): Listing
  /** Returns true if `keep` accepts at least this many unfinished jobs. */
  reaches(limit: number, keep: (job: JobRecord) => boolean): boolean
  /** The number of jobs created at or after a moment. */
  countSince(moment: number): number
  /** The job with this ID, if the service still shows it. */
  find(id: string): JobRecord | undefined
  add(id: string, request: JsonObject, facts?: JsonObject): JobRecord
  change(job: JobRecord, facts: JsonObject): JobRecord
  nextSerial(): number
}

/** What an operation gets besides its input. */
export type Context = {
  readonly now: number
  /** Virtual seconds in a real second. */
  readonly timeScale: number
  readonly account: string
  readonly region: string
  readonly partition: string
  /** The server's address, for links in answers. */
  readonly url: string
  readonly limits: Limits
  readonly ids: Ids
  readonly jobs: Jobs
  /** Tags of jobs younger than this are invisible, in virtual milliseconds. */
  readonly tagLagMs: number
}

/** An operation's result. A missing body is empty. */
export type Result = { readonly status?: number; readonly body?: Json }

/** An operation: its path, its input and its effect. */
export type Operation = {
  readonly name: string
  readonly method: string
  /** A path with labels: `/jobs/{jobId}/cancel`. */
  readonly path: string
  /** Query parameter -> input member. Path labels are members by their own name. */
  readonly query?: { readonly [parameter: string]: string }
  readonly input: Structure
  /** It lists jobs, so its results may lag. */
  readonly lists?: true
  /** It reads tags, so its results may lag too. */
  readonly readsTags?: true
  /** Members that need another permission besides the operation's own: member -> IAM action, without its prefix. */
  readonly actions?: { readonly [member: string]: string }
  run(context: Context, input: JsonObject): Result
}

/** A job's state at a moment. It follows entirely from the job's record and the time. */
export type JobView = {
  /** AWS's own status word. */
  readonly status: string
  /** Moments reached so far, in virtual epoch milliseconds. */
  readonly times: { readonly [name: string]: number }
  /** False once the service has forgotten it. */
  readonly exists: boolean
}

/** A service as data: its names, errors, operations and job life cycle. */
export type Service = {
  /** The name in faults, counts and the oracle. */
  readonly name: string
  readonly protocol: 'rest-json' | 'query'
  /** Accepted signing names in a credential scope. */
  readonly scopes: readonly string[]
  /** The maximum age of a signature in seconds. */
  readonly signatureSeconds: number
  /** The prefix of its IAM actions, if it is not the first signing name. */
  readonly actionPrefix?: string
  /** The ARN of a call's resource, as denials name it; if missing, `*`. */
  resource?(place: Pick<Context, 'partition' | 'region' | 'account'>, members: JsonObject): string
  /** The only valid region in a credential scope, for global services. */
  readonly region?: string
  /** The service's paths. */
  readonly paths: RegExp
  /** Query services: the API version, which identifies the service, and the XML namespace of answers. */
  readonly version?: string
  readonly namespace?: string
  /** The name of an error's message member. */
  readonly messageMember: 'message' | 'Message'
  /** The name of an error's request ID member, if its body has one. */
  readonly requestIdMember?: 'RequestID'
  /** Its errors for bad input, too many calls and its own bugs. A missing member may have its own error. */
  readonly errors: {
    readonly missing?: ErrorKind
    readonly invalid: ErrorKind
    readonly throttle: ErrorKind
    readonly internal: ErrorKind
  }
  readonly operations: readonly Operation[]
  view(job: JobRecord, now: number): JobView
}

/** Declares an operation. Once checked against its shape, its input has the type `Input`. */
export function defineOperation<Input>(
  declared: Omit<Operation, 'run'> & { run(context: Context, input: Input): Result },
): Operation {
  return { ...declared, run: (context, input) => declared.run(context, input as Input) }
}
