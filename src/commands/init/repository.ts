import fs from 'node:fs'
import path from 'node:path'
import { readCheckout } from '../../load/checkout.ts'
import { parseGitAddress } from '../../model/git-address.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import { type Git, isBareFolder, listRemotes, openGit } from '../../system/git.ts'

/** The facts that init needs about the Git repository around a folder. */
export type Repository = {
  /** Its top folder. */
  readonly top: string
  /** The folder, relative to the top; empty for the top itself. */
  readonly folder: string
  /** `origin` if it exists, else the first remote. */
  readonly remote?: string
  /** The remote's default branch, as far as it can be known. */
  readonly defaultBranch: string
  /** Why the default branch is a guess. Absent if the remote named it. */
  readonly guessed?: string
  /** The host of the remote's URL. Absent for a path, or without a remote. */
  readonly host?: string
  /** A .gitattributes sends files through Git LFS. */
  readonly hasLfs?: boolean
}

/** Reads the repository around a folder. Undefined if there is none. Throws a Problem (exit 4) if git refuses to read it, or it is bare. */
export async function readRepository(folder: string): Promise<Repository | undefined> {
  if (isBareFolder(folder)) throw createNoWorkTree(folder)
  const checkout = await readCheckout({ root: folder, files: [], searched: [] })
  if (!checkout.git) return undefined
  const git = openGit(folder)
  const top = await readLine(git, 'rev-parse', '--show-toplevel')
  if (top === undefined) throw createNoWorkTree(folder)
  const prefix = (await readLine(git, 'rev-parse', '--show-prefix')) ?? ''
  const remotes = listRemotes(folder) ?? []
  const remote = remotes.includes('origin') ? 'origin' : remotes[0]
  return {
    top,
    folder: prefix.replace(/\/$/, ''),
    remote,
    ...(await findDefaultBranch(git, remote)),
    host:
      remote === undefined
        ? undefined
        : parseGitAddress((await readLine(git, 'remote', 'get-url', '--', remote)) ?? '')?.host,
    hasLfs: await hasLfs(git, top),
  }
}

function createNoWorkTree(folder: string): Problem {
  return new Problem({
    code: 'INIT_NO_WORK_TREE',
    message: `${folder} is in a Git repository without a work tree: there is no place for specs`,
    remedies: [advise('clone the repository and run this in the clone')],
  })
}

/** Finds the remote's default branch. A clone records it. A repository set up by hand does not, and its current branch may be any. */
async function findDefaultBranch(
  git: Git,
  remote: string | undefined,
): Promise<Pick<Repository, 'defaultBranch' | 'guessed'>> {
  const here = await readLine(git, 'symbolic-ref', '--quiet', '--short', 'HEAD')
  if (remote === undefined) return { defaultBranch: here ?? 'main', guessed: 'there is no remote yet' }
  const asked = await readLine(git, 'ls-remote', '--symref', '--', remote, 'HEAD')
  const [, branch] = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(asked ?? '') ?? []
  if (branch !== undefined) return { defaultBranch: branch }
  const why = asked === undefined ? `${remote} did not answer` : `${remote} names no default branch yet`
  const ofClone = await readLine(git, 'symbolic-ref', '--quiet', '--short', `refs/remotes/${remote}/HEAD`)
  if (ofClone !== undefined)
    return { defaultBranch: ofClone.slice(`${remote}/`.length), guessed: `${why}; it is what this clone was made with` }
  if (here !== undefined) return { defaultBranch: here, guessed: `${why}; it is the branch checked out here` }
  return { defaultBranch: 'main', guessed: `${why}, and no branch is checked out here` }
}

/** Searches all attribute files, uncommitted ones included. */
async function hasLfs(git: Git, top: string): Promise<boolean> {
  const { stdout } = await git([
    'ls-files',
    '-z',
    '--full-name',
    '-co',
    '--exclude-standard',
    '--',
    ':(top,glob)**/.gitattributes',
  ])
  return stdout.split('\0').some((file) => {
    const whole = path.join(top, file)
    return file !== '' && fs.existsSync(whole) && /^[^#\n]*\bfilter=lfs\b/m.test(fs.readFileSync(whole, 'utf8'))
  })
}

async function readLine(git: Git, ...args: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await git(args)
  return code === 0 ? stdout.replace(/\r?\n$/, '') : undefined
}
