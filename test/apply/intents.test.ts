import t from 'tap'
import { chooseCreates, countBudgets, type Intended, intend, type PlacedCreate } from '../../src/apply/intents.ts'
import { getModel } from '../../src/kinds/index.ts'
import { type Address, parseAddress } from '../../src/model/address.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import type { Planned } from '../../src/model/plan.ts'
import { emptyState, type JobRecord, type Site } from '../../src/model/state.ts'
import { NOW, OTHER_SITE, recordOf, SITE, specOf, unknownOf } from '../plan/world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const PRICES = 'DataExchangeJob/prices'
const READERS = 'PinpointExportJob/readers'
const ARCHIVE = 'ImportExportJob/archive'
const LINEAGE = '4f0c9d1e-8a52-4d2b-9c7d-6f2f3b0a1c5e'
const now = Date.parse(NOW)
const LEASE = { at: NOW, leaseUntil: '2026-11-15T09:01:00Z' }

function createOf(address: Address, facts: Partial<PlacedCreate> = {}): PlacedCreate {
  const { name } = parseAddress(address)
  return {
    address,
    spec: specOf(address),
    action: 'create',
    reason: 'new spec',
    attempt: 1,
    site: SITE,
    isTagged: true,
    id: name,
    ...facts,
  } as PlacedCreate
}

function crew(kind: string, size: number, site: Site | undefined = SITE): Planned[] {
  return Array.from({ length: size }, (_, n) => createOf(`${kind}/night-${n}`, { site } as Partial<PlacedCreate>))
}

const chosen = (actions: readonly Planned[], perSecond: number): string[] =>
  chooseCreates(actions, getModel, () => perSecond, DEFAULT_WAITS).map(({ address }) => address)

const intended = (planned: PlacedCreate, awsNow?: number): Intended =>
  intend(planned, getModel(planned.spec.kind), now, DEFAULT_WAITS, LINEAGE, awsNow)

t.test('a pass intends what three quarters of a lease can send, in plan order', async (t) => {
  const actions = crew('IotJob', 50)
  t.strictSame(
    chosen(actions, 1),
    actions.slice(0, 45).map(({ address }) => address),
  )
  t.equal(chosen(actions, 0.5).length, 22, 'whole creates only')
  t.equal(chosen(actions, 0.001).length, 1, 'the slowest lane sends one')
})

t.test('a dry run before the create takes half of the rate', async (t) => {
  t.equal(chosen(crew('ImportExportJob', 50), 1).length, 22)
})

t.test('each service and site has a lease of its own to fill', async (t) => {
  const actions = [...crew('IotJob', 3), ...crew('IotJob', 3, OTHER_SITE), ...crew('PinpointExportJob', 3)]
  t.strictSame(chosen(actions, 0.03), ['IotJob/night-0', 'IotJob/night-0', 'PinpointExportJob/night-0'])
})

t.test('a create whose job starts at once under a name of AWS is to be audited, and no other', async (t) => {
  const isAudited = (address: Address) => intended(createOf(address)).record.unaudited
  const audited = ([REBOOT, PRICES, READERS, ARCHIVE] as const).map(isAudited)
  t.strictSame(audited, [undefined, undefined, true, true])
})

t.test('only creates that have a site are intended', async (t) => {
  const keep = { ...createOf(REBOOT), action: 'keep' } as unknown as Planned
  const offline = { ...createOf(REBOOT), site: undefined } as Planned
  t.strictSame(chosen([keep, offline, createOf(PRICES)], 1), [PRICES])
})

t.test('an intent names the attempt, its lease, its ID and AWS’s time', async (t) => {
  const planned = createOf(REBOOT, { attempt: 2, spec: specOf(REBOOT, { policy: { run: 3, onRemove: 'cancel' } }) })
  const { record, previous, planned: same } = intended(planned, now + 5_000)
  t.strictSame(JSON.parse(JSON.stringify(record)), {
    run: 3,
    site: SITE,
    stage: 'intent',
    how: 'created',
    id: 'kiosk-reboot',
    intent: { attempt: 2, ...LEASE, awsAt: '2026-11-15T09:00:05Z', marker: `4f0c9d1e-8a5 ${REBOOT}:3.2` },
    request: planned.spec.request,
    onRemove: 'cancel',
  })
  t.equal(previous, undefined)
  t.equal(same, planned)
})

t.test(
  'an intent claims no ID that AWS chooses, no mark that no request carries, and no time that AWS did not show',
  async (t) => {
    t.strictSame(JSON.parse(JSON.stringify(intended(createOf(PRICES, { isTagged: false })).record.intent)), {
      attempt: 1,
      ...LEASE,
    })
    t.equal(intended(createOf(PRICES)).record.id, undefined)
    t.equal(intended(createOf(REBOOT, { isTagged: false })).record.intent.marker, undefined)
  },
)

t.test('a kind that is found by its marker carries the name of the attempt, tags or not', async (t) => {
  const { marker } = intended(createOf(ARCHIVE, { isTagged: false, attempt: 4 })).record.intent
  t.equal(marker, `4f0c9d1e-8a5 ${ARCHIVE}#1.4`)
})

t.test('a repeated attempt knows when the first one of its run was sent', async (t) => {
  const first = (previous: JobRecord | undefined, run = 1) =>
    intended(createOf(READERS, { record: previous, spec: specOf(READERS, { policy: { run } }) })).record.intent.firstAt
  const awsAt = '2026-11-15T08:50:02Z'
  t.equal(first(unknownOf(READERS, { awsAt })), awsAt)
  t.equal(first(unknownOf(READERS, { awsAt, firstAt: '2026-11-15T08:20:00Z' })), '2026-11-15T08:20:00Z')
  t.equal(first(unknownOf(READERS, { awsAt }), 2), undefined, 'another run begins anew')
  t.equal(first(recordOf(READERS), 1), undefined, 'a settled record is no attempt')
  t.equal(first(undefined), undefined)
})

t.test('an intent keeps the record before it, and a raised run remembers that one as its past', async (t) => {
  const old = recordOf(REBOOT)
  const { record, previous } = intended(createOf(REBOOT, { record: old, spec: specOf(REBOOT, { policy: { run: 2 } }) }))
  t.equal(previous, old)
  t.match(record.history, [{ run: 1, id: 'kiosk-reboot' }])
})

t.test('what a pass intends is counted for the day, and no more than the day allows', async (t) => {
  const changes = (actions: readonly PlacedCreate[], used?: number) =>
    countBudgets(
      actions.map((one) => intended(one)),
      getModel,
      ({ kind }) => (kind === 'ImportExportJob' ? 3 : undefined),
      used === undefined
        ? undefined
        : { ...emptyState(LINEAGE), budgets: { '123456789012/importexport': { day: '2026-11-15', used } } },
      now,
    )
  const budget = (used: number) => ({ set: 'budget', key: '123456789012/importexport', day: '2026-11-15', used })
  const archives = (size: number) => crew('ImportExportJob', size) as PlacedCreate[]
  t.strictSame(changes([createOf(REBOOT), ...archives(2)]), [budget(2)])
  t.strictSame(changes(archives(1), 1), [budget(2)])
  t.strictSame(changes(archives(5), 1), [budget(3)])
  t.strictSame(changes(archives(1), 3), [])
  t.strictSame(changes([createOf(REBOOT)]), [])
  const first = countBudgets([intended(createOf(ARCHIVE))], getModel, () => 3, emptyState(LINEAGE), now)
  t.strictSame(first, [budget(1)], 'a state without budgets')
})
