import fs from 'node:fs'

/**
 * Returns what is at a path, without following a link. `nothing`: there is nothing. `unseen`: the system does not say,
 * because a folder on the way may not be entered, or because the path is too long, leads in a circle or is none. Node's
 * `throwIfNoEntry` covers none of these, nor a file in the place of a folder.
 */
export function lookAt(file: string | Buffer): fs.Stats | 'nothing' | 'unseen' {
  try {
    return fs.lstatSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'nothing' : 'unseen'
  }
}

/** Returns whether something can be seen at a path, be it a link that leads nowhere. */
export function isThere(file: string | Buffer): boolean {
  return typeof lookAt(file) === 'object'
}

/** Returns whether a path leads to a folder, through links too. */
export function isFolder(folder: string): boolean {
  try {
    return fs.statSync(folder).isDirectory()
  } catch {
    return false
  }
}
