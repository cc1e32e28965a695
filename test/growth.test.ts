import t from 'tap'
import { createQueue } from '../src/aws/queue.ts'
import { modelOf } from '../src/kinds/models.ts'
import type { Address } from '../src/model/address.ts'
import type { JsonObject } from '../src/model/json.ts'
import type { KindReader } from '../src/model/kind-calls.ts'
import type { Live } from '../src/model/live.ts'
import { emptyState, type JobRecord, type State } from '../src/model/state.ts'
import { observe } from '../src/observe/observe.ts'
import { twins } from '../src/plan/twins.ts'
import { merge } from '../src/state/merge.ts'
import { systemClock } from '../src/system/clock.ts'
import { countVisits } from './operations.ts'
import { DONE, liveOf, planOf, REQUESTS, recordOf, SITE, specOf, unknownOf, world } from './plan/world.ts'

/*
 * What work grows with. Twice the input may cost about twice the visits: a place that compares everything with everything costs four times
 * as many, and stands out whatever the machine.
 */

type Tap = typeof t
const SMALL = 400

/** Asserts that twice as much input makes no more than a good twice as many visits. */
async function checkGrowth(t: Pick<Tap, 'ok'>, prepare: (size: number) => () => unknown): Promise<void> {
  const [small, large] = [prepare(SMALL), prepare(2 * SMALL)]
  const [few, many] = [await countVisits(small), await countVisits(large)]
  t.ok(few >= SMALL, `${few} visits: the input is looked at`)
  t.ok(many < 2.3 * few, `${few} visits for ${SMALL}, ${many} for ${2 * SMALL}`)
}

const range = (size: number): number[] => Array.from({ length: size }, (_, index) => index)

/** Pinpoint exports, each to a folder of its own. */
const readers = (index: number): Address => `PinpointExportJob/readers-${index}`
const exportTo = (folder: string): JsonObject => ({
  ...REQUESTS['PinpointExportJob']!,
  ExportJobRequest: { RoleArn: 'arn:aws:iam::123456789012:role/export', S3UrlPrefix: `s3://newsletter/${folder}/` },
})
const strangers = (size: number): Live[] =>
  range(size).map((index) =>
    liveOf(readers(index), { id: `stranger-${index}`, request: exportTo(`stranger-${index}`) }),
  )

t.test('needs are grouped, and jobs read, in one walk', (t) =>
  checkGrowth(t, (size) => {
    const needs = range(size).map((index) => {
      const id = `kiosk-${index}`
      return { address: `IotJob/${id}` as Address, kind: 'IotJob', site: SITE, id }
    })
    const page = needs.map(({ id }) => liveOf(`IotJob/${id}`))
    const reader = {
      list: async function* () {
        yield page
      },
      describe: async () => undefined,
    } as unknown as KindReader
    const queue = createQueue({ concurrency: 1, clock: systemClock })
    return () => observe(needs, { readerOf: async () => reader, modelOf, queue, isClaimed: () => false })
  }),
)

t.test('new specs among as many jobs of other people are planned in one walk', (t) =>
  checkGrowth(t, (size) => {
    const jobs = strangers(size)
    const specs = range(size).map((index) => specOf(readers(index), { request: exportTo(`readers-${index}`) }))
    const alike = new Map(specs.map(({ address }) => [address, { is: 'listed', jobs } as const]))
    const input = { ...world().input(), specs, observed: { jobs: new Map(), alike } }
    return () => planOf(input)
  }),
)

t.test('unknown creates among as many jobs of other people are planned in one walk', (t) =>
  checkGrowth(t, (size) => {
    const address = (index: number): Address => `DataExchangeJob/prices-${index}`
    const requestOf = (type: string, index: number): JsonObject => ({
      Type: 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
      Details: { [type]: { DataSetId: `${index}` } },
    })
    const jobs = range(size).map((index) =>
      liveOf(address(index), { id: `stranger-${index}`, request: requestOf('other', index) }),
    )
    const specs = range(size).map((index) => specOf(address(index), { request: requestOf('own', index) }))
    const records = Object.fromEntries(
      specs.map((spec) => [spec.address, unknownOf(spec.address, {}, { request: spec.request })]),
    )
    const alike = new Map(specs.map((spec) => [spec.address, { is: 'listed', jobs } as const]))
    const input = { ...world().state({ records }).input(), specs, observed: { jobs: new Map(), alike } }
    return () => planOf(input)
  }),
)

t.test('duplicates are looked for in one walk over records and jobs, also where there are as many as records', (t) =>
  checkGrowth(t, (size) => {
    const addresses = range(size).map(readers)
    const requestOf = (index: number): JsonObject => exportTo(`readers-${index}`)
    const records = Object.fromEntries(
      addresses.map((address, index) => [
        address,
        recordOf(address, { request: requestOf(index), createdAt: '2026-11-15T08:50:05Z' }),
      ]),
    )
    const jobs = range(size).map((index) =>
      liveOf(readers(index), { id: `duplicate-${index}`, request: requestOf(index) }),
    )
    const input = {
      specs: addresses.map((address) => specOf(address)),
      modelOf,
      state: { ...emptyState('kiosk-fleet', '2026-11-01T00:00:00Z'), records },
      before: {},
      currentAt: Date.parse('2026-11-15T09:00:00Z'),
    }
    const alike = new Map(addresses.map((address) => [address, { is: 'listed', jobs } as const]))
    return () => {
      const found = twins(input, { alike })
      t.equal(found?.length, size)
    }
  }),
)

t.test('a journal of renamed specs is merged in one walk', (t) =>
  checkGrowth(t, (size) => {
    const record = (index: number): JobRecord =>
      recordOf(`IotJob/new-${index}`, { id: `kiosk-${index}`, request: { document: `${index}` } })
    const records = Object.fromEntries(range(size).map((index) => [`IotJob/new-${index}`, record(index)]))
    const base: State = { ...emptyState('kiosk-fleet'), records }
    const entries = range(size).map((index) => ({
      set: 'record' as const,
      address: `IotJob/old-${index}` as Address,
      record: { ...record(index), ...DONE } as JobRecord,
    }))
    return () => t.equal(Object.keys(merge(base, entries).records).length, size)
  }),
)
