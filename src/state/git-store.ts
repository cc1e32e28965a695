import path from 'node:path'
import { explainGitEnd } from '../model/git-problem.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Disk } from '../system/disk.ts'
import { type Git, type GitResult, openGit } from '../system/git.ts'
import { createRandomId } from '../system/random.ts'
import { createStore, type StoreAccess } from './create-store.ts'
import type { Branch } from './git-compare-and-swap.ts'
import { type BranchFiles, openBranchFiles, type SharedBranch, type NewFile as SharedFile } from './git-files.ts'
import { listOthers, readFileAt, tryReadFileAt, writeBlob, writeCommit } from './git-objects.ts'
import { createRemoteProblem, extractWords, stripCredentials } from './git-problem.ts'
import { chooseRemote, listRemotes, openBranchAt } from './git-remote.ts'
import { GITHUB_MAX_BYTES, type GitHubWriter, type GitHubWriting, openGitHubWriter } from './github-writer.ts'
import { chooseJournalStem } from './journal-place.ts'
import type { Backing, Loaded, Store, Swapped } from './store.ts'
import { splitWriteId } from './write-id.ts'

/** The most reads of a head that moves meanwhile. */
const READS = 5

/** The default branch of a state. The file's default name follows from it. */
export const DEFAULT_BRANCH = 'jobwright-state'
export const DEFAULT_FILE = 'jobs.state.json'

export type GitStoreOptions = StoreAccess & {
  /** A folder in the repository, a work tree or not. */
  readonly repository: string
  readonly branch?: string
  /** A remote that Git has an address for. By default origin, or this repository alone if there is no origin. */
  readonly remote?: string
  /** The file's name at the top level of the branch. */
  readonly path?: string
  /** The file is one of several, which other stores write. Its text has a write ID. */
  readonly shared?: SharedBranch
  /** Writes through GitHub's API, which signs. By default Git pushes. */
  readonly github?: GitHubWriting
  /** Opens Git in a folder; tests pass one that fails. */
  readonly git?: Git
  /** Creates a text that no other commit has, in any repository; random by default. */
  readonly mark?: () => string
}

/**
 * A state on its own branch, which nobody checks out. The push is the compare-and-swap: two machines cannot both
 * believe that theirs is the state. The journal and the lock are in this repository's Git folder, shared by all its
 * work trees.
 */
export function createGitStore(options: GitStoreOptions): Store {
  const { repository, branch = DEFAULT_BRANCH, path: name = DEFAULT_FILE, mark = createRandomId } = options
  const git = options.git ?? openGit(repository)
  const where = stripCredentials(`${name} on branch ${branch} of ${options.remote ?? repository}`)
  let made: Promise<Backing> | undefined
  const findBacking = () => {
    // A failure is not kept, because in watch mode the repository may work again next time.
    made ??= openBacking(git, options.disk, { ...options, branch, name, mark }).catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
  return createStore(where, findBacking, options)
}

type Place = Pick<GitStoreOptions, 'github' | 'shared'> & {
  readonly repository: string
  readonly branch: string
  readonly name: string
  readonly remote?: string
  readonly mark: () => string
}

async function openBacking(
  git: Git,
  disk: Disk,
  { repository, branch: branchName, name, remote, mark, github, shared }: Place,
): Promise<Backing> {
  const [found, remotes] = await Promise.all([git(['rev-parse', '--git-common-dir']), listRemotes(git)])
  if (found.code !== 0) throw createNoRepository(repository, found)
  const folder = path.resolve(repository, found.stdout.trim(), 'jobwright')
  const known = chooseRemote(remote, remotes)
  const stem = await chooseJournalStem(git, disk, { folder, branch: branchName, name, remote: known, remotes })
  const branch = openBranchAt(git, branchName, known)
  const place = { journal: `${stem}.journal`, lock: `${stem}.lock` }
  const files = shared?.open(() => openBranchFiles(git, branch, mark))
  if (github !== undefined) {
    const writer = openGitHubWriter({ git, remote: known, branch: branchName, name }, github)
    const alone = backByGitHub(git, branch, writer, { name, mark })
    return { ...place, ...(files ? shareGitHub(files, branch, writer, { name, mark }) : alone) }
  }
  if (files !== undefined) return { ...place, ...files.fileOf(name, (head, file) => pushFile(git, branch, head, file)) }
  return { ...place, ...backByPush(git, branch, { name, mark }) }
}

type Contents = Pick<Place, 'name' | 'mark'>
type Swapping = Pick<Backing, 'load' | 'swap' | 'maxBytes'>

/** Git writes the commit here and pushes it. */
function backByPush(git: Git, branch: Branch, { name, mark }: Contents): Swapping {
  // A commit of ours changes no other file, so they are listed once.
  let written: { readonly commit: string; readonly others: Promise<readonly string[]> } | undefined
  return {
    load: (toWrite) => load(git, branch, name, toWrite),
    async swap(expected, { text }, message) {
      const others = written && written.commit === expected ? written.others : listOthers(git, expected, name)
      // Otherwise two machines could store the same text in the same second. They would create the same commit, and
      // both would believe that it is theirs.
      const blob = writeBlob(git, text)
      const commit = await writeCommit(git, expected, { name, blob, others }, `${message}\n\nWriter: ${mark()}`)
      written = { commit, others }
      return branch.move(commit, expected)
    },
  }
}

/** Git reads, and GitHub writes the commit. The head that Git read is the head that GitHub compares. */
function backByGitHub(git: Git, branch: Branch, writer: GitHubWriter, { name, mark }: Contents): Swapping {
  return {
    maxBytes: GITHUB_MAX_BYTES,
    async load(toWrite) {
      // A run that cannot store anything must not begin.
      if (toWrite) await writer.assertReady()
      return load(git, branch, name, toWrite)
    },
    async swap(expected, next, message) {
      if (expected === undefined) await branch.assertNameFree()
      const swapped = await writer.swap(expected, next, message, mark())
      if (swapped.is === 'committed') await remember(branch, swapped.version)
      return swapped
    },
  }
}

/** Pushes a commit with one file of several. The write ID in its text makes the commit unlike any other. */
async function pushFile(git: Git, branch: Branch, head: string | undefined, file: SharedFile): Promise<Swapped> {
  const { name, blob, others, message } = file
  const added = { name, blob: Promise.resolve(blob), others: Promise.resolve(others) }
  return branch.move(await writeCommit(git, head, added, message), head)
}

/** The same through GitHub. */
function shareGitHub(files: BranchFiles, branch: Branch, writer: GitHubWriter, { name, mark }: Contents): Swapping {
  const file = files.fileOf(name, async (head, { text, blob, message }) => {
    if (head === undefined) await branch.assertNameFree()
    const swapped = await writer.swap(head, { text, digest: blob }, message, mark())
    if (swapped.is === 'committed') await remember(branch, swapped.version)
    return swapped
  })
  return {
    ...file,
    maxBytes: GITHUB_MAX_BYTES,
    async load(toWrite) {
      if (toWrite) await writer.assertReady()
      return file.load(toWrite)
    },
  }
}

/** Keeps a stored commit readable here, as far as possible: the state is stored anyway. */
async function remember(branch: Branch, commit: string): Promise<void> {
  try {
    await branch.bring(commit)
    await branch.keep(commit)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
}

function createNoRepository(repository: string, found: GitResult): Problem {
  return (
    explainGitEnd(found) ??
    createRemoteProblem(`${repository} is no Git repository: ${extractWords(found)}`, [
      { text: 'make one', command: ['git', 'init'] },
      advise('or clone the one that holds the specs, or write state.store: file in jobwright.yaml'),
    ])
  )
}

async function load(git: Git, branch: Branch, name: string, toWrite: boolean): Promise<Loaded> {
  for (let read = 1; ; read++) {
    const commit = await branch.head()
    if (commit === undefined) return {}
    try {
      const text = (await tryReadFileAt(git, commit, name)) ?? (await fetchFileAt(git, branch, commit, name))
      if (toWrite) await branch.keep(commit)
      // Runs of a split state add an ID.
      return { version: commit, ...(text !== undefined && { text: splitWriteId(text).text }) }
    } catch (error) {
      // If the branch moves meanwhile, a fetch by name may not bring its previous head.
      if (read === READS || (await branch.head()) === commit) throw error
    }
  }
}

async function fetchFileAt(git: Git, branch: Branch, commit: string, name: string): Promise<string | undefined> {
  await branch.bring(commit)
  return readFileAt(git, commit, name)
}
