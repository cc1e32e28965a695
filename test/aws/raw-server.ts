import net from 'node:net'
import tls from 'node:tls'
import type { Test } from 'tap'

/** What a server does with a connection once a whole request has come; `bytes` counts everything that was received. */
export type RawServer = { readonly url: string; readonly bytes: () => number; readonly connections: () => number }

/** A server without HTTP: `answer` is what it writes to the socket, or does to it, after each request. */
export async function rawServer(
  t: Test,
  answer: (socket: net.Socket, request: string) => void,
  secure?: tls.TlsOptions,
): Promise<RawServer> {
  let [bytes, connections] = [0, 0]
  const open = new Set<net.Socket>()
  const serve = (socket: net.Socket): void => {
    connections++
    open.add(socket)
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      bytes += chunk.length
      text += chunk.toString('latin1')
      if (!isWhole(text)) return
      const request = text
      text = ''
      answer(socket, request)
    })
  }
  const server = secure ? tls.createServer(secure, serve) : net.createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  const scheme = secure ? 'https' : 'http'
  const url = `${scheme}://127.0.0.1:${(server.address() as net.AddressInfo).port}`
  return { url, bytes: () => bytes, connections: () => connections }
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
  return end >= 0 && text.length >= end + 4 + length
}

/** An HTTP answer as bytes. `length` may promise more than there is. */
export function http(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  length = Buffer.byteLength(body),
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} Status\r\ncontent-length: ${length}\r\nconnection: close\r\n${lines.join('')}\r\n${body}`
}
