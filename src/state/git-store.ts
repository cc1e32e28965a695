import path from 'node:path'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { type Git, gitIn } from '../system/git.ts'
import { randomId } from '../system/random.ts'
import { type Branch, localBranch, refused, remoteBranch, withoutCredentials } from './git-branch.ts'
import { readFileAt, writeCommit } from './git-objects.ts'
import type { Backing, Loaded, Store } from './store.ts'
import { type Doors, storeOver } from './store-over.ts'

/** How often a head that moves while it is read is looked at again. */
const READS = 5

/** The branch of a state and the name of its file, unless something else is said. */
export const DEFAULT_BRANCH = 'jobwright-state'
export const DEFAULT_FILE = 'jobs.state.json'

export type GitStoreOptions = Doors & {
  /** A folder in the repository, its work tree or not. */
  readonly repository: string
  readonly branch?: string
  /** A remote that Git has an address for. Absent: origin, or where there is no origin the branch of this repository alone. */
  readonly remote?: string
  /** The file's name at the top of the branch. */
  readonly path?: string
  /** Git in a folder; a test gives one that fails. */
  readonly git?: Git
  /** A text that no other commit has, in any repository; random unless told. */
  readonly mark?: () => string
}

/**
 * A state on a branch of its own, which no one checks out. The push is the compare-and-swap, so that two machines cannot both believe that
 * theirs is the state; the journal and the lock are in this repository's Git folder, shared by all its work trees.
 */
export function gitStore(options: GitStoreOptions): Store {
  const { repository, branch = DEFAULT_BRANCH, path: name = DEFAULT_FILE, mark = randomId } = options
  const git = options.git ?? gitIn(repository)
  const where = withoutCredentials(`${name} on branch ${branch} of ${options.remote ?? repository}`)
  let made: Promise<Backing> | undefined
  const backing = () => {
    // A failure is not kept: in watch mode the repository may be well again the next time.
    made ??= backingOf(git, { ...options, branch, name, mark }).catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
  return storeOver(where, backing, options)
}

type Place = {
  readonly repository: string
  readonly branch: string
  readonly name: string
  readonly remote?: string
  readonly mark: () => string
}

async function backingOf(git: Git, { repository, branch: branchName, name, remote, mark }: Place): Promise<Backing> {
  const found = await git(['rev-parse', '--git-common-dir'])
  if (found.code !== 0) throw refused(`${repository} is no Git repository`, found)
  const stem = path.resolve(
    repository,
    found.stdout.trim(),
    'jobwright',
    `${encodeURIComponent(branchName)}@${encodeURIComponent(name)}`,
  )
  const branch = await branchOf(git, branchName, remote)
  return {
    journal: `${stem}.journal`,
    lock: `${stem}.lock`,
    load: (toWrite) => load(git, branch, name, toWrite),
    async swap(expected, text, message) {
      // Two machines that store the same text in the same second would otherwise make the same commit, and both take it for theirs.
      const commit = await writeCommit(git, expected, name, text, `${message}\n\nWriter: ${mark()}`)
      return branch.move(commit, expected)
    },
  }
}

/** The branch of a remote, of origin where there is one, or else of this repository alone. */
export async function branchOf(git: Git, branch: string, remote: string | undefined): Promise<Branch> {
  const known = await knownRemote(git, remote)
  return known === undefined ? localBranch(git, branch) : remoteBranch(git, known, branch)
}

/**
 * The remote of the state: the one that is named, or origin where there is one. Throws a Problem (exit 4) for a name that Git does not know:
 * Git reads it as a path, and a repository that was committed there has hooks.
 */
export async function knownRemote(git: Git, remote: string | undefined): Promise<string | undefined> {
  const name = remote ?? 'origin'
  const isKnown = !name.startsWith('-') && (await git(['config', '--get', `remote.${name}.url`])).code === 0
  if (isKnown) return name
  if (remote !== undefined) throw unknownRemote(remote)
  return undefined
}

function unknownRemote(remote: string): Problem {
  return new Problem({
    code: 'CONFIG_REMOTE',
    message: withoutCredentials(`Git knows no remote ${remote} here`),
    remedies: [
      { text: 'see which there are', command: ['git', 'remote', '--verbose'] },
      advise('then name one of them as state.remote in jobwright.yaml'),
    ],
  })
}

async function load(git: Git, branch: Branch, name: string, toWrite: boolean): Promise<Loaded> {
  for (let read = 1; ; read++) {
    const commit = await branch.head()
    if (commit === undefined) return {}
    try {
      await branch.bring(commit, toWrite)
      const text = await readFileAt(git, commit, name)
      return { version: commit, text }
    } catch (error) {
      // Fetched by name, a branch that moved meanwhile may come without the commit that was its head before.
      if (read === READS || (await branch.head()) === commit) throw error
    }
  }
}
