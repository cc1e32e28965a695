import t from 'tap'
import type { Schedule } from '../../../src/model/schedule.ts'
import type { Series } from '../../../src/model/series.ts'
import { type Decided, decideRuns, type Facts } from '../../../src/plan/series/decide.ts'
import { findSkipped } from '../../../src/plan/series/skipped.ts'

const HOURLY: Schedule = {
  cron: '15 * * * *',
  timezone: 'Europe/Berlin',
  start: '2026-12-01',
  catchUp: 'latest',
  maxCatchUp: 3,
  overlap: 'wait',
}

const decide = (now: string, before: Series | undefined, more: Partial<Facts> = {}): Decided =>
  decideRuns({
    schedule: HOURLY,
    request: 'sha256:0',
    isHeld: false,
    before,
    isMade: () => false,
    isOpen: () => false,
    now: Date.parse(now),
    ...more,
  })

t.test('of many runs that one decision skips, each is named', async (t) => {
  const { series, skipped } = decide('2027-12-01T09:00:00Z', undefined)
  // The hour that comes twice runs once. The quarter past the one that does not exist runs at the next full hour.
  t.equal(skipped.length, 8_769)
  t.equal(series.skips, 8_769)
  t.same(series.skipped, [{ at: '2026-11-30T23:15:00Z', until: '2027-12-01T07:15:00Z', count: 8_769, why: 'catch-up' }])
  t.match(findSkipped(series, Date.parse('2027-06-01T10:15:00Z')), { why: 'catch-up' })
  t.equal(findSkipped(series, Date.parse('2027-06-01T10:30:00Z')), undefined)
  t.equal(findSkipped(series, Date.parse('2027-12-01T08:15:00Z')), undefined, 'that one is made')
})

t.test('what stands between two rows is named by itself', async (t) => {
  const [asked, made] = ['2026-12-03T10:15:00Z', '2026-12-04T10:15:00Z']
  const before = { ...decide('2026-12-01T00:00:00Z', undefined).series, skip: [asked] }
  const { series } = decide('2026-12-06T00:00:00Z', before, {
    isMade: (instant) => instant === Date.parse(made),
    isHeld: true,
  })
  t.match(series.skipped?.slice(-4), [
    { until: '2026-12-03T09:15:00Z', why: 'held' },
    { at: asked, until: undefined, why: 'asked' },
    { at: '2026-12-03T11:15:00Z', until: '2026-12-04T09:15:00Z', count: 23 },
    { at: '2026-12-04T11:15:00Z', until: '2026-12-05T23:15:00Z', count: 37 },
  ])
})

t.test('an edit does not change what a row names', async (t) => {
  const first = decide('2026-12-06T00:00:00Z', undefined).series
  const daily = { ...HOURLY, cron: '0 3 * * *' }
  const edited = decide('2026-12-06T00:00:00Z', first, { schedule: daily }).series
  t.match(edited.skipped, [{ count: 120, schedule: HOURLY }])
  t.match(findSkipped(edited, Date.parse('2026-12-02T10:15:00Z')), { why: 'catch-up' })
  const both = decide('2026-12-09T00:00:00Z', decide('2026-12-01T00:00:00Z', undefined).series, { schedule: daily })
  t.match(both.series.skipped?.at(-1), { schedule: HOURLY }, 'an edit that comes with the rows')
  t.equal(
    decide('2026-12-06T00:00:00Z', edited, { schedule: daily }).series.skipped?.[0]?.schedule,
    edited.skipped?.[0]?.schedule,
  )
})
