import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createRepositoryMemory } from '../../src/load/repository.ts'
import { computeHeadStamp } from '../../src/system/git-head.ts'

const NAME = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false']
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', [...NAME, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
const commit = (root: string) => git(root, 'commit', '-qm', 'one', '--allow-empty')

function createRepository(t: Pick<Test, 'testdir'>, ...options: string[]): string {
  const root = path.join(t.testdir({ top: {} }), 'top')
  git(root, 'init', '-q', '-b', 'main', ...options)
  commit(root)
  return root
}

/** The stamp, once no file is so new that it has none. */
async function settle(root: string): Promise<string> {
  for (;;) {
    const stamp = computeHeadStamp(root)
    if (stamp !== undefined) return stamp
    await setTimeout(5)
  }
}

t.test(
  'the stamp of HEAD changes with the commit, the branch and the configuration, and with nothing else',
  async (t) => {
    const root = createRepository(t)
    fs.mkdirSync(path.join(root, 'specs'))
    const changes: [what: string, change: () => unknown][] = [
      ['a commit', () => commit(root)],
      ['a branch with the same commit', () => git(root, 'switch', '-qc', 'deep/er')],
      ['a commit on it', () => commit(root)],
      ['packed branches', () => git(root, 'pack-refs', '--all')],
      ['a commit after that', () => commit(root)],
      ['a step back', () => git(root, 'reset', '-q', '--soft', 'HEAD~1')],
      ['no branch', () => git(root, 'switch', '-q', '--detach')],
      ['a commit without a branch', () => commit(root)],
      ['a setting', () => git(root, 'config', 'core.ignoreCase', 'true')],
      ['a branch again', () => git(root, 'switch', '-q', 'main')],
      [
        'a shallow history',
        () => fs.writeFileSync(path.join(root, '.git/shallow'), `${git(root, 'rev-parse', 'HEAD')}\n`),
      ],
    ]
    let before = await settle(root)
    for (const [what, change] of changes) {
      change()
      const after = await settle(root)
      t.not(after, before, what)
      t.equal(computeHeadStamp(path.join(root, 'specs')), after, 'the same from a folder inside')
      before = after
    }
    git(root, 'branch', 'other')
    git(root, 'tag', 'v1')
    fs.writeFileSync(path.join(root, 'specs/a.yaml'), 'run: 1')
    git(root, 'add', '.')
    t.equal(await settle(root), before)
  },
)

t.test('a linked work tree has a HEAD of its own, and shares its branch', async (t) => {
  const root = createRepository(t)
  const linked = path.join(root, '../linked')
  git(root, 'worktree', 'add', '-q', '-b', 'side', linked)
  const [main, side] = [await settle(root), await settle(linked)]
  commit(linked)
  t.equal(await settle(root), main)
  t.not(await settle(linked), side)
  const moved = await settle(linked)
  git(root, 'update-ref', 'refs/heads/side', 'main')
  t.not(await settle(linked), moved)
})

t.test('there is no stamp where only Git can tell', async (t) => {
  const root = path.join(t.testdir({ top: {} }), 'top')
  /** Files are no longer new. */
  const age = () => setTimeout(60)
  git(root, 'init', '-q', '-b', 'main')
  await age()
  t.equal(computeHeadStamp(root), undefined, 'no commit')
  commit(root)
  git(root, 'symbolic-ref', 'refs/heads/link', 'refs/heads/main')
  git(root, 'symbolic-ref', 'HEAD', 'refs/heads/link')
  await age()
  t.equal(computeHeadStamp(root), undefined, 'a branch that names another one')
  git(root, 'symbolic-ref', 'HEAD', 'refs/heads/main')
  t.ok(await settle(root))
  fs.mkdirSync(path.join(root, '.git/reftable'))
  t.equal(computeHeadStamp(root), undefined, 'branches in tables')
  fs.rmSync(path.join(root, '.git/reftable'), { recursive: true })
  fs.renameSync(path.join(root, '.git'), path.join(root, 'git'))
  // A folder above may be a repository.
  fs.mkdirSync(path.join(root, '.git'))
  t.equal(computeHeadStamp(root), undefined, 'a folder that is no repository')
})

t.test('a file that changed a moment ago has no stamp, because it may change again at the same time', async (t) => {
  const root = createRepository(t)
  const head = path.join(root, '.git/HEAD')
  let stamp: string | undefined
  let took = Number.POSITIVE_INFINITY
  // A machine may stand still in between.
  while (took > 20) {
    const start = Date.now()
    fs.writeFileSync(head, fs.readFileSync(head))
    stamp = computeHeadStamp(root)
    took = Date.now() - start
  }
  t.equal(stamp, undefined)
})

t.test('what Git said of a repository is known until HEAD moves', async (t) => {
  const root = createRepository(t)
  const first = git(root, 'rev-parse', 'HEAD')
  await settle(root)
  const memory = createRepositoryMemory(root)
  const { PATH } = process.env
  t.teardown(() => {
    process.env['PATH'] = PATH
  })
  const readWithoutGit = async () => {
    process.env['PATH'] = ''
    return memory.read().finally(() => {
      process.env['PATH'] = PATH
    })
  }
  t.match(await readWithoutGit(), { code: 127 }, 'Git is asked')
  t.match(await memory.read(), { commit: first, prefix: '', isShallow: false, isInWorkTree: true })
  t.match(await readWithoutGit(), { commit: first }, 'nothing is asked')
  commit(root)
  t.match(await readWithoutGit(), { code: 127 }, 'Git is asked again')
  t.match(await memory.read(), { commit: git(root, 'rev-parse', 'HEAD') })
})
