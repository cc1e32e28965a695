import t from 'tap'
import type { KindModel } from '../../../src/model/kind.ts'
import { DONE, planOf, specOf, textOf, world } from '../world.ts'

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
    /^waiting IotJob\/three.*inFlight allows 1/,
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
