import type { GitEnd } from '../model/git-problem.ts'
import type { Git } from '../system/git.ts'
import type { Bytes } from './head.ts'

/** What Git says of a folder in its repository, in one command. */
export type Repository = {
  readonly isInWorkTree: boolean
  readonly isShallow: boolean
  /** The folder's path from the top, with a slash at its end; empty at the top. */
  readonly prefix: Bytes
  /** The checked-out commit. Undefined before the first one. */
  readonly commit: string | undefined
}

/** The facts of a repository. If there is none, or Git refuses to read it: how Git ended. */
export type RepositoryAnswer = Repository | GitEnd

const QUESTIONS = ['--is-shallow-repository', '--is-inside-work-tree', '--show-prefix']

/** Reads the facts of the repository around a folder. */
export async function readRepository(git: Git): Promise<RepositoryAnswer> {
  const end = await git(['rev-parse', ...QUESTIONS, '--verify', '--quiet', 'HEAD^{commit}'], { encoding: 'latin1' })
  // Without a commit, Git fails after its other answers.
  const [found, shallow, inside, prefix = '', commit] =
    /^(\w+)\r?\n(\w+)\r?\n((?:.*\/)?)\r?\n(?:([0-9a-f]{40,64})\r?\n)?$/s.exec(end.stdout) ?? []
  if (found === undefined) return end
  return { isShallow: shallow === 'true', isInWorkTree: inside === 'true', prefix, commit }
}
