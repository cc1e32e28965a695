import module from 'node:module'
import os from 'node:os'
import path from 'node:path'

/**
 * Lets Node keep compiled code in the user's own cache folder, where it can: from Node 22 on. Node's default is a folder
 * that all users of a machine share. NODE_COMPILE_CACHE chooses another one, and NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
export function enableCompileCache(env: Readonly<Record<string, string | undefined>>): void {
  const { enableCompileCache: enable } = module as { enableCompileCache?: (folder: string) => unknown }
  // Node itself honours this variable before any code runs.
  if (enable === undefined || env['NODE_COMPILE_CACHE'] !== undefined) return
  const folder = findCacheFolder(env)
  // A folder that cannot be written is a result of the call, not an error.
  if (folder !== undefined) enable(path.join(folder, 'jobwright', 'compiled'))
}

/** The user's folder for caches. Undefined if nobody knows it, or it is relative and so would be anywhere. */
function findCacheFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const own = process.platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_CACHE_HOME']
  try {
    const folder = own || path.join(os.homedir(), '.cache')
    return path.isAbsolute(folder) ? folder : undefined
  } catch {
    return undefined
  }
}
