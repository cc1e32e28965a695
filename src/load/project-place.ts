import { openGit } from '../system/git.ts'
import { CONFIG_FILE } from './config.ts'
import { decodeBytes } from './head.ts'
import { createRepositoryMemory, type RepositoryMemory } from './repository.ts'

/** A project's place in its Git repository. A project is a folder with a jobwright.yaml. */
export type ProjectPlace = {
  /** The folder's path from the top of the repository, with forward slashes; `.` at the top. */
  readonly name: string
  /** The repository's other projects, in HEAD or in the work tree, sorted. Read on the first call. */
  others(): Promise<readonly string[]>
}

/**
 * Finds a folder's place in its Git repository. Undefined outside Git, and for an ignored folder, which is not part of the repository.
 * `known` is what this process knows of the repository.
 */
export async function readProjectPlace(
  root: string,
  known: RepositoryMemory = createRepositoryMemory(root),
): Promise<ProjectPlace | undefined> {
  const git = openGit(root)
  const [repository, ignored] = await Promise.all([known.read(), git(['check-ignore', '--quiet', '--', CONFIG_FILE])])
  if (ignored.code === 0 || 'code' in repository || !repository.isInWorkTree) return undefined
  const name = decodeBytes(repository.prefix).replace(/\/$/, '') || '.'
  let found: Promise<readonly string[]> | undefined
  return { name, others: () => (found ??= findOthers(root, name)) }
}

async function findOthers(root: string, name: string): Promise<string[]> {
  const git = openGit(root)
  const list = (...from: string[]) =>
    git([
      'ls-files',
      '-z',
      '--full-name',
      ...from,
      '--cached',
      '--others',
      '--exclude-standard',
      '--',
      `:(top,glob)**/${CONFIG_FILE}`,
    ])
  const all = await list('--with-tree=HEAD')
  // Before the first commit there is no HEAD.
  const { code, stdout } = all.code === 0 ? all : await list()
  const folders = code === 0 ? stdout.split('\0').flatMap((file) => getFolder(file) ?? []) : []
  return [...new Set(folders)].filter((folder) => folder !== name).sort()
}

/** Returns the folder of a jobwright.yaml. Undefined for any other file. */
function getFolder(file: string): string | undefined {
  if (file === CONFIG_FILE) return '.'
  return file.endsWith(`/${CONFIG_FILE}`) ? file.slice(0, -CONFIG_FILE.length - 1) : undefined
}
