import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { Problem } from '../../src/model/problem.ts'
import { emptyState } from '../../src/model/state.ts'
import { hintFor } from '../../src/report/remedies.ts'
import { createGitStore, type GitStoreOptions } from '../../src/state/git-store.ts'
import type { OpenStore } from '../../src/state/store.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { openGit } from '../../src/system/git.ts'
import { type GitDataOptions, openGitData, requireSignatures } from '../github/fake-git-data.ts'
import { type FakeGitHub, type Fault, startGitHub } from '../github/fake-github.ts'
import { attempt, job, LINEAGE, OTHER_LINEAGE, set } from './fixtures.ts'
import { git, problemOf, repositories } from './repositories.ts'

const REPOSITORY = 'football-archive/jobs'
const MUTATION = /createCommitOnBranch/
const INTENT = [set('attic', attempt('intent', 1))]
const TOKENS = {
  ghs_job: { login: 'github-actions', canWrite: true },
  ghs_read: { login: 'github-actions', canWrite: false },
  ghp_ada: { login: 'ada', canWrite: true, isPerson: true },
}

type Hub = {
  readonly github: FakeGitHub
  readonly bare: string
  readonly here: string
  /** What the store told, and how long it waited. */
  readonly told: Diagnostic[]
  readonly waits: number[]
  clone(name: string): string
  store(options?: Partial<GitStoreOptions> & { token?: string }): ReturnType<typeof createGitStore>
  begin(): Promise<OpenStore>
  /** The subjects of the branch's commits, the newest first. */
  subjects(): string[]
}

/** A repository on GitHub. Pauses take no time. */
async function openHub(t: Test, options: GitDataOptions = {}): Promise<Hub> {
  const { bare, here, clone } = repositories(t)
  if (options.requiresSignatures) requireSignatures(bare)
  const github = await startGitHub(t, {
    repository: REPOSITORY,
    pullRequests: [],
    tokens: TOKENS,
    git: openGitData(bare, options),
  })
  const told: Diagnostic[] = []
  const waits: number[] = []
  const clock = { now: () => Date.now(), sleep: async (ms: number) => void waits.push(ms) }
  const store: Hub['store'] = ({ token = 'ghs_job', ...more } = {}) => {
    const access = { token, apiUrl: github.apiUrl, graphqlUrl: github.graphqlUrl, repository: REPOSITORY }
    const writing = { access, clock, tell: (one: Diagnostic) => void told.push(one) }
    return createGitStore({ repository: here, disk: nodeDisk, github: writing, ...more })
  }
  const begin = async (): Promise<OpenStore> => {
    const open = await store().open()
    t.match(await open.create(emptyState(LINEAGE)), { is: 'committed' })
    return open
  }
  const subjects = (): string[] => git(bare, 'log', '--format=%s', 'jobwright-state').trim().split('\n')
  return { github, bare, here, told, waits, clone, store, begin, subjects }
}

/** A fault of the next write. */
function onWrite(github: FakeGitHub, ...faults: readonly Partial<Fault>[]): void {
  for (const one of faults) github.faults.push({ body: MUTATION, status: 0, message: '', ...one })
}

function countWrites({ requests }: FakeGitHub): number {
  return requests.filter(({ body }) => MUTATION.test(body)).length
}

t.test('GitHub makes and signs each commit, over the head that was read', async (t) => {
  const { bare, here, told, clone, store, begin, subjects } = await openHub(t, { requiresSignatures: true })
  const open = await begin()
  t.match(await open.commit(INTENT, 'Intents for IotJob/attic'), { is: 'committed', state: { serial: 2 } })
  await open.close()
  t.same(subjects(), ['Intents for IotJob/attic', `Begin the state ${LINEAGE}`])
  t.match(
    git(bare, 'cat-file', 'commit', 'jobwright-state'),
    /gpgsig[\s\S]*\n\nIntents for IotJob\/attic\n\nWriter: \S+/,
  )
  t.same(told, [], 'all is signed')
  t.equal(
    git(here, 'rev-parse', 'refs/jobwright/jobwright-state'),
    git(bare, 'rev-parse', 'jobwright-state'),
    'it is kept',
  )
  t.match((await createGitStore({ repository: clone('there'), disk: nodeDisk }).read()).state, { serial: 2 })
  const pushing = await createGitStore({ repository: here, disk: nodeDisk }).open()
  t.match(await problemOf(pushing.commit([set('barn', job('created'))], 'Pushed')), {
    diagnostic: { code: 'STATE_RULE', rules: ['required_signatures'] },
  })
  await pushing.close()
  t.match((await store().read()).state, { serial: 2 })
})

t.test('a write without an answer is told by the head: ours is stored once', async (t) => {
  const { github, waits, begin, subjects } = await openHub(t)
  const open = await begin()
  const cases: readonly [what: string, fault: Partial<Fault>, writes: number][] = [
    ['cut after it took effect', { isCut: true, isDone: true }, 1],
    ['cut before', { isCut: true }, 2],
    ['502 after it took effect', { status: 502, message: '<html>Bad Gateway</html>', isDone: true }, 1],
    ['502 before', { status: 502, message: 'Bad Gateway' }, 2],
    [
      'a timeout within GitHub',
      { status: 200, errors: [{ message: 'Something went wrong while executing your query' }] },
      2,
    ],
    [
      'an error of an unknown type',
      { status: 200, isDone: true, errors: [{ type: 'SERVICE_UNAVAILABLE', message: 'x' }] },
      1,
    ],
  ]
  for (const [index, [what, fault, writes]] of cases.entries()) {
    const before = countWrites(github)
    waits.length = 0
    onWrite(github, fault)
    t.match(await open.commit([set(`night-${index}`, attempt('intent', 1))], what), { is: 'committed' }, what)
    t.equal(countWrites(github) - before, writes, what)
    t.equal(subjects().filter((one) => one === what).length, 1, what)
    t.same(waits, [1000], `${what}: the head is not read at once`)
  }
  t.same(await problemOf(open.close()), 'no problem')
})

t.test('a request that arrives late is harmless, before and after the repeated one', async (t) => {
  const { github, begin, bare, subjects } = await openHub(t)
  const open = await begin()
  let release = (): void => {}
  onWrite(github, { isCut: true, late: new Promise<void>((resolve) => (release = resolve)) })
  t.match(await open.commit(INTENT, 'First'), { is: 'committed' })
  const head = git(bare, 'rev-parse', 'jobwright-state')
  release()
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(git(bare, 'rev-parse', 'jobwright-state'), head, 'over another head it does nothing')
  // The late one is first, so the repeated one is too late: the head is ours.
  const late = new Promise<void>((resolve) => (release = resolve))
  onWrite(github, { isCut: true, late }, { isCut: true })
  const committing = open.commit([set('barn', attempt('intent', 1))], 'Second')
  while (countWrites(github) < 4) await new Promise((resolve) => setImmediate(resolve))
  release()
  t.match(await committing, { is: 'committed' })
  t.equal(subjects().filter((one) => one === 'Second').length, 1)
  await open.close()
})

t.test('a head of another writer makes a write stale, with or without an answer', async (t) => {
  const { github, clone, store, begin, subjects } = await openHub(t)
  await (await begin()).close()
  for (const [index, fault] of [undefined, { isCut: true }, { status: 502, message: 'x' }].entries()) {
    const [one, two] = await Promise.all([store().open(), store({ repository: clone(`there-${index}`) }).open()])
    t.match(await one.commit([set(`one-${index}`, job('created'))], `One ${index}`), { is: 'committed' })
    if (fault) onWrite(github, fault)
    const stale = await two.commit([set(`two-${index}`, attempt('intent', 1))], `Two ${index}`)
    t.match(stale, { is: 'stale', message: /has moved to [0-9a-f]{40}/ })
    t.equal(subjects()[0], `One ${index}`)
    await one.close()
    await two.close()
  }
  const gone = await store().open()
  git(path.join(clone('here-too')), 'push', '-q', 'origin', ':jobwright-state')
  t.match(await gone.commit(INTENT, 'Late'), { is: 'stale', message: /has moved to nothing/ })
  await gone.close()
})

t.test('without any answer nobody knows what is stored, and the next run finds out', async (t) => {
  const { github, waits, store, begin } = await openHub(t)
  const open = await begin()
  waits.length = 0
  onWrite(github, ...Array.from({ length: 4 }, () => ({ isCut: true })))
  const problem = await problemOf(open.commit(INTENT, 'Intents'))
  t.match(problem, {
    exitCode: 4,
    diagnostic: { code: 'STATE_REMOTE', message: /did not say whether it stored the state/ },
  })
  t.match(hintFor((problem as Problem).diagnostic), /run the command again/)
  t.same(waits, [1000, 2000, 4000, 4000, 4000, 4000], 'the head is read several times before the end')
  await open.close()
  t.match((await store().read()).state, { serial: 1 })
})

t.test('of two first runs one begins the state, and a lost answer is told by the head', async (t) => {
  const { github, clone, store, subjects } = await openHub(t)
  const firsts = await Promise.all([store().open(), store({ repository: clone('there') }).open()])
  const both = await Promise.all(
    firsts.map((open, index) => open.create(emptyState(index === 0 ? LINEAGE : OTHER_LINEAGE))),
  )
  t.same(both.map(({ is }) => is).sort(), ['committed', 'stale'])
  for (const open of firsts) await open.close()
  t.equal(subjects().length, 1)
  for (const [branch, fault] of [
    ['after', { isDone: true }],
    ['before', {}],
  ] as const) {
    for (const step of ['trees', 'commits', 'refs'])
      github.faults.push({ path: new RegExp(`git/${step}$`), status: 0, message: '', isCut: true, ...fault })
    const open = await store({ branch }).open()
    t.match(await open.create(emptyState(LINEAGE)), { is: 'committed' }, branch)
    t.same(github.faults, [])
    await open.close()
  }
})

t.test('the first state needs a name that is free, and a repository with a commit', async (t) => {
  const { bare, here, store } = await openHub(t)
  git(here, 'push', '-q', 'origin', 'HEAD:refs/heads/jobwright-state/old')
  const open = await store().open()
  t.match(await problemOf(open.create(emptyState(LINEAGE))), {
    diagnostic: { code: 'STATE_REMOTE', message: /has a branch jobwright-state\/old, and Git can have no branch/ },
  })
  await open.close()
  git(bare, 'update-ref', '-d', 'refs/heads/main')
  const empty = await store({ branch: 'other' }).open()
  t.match(await problemOf(empty.create(emptyState(LINEAGE))), {
    diagnostic: { code: 'STATE_REMOTE', message: /has no commit yet/, remedies: [{ text: /push a first commit/ }] },
  })
  await empty.close()
})

t.test('a commit that GitHub does not sign is told once; a rule that requires it refuses it', async (t) => {
  const lax = await openHub(t, { signs: false })
  const open = await lax.begin()
  t.match(await open.commit(INTENT, 'Intents'), { is: 'committed' })
  await open.close()
  t.match(lax.told, [{ code: 'STATE_UNSIGNED', severity: 'warning', remedies: [{ text: /token of a workflow/ }, {}] }])
  t.equal(lax.told.length, 1)
  const person = await lax.store({ token: 'ghp_ada', branch: 'own' }).open()
  t.match(await person.create(emptyState(LINEAGE)), { is: 'committed' }, 'without a rule it is stored')
  await person.close()

  const strict = await openHub(t, { requiresSignatures: true })
  const refused = await strict.store({ token: 'ghp_ada' }).open()
  const problem = await problemOf(refused.create(emptyState(LINEAGE)))
  t.match(problem, { exitCode: 4, diagnostic: { code: 'STATE_RULE', rules: ['required_signatures'] } })
  t.match(hintFor((problem as Problem).diagnostic), /begin the state in a workflow.*exclude the branch jobwright-state/)
  await refused.close()
  await (await strict.begin()).close()
  const later = await strict.store({ token: 'ghp_ada' }).open()
  t.match(await later.commit(INTENT, 'Intents'), { is: 'committed' }, 'GitHub signs what it makes for a person')
  await later.close()
})

t.test('each refusal of GitHub has its words and its way out', async (t) => {
  const { github, store, begin } = await openHub(t)
  const open = await begin()
  const cases: readonly [fault: Partial<Fault>, code: string, words: RegExp, way: RegExp][] = [
    [
      { status: 401, message: 'Bad credentials' },
      'STATE_REMOTE',
      /does not accept the token: .*401: Bad cred/,
      /GITHUB_TOKEN/,
    ],
    [
      { status: 403, message: 'Resource not accessible by integration' },
      'STATE_REMOTE',
      /may not write/,
      /contents: write/,
    ],
    [
      { status: 200, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible' }] },
      'STATE_REMOTE',
      /may not write/,
      /contents: write/,
    ],
    [
      {
        status: 200,
        errors: [{ type: 'NOT_FOUND', message: "Could not resolve to a Repository with the name 'a/b'" }],
      },
      'STATE_REMOTE',
      /no such repository/,
      /remote --verbose/,
    ],
    [{ status: 404, message: 'Not Found' }, 'STATE_REMOTE', /no such repository/, /remote --verbose/],
    [{ status: 301, message: 'Moved Permanently' }, 'STATE_REMOTE', /another name/, /remote --verbose/],
    [
      { status: 413, message: 'Payload Too Large' },
      'STATE_TOO_LARGE',
      /too large for GitHub's API/,
      /leave state.write out.*split the project/,
    ],
    [
      { status: 200, errors: [{ type: 'UNPROCESSABLE', message: 'no' }] },
      'STATE_REMOTE',
      /refuses the request/,
      /remote --verbose/,
    ],
    [
      {
        status: 200,
        errors: [{ type: 'BRANCH_PROTECTION_RULE_VIOLATION', message: 'Changes must be made through a pull request.' }],
      },
      'STATE_RULE',
      /a rule there requires a pull request: GitHub answered 200: Changes must be made/,
      /exclude the branch jobwright-state from that rule \(on GitHub: Settings, Rules, Rulesets/,
    ],
    [
      {
        status: 200,
        errors: [
          {
            type: 'UNPROCESSABLE',
            message: 'Repository rule violations found\n\n2 of 2 required status checks are expected.',
          },
        ],
      },
      'STATE_RULE',
      /requires status checks/,
      /exclude the branch/,
    ],
    [
      { status: 429, message: 'slow', headers: { 'retry-after': '3600' } },
      'STATE_REMOTE',
      /rate limit .* until 20/,
      /run the command again then/,
    ],
    [
      {
        status: 403,
        message: 'API rate limit exceeded',
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999999999999' },
      },
      'STATE_REMOTE',
      /rate limit .* until 20/,
      /reconcile less often/,
    ],
  ]
  for (const [fault, code, words, way] of cases) {
    onWrite(github, { message: 'x', ...fault })
    const problem = await problemOf(open.commit(INTENT, 'Intents'))
    t.match(problem, { exitCode: 4, diagnostic: { code, message: words } }, String(words))
    t.match(hintFor((problem as Problem).diagnostic), way)
  }
  await open.close()
  const reading = await store({ token: 'ghs_read' }).open()
  t.match(await problemOf(reading.commit(INTENT, 'Intents')), { diagnostic: { message: /may not write/ } })
  await reading.close()
})

t.test('a short rate limit is waited for', async (t) => {
  const { github, waits, begin } = await openHub(t)
  const open = await begin()
  const reset = String(Math.floor(Date.now() / 1000) + 30)
  onWrite(
    github,
    { status: 403, message: 'You have exceeded a secondary rate limit', headers: { 'retry-after': '5' } },
    { status: 403, message: 'x', headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } },
  )
  waits.length = 0
  t.match(await open.commit(INTENT, 'Intents'), { is: 'committed' })
  t.equal(waits[0], 5000)
  t.ok(waits[1]! > 20_000 && waits[1]! <= 31_000)
  onWrite(github, { status: 200, errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] })
  t.match(await open.commit([set('barn', job('created'))], 'Made'), { is: 'committed' })
  t.equal(waits[2], 60_000)
  await open.close()
})

t.test('the token reaches no disk, no output and no argument', async (t) => {
  const { github, here, begin, store } = await openHub(t)
  await (await begin()).close()
  const real = openGit(here)
  const said: string[] = []
  const open = await store({
    git: async (args, options) => {
      const result = await real(args, options)
      said.push(JSON.stringify([args, options, result]))
      return result
    },
  }).open()
  await open.append([set('attic', job('created'))])
  onWrite(github, { status: 401, message: 'Bad credentials' })
  said.push(JSON.stringify(await problemOf(open.commit([], 'Made'))))
  await open.close()
  t.ok(said.length > 5)
  t.notMatch(said.join('\n'), /ghs_job/)
  const files = fs.readdirSync(here, { recursive: true, encoding: 'utf8' }).map((name) => path.join(here, name))
  const texts = files.filter((file) => fs.statSync(file).isFile()).map((file) => fs.readFileSync(file, 'latin1'))
  t.notMatch(texts.join('\n'), /ghs_job/)
  t.ok(
    github.requests.every(
      ({ body, headers }) => !body.includes('ghs_job') && headers.authorization === 'bearer ghs_job',
    ),
  )
})
