import { readFolderId } from '../system/file-identity.ts'

/** What is watched, relative to the root with forward slashes; none of it need be there yet. */
export type Interest = {
  /** Folders whose YAML files count, at any depth; `.` is the root. Hidden folders and node_modules in them do not. */
  readonly folders: readonly string[]
  /** Single files, wherever they are. */
  readonly files: readonly string[]
}

/** Whether a file's content counts. */
export function isWantedFile({ folders, files }: Interest, file: string): boolean {
  return files.includes(file) || (/\.ya?ml$/.test(file) && folders.some((folder) => isBelow(folder, file)))
}

/** Whether a folder must be watched: it is one that counts, is in one, or leads to something that counts. The root is `''`. */
export function isWantedFolder({ folders, files }: Interest, folder: string): boolean {
  if (folder === '') return true
  if ([...folders, ...files].some((wanted) => wanted === folder || wanted.startsWith(`${folder}/`))) return true
  return folders.some((wanted) => isBelow(wanted, folder))
}

/** What the kind of an entry tells; `fs.Stats` has it. */
export type EntryKind = { isDirectory(): boolean; isSymbolicLink(): boolean }

/** Whether the watcher may pass an entry by. Links to folders are not followed, as when specs are read; without a kind it is looked at. */
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
