import fs from 'node:fs/promises'
import { type Disk, nodeDisk, writeDurable } from './disk.ts'

/**
 * Replaces the text of a file that people edit: atomically, with the same mode, and never through a link. Rejects with
 * the operating system's error. Returns false if it is not a regular file, or does not hold the expected text.
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
