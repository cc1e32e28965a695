import fs from 'node:fs/promises'
import { type Disk, nodeDisk, writeDurable } from './disk.ts'

/**
 * Replaces the text of a file that somebody edits: whole or not at all, its mode kept, and never what a link leads to. Rejects with the
 * operating system's error; false where the file is none, or does not hold the text that it is supposed to replace.
 */
export async function replaceFile(file: string, before: string, after: string): Promise<boolean> {
  const found = await fs.lstat(file)
  if (!found.isFile() || (await fs.readFile(file, 'utf8')) !== before) return false
  const disk: Disk = {
    ...nodeDisk,
    writeNew: async (name, text) => {
      await nodeDisk.writeNew(name, text)
      await fs.chmod(name, found.mode & 0o777)
    },
  }
  await writeDurable(disk, file, after)
  return true
}
