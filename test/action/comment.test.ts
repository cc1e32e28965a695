import t, { type Test } from 'tap'
import { type Comment, writeComment } from '../../src/action/comment.ts'
import { readEvent } from '../../src/action/event.ts'
import { type FakeGitHub, type GitHubOptions, startGitHub } from '../github/fake-github.ts'

const REPOSITORY = 'football-archive/jobs'
const MARKER = '<!-- jobwright . -->'
const COMMENT: Comment = { number: 7, marker: MARKER, body: `${MARKER}\nOne job`, isUpdateOnly: false }
const LIMIT = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'

const github = (t: Test, more: Partial<GitHubOptions> = {}) =>
  startGitHub(t, {
    repository: REPOSITORY,
    pullRequests: [7],
    tokens: { own: { login: 'github-actions', canWrite: true }, fork: { login: 'github-actions', canWrite: false } },
    ...more,
  })

const write = (hub: FakeGitHub, more: Partial<Comment> = {}, token = 'own') => {
  const env = { GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: hub.apiUrl, GITHUB_GRAPHQL_URL: hub.graphqlUrl }
  return writeComment({ ...COMMENT, ...more }, readEvent(env, {}), token)
}

t.test('a comment is written once, then updated in place', async (t) => {
  for (const isEnterprise of [false, true]) {
    const hub = await github(t, { isEnterprise })
    t.strictSame(await write(hub, { isUpdateOnly: true }), { is: 'none' }, 'an update alone creates nothing')
    const { url } = (await write(hub)) as { url: string }
    t.match(url, /#issuecomment-3000000001$/)
    t.strictSame(await write(hub), { is: 'unchanged', url })
    t.strictSame(await write(hub, { body: `${MARKER}\nNone`, isUpdateOnly: true }), { is: 'written', url })
    t.match(hub.comments, [{ body: `${MARKER}\nNone`, edits: 1 }])
    t.equal(hub.comments.length, 1)
    await write(hub, { marker: '<!-- jobwright video -->', body: '<!-- jobwright video -->' })
    t.equal(hub.comments.length, 2, 'another project has another comment')
    t.ok(
      hub.requests.every(({ path, headers }) => path.startsWith(isEnterprise ? '/api/' : '/') && headers['user-agent']),
    )
  }
})

t.test('only our own comment counts, among hundreds of which others copy the marker', async (t) => {
  const hub = await github(t)
  for (let n = 0; n < 130; n++) hub.add(7, 'mallory', COMMENT.body)
  await write(hub)
  const ours = hub.comments.at(-1)!
  t.equal(ours.author, 'github-actions')
  for (let n = 0; n < 130; n++) hub.add(7, 'ada', `Night shift ${n}`)
  const twin = hub.add(7, 'github-actions', COMMENT.body)
  const quote = hub.add(7, 'github-actions', `See: ${COMMENT.body}`)
  t.match(await write(hub, { body: `${MARKER}\nTwo jobs` }), { is: 'written' })
  t.equal(ours.body, `${MARKER}\nTwo jobs`)
  t.notOk(hub.comments.includes(twin), 'a duplicate of ours is deleted')
  t.ok(hub.comments.includes(quote), 'a comment that quotes ours stays')
  t.ok(hub.comments.every(({ author, edits }) => author === 'github-actions' || edits === 0))
  t.ok(hub.requests.filter(({ path }) => path === '/graphql').length >= 3 + 2, 'page by page')
})

t.test('a short wait for a rate limit is worth it, and a long one is not', async (t) => {
  const hub = await github(t)
  const path = /comments(\/\d+)?$/
  hub.faults.push({ method: 'POST', path, status: 403, headers: { 'retry-after': '1' }, message: LIMIT })
  t.match(await write(hub), { is: 'written' })
  const reset = String(Math.floor(Date.now() / 1000))
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
  hub.faults.push({ method: 'PATCH', path, status: 403, headers, message: 'API rate limit exceeded' })
  t.match(await write(hub, { body: `${MARKER}\nNone` }), { is: 'written' })
  hub.faults.push({ method: 'PATCH', path, status: 403, headers: { 'retry-after': '3600' }, message: LIMIT })
  await t.rejects(write(hub), /secondary rate limit/)
  t.match(hub.comments, [{ edits: 1 }])
})

t.test('a comment that somebody deletes meanwhile is written anew', async (t) => {
  const hub = await github(t)
  await write(hub)
  const gone = { path: /comments\/\d+$/, status: 404, message: 'Not Found' }
  hub.faults.push({ ...gone, method: 'PATCH' })
  t.match(await write(hub, { body: `${MARKER}\nTwo jobs` }), { is: 'written', url: /3000000002$/ })
  hub.faults.push({ ...gone, method: 'DELETE' })
  t.match(await write(hub, { body: `${MARKER}\nThree jobs` }), { is: 'written' }, 'another run deleted a duplicate')
  t.match(hub.comments.at(0), { body: `${MARKER}\nThree jobs` })
})

t.test('a token that may only read is an answer, not a failure', async (t) => {
  const hub = await github(t)
  t.strictSame(await write(hub, {}, 'fork'), { is: 'denied' })
  t.strictSame(hub.comments, [])
  const message = 'Resource not accessible by integration'
  hub.faults.push({ path: /graphql$/, status: 200, message, isDone: true, errors: [{ type: 'FORBIDDEN', message }] })
  t.strictSame(await write(hub, {}, 'fork'), { is: 'denied' })
})

t.test('a failure of GitHub makes no second comment', async (t) => {
  for (const [what, fault] of [
    ['a rejected body', { method: 'POST', path: /comments$/, status: 422, message: 'Validation Failed' }],
    ['an outage of reads', { path: /graphql$/, status: 502, message: 'Bad Gateway' }],
    ['an outage after the write', { method: 'POST', path: /comments$/, status: 502, message: 'x', isDone: true }],
    ['an unknown token', { status: 401, message: 'Bad credentials' }],
  ] as const) {
    const hub = await github(t)
    hub.faults.push(fault)
    await t.rejects(write(hub), Error, what)
    await write(hub)
    t.equal(hub.comments.length, 1, what)
  }
})

t.test('the fake rejects what GitHub rejects', async (t) => {
  const hub = await github(t)
  const ask = async (body: unknown, path = '/graphql', token = 'own') => {
    const headers = { authorization: `token ${token}` }
    const response = await fetch(hub.apiUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as unknown }
  }
  const query = 'query { repository(owner: "a", name: "b") { pullRequest(number: 7) { notAField } } }'
  t.match(await ask({ query }), { status: 200, body: { errors: [{ message: /Cannot query field "notAField"/ }] } })
  const comments = `/repos/${REPOSITORY}/issues/7/comments`
  t.match(await ask({ body: 'x'.repeat(65_537) }, comments), { status: 422 })
  t.match(await ask({ body: 'x' }, comments.replace('7', '8')), { status: 404 })
  t.match(await ask({ body: 'x' }, comments, 'nobody'), { status: 401 })
})
