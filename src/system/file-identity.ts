import { createHash } from 'node:crypto'
import fs from 'node:fs'

/** A text that is another one if a file's content is: its digest, or why it has none (`ENOENT`, `no file`). Links are followed. */
export function contentId(file: string): string {
  try {
    // Reading a pipe would wait for its writer.
    if (!fs.statSync(file).isFile()) return 'no file'
    return createHash('sha256').update(fs.readFileSync(file)).digest('hex')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

/** Which folder a path leads to: another one of the same name has another number. Undefined where there is none. */
export function folderId(folder: string): number | undefined {
  const stats = fs.statSync(folder, { throwIfNoEntry: false })
  return stats?.isDirectory() ? stats.ino : undefined
}
