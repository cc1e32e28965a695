import fs from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import t from 'tap'
import { build } from '../e2e/process.ts'
import { push } from '../e2e/states.ts'
import { doc, environment } from '../e2e/world.ts'
import { BRANCH, branch, github, HOSTILE, iot, lamp, payload, step, twoProjects, VIDEO } from './projects.ts'
import { findActive } from './rendered.ts'
import { checkOut, checkOutMerge } from './runner.ts'

build()
t.jobs = 2

/** Who calls, as STS says. */
const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${VIDEO}:user/ada</Arn><UserId>ada</UserId><Account>${VIDEO}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

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
  const more = checkOutMerge(remote, 'topic', 7, 'pull-7-more')
  await step(hub, { ...BRANCH, workspace: more, inputs: { 'working-directory': 'teams/video' } })
  t.match(hub.comments, [{ body: /1 to create/ }])
  await run('changes')
  t.match(hub.comments, [{ body: /Nothing to do/ }], 'an earlier comment never shows an outdated plan')
  const wrong = await run('sometimes')
  t.match(wrong, { code: 1, outputs: { 'failure-reason': 'usage' } })
  t.match(wrong.commands, [{ name: 'stop-commands' }].slice(1))
  t.match(wrong.summary, /always, changes, never/)
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
      spec: { ...iot('lamps', VIDEO, 1), document: { operation: HOSTILE } },
    }),
  })
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const isIdentity = request.url === '/'
      response.writeHead(isIdentity ? 200 : 403, {
        'content-type': isIdentity ? 'text/xml' : 'application/json',
        'x-amzn-errortype': 'AccessDeniedException',
      })
      response.end(isIdentity ? IDENTITY : JSON.stringify({ message: HOSTILE, __type: 'AccessDeniedException' }))
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
  for (const text of [failed.summary, bad.summary, hub.comments[0]?.body ?? 'none']) {
    const { links, tags, spoken } = findActive(text)
    t.ok(
      links.every((link) =>
        /^https:\/\/(github\.example\/football-archive|[\w-]+\.console\.aws\.amazon\.com)\//.test(link),
      ),
    )
    t.strictSame(spoken, [])
    t.notOk(tags.some((tag) => ['img', 'script', 'iframe', 'input'].includes(tag)))
  }
})

t.test('a file of the runner that is missing fails nothing', async (t) => {
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  branch(here, { 'teams/video/specs/second.yaml': lamp(2) })
  const workspace = checkOutMerge(remote, 'topic', 7)
  const inputs = { 'working-directory': 'teams/video' }
  for (const name of ['GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT', 'GITHUB_EVENT_PATH']) {
    const done = await step(hub, { ...BRANCH, workspace, inputs, env: { [name]: '/nowhere/file' } })
    t.equal(done.code, 0, name)
    t.match(done.commands, [{ name: 'warning' }], name)
    if (name !== 'GITHUB_OUTPUT') t.match(done.outputs, { changes: 'true', 'exit-code': '0' }, name)
  }
})

t.test('a project has one name, and a link out of the repository is no project', async (t) => {
  const hub = await github(t)
  const { remote, here } = await twoProjects(t)
  branch(here, { 'teams/video/specs/second.yaml': lamp(2) })
  const workspace = checkOutMerge(remote, 'topic', 7)
  fs.symlinkSync('video', path.join(workspace, 'teams/films'))
  fs.symlinkSync(here, path.join(workspace, 'outside'))
  const run = (folder: string) => step(hub, { ...BRANCH, workspace, inputs: { 'working-directory': folder } })
  t.match(await run('teams/films'), { code: 0, outputs: { 'to-create': '2' } })
  t.match(await run('teams/video'), { code: 0 })
  t.equal(hub.comments.length, 1, 'one comment')
  t.match(await run('outside/teams/video'), {
    code: 1,
    outputs: { 'failure-reason': 'usage' },
    summary: /is a link that leaves the repository/,
  })
})
