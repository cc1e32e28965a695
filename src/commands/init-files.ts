import fs from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../load/config.ts'
import { searchedIn } from '../load/find.ts'
import { submoduleOf } from '../load/submodules.ts'
import { Problem } from '../model/problem.ts'
import { packageFile } from '../system/package-file.ts'
import { AS_TEXT } from './command-line.ts'
import { needsIgnore, type PackagePlace } from './package-place.ts'
import { type Project, STATE_FILE } from './project.ts'
import { slugsFor } from './project-branch.ts'
import type { Repository } from './repository.ts'
import { dependsOnJobwright, folderBehind, isSpecFile, schemaFolder, specFolder } from './spec-place.ts'
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
  /** Where the workflow finds Jobwright. */
  readonly packages: PackagePlace
  /** Absent: an IotJob, and only where there are no specs yet. */
  readonly kind: string | undefined
}

const PACKAGED_SCHEMAS = packageFile('schemas/')

/**
 * What init writes, in this order. Where package.json depends on Jobwright, editors find the schemas in node_modules. Everywhere else they
 * are copied to `.schemas` in the folder of specs, to be committed: no editor then needs a network, a pull request shows what changes with
 * an upgrade (`jobwright schema --out` writes them again), and a hidden folder is never searched for specs.
 */
export function initFiles(choices: InitChoices): InitPart[] {
  const { project, repository, store, region, branch, others, packages } = choices
  const { root } = project
  const folder = folderBehind(root, specFolder(project.config))
  assertOpen(root, folder)
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
    ...ignoreParts(choices),
    ...(repository && store === 'git' ? [workflowPart(project, repository, others, packages)] : []),
  ]
}

/** Throws a Problem (exit 4) where the specs are in a submodule that is not cloned here: Git keeps nothing that is written there. */
function assertOpen(root: string, folder: string): void {
  const submodule = submoduleOf(root, folder)
  if (submodule === undefined || submodule.isOpen) return
  throw new Problem({
    code: 'FILE_WRITE',
    message: `${folder} is in the submodule ${submodule.path}, which is not cloned here`,
    remedies: [{ text: 'clone it', command: ['git', 'submodule', 'update', '--init', '--', submodule.path] }],
  })
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

/** The state of one machine, its lock and its journal: in Git an older checkout would put back an older state. And what npm installs. */
function ignoreParts(choices: InitChoices): InitPart[] {
  const { repository, store, packages } = choices
  if (repository === undefined) return []
  const { top } = repository
  const state = store === 'file' ? stateIn(choices) : undefined
  // Nothing outside the repository is of interest to Git.
  const isKept = state !== undefined && !state.startsWith('..') && !path.isAbsolute(state)
  const isSaid = (there: string): boolean =>
    !isKept || there.split(/\r?\n/).some((line) => line.replace(/^\//, '') === `${state}*`)
  const file = path.join(top, '.gitignore')
  const there = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  const isInstalled = needsIgnore(packages, store === 'git')
  const text = [
    ...(isInstalled ? ['node_modules/\n'] : []),
    ...(isSaid(there) ? [] : [`# Jobwright's state, its lock and its journal: of this machine alone\n/${state}*\n`]),
  ].join('')
  if (!isKept && !isInstalled) return []
  const kept = [
    ...(isInstalled ? ['what npm installs'] : []),
    ...(isKept ? [`${state}, its lock and its journal`] : []),
  ]
  return [{ ...oneOrLacking(file, text, () => text === ''), what: `keeps ${kept.join(', and ')} out of Git` }]
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
  { root, config }: Project,
  repository: Repository,
  others: readonly string[],
  packages: PackagePlace,
): InitPart {
  const { top, folder, host } = repository
  const { file, name } = workflowFile(top, folder, others)
  const whole = path.join(top, file)
  const text = workflowText({
    branch: repository.defaultBranch,
    install: `npm ci --ignore-scripts${packages.up === '' ? '' : ` --prefix ${packages.up}`}`,
    cli: path.posix.join(packages.up, CLI),
    folder: folder || undefined,
    commandsApart: host !== undefined && !hasQueue(host),
    submodules: searchedIn(root, config.specs).some((one) => submoduleOf(root, folderBehind(root, one)) !== undefined),
    lfs: repository.hasLfs,
    ...(name !== undefined && { leg: { name, file } }),
  })
  const lacks = fs.existsSync(whole) ? lackingInWorkflow(fs.readFileSync(whole, 'utf8'), text) : ''
  return {
    ...one(whole, text),
    what: 'checks pull requests, and reconciles what is merged',
    ...(lacks !== '' && { lacks }),
  }
}

const CLI = 'node_modules/jobwright/dist/cli.js'

/** Whether workflows of a host may say `queue: max`: GitHub's own cloud may, a GitHub Enterprise Server not. */
function hasQueue(host: string): boolean {
  return /(^|\.)(github\.com|ghe\.com)$/.test(host)
}

/** What a workflow that an earlier version wrote has otherwise than this one would, where it matters. */
function lackingInWorkflow(there: string, text: string): string {
  // What is not of our making is nobody's business here.
  if (!there.includes(` ${AS_TEXT} `)) return ''
  const install = /run: (npm ci .*)/.exec(text)?.[1]
  const isUnlocked = there.split('\n').some((line) => line.includes('run: npm install ') && line.includes('jobwright@'))
  const isQueued = /queue: *max|jobwright-command/.test(there)
  const job = text.slice(text.indexOf('  reconcile:\n'))
  const concurrency = job.slice(job.indexOf('    concurrency:\n'), job.indexOf('    steps:\n'))
  return `${isUnlocked ? `      - name: Install Jobwright # in both jobs: nothing that is not locked runs beside credentials\n        run: ${install}\n` : ''}${isQueued ? '' : concurrency}`
}
