import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import path from 'node:path'
import { isLfsPointer } from './lfs-pointer.ts'

/** Why a file is not read. It holds none of the file's content. */
export type ReadProblem =
  | { readonly is: 'missing' }
  /** A path or a link that leads out of the root, or into `.git`. */
  | { readonly is: 'outside' }
  /** A folder, a device, a pipe, a socket. */
  | { readonly is: 'no-file'; readonly what: string }
  | { readonly is: 'too-large'; readonly bytes: number }
  /** `offset` counts bytes from 0. */
  | { readonly is: 'not-utf8'; readonly offset: number }
  /** The pointer of Git LFS for a file that was not fetched. */
  | { readonly is: 'lfs-pointer' }
  /** The operating system's code, such as `EACCES`. */
  | { readonly is: 'unreadable'; readonly code: string }

/** A file's text, and its path inside the root after following links, with forward slashes. */
export type ReadText = { readonly text: string; readonly real: string }

/** An entry of a folder. A link to a folder is a `folder-link`, which is not followed. */
export type Entry = { readonly name: string; readonly is: 'file' | 'folder' | 'folder-link' }

/** Reads untrusted files inside one folder. All paths are relative to it. */
export type SourceFiles = {
  /** A text of at most `maxBytes`. Synchronous, which is several times faster for many small files. */
  read(file: string, maxBytes: number): ReadText | { readonly problem: ReadProblem }
  /** The entries of a folder, sorted by name. */
  list(folder: string): { readonly entries: readonly Entry[] } | { readonly problem: ReadProblem }
}

/** Opens the files below a folder. No path and no link may leave it. */
export function openSourceFiles(root: string): SourceFiles {
  const boundary = fs.realpathSync.native(root)
  // The real path of a listed file follows from its folder's. To ask for each takes as long as its read.
  const listed = new Map<string, Listed>()
  return {
    read: (file, maxBytes) => {
      const found = findListed(listed, file) ?? resolveInside(boundary, file)
      return 'problem' in found ? found : readRegular(boundary, found.real, maxBytes)
    },
    list: (folder) => {
      const found = resolveInside(boundary, folder)
      if ('problem' in found) return found
      const { real } = found
      const read = readFolder(real)
      if ('problem' in read) return read
      const files = read.entries.filter((entry) => entry.isFile()).map(({ name }) => name)
      listed.set(folder, { real, files: new Set(files) })
      return {
        entries: read.entries.map((entry) => ({ name: entry.name, is: classifyEntry(real, entry) })).sort(compareNames),
      }
    },
  }
}

/** The real path of a folder, and the names in it that are neither links nor folders. */
type Listed = { readonly real: string; readonly files: ReadonlySet<string> }

function findListed(listed: ReadonlyMap<string, Listed>, file: string): { real: string } | undefined {
  const slash = file.lastIndexOf('/')
  const name = file.slice(slash + 1)
  const folder = listed.get(slash === -1 ? '.' : file.slice(0, slash))
  if (folder?.files.has(name) !== true || name.toLowerCase() === '.git') return undefined
  return { real: `${folder.real}${path.sep}${name}` }
}

function readFolder(real: string): { entries: fs.Dirent[] } | { problem: ReadProblem } {
  try {
    return { entries: fs.readdirSync(real, { withFileTypes: true }) }
  } catch (error) {
    return { problem: describeReadError(error) }
  }
}

function compareNames(a: Entry, b: Entry): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

function classifyEntry(folder: string, entry: fs.Dirent): Entry['is'] {
  if (entry.isDirectory()) return 'folder'
  if (!entry.isSymbolicLink()) return 'file'
  try {
    return fs.statSync(path.join(folder, entry.name)).isDirectory() ? 'folder-link' : 'file'
  } catch {
    // A dangling or circular link: reading it reports the problem.
    return 'file'
  }
}

export function describeReadError(error: unknown): ReadProblem {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return { is: 'missing' }
  // Sockets, and devices without a driver, cannot even be opened.
  return code === 'ENXIO' ? { is: 'no-file', what: 'a socket or device' } : { is: 'unreadable', code }
}

/**
 * The real path of a file inside the boundary, which is itself a real path. Links are followed first, and their final
 * target is checked.
 */
export function resolveInside(boundary: string, file: string): { real: string } | { problem: ReadProblem } {
  const asked = path.resolve(boundary, file)
  if (!isInside(boundary, asked)) return { problem: { is: 'outside' } }
  try {
    const real = fs.realpathSync.native(asked)
    return real === asked || isInside(boundary, real) ? { real } : { problem: { is: 'outside' } }
  } catch (error) {
    return { problem: describeReadError(error) }
  }
}

/** A checkout's `.git` may hold credentials, so it counts as outside. */
export function isInside(boundary: string, file: string): boolean {
  const relative = relativePath(boundary, file)
  const parts = relative.split(path.sep)
  return parts[0] !== '..' && !path.isAbsolute(relative) && !parts.some((part) => part.toLowerCase() === '.git')
}

/** The same as `path.relative` for resolved paths, but faster for one below the boundary. */
function relativePath(boundary: string, file: string): string {
  const folder = `${boundary}${path.sep}`
  return file.startsWith(folder) ? file.slice(folder.length) : path.relative(boundary, file)
}

// Does not follow a link at the end of the path. Does not block on a pipe without a writer.
export const READ_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

function readRegular(boundary: string, real: string, maxBytes: number): ReadText | { problem: ReadProblem } {
  let handle: number | undefined
  try {
    handle = fs.openSync(real, READ_FLAGS)
    const stats = fs.fstatSync(handle)
    if (!stats.isFile()) return { problem: { is: 'no-file', what: describeStats(stats) } }
    if (stats.size > maxBytes) return { problem: { is: 'too-large', bytes: stats.size } }
    const bytes = readAll(handle, stats.size, maxBytes)
    if (bytes.length > maxBytes) return { problem: { is: 'too-large', bytes: bytes.length } }
    if (isLfsPointer(bytes)) return { problem: { is: 'lfs-pointer' } }
    return decode(bytes, relativePath(boundary, real).split(path.sep).join('/'))
  } catch (error) {
    return { problem: describeReadError(error) }
  } finally {
    if (handle !== undefined) fs.closeSync(handle)
  }
}

/** The buffer of all reads: a new one for each file takes longer than its read. Its content is used at once. */
let shared = Buffer.alloc(0)

/**
 * Reads a file of this size, as it was when it was opened. A file without a size, as in /proc, is read to its end, or
 * one byte more than allowed. The next read replaces the bytes.
 */
function readAll(handle: number, size: number, maxBytes: number): Buffer {
  if (shared.length < maxBytes + 1) shared = Buffer.allocUnsafeSlow(maxBytes + 1)
  let length = 0
  while (length <= maxBytes) {
    const got = fs.readSync(handle, shared, length, maxBytes + 1 - length, null)
    length += got
    if (got === 0 || length === size) break
  }
  return shared.subarray(0, length)
}

function decode(bytes: Buffer, real: string): ReadText | { problem: ReadProblem } {
  // A byte order mark is kept.
  if (isUtf8(bytes)) return { text: bytes.toString('utf8'), real }
  return { problem: { is: 'not-utf8', offset: findBadByte(bytes) } }
}

/** Finds the first byte that decoding replaces. A replacement character in the file itself does not count. */
function findBadByte(bytes: Buffer): number {
  const text = bytes.toString('utf8')
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', at + 1)) {
    const offset = Buffer.byteLength(text.slice(0, at))
    if (bytes.toString('latin1', offset, offset + 3) !== '\xef\xbf\xbd') return offset
  }
  return bytes.length
}

export function describeStats(stats: fs.Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a pipe'
  return stats.isSocket() ? 'a socket' : 'a device'
}
