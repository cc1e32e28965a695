import http from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { AwsError } from '../../src/aws/aws-error.ts'
import { downloadFromLink, uploadToLink } from '../../src/aws/signed-link.ts'

/** A server of one kind of answer; gives a link to it with something in it that nobody may see. */
async function serving(
  t: Test,
  answer: http.RequestListener,
  options: { checkContinue?: http.RequestListener } = {},
): Promise<string> {
  const server = http.createServer(answer)
  if (options.checkContinue) server.on('checkContinue', options.checkContinue)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/asset?X-Amz-Signature=open-sesame`
}

const source = (chunks: readonly string[], onOpen: () => void = () => {}) => ({
  bytes: Buffer.byteLength(chunks.join('')),
  md5: 'AAAAAAAAAAAAAAAAAAAAAA==',
  async *open() {
    onOpen()
    for (const chunk of chunks) yield Buffer.from(chunk)
  },
})

const all = async (content: AsyncIterable<Uint8Array>): Promise<string> => {
  let text = ''
  for await (const chunk of content) text += Buffer.from(chunk).toString()
  return text
}

/** What a call throws, with nothing of the link in it. */
async function thrown(t: Test, work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => new Error('nothing was thrown'),
    (one: Error) => one,
  )
  t.notMatch(`${error.stack} ${JSON.stringify(error)} ${JSON.stringify(error.cause ?? '')}`, /open-sesame|X-Amz/)
  return error
}

t.test('a file is sent with its length and MD5, and only after 100 Continue', async (t) => {
  let seen: http.IncomingHttpHeaders = {}
  let body = ''
  const link = await serving(t, (request, response) => {
    seen = request.headers
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => response.end())
  })
  t.equal(await uploadToLink(link, source(['pump,', 'litres']), undefined), undefined)
  t.match(seen, { 'content-length': '11', 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==', expect: '100-continue' })
  t.equal(body, 'pump,litres')
  t.notOk('authorization' in seen, 'the link is all the right there is')
  t.equal(await uploadToLink(link, source([]), undefined), undefined, 'an empty file is a file')
})

t.test('a rejection is reported by its code alone, and nothing is sent after it', async (t) => {
  let opened = 0
  const refuse: http.RequestListener = (_request, response) => {
    response.writeHead(403, { 'content-type': 'application/xml' })
    response.end('<Error><Code>AccessDenied</Code><Message>open-sesame</Message></Error>')
  }
  const link = await serving(t, refuse, { checkContinue: refuse })
  const problem = await uploadToLink(
    link,
    source(['x'], () => opened++),
    undefined,
  )
  t.strictSame(problem, {
    class: 'auth',
    name: 'AccessDenied',
    message: 'the signed link was refused with status 403',
    status: 403,
  })
  t.equal(opened, 0)
  t.match(await downloadFromLink(link, all, undefined), { problem: { name: 'AccessDenied' } })
})

t.test('no redirect is followed, and a link must be https or to this machine', async (t) => {
  const moved = await serving(t, (_request, response) => {
    response.writeHead(307, { location: 'http://127.0.0.1:9/' })
    response.end()
  })
  t.match(await uploadToLink(moved, source(['x']), undefined), { name: 'Unknown', status: 307 })
  t.match(await downloadFromLink(moved, all, undefined), { problem: { status: 307 } })
  for (const bad of ['http://s3.example/asset?X-Amz-Signature=open-sesame', 'file:///etc/hostname', 'open-sesame'])
    t.match(await thrown(t, uploadToLink(bad, source(['x']), undefined)), { problem: { name: 'UnsafeLink' } })
})

t.test('truncated content is an error, never a whole file', async (t) => {
  const cut = await serving(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('half', () => response.destroy())
  })
  t.ok((await thrown(t, downloadFromLink(cut, all, undefined))) instanceof AwsError)
  const gone = await serving(t, (request) => request.socket.destroy())
  t.match(await thrown(t, uploadToLink(gone, source(['x']), undefined)), { problem: { class: 'unreachable' } })
  t.match(await thrown(t, downloadFromLink(gone, all, undefined)), { problem: { class: 'unreachable' } })
})

t.test('a file error is thrown on, and an interrupt ends both sides at once', async (t) => {
  let ended = 'not'
  const link = await serving(t, (request, response) => {
    request.on('error', () => {
      ended = 'cut'
    })
    request.on('data', () => {})
    request.on('end', () => {
      ended = 'whole'
      response.end('content')
    })
  })
  const broken = {
    ...source(['one', 'two']),
    async *open(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one')
      throw new Error('the disk is gone')
    },
  }
  t.match(await thrown(t, uploadToLink(link, broken, undefined)), { message: 'the disk is gone' })
  t.not(ended, 'whole')
  const full = async (): Promise<never> => {
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' })
  }
  t.match(await thrown(t, downloadFromLink(link, full, undefined)), { code: 'ENOSPC' })
  const stops = new AbortController()
  const work = uploadToLink(link, { ...source(['x'.repeat(100)]), open: () => stopping(stops) }, stops.signal)
  t.match(await thrown(t, work), { message: 'interrupted' })
})

async function* stopping(stops: AbortController): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x')
  stops.abort(new Error('interrupted'))
  yield Buffer.from('y')
}
