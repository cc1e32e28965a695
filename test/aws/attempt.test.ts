import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import t, { type Test } from 'tap'
import { type Connection, connect } from '../../src/aws/connection.ts'
import { TIMEOUTS, writeHandler } from '../../src/aws/handler.ts'
import { startEmulator } from '../../src/emulator/index.ts'
import { createCalls as exchangeCalls } from '../../src/kinds/data-exchange-job/calls.ts'
import { createCalls as importCalls } from '../../src/kinds/import-export-job/calls.ts'
import { createCalls as iotCalls } from '../../src/kinds/iot-job/calls.ts'
import { createCalls as pinpointCalls } from '../../src/kinds/pinpoint-export-job/calls.ts'
import type { Outcome } from '../../src/model/aws-problem.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { KindWriter } from '../../src/model/kind-calls.ts'
import { quickClock } from './clock.ts'
import { http, rawServer } from './raw-server.ts'

const env = {
  AWS_ACCESS_KEY_ID: 'AKIAFLEET',
  AWS_SECRET_ACCESS_KEY: 'secret',
}
for (const [name, value] of Object.entries({ ...env, AWS_EC2_METADATA_DISABLED: 'true' })) process.env[name] = value

const json = { 'content-type': 'application/json' }
const xml = { 'content-type': 'text/xml' }
const yes = { mayStillSend: () => true }
const error = (name: string) => ({ ...json, 'x-amzn-errortype': name })

const iotRequest = { targets: ['arn:aws:iot:eu-west-1:123456789012:thing/lift-1'], document: { operation: 'reboot' } }
const manifest = { manifestVersion: '2.0', deviceId: 'disk-1', bucket: 'vault' }

/** Says whose the credentials are, so that the server under test sees the writes alone. */
const sts = await startEmulator()
t.teardown(() => sts.close())

function connectTo(url: string): Promise<Connection> {
  const elsewhere = { ...process.env, AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_STS: sts.url }
  return connect(
    { name: 'default', region: 'eu-west-1' },
    { clock: quickClock(), env: elsewhere, envNames: ['FREIGHT_TEST_PIN'] },
  )
}

/** How each kind's create is sent at `url`. */
async function writerAt(url: string, kind: 'iot' | 'pinpoint' | 'dataexchange' | 'importexport'): Promise<KindWriter> {
  const connection = await connectTo(url)
  return { iot: iotCalls, pinpoint: pinpointCalls, dataexchange: exchangeCalls, importexport: importCalls }[kind](
    connection,
  ).writer
}

const requests: Record<string, JsonObject> = {
  iot: iotRequest,
  pinpoint: { ApplicationId: 'app', ExportJobRequest: { RoleArn: 'arn:aws:iam::1:role/r', S3UrlPrefix: 's3://b/p/' } },
  dataexchange: { Type: 'EXPORT_ASSET_TO_SIGNED_URL', Details: {} },
  importexport: { JobType: 'Import', Manifest: manifest },
}

async function create(
  url: string,
  kind: 'iot' | 'pinpoint' | 'dataexchange' | 'importexport' = 'iot',
  options: object = yes,
) {
  const writer = await writerAt(url, kind)
  return writer.create(requests[kind]!, { id: 'reboot-night', marker: 'jobwright night#1', ...yes, ...options })
}

/** `not-done bad-request InvalidRequestException`, for one line a case. */
function told(outcome: Outcome<unknown>): string {
  return outcome.is === 'done' ? 'done' : `${outcome.is} ${outcome.problem.class} ${outcome.problem.name}`
}

t.test('each answer, or none, decides the outcome of a create', async (t) => {
  const iotOk = JSON.stringify({ jobId: 'reboot-night', jobArn: 'arn:aws:iot:eu-west-1:123456789012:job/reboot-night' })
  const cases: [name: string, answer: string, expected: string][] = [
    ['a complete answer', http(200, json, iotOk), 'done'],
    ['an answer of success without the ID', http(200, json, '{}'), 'unknown unknown UnusableAnswer'],
    ['an answer with another ID', http(200, json, '{"jobId":"other"}'), 'unknown unknown UnusableAnswer'],
    ['an answer that is no JSON', http(200, json, '<html>ok</html>'), 'unknown unknown SyntaxError'],
    [
      'an answer cut in the middle',
      http(200, json, iotOk.slice(0, 20), iotOk.length),
      'unknown unreachable ECONNRESET',
    ],
    ['a head and nothing more', 'HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n', 'unknown unreachable ECONNRESET'],
    ['half a head', 'HTTP/1.1 20', 'unknown unreachable ECONNRESET'],
    ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n', 'unknown unknown HPE_INVALID_CONSTANT'],
    ['a connection closed without an answer', 'end', 'unknown unreachable ECONNRESET'],
    ['a connection reset', 'reset', 'unknown unreachable ECONNRESET'],
    ['a redirect', http(307, { ...json, location: 'http://127.0.0.1:9/' }, '{}'), 'unknown unknown Unknown'],
    ['500', http(500, error('InternalFailureException'), '{}'), 'unknown outage InternalFailureException'],
    [
      '503 with a throttle in it',
      http(503, error('ThrottlingException'), '{}'),
      'unknown throttle ThrottlingException',
    ],
    ['502 of a proxy', http(502, { 'content-type': 'text/html' }, '<html>'), 'unknown outage ForeignAnswer'],
    ['503 of a proxy, in plain text', http(503, {}, 'no upstream'), 'unknown outage ForeignAnswer'],
    ['429 of a proxy', http(429, {}, '<!doctype html>'), 'unknown throttle ForeignAnswer'],
    ['407 of a proxy', http(407, {}, '<html>'), 'unknown unreachable ForeignAnswer'],
    ['a login page', http(200, { 'content-type': 'text/html' }, '<html>'), 'unknown unreachable ForeignAnswer'],
    ['a 400 that nobody signed', http(400, json, '{}'), 'unknown bad-request Unknown'],
    [
      '400',
      http(400, error('InvalidRequestException'), '{"message":"no"}'),
      'not-done bad-request InvalidRequestException',
    ],
    ['403', http(403, error('AccessDeniedException'), '{}'), 'not-done auth AccessDeniedException'],
    ['409', http(409, error('ResourceAlreadyExistsException'), '{}'), 'not-done exists ResourceAlreadyExistsException'],
    ['429', http(429, error('TooManyRequestsException'), '{}'), 'not-done throttle TooManyRequestsException'],
    [
      'a throttle by name, with status 400',
      http(400, error('ThrottlingException'), '{}'),
      'not-done throttle ThrottlingException',
    ],
    [
      'a quota that the SDK takes for a throttle',
      http(410, error('LimitExceededException'), '{}'),
      'not-done quota LimitExceededException',
    ],
    [
      'a name in the body',
      http(400, json, '{"__type":"com.amazonaws#InvalidRequestException"}'),
      'not-done bad-request InvalidRequestException',
    ],
    ['408', http(408, error('RequestTimeoutException'), '{}'), 'unknown unknown RequestTimeoutException'],
    [
      '404 of something that is not the service',
      http(404, { 'content-type': 'text/html' }, '<h1>?'),
      'unknown unreachable ForeignAnswer',
    ],
    ['a 403 that nobody signed', http(403, json, '{"message":"Forbidden"}'), 'unknown auth Unknown'],
    [
      'a 400 cut in the middle',
      http(400, error('InvalidRequestException'), '{"mess', 80),
      'unknown unreachable ECONNRESET',
    ],
  ]
  for (const [name, answer, expected] of cases) {
    await t.test(name, async (t: Test) => {
      const server = await rawServer(t, (socket) => {
        if (answer === 'reset') socket.resetAndDestroy()
        else socket.end(answer === 'end' ? '' : answer)
      })
      const outcome = await create(server.url)
      t.equal(told(outcome), expected)
      t.equal(server.connections(), 1, 'sent once')
    })
  }
})

t.test('kinds that AWS names, and the Query protocol, judge answers the same way', async (t) => {
  const jobXml = (inner: string) => `<CreateJobResponse><CreateJobResult>${inner}</CreateJobResult></CreateJobResponse>`
  const errorXml =
    '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAddressException</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>'
  const whole = jobXml('<JobId>ADP7B</JobId>')
  const cases: [string, 'pinpoint' | 'dataexchange' | 'importexport', string, string][] = [
    ['Pinpoint', 'pinpoint', http(202, json, '{"Id":"4a","JobStatus":"CREATED"}'), 'done'],
    [
      'Pinpoint without an ID',
      'pinpoint',
      http(202, json, '{"JobStatus":"CREATED"}'),
      'unknown unknown UnusableAnswer',
    ],
    ['Data Exchange', 'dataexchange', http(201, json, '{"Id":"7c","State":"WAITING"}'), 'done'],
    ['Data Exchange, a 400 that nobody signed', 'dataexchange', http(400, json, '{}'), 'unknown bad-request Unknown'],
    ['Data Exchange, an empty 403', 'dataexchange', http(403, {}, ''), 'unknown auth Unknown'],
    ['Import/Export, a web page', 'importexport', http(502, {}, '<html>'), 'unknown outage ForeignAnswer'],
    ['Data Exchange without an ID', 'dataexchange', http(201, json, '{}'), 'unknown unknown UnusableAnswer'],
    [
      'Data Exchange, 500',
      'dataexchange',
      http(500, error('InternalServerException'), '{}'),
      'unknown outage InternalServerException',
    ],
    ['Data Exchange, cut', 'dataexchange', http(201, json, '{"Id":"7', 60), 'unknown unreachable ECONNRESET'],
    ['Data Exchange, not JSON', 'dataexchange', http(201, json, 'ok'), 'unknown unknown SyntaxError'],
    ['Import/Export', 'importexport', http(200, xml, whole), 'done'],
    ['Import/Export without an ID', 'importexport', http(200, xml, jobXml('')), 'unknown unknown UnusableAnswer'],
    [
      'Import/Export, half an ID in an answer that ends there',
      'importexport',
      http(200, xml, whole.slice(0, 45)),
      'unknown unknown UnusableAnswer',
    ],
    ['Import/Export, another page', 'importexport', http(200, xml, '<html></html>'), 'unknown unknown UnusableAnswer'],
    [
      'Import/Export, refused',
      'importexport',
      http(400, xml, errorXml),
      'not-done bad-request InvalidAddressException',
    ],
    [
      'Import/Export, refused by nobody',
      'importexport',
      http(400, xml, '<html></html>'),
      'unknown unreachable ForeignAnswer',
    ],
    ['Import/Export, 500', 'importexport', http(500, xml, errorXml), 'unknown bad-request InvalidAddressException'],
  ]
  for (const [name, kind, answer, expected] of cases) {
    await t.test(name, async (t: Test) => {
      const server = await rawServer(t, (socket) => void socket.end(answer))
      t.equal(told(await create(server.url, kind)), expected)
      t.equal(server.connections(), 1, 'sent once')
    })
  }
})

t.test('a create that never reached the service is not done', async (t) => {
  const free = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => free.once('listening', resolve))
  const closedUrl = `http://127.0.0.1:${(free.address() as net.AddressInfo).port}`
  await new Promise((resolve) => free.close(resolve))
  t.equal(told(await create(closedUrl)), 'not-done unreachable ECONNREFUSED')
  t.match(told(await create('https://no-such-host.invalid')), /^not-done unreachable (ENOTFOUND|EAI_AGAIN)$/)
})

t.test('a TLS peer without a valid certificate gets no byte of the request', async (t) => {
  const dir = t.testdir()
  const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ],
    { stdio: 'ignore' },
  )
  const server = await rawServer(t, (socket) => void socket.end(http(200, json, '{}')), {
    key: fs.readFileSync(key),
    cert: fs.readFileSync(cert),
  })
  t.equal(told(await create(server.url)), 'not-done unreachable DEPTH_ZERO_SELF_SIGNED_CERT')
  t.equal(server.bytes(), 0)
})

t.test('the permit is checked after signing; without it nothing is sent', async (t) => {
  const server = await rawServer(t, (socket) => void socket.end(http(200, json, '{}')))
  t.equal(told(await create(server.url, 'iot', { mayStillSend: () => false })), 'not-done abandoned Abandoned')
  t.equal(told(await create(server.url, 'importexport', { mayStillSend: () => false })), 'not-done abandoned Abandoned')
  t.equal(told(await create(server.url, 'iot', { signal: AbortSignal.abort() })), 'not-done abandoned Abandoned')
  t.equal(server.connections(), 0)
})

t.test('an answer that is not from AWS is described in a sentence', async (t) => {
  const page = '<!DOCTYPE html><html><head><title>\n 502 Bad&nbsp;Gateway &amp; more</title></head>'
  const told = "the answer is not AWS's: status"
  const cases: [answer: string, message: string][] = [
    [http(502, {}, page), `${told} 502 and a web page, "502 Bad Gateway & more". A proxy`],
    [http(403, {}, '<html><h1>Blocked</h1>'), `${told} 403 and a web page, "Blocked". A proxy`],
    [http(200, { 'content-type': 'text/html' }, '<html>'), `${told} 200 and a web page. A proxy`],
    [http(503, {}, 'upstream connect error\n'.repeat(20)), `${told} 503 and the text "upstream connect error upstream`],
    [http(503, {}, ''), 'the answer has status 503 and names no error'],
    [http(400, json, '{"a'), "the answer has status 400 and is not in the form of AWS's answers"],
  ]
  for (const [answer, message] of cases) {
    const server = await rawServer(t, (socket) => socket.end(answer))
    for (const kind of ['iot', 'dataexchange'] as const) {
      const outcome = await create(server.url, kind)
      const shown = outcome.is === 'done' ? '' : outcome.problem.message
      t.ok(shown.startsWith(message), shown)
      t.notMatch(shown, /[<>]|Unexpected|\$response/)
      t.ok(shown.length < 250)
    }
  }
})

t.test('an abort before the answer leaves the outcome unknown', async (t) => {
  const stop = new AbortController()
  const server = await rawServer(t, () => stop.abort())
  t.match(told(await create(server.url, 'iot', { signal: stop.signal })), /^unknown /)
  t.equal(server.connections(), 1)
})

t.test('a service that stops before or inside its answer leaves the outcome unknown', async (t) => {
  const cases: [name: string, answer: string, problem: string][] = [
    ['no answer', '', 'unknown unreachable ETIMEDOUT'],
    ['half an answer', http(200, json, '{"jobId"', 90), 'unknown unreachable TimeoutError'],
  ]
  for (const [name, answer, problem] of cases) {
    await t.test(name, async (t: Test) => {
      const server = await rawServer(t, (socket) => void socket.write(answer))
      const connection = await connectTo(server.url)
      const requestHandler = writeHandler(() => {}, { ...TIMEOUTS, requestTimeout: 40, socketTimeout: 80 })
      const impatient: Connection = {
        ...connection,
        settings: (...args) => ({ ...connection.settings(...args), requestHandler }),
      }
      t.equal(told(await iotCalls(impatient).writer.create(iotRequest, { id: 'reboot-night', ...yes })), problem)
      t.equal(server.connections(), 1)
    })
  }
})

t.test('a request that cannot be sent is not sent', async (t) => {
  const server = await rawServer(t, (socket) => void socket.end(http(200, json, '{}')))
  t.equal(told(await create(server.url, 'iot', { id: '' })), 'not-done bad-request EmptyId')
  const writer = await writerAt(server.url, 'importexport')
  const secret = { JobType: 'Import', Manifest: { ...manifest, pinCode: { $env: 'FREIGHT_TEST_PIN' } } }
  const outcome = await writer.create(secret, { marker: 'm', ...yes })
  t.equal(told(outcome), 'not-done bad-request MissingVariable')
  t.match(outcome, {
    problem: { message: /Manifest\/pinCode is read from the environment variable FREIGHT_TEST_PIN/ },
  })
  process.env['JOBWRIGHT_TEST_OTHER'] = 'swordfish'
  t.teardown(() => delete process.env['JOBWRIGHT_TEST_OTHER'])
  for (const name of ['JOBWRIGHT_TEST_OTHER', 'AWS_SECRET_ACCESS_KEY', 'PATH']) {
    const unlisted = { JobType: 'Import', Manifest: { ...manifest, pinCode: { $env: name } } }
    const refused = await writer.create(unlisted, { marker: 'm', ...yes })
    t.equal(told(refused), 'not-done bad-request UnlistedVariable', name)
  }
  t.equal(server.connections(), 0)
})

t.test('a message keeps no secret, signed URL or access key, and is cut', async (t) => {
  process.env['FREIGHT_TEST_PIN'] = 'swordfish'
  t.teardown(() => delete process.env['FREIGHT_TEST_PIN'])
  const message = `pin swordfish of AKIAIOSFODNN7EXAMPLE at https://bucket.s3/x?X-Amz-Signature=abc ${'x'.repeat(2000)}`
  const answer = `<ErrorResponse><Error><Code>InvalidManifestFieldException</Code><Message>${message}</Message></Error></ErrorResponse>`
  let sent = ''
  const server = await rawServer(t, (socket, request) => {
    sent = request
    socket.end(http(400, xml, answer))
  })
  const writer = await writerAt(server.url, 'importexport')
  const request = { JobType: 'Import', Manifest: { ...manifest, pinCode: { $env: 'FREIGHT_TEST_PIN' } } }
  const outcome = await writer.create(request, { marker: 'm', ...yes })
  t.match(sent, /pinCode%3A\+swordfish/, 'the secret itself was sent')
  const shown = outcome.is === 'done' ? '' : outcome.problem.message
  t.match(shown, /^pin \*\*\* of AKIA\.\.\. at https:\/\/bucket\.s3\/x\?\.\.\. xxx/)
  t.equal(shown.length, 500)
})
