import t from 'tap'
import type { KindModel } from '../../../src/model/kind.ts'
import { DONE, planOf, REQUESTS, specOf, textOf, world } from '../world.ts'

const inFlight =
  (most: Readonly<Record<string, number>>) =>
  ({ service }: KindModel): number | undefined =>
    most[service]

t.test('a limit of jobwright.yaml on running jobs replaces that of AWS', async (t) => {
  const harvests = world()
    .spec('MediaPackageHarvestJob/one')
    .spec('MediaPackageHarvestJob/two', { request: { ...specOf('MediaPackageHarvestJob/two').request } })
    .record('MediaPackageHarvestJob/one')
    .live('MediaPackageHarvestJob/one')
  const plan = (most?: number) =>
    textOf(planOf(harvests.with({ inFlight: inFlight(most === undefined ? {} : { mediapackage: most }) }).input()))
  t.match(plan(), [/^keep /, /^create /])
  t.match(plan(2), [/^keep /, /^create /])
  t.match(plan(1), [
    /^keep /,
    /^waiting .*: 1 harvests are running or planned, and limits\.mediapackage\.inFlight allows 1 at once/,
  ])
})

t.test('it limits kinds whose running jobs AWS does not count', async (t) => {
  const kiosks = world()
    .spec('IotJob/one')
    .spec('IotJob/two')
    .spec('IotJob/three')
    .record('IotJob/one', DONE)
    .with({ inFlight: inFlight({ iot: 1 }) })
  t.match(textOf(planOf(kiosks.input())), [
    /^keep /,
    /^create IotJob\/two/,
    /^waiting IotJob\/three: 1 AWS IoT jobs are running or planned, and limits\.iot\.inFlight allows 1 at once$/,
  ])
})

t.test('a continuous job that is rolled out holds no place', async (t) => {
  const steady = { condition: { type: 'InProgress', reason: 'RolledOut' }, status: 'IN_PROGRESS' } as const
  const kiosks = world()
    .spec('IotJob/settings')
    .spec('IotJob/two')
    .record('IotJob/settings', steady)
    .with({ inFlight: inFlight({ iot: 1 }) })
  t.match(textOf(planOf(kiosks.input())), [/^keep /, /^create IotJob\/two/])
})

t.test('a job that may be on its way takes a place, a job that waits for its start takes none', async (t) => {
  const most = { mediapackage: 1, dataexchange: 1 }
  const harvests = world()
    .spec('MediaPackageHarvestJob/one')
    .spec('MediaPackageHarvestJob/two')
    .unknown('MediaPackageHarvestJob/one')
    .with({ inFlight: inFlight(most) })
  t.match(planOf(harvests.input()).actions, [{ action: 'settling' }, { action: 'waiting', code: 'PLAN_NO_ROOM' }])
  const [one, two] = ['DataExchangeJob/one', 'DataExchangeJob/two'] as const
  const created = { stage: 'created', condition: { type: 'Pending' } } as const
  const exports = (type: string, first: object) => {
    const request = { ...REQUESTS['DataExchangeJob'], Type: type }
    return planOf(
      world()
        .spec(one, { request, policy: { allowIdentical: true } })
        .spec(two, { request, policy: { allowIdentical: true } })
        .record(one, { request, ...first })
        .record(two, { request, ...created })
        .with({ inFlight: inFlight(most) })
        .input(),
    ).actions.map(({ action }) => action)
  }
  for (const type of ['EXPORT_ASSETS_TO_S3', 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET']) {
    t.strictSame(exports(type, {}), ['keep', 'waiting'], type)
    t.strictSame(exports(type, created), ['start', 'waiting'], type)
  }
})
