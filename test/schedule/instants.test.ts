import t from 'tap'
import type { Schedule } from '../../src/model/schedule.ts'
import { listInstants, listNext, parseTime, readBounds } from '../../src/schedule/instants.ts'

const BASE = { start: '2026-01-01', catchUp: 'latest', maxCatchUp: 3, overlap: 'wait' } as const

function next(schedule: Partial<Schedule>, count = 4): string[] {
  return listNext({ ...BASE, ...schedule }, Number.NEGATIVE_INFINITY, count).map(iso)
}

function iso(instant: number): string {
  return new Date(instant).toISOString().slice(0, 16)
}

/*
 * What each schedule does where local time jumps. The table is ours: no library is asked what is right.
 */
const TABLE: readonly [string, Partial<Schedule>, readonly string[]][] = [
  [
    'a local time that does not exist runs at the next one that does',
    { cron: '30 2 * * *', timezone: 'Europe/Berlin', start: '2026-03-28' },
    ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30', '2026-03-31T00:30'],
  ],
  [
    'a local time that comes twice runs once, the first time',
    { cron: '30 2 * * *', timezone: 'Europe/Berlin', start: '2026-10-24' },
    ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30'],
  ],
  [
    'an hourly cron runs once for the hour that comes twice',
    { cron: '0 * * * *', timezone: 'Europe/Berlin', start: '2026-10-25T01:00' },
    ['2026-10-24T23:00', '2026-10-25T00:00', '2026-10-25T02:00', '2026-10-25T03:00'],
  ],
  [
    'two times of a night that become one run once',
    { cron: '0,30 2-3 * * *', timezone: 'Europe/Berlin', start: '2026-03-29' },
    ['2026-03-29T01:00', '2026-03-29T01:30', '2026-03-30T00:00', '2026-03-30T00:30'],
  ],
  [
    'a zone whose change is half an hour',
    { cron: '15 2 * * *', timezone: 'Australia/Lord_Howe', start: '2026-10-03' },
    ['2026-10-02T15:45', '2026-10-03T15:30', '2026-10-04T15:15', '2026-10-05T15:15'],
  ],
  [
    'a whole day that a zone left out runs at the start of the next',
    { cron: '0 12 * * *', timezone: 'Pacific/Apia', start: '2011-12-29' },
    ['2011-12-29T22:00', '2011-12-30T10:00', '2011-12-30T22:00', '2011-12-31T22:00'],
  ],
  [
    'midnight that does not exist',
    { cron: '0 0 * * *', timezone: 'America/Havana', start: '2026-03-07' },
    ['2026-03-07T05:00', '2026-03-08T05:00', '2026-03-09T04:00', '2026-03-10T04:00'],
  ],
  [
    'a day of every month keeps its hour across the year',
    { cron: '0 6 1 * *', timezone: 'America/New_York', start: '2026-02-15' },
    ['2026-03-01T11:00', '2026-04-01T10:00', '2026-05-01T10:00', '2026-06-01T10:00'],
  ],
  [
    'leap days only',
    { cron: '0 0 29 2 *', timezone: 'UTC' },
    ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00', '2040-02-29T00:00'],
  ],
  [
    'a month that is too short has its last day, and the next one the day of the start',
    { every: 'P1M', start: '2027-01-31' },
    ['2027-01-31T00:00', '2027-02-28T00:00', '2027-03-31T00:00', '2027-04-30T00:00'],
  ],
  [
    'a year from a leap day',
    { every: 'P1Y', start: '2028-02-29' },
    ['2028-02-29T00:00', '2029-02-28T00:00', '2030-02-28T00:00', '2031-02-28T00:00'],
  ],
  [
    'days follow the calendar of the zone',
    { every: 'P1D', timezone: 'Europe/Berlin', start: '2026-03-28T03:00' },
    ['2026-03-28T02:00', '2026-03-29T01:00', '2026-03-30T01:00', '2026-03-31T01:00'],
  ],
  [
    'hours are elapsed time',
    { every: 'PT12H', timezone: 'Europe/Berlin', start: '2026-03-28T15:00' },
    ['2026-03-28T14:00', '2026-03-29T02:00', '2026-03-29T14:00', '2026-03-30T02:00'],
  ],
  [
    'times of a list come in order, local or with an offset',
    {
      at: ['2026-12-19T15:30', '2026-12-12T18:30+01:00', '2025-12-12T18:30Z'],
      timezone: 'Europe/Berlin',
    },
    ['2026-12-12T17:30', '2026-12-19T14:30'],
  ],
  [
    'the start is due itself',
    { every: 'P2W', start: '2026-12-07T03:00' },
    ['2026-12-07T03:00', '2026-12-21T03:00', '2027-01-04T03:00', '2027-01-18T03:00'],
  ],
  [
    'the whole last day counts, and nothing after it',
    { cron: '0 20 * * *', timezone: 'America/New_York', start: '2026-12-01', end: '2026-12-02' },
    ['2026-12-02T01:00', '2026-12-03T01:00'],
  ],
  [
    'an end with a time is the last moment',
    { every: 'PT1H', start: '2026-12-01', end: '2026-12-01T02:00Z' },
    ['2026-12-01T00:00', '2026-12-01T01:00', '2026-12-01T02:00'],
  ],
]

t.test('when runs are due', async (t) => {
  for (const [name, schedule, expected] of TABLE) t.same(next(schedule), expected, name)
})

t.test('the instants after one and up to another are those of the whole list, wherever one begins', async (t) => {
  for (const [name, schedule] of TABLE) {
    const whole = { ...BASE, ...schedule }
    const all = listNext(whole, Number.NEGATIVE_INFINITY, 30)
    for (const [index, instant] of all.entries()) {
      t.same(listNext(whole, instant, 5), all.slice(index + 1, index + 6).slice(0, 5), `${name}, after ${iso(instant)}`)
      t.same(listInstants(whole, instant - 60_000, instant), [instant], `${name}, at ${iso(instant)}`)
      if (index > 20) break
    }
  }
})

t.test('the time zone of this machine changes nothing', async (t) => {
  const before = process.env['TZ']
  const found = ['Asia/Kolkata', 'America/New_York', 'UTC'].map((zone) => {
    process.env['TZ'] = zone
    return TABLE.map(([, schedule]) => next(schedule))
  })
  if (before === undefined) delete process.env['TZ']
  else process.env['TZ'] = before
  t.same(found[0], found[2])
  t.same(found[1], found[2])
})

t.test('there is no such time', async (t) => {
  for (const text of ['2026-02-30', '2026-13-01', 'tomorrow', '2026-12-01T25:00', '2026-12-01T03:00:30'])
    t.equal(parseTime(text, 'UTC'), undefined, text)
  t.equal(parseTime('2026-12-01T03:00:00Z', 'Europe/Berlin'), Date.parse('2026-12-01T03:00Z'))
})

t.test('without an end a schedule never ends', async (t) => {
  t.equal(readBounds({ start: '2026-12-01' }).end, Number.POSITIVE_INFINITY)
})
