import t from 'tap'
import type { Planned } from '../../src/model/plan.ts'
import { describeGivingUp } from '../../src/report/gave-up-text.ts'

const NOW = Date.parse('2026-11-20T11:14:00Z')
const on = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(
  (name) => ({ address: `IotJob/${name}`, action: 'create', reason: 'new spec' }) as Planned,
)

t.test('a run that ends before it comes to rest says why, and what it did not do', (t) => {
  const since = '2026-11-20T11:00:00Z'
  const timeout = describeGivingUp({ why: 'timeout', on: on.slice(0, 1), since }, NOW)
  t.match(timeout, {
    code: 'RUN_TIMEOUT',
    message: /^the timeout expired with 1 job not settled: IotJob\/a \(create\);/,
  })
  t.match(timeout.message, /nothing has changed since .* \(14 min\)$/)
  const late = describeGivingUp({ why: 'late', on, since }, NOW)
  t.match(late, {
    code: 'RUN_LATE',
    message: /the lease of the intents expired .* nothing was sent for 7 jobs: IotJob\/a/,
  })
  t.match(late.message, /IotJob\/e \(create\) and 2 more$/)
  t.notMatch(late.message, /timeout/)
  t.end()
})
