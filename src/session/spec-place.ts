import fs from 'node:fs'
import path from 'node:path'
import { isGlob, isMatch } from '../load/glob.ts'
import { findSubmodule } from '../load/submodules.ts'
import type { Config } from '../model/config.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { linkOnWay } from '../system/links.ts'
import { resolveInside } from '../system/source-files.ts'
import type { Project } from './project.ts'

const ENVELOPE_FILE = 'job.schema.json'

/** Returns the first spec folder of jobwright.yaml, relative to the root with forward slashes. */
export function getSpecFolder({ specs }: Pick<Config, 'specs'>): string {
  return specs.find((one) => !isSpecFile(one)) ?? 'specs'
}

/**
 * Chooses the file of a new spec, relative to the root: the first place that a pattern of jobwright.yaml matches. Throws a Problem (exit
 * 1).
 */
export function chooseSpecPlace({ root, config }: Project, name: string): string {
  for (const pattern of config.specs) {
    if (!isGlob(pattern)) {
      if (!isSpecName(pattern)) return path.posix.join(resolveFolder(root, pattern), `${name}.yaml`)
      continue
    }
    const parts = pattern.split('/')
    const folder = parts.slice(0, parts.findIndex(isGlob)).join('/')
    const found = ['yaml', 'yml']
      .map((end) => path.posix.join(folder, `${name}.${end}`))
      .find((file) => isMatch(pattern, file))
    if (found !== undefined) return found
  }
  throw new Problem({
    code: 'NEW_NO_PLACE',
    message: `jobwright.yaml searches for specs in ${config.specs.join(', ')}, where no file can be named ${name}.yaml`,
    remedies: [advise('name the file: --file PATH')],
  })
}

/** Returns true if jobwright.yaml includes a spec file, given relative to the root. */
export function isIncluded({ root, config }: Project, file: string): boolean {
  if (!isSpecName(file)) return false
  return config.specs.some((pattern) => {
    const plain = resolveFolder(root, path.posix.normalize(pattern).replace(/\/$/, ''))
    if (isGlob(plain)) return isMatch(plain, file)
    return plain === '.' || file === plain || file.startsWith(`${plain}/`)
  })
}

/** Returns true if a pattern of jobwright.yaml names files, by glob or one by one, and not a folder. */
export function isSpecFile(pattern: string): boolean {
  return isGlob(pattern) || isSpecName(pattern)
}

function isSpecName(file: string): boolean {
  return /\.ya?ml$/.test(file)
}

/**
 * Returns the folder where editors find the schemas, relative to the root. This is node_modules if package.json depends on Jobwright, else
 * a committed folder beside the specs.
 */
export function getSchemaFolder(project: Project): string {
  return isJobwrightDependency(project.root) ? 'node_modules/jobwright/schemas' : ownSchemaFolder(project)
}

/** Returns the folder of a project's own schemas, relative to the root. They are beside its specs and hold its target and spec names. */
export function ownSchemaFolder({ root, config }: Pick<Project, 'root' | 'config'>): string {
  const folder = resolveFolder(root, getSpecFolder(config))
  // Files in a submodule are not part of this repository's commits.
  return path.posix.join(findSubmodule(root, folder) === undefined ? folder : '', '.schemas')
}

/** Returns a link's target folder, relative to the root. Returns the folder itself if it is no link or leads outside. */
export function resolveFolder(root: string, folder: string): string {
  const found = resolveInside(fs.realpathSync(root), folder)
  if ('problem' in found || linkOnWay(root, path.join(root, folder)) === undefined) return folder
  return path.relative(fs.realpathSync(root), found.real).split(path.sep).join('/') || '.'
}

/** Chooses the schema for a spec's first line, relative to the spec's folder, and says whether it exists. `file` is absolute. */
export function chooseSchema(
  project: Project,
  file: string,
): { readonly path: string; readonly isThere: boolean; readonly folder: string } {
  const usual = getSchemaFolder(project)
  const isHere = (folder: string): boolean => fs.existsSync(path.join(project.root, folder, ENVELOPE_FILE))
  const folder = [ownSchemaFolder(project), usual, 'schemas'].find(isHere) ?? usual
  const schema = path.relative(path.dirname(file), path.join(project.root, folder, ENVELOPE_FILE))
  return { path: schema.split(path.sep).join('/'), isThere: isHere(folder), folder }
}

/** Returns true if the folder's package.json depends on this package. An unreadable one does not. */
export function isJobwrightDependency(root: string): boolean {
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>
    return ['dependencies', 'devDependencies'].some((group) => Object.hasOwn(Object(manifest[group]), 'jobwright'))
  } catch {
    return false
  }
}
