import fs from 'node:fs'
import path from 'node:path'
import type { Checkout } from '../model/checkout.ts'
import { Problem } from '../model/problem.ts'
import { type Git, gitIn, looksBare } from '../system/git.ts'

/** What to ask of Git. */
export type CheckoutOptions = {
  readonly root: string
  /** Files whose content goes into requests, relative to the root, with forward slashes. */
  readonly files: readonly string[]
  /** The commit that the state was written from. */
  readonly since?: string
}

/** Facts of the checkout around a folder, as plain data. Throws a `Problem` where there is a repository that git refuses to read. */
export async function readCheckout(options: CheckoutOptions): Promise<Checkout> {
  const git = gitIn(options.root)
  const prefix = await git(['rev-parse', '--show-prefix'])
  if (prefix.code !== 0) {
    if (!hasRepository(options.root)) return { git: false }
    throw refused(prefix.stderr)
  }
  const [head, shallow] = await Promise.all([
    git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
    git(['rev-parse', '--is-shallow-repository']),
  ])
  const commit = head.code === 0 ? head.stdout.trim() : undefined
  const isShallow = shallow.stdout.trim() === 'true'
  const [{ dirty, deleted }, relation] = await Promise.all([
    dirtyFiles(git, options.root, prefix.stdout.replace(/\r?\n$/, ''), options.files, commit),
    relationOf(git, options.since, commit, isShallow),
  ])
  return { git: true, commit, dirty, deleted, shallow: isShallow, relation }
}

/** Whether a folder or one above it holds a repository, whatever git says of it (it refuses those of other users). */
function hasRepository(root: string): boolean {
  for (let folder = path.resolve(root); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, '.git')) || looksBare(folder)) return true
    if (folder === path.dirname(folder)) return false
  }
}

function refused(stderr: string): Problem {
  return new Problem({
    code: 'CHECKOUT_UNREADABLE',
    message: `this is a Git repository, but git cannot read it: ${stderr.trim().split('\n')[0] ?? ''}`,
    remedies: [
      { text: 'mend what git reports here', command: ['git', 'status'] },
      {
        text: 'for a folder of another user',
        command: ['git', 'config', '--global', '--add', 'safe.directory', 'DIR'],
      },
    ],
  })
}

/** Files that HEAD does not hold, or holds otherwise, and YAML files that only HEAD holds. Ignored files count: nobody has reviewed them. */
async function dirtyFiles(
  git: Git,
  root: string,
  prefix: string,
  files: readonly string[],
  commit: string | undefined,
): Promise<{ dirty: string[]; deleted: string[] }> {
  if (commit === undefined) return { dirty: [...files].sort(), deleted: [] }
  const [tree, status] = await Promise.all([
    git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]),
    git(['--no-optional-locks', 'status', '--porcelain', '-z', '--no-renames', '--untracked-files=no']),
  ])
  for (const { code, stderr } of [tree, status]) if (code !== 0) throw refused(stderr)
  const committed = new Set(tree.stdout.split('\0'))
  // Each entry is two letters, a space, and the path from the repository's top.
  const entries = status.stdout.split('\0')
  const changed = new Set(entries.map((entry) => entry.slice(3)))
  const gone = entries.filter((entry) => entry.slice(0, 2).includes('D')).map((entry) => entry.slice(3))
  // A sparse checkout leaves files out without a word in the status.
  const missing = [...committed].filter((file) => isYamlIn(prefix, file) && !isThere(root, file.slice(prefix.length)))
  return {
    dirty: files.filter((file) => !committed.has(prefix + file) || changed.has(prefix + file)).sort(),
    deleted: [...new Set([...gone, ...missing])]
      .filter((file) => isYamlIn(prefix, file))
      .map((file) => file.slice(prefix.length))
      .sort(),
  }
}

function isYamlIn(prefix: string, file: string): boolean {
  return file.startsWith(prefix) && /\.ya?ml$/.test(file)
}

function isThere(root: string, file: string): boolean {
  return fs.lstatSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined
}

type Relation = (Checkout & { git: true })['relation']

async function relationOf(
  git: Git,
  since: string | undefined,
  commit: string | undefined,
  shallow: boolean,
): Promise<Relation> {
  if (since === undefined) return 'none'
  // The state is a file that anyone may have written: what is no commit ID never reaches git's command line.
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(since)) return 'unknown'
  if (since === commit) return 'same'
  const forward = await git(['merge-base', '--is-ancestor', since, commit])
  if (forward.code === 0) return 'ahead'
  // Where history is cut off, an ancestor may be missing rather than absent.
  if (forward.code !== 1 || shallow) return 'unknown'
  const backward = await git(['merge-base', '--is-ancestor', commit, since])
  return backward.code === 0 ? 'behind' : 'diverged'
}
