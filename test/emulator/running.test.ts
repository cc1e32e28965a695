import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { startEmulator } from '../../src/emulator/index.ts'
import { TYPESCRIPT } from '../typescript.ts'
import { manifest, openWorld, thing, type World } from './setup.ts'

const job = { targets: [thing('pump-1')], document: '{}' }
const create = (world: World, id: string) => world.call('iot', 'PUT', `/jobs/${id}`, job)
const ids = async (world: World) => (await world.jobs()).map(({ id }) => id)

t.test('the oracle shows each job’s request, creation time and current state', async (t) => {
  const world = await openWorld(t)
  const before = Date.now()
  await create(world, 'reboot')
  await world.advance(15)
  const [made] = await world.jobs()
  t.match(made, {
    service: 'iot',
    id: 'reboot',
    account: '123456789012',
    region: 'eu-west-1',
    status: 'COMPLETED',
    exists: true,
    createdAt: '2026-11-20T12:00:00.000Z',
    startedAt: '2026-11-20T12:00:00.000Z',
    times: { started: '2026-11-20T12:00:00.000Z', ended: /^2026-11-20T12:/ },
    request: { jobId: 'reboot', ...job },
  })
  const real = made!['realCreatedAt'] as number
  t.ok(real >= before && real <= Date.now())
  await world.call('iot', 'GET', '/jobs/none')
  t.strictSame(await world.control('GET', 'calls'), [
    { service: 'iot', operation: 'CreateJob', outcome: 'ok', count: 1 },
    { service: 'iot', operation: 'DescribeJob', outcome: 'ResourceNotFoundException', count: 1 },
  ])
  t.strictSame(await world.control('GET', 'clock'), { now: '2026-11-20T12:15:00.000Z', timeScale: 0 })
  t.equal(world.now(), Date.parse('2026-11-20T12:15:00Z'))
  t.match((await world.call('iot', 'GET', '/jobs')).headers.get('date'), 'Fri, 20 Nov 2026 12:15:00 GMT')
})

t.test('each fault has its effect, as often as its rule says', async (t) => {
  const faults = [{ service: 'iot', operation: 'CreateJob', fault: 'drop-response', times: 1 }] as const
  const world = await openWorld(t, { faults })
  await t.rejects(create(world, 'first'), 'the caller hears nothing')
  t.strictSame(await ids(world), ['first'], 'but the job was made')
  t.match(await create(world, 'second'), { status: 200 })

  await world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'drop-request', times: 2 }])
  await t.rejects(create(world, 'third'))
  await t.rejects(create(world, 'third'))
  t.strictSame(await ids(world), ['first', 'second'], 'nothing was made')

  await world.control('PUT', 'faults', [{ fault: 'throttle' }])
  const places = [
    ['iot', 'GET', '/jobs', undefined, 'ThrottlingException', 400],
    ['mediapackage', 'GET', '/harvest_jobs', undefined, 'TooManyRequestsException', 429],
    ['pinpoint', 'GET', '/v1/apps/crew/jobs/export', undefined, 'TooManyRequestsException', 429],
    ['dataexchange', 'GET', '/v1/jobs', undefined, 'ThrottlingException', 429],
    ['importexport', 'POST', '/', { Action: 'ListJobs' }, 'Throttling', 400],
    ['sts', 'POST', '/', { Action: 'GetCallerIdentity' }, 'Throttling', 400],
  ] as const
  for (const [service, method, at, body, error, status] of places) {
    t.match(await world.call(service, method, at, body), { error, status }, `${service} throttles`)
  }
  await world.control('PUT', 'faults', [{ service: 'dataexchange', fault: 'error-before' }])
  t.match(await world.call('dataexchange', 'GET', '/v1/jobs'), { error: 'InternalServerException', status: 500 })
  t.match(await world.call('iot', 'GET', '/jobs'), { status: 200 }, 'other services go on')

  await world.control('PUT', 'faults', [{ fault: 'throttle', rate: 0.3 }])
  let struck = 0
  for (let call = 0; call < 200; call++) struck += (await world.call('iot', 'GET', '/jobs')).status === 400 ? 1 : 0
  t.ok(struck > 30 && struck < 90, `${struck} of 200 calls were struck at a rate of 0.3`)

  const counts = (await world.control('GET', 'calls')) as { operation: string; outcome: string; count: number }[]
  t.match(counts.filter(({ operation }) => operation === 'CreateJob').slice(0, 3), [
    { outcome: 'drop-response', count: 1 },
    { outcome: 'ok', count: 1 },
    { outcome: 'drop-request', count: 2 },
  ])
  await world.control('POST', 'reset')
  t.strictSame([await world.jobs(), await world.control('GET', 'calls')], [[], []])
  await t.rejects(create(world, 'again'), 'the first faults are back')
})

t.test('an operation may be carried out and answered with an error, or with half an answer', async (t) => {
  const world = await openWorld(t)
  const rule = (fault: string) => [{ operation: 'CreateJob', fault, times: 1 }]
  await world.control('PUT', 'faults', rule('error-after'))
  t.match(await create(world, 'first'), { status: 503, error: 'ServiceUnavailableException' })
  t.strictSame(await ids(world), ['first'], 'the job was made')
  await world.control('PUT', 'faults', rule('truncate-body'))
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKIAFLEET/20261120/eu-west-1/iot/aws4_request, Signature=0'
  const put = (id: string) =>
    fetch(`${world.url}/jobs/${id}`, { method: 'PUT', headers: { authorization }, body: JSON.stringify(job) })
  const cut = await put('second')
  t.equal(cut.status, 200, 'the head is whole')
  await t.rejects(cut.text(), 'the body is not')
  t.strictSame(await ids(world), ['first', 'second'])
  await world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'truncate-body' }])
  await t.rejects((await put('second')).text(), 'errors are cut as well')
  t.strictSame(await world.control('GET', 'calls'), [
    { service: 'iot', operation: 'CreateJob', outcome: 'error-after', count: 1 },
    { service: 'iot', operation: 'CreateJob', outcome: 'truncate-body', count: 2 },
  ])
})

t.test('a repeated request is carried out twice, and answered with the second answer', async (t) => {
  const world = await openWorld(t)
  await world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'repeat' }])
  t.match(await create(world, 'only'), { status: 409, error: 'ResourceAlreadyExistsException' })
  t.strictSame(await ids(world), ['only'])
})

t.test('a delayed request is carried out late, unless its signature has expired', async (t) => {
  const world = await openWorld(t)
  await world.control('PUT', 'faults', [
    { operation: 'CreateJob', fault: 'delay', ms: 400, times: 1 },
    { fault: 'drop-response', times: 1 },
  ])
  await t.rejects(create(world, 'late'), 'a delay goes together with what follows it')
  t.match(await create(world, 'prompt'), { status: 200 })
  while ((await ids(world)).length < 2);
  t.strictSame(await ids(world), ['prompt', 'late'], 'packets overtake each other')
  await world.control('PUT', 'faults', [{ operation: 'CreateJob', fault: 'delay', ms: 50, times: 1 }])
  t.match(await create(world, 'slow'), { status: 200 })
  await world.control('PUT', 'limits', { signatureSeconds: 0 })
  await world.control('PUT', 'faults', [{ fault: 'delay', ms: 1 }])
  t.match(await create(world, 'stale'), { status: 403, error: 'InvalidSignatureException' })
  t.equal((await ids(world)).length, 3)
})

t.test('lists may lag behind creates; counts and look-ups by ID do not', async (t) => {
  const world = await openWorld(t, { limits: { iotConcurrent: 1 } })
  await world.control('PUT', 'faults', [
    { service: 'iot', fault: 'list-lag', seconds: 90 },
    { service: 'iot', operation: 'ListJobs', fault: 'throttle', times: 1 },
  ])
  await create(world, 'young')
  t.match(await world.call('iot', 'GET', '/jobs'), { error: 'ThrottlingException' }, 'the next rule still counts')
  const listed = async () => (JSON.parse((await world.call('iot', 'GET', '/jobs')).text) as { jobs: [] }).jobs.length
  t.equal(await listed(), 0)
  t.match(await world.call('iot', 'GET', '/jobs/young'), { status: 200 })
  t.match(await create(world, 'second'), { error: 'LimitExceededException' })
  await world.advance(1.5)
  t.equal(await listed(), 1)
})

t.test('a service throttles calls above its rate, each operation by its own rate', async (t) => {
  const world = await openWorld(t, { limits: { rates: { iot: 3, 'iot.CreateJob': 1 } } })
  const outcomes = async (call: () => Promise<{ error: string | undefined }>, times: number) => {
    const all = await Promise.all(Array.from({ length: times }, call))
    return all.filter(({ error }) => error === 'ThrottlingException').length
  }
  const list = () => world.call('iot', 'GET', '/jobs')
  t.equal(await outcomes(() => create(world, 'first'), 2), 1, 'one create at once')
  t.ok((await outcomes(list, 20)) >= 10, 'the other operations share what the service takes')
  t.match(await world.call('dataexchange', 'GET', '/v1/jobs'), { status: 200 }, 'other services have no rate')
  await world.control('PUT', 'limits', { rates: {} })
  t.equal(await outcomes(list, 20), 0)
})

t.test('each account and region has rates of its own', async (t) => {
  const world = await openWorld(t, { limits: { rates: { iot: 1 } } })
  const list = async (options: { key?: string; region?: string }) =>
    (await world.call('iot', 'GET', '/jobs', undefined, options)).error
  t.equal(await list({ key: 'AKIAFLEET111111111111' }), undefined)
  t.equal(await list({ key: 'AKIAFLEET111111111111' }), 'ThrottlingException')
  t.equal(await list({ key: 'AKIAFLEET222222222222' }), undefined)
  t.equal(await list({ key: 'AKIAFLEET111111111111', region: 'us-east-1' }), undefined)
})

t.test('invalid settings are rejected with a reason', async (t) => {
  const world = await openWorld(t)
  for (const [rule, reason] of [
    [{ fault: 'explode' }, /fault rule 1 must have a fault out of drop-request/],
    [{ fault: 'throttle', service: 'sqs' }, /must have a service out of iot/],
    [{ fault: 'throttle', service: 'iot', operation: 'StartJob' }, /unknown operation "StartJob"/],
    [{ fault: 'throttle', rate: 2 }, /rate from 0 to 1/],
    [{ fault: 'throttle', times: 0 }, /times as a whole number/],
    [{ fault: 'throttle', until: 'now' }, /unknown member "until"/],
    [{ fault: 'deny', when: 'labels' }, /"labels", which is no member of an input; name its operation/],
    [{ fault: 'deny', operation: 'CancelJob', when: 'tags' }, /CancelJob takes jobId, reasonCode/],
    [{ fault: 'late' }, /must have seconds from 0 to 3600/],
    [{ fault: 'tag-lag', seconds: 1, operation: 'ListJobs' }, /a tag-lag takes ListTagsForResource/],
    [{ fault: 'delay' }, /must have ms from 0 to 600000/],
    [{ fault: 'list-lag', seconds: -1 }, /must have seconds from 0 to 3600/],
    [{ fault: 'throttle', ms: 5 }, /has "ms", which a throttle does not take/],
    [
      { fault: 'list-lag', seconds: 1, operation: 'DescribeJob' },
      /"DescribeJob"; a list-lag takes ListJobs.*GetExportJobs/,
    ],
  ] as const) {
    t.match(await world.control('PUT', 'faults', [rule]), { error: reason })
  }
  t.match(await world.control('PUT', 'faults', {}), { error: /array/ })
  t.match(await world.control('PUT', 'limits', { jobs: 1 }), {
    error: /unknown limit "jobs"; known are importExportPerDay/,
  })
  t.match(await world.control('PUT', 'limits', { iotConcurrent: -1 }), { error: /whole number/ })
  t.match(await world.control('PUT', 'limits', { rates: { sqs: 1 } }), { error: /"sqs" is for no service/ })
  t.match(await world.control('PUT', 'limits', { rates: { iot: 0 } }), { error: /above 0/ })
  t.match(await world.control('PUT', 'limits', { rates: 5 }), { error: /must be an object/ })
  t.match(await world.control('POST', 'advance', { seconds: -1 }), { error: /never runs backwards/ })
  t.match(await world.control('GET', 'constructor'), { error: /no GET constructor here/ })
  await t.rejects(startEmulator({ startAt: 'soon' }), { code: 'EMULATOR_OPTION' })
  await t.rejects(startEmulator({ tagLagMs: -1 }), { code: 'EMULATOR_OPTION' })
  await t.rejects(startEmulator({ faults: [{ fault: 'throttle', rate: -1 }] }), { code: 'EMULATOR_OPTION' })
})

t.test('quotas hold until they are raised, the daily one until the day ends', async (t) => {
  const world = await openWorld(t, { limits: { importExportPerDay: 2, iotConcurrent: 1, iotDeleting: 1 } })
  const ship = () => {
    const parameters = { JobType: 'Import', Manifest: manifest(), ValidateOnly: 'false' }
    return world.call('importexport', 'POST', '/', { Action: 'CreateJob', ...parameters })
  }
  t.match(await ship(), { status: 200 })
  t.match(await ship(), { status: 200 })
  t.match(await ship(), { status: 400, error: 'CreateJobQuotaExceededException' })
  await world.advance(12 * 60)
  t.match(await ship(), { status: 200 }, 'midnight has passed')
  await world.control('PUT', 'limits', { importExportPerDay: 300 })
  for (let index = 0; index < 5; index++) t.match(await ship(), { status: 200 })

  await create(world, 'first')
  t.match(await create(world, 'second'), { status: 410, error: 'LimitExceededException' })
  await world.advance(15)
  await create(world, 'second')
  const remove = (id: string) => world.call('iot', 'DELETE', `/jobs/${id}?force=true`)
  t.match(await remove('first'), { status: 200 })
  t.match(await remove('second'), { status: 410, error: 'LimitExceededException' })
})

t.test('a folder keeps jobs, time and IDs over a restart, and time stops in between', async (t) => {
  const dir = t.testdir()
  const open = () => openWorld(t, { dir, startAt: '2026-11-20T12:00:00Z' })
  const exporting = { RoleArn: 'arn:aws:iam::123456789012:role/crew', S3UrlPrefix: 's3://exports/crew/' }
  const make = async (world: World) =>
    JSON.parse((await world.call('pinpoint', 'POST', '/v1/apps/crew/jobs/export', exporting)).text).Id
  const first = await open()
  const id = await make(first)
  await first.advance(5)
  await create(first, 'reboot')
  await first.call('iot', 'PUT', '/jobs/reboot/cancel', {})
  await first.control('POST', 'advance', 60)
  const { port } = new URL(first.url)
  await first.close()
  const second = await open()
  t.equal(second.now(), Date.parse('2026-11-20T12:06:00Z'))
  t.match(await second.jobs(), [
    { id, status: 'PROCESSING' },
    { id: 'reboot', status: 'CANCELED' },
  ])
  t.not(await make(second), id, 'an ID is never given twice')
  await second.control('POST', 'reset')
  t.not(await make(second), id, 'not even after a reset')
  await second.close()
  const third = await openWorld(t, { dir, port: Number(port), startAt: '2020-01-01T00:00:00Z' })
  t.equal((await third.jobs()).length, 1)
  t.ok(third.url.endsWith(port), 'the port is the one asked for')
  await third.close()
})

t.test('a torn last line is dropped; earlier damage stops the start', async (t) => {
  const dir = t.testdir()
  const first = await openWorld(t, { dir })
  await create(first, 'one')
  await create(first, 'two')
  await first.close()
  const log = path.join(dir, 'jobs.log')
  fs.truncateSync(log, fs.statSync(log).size - 5)
  const second = await openWorld(t, { dir })
  t.strictSame(await ids(second), ['one'])
  await create(second, 'three')
  await second.close()
  const third = await openWorld(t, { dir })
  t.strictSame(await ids(third), ['one', 'three'])
  await third.close()
  fs.writeFileSync(log, `{"at":${fs.readFileSync(log, 'utf8')}`)
  await t.rejects(startEmulator({ dir }), { code: 'EMULATOR_LOG_DAMAGED', message: /jobs\.log:1/ })
  fs.writeFileSync(log, '')
  const fourth = await startEmulator({ dir })
  await fourth.close()
})

t.test('one folder has one emulator, and a kill loses nothing', async (t) => {
  const dir = t.testdir()
  const source = path.resolve('src/emulator/index.ts')
  const script = `import { startEmulator } from ${JSON.stringify(source)}
    const { url } = await startEmulator({ dir: ${JSON.stringify(dir)}, startAt: '2026-11-20T12:00:00Z', timeScale: 600 })
    process.stdout.write(url)`
  const child = spawn(process.execPath, [`--import=${TYPESCRIPT}`, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [url] = (await once(child.stdout!, 'data')).map(String)
  await t.rejects(startEmulator({ dir }), { code: 'EMULATOR_RUNNING', url })
  const clock = async () => {
    const { now } = (await (await fetch(`${url}/_emulator/clock`)).json()) as { now: string }
    return Date.parse(now)
  }
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKIAFLEET/20261120/eu-west-1/iot/aws4_request, Signature=0'
  const body = JSON.stringify(job)
  for (let index = 0; index < 50; index++) {
    const made = await fetch(`${url}/jobs/pump-${index}`, { method: 'PUT', headers: { authorization }, body })
    t.equal(made.status, 200)
  }
  const seen = await clock()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const world = await openWorld(t, { dir, timeScale: 600 })
  t.equal((await ids(world)).length, 50)
  // The time of a read may be up to 100 ms behind on disk: a minute, at this speed.
  t.ok(world.now() >= seen - 60_000, 'time went on from where it was')
  await t.rejects(startEmulator({ dir }), { code: 'EMULATOR_RUNNING', url: world.url }, 'also within one process')
})
