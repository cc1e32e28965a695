import type { Ids } from './ids.ts'
import type { Json, JsonObject } from './json.ts'
import type { Limits } from './limits.ts'
import type { Structure } from './shape.ts'
import type { JobRecord } from './store.ts'

/** The names that faults, counts and the oracle use. */
type ServiceName = 'iot' | 'mediapackage' | 'pinpoint' | 'dataexchange' | 'importexport' | 'sts'

/** An error as AWS names it, with its HTTP status. */
export type ErrorKind = { readonly name: string; readonly status: number }

/** An error that a service answers with. */
export class ServiceError extends Error {
  override readonly name: string
  readonly status: number
  /** Further members of the error's body, such as `resourceId`. */
  readonly members: JsonObject

  constructor({ name, status }: ErrorKind, message: string, members: JsonObject = {}) {
    super(message)
    this.name = name
    this.status = status
    this.members = members
  }
}

/** Jobs, newest first; `before` leaves out those whose serial is not lower. */
export type Listing = (before?: number) => Iterable<JobRecord>

/** The jobs of the caller's account and region, in one service. */
export type Jobs = {
  /** Newest first, only those that the service still shows and `keep` accepts; looked for one by one, as they are asked for. */
  list(keep?: (job: JobRecord) => boolean): Listing
  /** Whether at least so many jobs that are not over are accepted by `keep`. */
  reaches(limit: number, keep: (job: JobRecord) => boolean): boolean
  /** How many jobs were created at a moment or later. */
  countSince(moment: number): number
  /** The job of this ID, if the service still shows it. */
  find(id: string): JobRecord | undefined
  add(id: string, request: JsonObject, facts?: JsonObject): JobRecord
  change(job: JobRecord, facts: JsonObject): JobRecord
  nextSerial(): number
}

/** What an operation is given beside its input. */
export type Context = {
  readonly now: number
  readonly account: string
  readonly region: string
  readonly partition: string
  /** Where this server listens, for links in answers. */
  readonly url: string
  readonly limits: Limits
  readonly ids: Ids
  readonly jobs: Jobs
  /** Tags of jobs that are younger, in virtual milliseconds, are not shown yet. */
  readonly tagLagMs: number
}

/** What an operation answers. A body that is left out is an empty one. */
export type Result = { readonly status?: number; readonly body?: Json }

/** One operation: how it is reached, what it takes, what it does. */
export type Operation = {
  readonly name: string
  readonly method: string
  /** A path with labels: `/jobs/{jobId}/cancel`. */
  readonly path: string
  /** Query parameter -> input member. Path labels are members by their own name. */
  readonly query?: { readonly [parameter: string]: string }
  readonly input: Structure
  /** It lists jobs: what it shows may lag behind what was made. */
  readonly lists?: true
  /** It reads tags: what it shows may lag behind as well. */
  readonly readsTags?: true
  /** Members that need another permission beside the operation's own: member -> IAM action, without its prefix. */
  readonly actions?: { readonly [member: string]: string }
  run(context: Context, input: JsonObject): Result
}

/** Where a job is at a moment: all of it follows from its record and the time. */
export type JobView = {
  /** AWS's own word. */
  readonly status: string
  /** Moments reached so far, in virtual epoch milliseconds. */
  readonly times: { readonly [name: string]: number }
  /** False once the service has forgotten it. */
  readonly exists: boolean
}

/** A service as data: its names, its errors, its operations and how its jobs move. */
export type Service = {
  readonly name: ServiceName
  readonly protocol: 'rest-json' | 'query'
  /** Signing names that are accepted in a credential scope. */
  readonly scopes: readonly string[]
  /** How old a signature may be, in seconds. */
  readonly signatureSeconds: number
  /** The prefix of its IAM actions, where that is not its first signing name. */
  readonly actionPrefix?: string
  /** The ARN that a call is about, by its place and its members, as refusals name it; absent: `*`. */
  resource?(place: Pick<Context, 'partition' | 'region' | 'account'>, members: JsonObject): string
  /** The only region that a credential scope may name, for global services. */
  readonly region?: string
  /** Paths that are this service's. */
  readonly paths: RegExp
  /** Query services: the API version, which tells them apart, and the XML namespace of answers. */
  readonly version?: string
  readonly namespace?: string
  /** How its errors spell the message member. */
  readonly messageMember: 'message' | 'Message'
  /** How they spell the request's ID, where their bodies hold it. */
  readonly requestIdMember?: 'RequestID'
  /** What it says to bad input (and, where it has a name of its own, to a missing member), to too many calls, and to its own bugs. */
  readonly errors: {
    readonly missing?: ErrorKind
    readonly invalid: ErrorKind
    readonly throttle: ErrorKind
    readonly internal: ErrorKind
  }
  readonly operations: readonly Operation[]
  view(job: JobRecord, now: number): JobView
}

/** Declares an operation whose input, once checked against its shape, has the type `Input`. */
export function defineOperation<Input>(
  declared: Omit<Operation, 'run'> & { run(context: Context, input: Input): Result },
): Operation {
  return { ...declared, run: (context, input) => declared.run(context, input as Input) }
}
