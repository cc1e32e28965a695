import type { ProjectPlace } from '../load/project-place.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { type Remedy, suggest } from '../model/remedy.ts'
import type { State } from '../model/state.ts'
import type { Judge } from '../state/create-store.ts'
import { openBranch } from '../state/git-remote.ts'
import { openGit } from '../system/git.ts'
import {
  chooseBranch,
  createSlug,
  describeProject,
  listBranches,
  nameConfigFile,
  type Setting,
} from './project-branch.ts'

/**
 * Creates a judge of a state's owner. It rejects a state of another project. States of earlier versions name no
 * project. Such a state is accepted if the repository has only one project, and the next write adds the name.
 */
export function createJudge(project: Setting, placeOf: () => Promise<ProjectPlace | undefined>): Judge {
  return async (state, version) => {
    const place = await placeOf()
    if (place === undefined || state.project === place.name) return {}
    const others = await place.others()
    if (state.project === undefined) return others.length === 0 ? { stamp: place.name } : {}
    return { problem: await createForeignState(project, place.name, state.project, others, version) }
  }
}

async function createForeignState(
  project: Setting,
  name: string,
  owner: string,
  others: readonly string[],
  version: string | undefined,
): Promise<Diagnostic> {
  const isThere = others.includes(owner)
  const isApart = project.config.state?.branch === listBranches(name)[1]
  const force = isThere ? ['--force'] : []
  const when = !isThere
    ? 'if this project moved here from there'
    : isApart
      ? 'if this is a copy that was made for this project'
      : 'or take it over from that project, which is then refused'
  const takeOver = suggest(when, 'resolve', '--claim-state', ...force)
  const apart = isApart ? [] : await separate(project, name, version)
  const ownWay = isThere ? [...apart, takeOver] : [takeOver, ...apart]
  return diagnose({
    code: 'STATE_PROJECT',
    message: `the state belongs to ${describeProject(owner)}${isThere ? '' : ', which no longer exists'}; this is ${describeProject(name)}`,
    remedies: ownWay,
  })
}

/** Creates a warning for a state that names no project in a repository with several. Undefined if the owner is certain. */
export async function createUnclaimed(
  project: Setting,
  place: ProjectPlace | undefined,
  state: State | undefined,
): Promise<Diagnostic | undefined> {
  if (place === undefined || state === undefined || state.project !== undefined) return undefined
  const others = await place.others()
  if (others.length === 0) return undefined
  return diagnose({
    code: 'STATE_UNCLAIMED',
    message: `the state names no project, and this repository has other projects (${formatList(others)}): no missing spec counts as removed`,
    remedies: [
      suggest("if it is this project's", 'resolve', '--claim-state'),
      ...(await separate(project, place.name, await readStateHead(project, place))),
    ],
  })
}

/** Describes the setting that gives a project its own state. */
function describeSetting({ config }: Setting, project: string): string {
  const file = `${createSlug(project)}.state.json`
  const { store = 'file' } = config.state ?? {}
  const own = {
    git: `state.branch: ${listBranches(project)[1]}`,
    file: `state.path: ${file}`,
    s3: `state.key: ${file}`,
  }[store]
  return `${own} in ${nameConfigFile(project)}`
}

async function separate(project: Setting, own: string, version: string | undefined): Promise<Remedy[]> {
  const init = suggest(`give this project a state of its own: write ${describeSetting(project, own)}, then`, 'init')
  if (project.config.state?.store !== 'git' || version === undefined) return [init]
  const push = [await findRemote(project), `${version}:refs/heads/${listBranches(own)[1]}`]
  const text = 'if the state holds jobs of this project, copy it to that branch first, and claim the copy'
  return [init, { text, command: ['git', 'push', ...push] }]
}

/** Reads the commit that holds the state, if it is in Git. The state was just read, so this clone has it. */
async function readStateHead(project: Setting, place: ProjectPlace): Promise<string | undefined> {
  const { store, branch, remote } = project.config.state ?? {}
  if (store !== 'git') return undefined
  const on = branch ?? (await chooseBranch(project, place))
  return (await openBranch(openGit(project.root), on, remote)).head()
}

/** Finds the remote to which `git push` writes the state's branch, or this repository itself. */
export async function findRemote({ root, config }: Setting): Promise<string> {
  if (config.state?.remote !== undefined) return config.state.remote
  return (await openGit(root)(['config', '--get', 'remote.origin.url'])).code === 0 ? 'origin' : '.'
}

function formatList(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((one) => (one === '.' ? 'the top' : one))
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ')
}
