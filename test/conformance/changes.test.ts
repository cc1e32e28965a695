import fs from 'node:fs'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../src/model/json.ts'
import type { Policy, Spec } from '../../src/model/spec.ts'
import { CASES, specOf } from './cases.ts'
import { openStage, type Stage } from './stage.ts'

const NAME = 'IotJob/night-shift'
const GROUPS = ['day', 'night'].map((name) => `arn:aws:iot:us-east-1:123456789012:thinggroup/${name}`)
const job = (members: object = {}, policy: Partial<Policy> = {}): Spec =>
  specOf(
    'IotJob',
    { targets: [GROUPS[0]!], targetSelection: 'CONTINUOUS', document: { operation: 'reboot' }, ...members },
    policy,
  )
const disk = CASES.find(({ kind }) => kind === 'ImportExportJob')!
const prices = CASES.find(({ kind }) => kind === 'DataExchangeJob')!

const shown = async (stage: Stage, service: string): Promise<JsonObject> => {
  const all = (await stage.emulator.control('GET', 'jobs')) as (JsonObject & { service: string })[]
  return all.find((one) => one.service === service)!
}

async function idle(t: Test, stage: Stage, specs: readonly Spec[]): Promise<void> {
  const { counts, outcomes, plan } = await stage.run(specs)
  t.same(
    Object.keys(counts).filter((name) => /Update|Associate|Tag|Cancel|Create/.test(name)),
    [],
    'a second run changes nothing',
  )
  t.same(outcomes, [])
  t.same(
    [...new Set(plan.actions.map(({ action }) => action))].filter((action) => action !== 'keep'),
    [],
  )
}

t.test('settings, groups and tags of a running job become what the spec says, each by one call', async (t) => {
  const stage = await openStage(t)
  await stage.run([
    job({
      description: 'night',
      tags: [
        { Key: 'team', Value: 'a' },
        { Key: 'old', Value: '1' },
      ],
    }),
  ])
  const after = job({
    description: 'day',
    targets: GROUPS,
    timeoutConfig: { inProgressTimeoutInMinutes: 30 },
    tags: [{ Key: 'team', Value: 'b' }],
  })
  const run = await stage.run([after])
  t.same(run.passes[0], ['update'])
  t.match(run.counts, {
    'iot UpdateJob': 1,
    'iot AssociateTargetsWithJob': 1,
    'iot TagResource': 1,
    'iot UntagResource': 1,
  })
  t.same(run.outcomes, [])
  t.match((await stage.records())[NAME], { request: { description: 'day' }, run: 1 })
  t.match(await shown(stage, 'iot'), {}, 'the job is there')
  t.equal((await stage.emulator.jobs()).length, 1, 'no second job')
  await idle(t, stage, [after])
})

t.test('a change whose answer is lost is looked at again, and not made twice', async (t) => {
  const stage = await openStage(t)
  await stage.run([job({ description: 'night' })])
  await stage.faults({ service: 'iot', operation: 'UpdateJob', fault: 'drop-response', times: 1 })
  const after = job({ description: 'day' })
  const lost = await stage.run([after])
  t.same(lost.outcomes, [5], 'and says so')
  t.match((await stage.records())[NAME], { request: { description: 'night' } })
  const again = await stage.run([after])
  t.same(again.passes[0], ['update'])
  t.notOk(again.counts['iot UpdateJob'], 'a read shows that it was made')
  t.match((await stage.records())[NAME], { request: { description: 'day' } })
  await idle(t, stage, [after])
})

t.test('a change that AWS rejects is reported, and the job stays as it is', async (t) => {
  const stage = await openStage(t)
  await stage.run([job()])
  await stage.faults({
    service: 'iot',
    operation: 'UpdateJob',
    fault: 'error-before',
    times: 1,
  })
  const { outcomes, failed } = await stage.run([job({ description: 'day' })])
  t.same(outcomes, [5])
  t.match([...failed.values()], [{ name: String }])
  t.same((await stage.run([job({ description: 'day' })])).outcomes, [], 'the next run tries again')
})

t.test('the manifest of a job whose device was not sent yet is replaced', async (t) => {
  const stage = await openStage(t)
  const before = disk.request(1)
  await stage.run([specOf(disk.kind, before)])
  const manifest = { ...(before['Manifest'] as JsonObject), bucket: 'attic' }
  const after = specOf(disk.kind, { ...before, Manifest: manifest })
  const run = await stage.run([after])
  t.same(run.passes[0], ['update'])
  t.equal(run.counts['importexport UpdateJob'], 1)
  t.match((await stage.records())[after.address], { request: { Manifest: { bucket: 'attic' } } })
  t.equal((await stage.emulator.jobs()).length, 1)
  await idle(t, stage, [after])
})

t.test('a removed member, and a secret that no read returns, reach the job as well', async (t) => {
  const stage = await openStage(t)
  const before = disk.request(1)
  const written = before['Manifest'] as JsonObject
  await stage.run([specOf(disk.kind, { ...before, Manifest: { ...written, cacheControl: 'max-age=60' } })])
  const taken = await stage.run([specOf(disk.kind, before)])
  t.equal(taken.counts['importexport UpdateJob'], 1, 'a member that was taken away is sent')
  const secret = { ...before, Manifest: { ...written, trueCryptPassword: { $env: 'PASSWORD' } } }
  const changed = await stage.run([specOf(disk.kind, secret)], { env: { PASSWORD: 'hunter2' } })
  t.equal(changed.counts['importexport UpdateJob'], 1, 'a secret is sent')
  t.same(changed.outcomes, [])
  const rate = { baseRatePerMinute: 10, incrementFactor: 2, rateIncreaseCriteria: { numberOfSucceededThings: 5 } }
  const slow = { maximumPerMinute: 50 }
  await stage.run([job({ jobExecutionsRolloutConfig: { ...slow, exponentialRate: rate } })])
  const flat = await stage.run([job({ jobExecutionsRolloutConfig: slow })])
  t.equal(flat.counts['iot UpdateJob'], 1, 'so is a setting without a part of it')
  t.same(flat.outcomes, [])
})

t.test('of two runs that hold the same state one alone changes and cancels jobs', async (t) => {
  const stage = await openStage(t)
  const wanted = job({ description: 'night' }, { onRemove: 'cancel' })
  await stage.run([wanted])
  await stage.run([wanted])
  const other = (event: { type: string }): void => {
    if (event.type !== 'planned') return
    const state = JSON.parse(fs.readFileSync(stage.file, 'utf8'))
    fs.writeFileSync(stage.file, `${JSON.stringify({ ...state, serial: state.serial + 1 })}\n`)
  }
  for (const specs of [[job({ description: 'day' }, { onRemove: 'cancel' })], []]) {
    const run = await stage.run(specs, { onEvent: other })
    t.ok(run.stale, 'the other one wrote first')
    t.notOk(run.counts['iot UpdateJob'] ?? run.counts['iot CancelJob'])
  }
})

t.test('a job whose spec is gone is cancelled where the spec asked for it, once', async (t) => {
  const stage = await openStage(t)
  const wanted = [job({}, { onRemove: 'cancel' }), specOf(disk.kind, disk.request(1), { onRemove: 'cancel' })]
  await stage.run(wanted)
  const run = await stage.run([])
  t.same(run.passes[0], ['cancel', 'cancel'])
  t.match(run.counts, { 'iot CancelJob': 1, 'importexport CancelJob': 1 })
  const records = await stage.records()
  for (const { address } of wanted) {
    t.match(records[address], { withdrawn: String, condition: { type: 'Cancelled' } }, `${address} keeps its record`)
  }
  await idle(t, stage, [])
  await stage.run(wanted)
  t.equal((await stage.emulator.jobs()).length, 2, 'a spec that comes back takes up its record')
})

t.test('a cancel whose answer is lost is a cancel', async (t) => {
  const stage = await openStage(t)
  await stage.run([job({}, { onRemove: 'cancel' })])
  await stage.faults({ service: 'iot', operation: 'CancelJob', fault: 'drop-response', times: 1 })
  const run = await stage.run([])
  t.same(run.outcomes, [], 'its end was asked for')
  t.match((await stage.records())[NAME], { withdrawn: String, condition: { type: 'Cancelled' } })
})

t.test('a cancel that came to nothing leaves the spec’s record open, and is made again', async (t) => {
  const stage = await openStage(t)
  await stage.run([job({}, { onRemove: 'cancel' })])
  await stage.faults({ service: 'iot', operation: 'CancelJob', fault: 'error-before', times: 1 })
  t.same((await stage.run([])).outcomes, [5])
  t.notOk((await stage.records())[NAME]?.withdrawn)
  t.same((await stage.run([])).passes[0], ['cancel'])
  t.match((await stage.records())[NAME], { withdrawn: String, condition: { type: 'Cancelled' } })
})

t.test('a job that waits for its start is cancelled, one that was started is not', async (t) => {
  const stage = await openStage(t)
  const one = specOf(prices.kind, prices.request(1), { onRemove: 'cancel' })
  const stop = new Map([[one.address, { is: 'cancel' as const, reason: 'wrong prices', force: false }]])
  await stage.faults({
    service: 'dataexchange',
    operation: 'StartJob',
    fault: 'error-before',
  })
  await stage.run([one])
  await stage.faults()
  t.match((await stage.records())[one.address], { stage: 'created' })
  t.same((await stage.run([one], { input: { decisions: stop } })).passes[0], ['cancel'])
  t.match((await stage.records())[one.address], { condition: { type: 'Cancelled' } })
  await idle(t, stage, [one])
  const next = specOf(prices.kind, prices.request(1), { run: 2 })
  await stage.run([next])
  const late = await stage.run([next], { input: { decisions: stop } })
  t.same(late.outcomes, [6])
  t.match(late.plan.actions[0], { action: 'conflict', code: 'PLAN_NOT_CANCELLABLE' })
})
