import t from 'tap'
import { getModel } from '../../../src/kinds/index.ts'
import type { Address } from '../../../src/model/address.ts'
import { formatAttempt } from '../../../src/model/attempt-name.ts'
import type { Live } from '../../../src/model/live.ts'
import type { Lookalikes } from '../../../src/model/observed.ts'
import { emptyState, type JobRecord } from '../../../src/model/state.ts'
import {
  type AuditInput,
  findDuplicates,
  listAuditedAddresses,
  listDuplicateNeeds,
  listReadAddresses,
} from '../../../src/plan/questions/duplicates.ts'
import { DONE, liveOf, OTHER_SITE, recordOf, specOf, unknownOf } from '../world.ts'

const READERS = 'PinpointExportJob/readers'
const ALSO = 'PinpointExportJob/also'
const DISK = 'ImportExportJob/archive'
const OTHER_DISK = 'ImportExportJob/other'

/** Two kinds whose second job would run, on record since this morning, and one of each other kind. */
const RECORDS: Readonly<Record<Address, JobRecord>> = {
  [READERS]: recordOf(READERS, { createdAt: '2026-11-15T08:50:05Z' }),
  [DISK]: recordOf(DISK, { createdAt: '2026-11-15T08:50:05Z' }),
  'IotJob/kiosks': recordOf('IotJob/kiosks'),
  'MediaPackageHarvestJob/final': recordOf('MediaPackageHarvestJob/final'),
  'DataExchangeJob/prices': recordOf('DataExchangeJob/prices'),
}

function input(facts: Partial<AuditInput> = {}, records = RECORDS): AuditInput {
  return {
    specs: (Object.keys(records) as Address[]).map((address) => specOf(address)),
    modelOf: getModel,
    state: { ...emptyState('kiosk-fleet', '2026-11-01T00:00:00Z'), records },
    before: {},
    currentAt: Date.parse('2026-11-15T09:00:00Z'),
    ...facts,
  }
}

const mark = (address: Address, run = 1, lineage = 'kiosk-fleet'): string =>
  formatAttempt({ lineage, address, run, attempt: 1 })

/** The IDs of second jobs where every list shows these. */
function found(given: AuditInput, ...jobs: Live[]): string[] | undefined {
  const listed: Lookalikes = { is: 'listed', jobs }
  const alike = new Map(listDuplicateNeeds(given).map(({ address, kind }) => [address, fit(listed, kind)]))
  return findDuplicates(given, { alike })?.map(({ address, live }) => `${address} ${live.id}`)
}

/** What a list of a kind shows: its own jobs alone. */
function fit(listed: Extract<Lookalikes, { is: 'listed' }>, kind: string): Lookalikes {
  return { is: 'listed', jobs: listed.jobs.filter(({ arn }) => arn === undefined || arn === kind) }
}

const readers = (facts: Partial<Live> = {}): Live =>
  liveOf(READERS, { id: 'second', arn: 'PinpointExportJob', ...facts })
const disk = (facts: Partial<Live> = {}): Live => liveOf(DISK, { id: 'second', arn: 'ImportExportJob', ...facts })

t.test('an audit lists the kinds whose second job would run, back to a day before each of their jobs', (t) => {
  t.same(
    listDuplicateNeeds(input()).map(({ address, since, id, definition }) => [address, since, id, definition]),
    [
      [READERS, '2026-11-14T08:50:05Z', undefined, true],
      [DISK, '2026-11-14T08:50:05Z', undefined, true],
    ],
  )
  const young = input({ state: { ...emptyState('kiosk-fleet', '2026-11-15T08:00:00Z'), records: RECORDS } })
  t.same(
    listDuplicateNeeds(young).map(({ since }) => since),
    ['2026-11-15T07:45:00Z', '2026-11-15T07:45:00Z'],
    'but no further than the state goes, by a clock that may be as far ahead as AWS lets it be',
  )
  t.same(
    listDuplicateNeeds(input({ before: { [READERS]: recordOf(READERS, DONE), [DISK]: recordOf(DISK, DONE) } })),
    [],
  )
  t.same(
    listDuplicateNeeds(input({}, { [READERS]: unknownOf(READERS) })),
    [],
    'what is not settled is resolved elsewhere',
  )
  t.end()
})

t.test('a job on no record that does the same, or carries the mark of the same run, is a second one', (t) => {
  t.same(found(input(), readers()), [`${READERS} second`])
  t.same(found(input(), disk({ marker: mark(DISK), request: { JobType: 'Export' } })), [`${DISK} second`])
  t.end()
})

t.test('other jobs are none', (t) => {
  const none: Readonly<Record<string, Live>> = {
    'the job on record': readers({ id: 'readers' }),
    'one that does something else': readers({ request: { ApplicationId: 'newsletter' } }),
    'one of which AWS does not show what it does': liveOf(READERS, { id: 'second', request: undefined } as never),
    'one made long before': readers({ createdAt: '2026-11-13T08:50:05Z' }),
    'one made after the state was read: it may be another run’s': readers({ createdAt: '2026-11-15T09:00:01Z' }),
    'one of another run': disk({ marker: mark(DISK, 2) }),
    'one of another spec': disk({ marker: mark('ImportExportJob/other') }),
    'one of another state': disk({ marker: mark(DISK, 1, 'other-fleet') }),
  }
  for (const [name, live] of Object.entries(none)) t.same(found(input(), live), [], name)
  const past = { run: 1, id: 'second', status: 'COMPLETED' }
  const rerun = { ...RECORDS, [READERS]: { ...RECORDS[READERS]!, run: 2, history: [past] } }
  t.same(found(input({}, rerun), readers()), [], 'the job of an earlier run')
  t.end()
})

t.test('a job that a person called foreign is no second one, and no policy excuses any', (t) => {
  const specs = [specOf(READERS, { policy: { allowIdentical: true } }), specOf(DISK)]
  t.same(found(input({ specs }), readers())?.length, 1, 'allowIdentical is about specs')
  const foreign = { 'PinpointExportJob aws/123456789012/eu-west-1 second': '2026-11-15T08:59:00Z' }
  const given = input({ specs })
  t.same(found({ ...given, state: { ...(given.state ?? emptyState('night')), foreign } }, readers()), [])
  t.end()
})

t.test('a duplicate is reported once, with the place of its spec and a way out', (t) => {
  const both = { [READERS]: RECORDS[READERS]!, 'PinpointExportJob/also': RECORDS[READERS]! }
  const given = input({ specs: [specOf(READERS)] }, both)
  const listed: Lookalikes = { is: 'listed', jobs: [readers()] }
  const told = findDuplicates(given, {
    alike: new Map(listDuplicateNeeds(given).map(({ address }) => [address, listed])),
  })
  t.equal(told?.length, 1)
  t.match(told?.[0]?.diagnostic, {
    severity: 'warning',
    code: 'PLAN_TWIN',
    address: READERS,
    message: `${READERS}: Amazon Pinpoint job second (IN_PROGRESS, created 2026-11-15 08:50 UTC) is not on record, but has the same request as the recorded job readers`,
    remedies: [{}, {}],
    place: specOf(READERS).place,
  })
  const withoutSpec = { ...given, specs: [] }
  const orphan = findDuplicates(withoutSpec, {
    alike: new Map([
      [READERS, listed],
      [ALSO, listed],
    ]),
  })
  t.equal(orphan?.[0]?.diagnostic.place, undefined, 'its spec was removed')
  t.end()
})

t.test('a job whose spec was withdrawn before the run is not audited: its end would never be read', (t) => {
  const withdrawn = { ...RECORDS[READERS]!, withdrawn: '2026-11-15T08:55:00Z' }
  const records = { ...RECORDS, [READERS]: withdrawn }
  t.same(
    listDuplicateNeeds(input({ before: records }, records)).map(({ address }) => address),
    [DISK],
  )
  t.same(listDuplicateNeeds(input({ before: RECORDS }, records)).length, 2, 'but in the run that withdraws it')
  t.same(listDuplicateNeeds(input({ before: records })).length, 2, 'and in the run that restores its spec')
  t.end()
})

t.test('a cancelled duplicate is not reported', (t) => {
  t.same(found(input(), disk({ status: 'Created' })), [`${DISK} second`])
  t.same(found(input(), disk({ status: 'Canceled' })), [])
  t.end()
})

t.test('our own mark is a duplicate whatever a person said, and so is no look-alike of an unknown create', (t) => {
  const foreign = { 'ImportExportJob aws/123456789012/* second': '2026-11-15T08:59:00Z' }
  const excused = { state: { ...emptyState('kiosk-fleet', '2026-11-01T00:00:00Z'), records: RECORDS, foreign } }
  t.same(found(input(excused), disk({ marker: mark(DISK) })), [`${DISK} second`])
  t.same(found(input(excused), disk()), [])
  const beside = (facts: Partial<JobRecord> = {}) => input({}, { ...RECORDS, [ALSO]: unknownOf(ALSO, {}, facts) })
  t.same(found(beside(), readers()), [], 'an identical create that is unknown may have made it')
  t.same(found(beside({ site: OTHER_SITE }), readers()), [`${READERS} second`], 'not at another site')
  t.same(found(beside({ request: {} }), readers()), [`${READERS} second`], 'nor for another request')
  const settled = input({ before: { [ALSO]: recordOf(ALSO, DONE) } }, { ...RECORDS, [ALSO]: recordOf(ALSO, DONE) })
  t.same(found(settled, readers()), [`${READERS} second`], 'nor once it is settled')
  const marked = input({}, { ...RECORDS, [OTHER_DISK]: unknownOf(OTHER_DISK) })
  t.same(found(marked, disk({ marker: mark(DISK) })), [`${DISK} second`], 'our own mark says whose it is')
  t.end()
})

t.test(
  'an audit looks from a day before a job, or from where the state begins, up to when the state was current',
  (t) => {
    const at = (createdAt: string) => found(input(), readers({ createdAt }))?.length
    t.equal(at('2026-11-14T08:50:05Z'), 1)
    t.equal(at('2026-11-14T08:50:04Z'), 0)
    t.equal(at('2026-11-15T09:00:00Z'), 1)
    t.equal(found(input(), readers({ createdAt: undefined } as never))?.length, 0, 'AWS does not tell when')
    const undated = input({}, { [READERS]: recordOf(READERS) })
    t.equal(listDuplicateNeeds(undated)[0]?.since, '2026-10-31T23:45:00Z')
    t.end()
  },
)

t.test('a job that ended before the run is audited while a duplicate of it is open', (t) => {
  const records = { [DISK]: recordOf(DISK, DONE) }
  const looked = (notes: readonly object[], before: Readonly<Record<Address, JobRecord>> = records) =>
    listAuditedAddresses(
      input({
        before,
        state: { ...emptyState('kiosk-fleet'), records, attention: { [DISK]: notes } as never },
      }),
    ).length
  const note = { run: 1, finding: 'duplicate:second', seen: '2026-11-15T08:55:00Z' }
  t.equal(looked([]), 0)
  t.equal(looked([note]), 1)
  t.strictSame(listAuditedAddresses(input()), [READERS, DISK])
  t.equal(looked([{ ...note, acknowledged: '2026-11-15T08:56:00Z' }]), 0)
  t.equal(looked([{ ...note, run: 2 }]), 0)
  t.equal(looked([{ ...note, finding: 'failed' }]), 0)
  t.equal(looked([], { [DISK]: recordOf(DISK, { ...DONE, run: 7 }) }), 1, 'it was over in another run')
  t.equal(looked([], { [DISK]: recordOf(DISK) }), 1, 'it was not over')
  t.equal(looked([], {}), 1, 'it was not there')
  t.end()
})

t.test('a job that ended before the run is audited until a run has looked since its end', (t) => {
  const records = { [DISK]: recordOf(DISK, { ...DONE, unaudited: true }) }
  t.same(listAuditedAddresses(input({ before: records }, records)), [DISK])
  t.same(found(input({ before: records }, records), disk()), [`${DISK} second`])
  t.end()
})

t.test('a duplicate with our mark says so, and how to leave it', (t) => {
  const given = input()
  const alike = new Map(
    listDuplicateNeeds(given).map(({ address }) => [address, { is: 'listed', jobs: [] } as Lookalikes]),
  )
  const told = (live: Live, address: Address) =>
    findDuplicates(given, { alike: new Map([...alike, [address, { is: 'listed', jobs: [live] }]]) })?.[0]?.diagnostic
  t.match(told(disk({ marker: mark(DISK) }), DISK), {
    message: /is not on record, but carries a mark of the same run as the recorded job archive$/,
    remedies: [
      { text: 'a proxy may have sent the create twice; end the unwanted job in AWS, if AWS can stop it' },
      { text: 'to leave it as it is', command: ['jobwright', 'acknowledge', DISK] },
    ],
  })
  t.strictSame(told(readers(), READERS)?.remedies?.[1], {
    text: 'if somebody else created it',
    command: ['jobwright', 'resolve', READERS, '--foreign', 'second'],
  })
  t.end()
})

t.test('where a list cannot be read nothing is known', (t) => {
  const problem = { class: 'outage', name: 'InternalFailure', message: 'try again' } as const
  const alike = new Map(listDuplicateNeeds(input()).map(({ address }) => [address, { is: 'failed', problem } as const]))
  t.equal(findDuplicates(input(), { alike }), undefined)
  t.equal(findDuplicates(input(), { alike: new Map() }), undefined, 'nothing was read')
  t.end()
})

t.test('a list that cannot be read hides no duplicate of another list', (t) => {
  const problem = { class: 'auth', name: 'AccessDeniedException', message: 'no' } as const
  const showing = (...jobs: Live[]) => ({
    alike: new Map<Address, Lookalikes>([
      [READERS, { is: 'failed', problem }],
      [DISK, { is: 'listed', jobs }],
    ]),
  })
  t.match(findDuplicates(input(), showing(disk())), [{ address: DISK, live: { id: 'second' } }])
  t.equal(findDuplicates(input(), showing()), undefined, 'one may be where nobody could look')
  t.same(listReadAddresses(input(), showing()), [DISK])
  t.end()
})
