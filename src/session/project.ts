import fs from 'node:fs'
import path from 'node:path'
import type { Env } from '../aws/target.ts'
import { LIMITS } from '../documents/parse/limits.ts'
import { MODELS } from '../kinds/models.ts'
import { readCheckout } from '../load/checkout.ts'
import type { Content } from '../load/committed.ts'
import { readConfig } from '../load/config.ts'
import { listSearched } from '../load/find.ts'
import { type Loaded, load } from '../load/load.ts'
import { readProjectPlace } from '../load/project-place.ts'
import type { Checkout, Uncommitted } from '../model/checkout.ts'
import { CONFIG_FILE, type Config } from '../model/config.ts'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import { formatIso } from '../model/iso.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { emptyState, type State } from '../model/state.ts'
import { openFileStore } from '../state/file-store.ts'
import { createGitStore } from '../state/git-store.ts'
import type { Store } from '../state/store.ts'
import type { Clock } from '../system/clock.ts'
import { nodeDisk } from '../system/disk.ts'
import { openGit } from '../system/git.ts'
import { createRandomId } from '../system/random.ts'
import { openSourceFiles } from '../system/source-files.ts'
import { EMULATOR_TOP, getEmulatorFolder } from './emulated.ts'
import type { CommonOptions } from './host.ts'
import { assertNoLinkIn, assertStateNoLink } from './links.ts'
import { chooseBranch } from './project-branch.ts'
import { createJudge } from './state-owner.ts'

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
  const root = findNearest(cwd) ?? cwd
  const stateFolder = env['JOBWRIGHT_STATE_FOLDER']
  return { root, ...readConfig(root, MODELS, stateFolder), stateFolder }
}

function findNearest(folder: string): string | undefined {
  if (fs.existsSync(path.join(folder, 'jobwright.yaml'))) return folder
  const above = path.dirname(folder)
  return above === folder ? undefined : findNearest(above)
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
export function openProjectStore(project: Project, options: StoreOptions): Store {
  const { root, config } = project
  const file = stateFile(project, options)
  if (options.emulator) assertNoLinkIn(root, path.join(root, EMULATOR_TOP))
  else if (file !== undefined) assertStateNoLink(root, file, project.stateFolder)
  let place: ReturnType<typeof readProjectPlace> | undefined
  const getPlace = () => (place ??= readProjectPlace(root))
  const judge = options.emulator || options.anyProject ? undefined : createJudge(project, getPlace)
  if (file !== undefined) return openFileStore({ path: file, disk: nodeDisk, judge })
  const { branch, remote, path: name } = config.state ?? {}
  const on = (chosen: string) =>
    createGitStore({ repository: root, disk: nodeDisk, judge, branch: chosen, remote, path: name })
  return branch === undefined
    ? createLateStore(async () => on(await chooseBranch(project, await getPlace())))
    : on(branch)
}

/** An empty state for a project, with a lineage of its own. */
export async function createFirstState({ root }: Project, clock: Pick<Clock, 'now'>): Promise<State> {
  const place = await readProjectPlace(root)
  return { ...emptyState(createRandomId(), formatIso(clock.now())), ...(place && { project: place.name }) }
}

/** A store whose place is found at its first use. */
function createLateStore(find: () => Promise<Store>): Store {
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
  if (options.emulator) return path.join(getEmulatorFolder(root), STATE_FILE)
  return config.state?.store === 'git' ? undefined : path.resolve(root, config.state?.path ?? STATE_FILE)
}

/** The commit that is checked out; undefined outside Git, and before the first commit. */
export async function readHead(folder: string): Promise<string | undefined> {
  const { code, stdout } = await openGit(folder)(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  return code === 0 ? stdout.trim() : undefined
}

/** How the files that were read compare with HEAD, and how HEAD stands to the commit that the state was written from. */
export function readProjectCheckout(project: Project, loaded: Loaded, state: State | undefined): Promise<Checkout> {
  return readCheckout({
    root: project.root,
    files: listContents(project, loaded),
    searched: listSearched(project.root, project.config.specs),
    since: state?.source?.commit,
  })
}

/** Every file whose content goes into requests or decides what is submitted, as it was read. */
function listContents({ text }: Project, { files, included, includedTexts, specs }: Loaded): Content[] {
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
  if (checkout.commit !== head) throw createMoved(`from ${head ?? 'no commit'} to ${checkout.commit ?? 'no commit'}`)
  const other = findChangedFile(project, loaded, checkout.dirty)
  if (other !== undefined) throw createMoved(`in ${other}`)
}

/** What HEAD holds was read from HEAD, whatever became of it since. */
function findChangedFile({ root }: Project, loaded: Loaded, dirty: readonly Uncommitted[]): string | undefined {
  const source = openSourceFiles(root)
  for (const { file } of dirty) {
    const text = loaded.files.get(file) ?? loaded.includedTexts.get(file)
    const read = text === undefined ? undefined : source.read(file, LIMITS.bytes)
    if (read && ('problem' in read || read.text !== text)) return file
  }
  return undefined
}

function createMoved(how: string): Problem {
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
