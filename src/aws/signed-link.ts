import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AwsProblem } from '../model/aws-problem.ts'
import type { KindApi } from '../model/kind.ts'
import type { Receive, UploadSource } from '../model/kind-calls.ts'
import { AwsError, describeProblem } from './aws-error.ts'
import { isLoopback } from './endpoint.ts'
import { classifyError } from './error-class.ts'
import { traceRequest } from './trace.ts'

/**
 * Anyone with a signed link has access. So a link stays in memory and appears in no message. Jobwright sends it only to
 * an https host or this machine, and follows no redirect.
 */

/** The longest time without any transfer. A whole transfer has no limit, because it may take hours. */
const IDLE_MS = 60_000
/** How long to wait for 100 Continue (RFC 9110, 10.1.1). A proxy may never send it. */
const CONTINUE_MS = 2_000
/** The limit for S3's error answers, which are short. */
const ERROR_BYTES_MAX = 64 * 1024

/**
 * Uploads a file through a signed link, in chunks. Nothing is sent before the link is accepted. Undefined: the upload
 * is complete. Throws what `source` throws, or the signal's reason.
 */
export async function uploadToLink(
  link: string,
  source: UploadSource,
  signal: AbortSignal | undefined,
): Promise<AwsProblem | undefined> {
  const headers = {
    'content-length': source.bytes,
    // The signature covers it, and the service checks the content against it.
    'content-md5': source.md5,
    expect: '100-continue',
  }
  return exchangeOnce(link, 'PUT', headers, signal, async (request, answer) => {
    if (await mayGoOn(request, answer)) await pump(request, source, answer)
    const response = await answer
    const status = response.statusCode ?? 0
    if (status < 200 || status > 299) return readRefusal(response)
    response.resume()
    return undefined
  })
}

/** Downloads from a signed link, in chunks. Throws an AwsError for a truncated answer, or what `receive` throws. */
export async function downloadFromLink<Value>(
  link: string,
  receive: Receive<Value>,
  signal: AbortSignal | undefined,
): Promise<{ readonly value: Value } | { readonly problem: AwsProblem }> {
  return exchangeOnce(link, 'GET', {}, signal, async (request, answer) => {
    request.end()
    const response = await answer
    return response.statusCode === 200
      ? { value: await receive(readContent(response, link)) }
      : { problem: await readRefusal(response) }
  })
}

/** Makes one request on its own connection, and closes it. */
async function exchangeOnce<Value>(
  link: string,
  method: string,
  headers: http.OutgoingHttpHeaders,
  signal: AbortSignal | undefined,
  use: (request: http.ClientRequest, answer: Promise<http.IncomingMessage>) => Promise<Value>,
): Promise<Value> {
  signal?.throwIfAborted()
  const url = parseSafeUrl(link)
  const { request: open } = url.protocol === 'https:' ? https : http
  const request = open(url, { method, headers, agent: false, timeout: IDLE_MS, signal })
  request.on('timeout', () => request.destroy(new IdleError()))
  const bytes = headers['content-length']
  const trace = traceRequest({
    method,
    host: url.host,
    path: url.pathname,
    bytes: bytes === undefined ? 0 : Number(bytes),
  })
  const answer = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', reject)
  })
  answer.then(
    ({ statusCode = 0, headers }) => trace.answered(statusCode, headers),
    (error: unknown) => trace.failed(error),
  )
  try {
    return await use(request, answer)
  } catch (error) {
    signal?.throwIfAborted()
    throw isOfNetwork(error) ? new AwsError(describeProblem(error, {}, [link])) : error
  } finally {
    request.destroy()
  }
}

class IdleError extends Error {
  override readonly name = 'TimeoutError'

  constructor() {
    super(`nothing moved for ${IDLE_MS / 1000} seconds`)
  }
}

/** Returns true for an error of the connection, as opposed to one of a local file. */
function isOfNetwork(error: unknown): boolean {
  if (error instanceof IdleError) return true
  const { syscall = '', code = '' } = error as NodeJS.ErrnoException
  if (/^(connect|read|write|getaddrinfo|shutdown)$/.test(syscall))
    return !('path' in (error as object)) && code !== 'ENOSPC'
  return code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_') || /CERT|TLS|SSL/.test(code)
}

function parseSafeUrl(link: string): URL {
  const url = URL.canParse(link) ? new URL(link) : undefined
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))) return url
  throw new AwsError({ class: 'unknown', name: 'UnsafeLink', message: 'AWS returned a link that is not https' })
}

/** Waits for permission to send the content. False: an answer has already come. */
async function mayGoOn(request: http.ClientRequest, answer: Promise<http.IncomingMessage>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const leave = new Promise<boolean>((resolve) => {
    request.once('continue', () => resolve(true))
    timer = setTimeout(() => resolve(true), CONTINUE_MS)
  })
  request.flushHeaders()
  try {
    return await Promise.race([leave, answer.then(() => false)])
  } finally {
    clearTimeout(timer)
  }
}

/** Sends the content no faster than the connection takes it, until its end or an early answer. */
async function pump(
  request: http.ClientRequest,
  source: UploadSource,
  answer: Promise<http.IncomingMessage>,
): Promise<void> {
  let isAnswered = false
  answer.then(
    () => {
      isAnswered = true
    },
    () => {},
  )
  for await (const chunk of source.open()) {
    if (isAnswered) return
    if (!request.write(chunk)) await Promise.race([once(request, 'drain'), answer])
  }
  if (!isAnswered) request.end()
}

async function* readContent(response: http.IncomingMessage, link: string): AsyncGenerator<Uint8Array> {
  const announced = Number(response.headers['content-length'] ?? Number.NaN)
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      yield chunk
    }
  } catch (error) {
    throw new AwsError(describeProblem(error, {}, [link]))
  }
  if (response.complete && (Number.isNaN(announced) || announced === bytes)) return
  throw new AwsError({ class: 'unreachable', name: 'UnusableAnswer', message: 'the content was cut off' })
}

/** Reads the code of an S3 error, never its text, which repeats what was signed. */
async function readRefusal(response: http.IncomingMessage): Promise<AwsProblem> {
  const status = response.statusCode ?? 0
  let text = ''
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString('latin1')
      if (text.length > ERROR_BYTES_MAX) break
    }
  } catch {
    // The status is enough.
  }
  const name = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(text)?.[1] ?? 'Unknown'
  const message = `the signed link was refused with status ${status}`
  return { class: classifyError(name, status, S3_ERRORS), name, message, status }
}

const S3_ERRORS: KindApi['errors'] = {
  BadDigest: 'bad-request',
  InvalidDigest: 'bad-request',
  EntityTooLarge: 'bad-request',
  RequestTimeout: 'unreachable',
  InternalError: 'outage',
}
