import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { emptyState } from '../../src/model/state.ts'
import { type Git, openGit } from '../../src/system/git.ts'
import { attempt, job, LINEAGE, OTHER_LINEAGE, set } from './fixtures.ts'
import { begun, git, problemOf, repositories, storeIn } from './repositories.ts'

/** Git that does what it is told, but whose answer to some command is lost; `done` says whether the command was carried out. */
function deafAt(repository: string, command: string, done: boolean): Git {
  const real = openGit(repository)
  return async (args, options) => {
    if (args[0] !== command) return real(args, options)
    if (done) await real(args, options)
    return { code: 128, stdout: '', stderr: 'fatal: the remote end hung up unexpectedly' }
  }
}

t.test('of two clones that commit at once exactly one succeeds, the other is stale', async (t) => {
  const { here, clone } = repositories(t)
  const there = clone('there')
  const firsts = await Promise.all([here, there].map((folder) => storeIn(folder).open()))
  const creations = await Promise.all(
    firsts.map((open, index) => open.create(emptyState(index === 0 ? LINEAGE : OTHER_LINEAGE))),
  )
  t.same(creations.map(({ is }) => is).sort(), ['committed', 'stale'], 'the first state')
  for (const open of firsts) await open.close()

  const others = await Promise.all([clone('third'), clone('fourth')].map((folder) => storeIn(folder).open()))
  for (let round = 0; round < 3; round++) {
    const commits = await Promise.all(
      others.map((open, index) => open.commit([set(`night-${round}-${index}`, attempt('intent', 1))], 'Intents')),
    )
    t.same(commits.map(({ is }) => is).sort(), ['committed', 'stale'], `round ${round}`)
  }
  for (const open of others) await open.close()
})

t.test('of two clones that commit the same state in the same second exactly one succeeds', async (t) => {
  const { here, clone } = repositories(t)
  await (await begun(here)).close()
  const at = '2026-11-15T09:00:00Z'
  const inOneSecond = (folder: string): Git => {
    const real = openGit(folder)
    return (args, options = {}) =>
      real(args, { ...options, env: { ...options.env, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at } })
  }
  const stores = [here, clone('there')].map((folder) => storeIn(folder, { git: inOneSecond(folder) }))
  const opened = await Promise.all(stores.map((store) => store.open()))
  const intents = [set('attic', attempt('intent', 1))]
  const both = await Promise.all(opened.map((open) => open.commit(intents, 'Intents')))
  t.same(both.map(({ is }) => is).sort(), ['committed', 'stale'])
  for (const open of opened) await open.close()
})

t.test(
  'a branch that was put back or taken away is not what was loaded, though a plain push would go through',
  async (t) => {
    const { bare, here } = repositories(t)
    const open = await begun(here)
    await open.commit([set('attic', job('created'))], 'Made one')
    for (const meddling of [
      ['update-ref', 'refs/heads/jobwright-state', 'jobwright-state~1'],
      ['update-ref', '-d', 'refs/heads/jobwright-state'],
    ]) {
      git(bare, ...meddling)
      t.match(await open.commit([set('barn', job('created'))], 'Made another'), {
        is: 'stale',
        message: /has moved to/,
      })
    }
    await open.close()
  },
)

t.test('a push with a lost answer counts only if it arrived', async (t) => {
  const { bare, here } = repositories(t)
  await (await begun(here)).close()
  const arrived = await storeIn(here, { git: deafAt(here, 'push', true) }).open()
  t.match(await arrived.commit([set('attic', attempt('intent', 1))], 'Intents'), {
    is: 'committed',
    state: { serial: 2 },
  })
  await arrived.close()
  const head = git(bare, 'rev-parse', 'jobwright-state')
  const lost = await storeIn(here, { git: deafAt(here, 'push', false) }).open()
  const refusal = {
    exitCode: 4,
    diagnostic: { code: 'STATE_REMOTE', message: /refused the push.*hung up unexpectedly/s },
  }
  t.match(await problemOf(lost.commit([set('attic', job('created'))], 'Made')), refusal)
  await lost.append([set('attic', job('created'))])
  t.match(await problemOf(lost.close()), refusal)
  t.equal(git(bare, 'rev-parse', 'jobwright-state'), head)
  const again = await storeIn(here).open()
  t.same(again.state?.records, { 'IotJob/attic': job('created') }, 'the journal kept the job')
  await again.close()
})

t.test('after a crash of git at any step, the next run finds what was durable', async (t) => {
  const { here } = repositories(t)
  await (await begun(here)).close()
  let night = 0
  for (const command of [
    'hash-object',
    'ls-tree',
    'mktree',
    'commit-tree',
    'push',
    'ls-remote',
    'cat-file',
    'update-ref',
  ]) {
    for (const done of [true, false]) {
      const name = `night-${night++}`
      const open = await storeIn(here).open()
      await open.append([set(name, job('created'))])
      // The process goes away without a word; its lock would go with it.
      const lock = `${here}/.git/jobwright/jobwright-state@jobs.state.json.lock`
      const next = await problemOf(
        storeIn(here, { git: deafAt(here, command, done), tryLock: async () => async () => {} })
          .open()
          .then((held) => held.close()),
      )
      if (next !== 'no problem') t.match(next, { name: 'Problem' }, `${command} ${done}`)
      t.ok(fs.existsSync(lock))
      t.match(
        (await storeIn(here).read()).state?.records,
        { [`IotJob/${name}`]: { id: 'reboot-night' } },
        `${command} ${done}`,
      )
      await problemOf(open.close())
    }
  }
})

t.test('the work tree, index, branch, identity and hooks of the developer stay unchanged', async (t) => {
  const { here } = repositories(t)
  const marker = path.join(here, '.git/hook-ran')
  for (const hook of ['pre-push', 'pre-commit', 'post-commit', 'reference-transaction']) {
    fs.writeFileSync(path.join(here, '.git/hooks', hook), `#!/bin/sh\ntouch ${marker}\nexit 1\n`, { mode: 0o755 })
  }
  fs.writeFileSync(path.join(here, 'fleet.yaml'), 'kind: IotJob # being edited\n')
  fs.writeFileSync(
    path.join(here, '.git/config'),
    `${fs.readFileSync(path.join(here, '.git/config'), 'utf8')}[user]\n\tuseConfigOnly = true\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = false\n`,
  )
  const looks = () => [
    git(here, 'status', '--porcelain'),
    git(here, 'rev-parse', 'HEAD', '--abbrev-ref', 'HEAD'),
    fs.readFileSync(path.join(here, '.git/index'), 'hex'),
  ]
  const before = looks()
  const open = await begun(here)
  await open.commit([set('attic', attempt('intent', 1))], 'Intents for IotJob/attic')
  await open.close()
  t.same(looks(), before)
  t.notOk(fs.existsSync(marker), 'no hook ran')
  t.equal(
    git(here, 'log', '-1', '--format=%an <%ae>|%cn <%ce>|%s', 'refs/jobwright/jobwright-state').trim(),
    'jobwright <jobwright@localhost>|jobwright <jobwright@localhost>|Intents for IotJob/attic',
  )
})

t.test('a read leaves no ref and no FETCH_HEAD, and sees the writes of others', async (t) => {
  const { here, clone } = repositories(t)
  const there = clone('there')
  await (await begun(here)).close()
  const refs = git(there, 'for-each-ref')
  t.match((await storeIn(there).read()).state, { lineage: LINEAGE, serial: 1 })
  t.equal(git(there, 'for-each-ref'), refs)
  t.notOk(fs.existsSync(path.join(there, '.git/FETCH_HEAD')))
  t.notOk(fs.existsSync(path.join(there, '.git/jobwright')))
})

t.test('a shallow clone reads and writes, and a full clone stays full', async (t) => {
  const { bare, here, clone } = repositories(t)
  const open = await begun(here)
  await open.commit([set('attic', job('created'))], 'Made one')
  await open.close()
  for (const [name, options, isShallow] of [
    ['shallow', ['--depth=1', '--branch=main'], 'true'],
    ['full', ['--single-branch', '--branch=main'], 'false'],
  ] as const) {
    const folder = clone(name, ...options)
    const held = await storeIn(folder).open()
    t.match(held.state?.records, { 'IotJob/attic': { id: 'reboot-night' } })
    t.match(await held.commit([set(name, job('created'))], `From a ${name} clone`), { is: 'committed' })
    await held.close()
    t.equal(git(folder, 'rev-parse', '--is-shallow-repository').trim(), isShallow)
  }
  t.equal(git(bare, 'rev-list', '--count', 'jobwright-state').trim(), '4', 'no history was lost')
})

t.test('all work trees of a repository share one journal and one lock', async (t) => {
  const { here, root } = repositories(t)
  const tree = path.join(root, 'tree')
  git(here, 'worktree', 'add', '-q', tree)
  const open = await begun(path.join(tree))
  t.match(await problemOf(storeIn(here).open()), { exitCode: 8, diagnostic: { code: 'STATE_LOCKED' } })
  await open.append([set('attic', job('created'))])
  t.match((await storeIn(here).read()).state?.records, { 'IotJob/attic': { id: 'reboot-night' } })
  await open.close()
})

t.test('without a remote the branch of the repository is compared and moved', async (t) => {
  const root = t.testdir({})
  git(root, 'init', '-q')
  const open = await begun(root)
  t.match(await open.commit([set('attic', job('created'))], 'Made one'), { is: 'committed' })
  const head = git(root, 'rev-parse', 'jobwright-state').trim()
  git(root, 'update-ref', 'refs/heads/jobwright-state', `${head}~1`)
  t.match(await open.commit([set('barn', job('created'))], 'Made another'), { is: 'stale', message: /has moved to/ })
  await open.close()
  t.match(await problemOf(storeIn(root).open()), { exitCode: 8, diagnostic: { code: 'STATE_REWOUND' } })
  git(root, 'update-ref', 'refs/heads/jobwright-state', head)
  const again = await storeIn(root).open()
  t.match(again.state, { serial: 2 })
  await again.close()
})

t.test('other files on the branch stay, and a branch without a state can get one', async (t) => {
  const { bare, here } = repositories(t)
  const open = await begun(here, { branch: 'main', path: 'night state.json' })
  await open.close()
  t.same(git(bare, 'ls-tree', '--name-only', 'main').trim().split('\n'), ['fleet.yaml', 'night state.json'])
  t.equal(git(bare, 'rev-list', '--count', 'main').trim(), '3')
})

t.test('a remote that is unreachable or refuses is reported in git’s words', async (t) => {
  const { bare, here } = repositories(t)
  const open = await begun(here)
  fs.writeFileSync(path.join(bare, 'hooks/update'), '#!/bin/sh\necho "the state branch is protected" >&2\nexit 1\n', {
    mode: 0o755,
  })
  const refusal = {
    exitCode: 4,
    diagnostic: {
      code: 'STATE_RULE',
      rules: ['hook'],
      message: /refused the push to jobwright-state.*the state branch is protected/s,
      remedies: [{ text: /contents: write/ }],
    },
  }
  t.match(await problemOf(open.commit([set('attic', attempt('intent', 1))], 'Intents')), refusal)
  await open.close()
  git(here, 'remote', 'set-url', 'origin', path.join(bare, 'nowhere'))
  const unreachable = {
    exitCode: 4,
    diagnostic: { code: 'STATE_REMOTE', message: /^.*origin could not be read: .*nowhere.*$/ },
  }
  t.match(await problemOf(storeIn(here).read()), unreachable)
  t.match(await problemOf(storeIn(here).open()), unreachable)
  t.match(await problemOf(storeIn(here, { remote: 'upstream' }).open()), {
    exitCode: 4,
    diagnostic: { code: 'CONFIG_REMOTE', message: /upstream/ },
  })
  const secret = `file://user:hunter2@localhost${bare}/nowhere`
  const told = await problemOf(storeIn(here, { remote: secret }).open())
  t.match(told, { exitCode: 4, diagnostic: { code: 'CONFIG_REMOTE', message: /file:\/\/localhost/ } })
  t.notMatch(JSON.stringify(told), /hunter2/, 'without what an address holds of passwords')
  t.notMatch(storeIn(here, { remote: secret }).where, /hunter2/)
  t.match(await problemOf(storeIn(t.testdir({}), { git: openGit('/') }).open()), {
    exitCode: 4,
    diagnostic: { message: /is no Git repository/ },
  })
  t.match(await problemOf(storeIn(here, { git: openGit(here, 'no-such-git') }).open()), {
    exitCode: 4,
    diagnostic: { code: 'GIT_MISSING' },
  })
})

t.test('a project in a subfolder has the same state as one at the top', async (t) => {
  const { here } = repositories(t)
  const folder = path.join(here, 'media')
  fs.mkdirSync(folder)
  const first = await begun(folder)
  await first.commit([set('kiosk-1', job('started', { id: 'kiosk-1' }))], 'one job')
  await first.close()
  t.match(await storeIn(folder).read(), {
    state: { lineage: LINEAGE, records: { 'IotJob/kiosk-1': { id: 'kiosk-1' } } },
  })
  t.match(await storeIn(here).read(), { state: { records: { 'IotJob/kiosk-1': { id: 'kiosk-1' } } } })
})

/** Git that notes the commands it runs. */
function notedGit(repository: string): { git: Git; take(): string[] } {
  const real = openGit(repository)
  const commands: string[] = []
  return {
    git: (args, options) => {
      commands.push(args[0] ?? '')
      return real(args, options)
    },
    take: () => commands.splice(0).sort(),
  }
}

t.test('a read, an open and a commit each take as few commands of git as they need', async (t) => {
  const { here, clone } = repositories(t)
  const there = clone('there')
  await (await begun(here)).close()
  const noted = notedGit(here)
  const find = ['cat-file', 'config', 'ls-remote', 'rev-parse']
  await storeIn(here, { git: noted.git }).read()
  t.same(noted.take(), find, 'a read')
  const open = await storeIn(here, { git: noted.git }).open()
  t.same(noted.take(), [...find, 'update-ref'], 'an open')
  await open.commit([set('attic', attempt('intent', 1))], 'Intents')
  const write = ['commit-tree', 'config', 'hash-object', 'mktree', 'push', 'update-ref']
  t.same(noted.take(), [...write, 'ls-tree'].sort(), 'the first commit')
  await open.append([set('attic', job('created'))])
  await open.commit([], 'Results')
  t.same(noted.take(), write, 'each further one')
  await open.commit([], 'Nothing')
  await open.close()
  t.same(noted.take(), [], 'nothing to store')

  const fresh = notedGit(there)
  await storeIn(there, { git: fresh.git }).read()
  const fetched = ['cat-file', 'cat-file', 'cat-file', 'config', 'fetch', 'ls-remote', 'rev-parse', 'rev-parse']
  t.same(fresh.take(), fetched, 'a read in a fresh clone')
})

t.test('a file in a folder of the branch is not the state', async (t) => {
  const { here } = repositories(t)
  fs.mkdirSync(path.join(here, 'media'))
  fs.writeFileSync(path.join(here, 'media/jobs.state.json'), '{}')
  git(here, 'add', '.')
  git(here, 'commit', '-q', '-m', 'Three')
  git(here, 'push', '-q', 'origin', 'HEAD:jobwright-state')
  t.same(await storeIn(here, { path: 'media/jobs.state.json' }).read(), { state: undefined, diagnostics: [] })
})
