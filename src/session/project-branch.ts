import path from 'node:path'
import { MODELS } from '../kinds/index.ts'
import { CONFIG_FILE } from '../load/config.ts'
import { load } from '../load/load.ts'
import type { ProjectPlace } from '../load/project-place.ts'
import type { Config } from '../model/config.ts'
import { digest } from '../model/digest.ts'
import type { State } from '../model/state.ts'
import { peekState } from '../state/find-states.ts'
import { DEFAULT_BRANCH } from '../state/git-store.ts'

/** What determines where a project's state is. */
export type Setting = { readonly root: string; readonly config: Config }

const SLUG_MAX = 60

/** Returns a folder as a part of file and branch names: `teams/video` becomes `teams-video`; the top is `top`. */
export function createSlug(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .replace(/(?<!-)-+$/, '')
  if (name === '.') return 'top'
  return slug === '' || slug.length > SLUG_MAX
    ? `${slug.slice(0, SLUG_MAX)}-${createHash(name)}`.replace(/^-/, '')
    : slug
}

function createHash(name: string): string {
  return digest(name)
    .replace(/^sha256:/, '')
    .slice(0, 8)
}

/** Lists the branches that a project's state may use by default, best first. None is a path prefix of another. */
export function listBranches(name: string): readonly [usual: string, own: string, other: string] {
  const [slug, other] = listSlugs(name)
  return [DEFAULT_BRANCH, `${DEFAULT_BRANCH}-${slug}`, `${DEFAULT_BRANCH}-${other}`]
}

/** Lists a project's slug, and an alternative if another project has the same. `a/b` and `a-b` differ only in the second. */
export function listSlugs(name: string): readonly [usual: string, other: string] {
  const slug = createSlug(name)
  return [slug, `${slug}-${createHash(name)}`]
}

/**
 * Chooses the default branch of a project's state. The usual one is for a project at the top, an only project, or one whose state is
 * already there. Others get their own. `isNew`: a new project never takes another's branch.
 */
export async function chooseBranch(project: Setting, place: ProjectPlace | undefined, isNew = false): Promise<string> {
  if (place === undefined || (place.name === '.' && !isNew)) return DEFAULT_BRANCH
  const others = await place.others()
  if (others.length === 0) return DEFAULT_BRANCH
  const { state: { remote, path: file } = {} } = project.config
  const branches = listBranches(place.name)
  const states: (State | undefined)[] = []
  for (const branch of branches) {
    const state = await peekState({ repository: project.root, remote, path: file }, branch)
    if (state?.project === place.name) return branch
    states.push(state)
  }
  const [usual] = states
  if (usual !== undefined && usual.project === undefined && (await hasSharedJobs(project, usual))) return DEFAULT_BRANCH
  const isFree = (state: State | undefined): boolean =>
    state === undefined || (state.project !== undefined && !others.includes(state.project))
  const first = place.name === '.' ? 0 : 1
  return branches.find((_branch, index) => index >= first && isFree(states[index])) ?? branches[2]
}

/** Returns true if a state holds a job of one of a project's specs. */
async function hasSharedJobs({ root, config }: Setting, state: State): Promise<boolean> {
  const { specs, blocked } = await load({ root, config, kinds: MODELS })
  return [...specs, ...blocked].some(({ address }) => state.records[address] !== undefined)
}

/** Returns the path of a project's jobwright.yaml from the top of its repository. */
export function nameConfigFile(name: string): string {
  return path.posix.join(name, CONFIG_FILE)
}

/** Describes a project in a sentence. */
export function describeProject(name: string): string {
  return name === '.' ? 'the project at the top of the repository' : `the project in ${name}`
}
