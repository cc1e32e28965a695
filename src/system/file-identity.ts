import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { lookAt } from './look-at.ts'

/** Larger files are identified by size and time, because reading them takes too long. */
const READ_MAX = 16 * 1024 * 1024

/**
 * An ID that changes with a file's content: its digest, or why it has none (`ENOENT`, `no file`). Links are followed.
 */
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

/** The number of the folder at a path, which differs if the folder was replaced. Undefined if there is none. */
export function readFolderId(folder: string): number | undefined {
  try {
    const stats = fs.statSync(folder)
    return stats.isDirectory() ? stats.ino : undefined
  } catch {
    return undefined
  }
}

/** Returns true if a path is a symbolic link, whatever its target. */
export function isLink(file: string): boolean {
  const found = lookAt(file)
  return typeof found === 'object' && found.isSymbolicLink()
}

/** An ID that changes if a path leads to another folder, or becomes a link. */
export function placeId(folder: string): string {
  return `${isLink(folder) ? 'link to ' : ''}${readFolderId(folder) ?? 'nothing'}`
}

/** A file changed this many milliseconds ago may change again without a new stamp, because its times are coarse. */
const COARSE_MS = 50

/**
 * A text that changes with a regular file, without reading it. Undefined if the path is no file. Also undefined if the
 * file changed a moment ago: its times might not show another change. `followLinks`: of the link's target.
 */
export function computeStamp(file: string, followLinks = false): string | undefined {
  try {
    const stats = followLinks ? fs.statSync(file) : fs.lstatSync(file)
    if (!stats.isFile() || Math.abs(Date.now() - stats.ctimeMs) < COARSE_MS) return undefined
    return `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`
  } catch {
    return undefined
  }
}

/** Returns whether a file's last byte is a line feed, as in a whole text. False for an empty or missing file. */
export function endsWithLineFeed(file: string): boolean {
  let handle: number | undefined
  try {
    const { size } = fs.statSync(file)
    handle = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    const last = Buffer.alloc(1)
    return size > 0 && fs.readSync(handle, last, 0, 1, size - 1) === 1 && last[0] === 10
  } catch {
    return false
  } finally {
    if (handle !== undefined) fs.closeSync(handle)
  }
}
