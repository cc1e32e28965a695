import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import fs from 'node:fs/promises'
import { computeBlobId, createBlobHash } from './git-blob.ts'
import { isLfsPointer } from './lfs-pointer.ts'
import { describeReadError, describeStats, READ_FLAGS, type ReadProblem, resolveInside } from './source-files.ts'

/** A measured file of any size: real absolute path, size, modification time, MD5 in Base64, blob ID. */
export type Measured = {
  readonly path: string
  readonly bytes: number
  readonly modifiedMs: number
  readonly md5: string
  /** Its Git blob ID by SHA-1. */
  readonly blob?: string
  /** The same text with other line endings, as `core.autocrlf` produces. Only for text with line endings. */
  readonly otherEnds?: LineEndingDigests
}

/** A text with line feeds alone, and with a carriage return before each. MD5 in Base64; blob IDs by SHA-1. */
export type LineEndingDigests = { readonly lf: string; readonly crlf: string; readonly lfBlob: string }

/** Thrown if a file differs from the measured one. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged'

  constructor() {
    super('the file has changed since Jobwright measured it; run the command again')
  }
}

/** The size of one read, and the most that is held of a file. */
const CHUNK = 1024 * 1024

/** Measures a regular file of at most `maxBytes` below a root, by the same rules as spec files. */
export async function measureFile(
  root: string,
  file: string,
  maxBytes: number,
): Promise<Measured | { readonly problem: ReadProblem }> {
  try {
    const found = resolveInside(await fs.realpath(root), file)
    if ('problem' in found) return found
    const handle = await fs.open(found.real, READ_FLAGS)
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) return { problem: { is: 'no-file', what: describeStats(stats) } }
      if (stats.size > maxBytes) return { problem: { is: 'too-large', bytes: stats.size } }
      const hash = createHash('md5')
      const blob = createBlobHash(stats.size, 'sha1')
      let bytes = 0
      const held: Uint8Array[] = []
      for await (const chunk of readChunks(handle)) {
        hash.update(chunk)
        blob.update(chunk)
        bytes += chunk.length
        if (stats.size <= TEXT_MAX) held.push(chunk)
      }
      const content = Buffer.concat(held)
      if (isLfsPointer(content)) return { problem: { is: 'lfs-pointer' } }
      const digests = { md5: hash.digest('base64'), blob: blob.digest('hex') }
      return { path: found.real, bytes, modifiedMs: stats.mtimeMs, ...digests, ...detectOtherEnds(content) }
    } finally {
      await handle.close()
    }
  } catch (error) {
    return { problem: describeReadError(error) }
  }
}

/** Longer files are not checked for line endings. */
const TEXT_MAX = 16 * CHUNK
/** Git takes a file for binary if a zero byte is in this many first bytes. */
const LOOKED_AT = 8000

function detectOtherEnds(content: Buffer): { otherEnds?: LineEndingDigests } {
  if (!content.includes(0x0a) || content.subarray(0, LOOKED_AT).includes(0)) return {}
  // Latin-1 keeps every byte.
  const lf = content.toString('latin1').replaceAll('\r\n', '\n')
  const md5 = (text: string): string => createHash('md5').update(text, 'latin1').digest('base64')
  const lfBlob = computeBlobId(Buffer.from(lf, 'latin1'), 'sha1')
  return { otherEnds: { lf: md5(lf), crlf: md5(lf.replaceAll('\n', '\r\n')), lfBlob } }
}

/**
 * Reads a measured file in chunks. The last chunk is held back until the whole file is read and matches the
 * measurement. So a changed file is never sent whole. Throws FileChanged, or the system's error.
 */
export async function* readMeasured(file: Measured): AsyncGenerator<Uint8Array> {
  const handle = await fs.open(file.path, READ_FLAGS)
  try {
    await assertSame(handle, file)
    const hash = createHash('md5')
    let held: Uint8Array | undefined
    let bytes = 0
    for await (const chunk of readChunks(handle)) {
      if (held) yield held
      hash.update(chunk)
      bytes += chunk.length
      if (bytes > file.bytes) throw new FileChanged()
      held = chunk
    }
    await assertSame(handle, file)
    if (bytes !== file.bytes || hash.digest('base64') !== file.md5) throw new FileChanged()
    if (held) yield held
  } finally {
    await handle.close()
  }
}

async function assertSame(handle: FileHandle, { bytes, modifiedMs }: Measured): Promise<void> {
  const stats = await handle.stat()
  if (!stats.isFile() || stats.size !== bytes || stats.mtimeMs !== modifiedMs) throw new FileChanged()
}

async function* readChunks(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    // A new buffer each time, because the receiver may still be sending the last chunk.
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, null)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
