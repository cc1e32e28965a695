import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Git, GitResult } from '../system/git.ts'
import { extractWords } from './git-problem.ts'

/** Who commits the state, so that no Git identity has to be set up. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'jobwright',
  GIT_AUTHOR_EMAIL: 'jobwright@localhost',
  GIT_COMMITTER_NAME: 'jobwright',
  GIT_COMMITTER_EMAIL: 'jobwright@localhost',
}

/** The text of a file at the top of a commit; undefined where it has none of that name. */
export async function readFileAt(git: Git, commit: string, name: string): Promise<string | undefined> {
  const entry = (await listEntries(git, commit)).find((one) => one.name === name)
  if (entry === undefined) return undefined
  return assertDone('git could not read the state', await git(['cat-file', 'blob', entry.object])).stdout
}

/**
 * Makes a commit in which one file has a new text and all others are as in the parent, and returns its object ID. No ref, work tree or
 * index is touched, no hook runs and nothing is signed. Without a parent it begins a history.
 */
export async function writeCommit(
  git: Git,
  parent: string | undefined,
  name: string,
  text: string,
  message: string,
): Promise<string> {
  const write = async (args: readonly string[], input: string): Promise<string> =>
    assertDone('git could not write the state', await git(args, { input, env: IDENTITY })).stdout.trim()
  const blob = await write(['hash-object', '-w', '--stdin'], text)
  const others = parent === undefined ? [] : (await listEntries(git, parent)).filter((one) => one.name !== name)
  const lines = [...others.map((one) => one.line), `100644 blob ${blob}\t${name}`]
  const tree = await write(['mktree', '-z'], `${lines.join('\0')}\0`)
  const parents = parent === undefined ? [] : ['-p', parent]
  return write(['commit-tree', '--no-gpg-sign', ...parents, tree], `${message}\n`)
}

type TreeEntry = { readonly line: string; readonly object: string; readonly name: string }

async function listEntries(git: Git, commit: string): Promise<TreeEntry[]> {
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

/** These commands meet no network: where they fail it is this machine's disk, or what is on it. */
function assertDone(what: string, result: GitResult): GitResult {
  if (result.code === 0) return result
  throw new Problem({
    code: 'STATE_DISK',
    message: `${what}: ${extractWords(result)}`,
    remedies: [
      advise('Check the disk, then run again; what was committed before is unharmed'),
      { text: 'check the repository', command: ['git', 'fsck'] },
    ],
  })
}
