import fs from 'node:fs'
import path from 'node:path'

/** Node says of a read-only file system that the folder to be made is missing: the folder above it tells the truth. */
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
