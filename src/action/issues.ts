import type { Octokit } from '@octokit/core'
import type { WorkflowEvent } from './event.ts'
import { isDenied, openGitHub } from './github.ts'
import type { Issue, WantedIssues } from './wanted-issues.ts'

/** The label of every issue that the action opens. */
const LABEL = 'jobwright'

const ISSUES = `query ($owner: String!, $name: String!, $labels: [String!], $state: IssueState!, $after: String) {
  repository(owner: $owner, name: $name) {
    issues(first: 100, after: $after, labels: $labels, states: [$state]) {
      nodes { number title body viewerDidAuthor }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

type Found = {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly viewerDidAuthor: boolean
}
type Page = {
  readonly repository: {
    readonly issues: {
      readonly nodes: readonly (Found | null)[]
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    }
  } | null
}
type Repository = {
  readonly github: Octokit
  readonly event: WorkflowEvent
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
  const at = { github: openGitHub(event, token), event, owner, repo }
  try {
    const open = await findIssues(at, 'OPEN', wanted)
    const missing = await updateOpen(at, open, wanted)
    // Most runs open nothing, so only these read the closed issues.
    const closed = missing.length === 0 ? [] : await findIssues(at, 'CLOSED', wanted)
    const fresh = missing.filter(({ marker }) => !closed.some(({ body }) => body.startsWith(marker)))
    for (const { title, body } of fresh)
      await at.github.request('POST /repos/{owner}/{repo}/issues', { owner, repo, title, body, labels: [LABEL] })
    // Another run may have opened the same issue since.
    if (fresh.length > 0) await closeDuplicates(at, await findIssues(at, 'OPEN', wanted), fresh)
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

async function findIssues(
  { github, event, owner, repo }: Repository,
  state: 'OPEN' | 'CLOSED',
  { ofProject }: WantedIssues,
): Promise<Found[]> {
  const graphql = github.graphql.defaults({ url: event.graphqlUrl })
  const found: Found[] = []
  let after: string | null = null
  for (;;) {
    const page: Page = await graphql(ISSUES, { owner, name: repo, labels: [LABEL], state, after })
    const { nodes = [], pageInfo } = page.repository?.issues ?? {}
    found.push(...nodes.flatMap((one) => (one?.viewerDidAuthor && one.body.startsWith(ofProject) ? one : [])))
    if (!pageInfo?.hasNextPage || pageInfo.endCursor === null) return found
    after = pageInfo.endCursor
  }
}
