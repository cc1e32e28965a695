import path from 'node:path'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { advise } from '../model/remedy.ts'
import type { SourceFiles } from '../system/source-files.ts'
import { isGlob, isMatch } from './glob.ts'
import { createUnreadable } from './problems.ts'

/** Spec files that match patterns, sorted, relative to the root with forward slashes; and the problems met while searching. */
export type Found = {
  readonly files: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  /** Unread files with names similar to specs: `a.YML`, `a.json`, `a.yaml.txt`. Sorted. */
  readonly nearMisses: readonly string[]
}

/** Finds spec files. A pattern is a file, a folder (all .yaml and .yml files below it) or a glob. */
export function findSpecs(source: SourceFiles, root: string, patterns: readonly string[], explicit: boolean): Found {
  const files = new Set<string>()
  const nearMisses = new Set<string>()
  const diagnostics = new Map<string, Diagnostic>()
  for (const pattern of patterns) {
    const found = findOne(source, makeRelative(root, pattern))
    for (const file of found.files) files.add(file)
    for (const file of found.nearMisses) nearMisses.add(file)
    for (const one of found.diagnostics) diagnostics.set(`${one.place?.file} ${one.code}`, one)
    if (found.files.length === 0 && found.diagnostics.length === 0) {
      diagnostics.set(pattern, createNothingFound(pattern, explicit))
    }
  }
  return {
    files: [...files].sort(),
    diagnostics: [...diagnostics.values()],
    nearMisses: [...nearMisses].filter((file) => !files.has(file)).sort(),
  }
}

/** Lists the folders and files where patterns begin to search, relative to the root. */
export function listSearched(root: string, patterns: readonly string[]): string[] {
  return patterns.map((pattern) => {
    const parts = makeRelative(path.resolve(root), pattern).split('/')
    const firstGlob = parts.findIndex(isGlob)
    return parts.slice(0, firstGlob === -1 ? undefined : firstGlob).join('/') || '.'
  })
}

function makeRelative(root: string, pattern: string): string {
  const relative = path.isAbsolute(pattern) ? path.relative(root, pattern) : path.normalize(pattern)
  return relative.split(path.sep).join('/').replace(/\/$/, '') || '.'
}

type Search = { readonly files: string[]; readonly diagnostics: Diagnostic[]; readonly nearMisses: string[] }

function findOne(source: SourceFiles, pattern: string): Search {
  const search: Search = { files: [], diagnostics: [], nearMisses: [] }
  const parts = pattern.split('/')
  const firstGlob = parts.findIndex(isGlob)
  if (firstGlob === -1) {
    const name = parts.at(-1) ?? ''
    const around = source.list(parts.slice(0, -1).join('/') || '.')
    const entry = 'entries' in around ? around.entries.find((one) => one.name === name) : undefined
    if (entry?.is === 'file') search.files.push(pattern)
    else if (isSpecFile(name) && entry) refuseFolder(search, pattern, entry.is)
    else collect(source, pattern, { matches: () => true, depth: Number.POSITIVE_INFINITY }, search)
    return search
  }
  const depth = parts.includes('**') ? Number.POSITIVE_INFINITY : parts.length - firstGlob - 1
  collect(
    source,
    parts.slice(0, firstGlob).join('/') || '.',
    { matches: (file) => isMatch(pattern, file), depth },
    search,
  )
  return search
}

/** Folders that are skipped unless a pattern begins inside them. */
const SKIPPED = new Set(['node_modules'])

/** Which files match, and the maximum depth of folders. */
type Wanted = { readonly matches: (file: string) => boolean; readonly depth: number }

function collect(source: SourceFiles, folder: string, wanted: Wanted, search: Search): void {
  const listed = source.list(folder)
  if ('problem' in listed) {
    // A missing folder holds no specs. It is reported once for the pattern.
    if (listed.problem.is !== 'missing') search.diagnostics.push(createUnreadable(folder, listed.problem))
    return
  }
  for (const { name, is } of listed.entries) {
    const file = folder === '.' ? name : `${folder}/${name}`
    if (name.startsWith('.') || SKIPPED.has(name)) continue
    if (is === 'file') {
      if (isSpecFile(name)) {
        if (wanted.matches(file)) search.files.push(file)
      } else if (isNearMiss(name) && isWantedAs(file, wanted)) search.nearMisses.push(file)
    } else if (isSpecFile(name) && wanted.matches(file)) refuseFolder(search, file, is)
    else if (wanted.depth === 0) continue
    else if (is === 'folder-link') refuseFolder(search, file, is)
    else collect(source, file, { ...wanted, depth: wanted.depth - 1 }, search)
  }
}

function isSpecFile(name: string): boolean {
  return name.endsWith('.yaml') || name.endsWith('.yml')
}

/** Wrong endings of spec files: another case, JSON, an editor's suffix, swapped letters. */
const NEAR_ENDING = /\.(ya?ml|json[5c]?|ya?ml\.txt|ya?ml\s+|ymal|yalm|yamll?|yam|ymll?)$/i

function isNearMiss(name: string): boolean {
  return NEAR_ENDING.test(name) && !TOOLS.test(name)
}

/** JSON files of other tools, and Jobwright's state. */
const TOOLS = /^(package(-lock)?|composer|[jt]sconfig.*|biome|renovate|.*\.state|.*\.schema)\.jsonc?$/i

/** Returns true if a file would match with a spec's ending. */
function isWantedAs(file: string, { matches }: Wanted): boolean {
  const stem = file.replace(NEAR_ENDING, '')
  return matches(`${stem}.yaml`) || matches(`${stem}.yml`)
}

function refuseFolder(search: Search, file: string, is: 'folder' | 'folder-link' | 'file'): void {
  search.diagnostics.push(
    diagnose({
      code: 'SPEC_UNREADABLE',
      message:
        is === 'folder-link'
          ? 'it is a link to a folder, which is not followed'
          : 'it is a folder named like a spec file',
      remedies: [
        is === 'folder-link'
          ? advise('name the folder itself in specs of jobwright.yaml')
          : advise('give the folder another name'),
      ],
      place: { file, line: 1, column: 1, endLine: 1, endColumn: 2 },
    }),
  )
}

function createNothingFound(pattern: string, explicit: boolean): Diagnostic {
  return {
    severity: explicit ? 'error' : 'warning',
    code: 'SPEC_NO_FILES',
    message: `${pattern} holds no spec file`,
    remedies: [
      advise('spec files end in .yaml or .yml'),
      ...(explicit ? [advise('if the last one was removed on purpose, write specs: [] in jobwright.yaml')] : []),
    ],
  }
}
