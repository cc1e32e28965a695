import fs from 'node:fs'
import path from 'node:path'
import { computeStamp } from './file-identity.ts'
import { openSourceFiles, type ReadText, type SourceFiles } from './source-files.ts'

/** The texts of a folder's files, kept as long as each round asks for them. */
export type KnownTexts = {
  /** Opens the files for a round. A file is read only if its stamp or its folder's real path has changed. */
  open(): SourceFiles
  /** Returns the stamp that a file had when this round read it. Undefined if it was not read, or may have changed meanwhile. */
  stampOf(file: string): string | undefined
}

type Known = { readonly stamp: string; readonly folder: string; readonly read: ReadText }

/** Keeps the texts of files below a folder in memory. */
export function keepTexts(root: string): KnownTexts {
  let before = new Map<string, Known>()
  let used = new Map<string, Known>()
  return {
    stampOf: (file) => used.get(file)?.stamp,
    open() {
      // What the last round did not read is gone.
      if (used.size > 0) before = used
      used = new Map()
      const source = openSourceFiles(root)
      const folders = new Map<string, string | undefined>()
      // A file's name is already normal, and joining paths takes as long as looking at the file.
      const nameFile = (file: string): string => `${root}${path.sep}${file}`
      const findFolder = (file: string): string | undefined => {
        const folder = file.slice(0, Math.max(0, file.lastIndexOf('/')))
        if (!folders.has(folder)) folders.set(folder, readRealPath(path.join(root, folder)))
        return folders.get(folder)
      }
      return {
        list: (folder) => source.list(folder),
        read(file, maxBytes) {
          const stamp = computeStamp(nameFile(file))
          const folder = findFolder(file)
          const known = used.get(file) ?? before.get(file)
          if (known !== undefined && known.stamp === stamp && known.folder === folder) {
            used.set(file, known)
            return known.read
          }
          const read = source.read(file, maxBytes)
          const isSame = stamp !== undefined && stamp === computeStamp(nameFile(file))
          if ('text' in read && isSame && folder !== undefined) used.set(file, { stamp, folder, read })
          return read
        },
      }
    },
  }
}

function readRealPath(folder: string): string | undefined {
  try {
    return fs.realpathSync.native(folder)
  } catch {
    return undefined
  }
}
