import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import { dataSet, manifest, openWorld, revision, role, thing, type World } from './setup.ts'

const run = promisify(execFile)

/** The distribution's CLI first: another `aws` on the path may be a shim without a program behind it. */
const cli = ['/usr/bin/aws', '/usr/local/bin/aws'].find((file) => fs.existsSync(file))

/** What the CLI prints, as far as the test reads on from it. */
type Printed = { Id: string; JobId: string; ExportJobResponse: { Id: string } }

/** Runs the CLI against the emulator, with nothing of this machine's own configuration. */
async function aws(world: World, ...args: string[]): Promise<Printed> {
  const env = {
    PATH: '/usr/bin:/bin',
    AWS_ACCESS_KEY_ID: 'AKIAFLEET',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
    AWS_DEFAULT_REGION: args[0] === 'importexport' ? 'us-east-1' : 'eu-west-1',
  }
  const { stdout } = await run(cli!, ['--endpoint-url', world.url, '--output', 'json', ...args], { env })
  return JSON.parse(stdout || '{}') as Printed
}

const exchangeDetails = {
  ImportAssetsFromS3: {
    DataSetId: dataSet,
    RevisionId: revision,
    AssetSources: [{ Bucket: 'fleet', Key: 'a.csv' }],
  },
}
const harvest = {
  Id: 'cup',
  OriginEndpointId: 'live-hls',
  StartTime: '2026-11-19T19:45:00Z',
  EndTime: '2026-11-19T22:00:00Z',
  S3Destination: { BucketName: 'vod', ManifestKey: 'cup.m3u8', RoleArn: role },
}
const json = (value: object) => JSON.stringify(value)

if (cli === undefined) {
  t.pass('there is no AWS CLI on this machine, so that it is not tried against the emulator')
} else {
  t.test('an unmodified AWS CLI creates, describes and lists a job of each service', async (t) => {
    const world = await openWorld(t)
    const app = ['--application-id', 'crew']
    const [iot, cup, pinpoint, exchange, device, identity] = await Promise.all([
      aws(world, 'iot', 'create-job', '--job-id', 'reboot', '--targets', thing('pump-1'), '--document', '{}'),
      aws(world, 'mediapackage', 'create-harvest-job', '--cli-input-json', json(harvest)),
      aws(
        world,
        'pinpoint',
        'create-export-job',
        ...app,
        '--export-job-request',
        json({ RoleArn: role, S3UrlPrefix: 's3://b/f/' }),
      ),
      aws(world, 'dataexchange', 'create-job', '--type', 'IMPORT_ASSETS_FROM_S3', '--details', json(exchangeDetails)),
      aws(world, 'importexport', 'create-job', '--job-type', 'Import', '--manifest', manifest(), '--no-validate-only'),
      aws(world, 'sts', 'get-caller-identity'),
    ])
    t.match(iot, { jobArn: 'arn:aws:iot:eu-west-1:123456789012:job/reboot' })
    t.match(cup, { Id: 'cup', Status: 'IN_PROGRESS' })
    t.match(identity, { Account: '123456789012' })
    t.match(device, { SignatureFileContents: /signingMethod:HmacSHA1/ })
    await aws(world, 'dataexchange', 'start-job', '--job-id', exchange.Id)
    await world.advance(90)

    const exportId = pinpoint.ExportJobResponse.Id
    const answers = await Promise.all([
      aws(world, 'iot', 'describe-job', '--job-id', 'reboot'),
      aws(world, 'iot', 'list-jobs'),
      aws(world, 'mediapackage', 'describe-harvest-job', '--id', 'cup'),
      aws(world, 'mediapackage', 'list-harvest-jobs'),
      aws(world, 'pinpoint', 'get-export-job', ...app, '--job-id', exportId),
      aws(world, 'pinpoint', 'get-export-jobs', ...app),
      aws(world, 'dataexchange', 'get-job', '--job-id', exchange.Id),
      aws(world, 'dataexchange', 'list-jobs'),
      aws(world, 'importexport', 'get-status', '--job-id', device.JobId),
      aws(world, 'importexport', 'list-jobs'),
    ])
    t.match(answers, [
      { job: { jobId: 'reboot', status: 'COMPLETED', completedAt: String } },
      { jobs: [{ jobId: 'reboot', status: 'COMPLETED' }] },
      { Id: 'cup', Status: 'SUCCEEDED' },
      { HarvestJobs: [{ Id: 'cup' }] },
      { ExportJobResponse: { Id: exportId, JobStatus: 'COMPLETED' } },
      { ExportJobsResponse: { Item: [{ Id: exportId }] } },
      { Id: exchange.Id, State: 'COMPLETED' },
      { Jobs: [{ Id: exchange.Id }] },
      { ProgressCode: 'Complete', LocationCode: 'Returned', CurrentManifest: manifest() },
      { Jobs: [{ JobId: device.JobId, IsCanceled: false }] },
    ])
    const again = aws(
      world,
      'iot',
      'create-job',
      '--job-id',
      'reboot',
      '--targets',
      thing('pump-1'),
      '--document',
      '{}',
    )
    await t.rejects(again, /An error occurred \(ResourceAlreadyExistsException\)/)
    t.equal((await world.jobs()).length, 5, 'five jobs were made in all')
  })
}
