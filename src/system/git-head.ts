import fs from 'node:fs'
import path from 'node:path'
import { computeStamp } from './file-identity.ts'
import { findGitFolder } from './git-folder.ts'

/** A branch as the file `HEAD` names it. Git keeps other names elsewhere. */
const BRANCH = /^ref: (refs\/heads\/[^\n]+)\n$/
const COMMIT = /^[0-9a-f]{40,64}\n$/

/**
 * A text that changes whenever the repository around a folder has another commit checked out, another configuration or another depth,
 * without running Git. Undefined if only Git can tell: outside a work tree, before the first commit, in a form of repository that is not
 * known here, or because a file changed a moment ago.
 */
export function computeHeadStamp(root: string): string | undefined {
  try {
    const folder = findGitFolder(root)?.folder
    return folder === undefined ? undefined : joinStamps(folder, findCommonFolder(folder))
  } catch {
    return undefined
  }
}

/** A linked work tree shares its branches with the main one. */
function findCommonFolder(folder: string): string {
  const file = path.join(folder, 'commondir')
  return fs.existsSync(file) ? path.resolve(folder, fs.readFileSync(file, 'utf8').trim()) : folder
}

function joinStamps(folder: string, common: string): string | undefined {
  if (fs.existsSync(path.join(common, 'reftable'))) return undefined
  const head = fs.readFileSync(path.join(folder, 'HEAD'), 'utf8')
  const branch = BRANCH.exec(head)?.[1]
  if (branch === undefined && !COMMIT.test(head)) return undefined
  const files = [
    path.join(folder, 'HEAD'),
    path.join(folder, 'config.worktree'),
    ...['config', 'shallow', ...(branch === undefined ? [] : ['packed-refs', branch])].map((one) =>
      path.join(common, one),
    ),
  ]
  if (branch !== undefined && !isCommitKnown(common, branch)) return undefined
  const stamps = files.map((file) => (isMissing(file) ? 'none' : computeStamp(file)))
  return stamps.includes(undefined) ? undefined : stamps.join('\n')
}

/** Returns whether a branch has a commit in a file of its own, or may have one among the packed branches. */
function isCommitKnown(common: string, branch: string): boolean {
  const own = path.join(common, branch)
  return isMissing(own) ? !isMissing(path.join(common, 'packed-refs')) : COMMIT.test(fs.readFileSync(own, 'utf8'))
}

function isMissing(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false }) === undefined
}
