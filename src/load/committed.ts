import fs from 'node:fs'
import path from 'node:path'
import type { Checkout, Uncommitted, UncommittedWhy } from '../model/checkout.ts'
import { groupBy } from '../model/group.ts'
import { computeTextBlobId, detectObjectFormat } from '../system/git-blob.ts'
import { isThere } from '../system/look-at.ts'
import { collectAttributeFiles, listAttributeFiles } from './attributes.ts'
import {
  type Bytes,
  decodeBytes,
  encodeBytes,
  type FollowedLink,
  type Found,
  findInHead,
  type HeadTree,
  ignoreCase,
  isBelow,
  isRegular,
  listSubmodules,
  openSubmodule,
  SUBMODULE,
  toDiskPath,
  toTopPath,
} from './head.ts'
import { explain, explainDeleted, type OnlyInHead, readFacts } from './why-uncommitted.ts'

/** A file as it was read: its text, or a digest of its content. `file` is relative to the root, with forward slashes. */
export type Content =
  | { readonly file: string; readonly text: string | undefined }
  | {
      readonly file: string
      readonly bytes: number
      readonly modifiedMs: number
      /** The content's SHA-1 blob ID. */
      readonly blob?: string
      /** The same with line feeds as line endings. */
      readonly otherEnds?: { readonly lfBlob: string }
    }

/** What to compare with HEAD. */
export type Compared = {
  readonly head: HeadTree
  /** The root's path from the top of the repository: empty, or ending in a slash. */
  readonly prefix: Bytes
  readonly contents: readonly Content[]
  /** Folders and files to search for specs, relative to the root. */
  readonly searched: readonly string[]
  /** Computes the blob ID of a text. */
  readonly computeId?: typeof computeTextBlobId | undefined
}

/** How a content compares with HEAD. */
type Verdict = {
  readonly content: Content
  /** Its path from the top of the project's repository. */
  readonly asked: Bytes
  readonly found: Found
  readonly why?: UncommittedWhy | undefined
}

/**
 * Finds files whose content differs from HEAD, and YAML files that only HEAD holds. Only content counts: index flags, modes and ignore
 * rules do not. The number of git commands does not depend on the number of files.
 */
export async function compareWithHead(
  compared: Compared,
): Promise<Pick<Checkout & { git: true }, 'dirty' | 'uploads' | 'deleted' | 'unread'>> {
  const { prefix, contents, computeId = computeTextBlobId } = compared
  const searched = compared.searched.map((one) => clean(prefix + encodeBytes(one)))
  const asked = contents.map(({ file }) => clean(prefix + encodeBytes(file)))
  const head = await readWithCase(compared.head, asked)
  await openSubmodules(head, asked, searched)
  const first = contents.map((content, index) =>
    judge(content, asked[index]!, findInHead(head, asked[index]!), computeId),
  )
  const { lost, unread } = findOnlyInHead(
    head,
    prefix,
    searched,
    new Set(asked.filter((_, index) => wasRead(contents[index]!))),
  )
  // Most files whose bytes differ are edited. So Git explains them while it applies its filters.
  const [verdicts, facts] = await Promise.all([
    judgeFilters(first),
    readFacts([...first.filter(({ why }) => why !== undefined), ...lost]),
  ])
  const differing = verdicts.filter(({ why }) => why !== undefined)
  const named = (file: Bytes): string => decodeBytes(path.posix.relative(prefix, file))
  const explained = (some: readonly Verdict[]): Uncommitted[] =>
    some.map((one) => explain({ ...one, file: one.content.file }, facts, named)).sort(compareFiles)
  return {
    dirty: explained(differing.filter(({ content }) => 'text' in content)),
    uploads: explained(differing.filter(({ content }) => !('text' in content))),
    deleted: lost.map((one) => explainDeleted(one, facts, named)).sort(compareFiles),
    ...(unread !== undefined && first.every(({ why }) => why === undefined) && { unread: unread.map(named) }),
  }
}

function wasRead(content: Content): boolean {
  return !('text' in content) || content.text !== undefined
}

function clean(file: Bytes): Bytes {
  const normal = path.posix.normalize(file)
  return normal === '.' ? '' : normal.replace(/\/$/, '')
}

/** Compares by file name. */
export function compareFiles(a: Uncommitted, b: Uncommitted): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0
}

/** If HEAD lacks a name, the file system may ignore case. */
async function readWithCase(head: HeadTree, asked: readonly Bytes[]): Promise<HeadTree> {
  if (asked.every((file) => findInHead(head, file).is === 'file')) return head
  const { stdout } = await head.git(['config', '--type=bool', '--get', 'core.ignoreCase'])
  return stdout.trim() === 'true' ? ignoreCase(head) : head
}

/** Opens the submodules that paths lead through or that are searched for specs, at any depth. */
async function openSubmodules(head: HeadTree, asked: readonly Bytes[], searched: readonly Bytes[]): Promise<void> {
  for (;;) {
    const closed = new Map<Bytes, Found & { is: 'submodule' }>()
    const note = (found: Found): void => {
      if (found.is === 'submodule' && !found.tree.submodules.has(found.path)) closed.set(toTopPath(found), found)
    }
    for (const file of asked) note(findInHead(head, file))
    for (const place of listSearchedPlaces(head, searched)) {
      note(place)
      if (place.is === 'folder') listSubmodules(place).forEach(note)
    }
    if (closed.size === 0) return
    await Promise.all([...closed.values()].map(openSubmodule))
  }
}

/** Finds the searched folders and files in HEAD, including opened submodules below them. */
function listSearchedPlaces(head: HeadTree, searched: readonly Bytes[], followed: FollowedLink[] = []): Found[] {
  return searched.flatMap((one) => listWithInner(findInHead(head, one, followed)))
}

function listWithInner(place: Found): Found[] {
  if (place.is !== 'folder') return [place]
  const inner = listSubmodules(place).flatMap(({ tree, path: file }) => {
    const inside = tree.submodules.get(file)
    return typeof inside === 'object' ? listWithInner({ tree: inside, path: '', is: 'folder' }) : []
  })
  return [place, ...inner]
}

function judge(content: Content, asked: Bytes, found: Found, computeId: typeof computeTextBlobId): Verdict {
  const verdict = { content, asked, found }
  if (found.is !== 'file') return { ...verdict, why: 'untracked' }
  return getBlobId(content, found.id, computeId) === found.id ? verdict : { ...verdict, why: 'edited' }
}

/** Returns the blob ID of a content. Undefined if it was not computed. */
function getBlobId(content: Content, like: string, computeId: typeof computeTextBlobId): string | undefined {
  const format = detectObjectFormat(like)
  if ('text' in content) return content.text === undefined ? undefined : computeId(content.text, format)
  return format === 'sha1' ? content.blob : undefined
}

/** Asks Git about files whose bytes differ. Git may store them with other line endings or through an LFS filter. */
async function judgeFilters(verdicts: readonly Verdict[]): Promise<Verdict[]> {
  const doubtful = groupBy(
    verdicts.filter(isFile).filter(({ why }) => why !== undefined),
    ({ found }) => found.tree,
  )
  const judged = new Map<Verdict, UncommittedWhy | undefined>()
  for (const [tree, some] of doubtful) {
    const attributes = collectAttributeFiles(some.map(({ found }) => found.path))
    // Git reads the file again. Its answer counts only if the file is unchanged before and after.
    const same = some.filter(({ content, found }) => isAsRead(content, toDiskPath(tree, found.path)))
    const paths = [...same.map(({ found }) => found.path), ...attributes.filter((file) => isRegular(tree, file))]
    const before = paths.map((file) => getStamp(tree, file))
    const ids = await computeStoredIds(tree, paths)
    const stored = new Map(
      paths.map((file, index) => [file, getStamp(tree, file) === before[index] ? ids[index] : undefined]),
    )
    for (const one of same) {
      if (stored.get(one.found.path) !== one.found.id) continue
      const isSettled = listAttributeFiles(one.found.path).every(
        (file) => stored.get(file) === tree.entries.get(file)?.id,
      )
      judged.set(one, isSettled ? explainConverted(one) : 'attributes')
    }
  }
  return verdicts.map((one) => (judged.has(one) ? { ...one, why: judged.get(one) } : one))
}

/** Uploads send raw bytes, so changed line endings make a different file. Text is read the same with both. */
function explainConverted({ content, found }: Verdict & { found: { is: 'file' } }): UncommittedWhy | undefined {
  return 'text' in content || content.otherEnds?.lfBlob !== found.id ? undefined : 'line-ends'
}

function isFile(one: Verdict): one is Verdict & { found: { is: 'file' } } {
  return one.found.is === 'file'
}

function isAsRead(content: Content, real: Buffer): boolean {
  try {
    if ('text' in content) return content.text !== undefined && fs.readFileSync(real).equals(Buffer.from(content.text))
    const { size, mtimeMs } = fs.statSync(real)
    return size === content.bytes && mtimeMs === content.modifiedMs
  } catch {
    return false
  }
}

function getStamp(tree: HeadTree, file: Bytes): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = fs.lstatSync(toDiskPath(tree, file), { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    return ''
  }
}

/** Computes the IDs under which Git would store files, with filters. Empty if a filter fails. */
async function computeStoredIds(tree: HeadTree, paths: readonly Bytes[]): Promise<string[]> {
  if (paths.length === 0) return []
  const input = `${paths.map(quoteFile).join('\n')}\n`
  const { code, stdout } = await tree.git(['hash-object', '--stdin-paths'], { input, withoutEnvSettings: true })
  return code === 0 ? stdout.trim().split('\n') : []
}

/** Quotes a path in C style, as git parses it. */
function quoteFile(file: Bytes): string {
  const escaped = file.replace(/[^ !#-[\]-~]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return `"${escaped}"`
}

/** What only HEAD holds. `unread`: its other YAML files that were not read; undefined if a link, a submodule or the case of a name matters. */
type OnlyThere = { readonly lost: readonly OnlyInHead[]; readonly unread: readonly Bytes[] | undefined }

function findOnlyInHead(
  head: HeadTree,
  prefix: Bytes,
  searched: readonly Bytes[],
  read: ReadonlySet<Bytes>,
): OnlyThere {
  const followed: FollowedLink[] = []
  const places = listSearchedPlaces(head, searched, followed)
  const root: Found = { tree: head, path: prefix.replace(/\/$/, ''), is: 'folder' }
  const elsewhere = places.filter(({ tree, path: folder }) => tree !== head || !isBelow(root.path, folder))
  const unread = listUnread(root, read)
  const all = [
    ...findLost(root, unread),
    ...elsewhere.flatMap((place) => findLost(place, listUnread(place, read))),
    ...followed.flatMap(({ tree, path: link, target }): OnlyInHead[] =>
      linkTarget(tree, link) === target ? [] : [{ found: { tree, path: link, is: 'nothing' }, why: 'link' }],
    ),
    ...places.flatMap(findClosedIn).map((found): OnlyInHead => ({ found, why: 'submodule' })),
  ]
  const isPlain = elsewhere.length === 0 && head.targets.size === 0 && head.folded === undefined
  return {
    lost: [...new Map(all.map((one) => [toTopPath(one.found), one])).values()],
    unread: isPlain && !hasSubmodules(head) ? unread : undefined,
  }
}

function hasSubmodules({ entries }: HeadTree): boolean {
  for (const { mode } of entries.values()) if (mode === SUBMODULE) return true
  return false
}

/** Lists the YAML files of HEAD below a folder that were not read. */
function listUnread({ tree, path: folder }: Found, read: ReadonlySet<Bytes>): Bytes[] {
  const unread: Bytes[] = []
  for (const [file, { mode }] of tree.entries) {
    if (!/\.ya?ml$/.test(file) || mode === SUBMODULE || !isBelow(folder, file)) continue
    if (!read.has(toTopPath({ tree, path: file }))) unread.push(file)
  }
  return unread
}

function findLost({ tree }: Found, unread: readonly Bytes[]): OnlyInHead[] {
  return unread
    .filter((file) => !isThere(toDiskPath(tree, file)))
    .map((file) => ({ found: { tree, path: file, is: 'nothing' }, why: 'deleted' }))
}

/** Lists searched submodules that could not be opened. */
function findClosedIn(place: Found): Found[] {
  if (place.is === 'submodule') return [place]
  if (place.is !== 'folder') return []
  return listSubmodules(place).filter(({ tree, path: file }) => typeof tree.submodules.get(file) !== 'object')
}

function linkTarget(tree: HeadTree, link: Bytes): Bytes | undefined {
  try {
    return fs.readlinkSync(toDiskPath(tree, link), { encoding: 'buffer' }).toString('latin1')
  } catch {
    return undefined
  }
}
