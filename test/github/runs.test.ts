import t from 'tap'
import { build } from '../e2e/process.ts'
import { push } from '../e2e/states.ts'
import { aws, doc, environment } from '../e2e/world.ts'
import { iot, lamp, payload, step, twoProjects, VIDEO } from './projects.ts'
import { checkOut, type StepOptions } from './runner.ts'

build()
t.jobs = 2

t.test('each failed job is an error at its line, and one cause is one error', async (t) => {
  const world = await aws(t)
  const { remote, here } = await twoProjects(t)
  const faulty = doc('IotJob', 'faulty-1', { spec: iot('faulty', VIDEO, 9) })
  const after = (n: number) => lamp(n, { policy: { dependsOn: ['IotJob/faulty-1'] } })
  push(here, {
    'teams/video/specs/first.yaml': faulty,
    'teams/video/specs/after.yaml': `${JSON.stringify(after(2))}\n---\n${JSON.stringify(after(3))}\n`,
  })
  const workspace = checkOut(remote, 'refs/heads/main', 'main')
  const run = (command: string, more: Partial<StepOptions> = {}) =>
    step(undefined, {
      event: 'push',
      payload: payload('push'),
      workspace,
      inputs: { 'working-directory': 'teams/video', command },
      env: environment(world.url, `AKIAFLEET${VIDEO}`),
      ...more,
    })
  t.equal((await run('reconcile')).code, 0)
  await world.advance(60)
  const failed = await run('reconcile')
  t.equal(failed.code, 10, failed.log)
  t.match(failed.outputs, { 'failure-reason': 'job-failed', 'needs-attention': /[1-9]/ })
  const errors = failed.commands.filter(({ name }) => name === 'error')
  t.match(errors, [{ properties: { file: 'teams/video/specs/first.yaml', line: '1', title: 'PLAN_FAILED' } }])
  t.equal(errors.length, 1, 'the jobs that wait for it are not reported again')
  t.match(failed.summary, /Needs a person/)

  const dispatch = { event: 'workflow_dispatch', payload: payload('workflow_dispatch') }
  const acknowledged = await run('acknowledge --all', dispatch)
  t.equal(acknowledged.code, 0, acknowledged.log)
  t.match(acknowledged.summary, /Jobwright acknowledge/)

  const many = Array.from({ length: 12 }, (_, index) => JSON.stringify(lamp(20 + index))).join('\n---\n')
  push(here, { 'teams/video/specs/many.yaml': many })
  await world.control('PUT', 'faults', [{ service: 'iot', operation: 'CreateJob', fault: 'deny' }])
  const denied = await run('reconcile', { workspace: checkOut(remote, 'refs/heads/main', 'main-2') })
  t.match(denied, { code: 4, outputs: { 'failure-reason': 'credentials' } }, denied.log)
  const auth = denied.commands.filter(({ properties }) => properties['title'] === 'AWS_AUTH')
  t.equal(auth.length, 1, 'one missing permission is one error')
  t.match(auth[0], { name: 'error', text: /the same for IotJob\/lamp-\d+/, properties: { file: /many\.yaml$/ } })
})

t.test('a cancelled run ends cleanly, with its report', async (t) => {
  const world = await aws(t)
  const { remote } = await twoProjects(t)
  const workspace = checkOut(remote, 'refs/heads/main', 'main')
  let isStopped = false
  const done = await step(undefined, {
    event: 'push',
    payload: payload('push'),
    workspace,
    inputs: { 'working-directory': 'teams/video', command: 'reconcile --wait' },
    env: environment(world.url, `AKIAFLEET${VIDEO}`),
    onLog: (text, child) => {
      if (isStopped || !text.includes('polling')) return
      isStopped = true
      child.kill('SIGINT')
    },
  })
  t.match(done, { code: 130, outputs: { 'failure-reason': 'interrupted' }, summary: /Exit code 130/ }, done.log)
})

t.test('a plan that a person approved is applied as it is, or refused', async (t) => {
  const world = await aws(t)
  const { remote, here } = await twoProjects(t)
  const run = (workspace: string, inputs: Readonly<Record<string, string>>) =>
    step(undefined, {
      event: 'workflow_dispatch',
      payload: payload('workflow_dispatch'),
      workspace,
      inputs: { 'working-directory': 'teams/video', ...inputs },
      env: environment(world.url, `AKIAFLEET${VIDEO}`),
    })
  const workspace = checkOut(remote, 'refs/heads/main', 'main')
  const planned = await run(workspace, { command: 'plan', 'plan-file': 'approved.json' })
  t.match(planned, { code: 0, outputs: { changes: 'true', 'plan-file': /approved\.json$/ } }, planned.log)
  const elsewhere = await run(workspace, { command: 'plan' })
  t.notMatch(elsewhere.outputs['plan-file'], /^$|\/main\//, 'by default outside the checkout')

  push(here, { 'teams/video/specs/first.yaml': lamp(1, { spec: iot('others', VIDEO, 1) }) })
  const moved = checkOut(remote, 'refs/heads/main', 'moved')
  const refused = await run(moved, {
    command: 'reconcile',
    'plan-file': planned.outputs['plan-file'] ?? '',
    report: 'report.html',
  })
  t.match(refused.outputs['report'], /\/moved\/report\.html$/, 'the page is written although the run failed')
  t.match(refused, { code: 8, outputs: { 'failure-reason': 'plan-changed' }, summary: /PLAN&#95;CHANGED/ }, refused.log)
  t.strictSame(await world.jobs(), [])
  const applied = await run(workspace, { command: 'reconcile', 'plan-file': 'approved.json' })
  t.equal(applied.code, 0, applied.log)
  t.equal(applied.outputs['report'], '', 'no page was asked for')
  t.equal((await world.jobs()).length, 1)
})
