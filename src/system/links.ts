import fs from 'node:fs'
import path from 'node:path'
import { isFolder, lookAt } from './look-at.ts'

/**
 * The first symbolic link on a path below a root, relative to the root. Undefined if there is none, or if the path
 * leaves the root. A commit can hold a link, and a write below the root must not follow it out.
 */
export function linkOnWay(root: string, file: string): string | undefined {
  const parts = path.relative(root, file).split(path.sep)
  if (parts[0] === '..' || path.isAbsolute(parts[0] ?? '')) return undefined
  let here = path.resolve(root)
  for (const part of parts) {
    here = path.join(here, part)
    if (isLink(here)) return path.relative(root, here)
  }
  return undefined
}

/** The first symbolic link on the way to a folder or anywhere in it, relative to the root. */
export function linkIn(root: string, folder: string): string | undefined {
  const onWay = linkOnWay(root, folder)
  if (onWay !== undefined) return onWay
  if (!isFolder(folder)) return undefined
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const inner = path.join(folder, entry.name)
    const found = entry.isSymbolicLink()
      ? path.relative(root, inner)
      : entry.isDirectory()
        ? linkIn(root, inner)
        : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function isLink(file: string): boolean {
  const found = lookAt(file)
  // A file in place of a folder: whoever writes there reports it.
  return typeof found === 'object' && found.isSymbolicLink()
}
