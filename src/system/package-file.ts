import fs from 'node:fs'

let root: URL | undefined

/**
 * The URL of a file or folder (with `/` at its end) that comes with this package, by its path in it. The program runs from src/ and from the
 * bundle in dist/, so its place is found from package.json and not counted in steps.
 */
export function resolvePackageFile(path: string): URL {
  root ??= findRoot()
  return new URL(path, root)
}

/** The text of a file that comes with this package. */
export function readPackageFile(path: string): string {
  return fs.readFileSync(resolvePackageFile(path), 'utf8')
}

function findRoot(): URL {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    if (fs.existsSync(new URL('package.json', folder))) return folder
    if (folder.pathname === '/') throw new Error(`no package.json above ${import.meta.url}`)
  }
}
