import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import type { Problem } from '../../src/model/problem.ts'
import { emptyState } from '../../src/model/state.ts'
import { hintFor } from '../../src/report/remedies.ts'
import { openGit } from '../../src/system/git.ts'
import { attempt, job, LINEAGE, OTHER_LINEAGE, set } from './fixtures.ts'
import { begun, git, problemOf, repositories, storeIn } from './repositories.ts'

const INTENT = [set('attic', attempt('intent', 1))]

function hook(bare: string, name: string, text: string): void {
  fs.writeFileSync(path.join(bare, 'hooks', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

/** A problem as people read it: its words, and its ways out. */
function told(t: Test, problem: unknown, code: string, words: RegExp, way: RegExp): void {
  t.match(problem, { exitCode: 4, diagnostic: { code, message: words } }, String(words))
  t.match(hintFor((problem as Problem).diagnostic), way)
}

t.test('a hook’s output is never a lost race', async (t) => {
  const { bare, here } = repositories(t)
  const open = await begun(here)
  for (const name of ['pre-receive', 'update']) {
    for (const words of ['failed to update', 'cannot lock ref', '! [rejected] (stale info)', 'non-fast-forward']) {
      hook(bare, name, `echo '${words}' >&2; exit 1`)
      const problem = await problemOf(open.commit(INTENT, 'Intents'))
      told(t, problem, 'STATE_RULE', /a hook or a rule there refused it: remote: /, /contents: write/)
      t.notMatch(hintFor((problem as Problem).diagnostic), /state\.branch/, 'a state that is there stays there')
    }
    fs.rmSync(path.join(bare, 'hooks', name))
  }
  t.match(await open.commit(INTENT, 'Intents'), { is: 'committed' })
  await open.close()
})

t.test('a rule that forbids the branch suggests another one', async (t) => {
  const { bare, here } = repositories(t)
  hook(bare, 'pre-receive', "echo 'error: GH013: Repository rule violations found' >&2; exit 1")
  told(t, await problemOf(begun(here)), 'STATE_RULE', /a hook or a rule/, /name a branch that no rule covers/)
})

t.test('a branch that conflicts with the state’s in Git is named, in a remote and in a local repository', async (t) => {
  const { here } = repositories(t)
  git(here, 'push', '-q', 'origin', 'HEAD:refs/heads/jobwright-state/old')
  for (const [branch, taken] of [
    ['jobwright-state', 'jobwright-state/old'],
    ['main/state', 'main'],
  ] as const) {
    const words = new RegExp(`origin has a branch ${taken}, and Git can have no branch ${branch} beside it`)
    told(t, await problemOf(begun(here, { branch })), 'STATE_REMOTE', words, /name another branch as state\.branch/)
  }
  git(here, 'remote', 'remove', 'origin')
  git(here, 'branch', 'one/two')
  const words = /this repository has a branch one\/two/
  told(t, await problemOf(begun(here, { branch: 'one' })), 'STATE_REMOTE', words, /rename the branch one\/two/)
})

t.test('a remote that pushes to another repository is detected before anything counts as stored', async (t) => {
  const { root, bare, here } = repositories(t)
  git(root, 'init', '-q', '--bare', 'other.git')
  const other = path.join(root, 'other.git')
  const open = await begun(here)
  git(here, 'config', 'remote.origin.pushurl', other)
  const words = /origin pushes to another repository than it reads from: .*other\.git does not reach/
  const way = /git config --unset-all remote\.origin\.pushurl/
  told(t, await problemOf(open.commit(INTENT, 'Intents')), 'STATE_REMOTE', words, way)
  git(other, 'fetch', '-q', bare, 'jobwright-state:jobwright-state')
  told(t, await problemOf(open.commit(INTENT, 'Intents')), 'STATE_REMOTE', words, way)
  git(here, 'config', '--unset-all', 'remote.origin.pushurl')
  t.match(await open.commit(INTENT, 'Intents'), { is: 'committed' })
  git(here, 'config', `url.${other}.pushInsteadOf`, `file://${bare}`)
  told(
    t,
    await problemOf(open.commit([set('barn', attempt('intent', 1))], 'More')),
    'STATE_REMOTE',
    words,
    /pushInsteadOf/,
  )
  git(here, 'config', '--remove-section', `url.${other}`)
  git(here, 'config', 'remote.origin.pushurl', bare)
  t.match(
    await open.commit([set('barn', job('created'))], 'Made'),
    { is: 'committed' },
    'two addresses of one repository',
  )
  await open.close()
})

t.test('each failure of a remote has its own words and remedy', async (t) => {
  const { here } = repositories(t)
  for (const [stderr, words, way] of [
    ["fatal: unable to access 'x': Could not resolve host: nowhere", /name of its host cannot be resolved/, /network/],
    ['ssh: connect to host x port 22: Connection refused', /its host does not answer/, /run the command again/],
    ['Host key verification failed.\nfatal: Could not read from remote repository.', /does not know the key/, /ssh/],
    ['git@x: Permission denied (publickey).', /does not accept these credentials/, /contents: write/],
    ["fatal: could not read Username for 'https://x': terminal prompts disabled", /these credentials/, /sign in/],
    [
      "remote: Repository not found.\nfatal: repository 'https://x/' not found",
      /no repository at its address/,
      /remote --verbose/,
    ],
    ['fatal: unable to access: SSL certificate problem: self-signed certificate', /certificate/, /http\.sslCAInfo/],
  ] as const) {
    const real = openGit(here)
    const failing: typeof real = (args, options) =>
      args[0] === 'ls-remote' ? Promise.resolve({ code: 128, stdout: '', stderr }) : real(args, options)
    told(t, await problemOf(storeIn(here, { git: failing }).read()), 'STATE_REMOTE', words, way)
  }
  const missing = await problemOf(storeIn(here, { git: openGit(here, 'no-such-git') }).read())
  told(t, missing, 'GIT_MISSING', /git is needed/, /install git/)
  const outside = await problemOf(storeIn(t.testdir({}), { git: openGit('/') }).read())
  told(t, outside, 'STATE_REMOTE', /is no Git repository/, /git init/)
})

t.test('two projects with one branch name on different remotes have separate journals', async (t) => {
  const { root, here } = repositories(t)
  git(root, 'init', '-q', '--bare', 'second.git')
  git(here, 'remote', 'add', 'second', path.join(root, 'second.git'))
  const first = await begun(here)
  const second = await storeIn(here, { remote: 'second' }).open()
  await second.create(emptyState(OTHER_LINEAGE))
  for (const [index, open] of [first, second].entries()) {
    await open.append([set(`night-${index}`, job('created'))])
  }
  await first.close()
  await second.close()
  t.match((await storeIn(here).read()).state, { lineage: LINEAGE, records: { 'IotJob/night-0': {} } })
  t.match((await storeIn(here, { remote: 'second' }).read()).state, {
    lineage: OTHER_LINEAGE,
    records: { 'IotJob/night-1': {} },
  })
  t.match(
    git(here, 'for-each-ref', 'refs/jobwright'),
    /refs\/jobwright\/@second\/jobwright-state\n.*\/jobwright-state\n/,
  )
})

t.test('the journal that an earlier version kept for a second remote stays with its state', async (t) => {
  const { root, here } = repositories(t)
  git(root, 'init', '-q', '--bare', 'second.git')
  git(here, 'remote', 'add', 'second', path.join(root, 'second.git'))
  const second = await storeIn(here, { remote: 'second' }).open()
  await second.create(emptyState(OTHER_LINEAGE))
  await second.append([set('attic', job('created'))])
  const folder = path.join(here, '.git/jobwright')
  fs.renameSync(
    path.join(folder, 'jobwright-state@jobs.state.json@second.journal'),
    path.join(folder, 'jobwright-state@jobs.state.json.journal'),
  )
  t.match((await storeIn(here, { remote: 'second' }).read()).state?.records, { 'IotJob/attic': {} })
  const first = await begun(here)
  t.match(first.state, { lineage: LINEAGE })
  await first.close()
  git(path.join(root, 'second.git'), 'update-ref', '-d', 'refs/heads/jobwright-state')
  t.match(
    await storeIn(here, { remote: 'second' }).read(),
    { diagnostics: [{ code: 'STATE_MISSING', message: /is missing/ }] },
    'a state that is nowhere now is missed',
  )
})

t.test(
  'a journal stays with its state however its only remote is called, and when other remotes come and go',
  async (t) => {
    const { root, here } = repositories(t)
    git(here, 'remote', 'rename', 'origin', 'upstream')
    const folder = path.join(here, '.git/jobwright')
    const only = await storeIn(here, { remote: 'upstream' }).open()
    await only.create(emptyState(LINEAGE))
    await only.append([set('attic', job('created'))])
    const [journal = ''] = fs.readdirSync(folder).filter((name) => name.endsWith('.journal'))
    // An earlier version knew this name alone.
    const plain = 'jobwright-state@jobs.state.json.journal'
    fs.renameSync(path.join(folder, journal), path.join(folder, plain))
    const read = async () => (await storeIn(here, { remote: 'upstream' }).read()).state?.records
    t.match(await read(), { 'IotJob/attic': {} }, 'the ID that only the journal holds')
    git(root, 'init', '-q', '--bare', 'second.git')
    git(here, 'remote', 'add', 'second', path.join(root, 'second.git'))
    t.match(await read(), { 'IotJob/attic': {} }, 'beside another remote')
    fs.renameSync(path.join(folder, plain), path.join(folder, 'jobwright-state@jobs.state.json@upstream.journal'))
    t.match(await read(), { 'IotJob/attic': {} }, 'under the name of its remote')
    git(here, 'remote', 'remove', 'second')
    t.match(await read(), { 'IotJob/attic': {} }, 'where the other remote is gone again')
  },
)
