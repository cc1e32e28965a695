import { channel } from 'node:diagnostics_channel'

/**
 * A trace of a request to AWS, for anyone who wants to watch. It holds no header, query or body, so it cannot hold a
 * secret, signature or token. For the Query protocol it holds the action's name.
 */
export type RequestTrace = {
  /** The same ID for the start and the end of a request. */
  readonly id: number
  readonly method: string
  readonly host: string
  readonly path: string
  /** The action of a Query request, such as `CreateJob`. */
  readonly action?: string
  /** The length of the content, if known. */
  readonly bytes?: number
  /** How the request ended; missing at its start. */
  readonly end?: RequestEnd
}

/** An answer, or what replaced it. */
export type RequestEnd =
  | {
      readonly is: 'answered'
      readonly status: number
      /** The error named by the service. */
      readonly error?: string
      /** AWS's own request ID. */
      readonly requestId?: string
    }
  | { readonly is: 'failed'; readonly error: string }

/** Publishes the start and the end of every request. It costs nothing while nobody listens. */
export const requests = channel('jobwright:request')

type Sent = {
  readonly method?: string
  readonly host: string
  readonly path: string
  readonly body?: unknown
  readonly bytes?: number
}
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Takes the outcome of a request. */
export type Trace = { answered(status: number, headers: Headers): void; failed(error: unknown): void }

const UNHEARD: Trace = { answered: () => {}, failed: () => {} }
let count = 0

/** Publishes the start of a request. The result publishes its end, once. */
export function traceRequest({ method = 'GET', host, path, body, bytes }: Sent): Trace {
  if (!requests.hasSubscribers) return UNHEARD
  count += 1
  const [plain = ''] = path.split('?')
  const sent = { id: count, method, host, path: plain, action: findAction(body), bytes: bytes ?? countBytes(body) }
  requests.publish(sent)
  const end = (how: RequestEnd): void => requests.publish({ ...sent, end: how })
  return {
    answered: (status, headers) => {
      const error = takeFirst(headers['x-amzn-errortype'])?.split(/[:#]/)[0]
      const requestId = takeFirst(headers['x-amzn-requestid']) ?? takeFirst(headers['x-amz-request-id'])
      end({ is: 'answered', status, error, requestId })
    },
    failed: (error) => end({ is: 'failed', error: getName(error) }),
  }
}

function takeFirst(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header
}

function findAction(body: unknown): string | undefined {
  return typeof body === 'string' ? /(?:^|&)Action=([A-Za-z]{1,60})(?:&|$)/.exec(body)?.[1] : undefined
}

function countBytes(body: unknown): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.byteLength : undefined
}

/** A system error's message may hold a link; its code and name never do. */
function getName(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException
  return code ?? name ?? 'Error'
}
