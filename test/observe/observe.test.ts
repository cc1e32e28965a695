import t from 'tap'
import { createQueue } from '../../src/aws/queue.ts'
import { getModel } from '../../src/kinds/index.ts'
import type { KindReader } from '../../src/model/kind-calls.ts'
import type { Live } from '../../src/model/live.ts'
import type { Need } from '../../src/model/observed.ts'
import type { Spec } from '../../src/model/spec.ts'
import { observe } from '../../src/observe/observe.ts'
import { systemClock } from '../../src/system/clock.ts'
import { CASES, specOf } from '../conformance/cases.ts'
import { openStage, type Run } from '../conformance/stage.ts'

const roomy = { importExportPerDay: 1000, harvestConcurrent: 1000, dataExchangeConcurrent: 1000 }

/** As many specs of each of these kinds, no two of which are the same job. */
function crew(size: number, kinds = CASES.map(({ kind }) => kind)): Spec[] {
  return CASES.filter(({ kind }) => kinds.includes(kind)).flatMap(({ kind, request }) =>
    Array.from({ length: size }, (_, n) => specOf(kind, request(n), {}, `night-${n}`)),
  )
}

/** The calls of a run but for the one that learns the account. */
function readsOf({ counts }: Run): Record<string, number> {
  const { 'sts GetCallerIdentity': _account, ...reads } = counts
  return reads
}

t.test('300 jobs of all kinds: running ones are read by as few calls as can be, finished ones by none', async (t) => {
  const stage = await openStage(t, { limits: roomy })
  const specs = crew(60)
  const made = await stage.run(specs)
  t.equal((await stage.emulator.jobs()).length, made.created)
  // AWS lets ten harvests and ten imports run at once; the others wait for room.
  t.equal(made.created, 60 * 4 + 10)
  t.same(made.outcomes, [9])
  t.equal(made.counts['importexport GetStatus'], undefined, 'what was just made is not read at once')

  const running = await stage.run(specs)
  t.equal(running.created, 0)
  t.same(readsOf(running), {
    'iot ListJobs': 1,
    'mediapackage ListHarvestJobs': 1,
    'dataexchange ListJobs': 1,
    // One of two, and the list of imports, is the look for second jobs at the end of a run.
    'pinpoint GetExportJobs': 2,
    'importexport ListJobs': 1,
    // Its list tells no status.
    'importexport GetStatus': 60,
  })

  const pollMs = { least: 3_600_000, most: 36_000_000 }
  t.same((await stage.run(specs, { wait: true, pollMs })).outcomes, [])
  t.equal((await stage.emulator.jobs()).length, 300)
  const done = await stage.run(specs)
  t.same(done.counts, {}, 'not even the account is asked for')
  t.equal(done.passes.length, 1)
})

t.test('new IDs are looked for in one list, and an empty account needs no describes', async (t) => {
  const stage = await openStage(t)
  const run = await stage.run(crew(40, ['IotJob', 'MediaPackageHarvestJob']), {
    input: { guards: { maxCreates: 1, maxRemovals: 1 } },
  })
  t.ok(run.outcomes.includes(7))
  t.same(readsOf(run), { 'iot ListJobs': 1, 'mediapackage ListHarvestJobs': 1 })
})

t.test('two jobs are described, since that is no more than a list and its gaps', async (t) => {
  const stage = await openStage(t)
  const specs = crew(2, ['IotJob', 'DataExchangeJob'])
  await stage.run(specs)
  t.same(readsOf(await stage.run(specs)), { 'iot DescribeJob': 2, 'dataexchange GetJob': 2 })
})

t.test('a list without counts is enough for running jobs, and finished ones are described once', async (t) => {
  const stage = await openStage(t)
  const specs = crew(5, ['IotJob'])
  await stage.run(specs)
  await stage.emulator.advance(60)
  t.same(readsOf(await stage.run(specs)), { 'iot ListJobs': 1, 'iot DescribeJob': 5 })
  t.same(readsOf(await stage.run(specs)), {})
  t.same(readsOf(await stage.run(specs, { input: { refresh: true } })), { 'iot ListJobs': 1, 'iot DescribeJob': 5 })
})

t.test('for somebody who looks on, some running jobs are described for their counts', async (t) => {
  const stage = await openStage(t)
  const specs = crew(15, ['IotJob'])
  await stage.run(specs)
  const run = await stage.run(specs, { withCounts: true })
  t.same(readsOf(run), { 'iot ListJobs': 1, 'iot DescribeJob': 10 })
  const counted = Object.values(await stage.records()).filter(({ counts }) => counts !== undefined)
  t.equal(counted.length, 10)
  await stage.faults({ operation: 'DescribeJob', fault: 'error-before' })
  t.same((await stage.run(specs, { withCounts: true })).outcomes, [], 'the list is still an answer')
})

t.test('an account full of other jobs is not listed to its end for a few of ours', async (t) => {
  const stage = await openStage(t, { limits: { iotConcurrent: 10_000 } })
  const [first] = crew(1, ['IotJob'])
  const body = { ...first!.request, document: '{}' }
  const old = crew(8, ['IotJob'])
  await stage.run(old)
  for (let n = 0; n < 550; n++)
    await stage.emulator.call('iot', 'PUT', `/jobs/other-${n}`, body, { region: 'us-east-1' })
  const reads = readsOf(await stage.run(old))
  t.equal(reads['iot ListJobs'], 2, 'a quarter of what describing would cost')
  t.equal(reads['iot DescribeJob'], 8)
})

t.test('a read that fails blocks its own address and no other, and is reported', async (t) => {
  const stage = await openStage(t)
  const specs = crew(1)
  await stage.run(specs)
  await stage.faults({ service: 'pinpoint', fault: 'error-before' })
  const run = await stage.run(specs)
  t.same(run.outcomes, [5])
  t.match(
    run.plan.actions.filter(({ action }) => action !== 'keep'),
    [{ address: 'PinpointExportJob/night-0', action: 'blocked', code: 'PLAN_UNREAD' }],
  )
  t.match((await stage.records())['PinpointExportJob/night-0'], { stage: 'started' })
  t.equal(run.counts['pinpoint GetExportJob'], 4, 'asked again three times')
})

t.test('an unknown create is looked for in one list, however many there are', async (t) => {
  const stage = await openStage(t)
  const specs = crew(4, ['DataExchangeJob'])
  await stage.faults({ service: 'dataexchange', operation: 'CreateJob', fault: 'drop-response', times: 4 })
  const run = await stage.run(specs)
  t.same(run.outcomes, [])
  t.equal(run.counts['dataexchange CreateJob'], 4)
  const jobs = await stage.emulator.jobs()
  t.equal(jobs.filter(({ startedAt }) => startedAt).length, 4, 'each is started once')
  t.ok((run.counts['dataexchange ListJobs'] ?? 0) <= 3)
})

t.test('a job whose mark is wanted is described, also among many in a list', async (t) => {
  const site = { partition: 'aws', account: '123456789012', region: 'eu-west-1' }
  const need = (name: string, more: Partial<Need> = {}): Need => ({
    address: `IotJob/${name}`,
    kind: 'IotJob',
    site,
    id: name,
    ...more,
  })
  const described: unknown[] = []
  const live = (id: string): Live => ({ id, status: 'IN_PROGRESS' })
  const reader: KindReader = {
    describe: async (id, { mark, definition }) => {
      described.push([id, mark, definition])
      return { ...live(id), markRead: 'succeeded' }
    },
    list: async function* () {
      yield ['a', 'b', 'c', 'd'].map(live)
    },
  }
  const needs = [need('a'), need('b', { mark: true }), need('c'), need('d')]
  const { jobs } = await observe(needs, {
    readerOf: async () => reader,
    modelOf: getModel,
    queue: createQueue({ concurrency: 4, clock: systemClock }),
    isClaimed: () => false,
  })
  t.strictSame(described, [['b', true, undefined]])
  t.match(jobs.get('IotJob/b'), { is: 'live', live: { id: 'b', markRead: 'succeeded' } })
  t.strictSame(jobs.get('IotJob/a'), { is: 'live', live: live('a') })
})
