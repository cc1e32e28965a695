import path from 'node:path'
import { computeDigest } from '../model/digest.ts'
import { findGitFolder } from '../system/git-folder.ts'
import { linkOnWay } from '../system/links.ts'

/**
 * Finds the file of a project's cache in the Git folder, outside all commits. Every project of a repository has its own.
 * Undefined outside Git, and if a link is in the way.
 */
export function findCachePlace(root: string, name: string): string | undefined {
  const git = findGitFolder(root)
  if (git === undefined) return undefined
  const project = path.relative(git.top, path.resolve(root)).split(path.sep).join('/')
  const file = path.join(git.folder, 'jobwright', `${name}-${computeDigest(project, 'hex').slice(0, 16)}.cache`)
  return linkOnWay(git.folder, file) === undefined ? file : undefined
}
