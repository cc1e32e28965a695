import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../model/config.ts'

/** Returns the folder of the project that a folder belongs to: the nearest one upwards with a jobwright.yaml, else itself. */
export function findRoot(cwd: string): string {
  return findNearest(cwd) ?? cwd
}

function findNearest(folder: string): string | undefined {
  if (fs.existsSync(path.join(folder, CONFIG_FILE))) return folder
  const above = path.dirname(folder)
  return above === folder ? undefined : findNearest(above)
}
