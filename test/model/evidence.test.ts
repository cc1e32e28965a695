import t from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import {
  computeEarliestCreation,
  getFirstSendTime,
  type IdentityVerdict,
  isBefore,
  judgeIdentity,
  judgeMark,
  readMark,
} from '../../src/model/evidence.ts'
import type { Live } from '../../src/model/live.ts'
import { refreshRecord } from '../../src/model/record.ts'
import type { SettledRecord } from '../../src/model/state.ts'
import { liveOf, REQUESTS, recordOf } from '../plan/world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const LINEAGE = '4f0c9d1e-8a52-4d2b-9c7d-6f2f3b0a1c5e'
const CREATED = '2026-11-15T08:50:05Z'
const LATER = '2026-11-15T08:50:06Z'
const WINDOW = { from: '2026-11-15T08:50:04Z', to: '2026-11-15T08:50:08Z' }
const OWN = `4f0c9d1e-8a5 ${REBOOT}:1.1`
const KIN = '4f0c9d1e-8a5 IotJob/kiosk-night:1.1'
const OTHER = `0123456789ab ${REBOOT}:1.1`
const [CELLAR, ATTIC] = [
  'arn:aws:iot:eu-west-1:123456789012:thing/cellar',
  'arn:aws:iot:eu-west-1:123456789012:thing/attic',
]
const elsewhere = { request: { targets: [CELLAR] } }
const doing = (members: object) => ({ request: { ...REQUESTS['IotJob'], ...members } })

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
  ['the recorded second', { identity: { createdAt: '2026-11-15T08:50:05.900Z', source: 'read' } }, {}, 'same'],
  ['our mark, without a creation time', {}, { createdAt: undefined, mark: OWN }, 'same'],
  ['the mark of another of our specs, without a creation time', {}, { createdAt: undefined, mark: KIN }, 'same'],
  ['the mark of another state, without a creation time', {}, { createdAt: undefined, mark: OTHER }, 'unproven'],
  ['our mark, whatever the request', {}, { mark: OWN, ...elsewhere }, 'same'],
  ['the mark of another of our specs, whatever the request', {}, { mark: KIN, ...elsewhere }, 'same'],
  ['the mark of another state', {}, { mark: OTHER }, 'other'],
  ['the mark of another state, on a job that was adopted', { how: 'adopted' }, { mark: OTHER }, 'same'],
  [
    'our mark, under the recorded ID with another time',
    { identity: { createdAt: LATER, source: 'read' } },
    { mark: OWN },
    'other',
  ],
  ['a time within the window, whatever the request', { window: WINDOW }, elsewhere, 'same'],
  ['2 s before the window', { window: WINDOW }, { createdAt: '2026-11-15T08:50:02Z', ...elsewhere }, 'same'],
  ['3 s before the window', { window: WINDOW }, { createdAt: '2026-11-15T08:50:01Z', mark: OWN }, 'other'],
  ['the last second of the window', { window: WINDOW }, { createdAt: '2026-11-15T08:50:08Z', ...elsewhere }, 'same'],
  [
    '1 s after the window, another request',
    { window: WINDOW },
    { createdAt: '2026-11-15T08:50:09Z', ...elsewhere },
    'other',
  ],
  ['2 s after the window, the request', { window: WINDOW }, { createdAt: '2026-11-15T08:50:10Z' }, 'same'],
  [
    '2 s after the window, without the mark that our create asked for',
    { window: { ...WINDOW, marked: true } },
    { createdAt: '2026-11-15T08:50:10Z', markRead: 'succeeded' },
    'unproven',
  ],
  [
    '2 s after the window, with a mark that may not be read',
    { window: { ...WINDOW, marked: true } },
    { createdAt: '2026-11-15T08:50:10Z', markRead: 'refused' },
    'same',
  ],
  [
    '2 s after the window, with our mark',
    { window: { ...WINDOW, marked: true } },
    { createdAt: '2026-11-15T08:50:10Z', markRead: 'succeeded', mark: OWN },
    'same',
  ],
  [
    'within the window, without the mark that our create asked for',
    { window: { ...WINDOW, marked: true } },
    { markRead: 'succeeded' },
    'same',
  ],
  ['3 s after the window, our mark', { window: WINDOW }, { createdAt: '2026-11-15T08:50:11Z', mark: OWN }, 'other'],
  ['5 min after the record', { createdAt: CREATED }, { createdAt: '2026-11-15T08:55:05Z' }, 'same'],
  ['more than 5 min after the record', { createdAt: CREATED }, { createdAt: '2026-11-15T08:55:06Z' }, 'other'],
  ['5 min before the record', { createdAt: CREATED }, { createdAt: '2026-11-15T08:45:05Z' }, 'same'],
  ['more than 5 min before the record', { createdAt: CREATED }, { createdAt: '2026-11-15T08:45:04Z' }, 'other'],
  ['a setting that a person changed since', doing({ description: 'tonight' }), doing({ description: 'now' }), 'same'],
  ['a target that was added since', doing({ targets: [CELLAR] }), doing({ targets: [ATTIC, CELLAR] }), 'same'],
  ['a target less', doing({ targets: [CELLAR, ATTIC] }), doing({ targets: [CELLAR] }), 'other'],
  [
    'one target of two that is another',
    doing({ targets: [CELLAR, ATTIC] }),
    doing({ targets: [CELLAR, CELLAR] }),
    'other',
  ],
  ['no targets', {}, { request: { document: { operation: 'reboot' } } }, 'other'],
  [
    'another document',
    doing({ document: { operation: 'reboot' } }),
    doing({ document: { operation: 'wipe' } }),
    'other',
  ],
]

for (const [name, record, live, is] of READS) {
  t.test(`${name}: ${is}`, (t) => {
    const settled = recordOf(REBOOT, record as Partial<SettledRecord>) as SettledRecord
    t.equal(judgeIdentity(settled, liveOf(REBOOT, live), getModel('IotJob'), LINEAGE).is, is)
    t.end()
  })
}

t.test('a job just after the answer to its create is not proven before its tag is read', (t) => {
  const settled = recordOf(REBOOT, { window: { ...WINDOW, marked: true } }) as SettledRecord
  const identity = { createdAt: '2026-11-15T08:50:10Z', source: 'read' }
  const read = (live: Partial<Live>) =>
    judgeIdentity(settled, liveOf(REBOOT, { createdAt: identity.createdAt, ...live }), getModel('IotJob'), LINEAGE)
  t.strictSame(read({}), { is: 'same' })
  t.strictSame(read({ markRead: 'succeeded', mark: OWN }), { is: 'same', identity })
  t.strictSame(read({ markRead: 'refused' }), { is: 'same', identity }, 'nothing more will ever be known')
  t.end()
})

t.test('a job that AWS named is the one of its ID, whatever else AWS shows', (t) => {
  const settled = recordOf('DataExchangeJob/prices', { id: 'a'.repeat(32) }) as SettledRecord
  const live = liveOf('DataExchangeJob/prices', { createdAt: undefined, request: undefined })
  t.equal(judgeIdentity(settled, live, getModel('DataExchangeJob'), LINEAGE).is, 'same')
  const dated = { ...live, createdAt: CREATED, mark: OTHER }
  t.strictSame(judgeIdentity(settled, dated, getModel('DataExchangeJob'), LINEAGE), {
    is: 'same',
    identity: { createdAt: CREATED, source: 'read' },
  })
  t.end()
})

t.test('a verdict says why, and what may be recorded', async (t) => {
  const verdict = (record: Partial<SettledRecord>, live: Partial<Live>) => judged(record, live, LINEAGE)
  const judged = (record: Partial<SettledRecord>, live: Partial<Live>, lineage: string | undefined) =>
    judgeIdentity(
      recordOf(REBOOT, record as Partial<SettledRecord>) as SettledRecord,
      liveOf(REBOOT, live),
      getModel('IotJob'),
      lineage,
    )
  const identity = { createdAt: CREATED, source: 'read' as const }
  const known = { createdAt: '2026-11-15T08:50:05.900Z', source: 'answer' as const }
  t.strictSame(verdict({}, {}), { is: 'same', identity })
  t.strictSame(verdict({ window: WINDOW }, {}), { is: 'same', identity })
  t.strictSame(verdict({}, { mark: OWN, request: undefined }), { is: 'same', identity })
  t.strictSame(verdict({ identity: known }, {}), { is: 'same', identity: known }, 'what is on record stays')
  t.strictSame(verdict({ identity: known }, { createdAt: undefined, mark: OWN }), { is: 'same', identity: known })
  t.match(verdict({}, { createdAt: undefined }), { why: 'AWS does not show when it was created' })
  t.match(verdict({ identity: { ...known, createdAt: LATER } }, {}), {
    why: `it was created ${CREATED}, and the recorded job ${LATER}`,
  })
  t.match(verdict({ window: WINDOW }, { createdAt: '2026-11-15T08:40:00Z' }), {
    why: `it was created 2026-11-15T08:40:00Z, and the recorded job by ${WINDOW.to}`,
  })
  t.match(verdict({}, { mark: OTHER }), { why: 'it carries the mark of another state' })
  t.match(judged({}, { mark: OWN, ...elsewhere }, undefined), { is: 'other' }, 'without a lineage no mark is ours')
  t.match(verdict({ createdAt: '2026-11-15T08:00:00Z' }, {}), {
    why: `it was created ${CREATED}, and the recorded job about 2026-11-15T08:00:00Z`,
  })
  t.match(verdict({}, { request: undefined }), { why: 'AWS does not show what it does' })
  t.match(verdict({}, elsewhere), { why: 'its request differs' })
  const late = { createdAt: '2026-11-15T08:50:09Z', markRead: 'succeeded' } as const
  t.match(verdict({ window: { ...WINDOW, marked: true } }, late), {
    why: 'it does not carry the tag that our create asked for',
  })
})

t.test('a mark is ours by lineage, address and run alone', async (t) => {
  const owner = { lineage: LINEAGE, address: REBOOT, run: 1 }
  t.equal(judgeMark({ mark: OWN }, owner), 'own')
  t.equal(judgeMark({ marker: OWN.replace(':', '#') }, owner), 'own')
  t.equal(judgeMark({ mark: OWN.replace(':1.1', ':1.7') }, owner), 'own', 'any attempt of the run')
  t.equal(judgeMark({ mark: OWN.replace(':1.', ':2.') }, owner), 'kin')
  t.equal(judgeMark({ mark: KIN }, owner), 'kin')
  t.equal(judgeMark({ mark: OTHER }, owner), 'other')
  t.equal(judgeMark({ mark: 'owned by Ann' }, owner), 'none')
  t.equal(judgeMark({}, owner), 'none')
  t.equal(readMark({ mark: OWN, marker: OTHER })?.lineage, '4f0c9d1e-8a5', 'a tag that was read comes first')
})

t.test('what was created before an attempt could create it is not its job', async (t) => {
  const at = '2026-11-15T08:50:00Z'
  const isOlder = (intent: object, createdAt?: string) => isBefore({ at, ...intent }, { createdAt })
  t.equal(isOlder({}), false, 'AWS does not tell')
  t.equal(isOlder({}, '2026-11-15T08:48:59Z'), true, 'our clock may be a minute off')
  t.equal(isOlder({}, '2026-11-15T08:49:00Z'), false)
  const awsAt = '2026-11-15T08:50:30Z'
  t.equal(isOlder({ awsAt }, '2026-11-15T08:50:27Z'), true, 'AWS’s own clock is 2 s off at most')
  t.equal(isOlder({ awsAt }, '2026-11-15T08:50:28Z'), false)
  const firstAt = '2026-11-15T08:20:00Z'
  t.equal(isOlder({ awsAt, firstAt }, '2026-11-15T08:19:57Z'), true, 'an earlier attempt may have created it')
  t.equal(isOlder({ awsAt, firstAt }, '2026-11-15T08:19:58Z'), false)
})

t.test('every attempt of a run knows from when the first one may have created a job', async (t) => {
  const at = '2026-11-15T08:50:00Z'
  t.equal(getFirstSendTime({ at }), '2026-11-15T08:49:00Z')
  t.equal(getFirstSendTime({ at, awsAt: '2026-11-15T08:50:30Z' }), '2026-11-15T08:50:30Z')
  t.equal(getFirstSendTime({ at, awsAt: at, firstAt: CREATED }), CREATED)
  t.equal(computeEarliestCreation({ at }), Date.parse('2026-11-15T08:49:00Z'))
})

t.test('the identity on record is never overwritten by a later read', async (t) => {
  const answered = { createdAt: CREATED, source: 'answer' } as const
  const read = { createdAt: LATER, source: 'read' } as const
  const condition = { type: 'InProgress' } as const
  const after = (record: Partial<SettledRecord>) =>
    refreshRecord(
      recordOf(REBOOT, record as Partial<SettledRecord>) as SettledRecord,
      liveOf(REBOOT),
      condition,
      0,
      read,
    ).identity
  t.strictSame(after({ identity: answered }), answered)
  t.strictSame(after({}), read)
})
