import type { GitEnd } from '../model/git-problem.ts'
import { type Git, openGit } from '../system/git.ts'
import { computeHeadStamp } from '../system/git-head.ts'
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
async function readRepository(git: Git): Promise<RepositoryAnswer> {
  const end = await git(['rev-parse', ...QUESTIONS, '--verify', '--quiet', 'HEAD^{commit}'], { encoding: 'latin1' })
  // Without a commit, Git fails after its other answers.
  const [found, shallow, inside, prefix = '', commit] =
    /^(\w+)\r?\n(\w+)\r?\n((?:.*\/)?)\r?\n(?:([0-9a-f]{40,64})\r?\n)?$/s.exec(end.stdout) ?? []
  if (found === undefined) return end
  return { isShallow: shallow === 'true', isInWorkTree: inside === 'true', prefix, commit }
}

/** The facts of the repository around a folder, as they are now. Git is asked only if its files may say something else than before. */
export type RepositoryMemory = { read(): Promise<RepositoryAnswer> }

/** Creates an empty memory for a folder. */
export function createRepositoryMemory(root: string): RepositoryMemory {
  let known: { readonly stamp: string; readonly answer: Repository } | undefined
  return {
    async read() {
      const stamp = computeHeadStamp(root)
      if (known !== undefined && known.stamp === stamp) return known.answer
      const answer = await readRepository(openGit(root))
      // Nothing may have moved while Git read it.
      const isLasting = stamp !== undefined && stamp === computeHeadStamp(root)
      known = isLasting && !('code' in answer) ? { stamp, answer } : undefined
      return answer
    },
  }
}
