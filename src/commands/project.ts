import fs from 'node:fs'
import path from 'node:path'
import type { Env } from '../aws/target.ts'
import { MODELS } from '../kinds/models.ts'
import { readCheckout } from '../load/checkout.ts'
import type { Content } from '../load/committed.ts'
import { readConfig } from '../load/config.ts'
import { searchedIn } from '../load/find.ts'
import { type Loaded, load } from '../load/load.ts'
import { readProjectPlace } from '../load/project-place.ts'
import type { Checkout, Uncommitted } from '../model/checkout.ts'
import { CONFIG_FILE, type Config } from '../model/config.ts'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import { iso } from '../model/iso.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { emptyState, type State } from '../model/state.ts'
import { LIMITS } from '../spec/limits.ts'
import { fileStore } from '../state/file-store.ts'
import { gitStore } from '../state/git-store.ts'
import type { Store } from '../state/store.ts'
import type { Clock } from '../system/clock.ts'
import { nodeDisk } from '../system/disk.ts'
import { gitIn } from '../system/git.ts'
import { randomId } from '../system/random.ts'
import { sourceFiles } from '../system/source-files.ts'
import { EMULATOR_TOP, emulatorFolder } from './emulated.ts'
import { assertNoLinkIn, assertStateNoLink } from './links.ts'
import type { CommonOptions } from './options.ts'
import { branchFor } from './project-branch.ts'
import { judgeFor } from './state-owner.ts'

/** What a state is called unless jobwright.yaml says otherwise. */
export const STATE_FILE = 'jobs.state.json'

/** A repository as a command finds it. */
export type Project = {
  readonly root: string
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** What jobwright.yaml says, word for word; absent where there is none. */
  readonly text?: string | undefined
  /** Where the operator lets the state be, outside the repository. */
  readonly stateFolder?: string
}

/** The nearest folder upwards with a jobwright.yaml, else the folder itself; and what that file says. Throws a Problem (exit 4) for a bad one. */
export function openProject(cwd: string, env: Env = {}): Project {
  const root = nearest(cwd) ?? cwd
  const stateFolder = env['JOBWRIGHT_STATE_FOLDER']
  return { root, ...readConfig(root, MODELS, stateFolder), stateFolder }
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
    // What specs ask of a jobwright.yaml that cannot be read is not known.
    config: hasErrors(project.diagnostics) ? undefined : project.config,
    patterns: options.spec?.length ? options.spec : undefined,
  })
}

/** How a store is opened. */
export type StoreOptions = Pick<CommonOptions, 'emulator'> & {
  /** Take the state of another project as well. */
  readonly anyProject?: boolean
}

/**
 * Where the state of a project is kept; the emulator has a state of its own. A state of another project is refused (STATE_PROJECT). Throws a
 * Problem (exit 4) for a link in its place.
 */
export function storeOf(project: Project, options: StoreOptions): Store {
  const { root, config } = project
  const file = stateFile(project, options)
  if (options.emulator) assertNoLinkIn(root, path.join(root, EMULATOR_TOP))
  else if (file !== undefined) assertStateNoLink(root, file, project.stateFolder)
  let place: ReturnType<typeof readProjectPlace> | undefined
  const placeOf = () => (place ??= readProjectPlace(root))
  const judge = options.emulator || options.anyProject ? undefined : judgeFor(project, placeOf)
  if (file !== undefined) return fileStore({ path: file, disk: nodeDisk, judge })
  const { branch, remote, path: name } = config.state ?? {}
  const on = (chosen: string) =>
    gitStore({ repository: root, disk: nodeDisk, judge, branch: chosen, remote, path: name })
  return branch === undefined ? lateStore(async () => on(await branchFor(project, await placeOf()))) : on(branch)
}

/** An empty state for a project, with a lineage of its own. */
export async function firstState({ root }: Project, clock: Pick<Clock, 'now'>): Promise<State> {
  const place = await readProjectPlace(root)
  return { ...emptyState(randomId(), iso(clock.now())), ...(place && { project: place.name }) }
}

/** A store whose place is found at its first use. */
function lateStore(find: () => Promise<Store>): Store {
  let found: Store | undefined
  const store = async (): Promise<Store> => (found ??= await find())
  return {
    get where() {
      return found?.where ?? STATE_FILE
    },
    read: async () => (await store()).read(),
    open: async () => (await store()).open(),
  }
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

/** How the files that were read compare with HEAD, and how HEAD stands to the commit that the state was written from. */
export function checkoutOf(project: Project, loaded: Loaded, state: State | undefined): Promise<Checkout> {
  return readCheckout({
    root: project.root,
    files: contentsOf(project, loaded),
    searched: searchedIn(project.root, project.config.specs),
    since: state?.source?.commit,
  })
}

/** Every file whose content goes into requests or decides what is submitted, as it was read. */
function contentsOf({ text }: Project, { files, included, includedTexts, specs }: Loaded): Content[] {
  const texts = new Map<string, string | undefined>([
    ...files,
    ...included.map((file) => [file, includedTexts.get(file)] as const),
    // It says where specs are and where their jobs go.
    ...(text === undefined ? [] : [[CONFIG_FILE, text] as const]),
  ])
  const uploads = new Map(
    specs.flatMap(({ upload, files: own }) =>
      upload && own.includes(upload.file) ? [[upload.file, upload] as const] : [],
    ),
  )
  return [...[...texts].map(([file, content]) => ({ file, text: content })), ...uploads.values()]
}

/**
 * Throws a Problem (exit 8) where the specs that were read are not those of the checkout that Git was asked about afterwards. `head` is the
 * commit that was checked out before they were read.
 */
export function assertUnmoved(project: Project, loaded: Loaded, checkout: Checkout, head: string | undefined): void {
  if (!checkout.git) return
  if (checkout.commit !== head) throw moved(`from ${head ?? 'no commit'} to ${checkout.commit ?? 'no commit'}`)
  const other = fileThatChanged(project, loaded, checkout.dirty)
  if (other !== undefined) throw moved(`in ${other}`)
}

/** What HEAD holds was read from HEAD, whatever became of it since. */
function fileThatChanged({ root }: Project, loaded: Loaded, dirty: readonly Uncommitted[]): string | undefined {
  const source = sourceFiles(root)
  for (const { file } of dirty) {
    const text = loaded.files.get(file) ?? loaded.includedTexts.get(file)
    const read = text === undefined ? undefined : source.read(file, LIMITS.bytes)
    if (read && ('problem' in read || read.text !== text)) return file
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
