import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { type AwsError, describeProblem } from '../../src/aws/aws-error.ts'
import { type ConnectOptions, connect } from '../../src/aws/connection.ts'
import { resolveEndpoint } from '../../src/aws/endpoint.ts'
import { classifyError } from '../../src/aws/error-class.ts'
import { createLanes } from '../../src/aws/lanes.ts'
import { mask } from '../../src/aws/mask.ts'
import { readPages } from '../../src/aws/pages.ts'
import { createQueue, type Progress } from '../../src/aws/queue.ts'
import { readWithRetries } from '../../src/aws/read-with-retries.ts'
import { getPartition, resolveTarget } from '../../src/aws/target.ts'
import { startEmulator } from '../../src/emulator/index.ts'
import { getModel, MODELS } from '../../src/kinds/index.ts'
import { iotJob } from '../../src/kinds/iot-job/model.ts'
import { Problem } from '../../src/model/problem.ts'
import { systemClock } from '../../src/system/clock.ts'
import { createRandomId } from '../../src/system/random.ts'
import { quickClock } from './clock.ts'
import { http, rawServer } from './raw-server.ts'

const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ACCOUNT_ID', 'AWS_PROFILE']

/** The process's environment, which the SDK reads, with these variables and no other that matters. */
function environment(t: Test, variables: Record<string, string> = {}): void {
  const before = { ...process.env }
  t.teardown(() => Object.assign(process.env, before))
  for (const name of keys) delete process.env[name]
  const nowhere = path.join(t.testdir(), 'none')
  const own = { AWS_CONFIG_FILE: nowhere, AWS_SHARED_CREDENTIALS_FILE: nowhere, AWS_EC2_METADATA_DISABLED: 'true' }
  Object.assign(process.env, own, variables)
}

const signedIn = { AWS_ACCESS_KEY_ID: 'AKIAFLEET', AWS_SECRET_ACCESS_KEY: 'secret' }
/** Code and exit code of the Problem that a call throws. */
function codeOf(call: () => unknown): string {
  try {
    return String(call())
  } catch (error) {
    if (error instanceof Problem) return `${error.diagnostic.code} ${error.exitCode}`
    throw error
  }
}

const target = { name: 'prod', region: 'eu-west-1' }

/** The code of the Problem that connecting ends with, its exit code, and its message. */
async function problemOfConnecting(
  ...args: Parameters<typeof connect>
): Promise<{ code: string; exit: number; message: string }> {
  try {
    await connect(...args)
  } catch (error) {
    if (error instanceof Problem) return { code: error.diagnostic.code, exit: error.exitCode, message: error.message }
    throw error
  }
  return { code: 'none', exit: 0, message: '' }
}

t.test('a target is the named one, the default, the only one, or the environment', async (t) => {
  const prod = { region: 'eu-west-1', account: '123456789012' }
  const cases: [
    string,
    string | undefined,
    Parameters<typeof resolveTarget>[1]['targets'],
    Record<string, string>,
    object | string,
  ][] = [
    ['the one named', 'prod', { prod, lab: {} }, {}, { name: 'prod', ...prod }],
    [
      'the one called default',
      undefined,
      { prod, default: { region: 'us-east-1' } },
      {},
      { name: 'default', region: 'us-east-1' },
    ],
    ['the only one', undefined, { prod }, {}, { name: 'prod', ...prod }],
    [
      'none configured: the environment',
      undefined,
      {},
      { AWS_REGION: 'us-west-2' },
      { name: 'default', region: 'us-west-2' },
    ],
    [
      'its older name',
      undefined,
      {},
      { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-1' },
      { name: 'default', region: 'us-west-1' },
    ],
    [
      'a target without a region takes the environment’s',
      'lab',
      { lab: {} },
      { AWS_REGION: 'us-west-2' },
      { name: 'lab', region: 'us-west-2' },
    ],
    ['no region anywhere', undefined, {}, {}, 'CONFIG_NO_REGION'],
    ['a name that is not there', 'pord', { prod }, {}, 'CONFIG_UNKNOWN_TARGET'],
    ['a name where none are', 'prod', {}, { AWS_REGION: 'us-west-2' }, 'CONFIG_UNKNOWN_TARGET'],
    ['a name that every object has', 'toString', { prod }, {}, 'CONFIG_UNKNOWN_TARGET'],
    ['two, none of them default', undefined, { prod, lab: {} }, {}, 'CONFIG_NO_DEFAULT_TARGET'],
  ]
  for (const [name, chosen, targets, env, expected] of cases) {
    if (typeof expected === 'string') {
      t.equal(
        codeOf(() => resolveTarget(chosen, { targets }, env)),
        `${expected} 4`,
        name,
      )
    } else t.same(resolveTarget(chosen, { targets }, env), expected, name)
  }
})

t.test('a region determines its partition and its services', async (t) => {
  const cases: [string, string, string[]][] = [
    ['eu-west-1', 'aws', ['iot', 'mediapackage', 'pinpoint', 'dataexchange', 'importexport']],
    ['cn-north-1', 'aws-cn', ['iot']],
    ['us-gov-west-1', 'aws-us-gov', ['iot', 'pinpoint']],
    ['us-iso-east-1', 'aws-iso', ['mediapackage']],
    ['us-isob-east-1', 'aws-iso-b', ['mediapackage']],
    ['us-isof-south-1', 'aws-iso-f', []],
  ]
  for (const [region, partition, there] of cases) {
    t.equal(getPartition(region).partition, partition)
    t.same(
      MODELS.filter(({ api }) => api.partitions.includes(partition))
        .map(({ service }) => service)
        .sort(),
      there.sort(),
      region,
    )
  }
})

t.test('an endpoint is the target’s, the service’s or everyone’s, and must be https or on this machine', async (t) => {
  const all = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_IOT: 'https://iot.internal/base/' }
  const of = (service: 'iot' | 'pinpoint' | 'any', endpoint: string | undefined, env: Record<string, string>) =>
    resolveEndpoint(service, { name: 'prod', ...(endpoint && { endpoint }) }, env)
  t.equal(of('iot', undefined, {}), undefined)
  t.equal(of('iot', undefined, all), 'https://iot.internal/base')
  t.equal(of('pinpoint', undefined, all), 'http://127.0.0.1:1')
  t.equal(of('any', undefined, all), 'http://127.0.0.1:1')
  t.equal(of('iot', 'http://localhost:9', all), 'http://localhost:9')
  t.equal(of('iot', undefined, { ...all, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }), undefined)
  for (const good of [
    'http://[::1]:4566',
    'http://sts.localhost:4566',
    'https://aws.example.com',
    'http://127.3.2.1',
  ]) {
    t.equal(of('iot', undefined, { AWS_ENDPOINT_URL: good }), good)
  }
  for (const good of ['http://[::1]:4566', 'http://127.3.2.1', 'https://iot.eu-west-1.amazonaws.com'])
    t.equal(of('iot', good, {}), good)
  for (const bad of [
    'http://10.0.0.1',
    'http://127.0.0.1.example.com',
    'ftp://localhost',
    'https://user:word@host',
    'nonsense',
    'https://h/?a=b',
  ]) {
    t.equal(
      codeOf(() => of('iot', bad, {})),
      'CONFIG_ENDPOINT 4',
      bad,
    )
    t.equal(
      codeOf(() => of('iot', undefined, { AWS_ENDPOINT_URL: bad })),
      'CONFIG_ENDPOINT 4',
      bad,
    )
  }
  for (const bad of ['https://aws.example.com', 'http://sts.localhost:4566', 'https://s3.amazonaws.com/evil'])
    t.equal(
      codeOf(() => of('iot', bad, {})),
      'CONFIG_ENDPOINT 4',
      `${bad}: the operator may say so, jobwright.yaml may not`,
    )
  t.throws(() => of('iot', 'https://user:word@host', {}), { message: /^(?!.*word@)/ }, 'a password is not shown')
})

t.test('the class of an error follows from its name first, and from its status last', async (t) => {
  const own = iotJob.api.errors
  const cases: [string, number | undefined, string][] = [
    ['LimitExceededException', 410, 'quota'],
    ['ThrottlingException', 400, 'throttle'],
    ['ResourceNotFoundException', 404, 'not-found'],
    ['ResourceAlreadyExistsException', 409, 'exists'],
    ['UnrecognizedClientException', 403, 'auth'],
    ['ExpiredTokenException', 400, 'auth'],
    ['SignatureDoesNotMatch', 403, 'auth'],
    ['CredentialsProviderError', undefined, 'auth'],
    ['ENOTFOUND', undefined, 'unreachable'],
    ['TimeoutError', undefined, 'unreachable'],
    ['CERT_HAS_EXPIRED', undefined, 'unreachable'],
    ['toString', 400, 'bad-request'],
    ['Unknown', 404, 'unknown'],
    ['NewException', 400, 'bad-request'],
    ['NewException', 401, 'auth'],
    ['NewException', 402, 'quota'],
    ['NewException', 409, 'conflict'],
    ['NewException', 418, 'unknown'],
    ['NewException', 429, 'throttle'],
    ['NewException', 504, 'outage'],
    ['TypeError', undefined, 'unknown'],
  ]
  for (const [name, status, expected] of cases)
    t.equal(classifyError(name, status, own), expected, `${name} ${status ?? ''}`)
  t.equal(classifyError('TooManyRequestsException', 429, getModel('MediaPackageHarvestJob').api.errors), 'throttle')
  t.same(describeProblem('out of cheese', {}), { class: 'unknown', name: 'Error', message: 'out of cheese' })
})

t.test('only an error of a missing permission names the action', async (t) => {
  const denied = (message: string, name = 'AccessDeniedException') =>
    describeProblem({ name, message, $metadata: { httpStatusCode: 403 } }, {}).deniedAction
  const user = 'User: arn:aws:sts::123456789012:assumed-role/jobs/run is not authorized to perform'
  const arn = 'arn:aws:iot:eu-west-1:123456789012:job/reboot'
  t.equal(denied(`${user}: iot:TagResource on resource: ${arn}`), 'iot:TagResource')
  t.equal(
    denied(`${user}: iot:TagResource on resource: ${arn} with an explicit deny in a service control policy`),
    'iot:TagResource',
  )
  t.equal(
    denied(`${user}: mobiletargeting:CreateExportJob because no policy allows it`, 'ForbiddenException'),
    'mobiletargeting:CreateExportJob',
  )
  t.equal(denied('User is not authorized to access this resource'), undefined)
  t.equal(denied(`${user}: ${arn}`), undefined, 'an ARN is no action')
  t.equal(denied('The security token included in the request is expired', 'ExpiredTokenException'), undefined)
  t.equal(
    denied(`${user}: iot:TagResource`, 'InvalidRequestException'),
    'iot:TagResource',
    'a 403 counts by its status',
  )
  t.notOk('deniedAction' in describeProblem({ name: 'ValidationException', message: `${user}: iot:TagResource` }, {}))
})

t.test('messages are cut, and lose signed requests and signed URLs', async (t) => {
  t.equal(mask('see https://a.b/c?X-Amz-Signature=1&d=2 and http://e.f/g'), 'see https://a.b/c?... and http://e.f/g')
  t.equal(mask('does not match. The Canonical String for this request was x-amz-security-token:abc'), 'does not match.')
  t.equal(mask('key ASIAIOSFODNN7EXAMPLE'), 'key ASIA...')
  t.equal(mask('x'.repeat(501)).length, 500)
  t.equal(
    mask('bad trueCryptPassword: "pa\\"ss\\\\word"', ['pa"ss\\word']),
    'bad trueCryptPassword: "***"',
    'as a manifest quotes it',
  )
  t.equal(mask('Manifest=pin%3A+1%2F2%263', ['1/2&3']), 'Manifest=pin%3A+***', 'as a form holds it')
  t.equal(mask('pin: 1/2&amp;3', ['1/2&3']), 'pin: ***', 'as XML holds it')
  t.equal(mask('key open-sesame', ['open', 'open-sesame']), 'key ***', 'the longer one whole')
})

t.test('connecting learns the account from STS', async (t) => {
  const emulator = await startEmulator({ account: '210987654321' })
  t.teardown(() => emulator.close())
  const clock = systemClock
  environment(t, signedIn)

  const asked = await connect({ ...target, endpoint: emulator.url }, { clock, env: {} })
  t.same(asked.site, { partition: 'aws', account: '210987654321', region: 'eu-west-1', endpoint: emulator.url })
  t.ok(Math.abs(asked.clockOffsetMs() ?? Number.NaN) < 5000, 'and how far apart the clocks are')
  asked.close()

  const env = { AWS_ENDPOINT_URL_STS: emulator.url, AWS_ENDPOINT_URL_IOT: 'https://iot.internal' }
  const partly = await connect(target, { clock, env })
  t.same(partly.site, { partition: 'aws', account: '210987654321', region: 'eu-west-1' })
  t.equal(partly.siteOf('iot').endpoint, 'https://iot.internal')
  t.equal(partly.siteOf('pinpoint').endpoint, undefined)
  partly.close()

  const emulated = await connect({ name: 'default', region: 'us-east-1' }, { clock, emulator })
  t.equal(emulated.site.endpoint, 'emulator', 'whose port changes from run to run')
  t.equal((await emulated.settings(iotJob, 'read').credentials()).accessKeyId, 'AKIAEMULATOR')
  emulated.close()

  const sts = { AWS_ENDPOINT_URL_STS: emulator.url }
  process.env['AWS_ACCOUNT_ID'] = '999999999999'
  const known = await connect(target, { clock, env: sts })
  t.same(
    known.site,
    { partition: 'aws', account: '210987654321', region: 'eu-west-1' },
    'STS is believed, not what a variable says',
  )
  t.not(known.clockOffsetMs(), undefined, 'and so there is an answer to tell the time by before the first create')
  const china = await connect({ ...target, region: 'cn-north-1' }, { clock, env: sts })
  t.equal(china.site.partition, 'aws-cn')
  t.equal(china.settings(iotJob, 'read').region, 'cn-north-1')
  const secret = await connect({ ...target, region: 'us-isob-east-1' }, { clock, env: sts })
  t.equal(secret.settings(getModel('MediaPackageHarvestJob'), 'read').region, 'us-isob-east-1')
  t.equal(
    codeOf(() => secret.settings(iotJob, 'read')),
    'CONFIG_REGION 4',
    'a service that this partition lacks',
  )
  t.equal(
    codeOf(() => china.settings(getModel('DataExchangeJob'), 'read')),
    'CONFIG_REGION 4',
  )
  t.equal(
    codeOf(() => china.query(getModel('ImportExportJob'), 'read')),
    'CONFIG_REGION 4',
  )
})

t.test('a failed connection ends the run with exit code 4 and the cause', async (t) => {
  const emulator = await startEmulator()
  t.teardown(() => emulator.close())
  const options = (env: ConnectOptions['env'] = {}): ConnectOptions => ({ clock: quickClock(), env: env ?? {} })
  const there = { ...target, endpoint: emulator.url }

  await t.test('no credentials', async (t) => {
    environment(t)
    t.match(await problemOfConnecting(there, options()), {
      code: 'AWS_NO_CREDENTIALS',
      exit: 4,
      message: /target "prod"/,
    })
  })
  await t.test('a missing profile', async (t) => {
    environment(t)
    t.match(await problemOfConnecting({ ...there, profile: 'nobody' }, options()), {
      code: 'AWS_NO_CREDENTIALS',
      message: /nobody/,
    })
  })
  await t.test('credentials that AWS rejects', async (t) => {
    environment(t, { ...signedIn, AWS_ACCESS_KEY_ID: 'AKIAUNKNOWNEXAMPLE' })
    t.match(await problemOfConnecting(there, options()), {
      code: 'AWS_REFUSED',
      exit: 4,
      message: /InvalidClientTokenId/,
    })
  })
  await t.test('another account', async (t) => {
    environment(t, signedIn)
    const problem = await problemOfConnecting({ ...there, account: '999999999999' }, options())
    t.match(problem, { code: 'AWS_WRONG_ACCOUNT', exit: 4, message: /999999999999.*123456789012/ })
  })
  await t.test('no server at the endpoint', async (t) => {
    environment(t, signedIn)
    const problem = await problemOfConnecting(target, options({ AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' }))
    t.match(problem, { code: 'AWS_UNREACHABLE', exit: 4, message: /http:\/\/127\.0\.0\.1:9.*ECONNREFUSED/ })
  })
})

t.test('a profile is read from its file, and credentials are loaded once for all clients', async (t) => {
  const emulator = await startEmulator()
  t.teardown(() => emulator.close())
  environment(t)
  const file = path.join(t.testdir(), 'credentials')
  fs.writeFileSync(file, '[fleet]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n')
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = file
  const connection = await connect(
    { ...target, profile: 'fleet', endpoint: emulator.url },
    { clock: systemClock, env: {} },
  )
  t.teardown(() => connection.close())
  const first = await connection.settings(iotJob, 'read').credentials()
  t.equal(first.accessKeyId, 'AKIAPROFILE')
  t.equal(await connection.settings(getModel('PinpointExportJob'), 'write').credentials(), first)
})

t.test('a role is assumed through the same endpoint, with the run’s own name', async (t) => {
  environment(t, signedIn)
  const seen: string[] = []
  const credentials =
    '<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>'
  const user =
    '<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/harvest/jobwright</Arn><AssumedRoleId>A:jobwright</AssumedRoleId></AssumedRoleUser>'
  const sts = await rawServer(t, (socket, request) => {
    seen.push(request)
    const account = '<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>'
    const identity = `<GetCallerIdentityResponse>${account}</GetCallerIdentityResponse>`
    const role = `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials}</Credentials>${user}</AssumeRoleResult></AssumeRoleResponse>`
    socket.end(http(200, { 'content-type': 'text/xml' }, request.includes('Action=AssumeRole') ? role : identity))
  })
  const roleArn = 'arn:aws:iam::123456789012:role/harvest'
  const connection = await connect({ ...target, roleArn, endpoint: sts.url }, { clock: systemClock, env: {} })
  t.teardown(() => connection.close())
  t.match(seen.join('\n'), /RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fharvest&RoleSessionName=jobwright/)
  t.equal(connection.site.account, '123456789012')
  const settings = connection.settings(iotJob, 'write')
  t.equal((await settings.credentials()).accessKeyId, 'ASIAROLE')
  t.equal(seen.filter((request) => request.includes('AssumeRole')).length, 1, 'once for all clients')
  t.match(seen.at(-1), /Credential=ASIAROLE\/.*eu-west-1\/sts/)
})

t.test('lanes are shared by account, region and service; an operation with its own limit has its own', async (t) => {
  const site = { partition: 'aws', account: '1', region: 'eu-west-1' }
  const lanes = createLanes(quickClock(), { iot: { perSecond: 5 }, 'pinpoint.CreateExportJob': { perSecond: 1 } })
  const importExport = getModel('ImportExportJob')
  const lanesOfModel = { '*': { perSecond: 10 }, CreateJob: { perSecond: 7, perDay: 9 } }
  const model = { ...iotJob, limits: { ...iotJob.limits, lanes: lanesOfModel } }
  t.equal(lanes.lane(site, model, 'DescribeJob'), lanes.lane({ ...site }, { ...model }, 'ListJobs'))
  t.not(lanes.lane(site, model, 'DescribeJob'), lanes.lane(site, model, 'CreateJob'))
  t.not(lanes.lane(site, model, 'ListJobs'), lanes.lane({ ...site, account: '2' }, model, 'ListJobs'))
  t.same(lanes.lane(site, model, 'CreateJob').limit, { perSecond: 5, perDay: 9 }, 'a limit of the user’s wins')
  t.equal(lanes.lane(site, model, 'CreateJob').key, '1/eu-west-1/iot/CreateJob')
  const pinpoint = getModel('PinpointExportJob')
  t.equal(lanes.lane(site, pinpoint, 'CreateExportJob').key, '1/eu-west-1/pinpoint/CreateExportJob')
  t.equal(lanes.lane(site, pinpoint, 'CreateExportJob').limit.perSecond, 1)
  const here = lanes.lane(site, importExport, 'ListJobs')
  t.equal(here, lanes.lane({ ...site, region: 'us-west-2' }, importExport, 'ListJobs'), 'one region serves all')
  t.equal(here.key, '1/importexport')
})

t.test('a lane limits the rate, and slows down everyone behind a throttle', async (t) => {
  const clock = quickClock()
  const lane = createLanes(clock).lane({ partition: 'aws', account: '1', region: 'r' }, iotJob, 'ListJobs')
  await Promise.all([lane.pass(), lane.pass(), lane.pass()])
  t.same(clock.slept.map(Math.round), [101, 101], 'the first one does not wait')
  lane.report({ class: 'throttle', name: 'ThrottlingException', message: '' })
  await Promise.all([lane.pass(), lane.pass()])
  t.same(clock.slept.slice(2).map(Math.round), [101, 144])
  await t.rejects(lane.pass(AbortSignal.abort()), { name: 'AbortError' })
  t.resolves(lane.pass(), 'one that gave up does not hold up the others')
})

t.test('only one caller waits at a lane, so that a throttle slows all others', async (t) => {
  const waits: { ms: number; wake: () => void }[] = []
  const clock = {
    ...quickClock(),
    sleep: (ms: number) => new Promise<void>((wake) => void waits.push({ ms: Math.round(ms), wake })),
  }
  const lane = createLanes(clock).lane({ partition: 'aws', account: '1', region: 'r' }, iotJob, 'ListJobs')
  const all = Promise.all([lane.pass(), lane.pass(), lane.pass(), lane.pass()])
  for (let turn = 1; turn <= 3; turn++) {
    while (waits.length < turn) await new Promise(setImmediate)
    await new Promise(setImmediate)
    t.equal(waits.length, turn)
    if (turn === 1) lane.report({ class: 'throttle', name: 'ThrottlingException', message: '' })
    waits.at(-1)?.wake()
  }
  await all
  // The clock stands still, so that each place lies one interval behind the one before.
  t.same(
    waits.map(({ ms }) => ms),
    [101, 201, 345],
  )
})

t.test('five equal denials in a row stop a lane, but not with anything between them', async (t) => {
  const make = () => createLanes(quickClock()).lane({ partition: 'aws', account: '1', region: 'r' }, iotJob, 'ListJobs')
  const denied = { class: 'auth', name: 'AccessDeniedException', message: 'no' } as const
  const stopped = make()
  for (let i = 0; i < 5; i++) {
    await stopped.pass()
    stopped.report(denied)
  }
  await t.rejects(stopped.pass(), { name: 'AwsError', problem: denied })
  const going = make()
  for (let i = 0; i < 20; i++) going.report(i % 4 === 3 ? undefined : denied)
  for (let i = 0; i < 20; i++) going.report({ ...denied, message: `not for ${i}` })
  await t.resolves(going.pass())
})

t.test('a read is retried after throttles and outages, four attempts in all, and never after a refusal', async (t) => {
  const cases: [name: string, failures: object[], calls: number, ends: string][] = [
    ['a throttle', [{ name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }], 2, 'ok'],
    ['an outage, three times', Array(3).fill({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }), 4, 'ok'],
    [
      'an outage, for ever',
      Array(9).fill({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }),
      4,
      'InternalFailure',
    ],
    ['a lost connection', [{ name: 'TimeoutError', code: 'ECONNRESET' }], 2, 'ok'],
    ['a host that does not exist', [{ name: 'Error', code: 'ENOTFOUND' }], 1, 'ENOTFOUND'],
    ['a refusal', [{ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } }], 1, 'AccessDeniedException'],
    [
      'a quota, which the SDK would repeat',
      [{ name: 'LimitExceededException', $metadata: { httpStatusCode: 410 } }],
      1,
      'LimitExceededException',
    ],
  ]
  for (const [name, failures, calls, ends] of cases) {
    const clock = quickClock()
    const lane = createLanes(clock).lane({ partition: 'aws', account: '1', region: 'r' }, iotJob, 'ListJobs')
    let count = 0
    const answer = readWithRetries(lane, iotJob, { clock }, async () => {
      const failure = failures[count++]
      if (failure) throw failure
      return 'ok'
    })
    t.equal(await answer.catch((error: AwsError) => error.problem.name), ends, name)
    t.equal(count, calls, name)
  }
})

t.test('a list ends, even if the service repeats a token forever', async (t) => {
  const all = []
  for await (const items of readPages(async (token) => ({
    items: [token ?? 'first'],
    next: token ? undefined : 'second',
  })))
    all.push(...items)
  t.same(all, ['first', 'second'])
  const walk = async (next: (n: number) => string) => {
    let count = 0
    for await (const _ of readPages(async () => ({ items: [], next: next(count) }))) count++
    return count
  }
  await t.rejects(
    walk(() => 'again'),
    /EndlessList/,
  )
  await t.rejects(walk(String), /EndlessList.*1001 pages/)
})

t.test('the queue limits, orders and reports its tasks', async (t) => {
  const clock = quickClock()
  const order: string[] = []
  let [running, most] = [0, 0]
  const task = (name: string, priority = 0) => ({
    priority,
    run: async () => {
      order.push(name)
      most = Math.max(most, ++running)
      await clock.sleep(100)
      running--
    },
  })
  const told: Progress[] = []
  const tasks = [task('first'), task('later'), task('urgent', 1), task('last', -1)]
  await createQueue({ concurrency: 1, clock }).run(tasks, { onProgress: (progress) => told.push(progress) })
  t.same(order, ['first', 'urgent', 'later', 'last'])
  t.equal(most, 1)
  t.same(told[0], { done: 1, total: 4, perSecond: 10, etaMs: 300 })
  t.same(told[3], { done: 4, total: 4, perSecond: 10, etaMs: 0 })
})

t.test('a stopped queue starts nothing, finishes running tasks, and throws a task’s error', async (t) => {
  const stop = new AbortController()
  const done: number[] = []
  const tasks = Array.from({ length: 20_000 }, (_, index) => ({
    run: async () => {
      if (index === 4) stop.abort()
      await Promise.resolve()
      done.push(index)
    },
  }))
  const queue = createQueue({ concurrency: 2, clock: systemClock })
  await queue.run(tasks, { signal: stop.signal })
  t.same(done, [0, 1, 2, 3, 4])
  const bad = [{ run: async () => Promise.reject(new TypeError('a bug')) }, { run: async () => void done.push(-1) }]
  await t.rejects(createQueue({ concurrency: 1, clock: systemClock }).run(bad), { message: 'a bug' })
  t.notOk(done.includes(-1))
})

t.test('the system’s clock sleeps, and wakes with the reason of an abort', async (t) => {
  const before = systemClock.monotonic()
  await systemClock.sleep(1)
  t.ok(systemClock.monotonic() > before)
  const stop = new AbortController()
  const asleep = systemClock.sleep(60_000, stop.signal)
  stop.abort(new Error('enough'))
  await t.rejects(asleep, { message: 'enough' })
  await t.rejects(systemClock.sleep(1, stop.signal), { message: 'enough' })
  t.not(createRandomId(), createRandomId())
})
