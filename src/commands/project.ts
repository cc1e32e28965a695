import fs from 'node:fs'
import path from 'node:path'
import type { Env } from '../aws/target.ts'
import { MODELS } from '../kinds/models.ts'
import { readCheckout } from '../load/checkout.ts'
import { CONFIG_FILE, readConfig } from '../load/config.ts'
import { type Loaded, load } from '../load/load.ts'
import type { Checkout } from '../model/checkout.ts'
import type { Config } from '../model/config.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import { LIMITS } from '../spec/limits.ts'
import { fileStore } from '../state/file-store.ts'
import { gitStore } from '../state/git-store.ts'
import type { Store } from '../state/store.ts'
import { nodeDisk } from '../system/disk.ts'
import { gitIn } from '../system/git.ts'
import { sourceFiles } from '../system/source-files.ts'
import { EMULATOR_TOP, emulatorFolder } from './emulated.ts'
import { assertNoLinkIn, assertStateNoLink } from './links.ts'
import type { CommonOptions } from './options.ts'

/** What a state is called unless jobwright.yaml says otherwise. */
export const STATE_FILE = 'jobs.state.json'

/** A repository as a command finds it. */
export type Project = {
  readonly root: string
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** Where the operator lets the state be, outside the repository. */
  readonly stateFolder?: string
}

/** The nearest folder upwards with a jobwright.yaml, else the folder itself; and what that file says. Throws a Problem (exit 4) for a bad one. */
export function openProject(cwd: string, env: Env = {}): Project {
  const root = nearest(cwd) ?? cwd
  const stateFolder = env['JOBWRIGHT_STATE_FOLDER']
  const { config, diagnostics } = readConfig(root, MODELS, stateFolder)
  return { root, config, diagnostics, stateFolder }
}

function nearest(folder: string): string | undefined {
  if (fs.existsSync(path.join(folder, 'jobwright.yaml'))) return folder
  const above = path.dirname(folder)
  return above === folder ? undefined : nearest(above)
}

/** All specs of a project. */
export function loadSpecs(project: Project, options: Pick<CommonOptions, 'spec'>): Promise<Loaded> {
  return load({
    root: project.root,
    kinds: MODELS,
    config: project.config,
    patterns: options.spec?.length ? options.spec : undefined,
  })
}

/** Where the state of a project is kept; the emulator has a state of its own. Throws a Problem (exit 4) for a link in its place. */
export function storeOf(project: Project, options: Pick<CommonOptions, 'emulator'>): Store {
  const { root, config } = project
  const file = stateFile(project, options)
  if (options.emulator) assertNoLinkIn(root, path.join(root, EMULATOR_TOP))
  else if (file !== undefined) assertStateNoLink(root, file, project.stateFolder)
  if (file !== undefined) return fileStore({ path: file, disk: nodeDisk })
  const { state } = config
  return gitStore({
    repository: root,
    disk: nodeDisk,
    branch: state?.branch,
    remote: state?.remote,
    path: state?.path,
  })
}

/** The absolute path of the state, where it is kept in a file of this machine. */
export function stateFile({ root, config }: Project, options: Pick<CommonOptions, 'emulator'>): string | undefined {
  if (options.emulator) return path.join(emulatorFolder(root), STATE_FILE)
  return config.state?.store === 'git' ? undefined : path.resolve(root, config.state?.path ?? STATE_FILE)
}

/** The commit that is checked out; undefined outside Git, and before the first commit. */
export async function headOf(folder: string): Promise<string | undefined> {
  const { code, stdout } = await gitIn(folder)(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  return code === 0 ? stdout.trim() : undefined
}

/** What Git says of the checkout, seen from the commit that the state was written from. */
export function checkoutOf(project: Project, loaded: Loaded, state: State | undefined): Promise<Checkout> {
  // An edit of `specs` there hides specs as well as a deletion does.
  const config = fs.existsSync(path.join(project.root, CONFIG_FILE)) ? [CONFIG_FILE] : []
  return readCheckout({
    root: project.root,
    files: [...loaded.files.keys(), ...loaded.included, ...config],
    since: state?.source?.commit,
  })
}

/**
 * Throws a Problem (exit 8) where the specs that were read are not those of the checkout that Git was asked about afterwards. `head` is the
 * commit that was checked out before they were read.
 */
export function assertUnmoved(project: Project, loaded: Loaded, checkout: Checkout, head: string | undefined): void {
  if (!checkout.git) return
  if (checkout.commit !== head) throw moved(`from ${head ?? 'no commit'} to ${checkout.commit ?? 'no commit'}`)
  const other = fileThatChanged(project, loaded)
  if (other !== undefined) throw moved(`in ${other}`)
}

function fileThatChanged({ root }: Project, { files }: Loaded): string | undefined {
  const source = sourceFiles(root)
  for (const [file, text] of files) {
    const read = source.read(file, LIMITS.bytes)
    if ('problem' in read || read.text !== text) return file
  }
  return undefined
}

function moved(how: string): Problem {
  return new Problem({
    code: 'CHECKOUT_MOVED',
    message: `the checkout changed while its specs were read, ${how}`,
    remedies: [advise('run again once nothing else writes there')],
  })
}

/** A Problem for configuration that has errors: nothing is done with it. */
export function assertConfig(project: Project): void {
  const error = project.diagnostics.find(({ severity }) => severity === 'error')
  if (error) throw new Problem(error)
}
