import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../load/config.ts'
import { packageFile } from '../system/package-file.ts'
import { VERSION } from '../version.ts'
import { type Project, STATE_FILE } from './project.ts'
import { slugsFor } from './project-branch.ts'
import type { Repository } from './repository.ts'
import { dependsOnJobwright, isSpecFile, schemaFolder, specFolder } from './spec-place.ts'
import { configText, targetsText } from './templates/config.ts'
import { exampleOf } from './templates/example.ts'
import { SETTINGS_FILE, settingsText } from './templates/settings.ts'
import { WORKFLOW_FILE, workflowText } from './templates/workflow.ts'

/** Files that belong together and are told of in one line. Without files: what is there already, and stays. */
export type InitPart = {
  /** Absolute path of the file, or of the folder of all of them. */
  readonly at: string
  /** What it is for, in a few words. */
  readonly what: string
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** What is there already lacks this: lines to add by hand, since nobody's file is edited. */
  readonly lacks?: string
}

export type InitChoices = {
  readonly project: Project
  readonly repository: Repository | undefined
  readonly store: 'git' | 'file'
  /** The branch of the state, where it is kept in Git. */
  readonly branch: string | undefined
  /** Folders of the repository's other projects. */
  readonly others: readonly string[]
  readonly region: string | undefined
  /** The region was asked for on the command line: a jobwright.yaml that is there has to have it as well. */
  readonly isRegionTold: boolean
  /** Absent: an IotJob, and only where there are no specs yet. */
  readonly kind: string | undefined
}

const PACKAGED_SCHEMAS = packageFile('schemas/')
const CLI = 'node_modules/jobwright/dist/cli.js'

/**
 * What init writes, in this order. Where package.json depends on Jobwright, editors find the schemas in node_modules. Everywhere else they
 * are copied to `.schemas` in the folder of specs, to be committed: no editor then needs a network, a pull request shows what changes with
 * an upgrade (`jobwright schema --out` writes them again), and a hidden folder is never searched for specs.
 */
export function initFiles(choices: InitChoices): InitPart[] {
  const { project, repository, store, region, branch, others } = choices
  const { root } = project
  const folder = specFolder(project.config)
  const isDependency = dependsOnJobwright(root)
  const schemas = schemaFolder(project)
  const remote = repository?.remote
  const config = configText({
    store,
    branch,
    schema: `${schemas}/config.schema.json`,
    remote: remote === 'origin' ? undefined : remote,
    region,
  })
  return [
    {
      ...one(path.join(root, CONFIG_FILE), config),
      what: 'where the specs and the state are, and what a run may do',
      ...lacking(choices),
    },
    examplePart(path.join(root, folder), path.posix.relative(folder, `${schemas}/job.schema.json`), choices.kind),
    ...(isDependency ? [] : [schemasPart(path.join(root, schemas))]),
    settingsPart(choices, schemas),
    ...(repository && store === 'file' ? ignoreParts(repository.top, stateIn(choices)) : []),
    ...(repository && store === 'git' ? [workflowPart(root, repository, others, isDependency)] : []),
  ]
}

/** What a jobwright.yaml lacks that was there before: the target of a region that was asked for, and the branch of a second project. */
function lacking(choices: InitChoices): Pick<InitPart, 'lacks'> {
  if (!fs.existsSync(path.join(choices.project.root, CONFIG_FILE))) return {}
  const lacks = lackingBranch(choices) + lackingRegion(choices)
  return lacks === '' ? {} : { lacks }
}

/** Among several projects the branch is to be read in the file, and not to depend on what else there is. */
function lackingBranch({ project, branch, others }: InitChoices): string {
  const { state } = project.config
  if (branch === undefined || others.length === 0 || state?.store !== 'git' || state.branch !== undefined) return ''
  return `state:\n  branch: ${branch}\n`
}

function lackingRegion({ project, region, isRegionTold }: InitChoices): string {
  if (!isRegionTold || region === undefined) return ''
  const isSaid = Object.values(project.config.targets).some((target) => target.region === region)
  return isSaid ? '' : targetsText(region)
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

/** How many spec files a folder holds. */
export function yamlFilesIn(folder: string): number {
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

/** For the editors that take their settings from a repository; all others go by the first line of each file. */
function settingsPart({ project, repository }: InitChoices, schemas: string): InitPart {
  const { top, folder } = repository ?? { top: project.root, folder: '' }
  const below = (file: string): string => path.posix.join(folder, file)
  const specs = project.config.specs.flatMap((one) =>
    isSpecFile(one) ? [below(one)] : ['yaml', 'yml'].map((end) => below(`${one}/**/*.${end}`)),
  )
  const text = settingsText({
    [`./${below(`${schemas}/job.schema.json`)}`]: specs,
    [`./${below(`${schemas}/config.schema.json`)}`]: [below(CONFIG_FILE)],
  })
  const file = path.join(top, SETTINGS_FILE)
  const isSaid = (there: string): boolean => there.includes(`${schemas}/job.schema.json`)
  return { ...oneOrLacking(file, text, isSaid), what: 'which schemas your editor checks and completes specs with' }
}

/** The state of one machine, its lock and its journal. In Git an older checkout would put back an older state. */
function ignoreParts(top: string, state: string): InitPart[] {
  // Nothing outside the repository is of interest to Git.
  if (state.startsWith('..') || path.isAbsolute(state)) return []
  const text = `# Jobwright's state, its lock and its journal: of this machine alone\n/${state}*\n`
  const isSaid = (there: string): boolean =>
    there.split(/\r?\n/).some((line) => line.replace(/^\//, '') === `${state}*`)
  const what = `keeps ${state}, its lock and its journal out of Git`
  return [{ ...oneOrLacking(path.join(top, '.gitignore'), text, isSaid), what }]
}

/** Where the state is, relative to the repository's top. */
function stateIn({ project, repository }: InitChoices): string {
  return path.posix.join(repository?.folder ?? '', project.config.state?.path ?? STATE_FILE)
}

/** A file with this text; where it is there and does not say the same, what it lacks. */
function oneOrLacking(
  file: string,
  text: string,
  isSaid: (there: string) => boolean,
): Pick<InitPart, 'at' | 'files' | 'lacks'> {
  if (!fs.existsSync(file)) return one(file, text)
  return { at: file, files: [], lacks: isSaid(fs.readFileSync(file, 'utf8')) ? undefined : text }
}

/** The workflow of a project, relative to the repository's top. Each project has one of its own; `name` tells it from the others. */
export function workflowFile(
  top: string,
  folder: string,
  others: readonly string[],
): { readonly file: string; readonly name?: string } {
  const own = slugsFor(folder || '.').map((name) => ({ file: `.github/workflows/jobwright-${name}.yml`, name }))
  const all = others.length === 0 ? [{ file: WORKFLOW_FILE }, ...own] : [...own, { file: WORKFLOW_FILE }]
  const texts = new Map(
    all.flatMap(({ file }) => {
      const whole = path.join(top, file)
      return fs.existsSync(whole) ? [[file, fs.readFileSync(whole, 'utf8')]] : []
    }),
  )
  const there = all.find(({ file }) => runsIn(texts.get(file), folder))
  // The only project's workflow may have been edited past recognition.
  if (there === undefined && others.length === 0) return { file: WORKFLOW_FILE }
  return there ?? all.find(({ file }) => !texts.has(file)) ?? own[1]!
}

/** Whether a workflow works in a folder of the repository; empty: at its top. */
function runsIn(workflow: string | undefined, folder: string): boolean {
  if (workflow === undefined) return false
  const [, said = ''] = /^ *working-directory: *(.*?) *$/m.exec(workflow) ?? []
  return said.replace(/^'(.*)'$/, '$1').replaceAll("''", "'") === folder
}

function workflowPart(
  root: string,
  repository: Repository,
  others: readonly string[],
  isDependency: boolean,
): InitPart {
  const locked = isDependency && fs.existsSync(path.join(root, 'package-lock.json'))
  const { top, folder } = repository
  const { file, name } = workflowFile(top, folder, others)
  const text = workflowText({
    branch: repository.defaultBranch,
    install: locked
      ? 'npm ci --ignore-scripts'
      : `npm install --prefix . --no-save --ignore-scripts --no-audit --no-fund jobwright@${VERSION}`,
    cli: CLI,
    folder: folder || undefined,
    ...(name !== undefined && { leg: { name, file } }),
  })
  return {
    ...one(path.join(top, file), text),
    what: 'checks pull requests, and reconciles what is merged',
  }
}
