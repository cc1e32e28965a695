import fs from 'node:fs'
import path from 'node:path'

/** A submodule that a folder is, or lies in. */
export type Submodule = {
  /** Its folder, relative to the folder that was asked from, with forward slashes. */
  readonly path: string
  /** It is cloned here. */
  readonly isOpen: boolean
}

/** The submodule that a folder below a root is in, or is, by the `.gitmodules` at the top of the repository; undefined where it is in none. */
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

/** The nearest folder upwards that has submodules. */
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
