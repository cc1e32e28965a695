import type { CheckedDocument, Memory } from '../documents/memory.ts'
import { computeDigest, createDigester } from '../model/digest.ts'
import { readCacheFile, replaceCacheFile } from '../system/cache-file.ts'
import { findCachePlace } from './cache-place.ts'

/**
 * A cache of checked specs in the Git folder. Its first line names the build that wrote it, and its last line has the
 * digest of all others. Each line between holds the digest of a file's text, a space, and the file's documents.
 */
export type SpecCache = Memory & {
  /** Stores what this run checked, if it is worth a write. */
  save(): void
}

/** A larger cache is not read. 100,000 specs need 60 MB. */
const BYTES_MAX = 256 * 1024 * 1024
/** The cache is written if more than this share of its files was checked anew. */
const CHANGED_MIN = 0.01

/**
 * Opens the cache of a project. `build`: the program, schemas and rules that check its specs. Undefined outside Git, and
 * if a link is in the way.
 */
export function openSpecCache(root: string, build: string): SpecCache | undefined {
  const file = findCachePlace(root, 'specs')
  if (file === undefined) return undefined
  const known = readEntries(file, build)
  const used = new Set<string>()
  const fresh = new Map<string, string>()
  return {
    recall(_file, text) {
      if (known.isEmpty) return undefined
      const digest = computeDigest(text)
      const line = known.find(digest)
      const documents = line && parseDocuments(line)
      if (documents) used.add(digest)
      return documents
    },
    keep(text, documents) {
      fresh.set(computeDigest(text), JSON.stringify(documents))
    },
    save() {
      if (fresh.size > (used.size + fresh.size) * CHANGED_MIN)
        replaceCacheFile(file, formatFile(build, listLines(known, used, fresh)))
    },
  }
}

/** The entries of a cache as they are stored. */
type Entries = {
  readonly isEmpty: boolean
  /** Returns the documents of the file with a digest. */
  find(digest: string): Buffer | undefined
}

const LINE_BREAK = 10
const NO_ENTRIES: Entries = { isEmpty: true, find: () => undefined }

/** Reads the entries of a cache. None if any byte is not as it was written. */
function readEntries(file: string, build: string): Entries {
  const bytes = readCacheFile(file, BYTES_MAX)
  const first = formatFirstLine(build)
  if (bytes === undefined || bytes.toString('latin1', 0, first.length) !== first) return NO_ENTRIES
  const last = bytes.lastIndexOf(LINE_BREAK, bytes.length - 2) + 1
  const { digest } = createDigester(bytes.subarray(0, last))
  if (bytes.toString('latin1', last) !== formatLastLine(digest())) return NO_ENTRIES
  // Offsets need less memory than one view for each line.
  const starts = new Map<string, number>()
  for (let at = first.length; at < last; at = bytes.indexOf(LINE_BREAK, at) + 1) {
    const space = bytes.indexOf(' ', at)
    starts.set(bytes.toString('latin1', at, space), space + 1)
  }
  return {
    isEmpty: starts.size === 0,
    find(digestOfText) {
      const start = starts.get(digestOfText)
      return start === undefined ? undefined : bytes.subarray(start, bytes.indexOf(LINE_BREAK, start))
    },
  }
}

function parseDocuments(line: Buffer): readonly CheckedDocument[] | undefined {
  try {
    const documents: unknown = JSON.parse(line.toString('utf8'))
    const isTable = Array.isArray(documents) && documents.every(Array.isArray)
    return isTable ? (documents as unknown as readonly CheckedDocument[]) : undefined
  } catch {
    return undefined
  }
}

/** How many characters of lines are encoded at once: one line at a time takes longer than its text. */
const BATCH = 64 * 1024

/** The lines of a cache, in batches. */
function* listLines(
  known: Entries,
  used: ReadonlySet<string>,
  fresh: ReadonlyMap<string, string>,
): Generator<Uint8Array> {
  for (const digest of used)
    yield Buffer.concat([Buffer.from(`${digest} `), known.find(digest)!, Buffer.of(LINE_BREAK)])
  let batch = ''
  for (const [digest, documents] of fresh) {
    batch += `${digest} ${documents}\n`
    if (batch.length < BATCH) continue
    yield Buffer.from(batch)
    batch = ''
  }
  if (batch !== '') yield Buffer.from(batch)
}

/** The parts of a cache, up to its maximum size. */
function* formatFile(build: string, lines: Iterable<Uint8Array>): Generator<string | Uint8Array> {
  const first = formatFirstLine(build)
  const { update, digest } = createDigester(first)
  yield first
  let bytes = 0
  for (const batch of lines) {
    bytes += batch.length
    if (bytes > BYTES_MAX / 2) break
    update(batch)
    yield batch
  }
  yield formatLastLine(digest())
}

function formatFirstLine(build: string): string {
  return `jobwright-specs 1 ${build}\n`
}

function formatLastLine(digest: string): string {
  return `end ${digest}\n`
}
