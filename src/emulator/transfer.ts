import { createHash } from 'node:crypto'
import type http from 'node:http'
import type { Response } from './answer.ts'
import type { World } from './dispatch.ts'
import { findRefusal, type TransferAnswer, transfer } from './services/dataexchange/signed-url.ts'
import { escapeXml } from './xml.ts'

/**
 * Answers a signed URL as S3 would. A body of any size is read, and only its length and digest are kept. `goOn` is called once the URL is
 * found good, before the body: it gives leave to send to whoever waits for that.
 */
export async function answerTransfer(
  world: World,
  incoming: http.IncomingMessage,
  url: URL,
  goOn: () => void,
): Promise<Response> {
  const method = incoming.method ?? 'GET'
  const header = incoming.headers['content-md5']
  const contentMd5 = typeof header === 'string' ? header : undefined
  const request = { method, path: url.pathname, query: url.searchParams, contentMd5 }
  const refused = findRefusal(world.store, request)
  if (refused) return answerTransferred(world, method, refused, { connection: 'close' })
  goOn()
  const hash = createHash('md5')
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return answerTransferred(world, method, transfer(world.store, { ...request, bytes, md5: hash.digest('base64') }))
}

function answerTransferred(
  world: World,
  method: string,
  { status, code, body }: TransferAnswer,
  headers: Record<string, string> = {},
): Response {
  world.calls.add('s3', method, code ?? 'ok')
  if (code === undefined) {
    return { status, headers: { ...headers, 'content-type': 'application/octet-stream' }, body: body ?? '' }
  }
  return {
    status,
    headers: { ...headers, 'content-type': 'application/xml' },
    body: `<Error><Code>${escapeXml(code)}</Code></Error>`,
  }
}
