import t from 'tap'
import type { Event } from '../../src/model/event.ts'
import type { Dependency, Spec } from '../../src/model/spec.ts'
import { CASES, specOf } from './cases.ts'
import { beforeCreate, once, openStage } from './stage.ts'

const caseOf = (kind: string) => CASES.find((one) => one.kind === kind)!
const HARVEST = caseOf('MediaPackageHarvestJob')
const IMPORT = caseOf('DataExchangeJob')
const CLIP = 'MediaPackageHarvestJob/clip'
const PRICES = 'DataExchangeJob/prices'

const clip = (request = HARVEST.request(1)): Spec => specOf(HARVEST.kind, request, {}, 'clip')
const prices = (dependsOn: readonly Dependency[]): Spec =>
  specOf(IMPORT.kind, IMPORT.request(1), { dependsOn }, 'prices')
const afterClip = (when: Dependency['when'] = 'succeeded'): Spec => prices([{ job: CLIP, when }])

t.test('a dependent runs after its input, in one run that waits and over runs that do not', async (t) => {
  const stage = await openStage(t)
  const run = await stage.run([afterClip(), clip()], { wait: true })
  t.same(run.outcomes, [])
  t.same(run.passes[0], ['waiting', 'create'])
  const jobs = await stage.emulator.jobs()
  t.same(
    jobs.map(({ service, status }) => [service, status]),
    [
      ['mediapackage', 'SUCCEEDED'],
      ['dataexchange', 'COMPLETED'],
    ],
  )
  const records = await stage.records()
  t.ok(
    Date.parse(records[PRICES]!.createdAt!) >= Date.parse(records[CLIP]!.finishedAt!),
    'it was made once its input was there',
  )
  t.equal(run.counts['dataexchange ListJobs'], 1, 'what waited cost no call')

  const later = await openStage(t)
  const first = await later.run([afterClip(), clip()])
  t.same([first.created, first.outcomes], [1, []])
  t.same((await later.run([afterClip(), clip()])).created, 0, 'nothing before its end')
  await later.emulator.advance(HARVEST.minutes.over)
  const last = await later.run([afterClip(), clip()])
  t.equal(last.created, 1, 'the run that sees the end goes on')
  t.same(last.passes.slice(0, 2), [
    ['waiting', 'keep'],
    ['create', 'keep'],
  ])
})

t.test('a dependent of a job that fails is not made, and says so; one that only waits for the end is', async (t) => {
  const stage = await openStage(t)
  const failing = clip(HARVEST.failing)
  const run = await stage.run([failing, afterClip()], { wait: true })
  t.same(run.outcomes, [10])
  t.match(run.plan.actions[1], { action: 'blocked', code: 'PLAN_DEPENDENCY_FAILED', reason: /which failed/ })
  t.equal((await stage.emulator.jobs()).length, 1)
  t.equal((await stage.run([failing, afterClip('finished')], { wait: true })).created, 1)
  t.equal((await stage.emulator.jobs()).length, 2)
})

t.test('a filter leaves a dependent waiting for what it leaves out', async (t) => {
  const stage = await openStage(t)
  const only = (address: string): boolean => address === PRICES
  const run = await stage.run([clip(), afterClip()], { wait: true, input: { only } })
  t.same(run.passes, [['waiting']])
  t.equal((await stage.emulator.jobs()).length, 0)
})

for (const [what, spec] of [
  [
    'a scheduled start that has come nearer than 30 minutes',
    specOf('IotJob', {
      ...caseOf('IotJob').request(1),
      schedulingConfig: { startTime: '2026-11-20 12:30', endTime: '2026-11-20 18:00', endBehavior: 'CANCEL' },
    }),
  ],
  ['policy.expires', specOf(HARVEST.kind, HARVEST.request(1), { expires: '2026-11-20T12:00:01Z' })],
] as const) {
  t.test(`${what} is looked at again when the call leaves the queue`, async (t) => {
    const stage = await openStage(t)
    const late = once(() => stage.emulator.advance(0.1))
    const run = await stage.run([spec], { around: { aws: beforeCreate(late) } })
    t.same(run.passes, [['create'], ['expired']], 'the next plan says why')
    t.same((await stage.emulator.jobs()).length, 0, 'nothing was sent')
    t.same(await stage.records(), {}, 'no intent is left')
    t.same(run.outcomes, [6], 'and it needs a person')
  })
}

t.test('what a run waited for, and since when nothing moved, is known when its time is up', async (t) => {
  const stage = await openStage(t)
  const started = stage.clock.now()
  const run = await stage.run([clip(), afterClip()], { wait: true, timeoutMs: 300_000 })
  t.same(run.outcomes, [9])
  t.match(run.gaveUp, { on: [{ address: CLIP }] })
  t.ok(Date.parse(run.gaveUp!.since) - started < 60_000, 'since it was created')
})

t.test('following jobs writes their statuses down, and does nothing else whatever the specs ask for', async (t) => {
  const stage = await openStage(t)
  await stage.run([clip(), prices([])], { input: { only: (address) => address === CLIP } })
  const again = { ...clip(), policy: { ...clip().policy, run: 2 } }
  const run = await stage.run([again, prices([])], { wait: true, readOnly: true })
  t.same(run.outcomes, [])
  t.match((await stage.records())[CLIP], { run: 1, condition: { type: 'Succeeded' } })
  t.same(Object.keys(run.counts), ['sts GetCallerIdentity', 'mediapackage DescribeHarvestJob'])
  t.same(
    run.plan.actions.map(({ action, address }) => [action, address]),
    [['keep', CLIP]],
  )
  const cut = await stage.run([clip()], { wait: true, readOnly: true })
  t.same([cut.passes, cut.counts], [[['keep']], {}], 'what is over costs no call')
})

t.test('a job that was created but not started is reported, and not waited for', async (t) => {
  const stage = await openStage(t)
  const stop = new AbortController()
  const onEvent = (event: Event): void => {
    if (event.type === 'step' && event.step === 'created') stop.abort()
  }
  await stage.run([prices([])], { onEvent, signal: stop.signal })
  t.match((await stage.records())[PRICES], { stage: 'created' })
  const run = await stage.run([prices([])], { wait: true, readOnly: true })
  t.match(run.plan.actions, [{ action: 'held', reason: 'created, and not started by this' }])
  t.same(run.counts['dataexchange StartJob'], undefined)
})

t.test('many jobs are followed by one list for a page of them', async (t) => {
  const stage = await openStage(t)
  const many = Array.from({ length: 9 }, (_, n) => specOf(HARVEST.kind, HARVEST.request(n), {}, `clip-${n}`))
  await stage.run(many)
  const run = await stage.run(many, { wait: true, readOnly: true })
  t.same(run.outcomes, [])
  t.ok((await stage.emulator.jobs()).every(({ status }) => status === 'SUCCEEDED'))
  const { 'mediapackage ListHarvestJobs': lists = 0, 'mediapackage DescribeHarvestJob': describes = 0 } = run.counts
  t.ok(lists > 0)
  t.ok(lists + describes <= 2 * run.passes.length, `${lists} lists, ${describes} describes, ${run.passes.length} looks`)
})
