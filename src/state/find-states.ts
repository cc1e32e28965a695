import path from 'node:path'
import type { State } from '../model/state.ts'
import type { Disk } from '../system/disk.ts'
import { type Git, openGit } from '../system/git.ts'
import { parseState } from './format.ts'
import { readFileAt } from './git-objects.ts'
import { findRemote, openBranch } from './git-remote.ts'
import { DEFAULT_BRANCH, DEFAULT_FILE } from './git-store.ts'
import { parseJournal } from './journal-lines.ts'

/** A state branch holds few files; a branch with more is something else. */
const FILES_MAX = 20

/** Which branch holds a state, and where. */
export type BranchPlace = {
  /** A folder in the repository. */
  readonly repository: string
  /** A configured remote. By default origin, or this repository alone if there is no origin. */
  readonly remote?: string
  readonly path?: string
}

/** The state that a branch holds now; undefined if none can be read. Throws a Problem if the remote does not answer. */
export async function peekState(place: BranchPlace, branch: string): Promise<State | undefined> {
  const git = openGit(place.repository)
  const source = await openBranch(git, branch, place.remote)
  const commit = await source.head()
  if (commit === undefined) return undefined
  await source.bring(commit)
  const text = await readFileAt(git, commit, place.path ?? DEFAULT_FILE)
  return text === undefined ? undefined : stateIn(text)
}

/** A state that a search found. */
export type FoundState = {
  readonly state: State
  /** `live`: the branch holds it now. `kept`: only this clone still has the commit. `file`: a file on this machine. */
  readonly is: 'live' | 'kept' | 'file'
  /** The branch, or the file's path. */
  readonly at: string
  /** The branch's commit, and the file's name in it. */
  readonly commit?: string
  readonly file?: string
}

/** A state that this clone has seen, from the journal beside its lock. */
export type Note = { readonly branch: string; readonly lineage: string; readonly serial: number }

/**
 * Finds states of a repository without reading all branches: under the usual name, under the given names, and in refs
 * that this clone kept. Returns the newest of each branch. A remote that does not answer adds none.
 */
export async function findStates(place: BranchPlace, names: readonly string[] = []): Promise<FoundState[]> {
  const git = openGit(place.repository)
  const newest = new Map<string, FoundState>()
  for (const { branch, commit, is } of await listHeads(git, place.remote, names)) {
    for (const { file, state } of await findStatesAt(git, commit, branch, place).catch(() => [])) {
      const key = `${branch} ${file}`
      if ((newest.get(key)?.state.serial ?? -1) < state.serial) newest.set(key, { state, is, at: branch, commit, file })
    }
  }
  return [...newest.values()]
}

/** The state in a file on this machine; undefined if none can be read. */
export async function findFile(file: string, disk: Disk): Promise<FoundState | undefined> {
  const text = await disk.read(file).catch(() => undefined)
  const state = text === undefined ? undefined : stateIn(text)
  return state && { state, is: 'file', at: file }
}

/** The states that this clone has worked with, from the journals beside them. */
export async function findNotes(repository: string, disk: Disk): Promise<Note[]> {
  const { code, stdout } = await openGit(repository)(['rev-parse', '--git-common-dir'])
  if (code !== 0) return []
  const folder = path.resolve(repository, stdout.trim(), 'jobwright')
  const names = await disk.list(folder).catch(() => [])
  const notes: Note[] = []
  for (const name of names.filter((one) => one.includes('@') && one.endsWith('.journal'))) {
    const text = await disk.read(path.join(folder, name)).catch(() => undefined)
    const journal = text === undefined ? undefined : parseJournal(text, name)
    if (journal === undefined || 'problem' in journal) continue
    const { lineage, serial } = journal.base
    // A state of serial 1 was initialised but never used.
    if (serial > 1 || journal.entries.length > 0)
      notes.push({ branch: decodeURIComponent(name.split('@')[0] ?? ''), lineage, serial })
  }
  return notes
}

type Head = { readonly branch: string; readonly commit: string; readonly is: 'live' | 'kept' }

/** Lists the remote's branches first: the clone's copies may be older. */
async function listHeads(git: Git, remote: string | undefined, names: readonly string[]): Promise<Head[]> {
  const own = await findRemote(git, remote)
  const refs = await git(['for-each-ref', '--format=%(objectname) %(refname)'])
  const local = parseLines(refs.stdout)
  // A branch that this clone remembers may still exist in the remote, with a newer state.
  const seen = local.flatMap(({ ref }) => /^refs\/jobwright\/(?:@[^/]+\/)?(.*)$/.exec(ref)?.[1] ?? [])
  const asked = [`${DEFAULT_BRANCH}*`, ...names, ...seen].map((one) => `refs/heads/${one}`)
  const listed = own === undefined ? undefined : await git(['ls-remote', '--', own, ...asked])
  const there = own === undefined ? local : parseLines(listed?.stdout ?? '')
  const isNamed = (branch: string): boolean =>
    branch.startsWith(DEFAULT_BRANCH) || names.includes(branch) || seen.includes(branch)
  const live = there.flatMap(({ commit, ref }): Head[] => {
    const branch = /^refs\/heads\/(.*)$/.exec(ref)?.[1]
    return branch !== undefined && isNamed(branch) ? [{ branch, commit, is: 'live' }] : []
  })
  const kept = local.flatMap(({ commit, ref }): Head[] => {
    const branch = /^refs\/(?:heads|jobwright(?:\/@[^/]+)?|remotes\/[^/]+)\/(.*)$/.exec(ref)?.[1]
    const isOne = branch !== undefined && (ref.startsWith('refs/jobwright/') || isNamed(branch))
    return isOne && !live.some((one) => one.branch === branch) ? [{ branch, commit, is: 'kept' }] : []
  })
  return [...live, ...kept]
}

function parseLines(text: string): { commit: string; ref: string }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [commit = '', ref = ''] = line.split(/\s+/)
      return { commit, ref }
    })
}

/** The states in a commit, under any file name. */
async function findStatesAt(
  git: Git,
  commit: string,
  branch: string,
  place: BranchPlace,
): Promise<{ file: string; state: State }[]> {
  await (await openBranch(git, branch, place.remote)).bring(commit)
  const names = (await git(['ls-tree', '--full-tree', '--name-only', '-z', commit])).stdout.split('\0')
  const found: { file: string; state: State }[] = []
  for (const file of names.filter((name) => name.endsWith('.json')).slice(0, FILES_MAX)) {
    const text = await readFileAt(git, commit, file)
    const state = text === undefined ? undefined : stateIn(text)
    // A part is found by its index.
    if (state !== undefined && state.part === undefined) found.push({ file, state })
  }
  return found
}

function stateIn(text: string): State | undefined {
  const parsed = parseState(text)
  return 'state' in parsed ? parsed.state : undefined
}
