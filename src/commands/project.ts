import fs from 'node:fs'
import path from 'node:path'
import { MODELS } from '../kinds/models.ts'
import { readCheckout } from '../load/checkout.ts'
import { readConfig } from '../load/config.ts'
import { type Loaded, load } from '../load/load.ts'
import type { Checkout } from '../model/checkout.ts'
import type { Config } from '../model/config.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { Problem } from '../model/problem.ts'
import type { State } from '../model/state.ts'
import { fileStore } from '../state/file-store.ts'
import { gitStore } from '../state/git-store.ts'
import type { Store } from '../state/store.ts'
import { nodeDisk } from '../system/disk.ts'
import { emulatorFolder } from './emulated.ts'
import type { CommonOptions } from './options.ts'

const STATE_FILE = 'jobs.state.json'

/** A repository as a command finds it. */
export type Project = { readonly root: string; readonly config: Config; readonly diagnostics: readonly Diagnostic[] }

/** The nearest folder upwards with a jobwright.yaml, else the folder itself; and what that file says. Throws a Problem (exit 4) for a bad one. */
export function openProject(cwd: string): Project {
  const root = nearest(cwd) ?? cwd
  const { config, diagnostics } = readConfig(root, MODELS)
  return { root, config, diagnostics }
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
    ...(options.spec && options.spec.length > 0 && { patterns: options.spec }),
  })
}

/** Where the state of a project is kept; the emulator has a state of its own. */
export function storeOf(project: Project, options: Pick<CommonOptions, 'emulator'>): Store {
  const { root, config } = project
  const file = stateFile(project, options)
  if (file !== undefined) return fileStore({ path: file, disk: nodeDisk })
  const { state } = config
  return gitStore({
    repository: root,
    disk: nodeDisk,
    ...(state?.branch !== undefined && { branch: state.branch }),
    ...(state?.remote !== undefined && { remote: state.remote }),
    ...(state?.path !== undefined && { path: state.path }),
  })
}

/** The absolute path of the state, where it is kept in a file of this machine. */
export function stateFile({ root, config }: Project, options: Pick<CommonOptions, 'emulator'>): string | undefined {
  if (options.emulator) return path.join(emulatorFolder(root), STATE_FILE)
  return config.state?.store === 'git' ? undefined : path.resolve(root, config.state?.path ?? STATE_FILE)
}

/** What Git says of the checkout, seen from the commit that the state was written from. */
export function checkoutOf(project: Project, loaded: Loaded, state: State | undefined): Promise<Checkout> {
  return readCheckout({
    root: project.root,
    files: [...loaded.files.keys(), ...loaded.included],
    ...(state?.source && { since: state.source.commit }),
  })
}

/** A Problem for configuration that has errors: nothing is done with it. */
export function assertConfig(project: Project): void {
  const error = project.diagnostics.find(({ severity }) => severity === 'error')
  if (error) throw new Problem(4, error)
}
