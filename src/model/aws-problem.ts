import type { PageCode } from './codes.ts'
import { advise, type Remedy, suggest } from './remedy.ts'

/**
 * The kind of an AWS error, decided by its name, never by its status alone. A throttle slows the lane down. A quota
 * means waiting. An outage leaves a create unknown. An auth error stops a lane. A bad request is the spec's fault.
 */
export type ErrorClass =
  | 'bad-request'
  | 'auth'
  | 'throttle'
  | 'quota'
  | 'exists'
  | 'not-found'
  | 'conflict'
  | 'outage'
  | 'unreachable'
  /** Jobwright did not send it: the lease had expired, or the run was stopped. */
  | 'abandoned'
  /** Jobwright did not send it: no worker makes calls of its lane. */
  | 'no-worker'
  /** Jobwright did not send it: the Redis of the workers' queue cannot be used. */
  | 'queue'
  | 'unknown'

/** An error of a call, reduced to what may be shown. `message` is raw text from AWS. */
export type AwsProblem = {
  readonly class: ErrorClass
  /** The error's own name, `ThrottlingException`. */
  readonly name: string
  readonly message: string
  readonly status?: number
  readonly requestId?: string
  /** The denied IAM action, if AWS names it: `iot:TagResource`. */
  readonly deniedAction?: string
}

/** Returns whether the caller may create jobs, but not tag them. The same create without tags may succeed. */
export function isTagRefusal({ class: kind, deniedAction }: Pick<AwsProblem, 'class' | 'deniedAction'>): boolean {
  return kind === 'auth' && deniedAction !== undefined && deniedAction.endsWith(':TagResource')
}

/** Errors of credentials that worked before: an expired session token, or a login that cannot be renewed. */
const EXPIRED = [
  'ExpiredToken',
  'ExpiredTokenException',
  'TokenRefreshRequired',
  'CredentialsProviderError',
  'TokenProviderError',
]

/** Returns ways out that the problem's own words do not show; undefined if there is none. */
export function getRemedies(problem: AwsProblem): readonly Remedy[] | undefined {
  if (EXPIRED.includes(problem.name)) {
    return [
      advise(
        'sign in again: the credentials have expired. The next reconcile continues where this one stopped, and submitted jobs continue in AWS',
      ),
    ]
  }
  if (problem.name === 'ForeignAnswer') {
    return [
      advise("let the service's host pass the proxy or firewall, or sign in to the portal, then run the command again"),
    ]
  }
  if (problem.name === 'Unproven') {
    return [
      advise(
        'look at that job in the console of AWS, and change or cancel it there if it is yours. Then restore the old value in the spec; or if the spec was removed, resolve its address as removed',
      ),
    ]
  }
  if (problem.class === 'no-worker') {
    return [
      suggest('start a worker that has the credentials of its account, and the key of this run', 'worker'),
      suggest('nothing was sent, and the next reconcile tries again; to see which lanes workers serve', 'lanes'),
    ]
  }
  if (problem.class === 'queue') {
    return [
      advise('start its server, or mend queue.url in jobwright.yaml or JOBWRIGHT_QUEUE_URL: see docs/scale.md'),
      suggest('nothing was sent, and the next reconcile tries again; to look at the queue', 'lanes'),
    ]
  }
  if (!isTagRefusal(problem)) return undefined
  return [
    advise('allow the role iot:TagResource, or set ownerTag: false in policy or for the target in jobwright.yaml'),
  ]
}

const CODE_OF_CLASS: Readonly<Record<ErrorClass, PageCode>> = {
  'bad-request': 'AWS_BAD_REQUEST',
  auth: 'AWS_AUTH',
  throttle: 'AWS_THROTTLE',
  quota: 'AWS_QUOTA',
  exists: 'AWS_EXISTS',
  'not-found': 'AWS_NOT_FOUND',
  conflict: 'AWS_CONFLICT',
  outage: 'AWS_OUTAGE',
  unreachable: 'AWS_UNREACHABLE',
  abandoned: 'AWS_ABANDONED',
  'no-worker': 'QUEUE_NO_WORKER',
  queue: 'QUEUE_REDIS',
  unknown: 'AWS_UNKNOWN',
}

/** Returns the code of a failed call, by the class of its error. */
export function getAwsCode(problem: Pick<AwsProblem, 'class'>): PageCode {
  return CODE_OF_CLASS[problem.class]
}

/**
 * How one attempt to write ended. `unknown`: AWS may have carried the request out. Such a request is never sent again
 * until its outcome is known.
 */
export type Outcome<Value> =
  | { readonly is: 'done'; readonly value: Value }
  /** `mayRunYet`: this call was not done, but the same call of another worker may have been, or may be yet. */
  | { readonly is: 'not-done'; readonly problem: AwsProblem; readonly mayRunYet?: true }
  | { readonly is: 'unknown'; readonly problem: AwsProblem }

/** Returns an outcome without its value. */
export function dropValue(outcome: Outcome<unknown>): Outcome<undefined> {
  return outcome.is === 'done' ? { is: 'done', value: undefined } : outcome
}
