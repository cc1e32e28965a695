import fs from 'node:fs'
import path from 'node:path'
import type { Checkout, Uncommitted } from '../model/checkout.ts'
import { explainGitEnd, type GitEnd } from '../model/git-problem.ts'
import { Problem } from '../model/problem.ts'
import { type Git, isBareFolder, openGit } from '../system/git.ts'
import { type Content, compareFiles, compareWithHead } from './committed.ts'
import { type Bytes, encodeBytes, type HeadTree, readTree } from './head.ts'
import type { HeadMemory } from './head-memory.ts'
import { createRepositoryMemory, type RepositoryMemory } from './repository.ts'

/** What to ask Git. */
export type CheckoutOptions = {
  readonly root: string
  /**
   * Files that affect requests or decide what is submitted, as they were read. A path alone is read now; it is relative to the root, with
   * forward slashes.
   */
  readonly files: readonly (string | Content)[]
  /** Folders and files to search for specs, relative to the root. Default: the whole root. */
  readonly searched?: readonly string[]
  /** The commit that the state was written from. */
  readonly since?: string
  /** What this process knows of the repository. */
  readonly repository?: RepositoryMemory
  /** What this process knows of commits and texts. */
  readonly memory?: HeadMemory
}

/** Reads the facts of the checkout around a folder. Throws a `Problem` if git refuses to read the repository. */
export async function readCheckout(options: CheckoutOptions): Promise<Checkout> {
  const git = openGit(options.root)
  const repository = await (options.repository ?? createRepositoryMemory(options.root)).read()
  if ('code' in repository) {
    if (!hasRepository(options.root)) return { git: false }
    throw createRefused(repository)
  }
  const { commit, prefix, isShallow } = repository
  const [compared, relation] = await Promise.all([
    compare(git, options, prefix, commit),
    findRelation(git, options.since, commit, isShallow),
  ])
  return { git: true, commit, ...compared, shallow: isShallow, relation }
}

/** Returns true if a folder or one of its parents has a repository, even one that git refuses to read. */
function hasRepository(root: string): boolean {
  for (let folder = path.resolve(root); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, '.git')) || isBareFolder(folder)) return true
    if (folder === path.dirname(folder)) return false
  }
}

function createRefused(end: GitEnd): Problem {
  return (
    explainGitEnd(end) ??
    new Problem({
      code: 'CHECKOUT_UNREADABLE',
      message: `this is a Git repository, but git cannot read it: ${end.stderr.trim().split('\n')[0] ?? ''}`,
      remedies: [{ text: 'correct what git reports here', command: ['git', 'status'] }],
    })
  )
}

/** Lists what HEAD lacks of the files read, and what only HEAD holds. */
async function compare(
  git: Git,
  { root, files, searched = ['.'], memory }: CheckoutOptions,
  prefix: Bytes,
  commit: string | undefined,
): Promise<Pick<Checkout & { git: true }, 'dirty' | 'uploads' | 'deleted' | 'unread'>> {
  const contents = files.map((one) => (typeof one === 'string' ? readNow(root, one) : one))
  if (commit === undefined) {
    const of = (some: readonly Content[]): Uncommitted[] =>
      some.map(({ file }) => ({ file, why: 'no-commit' as const })).sort(compareFiles)
    return {
      dirty: of(contents.filter((one) => 'text' in one)),
      uploads: of(contents.filter((one) => !('text' in one))),
      deleted: [],
    }
  }
  const top = path.resolve(
    fs.realpathSync(root),
    ...prefix
      .split('/')
      .filter((part) => part !== '')
      .map(() => '..'),
  )
  memory?.begin()
  const place = { git, folder: encodeBytes(top), at: '', commit }
  const known = memory?.recallTree(commit)
  const head: HeadTree | { readonly stderr: string } = known
    ? { ...place, ...known, submodules: new Map() }
    : await readTree(git, place)
  if ('stderr' in head) throw createRefused({ code: 128, ...head })
  memory?.keepTree(head)
  return compareWithHead({ head, prefix, contents, searched, computeId: memory?.computeId })
}

function readNow(root: string, file: string): Content {
  try {
    return { file, text: fs.readFileSync(path.join(root, file), 'utf8') }
  } catch {
    return { file, text: undefined }
  }
}

/** Returns how HEAD relates to another commit; `none` if it is not given, `unknown` outside Git. */
export async function readRelation(root: string, since: string | undefined, checkout: Checkout): Promise<Relation> {
  if (since === undefined) return 'none'
  if (!checkout.git) return 'unknown'
  return findRelation(openGit(root), since, checkout.commit, checkout.shallow)
}

type Relation = (Checkout & { git: true })['relation']

async function findRelation(
  git: Git,
  since: string | undefined,
  commit: string | undefined,
  shallow: boolean,
): Promise<Relation> {
  if (since === undefined) return 'none'
  // Anyone may have written the state file. Only a commit ID may reach Git's command line.
  if (commit === undefined || !/^[0-9a-f]{40,64}$/.test(since)) return 'unknown'
  if (since === commit) return 'same'
  const forward = await git(['merge-base', '--is-ancestor', since, commit])
  if (forward.code === 0) return 'ahead'
  // In a shallow history, an ancestor may just not be fetched.
  if (forward.code !== 1 || shallow) return 'unknown'
  const backward = await git(['merge-base', '--is-ancestor', commit, since])
  return backward.code === 0 ? 'behind' : 'diverged'
}
