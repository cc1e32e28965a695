import fs from 'node:fs'
import path from 'node:path'
import { READ_FLAGS } from './source-files.ts'

/** Reads a cache. Undefined if there is none, it cannot be read, or it is larger than `maxBytes`. */
export function readCacheFile(file: string, maxBytes: number): Buffer | undefined {
  let handle: number | undefined
  try {
    handle = fs.openSync(file, READ_FLAGS)
    const stats = fs.fstatSync(handle)
    return stats.isFile() && stats.size <= maxBytes ? fs.readFileSync(handle) : undefined
  } catch {
    return undefined
  } finally {
    if (handle !== undefined) fs.closeSync(handle)
  }
}

/** An unfinished file of this age belongs to a process that was killed. */
const ABANDONED_MS = 60_000
/** How many bytes are collected before a write. */
const BATCH = 1024 * 1024

/**
 * Replaces a cache at once. A reader sees the old or the new one. Of several processes only one writes. Failures are
 * ignored, because the next run can do without a cache.
 */
export function replaceCacheFile(file: string, parts: Iterable<string | Uint8Array>): void {
  const temporary = `${file}.tmp`
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    removeAbandoned(temporary)
    const handle = fs.openSync(temporary, 'wx', 0o600)
    try {
      writeAll(handle, parts)
    } catch (error) {
      // Half a cache would only fill the disk further.
      fs.rmSync(temporary, { force: true })
      throw error
    } finally {
      fs.closeSync(handle)
    }
    fs.renameSync(temporary, file)
  } catch {
    // The file system is read-only or full, or another process writes the same cache.
  }
}

function removeAbandoned(temporary: string): void {
  const stats = fs.lstatSync(temporary, { throwIfNoEntry: false })
  if (stats && Date.now() - stats.mtimeMs > ABANDONED_MS) fs.rmSync(temporary, { force: true })
}

function writeAll(handle: number, parts: Iterable<string | Uint8Array>): void {
  let held: Uint8Array[] = []
  let bytes = 0
  const flush = (): void => {
    if (held.length > 0) fs.writeFileSync(handle, Buffer.concat(held))
    held = []
    bytes = 0
  }
  for (const part of parts) {
    const chunk = typeof part === 'string' ? Buffer.from(part) : part
    held.push(chunk)
    bytes += chunk.length
    if (bytes >= BATCH) flush()
  }
  flush()
}
