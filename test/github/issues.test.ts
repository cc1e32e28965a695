import t, { type Test } from 'tap'
import { build } from '../e2e/process.ts'
import { push } from '../e2e/states.ts'
import { aws, doc, environment } from '../e2e/world.ts'
import { github, iot, lamp, payload, step, twoProjects, VIDEO } from './projects.ts'
import { findActive } from './rendered.ts'
import { checkOut } from './runner.ts'

build()
t.jobs = 2

const faulty = (n: number) => doc('IotJob', `faulty-${n}`, { spec: iot('faulty', VIDEO, n) })
const after = (n: number) => lamp(n, { policy: { dependsOn: ['IotJob/faulty-1'] } })
const toStream = (documents: readonly object[]): string => documents.map((one) => JSON.stringify(one)).join('\n---\n')

/** A project whose jobs have failed in the night, but for the run that records it. */
async function night(t: Test, failing: number, dependants: number) {
  const world = await aws(t)
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
  push(here, {
    'teams/video/specs/first.yaml': toStream(range(failing).map(faulty)),
    'teams/video/specs/after.yaml': toStream(range(dependants).map(after)),
  })
  let checkouts = 0
  const run = (command: string, more: { inputs?: Record<string, string>; token?: string } = {}) =>
    step(hub, {
      event: 'schedule',
      payload: payload('schedule'),
      workspace: checkOut(remote, 'refs/heads/main', `main-${++checkouts}`),
      env: environment(world.url, `AKIAFLEET${VIDEO}`),
      ...more,
      inputs: { 'working-directory': 'teams/video', command, ...more.inputs },
    })
  t.equal((await run('reconcile')).code, 0)
  t.equal(hub.issues.length, 0)
  await world.advance(60)
  return { world, hub, here, run }
}

const edits = (hub: { issues: { edits: number }[] }): number => hub.issues.reduce((sum, one) => sum + one.edits, 0)

t.test('a job with 200 dependants fails at night: one issue, until a person acknowledges it', async (t) => {
  const { hub, run } = await night(t, 1, 200)
  const failed = await run('reconcile')
  t.equal(failed.code, 10, failed.log)
  t.equal(hub.issues.length, 1, failed.log)
  const [issue] = hub.issues
  t.match(issue, { title: 'teams/video: IotJob/faulty-1 failed', state: 'open', labels: ['jobwright'] })
  const { body = '' } = issue ?? {}
  t.match(body, /^<!-- jobwright-issue teams%2Fvideo [0-9a-f]{32} -->\n/)
  t.match(body, /PLAN&#95;FAILED/)
  t.match(body, /ThingsFailed/)
  t.match(body, 'https://eu-west-1.console.aws.amazon.com/iot/')
  t.match(body, /teams\/video\/specs\/first\.yaml#L1/)
  t.match(
    body,
    "gh workflow run reconcile.yml --repo football-archive/jobs -f 'command=acknowledge IotJob/faulty-1' -f project=teams/video",
  )
  t.match(body, /200 jobs wait for it/)
  t.notMatch(body, /acknowledge --all|acknowledge IotJob\/faulty-1 /, 'one command settles all')
  t.match(body, /IotJob\/lamp&#45;200/)
  t.strictSame(findActive(body).spoken, [])

  const later = await run('reconcile')
  t.equal(later.code, 10)
  t.equal(hub.issues.length, 1, 'an hour later it is the same issue')
  t.equal(edits(hub), 0, 'and nothing is written')
  t.notOk(hub.requests.some(({ path }) => path.endsWith('/comments')))

  const acknowledged = await run('acknowledge IotJob/faulty-1')
  t.equal(acknowledged.code, 0, acknowledged.log)
  t.match(hub.issues, [{ state: 'closed', stateReason: 'completed', body: /settled or acknowledged/ }])
  const green = await run('reconcile')
  t.equal(green.code, 0, 'the jobs that wait need nobody either')
  t.equal(hub.issues.length, 1)
})

t.test(
  'a job that waits for an acknowledged job gets an issue of its own cause, until it is acknowledged',
  async (t) => {
    const { hub, here, run } = await night(t, 1, 1)
    t.equal((await run('reconcile')).code, 10)
    t.equal((await run('acknowledge IotJob/faulty-1')).code, 0)
    push(here, { 'teams/video/specs/after.yaml': toStream([after(1), after(2), after(3)]) })
    t.equal((await run('reconcile')).code, 10, 'what is new to wait is news')
    t.match(hub.issues, [
      { state: 'closed' },
      { title: 'teams/video: IotJob/faulty-1 blocks 2 jobs', state: 'open', body: /2 jobs wait for <code>IotJob/ },
    ])
    t.match(hub.issues[1]?.body, "-f 'command=acknowledge IotJob/faulty-1'")
    t.equal((await run('acknowledge IotJob/lamp-2')).code, 0)
    t.match(
      hub.issues[1],
      { title: 'teams/video: IotJob/faulty-1 blocks 1 job', state: 'open' },
      'it stays the same issue',
    )
    t.equal((await run('acknowledge IotJob/faulty-1')).code, 0, 'the root settles the rest')
    t.match(hub.issues[1], { state: 'closed', stateReason: 'completed' })
    t.equal((await run('reconcile')).code, 0)
  },
)

t.test('an issue without its label is found by its marker: it stays the only one, and is closed', async (t) => {
  const { hub, run } = await night(t, 1, 0)
  await run('reconcile')
  hub.issues[0]!.labels = []
  await run('reconcile')
  t.match(hub.issues, [{ state: 'open', edits: 0 }])
  t.equal(hub.issues.length, 1)
  await run('acknowledge IotJob/faulty-1')
  t.match(hub.issues, [{ state: 'closed', stateReason: 'completed' }])
})

t.test('an issue that a person closed stays closed, and the next failure of the job is another issue', async (t) => {
  const { world, hub, here, run } = await night(t, 1, 1)
  await run('reconcile')
  hub.issues[0]!.state = 'closed'
  await run('reconcile')
  t.match(hub.issues, [{ state: 'closed', edits: 0 }])
  push(here, { 'teams/video/specs/first.yaml': { ...faulty(1), policy: { run: 2 } } })
  await run('reconcile')
  await world.advance(60)
  await run('reconcile')
  t.match(hub.issues, [{ state: 'closed' }, { state: 'open', body: /run 2/ }])
  push(here, { 'teams/video/specs/after.yaml': toStream([after(1), after(2)]) })
  await run('reconcile')
  t.match(hub.issues[1], { state: 'open', edits: 1, body: /2 jobs wait/ }, 'an open issue is updated')
  push(here, { 'teams/video/specs/first.yaml': { ...faulty(1), policy: { run: 3 } } })
  const settled = await run('reconcile')
  t.equal(settled.code, 0, settled.log)
  t.match(hub.issues[1], { state: 'closed', stateReason: 'completed' }, 'a settled finding closes its issue')
})

t.test('two runs that open an issue at once leave one', async (t) => {
  const { hub, run } = await night(t, 1, 0)
  hub.onOpen = (body) => {
    delete hub.onOpen
    hub.open('github-actions', { title: 'the other run', body, labels: ['jobwright'] })
  }
  const done = await run('reconcile')
  t.equal(done.code, 10)
  t.match(hub.issues, [
    { state: 'open' },
    { state: 'closed', stateReason: 'not_planned', body: /#101 reports the same/ },
  ])
  hub.open('mallory', { ...hub.issues[0]!, title: 'copied marker' })
  await run('reconcile')
  t.match(
    hub.issues,
    [{ state: 'open' }, { state: 'closed' }, { state: 'open', edits: 0 }],
    'only our own issues count',
  )
})

t.test('more than 20 findings are one issue', async (t) => {
  const { hub, run } = await night(t, 21, 0)
  await run('reconcile')
  t.equal(hub.issues.length, 1)
  t.match(hub.issues, [{ title: 'teams/video: 21 findings need a person', body: /acknowledge --all/ }])
  t.equal(hub.issues[0]?.body.match(/PLAN&#95;FAILED/g)?.length, 21)
  hub.issues[0]!.state = 'closed'
  await run('reconcile')
  t.equal(hub.issues.length, 1, 'closed by hand, it stays closed')
  await run('acknowledge IotJob/faulty-7')
  t.equal(hub.issues.length, 21, '20 findings are 20 issues')
  await run('acknowledge --all')
  t.equal(hub.issues.filter(({ state }) => state === 'open').length, 0)
})

t.test('a GitHub that fails, and a token without the permission, change nothing of the run', async (t) => {
  const { hub, run } = await night(t, 1, 0)
  hub.faults.push({ path: /graphql/, status: 502, message: 'Bad Gateway' })
  const outage = await run('reconcile')
  t.match(outage, { code: 10, outputs: { 'exit-code': '10', 'failure-reason': 'job-failed' } })
  t.match(
    outage.commands.filter(({ name }) => name === 'warning'),
    [{ text: /issues were not brought up to date/ }],
  )
  const denied = await run('reconcile', { token: 'ghs_no_issues' })
  t.equal(denied.code, 10)
  t.match(
    denied.commands.filter(({ name }) => name === 'warning'),
    [{ text: /issues: write/ }],
  )
  const off = await run('reconcile', { inputs: { 'failure-issues': 'false' } })
  t.equal(off.code, 10)
  t.equal(hub.issues.length, 0)
  t.match(await run('reconcile', { inputs: { 'failure-issues': 'maybe' } }), { code: 1, summary: /true or false/ })
  const done = await run('reconcile')
  t.equal(done.code, 10)
  t.equal(hub.issues.length, 1, 'the next run makes up for it')
})
