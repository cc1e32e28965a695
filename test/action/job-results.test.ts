import t from 'tap'
import { type ChangedSpec, judgeResult, type Known } from '../../src/action/job-results.ts'
import type { Address } from '../../src/model/address.ts'
import type { FindingDetail, JobLine, PlannedLine } from '../../src/report/json-lines.ts'

const ADDRESS: Address = 'IotJob/kiosks'
const SPEC = { file: 'specs/kiosks.yaml', line: 1, run: 2, isSeries: false, text: '{}' }

const planned = (action: PlannedLine['action'], reason = 'why'): PlannedLine => ({
  v: 1,
  type: 'planned',
  address: ADDRESS,
  action,
  reason,
})
const job = (more: Partial<JobLine> = {}): JobLine => ({
  v: 1,
  type: 'job',
  address: ADDRESS,
  run: 2,
  id: 'kiosks-r2',
  record: 'started',
  condition: 'InProgress',
  status: 'IN_PROGRESS',
  ...more,
})
const finding = (kind: FindingDetail['kind']) => ({ kind, run: 2, name: kind, message: 'what is wrong' })

t.test('each job of a merged pull request is described, and ends once nothing more will happen', (t) => {
  const cases: [string, Partial<ChangedSpec>, Partial<Known>, string, boolean][] = [
    ['a job in progress', {}, { job: job() }, 'in progress', false],
    ['a job that succeeded', {}, { job: job({ condition: 'Succeeded' }) }, 'succeeded', true],
    ['a job that failed', {}, { job: job({ condition: 'Failed' }), findings: [finding('failed')] }, 'failed', true],
    ['a status that nobody knows', {}, { job: job({ condition: 'Unknown' }) }, 'unknown', false],
    ['an unknown outcome', {}, { job: job({ record: 'settling', condition: undefined }) }, 'settling', false],
    ['a lost job', {}, { job: job(), findings: [finding('lost')] }, 'lost: AWS no longer knows it', true],
    [
      'a finished job whose file is due',
      {},
      { job: job({ condition: 'Succeeded' }), planned: planned('download') },
      'succeeded',
      false,
    ],
    [
      'a job taken as done',
      {},
      { job: job({ id: undefined, condition: undefined }), planned: planned('keep') },
      'taken as done',
      true,
    ],
    ['the run before', {}, { job: job({ run: 1 }), planned: planned('create') }, 'not submitted yet', false],
    ['nothing yet', {}, {}, 'not submitted yet', false],
    ['a job that waits', {}, { planned: planned('waiting', 'waits for it') }, 'waiting: waits for it', false],
    ['a spec on hold', {}, { planned: planned('held', 'policy.hold is true') }, 'held: policy.hold is true', false],
    [
      'a conflict',
      {},
      { planned: planned('conflict'), findings: [finding('conflict')] },
      'conflict: what is wrong',
      false,
    ],
    [
      'an edit of a finished job',
      {},
      { job: job({ condition: 'Succeeded' }), planned: planned('conflict'), findings: [finding('conflict')] },
      'conflict: what is wrong',
      false,
    ],
    ['an acknowledged conflict', {}, { planned: planned('conflict') }, 'conflict: why', true],
    ['an acknowledged expiry', {}, { planned: planned('expired') }, 'expired: why', true],
    [
      'a blocked spec',
      {},
      { planned: planned('blocked'), findings: [finding('blocked')] },
      'blocked: what is wrong',
      false,
    ],
    [
      'an acknowledged blocked spec',
      {},
      { planned: planned('blocked', 'depends on it; acknowledged 2026-11-15 09:00 UTC') },
      'blocked: depends on it; acknowledged 2026-11-15 09:00 UTC',
      true,
    ],
    ['a series', { merged: { ...SPEC, isSeries: true } }, {}, 'it repeats by a schedule', true],
    ['a later edit before the job', { later: 'abc' }, { planned: planned('waiting') }, 'not submitted', true],
    ['a later edit during the job', { later: 'abc' }, { job: job() }, 'in progress', false],
    ['a later edit after the job', { later: 'abc' }, { job: job({ condition: 'Cancelled' }) }, 'cancelled', true],
    ['a later run', { later: 'abc' }, { job: job({ run: 3 }) }, 'run 3 followed', true],
    ['a removal', { merged: undefined }, { job: job({ condition: 'Succeeded' }) }, 'removed', true],
    ['a removal that is due', { merged: undefined }, { job: job(), planned: planned('cancel') }, 'removed: why', false],
    [
      'a removal that was reverted',
      { merged: undefined, later: 'abc' },
      { planned: planned('create') },
      'removed',
      true,
    ],
  ]
  for (const [name, spec, known, words, hasEnded] of cases) {
    const result = judgeResult(
      { address: ADDRESS, merged: SPEC, later: undefined, ...spec },
      { planned: undefined, job: undefined, findings: [], ...known },
    )
    t.match(result, { words, hasEnded }, name)
  }
  t.end()
})
