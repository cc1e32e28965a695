import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { clarifyError } from '../system/clarify-error.ts'
import { assertNoLink } from './refuse-links.ts'

/**
 * Creates a file and its folders. Returns false if the file already exists; it stays unchanged. Throws a Problem (exit 4), also if a folder
 * below `root` is a link.
 */
export function writeNewFile(file: string, text: string, root?: string): boolean {
  if (root !== undefined) assertNoLink(root, path.dirname(file))
  return reportWriteErrors(file, () => {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    try {
      // This flag rejects links too, so that nothing outside is written.
      fs.writeFileSync(file, text, { flag: 'wx' })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  })
}

/** Creates a folder and its parents. Throws a Problem (exit 4). */
export function makeFolder(folder: string): void {
  reportWriteErrors(folder, () => fs.mkdirSync(folder, { recursive: true }))
}

/** Runs disk work and converts errors of the operating system to a Problem (exit 4). */
export function reportWriteErrors<Value>(file: string, work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    const { code, message } = clarifyError(error as NodeJS.ErrnoException, file)
    throw new Problem(
      { code: 'FILE_WRITE', message: `${file} cannot be written: ${message}`, remedies: [advise(suggestWayOut(code))] },
      error,
    )
  }
}

function suggestWayOut(code: string | undefined): string {
  if (code === 'EEXIST' || code === 'ENOTDIR')
    return 'a file is where a folder has to be; rename it, then run the command again'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return 'make the folder writable for this user, or work in a copy that is, then run the command again'
  return code === 'ENOSPC'
    ? 'free some space there, then run the command again'
    : 'fix that, then run the command again'
}
