import fs from 'node:fs'
import path from 'node:path'
import { type Git, openGit } from '../system/git.ts'
import { lookAt } from '../system/look-at.ts'

/*
 * What a commit holds, submodules included. Git's names are bytes, not text. Paths here are Latin-1 strings, one character a byte, so that
 * distinct names stay distinct.
 */

/** Bytes as a string, one character each. */
export type Bytes = string

/** An entry of a tree: a file, a link (mode 120000) or a submodule (160000). */
export type Entry = { readonly mode: string; readonly id: string }

/** All files of one commit, by path from the top of its repository. */
export type HeadTree = {
  readonly git: Git
  /** The folder of its checkout, as a local path. */
  readonly folder: Bytes
  /** Its path in the project's repository. Empty for that repository itself. */
  readonly at: Bytes
  readonly commit: string
  readonly entries: ReadonlyMap<Bytes, Entry>
  readonly folders: ReadonlySet<Bytes>
  /** Targets of links, by the ID of the link. */
  readonly targets: ReadonlyMap<string, Bytes>
  readonly parent?: HeadTree
  /** Opened submodules, by path. */
  readonly submodules: Map<Bytes, HeadTree | SubmoduleProblem>
  /** Entries by lower-case name, if the file system ignores case. */
  readonly folded?: ReadonlyMap<Bytes, Bytes>
}

/** Why a submodule cannot be read: it was never cloned, or its clone lacks the recorded commit. */
export type SubmoduleProblem = 'submodule-missing' | 'submodule-moved'

/** Where a path leads in a commit. `path` counts from the top of `tree`, with links followed. */
export type Found = { readonly tree: HeadTree; readonly path: Bytes } & (
  | { readonly is: 'file'; readonly id: string }
  | { readonly is: 'folder' | 'nothing' }
  /** A submodule that must be opened first. */
  | { readonly is: 'submodule'; readonly id: string }
  /** A link that leads out of the repository or in a circle. */
  | { readonly is: 'link-outside' }
)

/** A link that was followed. */
export type FollowedLink = { readonly tree: HeadTree; readonly path: Bytes; readonly target: Bytes }

const LINK = '120000'
/** The mode of a submodule in a tree. */
export const SUBMODULE = '160000'
/** Linux follows the same number. */
const LINKS_MAX = 40

export function encodeBytes(text: string): Bytes {
  // Most names are ASCII. The test costs less than two conversions.
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

export function decodeBytes(bytes: Bytes): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** Returns the local path for the file system. */
export function toDiskPath(tree: HeadTree, file: Bytes): Buffer {
  return Buffer.from(path.posix.join(tree.folder, file), 'latin1')
}

/** Returns the path from the top of the project's repository. */
export function toTopPath({ tree, path: file }: Pick<Found, 'tree' | 'path'>): Bytes {
  return path.posix.join(tree.at, file)
}

/** Reads all names and link targets of a commit in two commands. If git fails, returns undefined with its message. */
export async function readTree(
  git: Git,
  place: Pick<HeadTree, 'folder' | 'at' | 'commit' | 'parent'>,
): Promise<HeadTree | { readonly stderr: string }> {
  const listed = await git(['ls-tree', '-r', '-z', '--full-tree', place.commit], { encoding: 'latin1' })
  if (listed.code !== 0) return { stderr: listed.stderr }
  const { entries, folders } = parseTree(listed.stdout)
  const targets = await readTargets(git, entries)
  if (targets === undefined) return { stderr: 'the links of HEAD cannot be read' }
  return { git, ...place, entries, folders, targets, submodules: new Map() }
}

/** Each entry is `MODE TYPE ID<tab>PATH`. */
function parseTree(listing: Bytes): Pick<HeadTree, 'entries' | 'folders'> {
  const entries = new Map<Bytes, Entry>()
  const folders = new Set<Bytes>([''])
  let last = ''
  for (const line of listing.split('\0')) {
    const tab = line.indexOf('\t')
    if (tab === -1) continue
    const file = line.slice(tab + 1)
    entries.set(file, { mode: line.slice(0, 6), id: line.slice(line.indexOf(' ', 7) + 1, tab) })
    const folder = file.slice(0, Math.max(0, file.lastIndexOf('/')))
    if (folder === last) continue
    last = folder
    for (let one = folder; !folders.has(one); one = one.slice(0, Math.max(0, one.lastIndexOf('/')))) folders.add(one)
  }
  return { entries, folders }
}

async function readTargets(git: Git, entries: ReadonlyMap<Bytes, Entry>): Promise<Map<string, Bytes> | undefined> {
  const ids = new Set([...entries.values()].flatMap(({ mode, id }) => (mode === LINK ? id : [])))
  const targets = new Map<string, Bytes>()
  if (ids.size === 0) return targets
  const read = await git(['cat-file', '--batch'], { input: `${[...ids].join('\n')}\n`, encoding: 'latin1' })
  if (read.code !== 0) return undefined
  let at = 0
  for (const id of ids) {
    // `ID blob SIZE`, the content, a line break.
    const end = read.stdout.indexOf('\n', at)
    const size = Number(read.stdout.slice(at, end).split(' ')[2])
    if (!Number.isInteger(size)) return undefined
    targets.set(id, read.stdout.slice(end + 1, end + 1 + size))
    at = end + 1 + size + 1
  }
  return targets
}

/** Finds where a path leads in a tree. Adds the links it follows to `followed`. */
export function findInHead(top: HeadTree, file: Bytes, followed: FollowedLink[] = []): Found {
  // A listed path contains no link.
  const direct = top.entries.get(file)
  if (direct?.mode.startsWith('100')) return { tree: top, path: file, is: 'file', id: direct.id }
  let tree = top
  let done: Bytes[] = []
  let rest = file.split('/')
  let links = 0
  for (;;) {
    const step = rest.shift()
    if (step === undefined) return { tree, path: done.join('/'), is: 'folder' }
    if (step === '' || step === '.') continue
    if (step === '..') {
      if (done.length === 0 && tree.parent === undefined) return { tree, path: '', is: 'link-outside' }
      if (done.length === 0) {
        done = path.posix.relative(tree.parent!.at, tree.at).split('/')
        tree = tree.parent!
      }
      done.pop()
      continue
    }
    const here = foldName(tree, [...done, step].join('/'))
    const entry = tree.entries.get(here)
    if (entry === undefined) {
      if (!tree.folders.has(here)) return { tree, path: [here, ...rest].join('/'), is: 'nothing' }
      done = here.split('/')
    } else if (entry.mode === LINK) {
      const target = tree.targets.get(entry.id) ?? ''
      followed.push({ tree, path: here, target })
      links += 1
      if (links > LINKS_MAX) return { tree, path: here, is: 'link-outside' }
      if (target.startsWith('/')) {
        const root = findRoot(tree)
        if (!target.startsWith(`${root.folder}/`)) return { tree, path: here, is: 'link-outside' }
        tree = root
        done = []
        rest = [...target.slice(root.folder.length + 1).split('/'), ...rest]
      } else rest = [...target.split('/'), ...rest]
    } else if (entry.mode === SUBMODULE) {
      const inside = tree.submodules.get(here)
      if (typeof inside !== 'object') return { tree, path: here, is: 'submodule', id: entry.id }
      tree = inside
      done = []
    } else {
      const isEnd = rest.every((one) => one === '')
      if (!isEnd) return { tree, path: [here, ...rest].join('/'), is: 'nothing' }
      return { tree, path: here, is: 'file', id: entry.id }
    }
  }
}

function findRoot(tree: HeadTree): HeadTree {
  return tree.parent === undefined ? tree : findRoot(tree.parent)
}

/** Returns a path with HEAD's spelling. */
function foldName({ entries, folders, folded }: HeadTree, file: Bytes): Bytes {
  return entries.has(file) || folders.has(file) ? file : (folded?.get(fold(file)) ?? file)
}

/** Returns the tree for a file system that treats `A.yaml` and `a.yaml` as one name. */
export function ignoreCase(tree: HeadTree): HeadTree {
  const names = [...tree.entries.keys(), ...tree.folders]
  return { ...tree, folded: new Map(names.map((name) => [fold(name), name])) }
}

/** Returns a name in lower case, as a case-insensitive file system compares it. */
export function fold(file: Bytes): Bytes {
  return encodeBytes(decodeBytes(file).normalize('NFC').toLowerCase())
}

/** Lists the submodules of a tree in or below a folder. */
export function listSubmodules({ tree, path: folder }: Pick<Found, 'tree' | 'path'>): (Found & { is: 'submodule' })[] {
  return [...tree.entries].flatMap(([file, { mode, id }]) =>
    mode === SUBMODULE && isBelow(folder, file) ? { tree, path: file, is: 'submodule' as const, id } : [],
  )
}

/** Returns true if a path is the folder or file itself, or below it. */
export function isBelow(folder: Bytes, file: Bytes): boolean {
  return folder === '' || file === folder || file.startsWith(`${folder}/`)
}

/** Opens a submodule at its recorded commit and adds it to the tree. */
export async function openSubmodule({ tree, path: file, id }: Found & { is: 'submodule' }): Promise<void> {
  const folder = path.posix.join(tree.folder, file)
  tree.submodules.set(file, await openAt(folder, path.posix.join(tree.at, file), id, tree))
}

async function openAt(
  folder: Bytes,
  at: Bytes,
  commit: string,
  parent: HeadTree,
): Promise<HeadTree | SubmoduleProblem> {
  // Without its own repository, git would use the one around it.
  if (!fs.existsSync(Buffer.from(`${folder}/.git`, 'latin1'))) return 'submodule-missing'
  const plain = openGit(decodeBytes(folder))
  const env = { GIT_CEILING_DIRECTORIES: decodeBytes(path.posix.dirname(folder)) }
  const git: Git = (args, options) => plain(args, { ...options, env: { ...options?.env, ...env } })
  const tree = await readTree(git, { folder, at, commit, parent })
  return 'stderr' in tree ? 'submodule-moved' : tree
}

/** Returns true if a path of a repository is a regular file on this disk. */
export function isRegular(tree: HeadTree, file: Bytes): boolean {
  const found = lookAt(toDiskPath(tree, file))
  return typeof found === 'object' && found.isFile()
}
