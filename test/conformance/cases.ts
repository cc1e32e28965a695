import { getValue, type JsonObject } from '../../src/model/json.ts'
import type { Policy, Spec } from '../../src/model/spec.ts'
import type { World } from '../emulator/setup.ts'

/** The name of every job in these tests' repositories: what happens at night while nobody looks. */
const NAME = 'night-shift'

/** One kind as a test walks it through its life. */
export type Case = {
  readonly kind: string
  /** How an unknown create of it comes to light. */
  readonly recovery: 'id' | 'inert' | 'match'
  /** The request of the n-th job; no two are the same job. */
  readonly request: (n: number) => JsonObject
  /** A request whose job ends in failure on the emulator. */
  readonly failing: JsonObject
  /** AWS's words while it runs, and when it has ended well or badly. */
  readonly words: { readonly running: string; readonly succeeded: string; readonly failed: string }
  /** Virtual minutes until it runs, and until it has ended. */
  readonly minutes: { readonly running: number; readonly over: number }
  /** Of a kind that is found by its marker: what somebody else's job of a request carries in its place. */
  readonly markerOf?: (request: JsonObject) => string
}

const role = 'arn:aws:iam::123456789012:role/night-shift'
const [dataSet, revision] = ['a'.repeat(32), 'b'.repeat(32)]

const harvest = (n: number, endpoint: string): JsonObject => ({
  OriginEndpointId: endpoint,
  StartTime: '2026-11-14T19:45:00Z',
  EndTime: '2026-11-14T22:00:00Z',
  S3Destination: { BucketName: 'archive', ManifestKey: `night/${n}.m3u8`, RoleArn: role },
})

const exchange = (n: number, bucket: string): JsonObject => ({
  Type: 'IMPORT_ASSETS_FROM_S3',
  Details: {
    ImportAssetsFromS3: {
      DataSetId: dataSet,
      RevisionId: revision,
      AssetSources: [{ Bucket: bucket, Key: `night-${n}.csv` }],
    },
  },
})

const exporting = (prefix: string): JsonObject => ({
  ApplicationId: '8f6b3f2c1d5e4a7b9c0d1e2f3a4b5c6d',
  ExportJobRequest: { RoleArn: role, S3UrlPrefix: `s3://exports/${prefix}/` },
})

const disk = (deviceId: string): JsonObject => ({
  JobType: 'Import',
  Manifest: {
    manifestVersion: '2.0',
    deviceId,
    eraseDevice: 'yes',
    bucket: 'archive',
    returnAddress: {
      name: 'Alex Kim',
      street1: '12 Stadium Road',
      city: 'Boston',
      postalCode: '02134',
      phoneNumber: '+1 617',
      country: 'USA',
    },
  },
})

const fleet = (thing: string, n: number): JsonObject => ({
  targets: [`arn:aws:iot:us-east-1:123456789012:thing/${thing}`],
  document: { operation: 'reboot', order: n },
})

/** All kinds. */
export const CASES: readonly Case[] = [
  {
    kind: 'IotJob',
    recovery: 'id',
    request: (n) => fleet('lamp-17', n),
    failing: fleet('faulty-lamp', 1),
    words: { running: 'IN_PROGRESS', succeeded: 'COMPLETED', failed: 'COMPLETED' },
    minutes: { running: 1, over: 20 },
  },
  {
    kind: 'MediaPackageHarvestJob',
    recovery: 'id',
    request: (n) => harvest(n, 'live-hls'),
    failing: harvest(1, 'offline-hls'),
    words: { running: 'IN_PROGRESS', succeeded: 'SUCCEEDED', failed: 'FAILED' },
    minutes: { running: 1, over: 20 },
  },
  {
    kind: 'DataExchangeJob',
    recovery: 'inert',
    request: (n) => exchange(n, 'prices'),
    failing: exchange(1, 'denied-prices'),
    words: { running: 'IN_PROGRESS', succeeded: 'COMPLETED', failed: 'ERROR' },
    minutes: { running: 1, over: 20 },
  },
  {
    kind: 'PinpointExportJob',
    recovery: 'match',
    request: (n) => exporting(`readers-${n}`),
    failing: exporting('unwritable'),
    words: { running: 'PROCESSING', succeeded: 'COMPLETED', failed: 'FAILED' },
    minutes: { running: 3, over: 20 },
    markerOf: (request) => String(getValue(request, '/ExportJobRequest/S3UrlPrefix')),
  },
  {
    kind: 'ImportExportJob',
    recovery: 'match',
    request: (n) => disk(`crate-${n}`),
    failing: disk('dented-crate'),
    words: { running: 'InProgress', succeeded: 'Complete', failed: 'DeviceError' },
    minutes: { running: 35, over: 75 },
    markerOf: () => 'AWS Import/Export Web Service Tool',
  },
]

/** A spec of a kind, as loading it would give it. */
export function specOf(
  kind: string,
  request: JsonObject,
  policy: Partial<Policy> = {},
  name = NAME,
): Spec & { readonly address: `${string}/${string}` } {
  return {
    address: `${kind}/${name}`,
    kind,
    name,
    labels: {},
    policy: { run: 1, hold: false, adopt: false, allowIdentical: false, maxFailedPercent: 0, ...policy },
    request,
    files: [`specs/${name}.yaml`],
    place: { file: `specs/${name}.yaml`, line: 1, column: 1, endLine: 1, endColumn: 2 },
    index: 0,
  }
}

/** A create arrives that this program does not send now: a packet of an old one, or one of somebody else. Returns the ID of its job. */
export async function arrive(
  emulator: World,
  kind: string,
  request: JsonObject,
  marker: string,
  region = 'us-east-1',
): Promise<string> {
  const answer =
    kind === 'PinpointExportJob'
      ? await emulator.call(
          'pinpoint',
          'POST',
          `/v1/apps/${String(request['ApplicationId'])}/jobs/export`,
          { ...(request['ExportJobRequest'] as JsonObject), S3UrlPrefix: marker },
          { region },
        )
      : await emulator.call('importexport', 'POST', '/', {
          Action: 'CreateJob',
          JobType: request['JobType'],
          Manifest: JSON.stringify({ ...(request['Manifest'] as JsonObject), generator: marker }),
          ValidateOnly: 'false',
        })
  const [, id] = /"Id": ?"([^"]+)"|<JobId>([^<]+)/.exec(answer.text)?.filter((part) => part !== undefined) ?? []
  if (answer.status >= 300 || id === undefined) throw new Error(`${answer.status}: ${answer.text}`)
  return id
}
