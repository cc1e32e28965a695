import { createHash } from 'node:crypto'
import {
  CancelJobCommand,
  CreateJobCommand as CreateExchangeJob,
  DataExchangeClient,
  GetJobCommand,
  paginateListJobs as paginateExchangeJobs,
  StartJobCommand,
} from '@aws-sdk/client-dataexchange'
import {
  AssociateTargetsWithJobCommand,
  CancelJobCommand as CancelIotJob,
  CreateJobCommand as CreateIotJob,
  DeleteJobCommand,
  DescribeJobCommand,
  GetJobDocumentCommand,
  IoTClient,
  ListTagsForResourceCommand,
  paginateListJobs,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateJobCommand,
} from '@aws-sdk/client-iot'
import {
  CreateHarvestJobCommand,
  DescribeHarvestJobCommand,
  MediaPackageClient,
  paginateListHarvestJobs,
} from '@aws-sdk/client-mediapackage'
import {
  CreateExportJobCommand,
  GetExportJobCommand,
  GetExportJobsCommand,
  GetSegmentExportJobsCommand,
  PinpointClient,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { dataSet, manifest, openWorld, revision, role, thing, type World } from './setup.ts'

const settings = ({ url }: World, region = 'eu-west-1') => ({
  region,
  endpoint: url,
  maxAttempts: 1,
  credentials: { accessKeyId: 'AKIAFLEET', secretAccessKey: 'secret' },
})
const group = (name: string) => `arn:aws:iot:eu-west-1:123456789012:thinggroup/${name}`

/** Every item of every page. */
async function collect<Page, Item>(pages: AsyncIterable<Page>, items: (page: Page) => Item[] | undefined) {
  const all: Item[] = []
  for await (const page of pages) all.push(...(items(page) ?? []))
  return all
}

t.test('an IoT snapshot job rolls out, completes, and says which devices failed', async (t) => {
  const world = await openWorld(t)
  const client = new IoTClient(settings(world))
  const targets = [thing('pump-1'), thing('faulty-pump'), thing('pump-3'), thing('pump-4')]
  const made = await client.send(
    new CreateIotJob({
      jobId: 'reboot',
      targets,
      document: '{"do":"reboot"}',
      description: 'all pumps',
      tags: [{ Key: 'fleet', Value: 'north' }],
      timeoutConfig: { inProgressTimeoutInMinutes: 30 },
    }),
  )
  const jobArn = 'arn:aws:iot:eu-west-1:123456789012:job/reboot'
  t.match(made, { jobArn, jobId: 'reboot', description: 'all pumps' })
  const describe = async () => (await client.send(new DescribeJobCommand({ jobId: 'reboot' }))).job!
  t.match(await describe(), {
    status: 'IN_PROGRESS',
    isConcurrent: true,
    createdAt: new Date('2026-11-20T12:00:00Z'),
    timeoutConfig: { inProgressTimeoutInMinutes: 30 },
    jobProcessDetails: { numberOfInProgressThings: 1, numberOfQueuedThings: 3 },
  })
  await world.advance(6)
  const half = (await describe()).jobProcessDetails!
  t.ok(half.numberOfSucceededThings! + half.numberOfFailedThings! >= 1, 'some devices are done half-way')
  t.ok(half.numberOfQueuedThings! >= 1, 'some wait')
  await world.advance(6)
  const done = await describe()
  t.match(done, { status: 'COMPLETED', isConcurrent: false, completedAt: Date })
  t.match(done.jobProcessDetails, { numberOfSucceededThings: 3, numberOfFailedThings: 1, numberOfQueuedThings: 0 })
  t.notOk('document' in done || 'tags' in done, 'neither document nor tags are described')
  t.equal((await client.send(new GetJobDocumentCommand({ jobId: 'reboot' }))).document, '{"do":"reboot"}')

  const tags = async () => (await client.send(new ListTagsForResourceCommand({ resourceArn: jobArn }))).tags
  await client.send(new TagResourceCommand({ resourceArn: jobArn, tags: [{ Key: 'crew', Value: 'b' }] }))
  t.strictSame(await tags(), [
    { Key: 'fleet', Value: 'north' },
    { Key: 'crew', Value: 'b' },
  ])
  await client.send(new UntagResourceCommand({ resourceArn: jobArn, tagKeys: ['fleet'] }))
  t.strictSame(await tags(), [{ Key: 'crew', Value: 'b' }])

  await world.advance(731 * 24 * 60)
  await t.rejects(describe(), { name: 'ResourceNotFoundException' }, 'it is purged after two years')
  t.match(await world.jobs(), [{ id: 'reboot', exists: false, status: 'COMPLETED' }])
})

t.test('a taken IoT job ID is rejected, and is free again once its job is deleted', async (t) => {
  const world = await openWorld(t)
  const client = new IoTClient(settings(world))
  const create = () => client.send(new CreateIotJob({ jobId: 'flash', targets: [thing('pump-1')], document: '{}' }))
  await create()
  const taken = {
    name: 'ResourceAlreadyExistsException',
    $metadata: { httpStatusCode: 409 },
    resourceId: 'flash',
    resourceArn: 'arn:aws:iot:eu-west-1:123456789012:job/flash',
  }
  await t.rejects(create(), taken)
  const remove = (force: boolean) => client.send(new DeleteJobCommand({ jobId: 'flash', force }))
  await t.rejects(remove(false), { name: 'InvalidStateTransitionException', $metadata: { httpStatusCode: 409 } })
  await remove(true)
  await t.rejects(remove(true), { name: 'InvalidStateTransitionException' })
  t.match(await client.send(new DescribeJobCommand({ jobId: 'flash' })), { job: { status: 'DELETION_IN_PROGRESS' } })
  await t.rejects(create(), taken, 'the ID is taken until the deletion is done')
  await world.advance(2)
  await create()
  t.equal((await world.jobs()).length, 2, 'the oracle knows both')
  const elsewhere = new IoTClient(settings(world, 'us-east-1'))
  await t.rejects(elsewhere.send(new DescribeJobCommand({ jobId: 'flash' })), { name: 'ResourceNotFoundException' })
})

t.test('an IoT job stops by its own abort criteria, and cancels what had not begun', async (t) => {
  const world = await openWorld(t)
  const client = new IoTClient(settings(world))
  const criterion = {
    failureType: 'FAILED',
    action: 'CANCEL',
    thresholdPercentage: 40,
    minNumberOfExecutedThings: 2,
  } as const
  const targets = [thing('faulty-1'), thing('pump-2'), thing('pump-3'), thing('pump-4')]
  const abortConfig = { criteriaList: [criterion] }
  await client.send(new CreateIotJob({ jobId: 'flash', targets, document: '{}', abortConfig }))
  await world.advance(12)
  const { job } = await client.send(new DescribeJobCommand({ jobId: 'flash' }))
  t.match(job, { status: 'CANCELED', forceCanceled: false, comment: /abort criteria/ })
  t.match(job?.jobProcessDetails, {
    numberOfFailedThings: 1,
    numberOfSucceededThings: 1,
    numberOfCanceledThings: 2,
  })
})

t.test('a continuous IoT job accepts groups and updates, and never ends until it is cancelled', async (t) => {
  const world = await openWorld(t)
  const client = new IoTClient(settings(world))
  const jobId = 'patch'
  await client.send(
    new CreateIotJob({ jobId, targets: [group('north')], document: '{}', targetSelection: 'CONTINUOUS' }),
  )
  await world.advance(24 * 60)
  await client.send(new AssociateTargetsWithJobCommand({ jobId, targets: [group('south')] }))
  await client.send(new UpdateJobCommand({ jobId, description: 'two groups' }))
  t.match(await client.send(new DescribeJobCommand({ jobId })), {
    job: { status: 'IN_PROGRESS', targets: [group('north'), group('south')], description: 'two groups' },
  })
  await t.rejects(client.send(new AssociateTargetsWithJobCommand({ jobId, targets: [thing('pump-1')] })), {
    name: 'InvalidRequestException',
  })
  await client.send(new CancelIotJob({ jobId, force: true, reasonCode: 'RECALL', comment: 'wrong image' }))
  t.match(await client.send(new DescribeJobCommand({ jobId })), {
    job: { status: 'CANCELED', forceCanceled: true, reasonCode: 'RECALL', comment: 'wrong image' },
  })
  await t.rejects(client.send(new CancelIotJob({ jobId })), { name: 'InvalidRequestException' })
  await t.rejects(client.send(new UpdateJobCommand({ jobId, description: 'x' })), { name: 'InvalidRequestException' })
})

t.test('a scheduled IoT job waits for its start, and IoT jobs are listed by filter and page', async (t) => {
  const world = await openWorld(t)
  const client = new IoTClient(settings(world))
  const create = (jobId: string, more: object = {}) =>
    client.send(new CreateIotJob({ jobId, targets: [thing('pump-1')], document: '{}', ...more }))
  await create('later', { schedulingConfig: { startTime: '2026-11-20 12:45', endTime: '2026-11-20 14:00' } })
  for (let index = 1; index <= 7; index++) await create(`now-${index}`)
  const list = async (input: object) =>
    (await collect(paginateListJobs({ client }, { maxResults: 3, ...input }), (page) => page.jobs)).map(
      (job) => job.jobId,
    )
  t.strictSame(await list({ status: 'SCHEDULED' }), ['later'])
  t.strictSame(await list({ status: 'IN_PROGRESS' }), ['now-7', 'now-6', 'now-5', 'now-4', 'now-3', 'now-2', 'now-1'])
  t.strictSame(await list({ targetSelection: 'CONTINUOUS' }), [])
  await world.advance(46)
  t.strictSame(await list({ status: 'IN_PROGRESS' }), ['later'])
  t.equal((await list({})).length, 8)
})

t.test(
  'a harvest job succeeds, or fails for an endpoint that is offline, and is forgotten after 90 days',
  async (t) => {
    const world = await openWorld(t)
    const client = new MediaPackageClient(settings(world))
    const create = (Id: string, OriginEndpointId = 'live-hls') =>
      client.send(
        new CreateHarvestJobCommand({
          Id,
          OriginEndpointId,
          StartTime: '2026-11-19T19:45:00+01:00',
          EndTime: '2026-11-19T21:00:00Z',
          S3Destination: { BucketName: 'vod', ManifestKey: `${Id}.m3u8`, RoleArn: role },
        }),
      )
    t.match(await create('cup'), {
      Arn: 'arn:aws:mediapackage:eu-west-1:123456789012:harvest_jobs/cup',
      Status: 'IN_PROGRESS',
      StartTime: '2026-11-19T19:45:00+01:00',
      CreatedAt: '2026-11-20T12:00:00.000Z',
      S3Destination: { BucketName: 'vod', ManifestKey: 'cup.m3u8', RoleArn: role },
    })
    await create('derby', 'offline-hls')
    await t.rejects(create('cup'), { name: 'UnprocessableEntityException', $metadata: { httpStatusCode: 422 } })
    for (let index = 1; index <= 8; index++) await create(`match-${index}`)
    await t.rejects(create('eleventh'), { name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } })
    await world.advance(20)
    const describe = (Id: string) => client.send(new DescribeHarvestJobCommand({ Id }))
    t.match(await describe('cup'), { Status: 'SUCCEEDED' })
    t.match(await describe('derby'), { Status: 'FAILED' })
    const list = (input: object) => collect(paginateListHarvestJobs({ client }, input), (page) => page.HarvestJobs)
    t.equal((await list({ MaxResults: 4 })).length, 10)
    t.match(await list({ IncludeStatus: 'FAILED' }), [{ Id: 'derby' }])
    t.match(await list({ IncludeChannelId: 'channel-of-offline-hls' }), [{ Id: 'derby' }])
    await world.advance(90 * 24 * 60)
    await t.rejects(describe('cup'), { name: 'NotFoundException', $metadata: { httpStatusCode: 404 } })
    t.equal((await world.jobs()).length, 10, 'the oracle never forgets')
  },
)

t.test('a Pinpoint export passes through its states and counts its pieces', async (t) => {
  const world = await openWorld(t)
  const client = new PinpointClient(settings(world))
  const ApplicationId = 'crew-app'
  const create = async (S3UrlPrefix: string, SegmentId?: string) => {
    const ExportJobRequest = { RoleArn: role, S3UrlPrefix, ...(SegmentId && { SegmentId }) }
    const made = await client.send(new CreateExportJobCommand({ ApplicationId, ExportJobRequest }))
    return made.ExportJobResponse!
  }
  const first = await create('s3://exports/crew/')
  t.match(first, { Type: 'EXPORT', JobStatus: 'CREATED', Definition: { S3UrlPrefix: 's3://exports/crew/' } })
  t.match(first.Id, /^[0-9a-f]{32}$/)
  const get = async (JobId: string) =>
    (await client.send(new GetExportJobCommand({ ApplicationId, JobId }))).ExportJobResponse!
  const seen = new Set<string>()
  for (let minutes = 0; minutes < 12; minutes++) {
    seen.add((await get(first.Id!)).JobStatus!)
    await world.advance(1)
  }
  t.strictSame([...seen], ['CREATED', 'INITIALIZING', 'PROCESSING', 'COMPLETING', 'COMPLETED'])
  t.match(await get(first.Id!), { TotalPieces: 4, CompletedPieces: 4, TotalFailures: 0, CompletionDate: String })
  const failing = await create('s3://unwritable/crew/', 'seg-1')
  await world.advance(12)
  t.match(await get(failing.Id!), { JobStatus: 'FAILED', FailedPieces: 4, Failures: [String] })
  await create('s3://exports/third/')
  const page = async (Token?: string) =>
    (await client.send(new GetExportJobsCommand({ ApplicationId, PageSize: '2', ...(Token && { Token }) })))
      .ExportJobsResponse!
  const { Item, NextToken } = await page()
  t.equal(Item?.length, 2)
  t.match((await page(NextToken)).Item, [{ Id: first.Id }])
  const segment = await client.send(new GetSegmentExportJobsCommand({ ApplicationId, SegmentId: 'seg-1' }))
  t.match(segment.ExportJobsResponse?.Item, [{ Id: failing.Id }])
  await t.rejects(client.send(new GetExportJobCommand({ ApplicationId: 'other', JobId: first.Id! })), {
    name: 'NotFoundException',
    $metadata: { httpStatusCode: 404 },
  })
})

t.test('a Data Exchange job waits until it is started, once, and can be cancelled only while it waits', async (t) => {
  const world = await openWorld(t)
  const client = new DataExchangeClient(settings(world))
  const create = (bucket = 'fleet-data') =>
    client.send(
      new CreateExchangeJob({
        Type: 'IMPORT_ASSETS_FROM_S3',
        Details: {
          ImportAssetsFromS3: {
            AssetSources: [{ Bucket: bucket, Key: 'a.csv' }],
            DataSetId: dataSet,
            RevisionId: revision,
          },
        },
      }),
    )
  const { Id: JobId, ...made } = await create()
  t.match(made, { State: 'WAITING', Arn: /^arn:aws:dataexchange:eu-west-1:123456789012:jobs\/[0-9a-f]{32}$/ })
  t.match(made.CreatedAt, new Date('2026-11-20T12:00:00Z'))
  const get = (id = JobId) => client.send(new GetJobCommand({ JobId: id }))
  await world.advance(24 * 60)
  t.match(await get(), { State: 'WAITING' }, 'it does nothing by itself')
  const start = (id = JobId) => client.send(new StartJobCommand({ JobId: id }))
  await start()
  await t.rejects(start(), { name: 'ConflictException', $metadata: { httpStatusCode: 409 }, ResourceId: JobId! })
  t.match(await get(), { State: 'IN_PROGRESS' })
  await t.rejects(client.send(new CancelJobCommand({ JobId })), { name: 'ConflictException' })
  await world.advance(11)
  t.match(await get(), { State: 'COMPLETED' })
  const denied = await create('denied-data')
  await start(denied.Id)
  await world.advance(11)
  t.match(await get(denied.Id), { State: 'ERROR', Errors: [{ Code: 'ACCESS_DENIED_EXCEPTION' }] })
  const dropped = await create()
  await client.send(new CancelJobCommand({ JobId: dropped.Id }))
  t.match(await get(dropped.Id), { State: 'CANCELLED' })
  const list = async (input: { DataSetId: string; RevisionId?: string }) =>
    (await collect(paginateExchangeJobs({ client }, { MaxResults: 2, ...input }), (page) => page.Jobs)).map(
      ({ Id }) => Id,
    )
  t.strictSame(await list({ DataSetId: dataSet }), [dropped.Id, denied.Id, JobId], 'newest first')
  t.strictSame(await list({ DataSetId: dataSet, RevisionId: dataSet }), [])

  for (let index = 0; index < 10; index++) await start((await create()).Id)
  await t.rejects(start((await create()).Id), {
    name: 'ServiceLimitExceededException',
    $metadata: { httpStatusCode: 402 },
  })
  await world.advance(90 * 24 * 60)
  await t.rejects(get(), { name: 'ResourceNotFoundException' })
})

t.test('a signed URL accepts exactly the asset that the Data Exchange job announced', async (t) => {
  const world = await openWorld(t)
  const client = new DataExchangeClient(settings(world))
  const asset = 'pump,litres\n1,7\n'
  const Md5Hash = createHash('md5').update(asset).digest('base64')
  const create = () =>
    client.send(
      new CreateExchangeJob({
        Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
        Details: {
          ImportAssetFromSignedUrl: { AssetName: 'a.csv', DataSetId: dataSet, RevisionId: revision, Md5Hash },
        },
      }),
    )
  const made = await create()
  const { SignedUrl, SignedUrlExpiresAt } = made.Details!.ImportAssetFromSignedUrl!
  t.match(SignedUrlExpiresAt, new Date('2026-11-20T13:00:00Z'))
  const put = async (body: string, md5: string) =>
    (await fetch(SignedUrl!, { method: 'PUT', body, headers: { 'content-md5': md5 } })).status
  t.equal(await put(asset, 'AAAAAAAAAAAAAAAAAAAAAA=='), 403)
  t.equal(await put('other', Md5Hash), 400)
  t.equal(await put(asset, Md5Hash), 200)
  const empty = await create()
  for (const { Id } of [made, empty]) await client.send(new StartJobCommand({ JobId: Id }))
  await world.advance(61)
  t.match(await client.send(new GetJobCommand({ JobId: made.Id })), { State: 'COMPLETED' })
  t.match(await client.send(new GetJobCommand({ JobId: empty.Id })), { State: 'ERROR' })
  t.equal(await put(asset, Md5Hash), 403, 'an hour later it has expired')

  const exported = await client.send(
    new CreateExchangeJob({
      Type: 'EXPORT_ASSET_TO_SIGNED_URL',
      Details: { ExportAssetToSignedUrl: { AssetId: dataSet, DataSetId: dataSet, RevisionId: revision } },
    }),
  )
  await client.send(new StartJobCommand({ JobId: exported.Id }))
  await world.advance(11)
  const { Details } = await client.send(new GetJobCommand({ JobId: exported.Id }))
  t.equal((await fetch(Details!.ExportAssetToSignedUrl!.SignedUrl!)).status, 200)
})

t.test('on a fast clock a signed URL lives as long in real time as at AWS', async (t) => {
  const world = await openWorld(t, { timeScale: 1000 })
  const client = new DataExchangeClient(settings(world))
  const { Id } = await client.send(
    new CreateExchangeJob({
      Type: 'EXPORT_ASSET_TO_SIGNED_URL',
      Details: { ExportAssetToSignedUrl: { AssetId: dataSet, DataSetId: dataSet, RevisionId: revision } },
    }),
  )
  await client.send(new StartJobCommand({ JobId: Id }))
  await world.advance(11)
  const { Details } = await client.send(new GetJobCommand({ JobId: Id }))
  const { SignedUrl, SignedUrlExpiresAt } = Details!.ExportAssetToSignedUrl!
  // A minute of virtual time would be 60 ms.
  t.ok(SignedUrlExpiresAt!.getTime() > Date.parse('2026-11-20T12:00:00Z') + 1000 * 60_000)
  t.equal((await fetch(SignedUrl!)).status, 200)
})

t.test('an Import/Export job follows its device there and back', async (t) => {
  const world = await openWorld(t)
  const send = (Action: string, parameters: object = {}) =>
    world.call('importexport', 'POST', '/', { Action, ...parameters })
  const create = async (text: string) => {
    const { text: xml } = await send('CreateJob', { JobType: 'Import', Manifest: text, ValidateOnly: 'false' })
    return /<JobId>([A-Z0-9]{5})<\/JobId>/.exec(xml)?.[1] ?? xml
  }
  const dry = await send('CreateJob', { JobType: 'Import', Manifest: manifest(), ValidateOnly: 'true' })
  t.match(
    dry.text,
    /^<CreateJobResponse xmlns="http:\/\/importexport.amazonaws.com\/doc\/2010-06-01\/"><CreateJobResult>/,
  )
  t.strictSame(await world.jobs(), [], 'a validation makes nothing')
  const id = await create(manifest('generator: "<fleet> & co"\nlogPrefix: logs/'))
  const status = async (JobId: string) => {
    const { text } = await send('GetStatus', { JobId })
    return `${/<ProgressCode>(.*)<\/ProgressCode>/.exec(text)?.[1]} ${/<LocationCode>(.*)<\/LocationCode>/.exec(text)?.[1]}`
  }
  const { text: first } = await send('GetStatus', { JobId: id })
  t.match(first, /generator: &#34;&#60;fleet&#62; &#38; co&#34;/, 'the manifest comes back escaped')
  t.match(first, /<CreationDate>2026-11-20T12:00:00Z<\/CreationDate>/)
  const lost = await create(manifest().replace('crate-7', 'lost-crate'))
  const recalled = await create(manifest().replace('manifestVersion: 2.0', 'manifestVersion:2.0'))
  t.match(await send('UpdateJob', { JobId: id, JobType: 'Import', Manifest: manifest(), ValidateOnly: 'false' }), {
    status: 200,
    text: /<Success>true<\/Success>/,
  })
  t.match(await send('CancelJob', { JobId: recalled }), { status: 200 })
  t.match(await send('CancelJob', { JobId: recalled }), { error: 'CanceledJobIdException' })
  t.match(await send('GetShippingLabel', { 'jobIds.member.1': id, 'jobIds.member.2': lost }), {
    text: /<ShippingLabelURL>/,
  })
  const journey = []
  for (let step = 0; step < 8; step++) {
    journey.push(await status(id))
    await world.advance(10)
  }
  t.strictSame(
    [...new Set(journey)],
    ['Pending NotReceived', 'InProgress AtAWS', 'Complete AtAWS', 'Complete Returned'],
  )
  t.match(await send('CancelJob', { JobId: id }), { status: 400, error: 'UnableToCancelJobIdException' })
  await world.advance(30 * 24 * 60)
  t.match(await send('GetStatus', { JobId: lost }), { status: 400, error: 'ExpiredJobIdException' })
  t.match(await send('GetStatus', { JobId: recalled }), { status: 400, error: 'CanceledJobIdException' })

  const page = async (Marker = '') => {
    const { text } = await send('ListJobs', { MaxJobs: '2', ...(Marker && { Marker }) })
    return [...text.matchAll(/<JobId>(.*?)<\/JobId>|<IsTruncated>(.*?)</g)].map(([, job, more]) => job ?? more)
  }
  t.strictSame(await page(), [recalled, lost, 'true'], 'newest first')
  t.strictSame(await page(lost), [id, 'false'])
})
