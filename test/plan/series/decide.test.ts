import t from 'tap'
import type { Schedule } from '../../../src/model/schedule.ts'
import type { Series } from '../../../src/model/series.ts'
import { type Decided, decideRuns, type Facts, skipRuns } from '../../../src/plan/series/decide.ts'

/*
 * Which runs of a schedule are made, and which are skipped, fact by fact. All times are those of Mondays at 02:00 UTC.
 */

const WEEKLY: Schedule = {
  cron: '0 2 * * 1',
  timezone: 'UTC',
  start: '2026-12-01',
  catchUp: 'latest',
  maxCatchUp: 3,
  overlap: 'wait',
}
const DEC_7 = '2026-12-07T02:00:00Z'
const DEC_14 = '2026-12-14T02:00:00Z'
const DEC_21 = '2026-12-21T02:00:00Z'
const DEC_28 = '2026-12-28T02:00:00Z'

const series = (facts: Partial<Series> = {}): Series => ({ schedule: WEEKLY, request: 'r', decided: DEC_7, ...facts })
const decide = (now: string, facts: Partial<Facts> = {}): Decided =>
  decideRuns({
    schedule: WEEKLY,
    request: 'r',
    isHeld: false,
    before: undefined,
    isMade: () => false,
    isOpen: () => false,
    now: Date.parse(now),
    ...facts,
  })
const due = (decided: Decided): string[] => decided.due.map((at) => new Date(at).toISOString().replace('.000', ''))
const skips = ({ skipped }: Decided): string[] => skipped.map(({ at, why }) => `${at} ${why}`)

t.test('a run at the very start of its schedule is made', async (t) => {
  const schedule = { ...WEEKLY, start: '2026-12-07T02:00' }
  t.strictSame(due(decide(DEC_7, { schedule })), [DEC_7])
})

t.test(
  'a run stays due on record while the outcome of its create is unknown, and is made if nothing was sent',
  async (t) => {
    const before = series({ decided: DEC_14, due: [DEC_14] })
    const isRun = (instant: number): boolean => instant === Date.parse(DEC_14)
    const open = decide(DEC_21, { before, isMade: isRun, isOpen: isRun })
    t.strictSame(due(open), [DEC_21])
    t.strictSame(open.series.due, [DEC_14, DEC_21])
    const overlapping = skipRuns(open, [Date.parse(DEC_21)], 'overlap', WEEKLY)
    t.strictSame(overlapping.series.due, [DEC_14])
    // Another machine reports that it sent nothing, and its record is gone.
    const released = decide(DEC_21, { before: overlapping.series })
    t.strictSame([due(released), skips(released)], [[DEC_14], []])
    const made = decide(DEC_21, { before: overlapping.series, isMade: isRun })
    t.strictSame(made.series.due, undefined)
  },
)

t.test('a run on record is not made again, although its series forgot it', async (t) => {
  t.strictSame(due(decide(DEC_7, { isMade: (instant) => instant === Date.parse(DEC_7) })), [])
})

t.test('a run that a person asked to skip is skipped when it is due, in order of time', async (t) => {
  const given = (skip: readonly string[]) =>
    decide(DEC_21, { before: series({ decided: '2026-12-01T00:00:00Z', skip }) })
  t.strictSame(skips(given([DEC_14])), [`${DEC_7} catch-up`, `${DEC_14} asked`])
  t.strictSame(skips(given([DEC_7])), [`${DEC_7} asked`, `${DEC_14} catch-up`])
  t.strictSame(due(given([DEC_14])), [DEC_21])
  t.strictSame(given([DEC_14, DEC_28]).series.skip, [DEC_28], 'a later one is skipped later')
  t.equal(given([DEC_14]).series.skip, undefined)
})

t.test('a series that is back skips what was due meanwhile', async (t) => {
  const back = decide(DEC_21, { before: series({ withdrawn: '2026-12-08T00:00:00Z' }) })
  t.strictSame(skips(back), [`${DEC_14} removed`, `${DEC_21} removed`])
  t.strictSame(due(back), [])
  t.equal(back.series.withdrawn, undefined)
  const later = decide('2026-12-22T09:00:00Z', { before: series({ withdrawn: '2026-12-08T00:00:00Z' }) })
  t.equal(later.series.decided, '2026-12-22T09:00:00Z', 'and is decided up to now')
})

t.test('without catching up a run is late after two hours', async (t) => {
  const schedule: Schedule = { ...WEEKLY, catchUp: 'none' }
  t.strictSame(due(decide('2026-12-07T04:00:00Z', { schedule })), [DEC_7])
  t.strictSame(skips(decide('2026-12-07T04:00:01Z', { schedule })), [`${DEC_7} late`])
  const before = series({ schedule, decided: DEC_14, due: [DEC_7, DEC_14] })
  t.strictSame(due(decide(DEC_28, { schedule, before })), [DEC_28])
  t.strictSame(
    skips(decide(DEC_28, { schedule, before })),
    [`${DEC_7} catch-up`, `${DEC_14} catch-up`, `${DEC_21} late`],
    'what was decided is never late',
  )
})

t.test('what is skipped afterwards leaves the other runs as they are', async (t) => {
  const schedule: Schedule = { ...WEEKLY, catchUp: 'all' }
  const left = skipRuns(decide(DEC_21, { schedule }), [Date.parse(DEC_14)], 'overlap', schedule)
  t.strictSame(due(left), [DEC_7, DEC_21])
  t.strictSame(left.series.due, [DEC_7, DEC_21])
  t.strictSame(skips(left), [`${DEC_14} overlap`])
})

t.test('a series keeps many runs skipped at once as one row, and counts all', async (t) => {
  const schedule: Schedule = { ...WEEKLY, cron: '0 2 * * *' }
  const { series } = decide('2027-01-10T02:00:00Z', { schedule })
  t.equal(series.skips, 40)
  t.match(series.skipped, [{ at: '2026-12-01T02:00:00Z', until: '2027-01-09T02:00:00Z', count: 40 }])
})
