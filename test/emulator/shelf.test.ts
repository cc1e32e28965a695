import t from 'tap'
import { cutPage } from '../../src/emulator/page.ts'
import type { Jobs, Service } from '../../src/emulator/service.ts'
import { mediapackage } from '../../src/emulator/services/mediapackage/index.ts'
import { openJobs } from '../../src/emulator/shelf.ts'
import { openStore } from '../../src/emulator/store.ts'

const PLACE = { service: 'mediapackage', account: '123456789012', region: 'eu-west-1' }
const START = Date.parse('2026-11-20T12:00:00Z')
const REQUEST = { originEndpointId: 'stadium', startTime: '2026-11-20T10:00:00Z', endTime: '2026-11-20T11:00:00Z' }
const HOUR = 3_600_000
const SIZE = 500

/** Harvests that all began at noon, seen at a moment; every look at one is counted. */
function openHarvests(t: Pick<Tap, 'teardown'>): { at(now: number): Jobs; looks(): number } {
  const store = openStore(undefined, START, 0)
  t.teardown(() => store.close())
  let looks = 0
  const service: Service = {
    ...mediapackage,
    view: (job, now) => {
      looks++
      return mediapackage.view(job, now)
    },
  }
  for (let index = 0; index < SIZE; index++) store.add(PLACE, `final-${index}`, REQUEST, {})
  return { at: (now) => openJobs(store, service, PLACE, now), looks: () => looks }
}
type Tap = typeof t

t.test('paging through a listing reads each job once', async (t) => {
  const harvests = openHarvests(t)
  const jobs = harvests.at(START)
  const shown: string[] = []
  let token: string | undefined
  do {
    const page = cutPage(jobs.list(), 10, '', token)
    shown.push(...(page?.jobs ?? []).map(({ id }) => id))
    token = page?.token
  } while (token !== undefined)
  t.equal(new Set(shown).size, SIZE)
  t.equal(shown[0], `final-${SIZE - 1}`, 'newest first')
  t.ok(harvests.looks() < 1.2 * SIZE, `${harvests.looks()} looks`)
})

t.test('a terminal job is not read again to count running jobs', async (t) => {
  const harvests = openHarvests(t)
  const isAny = () => true
  t.equal(harvests.at(START).reaches(SIZE, isAny), true)
  t.equal(harvests.at(START).reaches(SIZE + 1, isAny), false, 'fewer are not counted')
  const before = harvests.looks()
  const later = harvests.at(START + 24 * HOUR)
  t.equal(
    later.reaches(1, () => false),
    false,
  )
  t.equal(harvests.looks() - before, SIZE)
  t.equal(
    later.reaches(1, () => false),
    false,
  )
  t.equal(harvests.looks() - before, SIZE, 'each was looked at once')
})

t.test('a job that a call changes may count again', async (t) => {
  const store = openStore(undefined, START, 0)
  t.teardown(() => store.close())
  const jobs = openJobs(store, mediapackage, PLACE, START + 24 * HOUR)
  const job = jobs.add('final', REQUEST)
  const late = openJobs(store, mediapackage, PLACE, START + 48 * HOUR)
  t.equal(
    late.reaches(1, () => false),
    false,
  )
  t.equal(
    late.reaches(1, () => true),
    false,
    'it is over',
  )
  late.change(job, { seen: true })
  t.equal(
    late.reaches(1, () => true),
    true,
  )
})

t.test('jobs created since a moment are counted', async (t) => {
  const store = openStore(undefined, START, 0)
  t.teardown(() => store.close())
  const jobs = openJobs(store, mediapackage, PLACE, START)
  t.equal(jobs.countSince(START), 0)
  jobs.add('final', REQUEST)
  store.clock.advance(HOUR)
  jobs.add('replay', REQUEST)
  t.equal(jobs.countSince(START), 2)
  t.equal(jobs.countSince(START + HOUR), 1)
  t.equal(jobs.countSince(START + 2 * HOUR), 0)
})
