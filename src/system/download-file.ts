import { createHash, randomBytes } from 'node:crypto'
import { constants, lstatSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import fs from 'node:fs/promises'
import path from 'node:path'
import { nodeDisk } from './disk.ts'
import { describeStats, isInside } from './source-files.ts'

/** What is at a path: nothing, a regular file, or the reason why it must not be written. */
export type DownloadTarget = { readonly is: 'free' | 'file' } | { readonly is: 'refused'; readonly why: string }

/** A received file: its size, and its digest as `sha256:` with hexadecimal digits. */
export type Received = { readonly bytes: number; readonly digest: string }

/** Thrown if a different file already exists. */
export class FileDiffers extends Error {
  override readonly name = 'FileDiffers'

  constructor() {
    super('a file with other content exists, and is not overwritten: move it away, or name another path')
  }
}

/**
 * Checks what exists at a path below a root. No part of the path may be a link: a stranger's commit must not redirect a
 * download.
 */
export function inspectTarget(root: string, file: string): DownloadTarget {
  const target = path.resolve(root, file)
  if (!isInside(root, target) || target === path.resolve(root)) {
    return { is: 'refused', why: 'it leads out of the repository, or into .git' }
  }
  const parts = path.relative(root, target).split(path.sep)
  let here = path.resolve(root)
  for (const [index, part] of parts.entries()) {
    here = path.join(here, part)
    let stats: ReturnType<typeof lstatSync>
    try {
      stats = lstatSync(here, { throwIfNoEntry: false })
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException
      return { is: 'refused', why: `${part} cannot be looked at (${code})` }
    }
    if (stats === undefined) return { is: 'free' }
    if (stats.isSymbolicLink()) return { is: 'refused', why: `${part} is a link, which is not followed` }
    const isLast = index === parts.length - 1
    if (isLast ? !stats.isFile() : !stats.isDirectory()) {
      return { is: 'refused', why: `${part} is ${isLast ? describeStats(stats) : 'no folder'}` }
    }
  }
  return { is: 'file' }
}

/**
 * Writes a whole file below a root, or none: a temporary file beside it, fsync, then a rename to its name, which must
 * be free. An existing file with the same content is accepted; any other is left alone (FileDiffers). Folders are
 * created as needed. Memory use does not grow with the content. `mode` is that of the new file.
 */
export async function receiveFile(
  root: string,
  file: string,
  content: AsyncIterable<Uint8Array>,
  mode = 0o644,
): Promise<Received> {
  const before = inspectTarget(root, file)
  if (before.is === 'refused') throw new Error(`${file}: ${before.why}`)
  const target = path.resolve(root, file)
  const folder = path.dirname(target)
  await fs.mkdir(folder, { recursive: true })
  const temporary = path.join(folder, `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const received = await write(temporary, content, mode)
    const spot = inspectTarget(root, file)
    if (spot.is === 'refused') throw new Error(`${file}: ${spot.why}`)
    await name(temporary, target, received)
    await nodeDisk.syncFolder(folder)
    return received
  } finally {
    await fs.rm(temporary, { force: true })
  }
}

/** Gives a file its name if the name is free. A link fails where a rename would replace. */
async function name(temporary: string, target: string, received: Received): Promise<void> {
  try {
    await fs.link(temporary, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return assertSame(target, received)
    // Some file systems have no links. There, only one process can create an empty file under the name. It then
    // replaces that file by the whole one.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    await claim(target, received, () => fs.rename(temporary, target))
  }
}

async function claim(target: string, received: Received, put: () => Promise<void>): Promise<void> {
  let own: FileHandle
  try {
    own = await fs.open(target, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return assertSame(target, received)
    throw error
  }
  await own.close()
  await put()
}

async function assertSame(target: string, { bytes, digest }: Received): Promise<void> {
  const there = await computeDigest(target)
  if (there.bytes !== bytes || there.digest !== digest) throw new FileDiffers()
}

async function computeDigest(file: string): Promise<Received> {
  const handle = await fs.open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    if (!(await handle.stat()).isFile()) throw new FileDiffers()
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
    }
    return { bytes, digest: `sha256:${hash.digest('hex')}` }
  } finally {
    await handle.close()
  }
}

async function write(file: string, content: AsyncIterable<Uint8Array>, mode: number): Promise<Received> {
  const handle = await fs.open(file, 'wx', mode)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of content) {
      hash.update(chunk)
      await handle.writeFile(chunk)
      bytes += chunk.length
    }
    await handle.sync()
    return { bytes, digest: `sha256:${hash.digest('hex')}` }
  } finally {
    await handle.close()
  }
}
