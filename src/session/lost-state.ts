import path from 'node:path'
import { MODELS } from '../kinds/index.ts'
import { CONFIG_FILE } from '../load/config.ts'
import type { Loaded } from '../load/load.ts'
import { type ProjectPlace, readProjectPlace } from '../load/project-place.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import { listRecorded, type State } from '../model/state.ts'
import { formatPlaceLine } from '../model/state-place.ts'
import { START_NEW_STATE } from '../plan/bounds/guards.ts'
import { formatCount } from '../report/words.ts'
import { type FoundState, findFile, findNotes, findStates } from '../state/find-states.ts'
import { nodeDisk } from '../system/disk.ts'
import { openGit } from '../system/git.ts'
import { readExample, SCHEMA_LINE } from './example.ts'
import { type Project, STATE_FILE, stateFile } from './project.ts'
import { chooseBranch, nameConfigFile } from './project-branch.ts'
import { findRemote } from './state-owner.ts'

/** Detects a spec in a file's text. */
const SPEC = /apiVersion["']?\s*:\s*["']?jobwright\/v1/

/** What is known about a missing state. */
export type LostState = { readonly message: string; readonly remedies: readonly Remedy[] }

/**
 * Searches for signs that a project had a state. These are committed specs other than our examples, a state in another branch or file, and
 * this clone's notes. Undefined if there are none: then no job can have run. Writes nothing but fetched objects.
 */
export async function findLostState(project: Project, loaded: Loaded): Promise<LostState | undefined> {
  const { specs, blocked, files } = loaded
  const { root } = project
  const place = await readProjectPlace(root)
  const others = (await place?.others()) ?? []
  const jobs = new Set<string>([...specs, ...blocked].map(({ address }) => address))
  const isOurs = (state: State): boolean => {
    if (listRecorded(state).length === 0) return false
    if (state.project !== undefined) return state.project === place?.name || !others.includes(state.project)
    return others.length === 0 || listRecorded(state).some((address) => jobs.has(address))
  }
  const isExample = createExampleTest()
  const known =
    place === undefined
      ? [...files].flatMap(([file, text]) => (SPEC.test(text) && !isExample(text) ? [file] : []))
      : await listCommittedSpecs(project, place, others)
  const found = (await findStatesElsewhere(project, place)).filter(({ state }) => isOurs(state))
  const notes = place && others.length === 0 ? await findNotes(root, nodeDisk) : []
  const unseen = notes.filter(({ lineage }) => !found.some(({ state }) => state.lineage === lineage))
  const evidence = [
    ...(known.length > 0
      ? [`${formatCount(known.length, 'spec')} ${place ? 'committed' : 'here'} may have run (${formatNames(known)})`]
      : []),
    ...found.map(({ is, at, file, state }) => {
      const where = is === 'file' ? at : `branch ${at}${file === getName(project) ? '' : `, as ${file}`}`
      return `${where}${is === 'kept' ? ', as this clone kept it,' : ''} holds a state with ${formatCount(listRecorded(state).length, 'job')}`
    }),
    ...unseen.map(
      ({ branch, serial, lineage }) => `this clone saw serial ${serial} of lineage ${lineage} on ${branch}`,
    ),
  ]
  if (evidence.length === 0) return undefined
  const ways = await Promise.all(found.map((one) => suggestWayBack(project, place, one)))
  return {
    message: `there is no state, but there may have been one: ${evidence.join('; ')}`,
    remedies: [...(ways.length > 0 ? ways : [advise('restore it, if there was one')]), ...START_NEW_STATE],
  }
}

/** Suggests how to restore a state that was found elsewhere. */
async function suggestWayBack(project: Project, place: ProjectPlace | undefined, found: FoundState): Promise<Remedy> {
  const { is, at, commit = '', file, state } = found
  const config = nameConfigFile(place?.name ?? '.')
  if (state.moved !== undefined)
    return advise(`that state moved: write its new place in ${config}: ${formatPlaceLine(state.moved.to)}`)
  if (is === 'file')
    return advise(
      `if that file is it, write state.store: file and state.path: ${path.relative(project.root, at)} in ${config}`,
    )
  const settings = [`state.branch: ${at}`, ...(file === getName(project) ? [] : [`state.path: ${file}`])]
  if (is === 'live')
    return advise(`if that branch is it, write state.store: git and ${settings.join(' and ')} in ${config}`)
  const text = 'if the copy that this clone kept is it, restore it'
  const branch = project.config.state?.branch ?? (await chooseBranch(project, place))
  return { text, command: ['git', 'push', await findRemote(project), `${commit}:refs/heads/${branch}`] }
}

function getName({ config }: Project): string {
  return config.state?.store === 'git' ? (config.state.path ?? STATE_FILE) : STATE_FILE
}

/** Finds states in the places of earlier jobwright.yaml versions and in default places. */
async function findStatesElsewhere(project: Project, place: ProjectPlace | undefined): Promise<FoundState[]> {
  const { root, config } = project
  const { branches, paths } = place === undefined ? { branches: [], paths: [] } : await listEarlierPlaces(root)
  const own = stateFile(project, {})
  const files = [...new Set([STATE_FILE, ...paths].map((one) => path.resolve(root, one)))].filter((one) => one !== own)
  const inFiles = await Promise.all(files.map((one) => findFile(one, nodeDisk)))
  const { remote } = config.state ?? {}
  const inBranches = place === undefined ? [] : await findStates({ repository: root, remote }, branches)
  return [...inBranches, ...inFiles.flatMap((one) => one ?? [])]
}

/** Lists the places of the state in earlier versions of jobwright.yaml. */
async function listEarlierPlaces(root: string): Promise<{ branches: string[]; paths: string[] }> {
  const log = ['log', '--max-count=50', '--format=', '--patch', '--unified=0', '--no-ext-diff', '--no-textconv']
  const { stdout } = await openGit(root)([...log, 'HEAD', '--', CONFIG_FILE])
  const values = (member: string): string[] => {
    const found = stdout.matchAll(new RegExp(`^[-+].*\\b${member}:\\s*["']?([A-Za-z0-9][A-Za-z0-9._/-]*)`, 'gm'))
    return [...new Set([...found].flatMap(([, value]) => value ?? []))]
  }
  return { branches: values('branch'), paths: values('path') }
}

/** Lists the project's spec files in HEAD, in any folder, without those that `init` writes. */
async function listCommittedSpecs(
  { root }: Project,
  { name }: ProjectPlace,
  others: readonly string[],
): Promise<string[]> {
  const git = openGit(root)
  const pattern = `apiVersion["']?[[:space:]]*:[[:space:]]*["']?jobwright/v1`
  const args = ['grep', '-l', '-z', '-I', '--no-color', '-E', pattern, 'HEAD', '--', '*.yaml', '*.yml']
  const { code, stdout } = await git(args)
  if (code !== 0) return []
  const below = others.flatMap((other) => {
    if (name === '.') return `${other}/`
    return other.startsWith(`${name}/`) ? `${other.slice(name.length + 1)}/` : []
  })
  const files = stdout
    .split('\0')
    .filter((file) => file !== '')
    .map((file) => file.slice('HEAD:'.length))
    .filter((file) => !below.some((folder) => file.startsWith(folder)))
  // There are as many examples as kinds, so the first few files decide.
  const first = files.slice(0, MODELS.length + 1)
  const texts = await Promise.all(first.map((file) => git(['show', `HEAD:./${file}`])))
  const isExample = createExampleTest()
  return [...first.filter((_file, index) => !isExample(texts[index]?.stdout ?? '')), ...files.slice(MODELS.length + 1)]
}

/** Creates a test for unedited examples that `init` wrote. */
function createExampleTest(): (text: string) => boolean {
  const examples = new Set(MODELS.map(({ kind }) => stripComments(readExample(kind, '').text)))
  return (text) => examples.has(stripComments(text))
}

/** Strips the parts of an example that depend on where it was written. */
function stripComments(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(SCHEMA_LINE, '').trim()
}

function formatNames(names: readonly string[]): string {
  const first = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first
}
