import { readFolderId } from '../system/file-identity.ts'

/** What to watch, relative to the root with forward slashes. Nothing of it need exist yet. */
export type Interest = {
  /** Folders whose YAML files matter, at any depth; `.` is the root. Hidden folders and node_modules in them are skipped. */
  readonly folders: readonly string[]
  /** Single files, anywhere. */
  readonly files: readonly string[]
}

/** Returns true if a file's content matters. */
export function isWantedFile({ folders, files }: Interest, file: string): boolean {
  return files.includes(file) || (/\.ya?ml$/.test(file) && folders.some((folder) => isBelow(folder, file)))
}

/**
 * Returns true if a folder must be watched: because it matters, or is inside a folder that matters, or contains
 * something that matters. The root is `''`.
 */
export function isWantedFolder({ folders, files }: Interest, folder: string): boolean {
  if (folder === '') return true
  if ([...folders, ...files].some((wanted) => wanted === folder || wanted.startsWith(`${folder}/`))) return true
  return folders.some((wanted) => isBelow(wanted, folder))
}

/** An entry's kind. `fs.Stats` implements it. */
export type EntryKind = { isDirectory(): boolean; isSymbolicLink(): boolean }

/**
 * Returns true if the watcher may skip an entry. As when reading specs, links to folders are not followed. An entry of unknown kind is not
 * skipped.
 */
export function isIgnored(interest: Interest, entry: string, absolute: string, kind: EntryKind | undefined): boolean {
  if (kind?.isSymbolicLink() && readFolderId(absolute) !== undefined) return true
  if (kind?.isDirectory()) return !isWantedFolder(interest, entry)
  if (kind) return !isWantedFile(interest, entry)
  return !isWantedFolder(interest, entry) && !isWantedFile(interest, entry)
}

function isBelow(folder: string, entry: string): boolean {
  if (folder !== '.' && !entry.startsWith(`${folder}/`)) return false
  const below = folder === '.' ? entry : entry.slice(folder.length + 1)
  return !below.split('/').some((part) => part.startsWith('.') || part === 'node_modules')
}
