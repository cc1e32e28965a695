import type { Octokit } from '@octokit/core'
import type { WorkflowEvent } from './event.ts'
import { type Failure, isDenied, openGitHub } from './github.ts'

/** The most bytes of a comment. GitHub counts characters; bytes are never fewer. */
export const COMMENT_MAX_BYTES = 65_536

/** What became of the comment. `denied`: the token may not write it, as that of a fork. */
export type Commented =
  | { readonly is: 'written' | 'unchanged'; readonly url: string }
  | { readonly is: 'none' }
  | { readonly is: 'denied' }

/** What to write. */
export type Comment = {
  readonly number: number
  /** The hidden text by which our comment of this project is found. */
  readonly marker: string
  readonly body: string
  /** Write nothing unless there is a comment already. */
  readonly isUpdateOnly: boolean
  /** The body is the result of the merged pull request. Nothing else replaces a result. */
  readonly isResult?: true
}

/** Formats the first line of a project's comment, which no reader sees. */
export function formatMarker(project: string): string {
  return `<!-- jobwright ${encodeURIComponent(project)} -->`
}

/** The second line of a result. `open`: later runs bring it up to date. */
export const RESULT = '<!-- jobwright-result '

const COMMENTS = `query ($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      comments(first: 100, after: $after) {
        nodes { fullDatabaseId url body viewerDidAuthor }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`

type Found = {
  /** A whole number as text: newer ones are larger than 32 bits. */
  readonly fullDatabaseId: string
  readonly url: string
  readonly body: string
  readonly viewerDidAuthor: boolean
}
type Page = {
  readonly repository: {
    readonly pullRequest: {
      readonly comments: {
        readonly nodes: readonly (Found | null)[]
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
      }
    } | null
  } | null
}

/**
 * Writes the comment of a pull request, or updates it in place. Only a comment that this token wrote counts as ours: anybody can copy a
 * marker. Duplicates of ours, which two runs at once can leave, are deleted. Throws if GitHub fails.
 */
export async function writeComment(comment: Comment, event: WorkflowEvent, token: string): Promise<Commented> {
  const github = openGitHub(event, token)
  const [owner = '', repo = ''] = event.repository.split('/')
  const at = { owner, repo }
  try {
    const [first, ...duplicates] = await findComments(github, event, at, comment)
    for (const { fullDatabaseId } of duplicates)
      await ignoreDeleted(
        github.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
          ...at,
          comment_id: Number(fullDatabaseId),
        }),
      )
    const { body, number, marker, isResult } = comment
    // A check that somebody runs again after the merge.
    if (first?.body.startsWith(`${marker}\n${RESULT}`) && !isResult) return { is: 'unchanged', url: first.url }
    if (first?.body === body) return { is: 'unchanged', url: first.url }
    if (first) {
      const update = { ...at, comment_id: Number(first.fullDatabaseId), body }
      const updated = await ignoreDeleted(
        github.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', update),
      )
      if (updated) return { is: 'written', url: updated.data.html_url }
    }
    if (comment.isUpdateOnly) return { is: 'none' }
    const create = { ...at, issue_number: number, body }
    const { data } = await github.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', create)
    return { is: 'written', url: data.html_url }
  } catch (error) {
    if (isDenied(error)) return { is: 'denied' }
    throw error
  }
}

/** Another run, or a person, may delete a comment after it was listed. Returns undefined then. */
async function ignoreDeleted<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if ((error as Failure).status === 404) return undefined
    throw error
  }
}

async function findComments(
  github: Octokit,
  { graphqlUrl }: WorkflowEvent,
  { owner, repo }: { readonly owner: string; readonly repo: string },
  { number, marker }: Comment,
): Promise<Found[]> {
  const found: Found[] = []
  const graphql = github.graphql.defaults({ url: graphqlUrl })
  let after: string | null = null
  for (;;) {
    const page: Page = await graphql(COMMENTS, { owner, name: repo, number, after })
    const { nodes = [], pageInfo } = page.repository?.pullRequest?.comments ?? {}
    found.push(...nodes.flatMap((one) => (one?.viewerDidAuthor && one.body.startsWith(marker) ? one : [])))
    if (!pageInfo?.hasNextPage || pageInfo.endCursor === null) return found
    after = pageInfo.endCursor
  }
}
