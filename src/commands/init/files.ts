import fs from 'node:fs'
import path from 'node:path'
import { AS_TEXT } from '../../cli/command-line.ts'
import { CONFIG_FILE } from '../../load/config.ts'
import { listSearched } from '../../load/find.ts'
import { findSubmodule } from '../../load/submodules.ts'
import type { StoreName } from '../../model/config.ts'
import { Problem } from '../../model/problem.ts'
import { readExample } from '../../session/example.ts'
import { type Project, STATE_FILE } from '../../session/project.ts'
import { listSlugs } from '../../session/project-branch.ts'
import {
  getSchemaFolder,
  getSpecFolder,
  isJobwrightDependency,
  isSpecFile,
  resolveFolder,
} from '../../session/spec-place.ts'
import { namePartFile } from '../../state/part-name.ts'
import { isFolder } from '../../system/look-at.ts'
import { resolvePackageFile } from '../../system/package-file.ts'
import type { ActionReference } from './action-reference.ts'
import { isIgnoreNeeded, type PackagePlace } from './package-place.ts'
import type { Repository } from './repository.ts'
import { formatActionWorkflow, isForAllProjects } from './templates/action-workflow.ts'
import { formatConfig, formatTargets } from './templates/config.ts'
import { formatSettings, SETTINGS_FILE } from './templates/settings.ts'
import { formatWorkflow, WORKFLOW_FILE, type WorkflowOptions } from './templates/workflow.ts'

/** Files that belong together and are reported in one line. An empty list means that they exist and stay. */
export type InitPart = {
  /** Absolute path of the file, or of the folder that holds all of them. */
  readonly at: string
  /** What it is for, in a few words. */
  readonly what: string
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** What the existing file lacks: lines to add by hand, since init edits no file. */
  readonly lacks?: string
}

export type InitChoices = {
  readonly project: Project
  readonly repository: Repository | undefined
  readonly store: StoreName
  /** The object of the state, if it is kept in S3. */
  readonly object: { readonly bucket: string; readonly key: string } | undefined
  /** The branch of the state, if it is kept in Git. */
  readonly branch: string | undefined
  /** How the state is written. */
  readonly write: 'push' | 'github-api'
  /** Folders of the repository's other projects. */
  readonly others: readonly string[]
  readonly region: string | undefined
  /** The region was given on the command line, so an existing jobwright.yaml must have it too. */
  readonly isRegionGiven: boolean
  /** Where the workflow finds the Jobwright package. */
  readonly packages: PackagePlace
  /** Every how many minutes the schedules need a run. Absent: once an hour is enough. */
  readonly everyMinutes?: number | undefined
  /** The Action that the workflow uses. Absent: the workflow installs the package. */
  readonly action?: ActionReference
  /** The environment whose reviewers approve each plan. Absent: nobody is asked. */
  readonly environment?: string
  /** Absent: an IotJob, and only if there are no specs yet. */
  readonly kind: string | undefined
}

const PACKAGED_SCHEMAS = resolvePackageFile('schemas/')

/**
 * Lists what init writes, in order. If package.json depends on Jobwright, editors find the schemas in node_modules. Otherwise they are
 * copied to a committed `.schemas` folder beside the specs. Editors then need no network, and pull requests show what an upgrade changes.
 * Being hidden, the folder is never searched for specs.
 */
export function listInitFiles(choices: InitChoices): InitPart[] {
  const { project, repository, store, region, branch, write } = choices
  const { root } = project
  const folder = resolveFolder(root, getSpecFolder(project.config))
  assertCloned(root, folder)
  const isDependency = isJobwrightDependency(root)
  const schemas = getSchemaFolder(project)
  const remote = repository?.remote
  const config = formatConfig({
    store,
    branch,
    object: choices.object,
    write: write === 'push' ? undefined : write,
    schema: `${schemas}/config.schema.json`,
    remote: remote === 'origin' ? undefined : remote,
    region,
  })
  return [
    {
      ...createPart(path.join(root, CONFIG_FILE), config),
      what: 'where the specs and the state are, and what a reconcile may do',
      ...findLacking(choices),
    },
    createExamplePart(path.join(root, folder), path.posix.relative(folder, `${schemas}/job.schema.json`), choices.kind),
    ...(isDependency ? [] : [createSchemasPart(path.join(root, schemas))]),
    createSettingsPart(choices, schemas),
    ...ignoreParts(choices),
    ...(repository && store !== 'file' ? [createWorkflowPart(choices, repository)] : []),
  ]
}

/** Throws a Problem (exit 4) if the specs are in a submodule that was not cloned. Git would not track files there. */
function assertCloned(root: string, folder: string): void {
  const submodule = findSubmodule(root, folder)
  if (submodule === undefined || submodule.isOpen) return
  throw new Problem({
    code: 'FILE_WRITE',
    message: `${folder} is in the submodule ${submodule.path}, which is not cloned here`,
    remedies: [{ text: 'clone it', command: ['git', 'submodule', 'update', '--init', '--', submodule.path] }],
  })
}

/** Returns what an existing jobwright.yaml lacks: the target of the given region, and the branch of a second project. */
function findLacking(choices: InitChoices): Pick<InitPart, 'lacks'> {
  if (!fs.existsSync(path.join(choices.project.root, CONFIG_FILE))) return {}
  const lacks = describeLackingBranch(choices) + describeLackingRegion(choices)
  return lacks === '' ? {} : { lacks }
}

/** With several projects, the file must name the branch, so that it does not depend on the other projects. */
function describeLackingBranch({ project, branch, others }: InitChoices): string {
  const { state } = project.config
  if (branch === undefined || others.length === 0 || state?.store !== 'git' || state.branch !== undefined) return ''
  return `state:\n  branch: ${branch}\n`
}

function describeLackingRegion({ project, region, isRegionGiven }: InitChoices): string {
  if (!isRegionGiven || region === undefined) return ''
  const isPresent = Object.values(project.config.targets).some((target) => target.region === region)
  return isPresent ? '' : formatTargets(region)
}

function createPart(file: string, text: string): Pick<InitPart, 'at' | 'files'> {
  return { at: file, files: [{ path: file, text }] }
}

function createExamplePart(folder: string, schema: string, kind: string | undefined): InitPart {
  const specs = kind === undefined ? countYamlFiles(folder) : 0
  if (specs > 0) return { at: folder, what: 'your specs', files: [] }
  const { name, text } = readExample(kind ?? 'IotJob', schema)
  return {
    ...createPart(path.join(folder, name), text),
    what: `an example of ${kind ?? 'IotJob'}: put your own names in`,
  }
}

/** Counts the spec files in a folder. */
export function countYamlFiles(folder: string): number {
  if (!isFolder(folder)) return 0
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name)).length
}

function createSchemasPart(folder: string): InitPart {
  const files = fs
    .readdirSync(PACKAGED_SCHEMAS)
    .filter((name) => name.endsWith('.schema.json'))
    .map((name) => ({
      path: path.join(folder, name),
      text: fs.readFileSync(new URL(name, PACKAGED_SCHEMAS), 'utf8'),
    }))
  return { at: folder, what: 'what your editor checks and completes specs with', files }
}

/** Settings for editors that read them from a repository. Other editors use the first line of each file. */
function createSettingsPart({ project, repository }: InitChoices, schemas: string): InitPart {
  const { top, folder } = repository ?? { top: project.root, folder: '' }
  const below = (file: string): string => path.posix.join(folder, file)
  const specs = project.config.specs.flatMap((one) =>
    isSpecFile(one) ? [below(one)] : ['yaml', 'yml'].map((end) => below(`${one}/**/*.${end}`)),
  )
  const text = formatSettings({
    [`./${below(`${schemas}/job.schema.json`)}`]: specs,
    [`./${below(`${schemas}/config.schema.json`)}`]: [below(CONFIG_FILE)],
  })
  const file = path.join(top, SETTINGS_FILE)
  const isPresent = (there: string): boolean => there.includes(`${schemas}/job.schema.json`)
  return {
    ...createOrExplain(file, text, isPresent),
    what: 'which schemas your editor checks and completes specs with',
  }
}

/** Ignores what npm installs, and a machine's state, lock and journal. In Git, an older checkout would roll the state back. */
function ignoreParts(choices: InitChoices): InitPart[] {
  const { project, repository, store, packages, action } = choices
  if (repository === undefined) return []
  const { top } = repository
  const state = store === 'file' ? getStatePath(choices) : undefined
  // Git only tracks files inside the repository.
  const isKept = state !== undefined && !state.startsWith('..') && !path.isAbsolute(state)
  const split = project.config.state?.split
  const patterns = isKept ? [state, ...(split ? [namePartFile(state, '*')] : [])].map((one) => `${one}*`) : []
  const isPresent = (there: string): boolean => {
    const lines = there.split(/\r?\n/).map((line) => line.replace(/^\//, ''))
    return patterns.every((pattern) => lines.includes(pattern))
  }
  const file = path.join(top, '.gitignore')
  const there = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  const isInstalled = isIgnoreNeeded(packages, store !== 'file' && action === undefined)
  const text = [
    ...(isInstalled ? ['node_modules/\n'] : []),
    ...(isPresent(there)
      ? []
      : [`# Jobwright's state, its lock and its journal: of this machine alone\n/${patterns.join('\n/')}\n`]),
  ].join('')
  if (!isKept && !isInstalled) return []
  const kept = [
    ...(isInstalled ? ['what npm installs'] : []),
    ...(isKept ? [`${state}, its lock and its journal`] : []),
  ]
  return [{ ...createOrExplain(file, text, () => text === ''), what: `keeps ${kept.join(', and ')} out of Git` }]
}

/** Returns the state's path, relative to the repository's top. */
function getStatePath({ project, repository }: InitChoices): string {
  return path.posix.join(repository?.folder ?? '', project.config.state?.path ?? STATE_FILE)
}

/** Plans a file with this text. If a different one exists, says what it lacks. */
function createOrExplain(
  file: string,
  text: string,
  isPresent: (there: string) => boolean,
): Pick<InitPart, 'at' | 'files' | 'lacks'> {
  if (!fs.existsSync(file)) return createPart(file, text)
  return { at: file, files: [], lacks: isPresent(fs.readFileSync(file, 'utf8')) ? undefined : text }
}

/** Names a project's own workflow file, relative to the repository's top. Each project has its own; `name` distinguishes it. */
function nameWorkflowFile(
  top: string,
  folder: string,
  others: readonly string[],
): { readonly file: string; readonly name?: string } {
  const own = listSlugs(folder || '.').map((name) => ({ file: `.github/workflows/jobwright-${name}.yml`, name }))
  const all = others.length === 0 ? [{ file: WORKFLOW_FILE }, ...own] : [...own, { file: WORKFLOW_FILE }]
  const texts = new Map(
    all.flatMap(({ file }) => {
      const whole = path.join(top, file)
      return fs.existsSync(whole) ? [[file, fs.readFileSync(whole, 'utf8')]] : []
    }),
  )
  const there = all.find(({ file }) => isRunIn(texts.get(file), folder))
  // The only project's workflow may have been edited beyond recognition.
  if (there === undefined && others.length === 0) return { file: WORKFLOW_FILE }
  return there ?? all.find(({ file }) => !texts.has(file)) ?? own[1]!
}

/** Returns true if a workflow runs in a folder of the repository. An empty folder is the top. */
function isRunIn(workflow: string | undefined, folder: string): boolean {
  if (workflow === undefined) return false
  const [, said = ''] = /^ *working-directory: *(.*?) *$/m.exec(workflow) ?? []
  return said.replace(/^'(.*)'$/, '$1').replaceAll("''", "'") === folder
}

/** Names the file of the workflow that runs a project. One on the Action can run every project. */
export function chooseWorkflowFile(
  { top, folder }: Pick<Repository, 'top' | 'folder'>,
  others: readonly string[],
  action: ActionReference | undefined,
): { readonly file: string; readonly name?: string } {
  const isThere = (file: string): boolean => fs.existsSync(path.join(top, file))
  const isForAll = isThere(WORKFLOW_FILE) && isForAllProjects(fs.readFileSync(path.join(top, WORKFLOW_FILE), 'utf8'))
  if (isForAll) return { file: WORKFLOW_FILE }
  const own = nameWorkflowFile(top, folder, others)
  const isFirst = action !== undefined && ![WORKFLOW_FILE, own.file].some(isThere) && !others.some(hasWorkflow(top))
  return isFirst ? { file: WORKFLOW_FILE } : own
}

/** Returns whether another project has a workflow of its own already. */
function hasWorkflow(top: string): (folder: string) => boolean {
  return (folder) =>
    listSlugs(folder).some((name) => fs.existsSync(path.join(top, `.github/workflows/jobwright-${name}.yml`)))
}

function createWorkflowPart(choices: InitChoices, repository: Repository): InitPart {
  const { project, others, action, environment, everyMinutes, store, write } = choices
  const { top, folder, host } = repository
  const { root, config } = project
  const { file, name } = chooseWorkflowFile(repository, others, action)
  const whole = path.join(top, file)
  const common = {
    branch: repository.defaultBranch,
    commandsApart: host !== undefined && !hasQueue(host),
    submodules: listSearched(root, config.specs).some(
      (one) => findSubmodule(root, resolveFolder(root, one)) !== undefined,
    ),
    lfs: repository.hasLfs,
    needsToken: write === 'github-api',
    isPushed: store === 'git' || others.length > 0,
    ...(everyMinutes !== undefined && { everyMinutes }),
  }
  const text = action
    ? formatActionWorkflow({
        ...common,
        ...action,
        ...(environment !== undefined && { environment }),
        ...(name !== undefined && { only: { folder: folder || '.', name } }),
      })
    : formatPackageWorkflow(choices, {
        ...common,
        folder: folder || undefined,
        ...(name !== undefined && { leg: { name, file } }),
      })
  const there = fs.existsSync(whole) ? fs.readFileSync(whole, 'utf8') : undefined
  const lacks = there === undefined ? '' : findLackingInWorkflow(there, text)
  return {
    ...createPart(whole, text),
    what: 'checks pull requests, and reconciles what is merged',
    ...(lacks !== '' && { lacks }),
  }
}

function formatPackageWorkflow({ packages }: InitChoices, options: Omit<WorkflowOptions, 'install' | 'cli'>): string {
  return formatWorkflow({
    ...options,
    install: `npm ci --ignore-scripts${packages.up === '' ? '' : ` --prefix ${packages.up}`}`,
    cli: path.posix.join(packages.up, CLI),
  })
}

const CLI = 'node_modules/jobwright/dist/cli.js'

/** Returns true if the host supports `queue: max`. GitHub's cloud does; GitHub Enterprise Server does not. */
function hasQueue(host: string): boolean {
  return /(^|\.)(github\.com|ghe\.com)$/.test(host)
}

/** Returns the important changes that a workflow of an earlier version, or of another setting, lacks. */
function findLackingInWorkflow(there: string, text: string): string {
  const token = there.includes('GITHUB_TOKEN:') ? '' : (/^ *GITHUB_TOKEN: .*\n/m.exec(text)?.[0] ?? '')
  // Ignore workflows that Jobwright did not write.
  if (!there.includes(` ${AS_TEXT} `)) return isForAllProjects(there) ? token : ''
  const install = /run: (npm ci .*)/.exec(text)?.[1]
  const isUnlocked = there.split('\n').some((line) => line.includes('run: npm install ') && line.includes('jobwright@'))
  const isQueued = /queue: *max|jobwright-command/.test(there)
  const job = text.slice(text.indexOf('  reconcile:\n'))
  const concurrency = job.slice(job.indexOf('    concurrency:\n'), job.indexOf('    steps:\n'))
  return `${isUnlocked ? `      - name: Install Jobwright # in both jobs: nothing that is not locked runs beside credentials\n        run: ${install}\n` : ''}${isQueued ? '' : concurrency}${token}`
}
