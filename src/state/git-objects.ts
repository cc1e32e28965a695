import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Git, GitResult } from '../system/git.ts'
import { extractWords } from './git-problem.ts'

/** The committer of the state, so that no Git identity is needed. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'jobwright',
  GIT_AUTHOR_EMAIL: 'jobwright@localhost',
  GIT_COMMITTER_NAME: 'jobwright',
  GIT_COMMITTER_EMAIL: 'jobwright@localhost',
}

/** The text of a file at the top level of a commit; undefined if it is missing. */
export async function readFileAt(git: Git, commit: string, name: string): Promise<string | undefined> {
  const text = await tryReadFileAt(git, commit, name)
  if (text !== undefined) return text
  const entry = (await listEntries(git, commit)).find((one) => one.name === name)
  if (entry === undefined) return undefined
  return readBlob(git, entry.object)
}

/** The same in one command; undefined also if the commit is missing, or git cannot say. */
export async function tryReadFileAt(git: Git, commit: string, name: string): Promise<string | undefined> {
  // Such a name would lead into a folder.
  if (name.includes('/')) return undefined
  const { code, stdout } = await git(['cat-file', 'blob', `${commit}:${name}`])
  return code === 0 ? stdout : undefined
}

/** A file at the top level of a new commit, and the lines of the other files there. */
export type NewFile = {
  readonly name: string
  readonly blob: Promise<string>
  readonly others: Promise<readonly string[]>
}

/** Lists the other files at the top level of a commit, as git writes them in a tree. */
export async function listOthers(git: Git, commit: string | undefined, name: string): Promise<string[]> {
  if (commit === undefined) return []
  return (await listEntries(git, commit)).filter((one) => one.name !== name).map((one) => one.line)
}

/** Stores a text as an object, and returns its ID. */
export function writeBlob(git: Git, text: string): Promise<string> {
  return write(git, ['hash-object', '-w', '--stdin'], text)
}

async function write(git: Git, args: readonly string[], input: string): Promise<string> {
  return assertDone('git could not write the state', await git(args, { input, env: IDENTITY })).stdout.trim()
}

/** The text of an object. */
export async function readBlob(git: Git, object: string): Promise<string> {
  return assertDone('git could not read the state', await git(['cat-file', 'blob', object])).stdout
}

/** The line of a file in a tree. */
export function formatEntry(name: string, blob: string): string {
  return `100644 blob ${blob}\t${name}`
}

/**
 * Creates a commit that replaces one file of its parent, and returns its object ID. It touches no ref, work tree or
 * index, runs no hook and signs nothing. Without a parent it starts a history.
 */
export async function writeCommit(
  git: Git,
  parent: string | undefined,
  { name, blob, others }: NewFile,
  message: string,
): Promise<string> {
  const [object, beside] = await Promise.all([blob, others])
  const tree = await write(git, ['mktree', '-z'], `${[...beside, formatEntry(name, object)].join('\0')}\0`)
  const parents = parent === undefined ? [] : ['-p', parent]
  return write(git, ['commit-tree', '--no-gpg-sign', ...parents, tree], `${message}\n`)
}

/** An entry of a tree: its line as git writes it, its object, and its name. */
export type TreeEntry = { readonly line: string; readonly object: string; readonly name: string }

/** Lists the entries at the top level of a commit. */
export async function listEntries(git: Git, commit: string): Promise<TreeEntry[]> {
  const { stdout } = assertDone(
    `git could not read ${commit}`,
    await git(['ls-tree', '--full-tree', '-z', `${commit}^{tree}`]),
  )
  return stdout
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [meta = '', name = ''] = line.split('\t')
      return { line, object: meta.split(' ')[2] ?? '', name }
    })
}

/** These commands use no network, so a failure comes from this machine's disk or its content. */
function assertDone(what: string, result: GitResult): GitResult {
  if (result.code === 0) return result
  throw new Problem({
    code: 'STATE_DISK',
    message: `${what}: ${extractWords(result)}`,
    remedies: [
      advise('Check the disk, then run the command again; everything committed earlier is intact'),
      { text: 'check the repository', command: ['git', 'fsck'] },
    ],
  })
}
