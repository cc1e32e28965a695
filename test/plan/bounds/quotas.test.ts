import t from 'tap'
import type { KindModel } from '../../../src/model/kind.ts'
import type { QuotaView } from '../../../src/model/quota.ts'
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

const HARVESTS = 'slots:123456789012/eu-west-1/mediapackage/harvests'

t.test('a plan says what it takes of the limits that other states share', async (t) => {
  const site = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
  const harvests = world().spec('MediaPackageHarvestJob/one').spec('MediaPackageHarvestJob/two')
  const running = harvests.record('MediaPackageHarvestJob/one', { site }).live('MediaPackageHarvestJob/one')
  t.match(planOf(running.input()).quotas, [{ name: HARVESTS, used: 1, wanted: 1, max: 10 }])
  const ended = harvests
    .record('MediaPackageHarvestJob/one', { site })
    .live('MediaPackageHarvestJob/one', { status: 'SUCCEEDED' })
  t.match(planOf(ended.input()).quotas, [{ name: HARVESTS, used: 0, wanted: 1 }], 'a slot that is given back')
  t.equal(planOf(world().spec('IotJob/one').input()).quotas, undefined, 'AWS does not limit these')
})

t.test('a plan takes no slot that other states take', async (t) => {
  const harvests = world()
    .spec('MediaPackageHarvestJob/one')
    .spec('MediaPackageHarvestJob/two')
    .spec('MediaPackageHarvestJob/three')
  const plan = (view: QuotaView) =>
    textOf(planOf({ ...harvests.input(), quotas: new Map([[HARVESTS, view]]) })).filter(
      (line) => !line.startsWith('create'),
    )
  t.same(plan({ max: 10, elsewhere: 7 }), [])
  t.match(plan({ max: 10, elsewhere: 8 }), [
    /^waiting .*: 2 harvests are running or planned here, 8 by other states, and AWS allows 10 at once$/,
  ])
  t.match(plan({ max: 2, elsewhere: 0 }), [/^waiting .*planned, and another state allows 2 at once$/])
  t.match(plan({ max: 2, elsewhere: 0, isPart: true }), [
    /^waiting .*: 2 harvests are running or planned, and this run's part of the 10 that AWS allows at once is 2$/,
  ])
  t.same(plan({ max: 99, elsewhere: 0 }), [], 'its own limit stays')
})

t.test('a plan sends no create of a day that other states sent', async (t) => {
  const day = new Date(world().input().now).toISOString().slice(0, 10)
  const disks = (used: number) => {
    const input = world().spec('ImportExportJob/one').spec('ImportExportJob/two').input()
    const budgets = { '123456789012/importexport': { day, used } }
    return { ...input, state: { ...input.state!, budgets }, perDay: () => 5 }
  }
  const [need] = planOf(disks(2)).quotas ?? []
  t.match(need, { name: 'budget:123456789012/importexport', used: 2, wanted: 2, max: 5 })
  t.equal(need?.until, Date.parse(day) + 86_400_000)
  const plan = (view: QuotaView) =>
    textOf(planOf({ ...disks(2), quotas: new Map([[need!.name, view]]) })).filter((line) => line.startsWith('waiting'))
  t.same(plan({ max: 5, elsewhere: 1 }), [])
  t.match(plan({ max: 5, elsewhere: 2 }), [
    /^waiting .*: the 5 creates that AWS allows in a day are used up, 2 of them by other states/,
  ])
  t.match(plan({ max: 3, elsewhere: 0, isPart: true }), [
    /^waiting .*: this run's part of the 5 creates that AWS allows in a day is used up: 3/,
  ])
})
