import { Problem } from './problem.ts'
import { advise } from './remedy.ts'

/** How a git command ended. */
export type GitEnd = { readonly code: number; readonly stderr: string }

/** Returns the Problem (exit 4) if git is not installed, or does not trust the repository; else undefined. */
export function explainGitEnd({ code, stderr }: GitEnd): Problem | undefined {
  if (code === 127 && stderr.includes('ENOENT'))
    return new Problem({
      code: 'GIT_MISSING',
      message: 'git is needed for this repository, but it is not installed, or not on the PATH',
      remedies: [
        advise('install git (https://git-scm.com/downloads), and add its folder to PATH'),
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
