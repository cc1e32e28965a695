import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../src/emulator/json.ts'
import { dataSet, manifest, openWorld, revision, role, thing, type World } from './setup.ts'

/** The distribution's Python, with the distribution's CLI. */
const PYTHON = '/usr/bin/python3'
const hasCli = spawnSync(PYTHON, ['-c', 'import awscli.clidriver']).status === 0

/** Runs a command of the CLI: what it printed, parsed. Rejects with what it said on standard error. */
type Aws = (...args: string[]) => Promise<JsonObject>

/** An unmodified CLI over an emulator, with nothing of this machine's own configuration. */
function cli(t: Test, world: World): Aws {
  const child: ChildProcess = spawn(PYTHON, [fileURLToPath(new URL('aws-cli.py', import.meta.url))], {
    env: {
      PATH: '/usr/bin:/bin',
      AWS_ACCESS_KEY_ID: 'AKIAFLEET',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_MAX_ATTEMPTS: '1',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(async () => {
    child.stdin!.end()
    await once(child, 'exit')
  })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return async (...args) => {
    const region = args[0] === 'importexport' ? 'us-east-1' : 'eu-west-1'
    const all = ['--endpoint-url', world.url, '--output', 'json', '--region', region, ...args]
    child.stdin!.write(`${JSON.stringify(all)}\n`)
    const { value } = await lines.next()
    const { code, out, err } = JSON.parse(String(value)) as { code: number; out: string; err: string }
    if (code !== 0) throw new Error(err.trim())
    return JSON.parse(out || '{}') as JsonObject
  }
}

const json = (value: object) => JSON.stringify(value)
const app = ['--application-id', 'crew']
const group = thing('x').replace('thing/x', 'thinggroup/pumps')

if (!hasCli) {
  t.pass('there is no AWS CLI on this machine, so that it is not tried against the emulator')
} else {
  t.test('an unmodified AWS CLI drives every operation on IoT jobs', async (t) => {
    const world = await openWorld(t)
    const aws = cli(t, world)
    const job = ['--job-id', 'reboot']
    const made = await aws(
      'iot',
      'create-job',
      ...job,
      '--targets',
      group,
      '--document',
      '{"a":1}',
      '--target-selection',
      'CONTINUOUS',
      '--tags',
      'Key=jobwright,Value=3f2a91bc01de IotJob/reboot:1.1',
      ...Array.from({ length: 30 }, (_, index) => `Key=n${index},Value=v`),
    )
    const arn = String(made['jobArn'])
    t.equal(arn, 'arn:aws:iot:eu-west-1:123456789012:job/reboot')
    t.same(await aws('iot', 'update-job', ...job, '--description', 'at night'), {})
    t.match(await aws('iot', 'associate-targets-with-job', ...job, '--targets', `${group}-2`), { jobId: 'reboot' })
    t.same(await aws('iot', 'tag-resource', '--resource-arn', arn, '--tags', 'Key=team,Value=a', 'Key=old,Value=b'), {})
    t.same(await aws('iot', 'untag-resource', '--resource-arn', arn, '--tag-keys', 'old'), {})
    const { tags } = await aws('iot', 'list-tags-for-resource', '--resource-arn', arn)
    t.equal((tags as unknown[]).length, 32, 'of all pages')
    t.match(tags, [{ Key: 'jobwright', Value: '3f2a91bc01de IotJob/reboot:1.1' }])
    t.match(await aws('iot', 'describe-job', ...job), {
      job: { status: 'IN_PROGRESS', description: 'at night', targets: [group, `${group}-2`] },
    })
    t.match(await aws('iot', 'get-job-document', ...job), { document: '{"a":1}' })
    t.match(await aws('iot', 'cancel-job', ...job, '--reason-code', 'WRONG', '--comment', 'no'), { jobId: 'reboot' })
    t.match(await aws('iot', 'list-jobs', '--status', 'CANCELED'), { jobs: [{ jobId: 'reboot', status: 'CANCELED' }] })
    await t.rejects(
      aws('iot', 'create-job', ...job, '--targets', group, '--document', '{}'),
      /An error occurred \(ResourceAlreadyExistsException\)/,
    )
    await aws('iot', 'delete-job', ...job)
    await world.advance(60)
    await t.rejects(aws('iot', 'describe-job', ...job), /\(ResourceNotFoundException\)/)
  })

  t.test('and on harvest, export, Data Exchange and Import/Export jobs', async (t) => {
    const world = await openWorld(t)
    const aws = cli(t, world)
    t.match(await aws('sts', 'get-caller-identity'), { Account: '123456789012' })
    const harvest = {
      Id: 'cup',
      OriginEndpointId: 'live-hls',
      StartTime: '2026-11-19T19:45:00Z',
      EndTime: '2026-11-19T22:00:00Z',
      S3Destination: { BucketName: 'vod', ManifestKey: 'cup.m3u8', RoleArn: role },
    }
    t.match(await aws('mediapackage', 'create-harvest-job', '--cli-input-json', json(harvest)), {
      Status: 'IN_PROGRESS',
    })

    const request = json({ RoleArn: role, S3UrlPrefix: 's3://b/f/', SegmentId: 'readers' })
    const exported = await aws('pinpoint', 'create-export-job', ...app, '--export-job-request', request)
    const exportId = String((exported['ExportJobResponse'] as JsonObject)['Id'])

    const details = {
      ImportAssetsFromS3: {
        DataSetId: dataSet,
        RevisionId: revision,
        AssetSources: [{ Bucket: 'fleet', Key: 'a.csv' }],
      },
    }
    const exchange = ['dataexchange', 'create-job', '--type', 'IMPORT_ASSETS_FROM_S3', '--details', json(details)]
    const first = ['--job-id', String((await aws(...exchange))['Id'])]
    const second = ['--job-id', String((await aws(...exchange))['Id'])]
    await aws('dataexchange', 'start-job', ...first)
    await aws('dataexchange', 'cancel-job', ...second)

    const device = ['importexport', 'create-job', '--job-type', 'Import', '--manifest', manifest()]
    const sent = await aws(...device, '--no-validate-only')
    t.match(sent, { SignatureFileContents: /signingMethod:HmacSHA1/ })
    const crate = ['--job-id', String(sent['JobId'])]
    const unsent = String((await aws(...device, '--no-validate-only'))['JobId'])
    const other = manifest().replace('crate-7', 'crate-8')
    t.match(
      await aws(
        'importexport',
        'update-job',
        ...crate,
        '--job-type',
        'Import',
        '--manifest',
        other,
        '--no-validate-only',
      ),
      { Success: true },
    )
    const address = ['--name', 'Alex Kim', '--street1', '12 Stadium Road', '--city', 'Boston', '--country', 'USA']
    t.match(await aws('importexport', 'get-shipping-label', '--job-ids', String(sent['JobId']), ...address), {
      ShippingLabelURL: /^http/,
    })
    t.match(await aws('importexport', 'cancel-job', '--job-id', unsent), { Success: true })
    await world.advance(90)

    t.match(await aws('mediapackage', 'describe-harvest-job', '--id', 'cup'), { Status: 'SUCCEEDED' })
    t.match(await aws('mediapackage', 'list-harvest-jobs'), { HarvestJobs: [{ Id: 'cup' }] })
    t.match(await aws('pinpoint', 'get-export-job', ...app, '--job-id', exportId), {
      ExportJobResponse: { Id: exportId, JobStatus: 'COMPLETED' },
    })
    const items = { ExportJobsResponse: { Item: [{ Id: exportId }] } }
    t.match(await aws('pinpoint', 'get-export-jobs', ...app), items)
    t.match(await aws('pinpoint', 'get-segment-export-jobs', ...app, '--segment-id', 'readers'), items)
    t.match(await aws('dataexchange', 'get-job', ...first), { State: 'COMPLETED' })
    t.match(await aws('dataexchange', 'list-jobs'), { Jobs: [{ State: 'CANCELLED' }, { State: 'COMPLETED' }] })
    t.match(await aws('importexport', 'get-status', ...crate), { ProgressCode: 'Complete', CurrentManifest: other })
    t.match(await aws('importexport', 'list-jobs'), { Jobs: [{ IsCanceled: true }, { IsCanceled: false }] })
    t.equal((await world.jobs()).length, 6, 'six jobs were made in all')
  })
}
