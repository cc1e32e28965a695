import { createHash } from 'node:crypto'
import type http from 'node:http'
import type { Response } from './answer.ts'
import type { World } from './dispatch.ts'
import { transfer } from './services/dataexchange/signed-url.ts'
import { escapeXml } from './xml.ts'

/** Answers a signed URL as S3 would. A body of any size is read, and only its length and digest are kept. */
export async function answerTransfer(world: World, incoming: http.IncomingMessage, url: URL): Promise<Response> {
  const hash = createHash('md5')
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  const contentMd5 = incoming.headers['content-md5']
  const { status, code, body } = transfer(world.store, {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    bytes,
    md5: hash.digest('base64'),
    contentMd5: typeof contentMd5 === 'string' ? contentMd5 : undefined,
  })
  world.calls.add('s3', incoming.method ?? 'GET', code ?? 'ok')
  if (code === undefined) {
    return { status, headers: { 'content-type': 'application/octet-stream' }, body: body ?? '' }
  }
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${escapeXml(code)}</Code></Error>`,
  }
}
