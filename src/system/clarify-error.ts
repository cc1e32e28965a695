import fs from 'node:fs'
import path from 'node:path'

/** On a read-only file system, Node reports the folder to create as missing. Its parent folder has the real error. */
export function clarifyError(error: NodeJS.ErrnoException, file: string): NodeJS.ErrnoException {
  if (error.code !== 'ENOENT') return error
  let above = path.dirname(file)
  while (!fs.existsSync(above) && above !== path.dirname(above)) above = path.dirname(above)
  try {
    fs.accessSync(above, fs.constants.W_OK)
    return error
  } catch (refused) {
    return refused as NodeJS.ErrnoException
  }
}
