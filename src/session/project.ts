import path from 'node:path'
import type { Env } from '../aws/target.ts'
import { BUILD_ID } from '../build-id.ts'
import type { Memory } from '../documents/memory.ts'
import { LIMITS } from '../documents/parse/limits.ts'
import { getModel, MODELS } from '../kinds/index.ts'
import { readCheckout } from '../load/checkout.ts'
import type { Content } from '../load/committed.ts'
import { readConfig } from '../load/config.ts'
import { listSearched } from '../load/find.ts'
import { type Loaded, load } from '../load/load.ts'
import { readProjectPlace } from '../load/project-place.ts'
import { createRepositoryMemory, type RepositoryMemory } from '../load/repository.ts'
import { openSpecCache, type SpecCache } from '../load/spec-cache.ts'
import { parseAddress } from '../model/address.ts'
import type { Bucket } from '../model/bucket.ts'
import type { Checkout, Uncommitted } from '../model/checkout.ts'
import { CONFIG_FILE, type Config } from '../model/config.ts'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import { formatIso } from '../model/iso.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { emptyState, type State } from '../model/state.ts'
import type { Judge, StoreAccess } from '../state/create-store.ts'
import { openFileStore } from '../state/file-store.ts'
import { type SharedBranch, shareBranch } from '../state/git-files.ts'
import { createGitStore, DEFAULT_FILE } from '../state/git-store.ts'
import { type GitHubAccess, readGitHubAccess } from '../state/github-repository.ts'
import { joinSplit } from '../state/join-split.ts'
import { namePart, namePartFile } from '../state/part-name.ts'
import { createS3Store, LOCAL_FOLDER } from '../state/s3-store.ts'
import type { SplitPlaces } from '../state/split-parts.ts'
import { createSplitStore } from '../state/split-store.ts'
import { createStateReader } from '../state/state-reader.ts'
import type { Store } from '../state/store.ts'
import { type Clock, systemClock } from '../system/clock.ts'
import { nodeDisk } from '../system/disk.ts'
import { createRandomId } from '../system/random.ts'
import { openSourceFiles } from '../system/source-files.ts'
import { VERSION } from '../version.ts'
import { EMULATOR_TOP, getEmulatorFolder } from './emulated.ts'
import type { CommonOptions } from './host.ts'
import type { Printer } from './printer.ts'
import { chooseBranch } from './project-branch.ts'
import { findRoot } from './project-root.ts'
import { assertNoLinkIn, assertStateNoLink } from './refuse-links.ts'
import { createJudge } from './state-owner.ts'

/** The default name of the state file. */
export const STATE_FILE = 'jobs.state.json'

/** A project as a command finds it. */
export type Project = {
  readonly root: string
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** The exact text of jobwright.yaml. Absent if there is none. */
  readonly text?: string | undefined
  /** A folder outside the repository in which the operator allows the state. */
  readonly stateFolder?: string
  /** The environment of the command. */
  readonly env: Env
  /** Where GitHub's API is, and the token for it. */
  readonly github: GitHubAccess
  /** Reports what does not stop a command. */
  readonly tell?: (diagnostic: Diagnostic) => void
  /** What this process knows of its repository. */
  readonly repository: RepositoryMemory
  /** Returns the project's place in its repository. Asks Git on the first call. */
  readonly getPlace: () => ReturnType<typeof readProjectPlace>
}

/**
 * Opens the nearest folder upwards with a jobwright.yaml, else the folder itself, and reads that file. Throws a Problem (exit 4) for an
 * invalid one. `known` is what this process knows of its repository.
 */
export function openProject(cwd: string, env: Env = {}, known?: RepositoryMemory): Project {
  const root = findRoot(cwd)
  const repository = known ?? createRepositoryMemory(root)
  const stateFolder = env['JOBWRIGHT_STATE_FOLDER']
  let place: ReturnType<typeof readProjectPlace> | undefined
  const getPlace: Project['getPlace'] = () => {
    place ??= readProjectPlace(root, repository)
    return place
  }
  const github = readGitHubAccess(env)
  return { root, ...readConfig(root, MODELS, stateFolder), stateFolder, env, github, repository, getPlace }
}

/** Returns a project that reports by a printer. */
export function tellBy(project: Project, out: Pick<Printer, 'diagnostics'>): Project {
  return { ...project, tell: (diagnostic) => out.diagnostics([diagnostic], systemClock.now()) }
}

/** How to load specs. */
export type LoadingOptions = Pick<CommonOptions, 'spec' | 'cache' | 'known'> & {
  /** Files to check afresh, whatever the cache remembers of them. */
  readonly afresh?: ReadonlySet<string>
}

/** Loads all specs of a project. */
export async function loadSpecs(project: Project, options: LoadingOptions): Promise<Loaded> {
  const given = {
    root: project.root,
    kinds: MODELS,
    // Without a readable jobwright.yaml, skip the checks against it.
    config: hasErrors(project.diagnostics) ? undefined : project.config,
    patterns: options.spec?.length ? options.spec : undefined,
  }
  if (options.known) return load({ ...given, ...options.known.begin() })
  const cache = openCache(project, options)
  if (cache === undefined) return load(given)
  try {
    const loaded = await load({ ...given, memory: without(cache, options.afresh) })
    cache.save()
    return loaded
  } catch {
    // Somebody else wrote the cache. What is wrong with the specs themselves shows again.
    return load(given)
  }
}

/** Opens the cache for all specs of a project. A part of them would replace the others. */
function openCache({ root }: Project, { spec, cache }: LoadingOptions): SpecCache | undefined {
  return cache && BUILD_ID !== undefined && !spec?.length ? openSpecCache(root, BUILD_ID) : undefined
}

/** Returns a memory that does not recall some files, and has the YAML parser read them. */
function without(memory: Memory, afresh: ReadonlySet<string> | undefined): Memory {
  if (afresh === undefined) return memory
  const isDoubtful = (file: string): boolean => afresh.has(file)
  return { ...memory, isDoubtful, recall: (file, text) => (isDoubtful(file) ? undefined : memory.recall(file, text)) }
}

/** How to open a store. */
export type StoreOptions = Pick<CommonOptions, 'emulator' | 'known'> & {
  /** Also accept the state of another project. */
  readonly anyProject?: boolean
}

/**
 * Opens the store of a project's state; the emulator has its own. Rejects a state of another project (STATE_PROJECT). Throws a Problem
 * (exit 4) for a link in its place.
 */
export function openProjectStore(project: Project, options: StoreOptions): Store {
  const { root, config, getPlace } = project
  const judge = options.emulator || options.anyProject ? undefined : createJudge(project, getPlace)
  if (config.state?.split === 'target' && !options.emulator) return createSplitStore(createSplitPlaces(project, judge))
  const file = stateFile(project, options)
  const doors = { judge, reader: options.known?.stateReader }
  if (!options.emulator) return openText(project, file, doors)
  assertNoLinkIn(root, path.join(root, EMULATOR_TOP))
  return openFileStore({ path: file!, disk: nodeDisk, ...doors })
}

/** How to open one text of a state. `part`: the part of a split state that it is. */
type TextOptions = Pick<StoreAccess, 'judge' | 'reader' | 'form'> & {
  readonly part?: string | undefined
  readonly shared?: SharedBranch
}

/** Opens the store of one text. `file`: its path, if it is a local file; for a part, that of the index. */
function openText(project: Project, file: string | undefined, { part, shared, ...doors }: TextOptions): Store {
  const { root, config, getPlace } = project
  const { branch, remote, path: name = DEFAULT_FILE, write, store, bucket = '', key = '' } = config.state ?? {}
  const nameText = (one: string): string => (part === undefined ? one : namePartFile(one, part))
  if (file !== undefined) {
    const own = nameText(file)
    assertStateNoLink(root, own, project.stateFolder)
    return openFileStore({ path: own, disk: nodeDisk, ...doors })
  }
  if (store === 's3') {
    assertNoLinkIn(root, path.join(root, LOCAL_FOLDER))
    // Nothing of S3 is loaded before its first use.
    const open = (): Promise<Bucket> => openProjectBucket(project)
    return createS3Store({ root, bucket, key: nameText(key), open, disk: nodeDisk, ...doors })
  }
  const github = write === 'github-api' ? { access: project.github, tell: project.tell } : undefined
  const place = { repository: root, disk: nodeDisk, ...doors, remote, path: nameText(name), shared, github }
  return branch === undefined
    ? createLazyStore(async () => createGitStore({ ...place, branch: await chooseBranch(project, await getPlace()) }))
    : createGitStore({ ...place, branch })
}

/** Joins the parts of a project's state to one text. Returns how many there were; undefined if the state is not split. */
export function joinProjectState(project: Project): Promise<number | undefined> {
  return joinSplit(createSplitPlaces(project, createJudge(project, project.getPlace)))
}

/** Creates the stores of a state that is split by target. */
function createSplitPlaces(project: Project, judge: Judge | undefined): SplitPlaces {
  const file = stateFile(project, {})
  const shared = shareBranch()
  const reader = createStateReader()
  const stores = new Map<string | undefined, Store>()
  const open = (part: string | undefined): Store => {
    const options: TextOptions =
      part === undefined
        ? // A version of a text of several is no commit.
          { form: 'index', reader, shared, judge: judge && ((state) => judge(state, undefined)) }
        : { form: { part }, part, shared }
    return openText(project, file, options)
  }
  const storeOf = (part: string | undefined): Store => {
    const store = stores.get(part) ?? open(part)
    stores.set(part, store)
    return store
  }
  return {
    get where() {
      return storeOf(undefined).where
    },
    storeOf,
    partOf: (address, { site }) => namePart(site, getModel(parseAddress(address).kind).api.regionless === true),
    clock: systemClock,
    refresh: shared.forget,
  }
}

/** Opens the bucket of a project's state. */
export async function openProjectBucket({ config, env }: Project): Promise<Bucket> {
  const { bucket = '', region, kmsKeyId } = config.state ?? {}
  const { openS3Bucket } = await import('../aws/s3-bucket.ts')
  return openS3Bucket({ bucket, region, kmsKeyId }, { env, version: VERSION })
}

/** Creates an empty state for a project, with a new lineage. */
export async function createFirstState({ root }: Project, clock: Pick<Clock, 'now'>): Promise<State> {
  const place = await readProjectPlace(root)
  return { ...emptyState(createRandomId(), formatIso(clock.now())), ...(place && { project: place.name }) }
}

/** Creates a store that is located on its first use. */
function createLazyStore(find: () => Promise<Store>): Store {
  let found: Store | undefined
  const store = async (): Promise<Store> => (found ??= await find())
  return {
    get where() {
      return found?.where ?? STATE_FILE
    },
    read: async () => (await store()).read(),
    open: async () => (await store()).open(),
    openToMove: async () => (await store()).openToMove(),
  }
}

/** Returns the absolute path of a state that is a local file. */
export function stateFile({ root, config }: Project, options: Pick<CommonOptions, 'emulator'>): string | undefined {
  if (options.emulator) return path.join(getEmulatorFolder(root), STATE_FILE)
  const { store = 'file' } = config.state ?? {}
  return store !== 'file' ? undefined : path.resolve(root, config.state?.path ?? STATE_FILE)
}

/** Compares the read files with HEAD, and HEAD with the commit of the state. */
export function readProjectCheckout(
  project: Project,
  loaded: Loaded,
  state: State | undefined,
  known?: CommonOptions['known'],
): Promise<Checkout> {
  return readCheckout({
    root: project.root,
    files: listContents(project, loaded),
    searched: listSearched(project.root, project.config.specs),
    since: state?.source?.commit,
    repository: project.repository,
    memory: known?.head,
  })
}

/** Lists the files that affect requests or decide what is submitted, as they were read. */
function listContents({ text }: Project, { files, included, includedTexts, specs }: Loaded): Content[] {
  const texts = new Map<string, string | undefined>([
    ...files,
    ...included.map((file) => [file, includedTexts.get(file)] as const),
    // It says where specs are and where their jobs are created.
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
 * Throws a Problem (exit 8) if the specs read differ from the checkout that Git described afterwards. `head` is the commit that was checked
 * out before.
 */
export function assertHeadUnchanged(
  project: Project,
  loaded: Loaded,
  checkout: Checkout,
  head: string | undefined,
): void {
  if (!checkout.git) return
  if (checkout.commit !== head)
    throw createCheckoutMoved(`from ${head ?? 'no commit'} to ${checkout.commit ?? 'no commit'}`)
  const other = findChangedFile(project, loaded, checkout.dirty)
  if (other !== undefined) throw createCheckoutMoved(`in ${other}`)
}

/** Finds a dirty file that changed since it was read. Clean files were read as HEAD has them, so later changes do not matter. */
function findChangedFile({ root }: Project, loaded: Loaded, dirty: readonly Uncommitted[]): string | undefined {
  const source = openSourceFiles(root)
  for (const { file } of dirty) {
    const text = loaded.files.get(file) ?? loaded.includedTexts.get(file)
    const read = text === undefined ? undefined : source.read(file, LIMITS.bytes)
    if (read && ('problem' in read || read.text !== text)) return file
  }
  return undefined
}

function createCheckoutMoved(how: string): Problem {
  return new Problem({
    code: 'CHECKOUT_MOVED',
    message: `the checkout changed while its specs were read, ${how}`,
    remedies: [advise('run the command again once nothing else writes there')],
  })
}

/** Throws a Problem for configuration with errors. */
export function assertConfig(project: Project): void {
  const error = project.diagnostics.find(({ severity }) => severity === 'error')
  if (error) throw new Problem(error)
}
