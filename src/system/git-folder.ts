import fs from 'node:fs'
import path from 'node:path'

/** A repository's Git folder, and the top of the work tree that it belongs to. */
export type GitFolder = { readonly folder: string; readonly top: string }

/**
 * Finds the Git folder of the work tree around a folder, without running Git. Each work tree and submodule has its own.
 * Undefined outside a work tree.
 */
export function findGitFolder(start: string): GitFolder | undefined {
  for (let top = path.resolve(start); ; top = path.dirname(top)) {
    const found = readGitFolder(path.join(top, '.git'))
    if (found !== undefined) return { folder: path.resolve(top, found), top }
    if (top === path.dirname(top)) return undefined
  }
}

function readGitFolder(file: string): string | undefined {
  try {
    if (fs.statSync(file).isDirectory()) return file
    // A linked work tree has a file in place of the folder.
    return /^gitdir: (.+?)\r?\n?$/.exec(fs.readFileSync(file, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
