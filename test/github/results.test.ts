import path from 'node:path'
import t, { type Test } from 'tap'
import { build, type Files, write } from '../e2e/process.ts'
import { gitOut, push } from '../e2e/states.ts'
import { aws, doc, environment } from '../e2e/world.ts'
import { BRANCH, branch, github, HOSTILE, iot, lamp, PRICES, payload, step, twoProjects, VIDEO } from './projects.ts'
import { findActive } from './rendered.ts'
import { checkOut, checkOutMerge } from './runner.ts'

build()
t.jobs = 2

type Method = 'merge' | 'squash' | 'rebase'
const FUTURE = new Date(Date.now() + 90 * 86_400_000).toISOString()

/** A repository whose first jobs have run, with a pull request to merge. */
async function reviewed(t: Test) {
  const world = await aws(t)
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  let checkouts = 0
  const run = (
    event: 'push' | 'schedule',
    more: { inputs?: Record<string, string>; token?: string; payload?: unknown; project?: 'video' | 'prices' } = {},
  ) => {
    const { project = 'video', inputs, ...rest } = more
    return step(hub, {
      event,
      payload: payload(event),
      workspace: checkOut(remote, 'refs/heads/main', `main-${++checkouts}`),
      env: environment(world.url, `AKIAFLEET${project === 'video' ? VIDEO : PRICES}`),
      inputs: { 'working-directory': `teams/${project}`, command: 'reconcile', ...inputs },
      ...rest,
    })
  }
  const check = (project = 'video') =>
    step(hub, {
      ...BRANCH,
      workspace: checkOutMerge(remote, 'topic', 7, `check-${++checkouts}`),
      inputs: { 'working-directory': `teams/${project}` },
    })
  /** Merges the branch topic as a person does, and returns the payload of the push. */
  const merge = (method: Method, number = 7): unknown => {
    gitOut(here, 'fetch', '--quiet', 'origin')
    const count = Number(gitOut(here, 'rev-list', '--count', 'origin/main..origin/topic'))
    const last = {
      message: gitOut(here, 'log', '-1', '--format=%B', 'origin/topic'),
      authoredDate: new Date(gitOut(here, 'log', '-1', '--format=%aI', 'origin/topic')).toISOString(),
    }
    const before = gitOut(here, 'rev-parse', 'origin/main')
    gitOut(here, 'checkout', '--quiet', '--force', '-B', 'main', 'origin/main')
    if (method === 'merge') gitOut(here, 'merge', '--quiet', '--no-ff', '--message', `Merge #${number}`, 'origin/topic')
    if (method === 'squash') {
      gitOut(here, 'merge', '--quiet', '--squash', 'origin/topic')
      gitOut(here, 'commit', '--quiet', '--message', `Night shifts (#${number})`)
    }
    if (method === 'rebase') gitOut(here, 'cherry-pick', 'origin/main..origin/topic')
    gitOut(here, 'push', '--quiet', 'origin', 'HEAD:main')
    const commit = gitOut(here, 'rev-parse', 'HEAD')
    hub.merged.push({ number, mergedAt: new Date().toISOString(), commit, count, last, labels: [] })
    return { ...(payload('push') as object), before, after: commit }
  }
  t.equal((await run('schedule')).code, 0)
  return { world, hub, remote, here, run, check, merge }
}

/** Commits more to the branch topic, so that it has several commits. */
function commitMore(here: string, files: Files): void {
  write(here, files)
  gitOut(here, 'add', '--all')
  gitOut(here, 'commit', '--quiet', '--message', HOSTILE)
  gitOut(here, 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic')
}

t.test('the comment turns from the plan to the result, until all jobs have ended', async (t) => {
  const { world, hub, here, run, check, merge } = await reviewed(t)
  branch(here, { 'teams/video/specs/second.yaml': lamp(2) })
  commitMore(here, {
    'teams/video/specs/third.yaml': lamp(3, { policy: { dependsOn: ['IotJob/lamp-2'] } }),
    'teams/video/README.md': 'x',
  })
  await check()
  t.match(hub.comments, [{ body: /1 to create/ }])
  const pushed = merge('merge')
  const done = await run('push', { payload: pushed })
  t.equal(done.code, 0, done.log)
  const [comment] = hub.comments
  t.equal(hub.comments.length, 1)
  const { commit } = hub.merged[0]!
  t.match(comment?.body, /^<!-- jobwright teams%2Fvideo -->\n<!-- jobwright-result open -->\n### ⏳ Jobwright result/)
  t.match(comment?.body, /2 jobs of this pull request: 1 in progress, 1 without a job/)
  t.match(comment?.body, `https://github.example/football-archive/jobs/blob/${commit}/teams/video/specs/second.yaml#L1`)
  t.match(comment?.body, 'https://eu-west-1.console.aws.amazon.com/iot/')
  t.match(comment?.body, /waiting: waits for IotJob\/lamp&#45;2/)
  t.notMatch(comment?.body, /lamp&#45;1/, 'other jobs are not of this pull request')
  t.strictSame(findActive(comment!.body).spoken, [])
  t.strictSame(hub.merged[0]?.labels, ['jobwright-running'])

  const before = hub.requests.length
  await run('schedule')
  t.equal(comment?.edits, 1, 'without news, nothing is written')
  const calls = hub.requests.slice(before).map(({ method, path: at }) => `${method} ${at}`)
  t.strictSame(calls.filter((call) => !call.includes('/issues')).length, 2, 'one call finds the merged pull requests')
  await world.advance(60)
  await run('schedule')
  t.match(comment?.body, /1 succeeded, 1 in progress/)
  await world.advance(60)
  await run('schedule')
  t.match(comment?.body, /<!-- jobwright-result ended -->\n### ✅/)
  t.match(comment?.body, /All jobs of this pull request have ended: 2 succeeded\.\*\* Later runs leave/)
  t.strictSame(hub.merged[0]?.labels, [])
  const edits = comment?.edits
  push(here, { 'teams/video/specs/second.yaml': lamp(2, { policy: { run: 2 } }) })
  await run('schedule')
  await check()
  t.equal(comment?.edits, edits, 'it is left alone, by a check that runs again too')
  t.equal(hub.comments.length, 1)
})

for (const method of ['squash', 'rebase'] as const)
  t.test(`a pull request from a fork hears back from the push that merged it by ${method}`, async (t) => {
    const { world, hub, here, run, merge } = await reviewed(t)
    branch(here, { 'teams/video/specs/second.yaml': lamp(2) })
    commitMore(here, { 'teams/video/specs/faulty.yaml': doc('IotJob', 'faulty-1', { spec: iot('faulty', VIDEO, 1) }) })
    const pushed = merge(method)
    await run('push', { payload: pushed })
    t.match(hub.comments, [{ author: 'github-actions', body: /2 jobs of this pull request: 2 in progress/ }])
    await world.advance(60)
    t.equal((await run('schedule')).code, 10)
    t.match(hub.comments[0]?.body, /### ❌[\s\S]*have ended: 1 failed, 1 succeeded[\s\S]*ThingsFailed/)
    hub.comments.length = 0
    await run('schedule')
    t.equal(hub.comments.length, 0, 'a comment that a person deleted stays deleted')
    branch(here, { 'teams/video/README.md': 'x' })
    await run('push', { payload: merge(method, 8) })
    t.equal(hub.comments.length, 0, 'a pull request without specs hears nothing')
  })

t.test('the comment says that a later commit changed or removed a spec', async (t) => {
  const { hub, here, run, check, merge } = await reviewed(t)
  const policy = { notBefore: FUTURE }
  branch(here, {
    'teams/video/specs/second.yaml': lamp(2, { policy }),
    'teams/video/specs/both.yaml': `${JSON.stringify(lamp(3, { policy }))}\n---\n${JSON.stringify(lamp(4, { policy }))}\n`,
  })
  await check()
  await run('push', { payload: merge('squash') })
  t.match(hub.comments, [{ body: /3 jobs of this pull request: 3 without a job/ }])
  push(here, {
    'teams/video/specs/both.yaml': `# moved\n${JSON.stringify(lamp(4, { policy }))}\n---\n${JSON.stringify(lamp(3, { policy: { notBefore: FUTURE, run: 2 } }))}\n`,
  })
  const edit = gitOut(here, 'rev-parse', 'HEAD')
  await run('push')
  t.match(hub.comments[0]?.body, new RegExp(`lamp&#45;3.*A later commit changed its spec.*commit/${edit}`))
  t.notMatch(hub.comments[0]?.body, /lamp&#45;4.*A later commit/)
  t.match(hub.comments[0]?.body, /jobwright-result open/)
  push(here, { 'teams/video/specs/second.yaml': undefined, 'teams/video/specs/both.yaml': undefined } as never)
  await run('push')
  const removal = gitOut(here, 'rev-parse', 'HEAD')
  t.match(hub.comments[0]?.body, /jobwright-result ended/)
  t.match(hub.comments[0]?.body, new RegExp(`lamp&#45;2.*not submitted.*commit/${removal}`))
  t.equal(hub.comments.length, 1)
})

t.test('each project of a pull request has its result, and the label stays until the last one has ended', async (t) => {
  const { world, hub, here, run, check, merge } = await reviewed(t)
  branch(here, {
    'teams/video/specs/second.yaml': lamp(2),
    'teams/prices/specs/door.yaml': doc('IotJob', 'door-2', {
      spec: iot('doors', PRICES, 2),
      policy: { notBefore: FUTURE },
    }),
  })
  await check('video')
  await check('prices')
  const pushed = merge('merge')
  await run('push', { payload: pushed })
  await run('push', { payload: pushed, project: 'prices' })
  t.match(hub.comments, [{ body: /lamp&#45;2/ }, { body: /door&#45;1.*removed[\s\S]*door&#45;2/ }])
  t.notMatch(hub.comments[0]?.body, /door/)
  await world.advance(60)
  await run('schedule')
  t.match(hub.comments, [{ body: /result ended/ }, { body: /result open/ }])
  t.strictSame(hub.merged[0]?.labels, ['jobwright-running'])
})

t.test('a GitHub that fails, and a token without the permission, change nothing of the run', async (t) => {
  const { hub, remote, here, run, merge } = await reviewed(t)
  branch(here, { 'teams/video/specs/second.yaml': lamp(2) })
  const pushed = merge('squash')
  const inputs = { 'failure-issues': 'false' }
  hub.faults.push({ path: /graphql/, status: 502, message: 'Bad Gateway' })
  const outage = await run('push', { payload: pushed, inputs })
  t.match(outage, { code: 0, outputs: { 'exit-code': '0' } })
  const warnings = ({ commands }: typeof outage) => commands.filter(({ name }) => name === 'warning')
  t.match(warnings(outage), [{ text: /comments of merged pull requests were not brought up to date/ }])
  t.match(remote.state('jobwright-state-video')?.records, { 'IotJob/lamp-2': { stage: 'started' } })
  const denied = await run('push', { payload: pushed, inputs, token: 'ghs_fork' })
  t.match(warnings(denied), [{ text: /pull-requests: write/ }])
  const before = hub.requests.length
  await run('push', { payload: pushed, inputs: { ...inputs, comment: 'never' } })
  t.equal(hub.requests.length, before)
  t.equal(hub.comments.length, 0)
  await run('push', { payload: pushed, inputs })
  t.match(hub.comments, [{ body: /lamp&#45;2/ }], 'the push, run again, makes up for it')
  t.equal(path.basename(hub.merged[0]!.labels[0]!), 'jobwright-running')
})
