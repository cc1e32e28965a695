import crypto from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { clarifyError } from './clarify-error.ts'

/** An append-only file. Nothing written is safe before `sync` resolves. */
export type AppendFile = {
  /** Bytes written so far, synced or not. */
  readonly size: number
  append(text: string): Promise<void>
  /**
   * Makes everything appended durable (fdatasync). After a failure, assume nothing about what was appended since the
   * last success.
   */
  sync(): Promise<void>
  /** Truncates the file to its first `size` bytes. */
  truncate(size: number): Promise<void>
  close(): Promise<void>
}

/**
 * Access to the disk. All texts are UTF-8. Errors are the operating system's, with their `code`. A missing file or
 * folder is undefined or an empty list, not an error. A simulation passes a disk that loses what was not synced.
 */
export type Disk = {
  /** The text of a file; undefined if it is missing. */
  read(file: string): Promise<string | undefined>
  /** Creates a new file (mode 0600), writes it and calls fsync. After an error the file does not exist. */
  writeNew(file: string, text: string): Promise<void>
  /** Replaces `to` atomically; durable after `syncFolder`. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file if it exists. */
  remove(file: string): Promise<void>
  /** Creates a folder and its parents. */
  makeFolder(folder: string): Promise<void>
  /** Names in a folder, sorted. */
  list(folder: string): Promise<string[]>
  /** Makes renames and new names in a folder durable. */
  syncFolder(folder: string): Promise<void>
  /** Opens a file to append to; a new file has mode 0600. */
  openAppend(file: string): Promise<AppendFile>
  /** An unused name beside `file` that ends in `.tmp`. */
  temporary(file: string): string
}

/** This machine's disk. */
export const nodeDisk: Disk = {
  read: (file) => fs.readFile(file, 'utf8').catch(returnIfAbsent(undefined)),
  writeNew,
  rename: (from, to) => renameWithRetry(() => fs.rename(from, to)),
  remove: (file) => fs.rm(file, { force: true }),
  makeFolder: async (folder) => {
    try {
      await fs.mkdir(folder, { recursive: true })
    } catch (error) {
      throw clarifyError(error as NodeJS.ErrnoException, folder)
    }
  },
  list: async (folder) => (await fs.readdir(folder).catch(returnIfAbsent<string[]>([]))).sort(),
  syncFolder,
  openAppend,
  temporary: (file) => `${file}.${crypto.randomBytes(6).toString('hex')}.tmp`,
}

/** Milliseconds between rename attempts: a second and a half in all. */
const RENAME_PAUSES = [10, 20, 50, 100, 200, 400, 700]
const HELD = new Set<unknown>(['EPERM', 'EACCES', 'EBUSY'])

/**
 * Renames a file. Windows cannot replace a file that a virus scanner or an editor has open, so the rename is retried
 * briefly.
 */
export async function renameWithRetry(rename: () => Promise<void>, platform: string = process.platform): Promise<void> {
  for (const pause of platform === 'win32' ? RENAME_PAUSES : []) {
    try {
      return await rename()
    } catch (error) {
      if (!HELD.has((error as NodeJS.ErrnoException).code)) throw error
      await delay(pause)
    }
  }
  return rename()
}

/**
 * Replaces a file. A crash leaves the whole old text or the whole new one: new file, fsync, rename, fsync of the
 * folder. After an error the old file is unchanged and nothing else is left.
 */
export async function writeDurable(disk: Disk, file: string, text: string): Promise<void> {
  const temporary = disk.temporary(file)
  await disk.writeNew(temporary, text)
  try {
    await disk.rename(temporary, file)
  } catch (error) {
    await disk.remove(temporary).catch(() => {})
    throw error
  }
  await disk.syncFolder(path.dirname(file))
}

async function writeNew(file: string, text: string): Promise<void> {
  const handle = await fs.open(file, 'wx', 0o600)
  try {
    // After a short write, writeFile continues until everything is written. Some atomic-write packages do not.
    await handle.writeFile(text)
    await handle.sync()
    const { size } = await handle.stat()
    if (size !== Buffer.byteLength(text))
      throw new Error(`${file} has ${size} bytes after writing ${Buffer.byteLength(text)}`)
    await handle.close()
  } catch (error) {
    await handle.close().catch(() => {})
    await fs.rm(file, { force: true })
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder to sync it, and makes renames durable itself.
  if (process.platform === 'win32') return
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function openAppend(file: string): Promise<AppendFile> {
  const handle = await fs.open(file, 'a', 0o600)
  let size = (await handle.stat()).size
  return {
    get size() {
      return size
    },
    async append(text) {
      await handle.appendFile(text)
      size += Buffer.byteLength(text)
    },
    sync: () => handle.datasync(),
    async truncate(to) {
      await handle.truncate(to)
      size = to
    },
    close: () => handle.close(),
  }
}

function returnIfAbsent<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value
    throw error
  }
}
