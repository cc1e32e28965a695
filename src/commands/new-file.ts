import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'

/** Writes a file that is not there, and its folders; false where something of that name is there, which stays as it is. Throws a Problem (exit 4). */
export function writeNewFile(file: string, text: string): boolean {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    // Refuses links too, so that nothing outside is written through one.
    fs.writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    const { code, message, syscall } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && syscall === 'open') return false
    throw new Problem(
      { code: 'FILE_WRITE', message: `${file} cannot be written: ${message}`, remedies: [advise(wayOut(code))] },
      error,
    )
  }
}

function wayOut(code: string | undefined): string {
  if (code === 'EEXIST' || code === 'ENOTDIR')
    return 'a file is where a folder has to be; rename it, then run this again'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return 'make the folder writable for this user, then run this again'
  return code === 'ENOSPC' ? 'free some space there, then run this again' : 'mend that, then run this again'
}
