import t from 'tap'
import { modelOf } from '../../src/kinds/models.ts'
import type { Address } from '../../src/model/address.ts'
import { attemptName } from '../../src/model/attempt-name.ts'
import type { Live } from '../../src/model/live.ts'
import type { Lookalikes } from '../../src/model/observed.ts'
import { emptyState, type JobRecord } from '../../src/model/state.ts'
import { type AuditInput, twinNeeds, twins } from '../../src/plan/twins.ts'
import { DONE, liveOf, recordOf, specOf, unknownOf } from './world.ts'

const READERS = 'PinpointExportJob/readers'
const DISK = 'ImportExportJob/archive'

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
    modelOf,
    state: { ...emptyState('kiosk-fleet', '2026-11-01T00:00:00Z'), records },
    before: {},
    currentAt: Date.parse('2026-11-15T09:00:00Z'),
    ...facts,
  }
}

const mark = (address: Address, run = 1, lineage = 'kiosk-fleet'): string =>
  attemptName({ lineage, address, run, attempt: 1 })

/** The IDs of second jobs where every list shows these. */
function found(given: AuditInput, ...jobs: Live[]): string[] | undefined {
  const listed: Lookalikes = { is: 'listed', jobs }
  const alike = new Map(twinNeeds(given).map(({ address, kind }) => [address, fit(listed, kind)]))
  return twins(given, { alike })?.map(({ address, live }) => `${address} ${live.id}`)
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
    twinNeeds(input()).map(({ address, since, id }) => [address, since, id]),
    [
      [READERS, '2026-11-14T08:50:05Z', undefined],
      [DISK, '2026-11-14T08:50:05Z', undefined],
    ],
  )
  const young = input({ state: { ...emptyState('kiosk-fleet', '2026-11-15T08:00:00Z'), records: RECORDS } })
  t.same(
    twinNeeds(young).map(({ since }) => since),
    ['2026-11-15T07:45:00Z', '2026-11-15T07:45:00Z'],
    'but no further than the state goes, by a clock that may be as far ahead as AWS lets it be',
  )
  t.same(twinNeeds(input({ before: { [READERS]: recordOf(READERS, DONE), [DISK]: recordOf(DISK, DONE) } })), [])
  t.same(twinNeeds(input({}, { [READERS]: unknownOf(READERS) })), [], 'what is not settled is resolved elsewhere')
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
    'one of which AWS does not tell what it does': liveOf(READERS, { id: 'second', request: undefined } as never),
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

t.test('a second job is told of once, with where its spec stands and a way out', (t) => {
  const both = { [READERS]: RECORDS[READERS]!, 'PinpointExportJob/also': RECORDS[READERS]! }
  const given = input({ specs: [specOf(READERS)] }, both)
  const listed: Lookalikes = { is: 'listed', jobs: [readers()] }
  const told = twins(given, { alike: new Map(twinNeeds(given).map(({ address }) => [address, listed])) })
  t.equal(told?.length, 1)
  t.match(told?.[0]?.diagnostic, {
    severity: 'warning',
    code: 'PLAN_TWIN',
    address: READERS,
    message: `${READERS}: Amazon Pinpoint job second (IN_PROGRESS, created 2026-11-15 08:50 UTC) is on no record, and does just the same, beside its job readers`,
    remedies: [{}, {}],
    place: specOf(READERS).place,
  })
  t.end()
})

t.test('a job whose spec was withdrawn before the run is not looked at: nobody would ever see its end', (t) => {
  const withdrawn = { ...RECORDS[READERS]!, withdrawn: '2026-11-15T08:55:00Z' }
  const records = { ...RECORDS, [READERS]: withdrawn }
  t.same(
    twinNeeds(input({ before: records }, records)).map(({ address }) => address),
    [DISK],
  )
  t.same(twinNeeds(input({ before: RECORDS }, records)).length, 2, 'but in the run that withdraws it')
  t.end()
})

t.test('where a list cannot be read nothing is known', (t) => {
  const problem = { class: 'outage', name: 'InternalFailure', message: 'try again' } as const
  const alike = new Map(twinNeeds(input()).map(({ address }) => [address, { is: 'failed', problem } as const]))
  t.equal(twins(input(), { alike }), undefined)
  t.end()
})
