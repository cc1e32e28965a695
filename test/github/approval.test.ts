import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { formatActionWorkflow } from '../../src/commands/init/templates/action-workflow.ts'
import { build } from '../e2e/process.ts'
import { push } from '../e2e/states.ts'
import { aws, environment } from '../e2e/world.ts'
import { github, lamp, payload, step, twoProjects, VIDEO } from './projects.ts'
import { checkOut, type Step } from './runner.ts'

build()
t.jobs = 2

const PROJECT = { name: 'teams-video', folder: 'teams/video' }
const ACTION = `football-archive/jobwright@${'0123456789'.repeat(4)}`
type Jobs = Readonly<Record<string, { steps: { name?: string; uses: string; with: Record<string, string> }[] }>>
const { jobs } = parse(formatActionWorkflow({ branch: 'main', action: ACTION, environment: 'production' })) as {
  jobs: Jobs
}

/** How a run of the workflow went, until it waits for a person. */
type Hour = {
  /** The step that records, or runs a command. */
  readonly done: Step
  readonly plan: Step
  /** The projects for which a person is asked. */
  readonly asked: readonly string[]
  /** The saved plan, in its own folder. */
  readonly saved: string
}

/** Two projects whose workflow asks a person, with the steps of the workflow as it is written. */
async function approved(t: Test) {
  const world = await aws(t)
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  const root = path.dirname(remote.bare)
  let runs = 0
  /** Runs a step of the workflow, with what its expressions stand for. */
  const runStep = (job: string, index: number, event: string, values: Readonly<Record<string, string>>) => {
    const steps = jobs[job]!.steps.filter(({ uses }) => uses.startsWith(ACTION))
    const inputs = Object.entries(steps[index]!.with).map(([name, text]) => {
      const value = text.replace(/\$\{\{ (\S+) \}\}/g, (_all, expression: string) => {
        const found = { 'inputs.project': PROJECT.folder, 'matrix.project.folder': PROJECT.folder, ...values }[
          expression
        ]
        if (found === undefined) throw new Error(`what is ${expression}?`)
        return found
      })
      return [name, value] as const
    })
    return step(hub, {
      event,
      payload: payload(event),
      workspace: checkOut(remote, 'refs/heads/main', `run-${++runs}`),
      inputs: Object.fromEntries(inputs),
      env: environment(world.url, `AKIAFLEET${VIDEO}`),
    })
  }
  /** Runs the workflow up to the job that a person approves. */
  const run = async (event: string, command = ''): Promise<Hour> => {
    const saved = path.join(root, `artifact-${runs}`)
    const done = await runStep('plan', 0, event, { 'inputs.command': command })
    const plan = await runStep('plan', 1, event, {})
    const { changes, 'plan-file': file = '' } = plan.outputs
    if (changes === 'true' && file !== '')
      for (const place of [`plans/jobwright-plan-${PROJECT.name}`, 'approved']) {
        fs.mkdirSync(path.join(saved, place), { recursive: true })
        fs.copyFileSync(file, path.join(saved, place, 'plan.json'))
      }
    const due = await runStep('due', 0, event, { 'runner.temp': saved })
    return {
      done,
      plan,
      saved,
      asked: (JSON.parse(due.outputs['projects']!) as { name: string }[]).map(({ name }) => name),
    }
  }
  /** A person approves: the last job runs. */
  const approve = ({ saved }: Hour) => runStep('apply', 0, 'schedule', { 'runner.temp': saved })
  const wait = (): void =>
    void hub.runs.push({
      id: hub.runs.length + 1,
      workflow: 'reconcile.yml',
      status: 'waiting',
      jobs: [
        { name: 'due', status: 'completed' },
        { name: `apply ${PROJECT.name}`, status: 'waiting' },
      ],
    })
  const names = async () => (await world.jobs()).map(({ id }) => id).sort()
  const records = () => remote.state('jobwright-state-video')?.records ?? {}
  return { world, hub, here, run, approve, wait, names, records }
}

t.test('an hourly run without due acts asks nobody, and one with due acts asks once', async (t) => {
  const { world, hub, here, run, approve, wait, names, records } = await approved(t)
  const first = await run('push')
  t.match(first, { done: { code: 0 }, plan: { code: 0, outputs: { 'to-create': '1' } }, asked: [PROJECT.name] })
  t.strictSame(await names(), [], 'nothing is created before a person approves')
  const applied = await approve(first)
  t.equal(applied.code, 0, applied.log)
  t.strictSame(await names(), ['lamp-1'])

  t.match(await run('schedule'), { done: { code: 0 }, plan: { outputs: { changes: 'false' } }, asked: [] })
  await world.advance(60)
  t.match(await run('schedule'), { done: { code: 0 }, asked: [] })
  t.match(records()['IotJob/lamp-1'], { condition: { type: 'Succeeded' } }, 'its end is recorded without an approval')

  push(here, { 'teams/video/specs/second.yaml': lamp(2) })
  const asking = await run('schedule')
  t.strictSame(asking.asked, [PROJECT.name])
  wait()
  t.strictSame((await run('schedule')).asked, [], 'a person who has been asked is left alone')
  t.strictSame((await run('push')).asked, [PROJECT.name], 'a push shows its new plan')
  hub.faults.push({ path: /actions\/workflows/, status: 403, message: 'Resource not accessible by integration' })
  t.strictSame((await run('schedule')).asked, [PROJECT.name], 'without the permission to look, it asks')
  const again = await run('workflow_dispatch', 'reconcile --timeout 45m')
  t.match(again.done, { code: 1, summary: /no approved plan/ })
  t.strictSame(await names(), ['lamp-1'])
})

t.test('a plan that waits for days does what it covers, while jobs end, are cancelled and specs change', async (t) => {
  const { world, hub, here, run, approve, wait, names, records } = await approved(t)
  push(here, { 'teams/video/specs/second.yaml': lamp(2) })
  await approve(await run('push'))
  t.strictSame(await names(), ['lamp-1', 'lamp-2'])

  push(here, { 'teams/video/specs/third.yaml': lamp(3) })
  const old = await run('push')
  t.strictSame(old.asked, [PROJECT.name])
  wait()
  const cancelled = await run('workflow_dispatch', 'cancel IotJob/lamp-2 --reason night')
  t.equal(cancelled.done.code, 0, cancelled.done.log)
  t.strictSame(cancelled.asked, [])
  await world.advance(60)
  await run('schedule')
  t.match(records(), {
    'IotJob/lamp-1': { condition: { type: 'Succeeded' } },
    'IotJob/lamp-2': { condition: { type: 'Cancelled' } },
  })
  push(here, { 'teams/video/specs/fourth.yaml': lamp(4) })
  await world.control('PUT', 'faults', [{ service: 'iot', operation: 'CreateJob', fault: 'drop-response', times: 1 }])
  const late = await approve(old)
  t.match(late.summary, /PLAN&#95;NOT&#95;APPROVED/)
  t.strictSame(await names(), ['lamp-1', 'lamp-2', 'lamp-3'], 'what is new since is left out')
  hub.runs[0]!.status = 'completed'

  const next = await run('schedule')
  t.match(records()['IotJob/lamp-3'], { stage: 'started' }, 'a lost response is settled without an approval')
  t.match(next, { plan: { outputs: { 'to-create': '1' } }, asked: [PROJECT.name] }, 'the next run asks for what is new')
  push(here, { 'teams/video/specs/fourth.yaml': { ...lamp(4), spec: { ...lamp(5).spec } } })
  const refused = await approve(next)
  t.match(refused, { code: 8, outputs: { 'failure-reason': 'plan-changed' } }, refused.log)
  t.strictSame(await names(), ['lamp-1', 'lamp-2', 'lamp-3'])
  const fresh = await run('schedule')
  t.strictSame(fresh.asked, [PROJECT.name])
  t.equal((await approve(fresh)).code, 0)
  t.strictSame(await names(), ['lamp-1', 'lamp-2', 'lamp-3', 'lamp-4'])
})
