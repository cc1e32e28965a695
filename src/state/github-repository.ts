import { parseGitAddress } from '../model/git-address.ts'
import type { Problem } from '../model/problem.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import type { Git } from '../system/git.ts'
import { createRemoteProblem } from './git-problem.ts'

/** What the environment says of GitHub. A workflow sets all but the token. */
export type GitHubAccess = {
  readonly token?: string | undefined
  readonly apiUrl?: string | undefined
  readonly graphqlUrl?: string | undefined
  /** `OWNER/NAME`, for a remote whose address does not say it. */
  readonly repository?: string | undefined
}

/** A repository on GitHub, and how to call its API. */
export type GitHubRepository = {
  readonly owner: string
  readonly name: string
  readonly apiUrl: string
  readonly graphqlUrl: string
  readonly token: string
}

/** Reads what the environment says of GitHub. */
export function readGitHubAccess(env: Readonly<Record<string, string | undefined>>): GitHubAccess {
  const read = (name: string): string | undefined => env[name]?.trim() || undefined
  return {
    token: read('GITHUB_TOKEN'),
    apiUrl: read('GITHUB_API_URL')?.replace(/(?<!\/)\/+$/, ''),
    graphqlUrl: read('GITHUB_GRAPHQL_URL'),
    repository: read('GITHUB_REPOSITORY'),
  }
}

/**
 * Finds the repository that a remote leads to. A write must reach the repository that is read. Throws a Problem (exit 4) if there is no
 * token, or if the API is another server's.
 */
export async function findGitHubRepository(
  git: Git,
  remote: string | undefined,
  access: GitHubAccess,
): Promise<GitHubRepository> {
  if (remote === undefined)
    throw refuse('there is no remote', [advise('add the remote on GitHub, or leave state.write out of jobwright.yaml')])
  const { code, stdout } = await git(['remote', 'get-url', '--', remote])
  const address = code === 0 ? parseGitAddress(stdout.trim()) : undefined
  const apiUrl = chooseApi(remote, address?.host, access)
  const [owner = '', name = '', ...rest] = (address?.path.replace(/\.git$/, '') ?? access.repository ?? '').split('/')
  if (owner === '' || name === '' || rest.length > 0)
    throw refuse(`${remote} is no repository on GitHub`, [
      advise('name the remote on GitHub as state.remote, or leave state.write out of jobwright.yaml'),
    ])
  if (access.token === undefined)
    throw refuse('GITHUB_TOKEN is not set', [
      advise("in a workflow, add GITHUB_TOKEN: ${{ github.token }} to the step's env"),
      advise('elsewhere, set it to a token that may write the contents of the repository'),
    ])
  return { owner, name, apiUrl, graphqlUrl: access.graphqlUrl ?? chooseGraphql(apiUrl), token: access.token }
}

/** Chooses the API of a remote's host. A token goes to no host that neither the environment nor GitHub names. */
function chooseApi(remote: string, host: string | undefined, { apiUrl }: GitHubAccess): string {
  // `ssh.github.com` serves Git on another port.
  const server = host?.replace(/^ssh\.(github\.com)$/, '$1')
  if (apiUrl === undefined) {
    if (server === 'github.com') return 'https://api.github.com'
    if (server?.endsWith('.ghe.com')) return `https://api.${server}`
    throw refuse(
      `GITHUB_API_URL is not set, and ${server ?? `the address of ${remote}`} does not say where its API is`,
      [advise('set GITHUB_API_URL, such as https://github.example/api/v3; GitHub Actions sets it')],
    )
  }
  const own = URL.canParse(apiUrl) ? new URL(apiUrl).hostname : apiUrl
  // A name without a dot is an alias of ssh.
  const isOther = server?.includes('.') === true && own !== server && own !== `api.${server}`
  if (isOther)
    throw refuse(`${remote} is on ${server}, and GITHUB_API_URL is ${apiUrl}`, [
      advise('name the remote on that server as state.remote in jobwright.yaml, or set GITHUB_API_URL'),
    ])
  return apiUrl
}

function chooseGraphql(apiUrl: string): string {
  return apiUrl.endsWith('/api/v3') ? apiUrl.replace(/v3$/, 'graphql') : `${apiUrl}/graphql`
}

function refuse(why: string, remedies: readonly Remedy[]): Problem {
  return createRemoteProblem(`Jobwright writes the state through GitHub's API, but ${why}`, remedies)
}
