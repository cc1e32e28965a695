import fs from 'node:fs'
import path from 'node:path'
import type { Uncommitted, UncommittedWhy } from '../model/checkout.ts'
import { computeBlobId, detectObjectFormat } from '../system/git-blob.ts'
import { listAttributeFiles } from './attributes.ts'
import { type Bytes, type Found, fold, type HeadTree, isRegular, toDiskPath, toTopPath } from './head.ts'

/** A file that differs from HEAD. `file` is relative to the root; `asked` is its path from the top of the repository. */
export type Differing = {
  readonly file: string
  readonly asked: Bytes
  readonly found: Found
  readonly why?: UncommittedWhy | undefined
}

/** A file that only HEAD holds, or an entry that may hide one. */
export type OnlyInHead = { readonly found: Found; readonly why: 'deleted' | 'link' | 'submodule' }

/** Facts that explain differences in one repository. They decide nothing. */
type Facts = {
  /** Paths of the index with their flag letters: `h` assume-unchanged, `S` skip-worktree. */
  readonly index: ReadonlyMap<Bytes, string>
  readonly ignored: ReadonlySet<Bytes>
  /** The commit that is checked out in a submodule. */
  readonly at: string | undefined
}

/** Reads the facts for each repository that has differences. */
export async function readFacts(
  differing: readonly { readonly found: Found; readonly asked?: Bytes }[],
): Promise<ReadonlyMap<HeadTree, Facts>> {
  const byTree = new Map<HeadTree, Bytes[]>()
  for (const { found, asked } of differing) {
    for (let one: HeadTree | undefined = found.tree; one !== undefined; one = one.parent) {
      if (!byTree.has(one)) byTree.set(one, [])
    }
    // Git rejects the whole query if one path goes through a link.
    const isPlain = found.is === 'nothing' && asked !== undefined && findRealPath(found, asked) === toTopPath(found)
    if (isPlain) byTree.get(found.tree)!.push(found.path)
  }
  const entries = [...byTree].map(async ([tree, files]): Promise<[HeadTree, Facts]> => {
    const { git } = tree
    const input = files.map((file) => `${file}\0`).join('')
    const [listed, ignored, head] = await Promise.all([
      git(['ls-files', '-v', '-z', '--full-name'], { encoding: 'latin1' }),
      files.length === 0 ? undefined : git(['check-ignore', '-z', '--stdin'], { encoding: 'latin1', input }),
      tree.parent && git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
    ])
    const index = listed.stdout.split('\0').map((line): [Bytes, string] => [line.slice(2), line.slice(0, 1)])
    return [tree, { index: new Map(index), ignored: new Set(ignored?.stdout.split('\0')), at: head?.stdout.trim() }]
  })
  return new Map(await Promise.all(entries))
}

/** Explains why a file differs from HEAD. */
export function explain(
  { file, asked, found, why }: Differing,
  facts: ReadonlyMap<HeadTree, Facts>,
  named: (file: Bytes) => string,
): Uncommitted {
  const blame = (reason: UncommittedWhy, at: Bytes = asked): Uncommitted => ({
    file,
    why: reason,
    ...(at !== asked && { at: named(at) }),
  })
  const { tree } = found
  if (why === 'line-ends') return blame(why)
  if (found.is === 'submodule') return blame(explainClosed(found), toTopPath(found))
  if (found.is === 'link-outside') return blame('link-outside', toTopPath(found))
  if (why === 'attributes') {
    const other = listAttributeFiles(found.path).find((file) => !isCommitted(tree, file))
    return blame('attributes', path.posix.join(tree.at, other ?? '.gitattributes'))
  }
  const real = findRealPath(found, asked)
  if (real !== undefined && !isSameName(found, real)) return blame('link', real)
  const moved = findMovedSubmodule(tree, facts)
  if (moved !== undefined) return blame('submodule-moved', moved)
  const fact = facts.get(tree)
  const flag = fact?.index.get(found.path)
  if (real === undefined) return blame(found.is === 'file' ? 'deleted' : 'untracked', toTopPath(found))
  if (found.is === 'file') return blame(explainHidden(flag) ?? 'edited', toTopPath(found))
  if (flag !== undefined) return blame('staged', toTopPath(found))
  return blame(fact?.ignored.has(found.path) ? 'ignored' : 'untracked', toTopPath(found))
}

function explainClosed({ tree, path: file }: Found): UncommittedWhy {
  const closed = tree.submodules.get(file)
  return typeof closed === 'string' ? closed : 'submodule-missing'
}

function explainHidden(flag: string | undefined): UncommittedWhy | undefined {
  if (flag?.toUpperCase() === 'S') return 'skip-worktree'
  return flag !== undefined && flag !== flag.toUpperCase() ? 'assume-unchanged' : undefined
}

function isCommitted(tree: HeadTree, file: Bytes): boolean {
  const entry = tree.entries.get(file)
  if (!isRegular(tree, file)) return entry === undefined
  return (
    entry !== undefined &&
    computeBlobId(fs.readFileSync(toDiskPath(tree, file)), detectObjectFormat(entry.id)) === entry.id
  )
}

function isSameName(found: Found, real: Bytes): boolean {
  const file = toTopPath(found)
  return file === real || (found.tree.folded !== undefined && fold(file) === fold(real))
}

/** Resolves a path on this disk, relative to the top of the project's repository. */
function findRealPath({ tree }: Found, asked: Bytes): Bytes | undefined {
  let top = tree
  while (top.parent !== undefined) top = top.parent
  try {
    const real = fs.realpathSync(toDiskPath(top, asked), { encoding: 'buffer' }).toString('latin1')
    return path.posix.relative(top.folder, real)
  } catch {
    return undefined
  }
}

/** Finds the outermost submodule around a tree that is not at its recorded commit. */
function findMovedSubmodule(tree: HeadTree, facts: ReadonlyMap<HeadTree, Facts>): Bytes | undefined {
  if (tree.parent === undefined) return undefined
  return findMovedSubmodule(tree.parent, facts) ?? (facts.get(tree)?.at === tree.commit ? undefined : tree.at)
}

/** Explains why only HEAD holds a file. */
export function explainDeleted(
  { found, why }: OnlyInHead,
  facts: ReadonlyMap<HeadTree, Facts>,
  named: (file: Bytes) => string,
): Uncommitted {
  const file = named(toTopPath(found))
  if (why === 'submodule') return { file, why: explainClosed(found) }
  const moved = findMovedSubmodule(found.tree, facts)
  if (moved !== undefined) return { file, why: 'submodule-moved', at: named(moved) }
  if (why === 'link') return { file, why }
  return {
    file,
    why: explainHidden(facts.get(found.tree)?.index.get(found.path)) === undefined ? 'deleted' : 'left-out',
  }
}
