import { setTimeout } from 'node:timers/promises'
import { Octokit } from '@octokit/core'
import type { WorkflowEvent } from './event.ts'

/** Waits that are worth it. A longer one would cost more than a comment. */
const WAIT_MAX_SECONDS = 60
const RETRIES = 2

/** Opens GitHub's API. A request that a rate limit stopped is repeated. */
export function openGitHub({ apiUrl }: WorkflowEvent, token: string): Octokit {
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

/** Reads who a token acts as. Only GraphQL tells a job's own token. */
export async function readLogin(github: Octokit, { graphqlUrl }: WorkflowEvent): Promise<string> {
  const graphql = github.graphql.defaults({ url: graphqlUrl })
  const { viewer } = await graphql<{ viewer: { login: string } }>('query { viewer { login } }')
  return viewer.login
}

/** An error of a request. */
export type Failure = {
  readonly status?: number
  readonly errors?: readonly { readonly type?: string }[]
  readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> }
}

/**
 * Returns the seconds until a rate limit ends (GitHub, Rate limits for the REST API). Undefined for any other error.
 */
function readWait(error: unknown): number | undefined {
  const { status, response: { headers = {} } = {} } = error as Failure
  if (status !== 403 && status !== 429) return undefined
  if (headers['retry-after'] !== undefined) return Number(headers['retry-after'])
  if (headers['x-ratelimit-remaining'] !== '0') return undefined
  return Math.max(1, Number(headers['x-ratelimit-reset']) - Math.floor(Date.now() / 1000))
}

/** GitHub answers REST with 403 or 404 if a token may not write, and GraphQL with an error of the type FORBIDDEN. */
export function isDenied(error: unknown): boolean {
  const { status, errors } = error as Failure
  if (errors?.some(({ type }) => type === 'FORBIDDEN')) return true
  return (status === 403 && readWait(error) === undefined) || status === 404
}
