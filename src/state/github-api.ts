import { formatIso } from '../model/iso.ts'
import type { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Clock } from '../system/clock.ts'
import type { Post } from '../system/http.ts'
import { createRemoteProblem } from './git-problem.ts'
import { type GitHubAnswer, readGitHubAnswer } from './github-answer.ts'
import type { GitHubRepository } from './github-repository.ts'
import type { RefusedWrite } from './refused-rules.ts'

/** A rate limit that lasts longer ends the run. */
const WAIT_MAX_SECONDS = 60
/** Without a word of GitHub's, its documentation asks for a minute. */
const WAIT_SECONDS = 60
/** The most requests while a rate limit stops them. */
const SENDS = 3

/** How to reach GitHub's API; tests pass their own. */
export type GitHubDoors = { readonly post: Post; readonly clock: Pick<Clock, 'now' | 'sleep'> }

/** A request's answer once no rate limit stops it any more. */
export type Settled<Data> = Exclude<GitHubAnswer<Data>, { is: 'limited' }>

/** GitHub's API for one repository. Each call is sent once, or again if a rate limit stopped it. Never throws. */
export type GitHubApi = {
  graphql<Data>(query: string, variables: object, write: RefusedWrite): Promise<Settled<Data>>
  rest<Data>(path: string, body: object, write: RefusedWrite): Promise<Settled<Data>>
}

/** Opens the API of a repository. The token goes into a header of these requests and nowhere else. */
export function openGitHubApi(given: GitHubRepository, { post, clock }: GitHubDoors): GitHubApi {
  const { owner, name, apiUrl, graphqlUrl, token } = given
  const repository = `${owner}/${name}`
  const headers = {
    authorization: `bearer ${token}`,
    accept: 'application/vnd.github+json',
    'user-agent': 'jobwright',
  }
  const send = async <Data>(url: string, value: object, write: RefusedWrite): Promise<Settled<Data>> => {
    const body = JSON.stringify(value)
    for (let sent = 1; ; sent++) {
      const answer = await post({ url, headers, body })
      const said = readGitHubAnswer<Data>(answer, { ...write, isByApi: true, repository, nowMs: clock.now() })
      if (said.is !== 'limited') return said
      const seconds = said.seconds ?? WAIT_SECONDS
      if (sent === SENDS || seconds > WAIT_MAX_SECONDS)
        return { is: 'refused', problem: createLimited(repository, clock.now() + seconds * 1000) }
      await clock.sleep(seconds * 1000)
    }
  }
  return {
    graphql: (query, variables, write) => send(graphqlUrl, { query, variables }, write),
    rest: (path, body, write) => send(`${apiUrl}/repos/${owner}/${name}/${path}`, body, write),
  }
}

function createLimited(repository: string, until: number): Problem {
  return createRemoteProblem(
    `GitHub's rate limit stops the state of ${repository} from being written, until ${formatIso(until)}`,
    [advise('run the command again then: nothing is lost'), advise('to need fewer writes, reconcile less often')],
  )
}
