import type { JsonObject } from '../../src/model/json.ts'
import { arrive } from '../conformance/cases.ts'
import { cli, type Files, type Ran, write } from '../e2e/process.ts'
import { emulatorIn } from '../e2e/world.ts'
import { openWorld, type World } from '../emulator/setup.ts'

const group = (name: string): string => `arn:aws:iot:eu-west-1:123456789012:thinggroup/${name}`
const spec = (kind: string, name: string, request: object, policy: object = {}, labels: object = {}) => ({
  apiVersion: 'jobwright/v1',
  kind,
  metadata: { name, labels },
  policy,
  spec: request,
})
const kiosks = (name: string, groups: readonly string[], document: object, policy: object = {}, more: object = {}) =>
  spec(
    'IotJob',
    name,
    { targets: groups.map(group), document, ...more },
    { target: 'europe', ...policy },
    {
      fleet: 'kiosks',
      team: 'devices',
    },
  )
const harvest = (name: string, endpoint: string, start: string, end: string) =>
  spec(
    'MediaPackageHarvestJob',
    name,
    {
      OriginEndpointId: endpoint,
      StartTime: start,
      EndTime: end,
      S3Destination: {
        BucketName: 'football-archive',
        ManifestKey: `cup/${name}/index.m3u8`,
        RoleArn: 'arn:aws:iam::210987654321:role/harvest-to-archive',
      },
    },
    { target: 'archive' },
    { show: 'cup', season: '2026' },
  )
const readers = (name: string, prefix = name, policy: object = {}) =>
  spec(
    'PinpointExportJob',
    name,
    {
      ApplicationId: '8f6b3f2c1d5e4a7b9c0d1e2f3a4b5c6d',
      ExportJobRequest: {
        RoleArn: 'arn:aws:iam::123456789012:role/pinpoint-export',
        S3UrlPrefix: `s3://newsletter-exports/${prefix}/`,
      },
    },
    { target: 'america', ...policy },
    { audience: 'newsletter' },
  )
const prices = (name: string, bucket: string, policy: object = {}) =>
  spec(
    'DataExchangeJob',
    name,
    {
      Type: 'IMPORT_ASSETS_FROM_S3',
      Details: {
        ImportAssetsFromS3: {
          DataSetId: '3b9e1c7f5a2d4e8896c0b1a7d3f25e60',
          RevisionId: '7c4a9d0e2f6b41d3a85e9b7c1f0d3628',
          AssetSources: [{ Bucket: bucket, Key: `2026/11/${name}.csv` }],
        },
      },
    },
    { target: 'europe', ...policy },
    { data: 'prices' },
  )
const disk = (name: string, deviceId: string, policy: object = {}) =>
  spec(
    'ImportExportJob',
    name,
    {
      JobType: 'Import',
      Manifest: {
        manifestVersion: '2.0',
        deviceId,
        eraseDevice: 'yes',
        bucket: 'football-archive',
        prefix: `tapes/${name}/`,
        returnAddress: {
          name: 'Alex Kim',
          street1: '12 Stadium Road',
          city: 'Boston',
          postalCode: '02134',
          phoneNumber: '+1 617 555 0142',
          country: 'USA',
        },
      },
    },
    { target: 'america', ...policy },
    { archive: 'football' },
  )
const documents = (...all: readonly object[]): string => all.map((one) => JSON.stringify(one, null, 2)).join('\n---\n')

/** What is committed before the night. */
const EVENING: Files = {
  'jobwright.yaml': {
    specs: ['specs'],
    targets: {
      europe: { region: 'eu-west-1', account: '123456789012' },
      america: { region: 'us-east-1', account: '123456789012' },
      archive: { region: 'eu-central-1', account: '210987654321' },
    },
    guards: { maxCreates: 25 },
  },
  'specs/firmware.yaml': documents(
    kiosks('kiosk-firmware', ['kiosks', 'faulty-kiosks'], { operation: 'update', version: '4.2.0' }),
    kiosks(
      'kiosk-firmware-rest',
      ['stations'],
      { operation: 'update', version: '4.2.0' },
      {
        dependsOn: [{ job: 'IotJob/kiosk-firmware', when: 'succeeded' }],
      },
    ),
    kiosks(
      'kiosk-firmware-survey',
      ['stations'],
      { operation: 'survey' },
      {
        dependsOn: [{ job: 'IotJob/kiosk-firmware-rest', when: 'finished' }],
      },
    ),
  ),
  'specs/kiosks.yaml': documents(
    kiosks('kiosk-settings', ['kiosks'], { operation: 'settings', version: '4.1.9' }),
    kiosks('kiosk-tariffs', ['gates'], { operation: 'tariffs', version: '7.0.0' }),
    kiosks('kiosk-lights', ['gates'], { operation: 'lights', level: 'dim' }),
    kiosks('gate-calibration', ['gates'], { operation: 'calibrate' }),
    kiosks('kiosk-posters', ['kiosks'], { operation: 'posters' }, { hold: true }),
    kiosks(
      'kiosk-banner',
      ['kiosks'],
      { operation: 'banner' },
      { expires: '2026-11-16T01:30:00Z', notBefore: '2026-11-15T19:30:00Z' },
    ),
    kiosks('kiosk-audit', ['stations'], { operation: 'audit' }, { notBefore: '2026-11-17T06:30:00Z' }),
    kiosks(
      'kiosk-night-update',
      ['depots'],
      { operation: 'night' },
      {},
      { schedulingConfig: { startTime: '2026-11-17T02:00' } },
    ),
  ),
  'specs/cup.yaml': documents(
    harvest('cup-final', 'stadium-live', '2026-11-15T14:00:00Z', '2026-11-15T16:15:00Z'),
    harvest('cup-interviews', 'offline-live', '2026-11-15T16:15:00Z', '2026-11-15T17:00:00Z'),
    harvest('cup-parade', 'stadium-live', '2026-11-18T18:00:00Z', '2026-11-18T20:00:00Z'),
  ),
  'specs/readers.yaml': documents(readers('newsletter-readers'), readers('closed-list', 'unwritable')),
  'specs/prices.yaml': documents(prices('energy', 'price-data'), prices('metals', 'denied-price-data')),
  'specs/disks.yaml': documents(disk('tape-7', 'CRATE-0007'), disk('tape-8', 'dented-CRATE-0008')),
  'specs/restart.yaml': documents(
    kiosks(
      'kiosk-restart',
      ['kiosks'],
      { operation: 'restart' },
      {
        schedule: { start: '2026-11-15', cron: '0 2 * * *', timezone: 'UTC' },
      },
    ),
  ),
}

/** What is committed in the morning, and reconciled. */
const MORNING: Files = {
  'specs/rollouts.yaml': documents(
    kiosks(
      'kiosk-languages',
      ['stations', 'depots', 'gates'],
      { operation: 'languages' },
      {},
      { targetSelection: 'CONTINUOUS', description: 'Languages of all kiosks' },
    ),
    kiosks('kiosk-maps', ['kiosks', 'gates'], { operation: 'maps', edition: 'winter' }),
    kiosks('kiosk-tickets', ['gates'], { operation: 'tickets' }),
    kiosks('kiosk-greeting', ['kiosks'], { operation: 'greeting' }, { expires: '2026-11-15T23:00:00Z' }),
  ),
  'specs/loyalty.yaml': documents(readers('loyalty-readers')),
}

/** What is committed later in the morning, and runs at the end. */
const LATEST: Files = {
  'specs/coupons.yaml': documents(
    kiosks('kiosk-coupons', ['kiosks', 'gates', 'depots'], { operation: 'coupons', season: 'winter' }),
    kiosks('kiosk-vouchers', ['gates', 'faulty-gates'], { operation: 'vouchers' }),
  ),
}

/** What is committed after that, and not reconciled. */
const NEWS: Files = {
  'specs/next.yaml': documents(
    kiosks('kiosk-payments', ['kiosks'], { operation: 'payments', version: '2.0.0' }),
    prices('freight', 'price-data'),
  ),
}

/**
 * Plays a night of a fleet in a folder: every kind, failures, waits, an unresolved create and a conflict. The world that it returns goes on
 * as slowly as the real one.
 */
export async function playNight(t: { teardown(end: () => unknown): void }, cwd: string): Promise<World> {
  const dir = emulatorIn(cwd)
  // Waits of the program take no time at night.
  const world = await openWorld({ teardown: () => {} }, { dir, startAt: '2026-11-15T18:00:00Z', timeScale: 60 })
  write(cwd, EVENING)
  // Somebody else has a job of this ID.
  await world.call(
    'iot',
    'PUT',
    '/jobs/gate-calibration',
    {
      targets: [group('gates')],
      document: JSON.stringify({ operation: 'calibrate', by: 'hand' }),
    },
    { region: 'eu-west-1' },
  )
  await run(cwd, 'reconcile')
  await world.advance(60)
  await run(cwd, 'reconcile')
  await run(cwd, 'acknowledge', 'PinpointExportJob/closed-list')
  await run(cwd, 'rerun', 'IotJob/kiosk-lights')
  for (const hours of [2, 5, 4]) {
    await world.advance(hours * 60)
    await run(cwd, 'reconcile')
  }
  write(cwd, MORNING)
  await world.control('PUT', 'faults', [
    { operation: 'CreateExportJob', fault: 'drop-request', times: 1 },
    { service: 'iot', operation: 'CreateJob', fault: 'drop-response', times: 1 },
  ])
  await run(cwd, 'reconcile', '--settle', '0s')
  const loyalty = readers('loyalty-readers').spec as JsonObject
  for (const _ of [1, 2]) await arrive(world, 'PinpointExportJob', loyalty, 's3://newsletter-exports/loyalty-readers/')
  await world.advance(20)
  await world.close()
  const morning = await openWorld(t, { dir, timeScale: 1 })
  write(cwd, LATEST)
  await run(cwd, 'reconcile', '--settle', '0s')
  await morning.advance(3)
  write(cwd, NEWS)
  write(cwd, {
    'specs/rollouts.yaml': String(MORNING['specs/rollouts.yaml']).replace(
      'Languages of all kiosks',
      'Languages of all kiosks and gates',
    ),
  })
  return morning
}

/** Writes the report of a folder while AWS throttles. */
export async function reportNight(world: World, cwd: string): Promise<Ran> {
  await world.control('PUT', 'faults', [{ service: 'iot', operation: 'DescribeJob', fault: 'throttle', times: 3 }])
  const ran = await run(cwd, 'report', '--out', 'report.html')
  await world.control('PUT', 'faults', [])
  return ran
}

/** Runs the program on the emulator of a folder. */
function run(cwd: string, ...args: string[]): Promise<Ran> {
  return cli([...args, '--emulator'], { cwd })
}
