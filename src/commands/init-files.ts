import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../load/config.ts'
import { VERSION } from '../version.ts'
import type { Project } from './project.ts'
import type { Repository } from './repository.ts'
import { dependsOnJobwright, schemaFolder, specFolder } from './spec-place.ts'
import { configText } from './templates/config.ts'
import { exampleOf } from './templates/example.ts'
import { WORKFLOW_FILE, workflowText } from './templates/workflow.ts'

/** Files that belong together and are told of in one line. Without files: what is there already, and stays. */
export type InitPart = {
  /** Absolute path of the file, or of the folder of all of them. */
  readonly at: string
  /** What it is for, in a few words. */
  readonly what: string
  readonly files: readonly { readonly path: string; readonly text: string }[]
}

export type InitChoices = {
  readonly project: Project
  readonly repository: Repository | undefined
  readonly store: 'git' | 'file'
  readonly region: string | undefined
  /** Absent: an IotJob, and only where there are no specs yet. */
  readonly kind: string | undefined
}

const PACKAGED_SCHEMAS = new URL('../../schemas/', import.meta.url)
const CLI = 'node_modules/jobwright/dist/cli.js'

/**
 * What init writes, in this order. Where package.json depends on Jobwright, editors find the schemas in node_modules. Everywhere else they
 * are copied to `.schemas` in the folder of specs, to be committed: no editor then needs a network, a pull request shows what changes with
 * an upgrade (`jobwright schema --out` writes them again), and a hidden folder is never searched for specs.
 */
export function initFiles(choices: InitChoices): InitPart[] {
  const { project, repository, store, region } = choices
  const { root } = project
  const folder = specFolder(project.config)
  const isDependency = dependsOnJobwright(root)
  const schemas = schemaFolder(project)
  const remote = repository?.remote
  const config = configText({
    store,
    schema: `${schemas}/config.schema.json`,
    ...(remote !== undefined && remote !== 'origin' && { remote }),
    ...(region !== undefined && { region }),
  })
  return [
    { ...one(path.join(root, CONFIG_FILE), config), what: 'where the specs and the state are, and what a run may do' },
    examplePart(path.join(root, folder), path.posix.relative(folder, `${schemas}/job.schema.json`), choices.kind),
    ...(isDependency ? [] : [schemasPart(path.join(root, schemas))]),
    ...(repository && store === 'git' ? [workflowPart(root, repository, isDependency)] : []),
  ]
}

function one(file: string, text: string): Pick<InitPart, 'at' | 'files'> {
  return { at: file, files: [{ path: file, text }] }
}

function examplePart(folder: string, schema: string, kind: string | undefined): InitPart {
  const specs = kind === undefined ? yamlFilesIn(folder) : 0
  if (specs > 0) return { at: folder, what: 'your specs', files: [] }
  const { name, text } = exampleOf(kind ?? 'IotJob', schema)
  return { ...one(path.join(folder, name), text), what: `an example of ${kind ?? 'IotJob'}: put your own names in` }
}

function yamlFilesIn(folder: string): number {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return 0
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name)).length
}

function schemasPart(folder: string): InitPart {
  const files = fs
    .readdirSync(PACKAGED_SCHEMAS)
    .filter((name) => name.endsWith('.schema.json'))
    .map((name) => ({
      path: path.join(folder, name),
      text: fs.readFileSync(new URL(name, PACKAGED_SCHEMAS), 'utf8'),
    }))
  return { at: folder, what: 'what your editor checks and completes specs with', files }
}

function workflowPart(root: string, repository: Repository, isDependency: boolean): InitPart {
  const locked = isDependency && fs.existsSync(path.join(root, 'package-lock.json'))
  const text = workflowText({
    branch: repository.defaultBranch,
    install: locked
      ? 'npm ci --ignore-scripts'
      : `npm install --prefix . --no-save --ignore-scripts --no-audit --no-fund jobwright@${VERSION}`,
    cli: CLI,
    ...(repository.folder !== '' && { folder: repository.folder }),
  })
  return {
    ...one(path.join(repository.top, WORKFLOW_FILE), text),
    what: 'checks pull requests, and reconciles what is merged',
  }
}
