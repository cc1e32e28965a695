import path from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { SpecCode } from '../spec/codes.ts'
import type { SourceFiles } from '../system/source-files.ts'
import { isGlob, matches } from './glob.ts'

/** Spec files that patterns name, sorted, relative to the root with forward slashes, and what stood in the way of finding them. */
export type Found = { readonly files: readonly string[]; readonly diagnostics: readonly Diagnostic[] }

/** Finds spec files. A pattern is a file, a folder (all .yaml and .yml files in it and below), or has wildcards. */
export function findSpecs(source: SourceFiles, root: string, patterns: readonly string[], explicit: boolean): Found {
  const files = new Set<string>()
  const diagnostics = new Map<string, Diagnostic>()
  for (const pattern of patterns) {
    const found = findOne(source, relativeTo(root, pattern))
    for (const file of found.files) files.add(file)
    for (const one of found.diagnostics) diagnostics.set(`${one.place?.file} ${one.code}`, one)
    if (found.files.length === 0 && found.diagnostics.length === 0) {
      diagnostics.set(pattern, nothingFound(pattern, explicit))
    }
  }
  return { files: [...files].sort(), diagnostics: [...diagnostics.values()] }
}

function relativeTo(root: string, pattern: string): string {
  const relative = path.isAbsolute(pattern) ? path.relative(root, pattern) : path.normalize(pattern)
  return relative.split(path.sep).join('/').replace(/\/$/, '') || '.'
}

type Search = { readonly files: string[]; readonly diagnostics: Diagnostic[] }

function findOne(source: SourceFiles, pattern: string): Search {
  const search: Search = { files: [], diagnostics: [] }
  const parts = pattern.split('/')
  const firstGlob = parts.findIndex(isGlob)
  if (firstGlob === -1) {
    const name = parts.at(-1) ?? ''
    const entry = source.list(parts.slice(0, -1).join('/') || '.')?.find((one) => one.name === name)
    if (entry?.is === 'file') search.files.push(pattern)
    else if (isSpecFile(name) && entry) refuseFolder(search, pattern, entry.is)
    else collect(source, pattern, () => true, search)
    return search
  }
  collect(source, parts.slice(0, firstGlob).join('/') || '.', (file) => matches(pattern, file), search)
  return search
}

/** Folders that never hold specs, unless a pattern begins inside them. */
const SKIPPED = new Set(['node_modules'])

function collect(source: SourceFiles, folder: string, wanted: (file: string) => boolean, search: Search): void {
  for (const { name, is } of source.list(folder) ?? []) {
    const file = folder === '.' ? name : `${folder}/${name}`
    if (name.startsWith('.') || SKIPPED.has(name)) continue
    if (is === 'file') {
      if (isSpecFile(name) && wanted(file)) search.files.push(file)
    } else if (isSpecFile(name) || is === 'folder-link') {
      if (!isSpecFile(name) || wanted(file)) refuseFolder(search, file, is)
    } else collect(source, file, wanted, search)
  }
}

function isSpecFile(name: string): boolean {
  return name.endsWith('.yaml') || name.endsWith('.yml')
}

function refuseFolder(search: Search, file: string, is: 'folder' | 'folder-link' | 'file'): void {
  search.diagnostics.push({
    severity: 'error',
    code: 'SPEC_UNREADABLE' satisfies SpecCode,
    message:
      is === 'folder-link'
        ? 'it is a link to a folder, which is not followed'
        : 'it is a folder named like a spec file',
    hint: is === 'folder-link' ? 'name the folder itself in specs of jobwright.yaml' : 'give the folder another name',
    place: { file, line: 1, column: 1, endLine: 1, endColumn: 2 },
  })
}

function nothingFound(pattern: string, explicit: boolean): Diagnostic {
  return {
    severity: explicit ? 'error' : 'warning',
    code: 'SPEC_NO_FILES' satisfies SpecCode,
    message: `${pattern} holds no spec file`,
    hint: 'spec files end in .yaml or .yml; `jobwright new KIND` prints one',
  }
}
