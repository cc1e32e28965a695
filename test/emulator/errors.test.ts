import http from 'node:http'
import t from 'tap'
import { type CallOptions, dataSet, manifest, openWorld, revision, role, thing } from './setup.ts'

type Case = readonly [what: string, method: string, path: string, body: unknown, error: string, status: number]

const iotJob = (more: object) => ({ targets: [thing('pump-1')], document: '{}', ...more })
const iotCase = (what: string, more: object): Case => {
  return [what, 'PUT', '/jobs/flash', iotJob(more), 'InvalidRequestException', 400]
}
const scheduled = (what: string, schedulingConfig: object) => iotCase(what, { schedulingConfig })

const harvest = (more: object) => ({
  id: 'cup',
  originEndpointId: 'live-hls',
  startTime: '2026-11-19T19:45:00Z',
  endTime: '2026-11-19T22:00:00Z',
  s3Destination: { bucketName: 'vod', manifestKey: 'cup.m3u8', roleArn: role },
  ...more,
})
const harvestCase = (what: string, more: object): Case => {
  return [what, 'POST', '/harvest_jobs', harvest(more), 'UnprocessableEntityException', 422]
}

const exportCase = (what: string, more: object): Case => {
  const body = { RoleArn: role, S3UrlPrefix: 's3://exports/crew/', ...more }
  return [what, 'POST', '/v1/apps/crew/jobs/export', body, 'BadRequestException', 400]
}

const pair = { DataSetId: dataSet, RevisionId: revision }
const nowhere = 'c'.repeat(32)
const exchangeCase = (what: string, Type: string, Details: object, AssetConfiguration?: object): Case => {
  return [what, 'POST', '/v1/jobs', { Type, Details, AssetConfiguration }, 'ValidationException', 400]
}
const importS3 = (more: object) => ({
  ImportAssetsFromS3: { ...pair, AssetSources: [{ Bucket: 'fleet', Key: 'a.csv' }], ...more },
})
const revisions = (KeyPattern: string, Encryption?: object) => ({
  ExportRevisionsToS3: {
    DataSetId: dataSet,
    RevisionDestinations: [{ RevisionId: revision, Bucket: 'fleet', KeyPattern }],
    ...(Encryption && { Encryption }),
  },
})

const query = (what: string, Action: string, parameters: object, error: string): Case => {
  return [what, 'POST', '/', { Action, ...parameters }, `${error}Exception`, 400]
}
const device = (what: string, text: string, error: string, JobType = 'Import') => {
  return query(what, 'CreateJob', { JobType, Manifest: text, ValidateOnly: 'true' }, error)
}
const exporting = (lines: string) => `${manifest().replace(/bucket.*\n|eraseDevice.*\n/g, '')}${lines}`

const cases: { readonly [service: string]: readonly Case[] } = {
  iot: [
    ['an ID with a space', 'PUT', '/jobs/a%20b', iotJob({}), 'InvalidRequestException', 400],
    ['an ID of 65 characters', 'PUT', `/jobs/${'x'.repeat(65)}`, iotJob({}), 'InvalidRequestException', 400],
    ['no targets', 'PUT', '/jobs/flash', { document: '{}' }, 'InvalidRequestException', 400],
    ['a type that cannot be read', 'PUT', '/jobs/flash', iotJob({ targets: 'all' }), 'SerializationException', 400],
    ['a body that is not JSON', 'PUT', '/jobs/flash', '{"targets":', 'SerializationException', 400],
    ['no document', 'PUT', '/jobs/flash', { targets: [thing('pump-1')] }, 'InvalidRequestException', 400],
    iotCase('an empty list of targets', { targets: [] }),
    iotCase('101 targets', { targets: Array.from({ length: 101 }, (_, index) => thing(`pump-${index}`)) }),
    iotCase('a target that is no thing', { targets: ['arn:aws:s3:::bucket'] }),
    iotCase('a document that is not JSON', { document: 'reboot' }),
    iotCase('two sources of a document', { documentSource: 'https://s3.amazonaws.com/b/k' }),
    iotCase('a placeholder without a role', { document: '{"u":"${aws:iot:s3-presigned-url-v2:https://s3/b/k}"}' }),
    iotCase('a line feed in the description', { description: 'two\nlines' }),
    iotCase('an unknown target selection', { targetSelection: 'ONCE' }),
    iotCase('a timeout of no minutes', { timeoutConfig: { inProgressTimeoutInMinutes: 0 } }),
    iotCase('a rate with two criteria', {
      jobExecutionsRolloutConfig: {
        exponentialRate: {
          baseRatePerMinute: 10,
          incrementFactor: 2,
          rateIncreaseCriteria: { numberOfNotifiedThings: 1, numberOfSucceededThings: 1 },
        },
      },
    }),
    iotCase('an abort action other than CANCEL', {
      abortConfig: {
        criteriaList: [{ failureType: 'ALL', action: 'STOP', thresholdPercentage: 1, minNumberOfExecutedThings: 1 }],
      },
    }),
    iotCase('eleven retries', {
      jobExecutionsRetryConfig: {
        criteriaList: [
          { failureType: 'FAILED', numberOfRetries: 10 },
          { failureType: 'ALL', numberOfRetries: 1 },
        ],
      },
    }),
    iotCase('retries of timeouts without a timeout', {
      jobExecutionsRetryConfig: { criteriaList: [{ failureType: 'TIMED_OUT', numberOfRetries: 1 }] },
    }),
    iotCase('parameters without a template', { documentParameters: { speed: 'slow' } }),
    iotCase('a tag twice', {
      tags: [
        { Key: 'k', Value: '1' },
        { Key: 'k', Value: '2' },
      ],
    }),
    scheduled('a start in 29 minutes', { startTime: '2026-11-20 12:29' }),
    scheduled('a start in more than a year', { startTime: '2027-12-01 12:00' }),
    scheduled('an end right after the start', { startTime: '2026-11-20 13:00', endTime: '2026-11-20 13:29' }),
    scheduled('a time that is none', { startTime: 'tomorrow' }),
    ['a page of 251', 'GET', '/jobs?maxResults=251', undefined, 'InvalidRequestException', 400],
    ['a page size in words', 'GET', '/jobs?maxResults=all', undefined, 'SerializationException', 400],
    ['a token that is none', 'GET', '/jobs?nextToken=abc', undefined, 'InvalidRequestException', 400],
    ['an unknown status', 'GET', '/jobs?status=DONE', undefined, 'InvalidRequestException', 400],
    ['a job that is not there', 'GET', '/jobs/none', undefined, 'ResourceNotFoundException', 404],
    ['a document that is not there', 'GET', '/jobs/none/job-document', undefined, 'ResourceNotFoundException', 404],
    ['a cancel of nothing', 'PUT', '/jobs/none/cancel', {}, 'ResourceNotFoundException', 404],
    ['a delete of nothing', 'DELETE', '/jobs/none', undefined, 'ResourceNotFoundException', 404],
    ['an operation that is none', 'POST', '/jobs/none/replay', {}, 'UnknownOperationException', 404],
  ],
  mediapackage: [
    ['no members', 'POST', '/harvest_jobs', {}, 'UnprocessableEntityException', 422],
    ['a body that is a list', 'POST', '/harvest_jobs', [], 'SerializationException', 400],
    harvestCase('an ID with a dot', { id: 'cup.final' }),
    harvestCase('no role', { s3Destination: { bucketName: 'vod', manifestKey: 'k' } }),
    harvestCase('a window that has not ended', { endTime: '2026-11-20T12:00:01Z' }),
    harvestCase('a window that ends before it starts', { endTime: '2026-11-19T19:45:00Z' }),
    harvestCase('a window of more than a day', { startTime: '2026-11-18T21:59:59Z' }),
    harvestCase('a window out of startover', { startTime: '2026-11-06T11:59:00Z', endTime: '2026-11-06T13:00:00Z' }),
    harvestCase('a time without an offset', { startTime: '2026-11-19T19:45:00' }),
    ['a job that is not there', 'GET', '/harvest_jobs/none', undefined, 'NotFoundException', 404],
    ['a page of none', 'GET', '/harvest_jobs?maxResults=0', undefined, 'UnprocessableEntityException', 422],
  ],
  pinpoint: [
    exportCase('no role', { RoleArn: undefined }),
    exportCase('a prefix that is no S3 URL', { S3UrlPrefix: 'exports/crew/' }),
    exportCase('a segment version of 0', { SegmentVersion: 0 }),
    ['a page size in words', 'GET', '/v1/apps/crew/jobs/export?page-size=all', undefined, 'BadRequestException', 400],
    ['a token that is none', 'GET', '/v1/apps/crew/jobs/export?token=abc', undefined, 'BadRequestException', 400],
    ['a job that is not there', 'GET', '/v1/apps/crew/jobs/export/none', undefined, 'NotFoundException', 404],
    ['a project that is not there', 'GET', '/v1/apps/missing/jobs/export', undefined, 'NotFoundException', 404],
    ['a project that cannot be', 'GET', '/v1/apps/a.b/jobs/export', undefined, 'NotFoundException', 404],
  ],
  dataexchange: [
    exchangeCase('an unknown type', 'IMPORT_EVERYTHING', {}),
    exchangeCase('details of another type', 'EXPORT_ASSET_TO_SIGNED_URL', importS3({})),
    exchangeCase('details of two types', 'IMPORT_ASSETS_FROM_S3', { ...importS3({}), ...revisions('${Asset.Name}') }),
    exchangeCase('no sources', 'IMPORT_ASSETS_FROM_S3', importS3({ AssetSources: undefined })),
    exchangeCase('101 sources', 'IMPORT_ASSETS_FROM_S3', {
      ...importS3({ AssetSources: Array.from({ length: 101 }, (_, index) => ({ Bucket: 'b', Key: `${index}` })) }),
    }),
    exchangeCase('a short data set ID', 'IMPORT_ASSETS_FROM_S3', importS3({ DataSetId: 'abc' })),
    exchangeCase('a key pattern without an asset', 'EXPORT_REVISIONS_TO_S3', revisions('${Revision.Id}')),
    exchangeCase('an unknown reference', 'EXPORT_REVISIONS_TO_S3', revisions('${Asset.Name}${Job.Id}')),
    exchangeCase('aws:kms without a key', 'EXPORT_REVISIONS_TO_S3', revisions('${Asset.Id}', { Type: 'aws:kms' })),
    exchangeCase('an MD5 in hexadecimal', 'IMPORT_ASSET_FROM_SIGNED_URL', {
      ImportAssetFromSignedUrl: { ...pair, AssetName: 'a', Md5Hash: 'd41d8cd98f00b204e9800998ecf8427e' },
    }),
    exchangeCase('a catalog of 11 digits', 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY', {
      ImportAssetsFromLakeFormationTagPolicy: { ...pair, CatalogId: '12345678901', RoleArn: role },
    }),
    ['a page of 201', 'GET', '/v1/jobs?maxResults=201', undefined, 'ValidationException', 400],
    ['a job that is not there', 'GET', `/v1/jobs/${nowhere}`, undefined, 'ResourceNotFoundException', 404],
    ['an ID of another form', 'GET', '/v1/jobs/none', undefined, 'ValidationException', 400],
    ['a cancel of such an ID', 'DELETE', '/v1/jobs/a-b', undefined, 'ValidationException', 400],
    exchangeCase('a tag of AWS', 'IMPORT_ASSETS_FROM_S3', importS3({}), { Tags: [{ Key: 'aws:a', Value: '' }] }),
    ['a start of nothing', 'PATCH', `/v1/jobs/${nowhere}`, undefined, 'ResourceNotFoundException', 404],
  ],
  importexport: [
    query('no parameters', 'CreateJob', {}, 'MissingParameter'),
    device('an unknown job type', manifest(), 'InvalidParameter', 'Move'),
    query(
      'a ValidateOnly in words',
      'CreateJob',
      { JobType: 'Import', Manifest: 'x', ValidateOnly: 'maybe' },
      'InvalidParameter',
    ),
    device('a manifest that is no mapping', '- just\n- a list', 'MalformedManifest'),
    device('a manifest that is no YAML', 'manifestVersion: "2.0', 'MalformedManifest'),
    device('no device', manifest().replace(/deviceId.*\n/, ''), 'MissingManifestField'),
    device('no bucket', manifest().replace(/bucket.*\n/, ''), 'MissingManifestField'),
    device('an address without a city', manifest().replace(/.*city.*\n/, ''), 'InvalidAddress'),
    device('an unknown acl', manifest('acl: everybody'), 'InvalidManifestField'),
    device('a bucket that cannot be', manifest().replace('fleet-archive', 'a b'), 'NoSuchBucket'),
    device('a log prefix that is too long', manifest(`logPrefix: ${'x'.repeat(1010)}`), 'InvalidManifestField'),
    device(
      'an export without operations',
      exporting('fileSystem: NTFS\nlogBucket: logs'),
      'MissingManifestField',
      'Export',
    ),
    device(
      'an export to an unknown file system',
      exporting('fileSystem: ZFS\nlogBucket: logs\noperations: [{exportBucket: fleet}]'),
      'InvalidFileSystem',
      'Export',
    ),
    device(
      'an export of no bucket',
      exporting('fileSystem: NTFS\nlogBucket: logs\noperations: [{prefix: a}]'),
      'MissingManifestField',
      'Export',
    ),
    query('a status of nothing', 'GetStatus', { JobId: 'ABCDE' }, 'InvalidJobId'),
    query('a cancel without a job', 'CancelJob', {}, 'InvalidJobId'),
    query('a page of 1001', 'ListJobs', { MaxJobs: '1001' }, 'InvalidParameter'),
    query('a marker that is no job', 'ListJobs', { Marker: 'ABCDE' }, 'InvalidParameter'),
    query('labels for no job', 'GetShippingLabel', {}, 'InvalidJobId'),
    ['an action that is none', 'POST', '/', { Action: 'ReplayJob' }, 'InvalidAction', 400],
  ],
}

for (const [service, table] of Object.entries(cases)) {
  t.test(`${service} refuses what AWS refuses, by AWS's names and statuses, and makes nothing`, async (t) => {
    const world = await openWorld(t)
    for (const [what, method, path, body, error, status] of table) {
      const answer = await world.call(service, method, path, body)
      t.strictSame([answer.error, answer.status], [error, status], what)
      t.ok(answer.headers.get('x-amzn-requestid'), `${what}: has a request ID`)
    }
    t.strictSame(await world.jobs(), [])
  })
}

t.test('each service spells its error bodies in its own way', async (t) => {
  const world = await openWorld(t)
  const iot = await world.call('iot', 'PUT', '/jobs/a%20b', iotJob({}))
  t.strictSame(JSON.parse(iot.text), {
    message:
      "1 validation error detected: Value 'a b' at 'jobId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
  })
  const exchange = await world.call('dataexchange', 'GET', `/v1/jobs/${nowhere}`)
  t.match(JSON.parse(exchange.text), { Message: String, ResourceId: nowhere, ResourceType: 'JOB' })
  const harvest = await world.call('mediapackage', 'GET', '/harvest_jobs/none')
  t.same(Object.keys(JSON.parse(harvest.text) as object), ['message'])
  const project = await world.call('pinpoint', 'GET', '/v1/apps/missing/jobs/export')
  t.match(JSON.parse(project.text), { Message: String, RequestID: project.headers.get('x-amzn-requestid') })
  const device = await world.call('importexport', 'POST', '/', { Action: 'GetStatus', JobId: '<&>' })
  t.match(device.text, /^<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type><Code>InvalidJobIdException<\/Code>/)
})

t.test('callers are rejected by key, by signing name and by region', async (t) => {
  const world = await openWorld(t)
  const options: [CallOptions, string, string][] = [
    [{ authorization: undefined }, 'MissingAuthenticationTokenException', 'MissingAuthenticationToken'],
    [{ authorization: 'Basic eA==' }, 'InvalidSignatureException', 'SignatureDoesNotMatch'],
    [{ key: 'AKIADENIED1' }, 'AccessDeniedException', 'AccessDenied'],
    [{ key: 'AKIAUNKNOWN1' }, 'UnrecognizedClientException', 'InvalidClientTokenId'],
    [{ key: 'ASIAEXPIRED1' }, 'ExpiredTokenException', 'ExpiredToken'],
    [{ scope: 'sqs' }, 'InvalidSignatureException', 'SignatureDoesNotMatch'],
  ]
  for (const [how, rest, form] of options) {
    for (const [service, path] of [
      ['iot', '/jobs'],
      ['mediapackage', '/harvest_jobs'],
      ['pinpoint', '/v1/apps/crew/jobs/export'],
      ['dataexchange', '/v1/jobs'],
    ] as const) {
      const answer = await world.call(service, 'GET', path, undefined, how)
      t.strictSame([answer.error, answer.status], [rest, 403], `${service} ${JSON.stringify(how)}`)
    }
    for (const [service, Action] of [
      ['importexport', 'ListJobs'],
      ['sts', 'GetCallerIdentity'],
    ] as const) {
      const answer = await world.call(service, 'POST', '/', { Action }, how)
      // Anyone may ask who they are: no policy can deny it.
      const isAllowed = service === 'sts' && form === 'AccessDenied'
      t.strictSame(
        [answer.error, answer.status],
        isAllowed ? [undefined, 200] : [form, 403],
        `${service} ${JSON.stringify(how)}`,
      )
    }
  }
  const elsewhere = await world.call('importexport', 'POST', '/', { Action: 'ListJobs' }, { region: 'eu-west-1' })
  t.equal(elsewhere.error, 'SignatureDoesNotMatch', 'Import/Export is signed for us-east-1 alone')
  const older = await world.call('iot', 'GET', '/jobs', undefined, { scope: 'execute-api' })
  t.equal(older.status, 200, 'older AWS CLIs sign IoT as execute-api')
  const china = await world.call('sts', 'POST', '/', { Action: 'GetCallerIdentity' }, { region: 'cn-north-1' })
  t.match(china.text, '<Arn>arn:aws-cn:iam::123456789012:user/emulator</Arn>')
})

t.test('a key belongs to the account in its last digits; a role returns one of its own account', async (t) => {
  const world = await openWorld(t)
  const who = (key: string) => world.call('sts', 'POST', '/', { Action: 'GetCallerIdentity' }, { key })
  t.match((await who('AKIAFLEET')).text, '<Account>123456789012</Account>')
  t.match((await who('AKIASTUDIO111122223333')).text, '<Account>111122223333</Account>')
  const assume = (RoleArn: string) =>
    world.call('sts', 'POST', '/', { Action: 'AssumeRole', RoleArn, RoleSessionName: 'night' })
  const given = await assume('arn:aws:iam::444455556666:role/jobs/reconcile')
  t.match(given.text, /<Arn>arn:aws:sts::444455556666:assumed-role\/reconcile\/night<\/Arn>/)
  const [, key = ''] = /<AccessKeyId>(.*)<\/AccessKeyId>/.exec(given.text) ?? []
  t.match((await who(key)).text, '<Account>444455556666</Account>')
  t.match(await assume('arn:aws:iam::444455556666:role/denied'), { status: 403, error: 'AccessDenied' })
  t.match(await assume('arn:aws:iam::444455556666:user/reconcile'), { status: 400, error: 'ValidationError' })
  await world.call(
    'iot',
    'PUT',
    '/jobs/studio-1',
    { targets: [thing('desk')], document: '{}' },
    { key: 'AKIASTUDIO111122223333' },
  )
  t.match(
    await world.call('iot', 'GET', '/jobs/studio-1'),
    { status: 404 },
    'one account does not see the jobs of another',
  )
})

t.test('a request that is no call of a service is rejected', async (t) => {
  const world = await openWorld(t)
  t.match(await world.call('iot', 'GET', '/things'), { status: 404, error: 'UnknownOperationException' })
  t.match(await world.call('iot', 'PUT', '/jobs/big', 'x'.repeat(1024 * 1024 + 1)), { status: 413 })
  const { port } = new URL(world.url)
  const get = (path: string, headers: http.OutgoingHttpHeaders) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = http.get({ port, path, headers, host: '127.0.0.1' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject)
    })
  t.equal(await get('/_emulator/health', { host: 'emulator.example' }), 403, 'a name that is not loopback')
  t.equal(await get('/_emulator/jobs', { host: 'localhost', origin: 'https://example.com' }), 403, 'a web page')
  t.equal(await get('/_emulator/health', { host: 'localhost' }), 200)
})
