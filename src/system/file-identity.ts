import { createHash } from 'node:crypto'
import fs from 'node:fs'

/** Larger files are known by size and time: reading them takes too long. */
const READ_MAX = 16 * 1024 * 1024

/** A text that is another one if a file's content is: its digest, or why it has none (`ENOENT`, `no file`). Links are followed. */
export function computeContentId(file: string): string {
  try {
    // Reading a pipe would wait for its writer.
    const stats = fs.statSync(file)
    if (!stats.isFile()) return 'no file'
    if (stats.size > READ_MAX) return `${stats.size} bytes of ${stats.mtimeMs}`
    return createHash('sha256').update(fs.readFileSync(file)).digest('hex')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

/** Which folder a path leads to: another one of the same name has another number. Undefined where there is none. */
export function readFolderId(folder: string): number | undefined {
  const stats = fs.statSync(folder, { throwIfNoEntry: false })
  return stats?.isDirectory() ? stats.ino : undefined
}

/** Whether a path is a symbolic link, wherever that leads. */
export function isLink(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

/** A text that is another one if a path leads to another folder, or leads there by a link. */
export function placeId(folder: string): string {
  return `${isLink(folder) ? 'link to ' : ''}${readFolderId(folder) ?? 'nothing'}`
}
