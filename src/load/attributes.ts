import type { Bytes } from './head.ts'

/** Lists the .gitattributes files that apply to a path: in its folder and in each parent. */
export function listAttributeFiles(file: Bytes): Bytes[] {
  const folders = file.split('/').slice(0, -1)
  return [0, ...folders.map((_, index) => index + 1)].map((depth) =>
    [...folders.slice(0, depth), '.gitattributes'].join('/'),
  )
}

/** Lists the .gitattributes files that apply to any of the paths. */
export function collectAttributeFiles(files: readonly Bytes[]): Bytes[] {
  const folders = new Map(files.map((file) => [file.slice(0, file.lastIndexOf('/') + 1), file]))
  return [...new Set([...folders.values()].flatMap(listAttributeFiles))]
}
