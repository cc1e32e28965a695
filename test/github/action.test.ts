import t from 'tap'
import { build } from '../e2e/process.ts'
import { gitOut } from '../e2e/states.ts'
import { aws, environment } from '../e2e/world.ts'
import { BRANCH, branch, FORK, github, HOSTILE, lamp, PRICES, payload, step, twoProjects, VIDEO } from './projects.ts'
import { checkOut, checkOutMerge } from './runner.ts'

build()
t.jobs = 2

t.test('two projects in two accounts: a review by comments, a merge, and each job exactly once', async (t) => {
  const world = await aws(t)
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  branch(here, { 'teams/video/specs/more.yaml': lamp(2) })
  const workspace = checkOutMerge(remote, 'topic', 7)

  const found = await step(undefined, { ...BRANCH, workspace, inputs: { command: 'projects' } })
  t.equal(found.code, 0, found.log)
  const projects = JSON.parse(found.outputs['projects']!) as { name: string; folder: string }[]
  t.strictSame(projects, [
    { name: 'teams-prices', folder: 'teams/prices' },
    { name: 'teams-video', folder: 'teams/video' },
  ])
  const one = await step(undefined, { ...BRANCH, workspace, inputs: { command: 'projects', project: 'teams/video/' } })
  t.strictSame(JSON.parse(one.outputs['projects']!), projects.slice(1))

  for (const { folder } of projects) {
    const checked = await step(hub, { ...BRANCH, workspace, inputs: { 'working-directory': folder } })
    t.equal(checked.code, 0, checked.log)
    t.match(checked.outputs, {
      changes: 'true',
      'to-create': folder === 'teams/video' ? '2' : '1',
      'exit-code': '0',
      'failure-reason': '',
      'needs-attention': '0',
    })
    t.match(checked.outputs['comment-url'], /#issuecomment-3000000\d+$/)
    t.match(checked.summary, /Jobwright plan · <code>teams&#47;|Jobwright plan · <code>teams\//)
    t.match(JSON.parse(checked.outputs['counts']!), { create: folder === 'teams/video' ? 2 : 1 })
  }
  t.equal(hub.comments.length, 2, 'one comment for each project')
  const [, video] = hub.comments
  t.match(video?.body, /Plan: 2 to create\./)
  t.match(video?.body, /IotJob\/lamp&#45;2/)
  t.match(video?.body, /<details><summary>/, 'sections are closed')

  branch(here, { 'teams/video/specs/more.yaml': lamp(3) })
  const again = checkOutMerge(remote, 'topic', 7, 'pull-7-again')
  const updated = await step(hub, { ...BRANCH, workspace: again, inputs: { 'working-directory': 'teams/video' } })
  t.equal(updated.code, 0, updated.log)
  t.equal(hub.comments.length, 2, 'updated, not repeated')
  t.match(hub.comments[1]?.body, /IotJob\/lamp&#45;3/)
  t.notMatch(hub.comments[1]?.body, /lamp&#45;2/)
  t.equal(hub.comments[1]?.edits, 1)
  const same = await step(hub, { ...BRANCH, workspace: again, inputs: { 'working-directory': 'teams/video' } })
  t.equal(same.outputs['comment-url'], updated.outputs['comment-url'])
  t.equal(hub.comments[1]?.edits, 1, 'the same text is not written again')

  gitOut(here, 'push', '--quiet', 'origin', 'HEAD:main')
  const main = checkOut(remote, 'refs/heads/main', 'main')
  for (const [folder, account] of [
    ['teams/video', VIDEO],
    ['teams/prices', PRICES],
  ] as const) {
    const env = environment(world.url, `AKIAFLEET${account}`)
    const inputs = { 'working-directory': folder }
    const done = await step(hub, { event: 'push', payload: payload('push'), workspace: main, inputs, env })
    t.equal(done.code, 0, done.log)
    t.match(done.summary, /Done: \d created\./)
    t.match(done.outputs, { changes: 'true', 'exit-code': '0', 'comment-url': '' })
    const idle = await step(hub, { event: 'schedule', payload: payload('schedule'), workspace: main, inputs, env })
    t.equal(idle.code, 0, idle.log)
    t.match(idle.outputs, { changes: 'false', 'to-create': '0' })
  }
  t.strictSame(
    (await world.jobs()).map(({ id }) => id).sort(),
    ['door-1', 'lamp-1', 'lamp-3'],
    'each job once, in its account',
  )
  t.equal(hub.comments.length, 2, 'only a pull request gets comments')
})

t.test('a pull request from a fork gets summary and annotations, and no failure for the comment', async (t) => {
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  branch(here, {
    'teams/video/specs/more.yaml': { ...lamp(2), kind: HOSTILE },
    'teams/video/specs/third.yaml': lamp(3),
  })
  const workspace = checkOutMerge(remote, 'topic', 7)
  const inputs = { 'working-directory': 'teams/video' }
  const bad = await step(hub, { ...FORK, workspace, inputs })
  t.equal(bad.code, 3, 'invalid specs fail the check, and nothing else does')
  t.match(bad.outputs, { 'failure-reason': 'invalid', 'to-create': '2', 'comment-url': '' })
  t.match(bad.commands.find(({ name }) => name === 'error')?.properties, {
    file: 'teams/video/specs/more.yaml',
    line: /\d+/,
  })
  t.match(bad.summary, /Exit code 3: invalid specs/)
  t.match(bad.log, /No comment: the token of a pull request from a fork may only read/)
  t.equal(hub.comments.length, 0)

  branch(here, { 'teams/video/specs/more.yaml': lamp(2) })
  const good = await step(hub, { ...FORK, workspace: checkOutMerge(remote, 'topic', 7), inputs })
  t.equal(good.code, 0, good.log)
})

t.test('a merge queue gets its check: the plan, without a comment', async (t) => {
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  branch(here, { 'teams/video/specs/more.yaml': lamp(2) })
  const workspace = checkOutMerge(remote, 'topic', 7)
  const event = { event: 'merge_group', payload: payload('merge_group') }
  const inputs = { 'working-directory': 'teams/video' }
  const checked = await step(hub, { ...event, workspace, inputs })
  t.match(checked, { code: 0, outputs: { changes: 'true', 'to-create': '2' }, summary: /2 to create/ }, checked.log)
  t.equal(hub.requests.length, 0)
  const refused = await step(hub, { ...event, workspace, inputs: { ...inputs, command: 'reconcile' } })
  t.match(refused, { code: 1, outputs: { 'failure-reason': 'usage' } })
})

t.test('a pull request never reaches AWS, whatever the inputs say', async (t) => {
  const world = await aws(t)
  const { remote } = await twoProjects(t)
  const workspace = checkOut(remote, 'refs/heads/main', 'main')
  const inputs = { command: 'reconcile', 'working-directory': 'teams/video' }
  const refused = await step(undefined, { ...BRANCH, workspace, inputs, env: environment(world.url), token: '' })
  t.match(refused, { code: 1, outputs: { 'failure-reason': 'usage', 'exit-code': '1' }, summary: /are not merged/ })
  t.match(refused.commands, [{ name: 'error', text: /pull_request does not run reconcile/ }])
  t.strictSame(await world.jobs(), [])
})
