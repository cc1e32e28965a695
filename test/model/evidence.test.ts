import t from 'tap'
import { modelOf } from '../../src/kinds/models.ts'
import { type IdentityVerdict, judgeIdentity } from '../../src/model/evidence.ts'
import type { Live } from '../../src/model/live.ts'
import type { SettledRecord } from '../../src/model/state.ts'
import { liveOf, recordOf } from '../plan/world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const LINEAGE = '4f0c9d1e-8a52-4d2b-9c7d-6f2f3b0a1c5e'
const CREATED = '2026-11-15T08:50:05Z'
const LATER = '2026-11-15T08:50:06Z'
const WINDOW = { from: '2026-11-15T08:50:04Z', to: '2026-11-15T08:50:08Z' }

/** What is on record, what AWS tells -> what that proves. */
const READS: readonly (readonly [name: string, Partial<SettledRecord>, Partial<Live>, IdentityVerdict['is']])[] = [
  ['the recorded creation time', { identity: { createdAt: CREATED, source: 'read' } }, {}, 'same'],
  ['another creation time', { identity: { createdAt: LATER, source: 'read' } }, {}, 'other'],
  [
    'no creation time, where one is on record',
    { identity: { createdAt: CREATED, source: 'read' } },
    { createdAt: undefined },
    'unproven',
  ],
  ['a creation time within the window of the create', { window: WINDOW }, {}, 'same'],
  ['a creation time before that window', { window: WINDOW }, { createdAt: '2026-11-15T08:40:00Z' }, 'other'],
  ['a creation time after it', { window: WINDOW }, { createdAt: '2026-11-15T08:59:00Z' }, 'other'],
  ['no creation time, where only a window is on record', { window: WINDOW }, { createdAt: undefined }, 'unproven'],
  ['the request, where no time is on record', {}, {}, 'same'],
  ['another request', {}, { request: { targets: ['arn:aws:iot:eu-west-1:123456789012:thing/other'] } }, 'other'],
  ['no request, where only an uncertain time is on record', { createdAt: LATER }, { request: undefined }, 'unproven'],
  ['no request, and no time on record', {}, { request: undefined }, 'unproven'],
]

for (const [name, record, live, is] of READS) {
  t.test(`${name}: ${is}`, (t) => {
    const settled = recordOf(REBOOT, record as Partial<SettledRecord>) as SettledRecord
    t.equal(judgeIdentity(settled, liveOf(REBOOT, live), modelOf('IotJob'), LINEAGE).is, is)
    t.end()
  })
}

t.test('a job that AWS named is the one of its ID, whatever else is told', (t) => {
  const settled = recordOf('DataExchangeJob/prices', { id: 'a'.repeat(32) }) as SettledRecord
  const live = liveOf('DataExchangeJob/prices', { createdAt: undefined, request: undefined })
  t.equal(judgeIdentity(settled, live, modelOf('DataExchangeJob'), LINEAGE).is, 'same')
  t.end()
})
