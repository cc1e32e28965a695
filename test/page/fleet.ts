import { cli, type Files, type Ran, write } from '../e2e/process.ts'

/** A group of devices of which one fails every job. */
const group = (name: string): string => `arn:aws:iot:eu-west-1:123456789012:thinggroup/${name}`
const spec = (kind: string, name: string, request: object, policy: object = {}, labels: object = {}) => ({
  apiVersion: 'jobwright/v1',
  kind,
  metadata: { name, labels },
  policy,
  spec: request,
})
const rollOut = (name: string, targets: readonly string[], policy: object = {}, version = '4.2.0') =>
  spec(
    'IotJob',
    name,
    { targets, document: { operation: 'update', version } },
    { target: 'europe', ...policy },
    { fleet: 'kiosks' },
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
    { show: 'cup' },
  )

/** Jobs of two targets: some succeed, one fails, one waits for it, others are on hold, scheduled or later. */
export const FLEET: Files = {
  'jobwright.yaml': {
    specs: ['specs'],
    targets: {
      europe: { region: 'eu-west-1', account: '123456789012' },
      archive: { region: 'eu-central-1', account: '210987654321' },
    },
    guards: { maxCreates: 20 },
  },
  'specs/kiosks.yaml': [
    rollOut('kiosk-firmware', [group('kiosks'), group('faulty-kiosks')]),
    rollOut('kiosk-after-firmware', [group('kiosks')], {
      dependsOn: [{ job: 'IotJob/kiosk-firmware', when: 'succeeded' }],
    }),
    rollOut('kiosk-settings', [group('kiosks')], {}, '4.1.9'),
    rollOut('kiosk-held', [group('gates')], { hold: true }),
    spec(
      'IotJob',
      'kiosk-night-update',
      {
        targets: [group('kiosks')],
        document: { operation: 'night' },
        schedulingConfig: { startTime: '2026-11-17T02:00' },
      },
      { target: 'europe' },
      { fleet: 'kiosks' },
    ),
  ]
    .map((one) => JSON.stringify(one))
    .join('\n---\n'),
  'specs/cup.yaml': [
    harvest('cup-final', 'stadium-live', '2026-11-15T07:00:00Z', '2026-11-15T08:30:00Z'),
    harvest('cup-broken', 'offline-live', '2026-11-15T07:00:00Z', '2026-11-15T08:30:00Z'),
    harvest('cup-later', 'stadium-live', '2026-11-18T18:00:00Z', '2026-11-18T20:00:00Z'),
  ]
    .map((one) => JSON.stringify(one))
    .join('\n---\n'),
  'specs/restart.yaml': spec(
    'IotJob',
    'kiosk-restart',
    { targets: [group('kiosks')], document: { operation: 'restart' } },
    { target: 'europe', schedule: { start: '2026-11-15', cron: '0 3 * * *', timezone: 'Europe/Berlin' } },
    { fleet: 'kiosks' },
  ),
}

/** Jobs that later commits add. */
const SECOND: Files = {
  // A continuous job goes on, however long the tests take.
  'specs/second.yaml': spec(
    'IotJob',
    'kiosk-long',
    { targets: [group('stations'), group('depots')], targetSelection: 'CONTINUOUS', document: { operation: 'join' } },
    { target: 'europe' },
    { fleet: 'kiosks' },
  ),
}
const THIRD: Files = {
  'specs/third.yaml': rollOut('kiosk-second-wave', [group('second')]),
  'specs/edited.yaml': rollOut('kiosk-tariffs', [group('gates')], {}, '7.0.1'),
}

/** Plays some hours of a fleet in a folder: jobs that ended, one that runs, and a commit that is not reconciled. */
export async function playFleet(cwd: string): Promise<void> {
  write(cwd, FLEET)
  write(cwd, { 'specs/edited.yaml': rollOut('kiosk-tariffs', [group('gates')], {}, '7.0.0') })
  await run(cwd, 'reconcile')
  await cli(['emulator', 'advance', '5h'], { cwd })
  await run(cwd, 'reconcile')
  write(cwd, SECOND)
  await run(cwd, 'reconcile')
  await cli(['emulator', 'advance', '1m'], { cwd })
  await run(cwd, 'reconcile')
  write(cwd, THIRD)
}

/** Runs the program on the emulator of a folder. */
export function run(cwd: string, ...args: string[]): Promise<Ran> {
  return cli([...args, '--emulator'], { cwd })
}
