import type { Octokit } from '@octokit/core'
import type { WorkflowEvent } from './event.ts'
import { isDenied, openGitHub, readLogin } from './github.ts'
import type { Issue, WantedIssues } from './wanted-issues.ts'

/** The label of every issue that the action opens. */
const LABEL = 'jobwright'

/** The most issues of a page of GitHub's list. */
const PAGE = 100

type Found = {
  readonly number: number
  readonly title: string
  readonly body: string
}
type Repository = {
  readonly github: Octokit
  /** Who this token acts as. */
  readonly login: string
  readonly owner: string
  readonly repo: string
}

/**
 * Opens, updates and closes the issues of a project. Only issues that this token opened count as ours. An issue that a person closed stays
 * closed. Throws if GitHub fails. Returns `denied` if the token may not write issues.
 */
export async function writeIssues(
  wanted: WantedIssues,
  event: WorkflowEvent,
  token: string,
): Promise<'written' | 'denied'> {
  const [owner = '', repo = ''] = event.repository.split('/')
  const github = openGitHub(event, token)
  try {
    const at = { github, login: await readLogin(github, event), owner, repo }
    const open = await findIssues(at, 'open', wanted)
    const missing = await updateOpen(at, open, wanted)
    // Most runs open nothing, so only these read the closed issues.
    const closed = missing.length === 0 ? [] : await findIssues(at, 'closed', wanted)
    const fresh = missing.filter(({ marker }) => !closed.some(({ body }) => body.startsWith(marker)))
    for (const { title, body } of fresh)
      await at.github.request('POST /repos/{owner}/{repo}/issues', { owner, repo, title, body, labels: [LABEL] })
    // Another run may have opened the same issue since.
    if (fresh.length > 0) await closeDuplicates(at, await findIssues(at, 'open', wanted), fresh)
    return 'written'
  } catch (error) {
    if (isDenied(error)) return 'denied'
    throw error
  }
}

/** Updates open issues, and closes those that nothing wants any more. Returns the wanted ones that are not open. */
async function updateOpen(
  at: Repository,
  open: readonly Found[],
  { issues, isComplete }: WantedIssues,
): Promise<Issue[]> {
  await closeDuplicates(at, open, issues)
  const missing: Issue[] = []
  for (const issue of issues) {
    const [first] = findSame(open, issue)
    if (first === undefined) missing.push(issue)
    else if (first.body !== issue.body || first.title !== issue.title) {
      const { title, body } = issue
      await update(at, first.number, { title, body })
    }
  }
  const settled = isComplete ? open.filter(({ body }) => !issues.some(({ family }) => body.startsWith(family))) : []
  for (const one of settled) await close(at, one, 'completed', 'Jobwright closed this issue: settled or acknowledged.')
  return missing
}

/** Closes all but the first issue about the same. Two runs at once both close the same ones. */
async function closeDuplicates(at: Repository, open: readonly Found[], issues: readonly Issue[]): Promise<void> {
  for (const issue of issues) {
    const [first, ...others] = findSame(open, issue)
    for (const one of others)
      await close(at, one, 'not_planned', `Jobwright closed this issue: #${first!.number} reports the same.`)
  }
}

function findSame(open: readonly Found[], { family }: Issue): Found[] {
  return open.filter(({ body }) => body.startsWith(family)).sort((a, b) => a.number - b.number)
}

/** Closes an issue without its marker. One that keeps its marker was closed by a person. */
function close(
  at: Repository,
  { number, body }: Found,
  reason: 'completed' | 'not_planned',
  why: string,
): Promise<void> {
  const rest = body.slice(body.indexOf('-->') + '-->'.length).trimStart()
  return update(at, number, { body: `**${why}**\n\n${rest}`, state: 'closed', state_reason: reason })
}

async function update(
  { github, owner, repo }: Repository,
  number: number,
  change: { title?: string; body: string; state?: 'closed'; state_reason?: 'completed' | 'not_planned' },
): Promise<void> {
  await github.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
    owner,
    repo,
    issue_number: number,
    ...change,
  })
}

/** Finds the issues of a project by their author and hidden marker. A label may be gone: people drop it, and so does GitHub at times. */
async function findIssues(
  { github, login, owner, repo }: Repository,
  state: 'open' | 'closed',
  { ofProject }: WantedIssues,
): Promise<Found[]> {
  const found: Found[] = []
  for (let page = 1; ; page++) {
    const asked = { owner, repo, creator: login, state, per_page: PAGE, page }
    const { data } = await github.request('GET /repos/{owner}/{repo}/issues', asked)
    for (const { number, title, body, pull_request } of data)
      if (pull_request === undefined && body?.startsWith(ofProject)) found.push({ number, title, body })
    if (data.length < PAGE) return found
  }
}
