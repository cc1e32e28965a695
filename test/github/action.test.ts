import fs from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import t, { type Test } from 'tap'
import { build, cli, type Files, write } from '../e2e/process.ts'
import { gitOut, push, type Remote, remoteWith } from '../e2e/states.ts'
import { aws, doc, environment } from '../e2e/world.ts'
import { type FakeGitHub, type GitHubOptions, startGitHub } from './fake-github.ts'
import { checkOut, checkOutMerge, REPOSITORY, runStep, type StepOptions } from './runner.ts'

build()
t.jobs = 2

const HOSTILE =
  '@football-archive/admins #1 GH-2 https://evil.example <img src=x> `x` [a](b)\n::error::owned ##[group]x'
const TOKENS: GitHubOptions['tokens'] = {
  ghs_branch: { login: 'github-actions', canWrite: true },
  ghs_fork: { login: 'github-actions', canWrite: false },
}
const payload = (name: string): unknown =>
  JSON.parse(fs.readFileSync(new URL(`./payloads/${name}.json`, import.meta.url), 'utf8'))
const BRANCH = { event: 'pull_request', payload: payload('pull_request-branch') }
const FORK = { event: 'pull_request', payload: payload('pull_request-fork'), token: 'ghs_fork' }

const github = (t: Test, more: Partial<GitHubOptions> = {}) =>
  startGitHub(t, { repository: REPOSITORY, pullRequests: [7], tokens: TOKENS, ...more })

const configOf = (name: string, account: string): string =>
  `specs: [specs]\nstate: { store: git, branch: jobwright-state-${name} }\ntargets: { ${name}: { region: eu-west-1, account: '${account}' } }\n`
const VIDEO = '111111111111'
const PRICES = '222222222222'
const lamp = (n = 1, more = {}) => doc('IotJob', `lamp-${n}`, { spec: iot('lamps', VIDEO, n), ...more })
const iot = (group: string, account: string, n: number) => ({
  targets: [`arn:aws:iot:eu-west-1:${account}:thinggroup/${group}`],
  document: { operation: 'restart', n },
})

/** A remote with two projects in two accounts, each with a state, and a clone of it. */
async function twoProjects(t: Test): Promise<{ remote: Remote; here: string }> {
  const remote = remoteWith(t, {
    'teams/video/jobwright.yaml': configOf('video', VIDEO),
    'teams/prices/jobwright.yaml': configOf('prices', PRICES),
  })
  const here = remote.clone('here')
  for (const project of ['video', 'prices'])
    t.equal((await cli(['init'], { cwd: path.join(here, 'teams', project) })).code, 0)
  gitOut(here, 'clean', '--quiet', '--force', '-d')
  push(here, {
    'teams/video/specs/first.yaml': lamp(),
    'teams/prices/specs/door.yaml': doc('IotJob', 'door-1', { spec: iot('doors', PRICES, 1) }),
  })
  return { remote, here }
}

/** Pushes a branch with these files, from main. */
function branch(here: string, files: Files, name = 'topic'): void {
  gitOut(here, 'fetch', '--quiet', 'origin')
  gitOut(here, 'checkout', '--quiet', '--force', '-B', name, 'origin/main')
  write(here, files)
  gitOut(here, 'add', '--all')
  gitOut(here, 'commit', '--quiet', '--allow-empty', '--message', HOSTILE)
  gitOut(here, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${name}`)
}

const step = (hub: FakeGitHub | undefined, options: Omit<StepOptions, 'github'>) =>
  runStep({ ...options, ...(hub && { github: hub }) })

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

t.test('comment: always, changes or never', async (t) => {
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  branch(here, { 'teams/video/specs/first.yaml': '', 'README.md': 'x' })
  const workspace = checkOutMerge(remote, 'topic', 7)
  const run = (comment: string) =>
    step(hub, { ...BRANCH, workspace, inputs: { 'working-directory': 'teams/video', comment } })
  for (const mode of ['never', 'changes']) {
    t.match(await run(mode), { outputs: { changes: 'false', 'comment-url': '' } }, mode)
    t.equal(hub.comments.length, 0, mode)
  }
  t.match(await run('always'), { outputs: { 'comment-url': /issuecomment/ } })
  t.match(hub.comments, [{ body: /Nothing to do/ }])
  branch(here, { 'teams/video/specs/first.yaml': lamp(5) })
  const more = checkOutMerge(remote, 'topic', 7)
  await step(hub, { ...BRANCH, workspace: more, inputs: { 'working-directory': 'teams/video' } })
  t.match(hub.comments, [{ body: /1 to create/ }])
  await run('changes')
  t.match(hub.comments, [{ body: /Nothing to do/ }], 'an earlier comment never shows an outdated plan')
  const wrong = await run('sometimes')
  t.match(wrong, { code: 1, outputs: { 'failure-reason': 'usage' } })
  t.match(wrong.commands, [{ name: 'stop-commands' }].slice(1))
  t.match(wrong.summary, /always, changes, never/)
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

t.test('nothing that is not merged reaches AWS, whatever the inputs say', async (t) => {
  const world = await aws(t)
  const { remote } = await twoProjects(t)
  const workspace = checkOut(remote, 'refs/heads/main', 'main')
  for (const [event, command] of [
    ['pull_request', 'reconcile'],
    ['pull_request', 'acknowledge --all'],
    ['pull_request_target', ''],
    ['pull_request_target', 'plan --offline'],
    ['push', 'init --new-state'],
    ['push', 'plan --out /tmp/x'],
    ['push', 'reconcile --spec other'],
    ['push', 'projects --force'],
    ['push', 'a "b'],
  ] as const) {
    const inputs = { command, 'working-directory': 'teams/video' }
    const refused = await step(undefined, {
      event,
      payload: BRANCH.payload,
      workspace,
      inputs,
      env: environment(world.url),
      token: '',
    })
    t.match(refused, { code: 1, outputs: { 'failure-reason': 'usage', 'exit-code': '1' } }, `${event}: ${command}`)
    t.equal(refused.commands.filter(({ name }) => name === 'error').length, 1, 'one error says why')
  }
  for (const folder of ['../elsewhere', '/etc', 'missing', 'C:\\x']) {
    const refused = await step(undefined, { event: 'push', workspace, inputs: { 'working-directory': folder } })
    t.match(refused, { code: 1, outputs: { 'failure-reason': 'usage' } }, folder)
  }
  t.strictSame(await world.jobs(), [])
})

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
  t.equal((await run('reconcile')).code, 9)
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

t.test('the comment survives what GitHub does', async (t) => {
  const { remote, here } = await twoProjects(t)
  branch(here, { 'teams/video/specs/more.yaml': lamp(2) })
  const workspace = checkOutMerge(remote, 'topic', 7)
  const run = (hub: FakeGitHub, more: Partial<StepOptions> = {}) =>
    step(hub, { ...BRANCH, workspace, inputs: { 'working-directory': 'teams/video' }, ...more })

  t.test('on GitHub Enterprise Server', async (t) => {
    const hub = await github(t, { isEnterprise: true })
    t.match(await run(hub), { code: 0, outputs: { 'comment-url': /issuecomment/ } })
    t.equal(hub.comments.length, 1)
    t.ok(hub.requests.every(({ path }) => path.startsWith('/api/')))
  })

  t.test('among hundreds of comments, of which others copy the marker', async (t) => {
    const hub = await github(t)
    for (let n = 0; n < 130; n++) hub.add(7, 'ada', `Night shift ${n}`)
    await run(hub)
    const ours = hub.comments.find(({ author }) => author === 'github-actions')!
    for (let n = 0; n < 130; n++) hub.add(7, 'mallory', ours.body.replace('2 to create', '0 to create'))
    const twin = hub.add(7, 'github-actions', ours.body)
    const other = hub.add(7, 'github-actions', `See this: ${ours.body}`)
    ours.body += '\nedited'
    const done = await run(hub)
    t.equal(done.code, 0, done.log)
    t.equal(ours.edits, 1, 'ours is updated')
    t.notMatch(ours.body, /edited/)
    t.notOk(hub.comments.includes(twin), 'a duplicate of ours is deleted')
    t.ok(hub.comments.includes(other), 'a comment that quotes it is not')
    t.ok(
      hub.comments.every(({ author, edits }) => author === 'github-actions' || edits === 0),
      'no other is touched',
    )
    t.ok(hub.requests.filter(({ path }) => path === '/graphql').length >= 3, 'it reads page by page')
  })

  t.test('secondary and primary limits with a short wait', async (t) => {
    const hub = await github(t)
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    hub.faults.push({ method: 'POST', path: /comments$/, status: 403, headers: { 'retry-after': '1' }, message })
    t.match(await run(hub), { code: 0, outputs: { 'comment-url': /issuecomment/ } })
    t.equal(hub.comments.length, 1)
    const reset = String(Math.floor(Date.now() / 1000))
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
    hub.comments[0]!.body += '\nedited'
    hub.faults.push({ method: 'PATCH', status: 403, headers, message: 'API rate limit exceeded' })
    t.match(await run(hub), { code: 0, outputs: { 'comment-url': /issuecomment/ } })
    t.notMatch(hub.comments[0]?.body, /edited/)
  })

  for (const [what, fault] of [
    [
      'a limit that lasts too long',
      {
        method: 'POST',
        path: /comments$/,
        status: 403,
        headers: { 'retry-after': '3600' },
        message: 'You have exceeded a secondary rate limit',
      },
    ],
    ['a body that GitHub rejects', { method: 'POST', path: /comments$/, status: 422, message: 'Validation Failed' }],
    ['an outage', { path: /graphql$/, status: 502, message: 'Bad Gateway' }],
    [
      'an outage after it took effect',
      { method: 'POST', path: /comments$/, status: 502, message: HOSTILE, isDone: true },
    ],
    ['an unknown token', { status: 401, message: 'Bad credentials' }],
  ] as const) {
    t.test(`${what}: a warning, and the check still says what the plan says`, async (t) => {
      const hub = await github(t)
      hub.faults.push(fault)
      const done = await run(hub)
      t.equal(done.code, 0, done.log)
      t.match(
        done.commands.filter(({ name }) => name !== 'stop-commands'),
        [{ name: 'warning', text: /the comment was not written/ }],
      )
      t.match(done.summary, /2 to create/)
      await run(hub)
      t.equal(hub.comments.length, 1, 'the next run makes it good, without a second comment')
    })
  }

  t.test('a token without the permission: one line says which', async (t) => {
    const hub = await github(t)
    const denied = await run(hub, { token: 'ghs_fork' })
    t.match(denied, { code: 0, log: /permission pull-requests: write/ })
    t.match(await run(hub, { token: '' }), { code: 0, outputs: { 'comment-url': '' } })
  })
})

t.test('a large plan is cut in the comment with its totals kept, and whole in the summary', async (t) => {
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  const all = Array.from({ length: 700 }, (_, n) => JSON.stringify(lamp(100 + n))).join('\n---\n')
  branch(here, { 'teams/video/specs/many.yaml': all })
  const workspace = checkOutMerge(remote, 'topic', 7)
  const done = await step(hub, { ...BRANCH, workspace, inputs: { 'working-directory': 'teams/video' } })
  const body = hub.comments[0]?.body ?? ''
  t.ok(body.length > 50_000 && Buffer.byteLength(body) <= 65_536, `${body.length}`)
  t.match(body, /Plan: 701 to create\./)
  t.match(
    body,
    /\d+ more not shown: see \[the summary of the run\]\(https:\/\/github\.example\/.*\/actions\/runs\/987654321\)/,
  )
  t.match(done.summary, /lamp&#45;799/)
  t.notMatch(done.summary, /more not shown/)
  t.ok(Buffer.byteLength(done.summary) <= 1024 * 1024)
})

t.test('hostile words of AWS and of specs stay words', async (t) => {
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  push(here, {
    'teams/video/specs/first.yaml': doc('IotJob', 'lamp-1', {
      labels: { a: 'b' },
      spec: { ...iot('lamps', VIDEO, 1), description: HOSTILE, document: { operation: HOSTILE } },
    }),
  })
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(403, { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' })
      response.end(JSON.stringify({ message: HOSTILE, __type: 'AccessDeniedException' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const main = checkOut(remote, 'refs/heads/main', 'main')
  const env = environment(url)
  const inputs = { 'working-directory': 'teams/video' }
  const failed = await step(hub, { event: 'push', payload: payload('push'), workspace: main, inputs, env })
  t.not(failed.code, 0)
  t.match(failed.log, /owned/, 'the message is in the log')
  branch(here, { 'teams/video/specs/first.yaml': `kind: "${HOSTILE.replaceAll('\n', '\\n')}"\n` })
  const workspace = checkOutMerge(remote, 'topic', 7)
  const bad = await step(hub, { ...BRANCH, workspace, inputs })
  t.match(bad.code, 3)
  for (const { commands } of [failed, bad]) {
    t.strictSame(
      commands.filter(({ name }) => !['error', 'warning', 'notice', 'stop-commands'].includes(name)),
      [],
    )
    t.notOk(commands.some(({ name, text }) => name === 'error' && text === 'owned'))
  }
  for (const text of [failed.summary, bad.summary, hub.comments[0]?.body ?? 'none'])
    t.notMatch(text, /@football|#1\b|GH-2|https:\/\/evil|<img|\[a\]\(b\)|##\[/)
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
      if (isStopped || !text.includes('waiting')) return
      isStopped = true
      child.kill('SIGINT')
    },
  })
  t.match(done, { code: 130, outputs: { 'failure-reason': 'interrupted' }, summary: /Exit code 130/ }, done.log)
})
