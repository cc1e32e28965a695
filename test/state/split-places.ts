import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'
import type { StoreAccess } from '../../src/state/create-store.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import { shareBranch } from '../../src/state/git-files.ts'
import { createGitStore } from '../../src/state/git-store.ts'
import type { GitHubWriting } from '../../src/state/github-writer.ts'
import { namePart, namePartFile } from '../../src/state/part-name.ts'
import { createS3Store } from '../../src/state/s3-store.ts'
import { createSplitStore } from '../../src/state/split-store.ts'
import type { Store } from '../../src/state/store.ts'
import { splitWriteId } from '../../src/state/write-id.ts'
import { systemClock } from '../../src/system/clock.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import type { TryLock } from '../../src/system/kernel-lock.ts'
import { openGitData, requireSignatures } from '../github/fake-git-data.ts'
import { startGitHub } from '../github/fake-github.ts'
import { BUCKET, KEY, openBucket, openBuckets } from './buckets.ts'
import { git, repositories } from './repositories.ts'

const FILE = 'jobs.state.json'
const REPOSITORY = 'football-archive/jobs'

/** The parts of the records of fixtures, by their region. */
export const WEST = '123456789012-eu-west-1'
export const EAST = '123456789012-eu-east-1'

/** A place for a split state, and what a test does to it behind the store's back. */
export type SplitPlace = {
  /** The store as one of two machines opens it; a file has only one machine. */
  store(machine?: 1 | 2, options?: Options): Store
  /** The whole state at the place of the index, as it was before it was split. */
  whole(): Store
  /** The stored text of the index or a part; undefined if there is none. */
  text(part?: string): string | undefined
  put(text: string | undefined, part?: string): void
}

/** Changes the store of the index or a part. */
export type Seam = (store: Store, part: string | undefined) => Store

type Options = { readonly seam?: Seam; readonly tryLock?: TryLock }
type Doors = Pick<StoreAccess, 'form' | 'tryLock'>

function split(
  open: (file: string, doors: Doors) => Store,
  { seam = (store) => store, tryLock }: Options = {},
  refresh?: () => void,
): Store {
  const stores = new Map<string | undefined, Store>()
  const storeOf = (part: string | undefined): Store => {
    const known = stores.get(part)
    if (known) return known
    const file = part === undefined ? FILE : namePartFile(FILE, part)
    const store = seam(open(file, { form: part === undefined ? 'index' : { part }, tryLock }), part)
    stores.set(part, store)
    return store
  }
  const partOf = (_address: string, { site }: Parameters<Parameters<typeof createSplitStore>[0]['partOf']>[1]) =>
    namePart(site, false)
  return createSplitStore({ where: FILE, storeOf, partOf, clock: systemClock, refresh })
}

const nameText = (part: string | undefined): string => (part === undefined ? FILE : namePartFile(FILE, part))

/** Files in one folder. */
async function filePlace(t: Test): Promise<SplitPlace> {
  const root = t.testdir({})
  const fileOf = (part?: string): string => path.join(root, nameText(part))
  return {
    store: (_machine, options) =>
      split((file, doors) => openFileStore({ path: path.join(root, file), disk: nodeDisk, ...doors }), options),
    whole: () => openFileStore({ path: path.join(root, FILE), disk: nodeDisk }),
    text: (part) => (fs.existsSync(fileOf(part)) ? fs.readFileSync(fileOf(part), 'utf8') : undefined),
    put: (text, part) => (text === undefined ? fs.rmSync(fileOf(part)) : fs.writeFileSync(fileOf(part), text)),
  }
}

/** Files of one branch, and two clones. */
async function gitPlace(t: Test): Promise<SplitPlace> {
  return inBranch(repositories(t))
}

/** The same, written through GitHub's API. */
async function githubPlace(t: Test): Promise<SplitPlace> {
  const there = repositories(t)
  const hub = await startGitHub(t, {
    repository: REPOSITORY,
    pullRequests: [],
    tokens: { ghs_job: { login: 'github-actions', canWrite: true } },
    git: openGitData(there.bare, { requiresSignatures: true }),
  })
  const access = { token: 'ghs_job', apiUrl: hub.apiUrl, graphqlUrl: hub.graphqlUrl, repository: REPOSITORY }
  requireSignatures(there.bare)
  return inBranch(there, { access })
}

function inBranch({ root, bare, here, clone }: ReturnType<typeof repositories>, github?: GitHubWriting): SplitPlace {
  const there = clone('there')
  const putAt = path.join(root, 'by-hand')
  return {
    store: (machine = 1, options) => {
      const shared = shareBranch()
      const repository = machine === 1 ? here : there
      const open = (file: string, doors: Doors): Store =>
        createGitStore({ repository, disk: nodeDisk, path: file, shared, github, ...doors })
      return split(open, options, shared.forget)
    },
    whole: () => createGitStore({ repository: here, disk: nodeDisk, github }),
    text(part) {
      try {
        return splitWriteId(git(bare, 'show', `jobwright-state:${nameText(part)}`)).text
      } catch {
        return undefined
      }
    },
    put(text, part) {
      const hook = path.join(bare, 'hooks/pre-receive')
      const isGuarded = fs.existsSync(hook)
      if (isGuarded) fs.rmSync(hook)
      fs.rmSync(putAt, { recursive: true, force: true })
      execFileSync('git', ['clone', '-q', '--branch', 'jobwright-state', bare, putAt])
      const file = path.join(putAt, nameText(part))
      if (text === undefined) fs.rmSync(file)
      else fs.writeFileSync(file, text)
      git(putAt, 'add', '--all')
      git(putAt, 'commit', '-q', '-m', 'By another hand')
      git(putAt, 'push', '-q')
      if (isGuarded) requireSignatures(bare)
    },
  }
}

/** Objects of one bucket, and two machines. */
async function s3Place(t: Test): Promise<SplitPlace> {
  const world = await openBuckets(t)
  const root = t.testdir({})
  const machines = [1, 2].map((number) => {
    git(root, 'init', '-q', `machine-${number}`)
    return path.join(root, `machine-${number}`)
  })
  const storeAt = (machine: 1 | 2, key: string, doors: Doors): Store =>
    createS3Store({
      root: machines[machine - 1]!,
      bucket: BUCKET,
      key,
      open: () => openBucket(world.env),
      disk: nodeDisk,
      ...doors,
    })
  return {
    store: (machine = 1, options) => split((file, doors) => storeAt(machine, file, doors), options),
    whole: () => storeAt(1, KEY, {}),
    text(part) {
      const text = world.text(nameText(part)) as string | undefined
      return text === undefined ? undefined : splitWriteId(text).text
    },
    put: (text, part) => world.put(text, nameText(part)),
  }
}

/** Every place, by its kind. */
export const SPLIT_PLACES = [
  ['file', filePlace],
  ['git', gitPlace],
  ['github', githubPlace],
  ['s3', s3Place],
] as const
