import path from 'node:path'
import type { Octokit } from '@octokit/core'
import { type CommittedSpec, findLaterChange, readChangedSpecs, readSpecs } from '../load/changed-documents.ts'
import { findMergeBase, isPushedWith } from '../load/merge-range.ts'
import type { Address } from '../model/address.ts'
import type { ExitCode } from '../model/exit-code.ts'
import { formatResult, type JobResult } from '../report/markdown/result-markdown.ts'
import type { RunReport } from '../report/run-report.ts'
import { COMMENT_MAX_BYTES, formatMarker, RESULT, writeComment } from './comment.ts'
import { formatFileUrl, type WorkflowEvent } from './event.ts'
import { type Failure, isDenied, openGitHub } from './github.ts'
import { type ChangedSpec, judgeResult, type Known } from './job-results.ts'
import { listMerged, type MergedPull, RUNNING } from './merged-pulls.ts'
import { findProjects } from './projects.ts'

const OPEN = `${RESULT}open -->`
const ENDED = `${RESULT}ended -->`

/** What a run needs to report results. */
export type ResultsInput = {
  /** The top of the repository's checkout, and the project's folder in it. */
  readonly top: string
  readonly project: string
  readonly event: WorkflowEvent
  readonly token: string
  /** Epoch milliseconds. */
  readonly now: number
  /** Reads what is planned and recorded: the reports of `plan --offline` and `status --exit-code`. */
  readonly read: () => Promise<{ readonly plan: RunReport; readonly status: RunReport }>
}

type At = { readonly github: Octokit; readonly owner: string; readonly repo: string }

/** A project in its repository. */
type Project = {
  /** Its folder on this disk. */
  readonly root: string
  /** Returns whether a file below it belongs to another project. */
  readonly isOther: (file: string) => boolean
  /** The specs of its files at HEAD, each file read once. */
  readonly atHead: Map<string, Promise<Map<Address, CommittedSpec>>>
}

/**
 * Replaces the plan by the result in the comments of merged pull requests. Updates each result until all its jobs have
 * ended. A pull request from a fork has no comment yet. The push that merges it writes its result. Throws if GitHub
 * fails. Returns `denied` if the token may not read pull requests or write comments.
 */
export async function writeResults(input: ResultsInput): Promise<'written' | 'denied'> {
  const { event, token, now } = input
  const [owner = '', repo = ''] = event.repository.split('/')
  const at = { github: openGitHub(event, token), owner, repo }
  try {
    const pulls = await listMerged(at.github, event, at, now)
    if (pulls.length === 0) return 'written'
    const place = await openProject(input)
    let known: ((address: Address) => Known) | undefined
    for (const pull of pulls) {
      const changed = await findChanged(pull, input, place)
      if (changed === undefined) continue
      if (known === undefined) {
        const reports = await input.read()
        // Without the state, every job looks new.
        if (!Object.values(reports).every(isWhole)) return 'written'
        known = indexKnown(reports)
      }
      if ((await writeResult(pull, changed, known, input, place, at)) === 'denied') return 'denied'
    }
    return 'written'
  } catch (error) {
    if (isDenied(error)) return 'denied'
    throw error
  }
}

/** Returns the specs that a pull request changed in this project. Undefined: its comment needs nothing. */
async function findChanged(
  pull: MergedPull,
  { event, project }: ResultsInput,
  { root, isOther }: Project,
): Promise<ReadonlyMap<Address, CommittedSpec | undefined> | undefined> {
  const marker = formatMarker(project)
  const own = pull.comments.find((body) => body.startsWith(marker))
  if (own?.startsWith(`${marker}\n${ENDED}`)) return undefined
  // A comment that a person deleted does not come back.
  if (own === undefined && !(event.pushed && (await isPushedWith(root, event.pushed, pull.commit)))) return undefined
  const base = await findMergeBase(root, pull)
  if (base === undefined) return undefined
  const specs = await readChangedSpecs(root, base, pull.commit, isOther)
  return specs.size === 0 ? undefined : specs
}

async function openProject({ top, project }: ResultsInput): Promise<Project> {
  const folders = (await findProjects(top)).map(({ folder }) => folder)
  const below = folders.flatMap((folder) => {
    const relative = path.posix.relative(project, folder)
    return relative === '' || relative.startsWith('..') ? [] : `${relative}/`
  })
  const isOther = (file: string): boolean => below.some((folder) => file.startsWith(folder))
  return { root: path.join(top, project), isOther, atHead: new Map() }
}

/** Finds the commit after a merge that changed a spec, or brought a removed one back. A spec that only moved to another file is the same. */
async function findLater(
  { root, atHead }: Project,
  commit: string,
  [address, merged]: readonly [Address, CommittedSpec | undefined],
  file: string | undefined,
): Promise<string | undefined> {
  const where = merged?.file ?? file
  const specs = file === undefined ? undefined : (atHead.get(file) ?? readSpecs(root, 'HEAD', file))
  if (file !== undefined && specs) atHead.set(file, specs)
  const now = (await specs)?.get(address)
  if (now?.text === merged?.text || where === undefined) return undefined
  return findLaterChange(root, commit, where, address, merged)
}

/** Returns whether a command read the state, and the specs as far as they are valid. */
function isWhole({ summary }: RunReport): boolean {
  return summary?.needsAttention !== undefined && ![1, 4, 8].some((code) => summary.outcomes.includes(code as ExitCode))
}

function indexKnown({ plan, status }: { plan: RunReport; status: RunReport }): (address: Address) => Known {
  const planned = new Map(plan.planned.map((line) => [line.address, line]))
  const jobs = new Map(status.jobs.map((line) => [line.address, line]))
  return (address) => ({
    planned: planned.get(address),
    job: jobs.get(address),
    findings: status.diagnostics.flatMap((one) =>
      one.address === address && one.finding ? { ...one.finding, message: one.message } : [],
    ),
  })
}

async function writeResult(
  pull: MergedPull,
  changed: ReadonlyMap<Address, CommittedSpec | undefined>,
  known: (address: Address) => Known,
  { event, token, project }: ResultsInput,
  place: Project,
  { github, owner, repo }: At,
): Promise<'written' | 'denied'> {
  const marker = formatMarker(project)
  const jobs: JobResult[] = []
  for (const [address, merged] of changed) {
    const now = known(address)
    const later = await findLater(place, pull.commit, [address, merged], now.planned?.file)
    const spec = { address, merged, later }
    jobs.push(addLinks(judgeResult(spec, now), spec, pull, project, event))
  }
  const hasEnded = jobs.every((one) => one.hasEnded)
  const body = formatResult(jobs, {
    project,
    marker: `${marker}\n${hasEnded ? ENDED : OPEN}`,
    maxBytes: COMMENT_MAX_BYTES,
    workflowUrl: event.workflowUrl,
  })
  if (!pull.comments.includes(body)) {
    const comment = { number: pull.number, marker, body, isUpdateOnly: false, isResult: true } as const
    if ((await writeComment(comment, event, token)).is === 'denied') return 'denied'
  }
  const isOpenElsewhere = pull.comments.some((one) => !one.startsWith(marker) && one.includes(`\n${OPEN}\n`))
  const at = { owner, repo, issue_number: pull.number }
  if (!hasEnded && !pull.hasLabel)
    await github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/labels', { ...at, labels: [RUNNING] })
  if (hasEnded && pull.hasLabel && !isOpenElsewhere)
    await github
      .request('DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}', { ...at, name: RUNNING })
      .catch((error: unknown) => {
        // Another run, or a person, was faster.
        if ((error as Failure).status !== 404) throw error
      })
  return 'written'
}

/** Links the spec as it was merged, and the commit that changed it since. Both stay the same from run to run. */
function addLinks(
  result: JobResult,
  { merged, later }: ChangedSpec,
  { commit }: MergedPull,
  project: string,
  event: WorkflowEvent,
): JobResult {
  const { repositoryUrl } = event
  const at = { ...event, filesUrl: `${repositoryUrl}/blob/${commit}` }
  const file = merged && (project === '.' ? merged.file : `${project}/${merged.file}`)
  return {
    ...result,
    ...(file !== undefined && { specUrl: formatFileUrl(at, file, merged?.line) }),
    ...(later !== undefined && { laterUrl: `${repositoryUrl}/commit/${later}` }),
  }
}
