import type { AwsProblem, ErrorClass } from '../model/aws-problem.ts'
import { classifyError } from './error-class.ts'
import { mask } from './mask.ts'

/** Thrown by readers, and by a lane that has been stopped. Everything that may be shown is in `problem`. */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  readonly problem: AwsProblem

  constructor(problem: AwsProblem, cause?: unknown) {
    super(`${problem.name}: ${problem.message}`, { cause })
    this.problem = problem
  }
}

/** What can be read from whatever a call threw. */
type Thrown = {
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly $metadata?: { readonly httpStatusCode?: unknown; readonly requestId?: unknown }
}

/** A thrown value as a problem. `own` is the kind's error table, `secrets` are texts that must not be shown. */
export function describeProblem(
  thrown: unknown,
  own: Readonly<Record<string, ErrorClass>>,
  secrets: readonly string[] = [],
): AwsProblem {
  if (thrown instanceof AwsError) return thrown.problem
  const error: Thrown = typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) }
  const status = typeof error.$metadata?.httpStatusCode === 'number' ? error.$metadata.httpStatusCode : undefined
  const requestId = error.$metadata?.requestId
  const name = getName(error)
  const kind = classifyError(name, status, own)
  const message = getMessage(error, name, status)
  const deniedAction = kind === 'auth' ? findDeniedAction(message) : undefined
  return {
    class: kind,
    name,
    message: mask(message, secrets),
    status,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    ...(deniedAction !== undefined && { deniedAction }),
  }
}

/** `User: ARN is not authorized to perform: iot:TagResource on resource: ARN ...` (IAM user guide, access denied error messages). */
function findDeniedAction(message: string): string | undefined {
  return /\bnot authorized to perform:? ([a-z][a-z0-9-]*:[A-Za-z]+)(?![\w:*])/i.exec(message)?.[1]
}

/** What an error says; of an answer that says nothing, or cannot be read, what came. */
function getMessage(error: Thrown, name: string, status: number | undefined): string {
  const message = typeof error.message === 'string' ? error.message : ''
  if (status === undefined) return message
  if (isUnnamed(name) && ['', 'UnknownError'].includes(message))
    return `the answer has status ${status} and names no error`
  // The SDK's own words quote the parser, and speak to whoever holds the error object.
  return name === 'SyntaxError' ? `the answer has status ${status} and is not in the form of AWS's answers` : message
}

/** Whether no service named an error: clients of the SDK call it `Unknown`, or by its status. */
export function isUnnamed(name: string): boolean {
  return ['', 'Error', 'Unknown', 'UnknownError'].includes(name) || /^\d+$/.test(name)
}

/** A socket's error has a code that says more than its name, which is `Error`. */
function getName(error: Thrown): string {
  const name = typeof error.name === 'string' && error.name !== '' ? error.name : 'Error'
  const vague = name === 'Error' || name === 'TimeoutError'
  if (vague && typeof error.code === 'string') return error.code
  return /^\d+$/.test(name) ? 'Unknown' : name
}
