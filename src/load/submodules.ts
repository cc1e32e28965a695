import fs from 'node:fs'
import path from 'node:path'

/** A submodule that is or contains a folder. */
export type Submodule = {
  /** Its folder, relative to the given root, with forward slashes. */
  readonly path: string
  /** It is cloned. */
  readonly isOpen: boolean
}

/** Finds the submodule that is or contains a folder, by the repository's top `.gitmodules`. Undefined if there is none. */
export function findSubmodule(root: string, folder: string): Submodule | undefined {
  const top = findTop(path.resolve(root))
  if (top === undefined) return undefined
  const wanted = path.relative(top, path.resolve(root, folder)).split(path.sep).join('/')
  const found = listSubmodulePaths(top).find((one) => `${wanted}/`.startsWith(`${one}/`))
  if (found === undefined) return undefined
  return {
    path: path.relative(root, path.join(top, found)).split(path.sep).join('/') || '.',
    isOpen: fs.existsSync(path.join(top, found, '.git')),
  }
}

/** Finds the nearest parent folder that has submodules. */
function findTop(folder: string): string | undefined {
  if (fs.existsSync(path.join(folder, '.gitmodules'))) return folder
  if (fs.existsSync(path.join(folder, '.git')) || folder === path.dirname(folder)) return undefined
  return findTop(path.dirname(folder))
}

function listSubmodulePaths(top: string): string[] {
  try {
    const text = fs.readFileSync(path.join(top, '.gitmodules'), 'utf8')
    return text.split('\n').flatMap((line) => {
      const [name, value] = line.split('=', 2).map((part) => part.trim())
      return name === 'path' && value ? value.replace(/^"|"$/g, '') : []
    })
  } catch {
    return []
  }
}
