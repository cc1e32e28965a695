import fs from 'node:fs'
import t from 'tap'
import { createQueue } from '../src/aws/queue.ts'
import { readSpecs } from '../src/documents/specs.ts'
import { getModel, MODELS } from '../src/kinds/index.ts'
import type { Address } from '../src/model/address.ts'
import type { Event } from '../src/model/event.ts'
import type { JsonObject } from '../src/model/json.ts'
import type { KindReader } from '../src/model/kind-calls.ts'
import type { Live } from '../src/model/live.ts'
import type { Blocked, Policy, Spec } from '../src/model/spec.ts'
import { emptyState, type JobRecord, type State } from '../src/model/state.ts'
import { observe } from '../src/observe/observe.ts'
import type { PlanInput } from '../src/plan/input.ts'
import { listNeeds } from '../src/plan/needs.ts'
import { findDuplicates } from '../src/plan/questions/duplicates.ts'
import { formatAttention } from '../src/report/attention-text.ts'
import { formatDiagnostics } from '../src/report/diagnostics.ts'
import { createFollowing } from '../src/report/following.ts'
import { formatPlan } from '../src/report/plan-text.ts'
import { merge } from '../src/state/merge.ts'
import { systemClock } from '../src/system/clock.ts'
import { LIMITS } from './counts/limits.ts'
import { countVisits } from './operations.ts'
import { DONE, liveOf, NOW, planOf, REQUESTS, recordOf, SITE, specOf, unknownOf, world } from './plan/world.ts'

/*
 * What work grows with. Twice the input may cost about twice the visits: a place that compares everything with everything costs four times
 * as many, and stands out whatever the machine.
 */

type Tap = typeof t
const SMALL = 400
const FILES_SMALL = 150
const REPORT = { colour: false, width: 80, now: Date.parse(NOW) }

/** Asserts that twice as much input makes no more than a good twice as many visits. */
async function checkGrowth(t: Pick<Tap, 'ok'>, prepare: (size: number) => () => unknown, size = SMALL): Promise<void> {
  const [small, large] = [prepare(size), prepare(2 * size)]
  const [few, many] = [await countVisits(small), await countVisits(large)]
  t.ok(few >= size, `${few} visits: the input is looked at`)
  t.ok(many < 2.3 * few, `${few} visits for ${size}, ${many} for ${2 * size}`)
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
    return () => observe(needs, { readerOf: async () => reader, modelOf: getModel, queue, isClaimed: () => false })
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
    const requestOf = (owner: string, index: number): JsonObject => ({
      ...REQUESTS['DataExchangeJob']!,
      Details: { ExportAssetsToS3: { DataSetId: `${owner}-${index}`, RevisionId: 'r', AssetDestinations: [] } },
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
      modelOf: getModel,
      state: { ...emptyState('kiosk-fleet', '2026-11-01T00:00:00Z'), records },
      before: {},
      currentAt: Date.parse('2026-11-15T09:00:00Z'),
    }
    const alike = new Map(addresses.map((address) => [address, { is: 'listed', jobs } as const]))
    return () => {
      const found = findDuplicates(input, { alike })
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

/** Whole plans: what is in the repository, what is on record, and what needs a person. */
const PLANS: Readonly<Record<string, (size: number) => Partial<PlanInput>>> = {
  'new specs': (size) => ({ specs: range(size).map((index) => kiosk(index)) }),
  'a chain of specs that wait for one another': (size) => ({
    specs: range(size).map((index) => kiosk(index, index === 0 ? {} : { policy: after(`IotJob/kiosk-${index - 1}`) })),
  }),
  'specs that wait for one that has errors': (size) => ({
    specs: range(size).map((index) => kiosk(index, { policy: after(`IotJob/broken-${index}`) })),
    blocked: range(size).map((index) => broken(index)),
  }),
  'failed jobs, each acknowledged': (size) => ({
    specs: range(size).map((index) => kiosk(index)),
    state: {
      ...stateOf(size, { status: 'COMPLETED', condition: { type: 'Failed' } }),
      attention: Object.fromEntries(
        range(size).map((index) => [`IotJob/kiosk-${index}`, [{ run: 1, finding: 'failed', acknowledged: NOW }]]),
      ),
    },
  }),
  'conflicts, each acknowledged': (size) => ({
    specs: range(size).map((index) => kiosk(index, { policy: { expires: '2026-11-01T00:00:00Z' } })),
    state: emptyState('kiosk-fleet'),
  }),
  'foreign jobs on record, and a note about each': (size) => ({
    specs: range(size).map((index) => specOf(readers(index), { request: exportTo(`${index}`) })),
    state: {
      ...emptyState('kiosk-fleet'),
      foreign: Object.fromEntries(
        range(size).map((index) => [`PinpointExportJob aws/123456789012/eu-west-1 stranger-${index}`, { at: NOW }]),
      ) as never,
      attention: Object.fromEntries(
        range(size).map((index) => [readers(index), [{ run: 1, finding: `duplicate:stranger-${index}`, seen: NOW }]]),
      ),
    },
  }),
  'removed specs beside new ones that have errors': (size) => ({
    blocked: range(size).map((index) => broken(index)),
    state: stateOf(size, DONE),
  }),
  'renamed specs that all ask for the same': (size) => ({
    specs: range(size).map((index) => specOf(`IotJob/new-${index}`, { request: REQUESTS['IotJob']! })),
    state: stateOf(size, DONE, () => REQUESTS['IotJob']!),
  }),
  'renamed specs, each with a job of its own': (size) => ({
    specs: range(size).map((index) => specOf(`IotJob/new-${index}`, { request: reboot(`reboot-${index}`) })),
    state: stateOf(size, DONE),
  }),
  'specs that name their former names': (size) => ({
    specs: range(size).map((index) =>
      specOf(`IotJob/new-${index}`, { request: reboot(`reboot-${index}`), formerly: `kiosk-${index}` }),
    ),
    state: stateOf(size, DONE),
  }),
  'removed specs of running jobs': (size) => ({ specs: [], state: stateOf(size, {}) }),
  'specs that all wait for one job': (size) => ({
    specs: range(size).map((index) => kiosk(index, index === 0 ? {} : { policy: after('IotJob/kiosk-0') })),
  }),
  'one spec that waits for all others': (size) => ({
    specs: range(size).map((index) => kiosk(index, index === 0 ? { policy: afterAll(size) } : {})),
  }),
  'specs that wait for jobs on record': (size) => ({
    specs: range(size).map((index) =>
      specOf(`IotJob/next-${index}`, { request: reboot(`next-${index}`), policy: after(`IotJob/kiosk-${index}`) }),
    ),
    state: stateOf(size, DONE),
  }),
  'running jobs, each edited': (size) => ({
    specs: range(size).map((index) => kiosk(index, { request: reboot(`edited-${index}`) })),
    state: stateOf(size, {}),
  }),
}

const reboot = (operation: string): JsonObject => ({ ...REQUESTS['IotJob']!, document: { operation } })
const kiosk = (index: number, facts: Parameters<typeof specOf>[1] = {}): Spec =>
  specOf(`IotJob/kiosk-${index}`, { request: reboot(`reboot-${index}`), ...facts })
const broken = (index: number): Blocked => ({
  address: `IotJob/broken-${index}`,
  place: kiosk(index).place,
  codes: ['SPEC_TYPE'],
})
const after = (job: Address): Partial<Policy> => ({ dependsOn: [{ job, when: 'succeeded' }] })
const afterAll = (size: number): Partial<Policy> => ({
  dependsOn: range(size - 1).map((index) => ({ job: `IotJob/kiosk-${index + 1}`, when: 'succeeded' })),
})
const stateOf = (
  size: number,
  facts: Partial<JobRecord>,
  requestOf = (index: number): JsonObject => reboot(`reboot-${index}`),
): State => ({
  ...emptyState('kiosk-fleet'),
  records: Object.fromEntries(
    range(size).map((index) => {
      const address: Address = `IotJob/kiosk-${index}`
      return [address, recordOf(address, { ...facts, request: requestOf(index) })]
    }),
  ),
})

for (const [what, inputOf] of Object.entries(PLANS))
  t.test(`${what}: planned and printed in one walk`, (t) =>
    checkGrowth(t, (size) => {
      const input = { ...world().input(), ...inputOf(size) }
      return () => {
        const made = planOf(input)
        t.ok(made.actions.length >= size)
        formatPlan(made, {}, REPORT)
        formatAttention(made.findings)
      }
    }),
  )

t.test('a plan of finished specs looks a few times at each', async (t) => {
  const specs = range(SMALL).map((index) => kiosk(index))
  const input = { ...world().input(), specs, state: stateOf(SMALL, DONE) }
  const limits = LIMITS.visitsOfFinishedSpec
  const needs = (await countVisits(() => t.same(listNeeds({ ...input, refresh: false }), []))) / SMALL
  const planned = (await countVisits(() => planOf(input))) / SMALL
  t.ok(needs <= limits.needs, `needs: ${needs} visits`)
  t.ok(planned <= limits.plan, `plan: ${planned} visits`)
})

t.test('each event of a job costs the same, however many jobs a run follows', (t) =>
  checkGrowth(t, (size) => {
    const events = range(size).map((index): Event => {
      const address: Address = `IotJob/kiosk-${index}`
      return { type: 'job', address, record: recordOf(address) }
    })
    return () => {
      const following = createFollowing(() => undefined)
      for (const event of events) following.note(event, REPORT.now)
      t.ok(following.hasJobs())
    }
  }),
)

/** Files that people write, sound or not. */
const FILES: Readonly<Record<string, (index: number, size: number) => string>> = {
  'sound specs': (index) => text(`kiosk-${index}`),
  'specs with errors': (index) => text(`kiosk-${index}`, { members: 'target: [x]' }),
  'specs of one name': () => text('kiosk'),
  'specs that wait for missing ones': (index) => text(`kiosk-${index}`, { dependsOn: `IotJob/absent-${index * 7919}` }),
  'a chain of specs': (index) => text(`kiosk-${index}`, index === 0 ? {} : { dependsOn: `IotJob/kiosk-${index - 1}` }),
  'specs that wait for misspelt ones': (index) => text(`kiosk-${index}`, { dependsOn: `IotJob/kiosq-${index}` }),
  'specs that wait for names without a kind': (index) => text(`kiosk-${index}`, { dependsOn: `kiosk-${index + 1}` }),
  'specs with the same former name': (index) => text(`kiosk-${index}`, { formerly: 'old' }),
  'specs with the name of another as former name': (index) =>
    text(`kiosk-${index}`, { formerly: `kiosk-${index + 1}` }),
  'specs of an unknown kind': (index) => text(`kiosk-${index}`).replace('IotJob', 'IotJobs'),
  'specs with an unknown target': (index) => text(`kiosk-${index}`, { target: `prod-${index}` }),
  'specs with placeholders': (index) => text(`kiosk-${index}`, { members: `targets: ["{{ thing }}"]` }),
  'specs with a duplicate key': (index) => text(`kiosk-${index}`, { members: 'targets: [x], targets: [y]' }),
  'exports with the same request': (index) => exportText(index, 'all'),
  'exports with requests of their own': (index) => exportText(index, `${index}`),
  'specs that wait for one another in a circle': (index, size) =>
    text(`kiosk-${index}`, { dependsOn: `IotJob/kiosk-${(index + 1) % size}` }),
}

type Written = {
  readonly members?: string
  readonly dependsOn?: string
  readonly formerly?: string
  readonly target?: string
}

function text(name: string, { members = 'targets: [x]', dependsOn, formerly, target }: Written = {}): string {
  const waits = dependsOn === undefined ? '' : `policy: { dependsOn: [${dependsOn}] }\n`
  const policy = target === undefined ? waits : `policy: { target: ${target} }\n`
  const former = formerly === undefined ? '' : `, formerly: ${formerly}`
  return `apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: ${name}${former} }\n${policy}spec: { ${members}, document: { operation: ${name} } }\n`
}

function exportText(index: number, folder: string): string {
  return `apiVersion: jobwright/v1\nkind: PinpointExportJob\nmetadata: { name: readers-${index} }\nspec: ${JSON.stringify(exportTo(folder))}\n`
}

const schemas = (file: string): JsonObject =>
  JSON.parse(fs.readFileSync(new URL(`../schemas/${file}`, import.meta.url), 'utf8')) as JsonObject

for (const [what, textOf] of Object.entries(FILES))
  t.test(`${what}: read, checked and reported in one walk, as many files or as one`, async (t) => {
    const reading = { kinds: MODELS, schemas, include: () => ({ problem: { message: '', remedies: [] } }) }
    const check = (files: Map<string, string>): void => {
      const { diagnostics, specs, blocked } = readSpecs(files, reading)
      t.ok(specs.length + blocked.length + diagnostics.length > 0)
      formatDiagnostics(diagnostics, REPORT)
    }
    const documents = (size: number): string[] => range(size).map((index) => textOf(index, size))
    await checkGrowth(
      t,
      (size) => {
        const files = new Map(documents(size).map((text, index) => [`specs/${index}.yaml`, text]))
        return () => check(files)
      },
      FILES_SMALL,
    )
    await checkGrowth(
      t,
      (size) => {
        const files = new Map([['specs/all.yaml', documents(size).join('---\n')]])
        return () => check(files)
      },
      FILES_SMALL,
    )
  })
