import { channel } from 'node:diagnostics_channel'

/**
 * What leaves this process for AWS, for whoever wants to watch it. It holds no header, no query and no body, so that no secret, signature or
 * token can be in it; of a request of the Query protocol, the name of its action alone.
 */
export type RequestTrace = {
  /** The same for the start and the end of one request. */
  readonly id: number
  readonly method: string
  readonly host: string
  readonly path: string
  /** Of the Query protocol: what is asked for, such as `CreateJob`. */
  readonly action?: string
  /** Of the content, where its length is known. */
  readonly bytes?: number
  /** How it ended; absent at its start. */
  readonly end?: RequestEnd
}

/** An answer, or what came in place of one. */
export type RequestEnd =
  | {
      readonly is: 'answered'
      readonly status: number
      /** The error that the service names. */
      readonly error?: string
      /** AWS's own ID of the request. */
      readonly requestId?: string
    }
  | { readonly is: 'failed'; readonly error: string }

/** Tells of every request at its start and at its end. Costs nothing while nobody listens. */
export const requests = channel('jobwright:request')

type Sent = {
  readonly method?: string
  readonly host: string
  readonly path: string
  readonly body?: unknown
  readonly bytes?: number
}
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** What is told of one request. */
export type Trace = { answered(status: number, headers: Headers): void; failed(error: unknown): void }

const UNHEARD: Trace = { answered: () => {}, failed: () => {} }
let count = 0

/** Tells of the start of a request; what it returns is told its end, once. */
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

/** A message of the system may hold a link. Its code or name never does. */
function getName(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException
  return code ?? name ?? 'Error'
}
