import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Response } from './answer.ts'
import { controlWorld } from './control.ts'
import { type Answer, dispatch, type Request, type World } from './dispatch.ts'
import { isForS3, serveS3 } from './s3/serve.ts'
import { answerTransfer } from './transfer.ts'

/** The largest request body accepted. */
const bodyBytesMax = 1024 * 1024

/** How far the time on disk may lag behind, in real milliseconds. */
const clockLagMs = 100

/** A listening server. */
export type Server = { readonly url: string; close(): Promise<void> }

/**
 * Listens on 127.0.0.1.
 * @param port 0 takes any free port
 * @param restart handles `POST /_emulator/reset`
 */
export async function listen(world: World, port: number, restart: () => void): Promise<Server> {
  const answer = (request: http.IncomingMessage, response: http.ServerResponse, goOn: () => void): void => {
    serve(world, restart, request, response, goOn).catch((error: unknown) => {
      // A caller that closes its connection inside a body gets no answer.
      if (request.errored) return void response.destroy()
      // A bug of the emulator is reported to the caller, who is its developer.
      send(world, response, { status: 500, headers: {}, body: `emulator bug: ${String((error as Error).stack)}\n` })
    })
  }
  const server = http.createServer((request, response) => answer(request, response, () => {}))
  server.on('checkContinue', (request, response) => answer(request, response, () => response.writeContinue()))
  // Longer than clients keep idle connections, so that the server never cuts a connection about to be used.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  world: World,
  restart: () => void,
  incoming: http.IncomingMessage,
  response: http.ServerResponse,
  goOn: () => void,
): Promise<void> {
  const refused = findRefusal(incoming)
  if (refused) return send(world, response, refused)
  const url = readUrl(incoming.url ?? '/')
  if (!url)
    return send(world, response, createPlainError(400, 'BadRequestException', 'The request target is not a path.'))
  if (url.pathname.startsWith('/_signed/'))
    return send(world, response, await answerTransfer(world, incoming, url, goOn))
  goOn()
  if (url.pathname.startsWith('/_labels/')) return send(world, response, label)
  if (isForS3(incoming)) return reply(world, incoming, response, await serveS3(world, incoming, url))
  const body = await readBody(incoming)
  if (body === undefined) return send(world, response, tooLarge)
  const request: Request = {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    authorization: incoming.headers.authorization,
    signedAt: incoming.headers['x-amz-date']?.toString(),
    body,
  }
  const answer: Answer = isControl(request.path)
    ? controlWorld(world, request, restart)
    : await dispatch(world, request)
  reply(world, incoming, response, answer)
}

function reply(world: World, incoming: http.IncomingMessage, response: http.ServerResponse, answer: Answer): void {
  world.store.keepTime(clockLagMs)
  if (answer === 'drop') incoming.socket.destroy()
  else if ('cut' in answer) sendHalf(world, response, answer.cut)
  else send(world, response, answer)
}

function readUrl(target: string): URL | undefined {
  const text = `http://emulator${target}`
  return target.startsWith('/') && URL.canParse(text) ? new URL(text) : undefined
}

function isControl(path: string): boolean {
  return path.startsWith('/_emulator/')
}

/** Rejects web pages, whether they use a name that points to this machine or a script's own request. */
function findRefusal({ headers, url }: http.IncomingMessage): Response | undefined {
  const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  const forbidden = (message: string) => ({ ...createPlainError(403, 'ForbiddenException', message) })
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(host) && !host.endsWith('.localhost')) {
    return forbidden('The emulator answers to loopback names only.')
  }
  if (headers.origin !== undefined && isControl(url ?? '')) return forbidden('The emulator is not for web pages.')
  return undefined
}

/** A minimal PDF. The links of Import/Export's labels and slips lead here. */
const label: Response = {
  status: 200,
  headers: { 'content-type': 'application/pdf' },
  body: '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
}

const tooLarge = createPlainError(
  413,
  'RequestEntityTooLargeException',
  `The body is larger than ${bodyBytesMax} bytes.`,
)

function createPlainError(status: number, name: string, message: string): Response {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': name, connection: 'close' }
  return { status, headers, body: JSON.stringify({ message }) }
}

async function readBody(incoming: http.IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= bodyBytesMax) chunks.push(chunk)
  }
  return size > bodyBytesMax ? undefined : Buffer.concat(chunks).toString('utf8')
}

function send(world: World, response: http.ServerResponse, answer: Response): void {
  writeHead(world, response, answer).end(answer.body)
}

/** Sends the whole head and half of the body, then nothing. */
function sendHalf(world: World, response: http.ServerResponse, answer: Response): void {
  const half = Buffer.from(answer.body).subarray(0, Buffer.byteLength(answer.body) >> 1)
  writeHead(world, response, answer)
  response.flushHeaders()
  response.write(half, () => response.destroy())
}

function writeHead(world: World, response: http.ServerResponse, { status, headers, body }: Response) {
  // The service's own time, because clients set their clock by it.
  const date = new Date(world.store.clock.now()).toUTCString()
  return response.writeHead(status, { ...headers, date, 'content-length': Buffer.byteLength(body) })
}
