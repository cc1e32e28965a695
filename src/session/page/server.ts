import { randomBytes, timingSafeEqual } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { formatIso } from '../../model/iso.ts'
import type { PageTick } from '../../model/page.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import type { Feed, FeedEvent } from './feed.ts'
import { formatPage, getPolicy } from './html.ts'

/** How often a page hears the time. A connection that was cut without a word fails then. */
const TICK_MS = 5_000
/** Pages at once, and how much one may lag behind before it is cut. It connects again, and gets everything. */
const PAGES_MAX = 16
const LAG_BYTES_MAX = 32_000_000

/** A server of a live page. */
export type PageServer = { readonly url: string; close(): Promise<void> }

/**
 * Serves a feed on 127.0.0.1, to whoever knows the token in its address. It only reads: every other method is refused. `now`: the run's
 * clock. Throws a Problem (exit 1) for a port that is taken.
 */
export async function servePage(feed: Feed, now: () => number, port = 0): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url')
  const pages = new Set<http.ServerResponse>()
  const server = http.createServer((request, response) => {
    const answer = judge(request, token, (server.address() as AddressInfo).port)
    if (typeof answer === 'number') return refuse(response, answer)
    if (answer.pathname.endsWith('/events')) {
      if (pages.size >= PAGES_MAX) refuse(response, 503)
      else follow(response, readVersion(request, answer))
      return
    }
    response
      .writeHead(200, { ...createHeaders(), 'content-type': 'text/html; charset=utf-8' })
      .end(formatPage(feed.getPage()))
  })
  const follow = (response: http.ServerResponse, version: number): void => {
    pages.add(response)
    response.writeHead(200, { ...createHeaders(), 'content-type': 'text/event-stream' }).write('retry: 1000\n\n')
    const send = (event: string, data: object, id?: number): void => {
      if (response.writableLength > LAG_BYTES_MAX) return void response.destroy()
      response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    }
    const tick = (): void => send('tick', { at: formatIso(now()) } satisfies PageTick)
    tick()
    const stop = feed.subscribe(version, ({ event, data, version: id }: FeedEvent) => send(event, data, id))
    const timer = setInterval(tick, TICK_MS)
    response.on('close', () => {
      clearInterval(timer)
      stop()
      pages.delete(response)
    })
  }
  await listen(server, port)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Returns the address that a request may read, or the status of its refusal. */
function judge({ method, url = '', headers }: http.IncomingMessage, token: string, port: number): URL | number {
  const { host, origin } = headers
  const own = [`127.0.0.1:${port}`, `localhost:${port}`]
  // A name of another site that leads to this machine, or a script of another site.
  if (host === undefined || !own.includes(host)) return 403
  if (origin !== undefined && origin !== `http://${host}`) return 403
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'none' && site !== 'same-origin') return 403
  if (method !== 'GET') return 405
  const text = `http://${host}${url}`
  if (!url.startsWith('/') || !URL.canParse(text)) return 404
  const asked = new URL(text)
  const [, given = '', rest, ...more] = asked.pathname.split('/')
  if (!isEqual(given, token) || more.length > 0) return 404
  return rest === '' || rest === 'events' ? asked : 404
}

/** Reads which version a page has. A browser that connects again names the last event that it got. */
function readVersion({ headers }: http.IncomingMessage, { searchParams }: URL): number {
  const version = Number(headers['last-event-id'] ?? searchParams.get('version'))
  return Number.isSafeInteger(version) ? version : -1
}

/** Compares in a time that tells nothing about the token. */
function isEqual(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function refuse(response: http.ServerResponse, status: number): void {
  const headers = { ...createHeaders(), 'content-type': 'text/plain', ...(status === 405 && { allow: 'GET' }) }
  response.writeHead(status, headers).end(`${http.STATUS_CODES[status]}\n`)
}

function createHeaders(): Record<string, string> {
  return {
    'content-security-policy': `${getPolicy(true)}; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  }
}

async function listen(server: http.Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
  } catch (error) {
    throw new Problem(
      {
        code: 'USAGE',
        message: `the page cannot be served on port ${port}: ${(error as Error).message}`,
        remedies: [advise('choose another --port, or leave it out: any free port is taken then')],
      },
      error,
    )
  }
}
