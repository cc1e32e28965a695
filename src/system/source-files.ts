import fs from 'node:fs'
import path from 'node:path'
import { isLfsPointer } from './lfs-pointer.ts'

/** Why a file is not read. Nothing of its content is told. */
export type ReadProblem =
  | { readonly is: 'missing' }
  /** A path or a link that leads out of the root, or into `.git`. */
  | { readonly is: 'outside' }
  /** A folder, a device, a pipe, a socket. */
  | { readonly is: 'no-file'; readonly what: string }
  | { readonly is: 'too-large'; readonly bytes: number }
  /** `offset` counts bytes from 0. */
  | { readonly is: 'not-utf8'; readonly offset: number }
  /** What Git LFS leaves in place of a file that was not fetched. */
  | { readonly is: 'lfs-pointer' }
  /** The operating system's own code, `EACCES`. */
  | { readonly is: 'unreadable'; readonly code: string }

/** The text of a file, and its path inside the root after following links, with forward slashes. */
export type ReadText = { readonly text: string; readonly real: string }

/** A folder's entry. A link to a folder is a `folder-link`: such links are not followed. */
export type Entry = { readonly name: string; readonly is: 'file' | 'folder' | 'folder-link' }

/** Reads files that a stranger may have written, of one folder and nowhere else. All paths are relative to it. */
export type SourceFiles = {
  /** A text of at most `maxBytes`. Synchronous: several times faster for many small files. */
  read(file: string, maxBytes: number): ReadText | { readonly problem: ReadProblem }
  /** Entries of a folder, sorted by name. */
  list(folder: string): { readonly entries: readonly Entry[] } | { readonly problem: ReadProblem }
}

/** The files below a folder, which is the boundary that no path and no link may leave. */
export function openSourceFiles(root: string): SourceFiles {
  const boundary = fs.realpathSync(root)
  return {
    read: (file, maxBytes) => {
      const found = resolveInside(boundary, file)
      return 'problem' in found ? found : readRegular(boundary, found.real, maxBytes)
    },
    list: (folder) => {
      const found = resolveInside(boundary, folder)
      return 'problem' in found ? found : listFolder(found.real)
    },
  }
}

function listFolder(real: string): { entries: Entry[] } | { problem: ReadProblem } {
  try {
    const entries = fs.readdirSync(real, { withFileTypes: true })
    return {
      entries: entries.map((entry) => ({ name: entry.name, is: classifyEntry(real, entry) })).sort(compareNames),
    }
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
    // A link to nothing, or to itself: reading it tells what is wrong.
    return 'file'
  }
}

export function describeReadError(error: unknown): ReadProblem {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return { is: 'missing' }
  // Sockets, and devices without a driver, cannot even be opened.
  return code === 'ENXIO' ? { is: 'no-file', what: 'a socket or device' } : { is: 'unreadable', code }
}

/** The real path of a file below the boundary, itself a real path. Links are followed first and judged by where they end. */
export function resolveInside(boundary: string, file: string): { real: string } | { problem: ReadProblem } {
  const asked = path.resolve(boundary, file)
  if (!isInside(boundary, asked)) return { problem: { is: 'outside' } }
  try {
    const real = fs.realpathSync(asked)
    return isInside(boundary, real) ? { real } : { problem: { is: 'outside' } }
  } catch (error) {
    return { problem: describeReadError(error) }
  }
}

/** A checkout's `.git` may hold credentials: it counts as outside. */
export function isInside(boundary: string, file: string): boolean {
  const relative = path.relative(boundary, file)
  const parts = relative.split(path.sep)
  return parts[0] !== '..' && !path.isAbsolute(relative) && !parts.some((part) => part.toLowerCase() === '.git')
}

// A last component that became a link since it was resolved is not followed, and a pipe without a writer does not block.
export const READ_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

function readRegular(boundary: string, real: string, maxBytes: number): ReadText | { problem: ReadProblem } {
  let handle: number | undefined
  try {
    handle = fs.openSync(real, READ_FLAGS)
    const stats = fs.fstatSync(handle)
    if (!stats.isFile()) return { problem: { is: 'no-file', what: describeStats(stats) } }
    if (stats.size > maxBytes) return { problem: { is: 'too-large', bytes: stats.size } }
    const bytes = readAll(handle, maxBytes)
    if (bytes.length > maxBytes) return { problem: { is: 'too-large', bytes: bytes.length } }
    if (isLfsPointer(bytes)) return { problem: { is: 'lfs-pointer' } }
    return decode(bytes, path.relative(boundary, real).split(path.sep).join('/'))
  } catch (error) {
    return { problem: describeReadError(error) }
  } finally {
    if (handle !== undefined) fs.closeSync(handle)
  }
}

/** At most one byte more than allowed, as a file may grow while it is read. */
function readAll(handle: number, maxBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(maxBytes + 1)
  let length = 0
  while (length < buffer.length) {
    const got = fs.readSync(handle, buffer, length, buffer.length - length, null)
    if (got === 0) break
    length += got
  }
  return buffer.subarray(0, length)
}

function decode(bytes: Buffer, real: string): ReadText | { problem: ReadProblem } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), real }
  } catch {
    return { problem: { is: 'not-utf8', offset: findBadByte(bytes) } }
  }
}

/** The first byte that decoding replaces; a replacement character that the file itself holds is none. */
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
