import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { build, cli, type JsonLine, type Ran, repository } from './process.ts'
import { aws, CONFIG, doc, requestOf } from './world.ts'

build()
t.jobs = 2

const KIOSK = 'arn:aws:iot:eu-west-1:123456789012:thing/kiosk-1'
const OTHER = 'arn:aws:iot:eu-west-1:123456789012:thing/boiler-9'
const restart = { targets: [KIOSK], document: { operation: 'restart' } }

/** The lines of a run that plan an address. */
function planned({ lines }: Ran, address: string): JsonLine[] {
  return lines.filter((line) => line.type === 'planned' && line['address'] === address)
}

/** The codes of the diagnostics of a run. */
function codesIn({ lines }: Ran): unknown[] {
  return lines.filter(({ type }) => type === 'diagnostic').map((line) => line['code'])
}

/** A project on AWS with one spec. */
async function projectWith(t: Test, spec: object, config = CONFIG): Promise<string> {
  return repository(t, { 'jobwright.yaml': config, 'specs/one.yaml': spec })
}

t.test('a job that was deleted and created anew by somebody else is lost, and never touched', async (t) => {
  const world = await aws(t)
  const run = (cwd: string, ...args: string[]) => cli([...args, '-ojson'], { cwd, env: world.env })
  const cwd = await projectWith(t, doc('IotJob', 'restart', { spec: restart, policy: { onRemove: 'cancel' } }))
  t.equal((await run(cwd, 'reconcile')).code, 0)
  t.equal((await world.call('iot', 'DELETE', '/jobs/restart?force=true', '')).status, 200)
  await world.advance(2)
  const theirs = { targets: [OTHER], document: '{"operation":"self-test"}' }
  t.equal((await world.call('iot', 'PUT', '/jobs/restart', theirs)).status, 200)

  const plan = await run(cwd, 'plan')
  t.match(planned(plan, 'IotJob/restart'), [{ action: 'keep', reason: /now belongs to another job/ }])
  t.same(codesIn(plan), ['PLAN_LOST'])
  const cancel = await run(cwd, 'cancel', 'IotJob/restart', '--reason', 'not wanted')
  t.equal(cancel.code, 6)
  t.same(codesIn(cancel), ['PLAN_OTHER_JOB'])

  fs.rmSync(path.join(cwd, 'specs/one.yaml'))
  fs.writeFileSync(path.join(cwd, 'jobwright.yaml'), CONFIG.replace('specs: [specs]', 'specs: []'))
  const removed = await cli(['reconcile', '-ojson', '--allow-dirty'], { cwd, env: world.env })
  t.match(planned(removed, 'IotJob/restart')[0]?.['action'], /forget|keep/)
  const [job] = (await world.jobs()).filter(({ exists }) => exists)
  t.equal(job?.status, 'IN_PROGRESS', 'the other team’s job runs on')
})

t.test('of two repositories with one IoT spec the second never takes the job of the first', async (t) => {
  const world = await aws(t)
  const run = (cwd: string, ...args: string[]) => cli([...args, '-ojson'], { cwd, env: world.env })
  const spec = doc('IotJob', 'restart', { spec: restart, policy: { onRemove: 'cancel' } })
  const [first, second] = [await projectWith(t, spec), await projectWith(t, spec)]
  t.equal((await run(first, 'reconcile')).code, 0)
  const late = await run(second, 'reconcile')
  t.equal(late.code, 6)
  t.same(codesIn(late), ['PLAN_FOREIGN'])
  t.equal((await run(second, 'reconcile')).code, 6, 'nor does a later run')
  fs.rmSync(path.join(second, 'specs/one.yaml'))
  fs.writeFileSync(path.join(second, 'jobwright.yaml'), CONFIG.replace('specs: [specs]', 'specs: []'))
  await cli(['reconcile', '-ojson', '--allow-dirty'], { cwd: second, env: world.env })
  t.equal((await world.jobs())[0]?.status, 'IN_PROGRESS', 'and its job is not cancelled')
})

t.test('a policy that allows identical specs excuses no job of a rolled-back state', async (t) => {
  for (const kind of ['ImportExportJob', 'DataExchangeJob', 'PinpointExportJob']) {
    const world = await aws(t)
    const run = (cwd: string, ...args: string[]) => cli([...args, '-ojson'], { cwd, env: world.env })
    const cwd = await projectWith(t, doc(kind, 'night', { spec: requestOf(kind), policy: { allowIdentical: true } }))
    const state = path.join(cwd, 'jobs.state.json')
    const before = fs.readFileSync(state)
    t.equal((await run(cwd, 'reconcile')).code, 0, kind)
    fs.writeFileSync(state, before)
    fs.rmSync(`${state}.journal`)
    const again = await run(cwd, 'reconcile')
    t.equal(again.code, 6, kind)
    t.same(
      codesIn(again).filter((code) => code !== 'KIND_RETIRED'),
      ['PLAN_LOOKALIKE'],
      kind,
    )
    t.equal((await world.jobs()).length, 1, `${kind}: nothing is created twice`)

    const [job] = await world.jobs()
    const foreign = await run(cwd, 'resolve', `${kind}/night`, '--foreign', job!.id)
    if (kind === 'ImportExportJob')
      t.same(codesIn(foreign).includes('PLAN_OWN_MARK'), true, 'our own mark is never excused')
    else {
      t.equal(foreign.code, 0, kind)
      t.equal((await run(cwd, 'reconcile')).code, 0, 'a foreign job is excused by its ID')
      t.equal((await world.jobs()).length, 2)
    }
  }
})

t.test('a create whose tag is refused says what to allow, and works with ownerTag: false', async (t) => {
  const world = await aws(t)
  await world.control('PUT', 'faults', [
    { service: 'iot', operation: 'CreateJob', fault: 'deny', when: 'tags' },
    { service: 'iot', operation: 'ListTagsForResource', fault: 'deny' },
  ])
  const run = (cwd: string, ...args: string[]) => cli([...args, '-ojson'], { cwd, env: world.env })
  const refused = await run(await projectWith(t, doc('IotJob', 'restart', { spec: restart })), 'reconcile')
  t.equal(refused.code, 4)
  t.match(
    refused.lines.find((line) => line['code'] === 'AWS_AUTH'),
    { hint: /iot:TagResource.*ownerTag: false/ },
  )
  t.same(await world.jobs(), [])
  const cwd = await projectWith(t, doc('IotJob', 'restart', { spec: restart, policy: { ownerTag: false } }))
  t.equal((await run(cwd, 'reconcile')).code, 0)
  t.match(planned(await run(cwd, 'plan'), 'IotJob/restart'), [{ action: 'keep', reason: 'unfinished' }])
})

t.test('the tag is no edit, and a job with another state’s tag is not adopted without force', async (t) => {
  const world = await aws(t)
  const run = (cwd: string, ...args: string[]) => cli([...args, '-ojson'], { cwd, env: world.env })
  const spec = doc('IotJob', 'restart', { spec: restart })
  const cwd = await projectWith(t, spec)
  t.equal((await run(cwd, 'reconcile')).code, 0)
  const told = await world.call(
    'iot',
    'GET',
    `/tags?resourceArn=${encodeURIComponent('arn:aws:iot:eu-west-1:123456789012:job/restart')}`,
  )
  t.match(told.text, /jobwright/)
  fs.writeFileSync(
    path.join(cwd, 'specs/one.yaml'),
    JSON.stringify(doc('IotJob', 'restart', { spec: restart, policy: { ownerTag: false } })),
  )
  t.match(planned(await cli(['plan', '-ojson', '--allow-dirty'], { cwd, env: world.env }), 'IotJob/restart'), [
    { action: 'keep' },
  ])

  const elsewhere = await repository(t, { 'jobwright.yaml': CONFIG, 'specs/one.yaml': spec }, 'day-shifts')
  const adopt = await run(elsewhere, 'adopt', 'IotJob/restart')
  t.equal(adopt.code, 6)
  t.same(codesIn(adopt), ['PLAN_OWNED_ELSEWHERE'])
  t.equal((await run(elsewhere, 'adopt', 'IotJob/restart', '--force')).code, 0)
})
