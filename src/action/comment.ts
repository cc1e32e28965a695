import { setTimeout } from 'node:timers/promises'
import { Octokit } from '@octokit/core'
import type { WorkflowEvent } from './event.ts'

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
}

/** Waits that are worth it. A longer one would cost more than a comment. */
const WAIT_MAX_SECONDS = 60
const RETRIES = 2

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
    const { body, number } = comment
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

function openGitHub({ apiUrl }: WorkflowEvent, token: string): Octokit {
  const silent = (): void => {}
  const github = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'jobwright-action',
    // The action reports failures itself.
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  github.hook.wrap('request', async (request, options) => {
    for (let retries = 0; ; retries++) {
      try {
        return await request(options)
      } catch (error) {
        // A limited request did not take effect. After any other failure it may have, so it is not sent again.
        const wait = readWait(error)
        if (wait === undefined || wait > WAIT_MAX_SECONDS || retries === RETRIES) throw error
        await setTimeout(wait * 1000)
      }
    }
  })
  return github
}

type Failure = {
  readonly status?: number
  readonly errors?: readonly { readonly type?: string }[]
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> }
}

/** Returns the seconds until a rate limit ends; undefined if the error is no rate limit (GitHub, Rate limits for the REST API). */
function readWait(error: unknown): number | undefined {
  const { status, response: { headers = {} } = {} } = error as Failure
  if (status !== 403 && status !== 429) return undefined
  if (headers['retry-after'] !== undefined) return Number(headers['retry-after'])
  if (headers['x-ratelimit-remaining'] !== '0') return undefined
  return Math.max(1, Number(headers['x-ratelimit-reset']) - Math.floor(Date.now() / 1000))
}

/** GitHub answers REST with 403 or 404 if a token may not write, and GraphQL with an error of the type FORBIDDEN. */
function isDenied(error: unknown): boolean {
  const { status, errors } = error as Failure
  if (errors?.some(({ type }) => type === 'FORBIDDEN')) return true
  return (status === 403 && readWait(error) === undefined) || status === 404
}
