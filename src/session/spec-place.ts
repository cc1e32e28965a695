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

/** Where jobwright.yaml has specs looked for: its first folder, relative to the root with forward slashes. */
export function getSpecFolder({ specs }: Pick<Config, 'specs'>): string {
  return specs.find((one) => !isSpecFile(one)) ?? 'specs'
}

/** Where a new spec belongs, relative to the root: the first place of its name that jobwright.yaml has specs looked for. Throws a Problem (exit 1). */
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
    message: `jobwright.yaml has specs looked for in ${config.specs.join(', ')}, where no file can be called ${name}.yaml`,
    remedies: [advise('name the file: --file PATH')],
  })
}

/** Whether a spec in this file, relative to the root, is found by what jobwright.yaml says. */
export function isLookedFor({ root, config }: Project, file: string): boolean {
  if (!isSpecName(file)) return false
  return config.specs.some((pattern) => {
    const plain = resolveFolder(root, path.posix.normalize(pattern).replace(/\/$/, ''))
    if (isGlob(plain)) return isMatch(plain, file)
    return plain === '.' || file === plain || file.startsWith(`${plain}/`)
  })
}

/** Whether a pattern of jobwright.yaml names files, by wildcards or one by one, and not a folder. */
export function isSpecFile(pattern: string): boolean {
  return isGlob(pattern) || isSpecName(pattern)
}

function isSpecName(file: string): boolean {
  return /\.ya?ml$/.test(file)
}

/**
 * Where the editors of a repository find the schemas, relative to the root: in node_modules where package.json depends on Jobwright, else
 * in a folder beside the specs that is committed.
 */
export function getSchemaFolder(project: Project): string {
  return isJobwrightDependency(project.root) ? 'node_modules/jobwright/schemas' : ownSchemaFolder(project)
}

/** Where a project keeps schemas of its own, beside its specs, with the names of its targets and specs; relative to the root. */
export function ownSchemaFolder({ root, config }: Pick<Project, 'root' | 'config'>): string {
  const folder = resolveFolder(root, getSpecFolder(config))
  // What is written in a submodule is no part of this repository's commits.
  return path.posix.join(findSubmodule(root, folder) === undefined ? folder : '', '.schemas')
}

/** The folder that a link in a folder's place leads to, relative to the root; the folder itself where it is none, or leads out of the root. */
export function resolveFolder(root: string, folder: string): string {
  const found = resolveInside(fs.realpathSync(root), folder)
  if ('problem' in found || linkOnWay(root, path.join(root, folder)) === undefined) return folder
  return path.relative(fs.realpathSync(root), found.real).split(path.sep).join('/') || '.'
}

/** The schema that the first line of a spec names, relative to the spec's folder, and whether it is there. `file` is absolute. */
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

/** Whether the folder's package.json names this package; one that cannot be read names none. */
export function isJobwrightDependency(root: string): boolean {
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>
    return ['dependencies', 'devDependencies'].some((group) => Object.hasOwn(Object(manifest[group]), 'jobwright'))
  } catch {
    return false
  }
}
