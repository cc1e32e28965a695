import t from 'tap'
import type { Event } from '../../src/model/event.ts'
import type { Tally } from '../../src/model/tally.ts'
import { createFollowing } from '../../src/report/following.ts'
import { measureWidth } from '../../src/report/width.ts'
import { record } from './fixtures.ts'

const START = Date.parse('2026-11-15T09:00:00Z')

function job(name: string, type: 'InProgress' | 'Succeeded', counts?: Record<string, number>): Event {
  return {
    type: 'job',
    address: `IotJob/${name}`,
    record: record({ id: name, condition: { type }, ...(counts && { counts }) }),
  }
}

const tallyOf = (
  _address: string,
  { counts }: { readonly counts?: Readonly<Record<string, number>> },
): Tally | undefined =>
  counts && {
    noun: 'devices',
    whole: { total: counts['total'] ?? 0, ended: counts['ended'] ?? 0, succeeded: 0 },
    others: [],
  }

function follow(events: readonly Event[]) {
  const following = createFollowing(tallyOf)
  for (const event of events) following.note(event, START)
  return following
}

t.test('a wait counts the jobs that ended, the time and the devices', async (t) => {
  const following = follow([
    job('a', 'InProgress', { total: 100, ended: 40 }),
    job('b', 'InProgress', { total: 140, ended: 60 }),
    job('c', 'InProgress'),
    { type: 'waiting', why: '3 jobs are running' },
    job('a', 'Succeeded', { total: 100, ended: 100 }),
  ])
  const line = following.format(START + 23 * 60_000, 79)
  t.equal(line, '1 of 3 jobs ended · 23 min · 160 of 240 devices')
  for (let width = 1; width < 60; width++) t.ok(measureWidth(following.format(START, width)) <= width)
})

t.test('a job that had ended before the wait is not counted, and the time counts from the first wait', async (t) => {
  const following = follow([
    job('old', 'Succeeded'),
    job('a', 'InProgress'),
    { type: 'waiting', why: '1 job is running' },
  ])
  following.note({ type: 'waiting', why: '1 job is running' }, START + 60_000)
  t.equal(following.format(START + 90_000, 79), '0 of 1 job ended · 1 min')
})
