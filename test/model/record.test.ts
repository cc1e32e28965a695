import t from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import { formatAttempt, formatAttemptTag, parseAttempt, shortenLineage } from '../../src/model/attempt-name.ts'
import { findDeviations, getDefinitionKey, isJobOf } from '../../src/model/deviations.ts'
import { judgeIdentity } from '../../src/model/evidence.ts'
import type { Live } from '../../src/model/live.ts'
import {
  createAdoptedRecord,
  extendAttempts,
  extendHistory,
  isDownloadDue,
  refreshRecord,
  refreshWithStage,
} from '../../src/model/record.ts'
import type { JobRecord, OpenRecord, SettledRecord } from '../../src/model/state.ts'
import { liveOf, OTHER_SITE, REQUESTS, recordOf, SITE, unknownOf } from '../plan/world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const LINEAGE = '4f0c9d1e-8a52-4d2b-9c7d-6f2f3b0a1c5e'
const CREATED = '2026-11-15T08:50:05Z'
const NOW = Date.parse('2026-11-15T09:00:00Z')
const RUNNING = { type: 'InProgress' } as const
const DONE = { type: 'Succeeded' } as const
const record = (facts: Partial<JobRecord> = {}): SettledRecord => recordOf(REBOOT, facts) as SettledRecord
const read = (facts: Partial<JobRecord>, live: Partial<Live> = {}, condition: typeof RUNNING | typeof DONE = RUNNING) =>
  refreshRecord(record(facts), liveOf(REBOOT, live), condition, NOW)

t.test('a read renews what changes, and keeps what it does not show', async (t) => {
  const known = {
    arn: 'arn:old',
    counts: { queued: 1 },
    createdAt: '2026-11-15T08:50:00Z',
    lost: true,
    archived: true,
  } as const
  const silent = read(known, { createdAt: undefined, arn: undefined, counts: undefined })
  t.match(silent, { arn: 'arn:old', counts: { queued: 1 }, createdAt: '2026-11-15T08:50:00Z', status: 'IN_PROGRESS' })
  t.equal('lost' in silent, false)
  t.equal('archived' in silent, false)
  const loud = read(
    { ...known, identity: { createdAt: CREATED, source: 'read' } },
    { arn: 'arn:new', counts: { queued: 2 }, status: 'COMPLETED' },
    DONE,
  )
  t.match(loud, { arn: 'arn:new', counts: { queued: 2 }, createdAt: CREATED, status: 'COMPLETED', condition: DONE })
})

t.test('a job has ended when AWS says, or else when that was seen first', async (t) => {
  t.equal(read({}, {}, DONE).finishedAt, '2026-11-15T09:00:00Z')
  t.equal(read({}, { finishedAt: '2026-11-15T08:58:00Z' }, DONE).finishedAt, '2026-11-15T08:58:00Z')
  t.equal(read({ finishedAt: '2026-11-15T08:59:00Z' }, {}, DONE).finishedAt, '2026-11-15T08:59:00Z')
  t.equal(read({}, { finishedAt: '2026-11-15T08:58:00Z' }).finishedAt, undefined, 'not while it runs')
  t.equal(read({ finishedAt: '2026-11-15T08:59:00Z' }).finishedAt, '2026-11-15T08:59:00Z')
})

t.test('the window of a create is dropped once a read proves the job', async (t) => {
  const window = { from: CREATED, to: CREATED }
  const identity = { createdAt: CREATED, source: 'read' } as const
  t.equal(refreshRecord(record({ window }), liveOf(REBOOT), RUNNING, NOW, identity).window, undefined)
  t.strictSame(read({ window }, { createdAt: undefined }).window, window)
  t.strictSame(read({ window }).window, window, 'a creation time alone proves nothing')
  t.equal(read({ window, identity }, { createdAt: undefined }).window, undefined)
})

t.test(
  'a read that proves nothing leaves the recorded times, so that later reads are compared with them',
  async (t) => {
    const window = { from: '2026-11-15T08:50:00Z', to: '2026-11-15T08:50:04Z', marked: true } as const
    const own = record({ createdAt: '2026-11-15T08:50:01Z', window })
    const bare = liveOf(REBOOT, { createdAt: '2026-11-15T08:50:06Z', request: undefined })
    const verdict = judgeIdentity(own, bare, getModel('IotJob'), LINEAGE)
    t.equal(verdict.is, 'unproven')
    const next = refreshRecord(own, bare, RUNNING, NOW, own.identity)
    t.match(next, { createdAt: '2026-11-15T08:50:01Z', identity: undefined, window })
    const unmarked = { ...bare, request: own.request, markRead: 'succeeded' } as const
    t.equal(judgeIdentity(next, unmarked, getModel('IotJob'), LINEAGE).is, 'unproven')
    const late = { ...unmarked, createdAt: '2026-11-15T08:50:07Z' }
    t.equal(judgeIdentity(next, late, getModel('IotJob'), LINEAGE).is, 'other', 'the window still bounds it')
  },
)

t.test('only a job that waits for its start changes its stage', async (t) => {
  const stage = (own: 'created' | 'started', seen: 'created' | 'started') =>
    refreshWithStage(record({ stage: own } as Partial<JobRecord>), liveOf(REBOOT), seen, RUNNING, NOW).stage
  t.equal(stage('created', 'started'), 'started')
  t.equal(stage('created', 'created'), 'created')
  t.equal(stage('started', 'created'), 'started')
})

t.test('taking over a job settles its create, and keeps which job that is', async (t) => {
  const open = unknownOf(REBOOT) as OpenRecord
  const taken = createAdoptedRecord(open, liveOf(REBOOT, { id: 'other' }), 'started', RUNNING, NOW)
  t.match(taken, { id: 'other', stage: 'started', identity: { createdAt: CREATED, source: 'read' } })
  t.equal(taken.intent, undefined)
  t.match(createAdoptedRecord(open, liveOf(REBOOT), 'created', RUNNING, NOW, 'answer'), {
    stage: 'created',
    identity: { source: 'answer' },
  })
  t.equal(
    createAdoptedRecord(open, liveOf(REBOOT, { createdAt: undefined }), 'started', RUNNING, NOW).identity,
    undefined,
  )
})

t.test('a superseded run joins the history, with its site where that is another one', async (t) => {
  const old = record({ status: 'COMPLETED', condition: DONE, finishedAt: CREATED })
  const past = { run: 1, id: 'kiosk-reboot', condition: DONE, status: 'COMPLETED', finishedAt: CREATED }
  t.equal(extendHistory(undefined, 1, SITE), undefined)
  t.equal(extendHistory(old, 1, SITE), undefined)
  t.strictSame(extendHistory(old, 2, SITE), [past])
  t.strictSame(extendHistory(old, 2, OTHER_SITE), [{ ...past, site: SITE }])
  const history = [{ run: 0, id: 'first' }]
  t.strictSame(extendHistory({ ...old, history }, 1, SITE), history)
  t.strictSame(extendHistory({ ...old, history }, 2, SITE), [...history, past])
  const elsewhere = [{ run: 0, id: 'first', site: OTHER_SITE }]
  t.strictSame(extendHistory({ ...old, history: elsewhere }, 1, SITE), elsewhere)
  t.strictSame(extendHistory({ ...old, history: elsewhere }, 1, OTHER_SITE), [{ run: 0, id: 'first' }])
})

t.test('an asset is fetched once, of a job that succeeded, to where the spec wants it', async (t) => {
  const download = { file: 'out/prices.csv', isThere: false }
  const due = (facts: object, spec: object = { download }) =>
    isDownloadDue(spec as never, record(facts as Partial<JobRecord>))
  t.equal(due({ condition: DONE }), true)
  t.equal(due({ condition: DONE }, {}), false)
  t.equal(due({ condition: DONE, id: undefined }), false)
  t.equal(due({ condition: RUNNING }), false)
  t.equal(due({ condition: undefined }), false)
  const fetched = (file: string) => ({ condition: DONE, downloaded: { file, bytes: 3, digest: 'sha256:0' } })
  t.equal(due(fetched('out/prices.csv')), false)
  t.equal(due(fetched('out/old.csv')), true)
})

t.test('the name of an attempt is read back as what it was made of, and nothing else is one', async (t) => {
  const attempt = { lineage: '4f0c9d1e-8a52-4d2b', address: REBOOT, run: 12, attempt: 34 } as const
  const mark = { ...attempt, lineage: '4f0c9d1e-8a5' }
  t.equal(shortenLineage(attempt.lineage), mark.lineage)
  t.equal(formatAttempt(attempt), `4f0c9d1e-8a5 ${REBOOT}#12.34`)
  t.equal(formatAttemptTag(attempt), `4f0c9d1e-8a5 ${REBOOT}:12.34`)
  t.strictSame(parseAttempt(formatAttempt(attempt)), mark)
  t.strictSame(parseAttempt(formatAttemptTag(attempt)), mark)
  t.strictSame(parseAttempt('x IotJob/a_B-9#1.1'), { lineage: 'x', address: 'IotJob/a_B-9', run: 1, attempt: 1 })
  for (const text of [
    '',
    `4f0c9d1e-8a52 ${REBOOT}#1.1`,
    ` ${REBOOT}#1.1`,
    `4f0c+ ${REBOOT}#1.1`,
    `4f0c  ${REBOOT}#1.1`,
    '4f0c Iot-Job/a#1.1',
    '4f0c /a#1.1',
    '4f0c IotJob/#1.1',
    '4f0c IotJob/a b#1.1',
    `4f0c ${REBOOT}#1`,
    `4f0c ${REBOOT}#.1`,
    `4f0c ${REBOOT}#1.`,
    `4f0c ${REBOOT}#a.1`,
    `4f0c ${REBOOT}#1.a`,
    `4f0c ${REBOOT}!1.1`,
    `4f0c ${REBOOT}#1x1`,
    `by Ann: 4f0c ${REBOOT}#1.1`,
    `4f0c ${REBOOT}#1.1 again`,
  ])
    t.equal(parseAttempt(text), undefined, text)
})

t.test('requests for different jobs have different index keys, whatever document a read leaves out', async (t) => {
  const model = getModel('IotJob')
  const keyOf = (members: object) => getDefinitionKey({ ...REQUESTS['IotJob'], ...members }, model)
  t.equal(keyOf({ document: { operation: 'wipe' } }), keyOf({}))
  t.not(keyOf({ targets: ['arn:aws:iot:eu-west-1:123456789012:thing/other'] }), keyOf({}))
})

t.test('a job deviates by what the spec asks for; members that AWS never returns are not compared', async (t) => {
  const model = getModel('IotJob')
  const request = REQUESTS['IotJob']!
  const from = (live: object | undefined, asked: object = request) =>
    findDeviations(asked as never, liveOf(REBOOT, { request: live as never }), model).map(({ pointer }) => pointer)
  t.strictSame(from(undefined), [])
  t.strictSame(from(request), [])
  t.strictSame(from({ ...request, description: 'more than was asked for' }), [])
  t.strictSame(from(request, { ...request, description: 'tonight' }), ['/description'])
  t.strictSame(from({ targets: request['targets'] }), [], 'a document that another call tells')
  t.strictSame(from({ document: request['document'] }), ['/targets'])
  const isSame = (live: object | undefined) => isJobOf(request, liveOf(REBOOT, { request: live as never }), model)
  t.equal(isSame(request), true)
  t.equal(isSame({ ...request, description: 'more than was asked for' }), false)
  t.equal(isSame({ document: request['document'] }), false)
  t.equal(isSame(undefined), false)
})

t.test('the times of a create stay on record, and the read that finds its job says when it settled', async (t) => {
  const times = { stored: '2026-11-15T08:50:00Z', sent: '2026-11-15T08:50:02Z' }
  const open = unknownOf(REBOOT, {}, { times }) as OpenRecord
  const found = createAdoptedRecord(open, liveOf(REBOOT), 'started', RUNNING, NOW)
  t.strictSame(found.times, { ...times, settled: '2026-11-15T09:00:00Z' })
  t.strictSame(refreshRecord(found, liveOf(REBOOT), DONE, NOW).times, found.times)
  t.match(extendHistory(found, 2, SITE), [{ run: 1, times: found.times, createdAt: found.createdAt }])
  const older = unknownOf(REBOOT) as OpenRecord
  t.match(createAdoptedRecord(older, liveOf(REBOOT), 'started', RUNNING, NOW).times, {
    stored: older.intent.at,
    sent: undefined,
  })
})

t.test('the latest attempts that created no job stay on record', async (t) => {
  const first = unknownOf(REBOOT) as OpenRecord
  t.match(extendAttempts(first), [{ attempt: 1, stored: first.intent.at, evidence: 'TimeoutError: socket hang up' }])
  const attempts = [1, 2, 3, 4, 5].map((attempt) => ({ attempt }))
  const sixth = unknownOf(REBOOT, { attempt: 6 }, { attempts }) as OpenRecord
  t.same(
    extendAttempts(sixth).map(({ attempt }) => attempt),
    [2, 3, 4, 5, 6],
  )
})
