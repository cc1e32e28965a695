import fs from 'node:fs'
import path from 'node:path'
import { isJobwrightDependency } from '../../session/spec-place.ts'
import { openGit } from '../../system/git.ts'
import { VERSION } from '../../version.ts'

/** The package.json with which a workflow installs Jobwright. */
export type PackagePlace = {
  /** Its folder: the project's, or one above it in the same repository. */
  readonly folder: string
  /** The relative path from the project to it, with forward slashes. Empty for the project's folder. */
  readonly up: string
  /** It depends on Jobwright. */
  readonly isDependency: boolean
  /** The name of npm's lock file, if there is one. */
  readonly lock?: string
  /** The lock file of another package manager, if npm has none. */
  readonly otherLock?: string
  /** Package files that Git ignores, so that no workflow finds them. */
  readonly ignored: readonly string[]
  /** Git ignores `node_modules` there. */
  readonly ignoresModules: boolean
}

const LOCKS = ['package-lock.json', 'npm-shrinkwrap.json']
const OTHER_LOCKS = ['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb']

/**
 * Finds the package.json that depends on Jobwright, from the project's folder up to the repository's top. Otherwise returns the project's
 * own.
 */
export async function findPackage(root: string, top: string | undefined): Promise<PackagePlace> {
  const folder = listFoldersUp(root, top).find(isJobwrightDependency) ?? root
  const isThere = (name: string): boolean => fs.existsSync(path.join(folder, name))
  const lock = LOCKS.find(isThere)
  const ask = async (name: string): Promise<boolean> =>
    top !== undefined && (await openGit(folder)(['check-ignore', '--quiet', '--no-index', '--', name])).code === 0
  const files = ['package.json', lock ?? LOCKS[0]!]
  const answers = await Promise.all(files.map(ask))
  return {
    folder,
    up: path.relative(root, folder).split(path.sep).join('/'),
    isDependency: isJobwrightDependency(folder),
    lock,
    otherLock: lock === undefined ? OTHER_LOCKS.find(isThere) : undefined,
    ignored: files.filter((_file, index) => answers[index]),
    ignoresModules: await ask('node_modules/jobwright'),
  }
}

/** Returns true if `git add .` would add node_modules, now or once the workflow's package is locked. */
export function isIgnoreNeeded({ folder, ignoresModules }: PackagePlace, isInWorkflow: boolean): boolean {
  const isUsed = isInWorkflow || ['package.json', 'node_modules'].some((name) => fs.existsSync(path.join(folder, name)))
  return isUsed && !ignoresModules
}

/**
 * Builds the command that lets the workflow's `npm ci` find a locked Jobwright. Undefined if nothing is missing. The user runs it where
 * `init` ran.
 */
export function buildLockCommand({ folder, isDependency, lock }: PackagePlace, cwd: string): string[] | undefined {
  if (isDependency && lock !== undefined) return undefined
  const where = path.relative(cwd, folder)
  // Without a package.json here, npm would use one in a folder above.
  const isElsewhere = where !== '' || !fs.existsSync(path.join(folder, 'package.json'))
  const prefix = isElsewhere ? ['--prefix', where || '.'] : []
  return isDependency
    ? ['npm', 'install', ...prefix]
    : ['npm', 'install', ...prefix, '--save-dev', '--save-exact', `jobwright@${VERSION}`]
}

/** Lists the absolute paths of the package files for the first commit, existing or planned. */
export function listPackageFiles({ folder, lock, ignored }: PackagePlace): string[] {
  return ['package.json', lock ?? LOCKS[0]!]
    .filter((one) => !ignored.includes(one))
    .map((one) => path.join(folder, one))
}

function listFoldersUp(root: string, top: string | undefined): string[] {
  const folders = [root]
  const end = top === undefined ? root : fs.realpathSync(top)
  for (let here = root; fs.realpathSync(here) !== end; here = path.dirname(here)) {
    if (here === path.dirname(here)) break
    folders.push(path.dirname(here))
  }
  return folders
}
