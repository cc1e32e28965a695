import t from 'tap'
import type { Series } from '../../src/model/series.ts'
import { applyChanges, type Change } from '../../src/model/state.ts'
import { parseState, READER, serialiseState } from '../../src/state/format.ts'
import { compareStates } from '../../src/state/recover.ts'
import { job, stateOf } from './fixtures.ts'

const AT = 'IotJob/kiosks'
const SERIES: Series = {
  schedule: {
    cron: '0 3 * * 1',
    timezone: 'Europe/Berlin',
    start: '2026-12-01',
    catchUp: 'latest',
    maxCatchUp: 3,
    overlap: 'wait',
  },
  request: `sha256:${'0'.repeat(64)}`,
  decided: '2026-12-07T02:00:00Z',
  skipped: [{ at: '2026-12-07T02:00:00Z', why: 'held' }],
  skips: 1,
}
const SET: Change = { set: 'series', address: AT, series: SERIES }

t.test('a state keeps a line for each job that comes again, and reads it back', async (t) => {
  const state = applyChanges(stateOf({ [AT]: job('started') }), [SET])
  const text = serialiseState(state)
  t.match(text, /\n {2}"series": \{\n {4}"IotJob\/kiosks": \{"decided":"2026-12-07T02:00:00Z",.*\}\n {2}\}\n\}\n$/)
  t.same(parseState(text), { state })
  t.same(applyChanges(state, [{ ...SET, series: null }]).series, {})
})

t.test('an older program refuses a state with schedules: it would withdraw their runs', async (t) => {
  const state = applyChanges(stateOf({}), [SET])
  t.equal(state.minReader, 2, 'the format that first had schedules')
  t.ok(state.minReader <= READER)
  t.equal(stateOf({}).minReader, 1, 'and goes on with any other')
})

t.test('a change of a schedule alone is a change', async (t) => {
  const before = stateOf({})
  const after = applyChanges(before, [SET])
  t.same(compareStates(before, after), [SET])
  t.same(compareStates(after, before), [{ ...SET, series: null }])
  t.same(compareStates(after, after), [])
})

t.test('two lines for one job are damage', async (t) => {
  const text = serialiseState(applyChanges(stateOf({}), [SET]))
  const line = text.split('\n').find((one) => one.includes('"IotJob/kiosks"'))!
  t.match(parseState(text.replace(line, `${line},\n${line}`)), { problem: { code: 'STATE_DAMAGED' } })
})
