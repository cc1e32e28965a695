import { Problem } from './problem.ts'
import { advise } from './remedy.ts'

/** How a git command ended, as far as its words matter. */
export type GitEnd = { readonly code: number; readonly stderr: string }

/** The Problem (exit 4) of a machine without git, or of a repository that git does not trust; undefined for any other end of a command. */
export function explainGitEnd({ code, stderr }: GitEnd): Problem | undefined {
  if (code === 127 && stderr.includes('ENOENT'))
    return new Problem({
      code: 'GIT_MISSING',
      message: 'git is needed for this repository, but it is not installed, or not on the PATH',
      remedies: [
        advise('install git (https://git-scm.com/downloads), and see to it that PATH names its folder'),
        advise('in a container, install it in the image'),
      ],
    })
  const [, folder] = /detected dubious ownership in repository at '([^\n]*)'/.exec(stderr) ?? []
  if (folder === undefined) return undefined
  return new Problem({
    code: 'CHECKOUT_UNREADABLE',
    message: `this repository belongs to another user, and git does not read it: detected dubious ownership in repository at '${folder}'`,
    remedies: [
      {
        text: 'if you trust its content',
        command: ['git', 'config', '--global', '--add', 'safe.directory', folder],
      },
      advise('or run as the user who owns the folder'),
    ],
  })
}
