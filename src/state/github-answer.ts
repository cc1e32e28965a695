import { Problem } from '../model/problem.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import type { HttpAnswer } from '../system/http.ts'
import { createRemoteProblem } from './git-problem.ts'
import { createRuleProblem, type RefusedWrite } from './refused-rules.ts'

/**
 * What an answer of GitHub means for a write. `moved`: the branch is not where the write expected it. `lost`: the write may have taken
 * effect, now or later. `limited`: it did not, and may be sent again after so many seconds. `refused`: it did not, and never will.
 */
export type GitHubAnswer<Data> =
  | { readonly is: 'done'; readonly data: Data }
  | { readonly is: 'moved'; readonly why: string }
  | { readonly is: 'lost'; readonly why: string }
  | { readonly is: 'limited'; readonly seconds: number | undefined }
  | { readonly is: 'refused'; readonly problem: Problem }

/** An error of GraphQL. GitHub documents no list of types; these are the ones that it was seen to send. */
type GraphqlError = { readonly type?: string; readonly message?: string }

/** An answer's body, of REST or GraphQL. */
type Body = {
  readonly data?: unknown
  readonly errors?: readonly (GraphqlError | string)[]
  readonly message?: string
}

/** What was asked, for messages. */
export type Asked = RefusedWrite & {
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly nowMs: number
}

const DENIED = new Set(['FORBIDDEN', 'INSUFFICIENT_SCOPES'])
/** The longest text of GitHub in a message. */
const WORDS_MAX = 1000
const DAY_SECONDS = 86_400

/** Tells what an answer means. Anything that is not known to be an end leaves the outcome open. */
export function readGitHubAnswer<Data>(answer: HttpAnswer, asked: Asked): GitHubAnswer<Data> {
  if (answer.is === 'lost') return { is: 'lost', why: answer.why }
  const { status, headers, text } = answer
  const body = parseBody(text)
  const errors = body?.errors ?? []
  if (status < 300 && body !== undefined && errors.length === 0)
    return { is: 'done', data: (body.data ?? body) as Data }
  const words = [body?.message, ...errors.map((one) => (typeof one === 'string' ? one : one.message))]
    .filter((one) => one !== undefined)
    .join('; ')
    .replace(/\s+/g, ' ')
    .slice(0, WORDS_MAX)
  const types = errors.flatMap((one) => (typeof one === 'string' ? [] : (one.type ?? [])))
  const said = words === '' ? `GitHub answered ${status}` : `GitHub answered ${status}: ${words}`
  if (isLimited(status, headers, types, words)) return { is: 'limited', seconds: readWait(headers, asked.nowMs) }
  if (status >= 500 || status === 408) return { is: 'lost', why: said }
  return findRefusal(status, types, words, said, asked) ?? { is: 'lost', why: said }
}

function parseBody(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Body) : undefined
  } catch {
    return undefined
  }
}

function isLimited(status: number, headers: HeaderMap, types: readonly string[], words: string): boolean {
  if (status === 429 || types.includes('RATE_LIMITED') || /secondary rate limit/i.test(words)) return true
  return status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0')
}

type HeaderMap = Readonly<Record<string, string>>

/** Returns the seconds until a rate limit ends; undefined if the answer does not say it. */
function readWait(headers: HeaderMap, nowMs: number): number | undefined {
  const after = Number(headers['retry-after'] ?? Number.NaN)
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) - nowMs / 1000
  const seconds = Number.isNaN(after) ? reset : after
  return Number.isNaN(seconds) ? undefined : Math.min(DAY_SECONDS, Math.max(1, Math.ceil(seconds)))
}

function findRefusal(
  status: number,
  types: readonly string[],
  words: string,
  said: string,
  asked: Asked,
): GitHubAnswer<never> | undefined {
  const { branch, repository } = asked
  const refuse = (why: string, ...remedies: Remedy[]): GitHubAnswer<never> => ({
    is: 'refused',
    problem: createRemoteProblem(
      `GitHub does not store the state on ${branch} of ${repository}: ${why}: ${said}`,
      remedies,
    ),
  })
  if (types.includes('STALE_DATA')) return { is: 'moved', why: said }
  const isMissing = types.includes('NOT_FOUND') || status === 404
  if ((isMissing && /branch/i.test(words)) || /reference already exists/i.test(words)) return { is: 'moved', why: said }
  const isRule = types.includes('BRANCH_PROTECTION_RULE_VIOLATION') || /rule violations?/i.test(words)
  const rule = isRule && createRuleProblem(`GitHub refused the state on ${branch}`, words, said, asked)
  if (rule) return { is: 'refused', problem: rule }
  if (status === 413 || /too (large|big)/i.test(words))
    return { is: 'refused', problem: createTooLarge(`the state on ${branch} of ${repository}`, said) }
  if (status === 401) return refuse('it does not accept the token', TOKEN)
  if (isMissing) return refuse('there is no such repository, or the token may not read it', ADDRESS, TOKEN)
  if (status === 403 || types.some((type) => DENIED.has(type)))
    return refuse('the token may not write there', PERMISSION)
  if (/repository is empty/i.test(words)) return refuse('the repository has no commit yet', PUSH)
  if (status >= 300 && status < 400) return refuse('the repository has another name now', ADDRESS)
  // An error of another type, or of none, may be a timeout within GitHub.
  const isFinal = status >= 400 || types.includes('UNPROCESSABLE')
  return isFinal ? refuse('it refuses the request', ADDRESS, TOKEN) : undefined
}

const TOKEN = advise('check GITHUB_TOKEN: the token of a job ends with its job')
const PERMISSION = advise(
  "give the job permissions: contents: write, or the token the right to write the repository's contents",
)
const ADDRESS: Remedy = { text: 'check the address of the remote', command: ['git', 'remote', '--verbose'] }
const PUSH = advise('push a first commit to its default branch')

/** Creates the Problem (STATE_TOO_LARGE, exit 4) for a state that GitHub's API does not take. */
export function createTooLarge(what: string, why: string): Problem {
  return new Problem({
    code: 'STATE_TOO_LARGE',
    message: `${what} is too large for GitHub's API: ${why}`,
    remedies: [
      advise(
        'leave state.write out of jobwright.yaml, so that pushes write the state, and exclude its branch from the rule that requires signed commits',
      ),
      advise('or split the project: each project has its own state'),
    ],
  })
}
