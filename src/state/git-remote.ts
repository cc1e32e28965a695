import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Git } from '../system/git.ts'
import { type Branch, openLocalBranch, openRemoteBranch } from './git-compare-and-swap.ts'
import { stripCredentials } from './git-problem.ts'

/** Opens the branch of a remote: the named one, or origin. Without an origin, of this repository alone. */
export async function openBranch(git: Git, branch: string, remote: string | undefined): Promise<Branch> {
  return openBranchAt(git, branch, await findRemote(git, remote))
}

/** Opens the branch of a remote that Git has an address for; undefined: of this repository alone. */
export function openBranchAt(git: Git, branch: string, remote: string | undefined): Branch {
  return remote === undefined ? openLocalBranch(git, branch) : openRemoteBranch(git, remote, branch)
}

/** Lists the remotes that Git has an address for. Git would read any other name as a path. */
export async function listRemotes(git: Git): Promise<string[]> {
  const { code, stdout } = await git(['config', '--name-only', '-z', '--get-regexp', String.raw`^remote\..*\.url$`])
  if (code !== 0) return []
  return [...new Set(stdout.split('\0').flatMap((key) => /^remote\.(.*)\.url$/s.exec(key)?.[1] ?? []))]
}

/** Finds the remote of the state, as `chooseRemote` does. */
export async function findRemote(git: Git, remote: string | undefined): Promise<string | undefined> {
  return chooseRemote(remote, await listRemotes(git))
}

/**
 * Chooses the remote of the state: the named one, or origin if it exists. Throws a Problem (exit 4) for a name that Git
 * does not know. Git would read it as a path, and a committed repository at that path has hooks.
 */
export function chooseRemote(remote: string | undefined, known: readonly string[]): string | undefined {
  const name = remote ?? 'origin'
  if (!name.startsWith('-') && known.includes(name)) return name
  if (remote !== undefined) throw createUnknownRemote(remote)
  return undefined
}

function createUnknownRemote(remote: string): Problem {
  return new Problem({
    code: 'CONFIG_REMOTE',
    message: stripCredentials(`Git knows no remote ${remote} here`),
    remedies: [
      { text: 'see which there are', command: ['git', 'remote', '--verbose'] },
      advise('then name one of them as state.remote in jobwright.yaml'),
    ],
  })
}
