import type { Octokit } from '@octokit/core'
import type { Merged } from '../load/merge-range.ts'
import type { WorkflowEvent } from './event.ts'

/** The label of a merged pull request whose comment is brought up to date. By it, later runs find that pull request in one call. */
export const RUNNING = 'jobwright-running'

/** A merged pull request. */
export type MergedPull = Merged & {
  readonly number: number
  readonly hasLabel: boolean
  /** The bodies of our own comments. */
  readonly comments: readonly string[]
}

/** How long after the merge a comment may still turn into the first result. */
const RECENT_MS = 7 * 24 * 3_600_000

const PULLS = `query ($owner: String!, $name: String!, $labels: [String!]) {
  repository(owner: $owner, name: $name) {
    running: pullRequests(first: 50, states: [MERGED], labels: $labels, orderBy: { field: UPDATED_AT, direction: DESC }) {
      nodes { ...merged }
    }
    recent: pullRequests(first: 30, states: [MERGED], orderBy: { field: UPDATED_AT, direction: DESC }) {
      nodes { ...merged }
    }
  }
}
fragment merged on PullRequest {
  number
  mergedAt
  mergeCommit { oid }
  labels(first: 100) { nodes { name } }
  commits(last: 1) { totalCount nodes { commit { message authoredDate } } }
  first: comments(first: 50) { nodes { body viewerDidAuthor } }
  last: comments(last: 50) { nodes { body viewerDidAuthor } }
}`

type Nodes<Node> = { readonly nodes: readonly (Node | null)[] }
type Comment = { readonly body: string; readonly viewerDidAuthor: boolean }
type Found = {
  readonly number: number
  readonly mergedAt: string
  readonly mergeCommit: { readonly oid: string } | null
  readonly labels: Nodes<{ readonly name: string }> | null
  readonly commits: Nodes<{ readonly commit: NonNullable<Merged['last']> }> & { readonly totalCount: number }
  /** A plan is among the first comments; the result of a pull request from a fork is among the last ones. */
  readonly first: Nodes<Comment>
  readonly last: Nodes<Comment>
}
type Answer = {
  readonly repository: { readonly running: Nodes<Found>; readonly recent: Nodes<Found> } | null
}

/** Lists merged pull requests whose result is not final, and those that were merged a short time ago. One call. */
export async function listMerged(
  github: Octokit,
  { graphqlUrl }: WorkflowEvent,
  at: { readonly owner: string; readonly repo: string },
  now: number,
): Promise<MergedPull[]> {
  const graphql = github.graphql.defaults({ url: graphqlUrl })
  const { repository } = await graphql<Answer>(PULLS, { owner: at.owner, name: at.repo, labels: [RUNNING] })
  const { running, recent } = repository ?? { running: { nodes: [] }, recent: { nodes: [] } }
  const young = recent.nodes.filter((one) => one && now - Date.parse(one.mergedAt) < RECENT_MS)
  const all = new Map([...running.nodes, ...young].flatMap((one) => (one ? [[one.number, one]] : [])))
  return [...all.values()].flatMap(({ number, mergeCommit, labels, commits, first, last }) => {
    if (mergeCommit === null) return []
    return {
      number,
      commit: mergeCommit.oid,
      count: commits.totalCount,
      ...(commits.nodes[0] && { last: commits.nodes[0].commit }),
      hasLabel: labels?.nodes.some((label) => label?.name === RUNNING) ?? false,
      comments: [...first.nodes, ...last.nodes].flatMap((one) => (one?.viewerDidAuthor ? one.body : [])),
    }
  })
}
