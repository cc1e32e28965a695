import type { HttpRequest, HttpResponse } from '@smithy/core/protocols'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { HttpHandlerOptions, RequestHandler as SdkHandler } from '@smithy/types'
import type { RequestHandler } from './client-settings.ts'
import { assertOfAws } from './foreign-answer.ts'
import { createSemaphore } from './semaphore.ts'
import { Abandoned, createObservedAgents, type Sending } from './sending.ts'
import { traceRequest } from './trace.ts'

/** A request fails if its connection, its answer, or the next packet takes longer. */
export const TIMEOUTS = {
  connectionTimeout: 3000,
  requestTimeout: 30_000,
  socketTimeout: 30_000,
  // Without it the SDK only prints a warning and waits forever.
  throwOnRequestTimeout: true,
}

const SOCKETS_MAX = 50

/**
 * How many writes of this process are sent at once. Many accounts let more pass than one processor can send. Their
 * connections would then time out before it comes to them.
 */
const WRITES_MAX = 100
const writes = createSemaphore(WRITES_MAX)

/** The last step of a request before the network: below the SDK, after signing. */
export type Handler = RequestHandler & SdkHandler<HttpRequest, HttpResponse, HttpHandlerOptions>

/** The options of one send: the SDK's own, and those of writes. */
export type SendOptions = HttpHandlerOptions & { readonly sending?: Sending }

/** Receives the `date` header of every answer. */
export type OnDate = (date: string) => void

/** For reads: connections are kept and shared. */
export function readHandler(onDate: OnDate, timeouts = TIMEOUTS): Handler & { destroy(): void } {
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX }
  const inner = new NodeHttpHandler({ ...timeouts, httpAgent: agent, httpsAgent: agent })
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: () => inner.destroy(),
    handle: async (request, options = {}) => {
      const { response } = noteDate(await sendTraced(inner, request, options), onDate)
      return { response: await assertOfAws(response) }
    },
  }
}

/** For writes: each request waits for its turn, asks for a permit, and uses a new connection. */
export function writeHandler(onDate: OnDate, timeouts = TIMEOUTS): Handler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, options: SendOptions = {}) {
      const seen = options.sending
      if (!seen) throw new Error('a write was sent unobserved')
      // The SDK passes on the signal that it was given.
      const signal = options.abortSignal as AbortSignal | undefined
      if (signal?.aborted || !(await writes.acquire(signal))) throw new Abandoned()
      try {
        if (signal?.aborted || !seen.mayStillSend()) throw new Abandoned()
        seen.handed = true
        const inner = new NodeHttpHandler({ ...timeouts, ...createObservedAgents(seen) })
        const { response } = noteDate(await sendTraced(inner, request, options), onDate)
        seen.status = response.statusCode
        return { response: await assertOfAws(response) }
      } finally {
        writes.release()
      }
    },
  }
}

async function sendTraced(inner: NodeHttpHandler, request: HttpRequest, options: SendOptions) {
  const { method, hostname, port, path, body } = request
  const trace = traceRequest({ method, host: port === undefined ? hostname : `${hostname}:${port}`, path, body })
  try {
    const answer = await inner.handle(request, pickNetworkOptions(options))
    trace.answered(answer.response.statusCode, answer.response.headers)
    return answer
  } catch (error) {
    trace.failed(error)
    throw error
  }
}

function pickNetworkOptions({ abortSignal }: SendOptions): HttpHandlerOptions {
  return abortSignal ? { abortSignal } : {}
}

function noteDate<Answer extends { response: HttpResponse }>(answer: Answer, onDate: OnDate): Answer {
  const date = answer.response.headers['date']
  if (date) onDate(date)
  return answer
}
