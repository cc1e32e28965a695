import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSchema, execute, type GraphQLSchema, parse, validate } from 'graphql'
import type { CommitInput, GitData } from './fake-git-data.ts'

/*
 * GitHub over HTTP, as far as comments and issues reach: REST and GraphQL, with the answers that its pages describe. It shares no
 * code with the action. Queries are checked against the schema that GitHub publishes.
 */

/** Who may do what. GitHub signs commits of a person's token only where it makes them itself. */
export type Token = {
  readonly login: string
  readonly canWrite: boolean
  readonly canWriteIssues?: boolean
  readonly isPerson?: boolean
}

/** A comment as GitHub keeps it. */
export type StoredComment = {
  readonly id: number
  readonly issue: number
  readonly author: string
  body: string
  readonly createdAt: string
  edits: number
}

/** An issue as GitHub keeps it. */
export type StoredIssue = {
  readonly number: number
  readonly author: string
  title: string
  body: string
  labels: readonly string[]
  state: 'open' | 'closed'
  stateReason?: string
  edits: number
}

/** A merged pull request as GitHub keeps it. */
export type StoredPull = {
  readonly number: number
  readonly mergedAt: string
  /** The merge, the squashed commit, or the last one of a rebased branch. */
  readonly commit: string
  /** The branch: how many commits, and the last one. */
  readonly count: number
  readonly last: { readonly message: string; readonly authoredDate: string }
  labels: string[]
}

/** A run of a workflow, and its jobs, as GitHub keeps them. */
export type StoredRun = {
  readonly id: number
  /** The name of the workflow's file. */
  readonly workflow: string
  status: string
  readonly jobs: { readonly name: string; status: string }[]
}

/** An answer in place of the usual one, for the next request that fits. */
export type Fault = {
  readonly method?: string
  readonly path?: RegExp
  readonly body?: RegExp
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly message: string
  /** The request takes effect, and its answer is the fault's. */
  readonly isDone?: boolean
  /** The connection is cut in place of an answer. */
  readonly isCut?: boolean
  /** The request takes effect only then. Its answer is the fault's, at once. */
  readonly late?: Promise<unknown>
  /** The errors of GraphQL, which come with a status of 200. */
  readonly errors?: readonly object[]
}

/** A request that came in, and how it was answered. */
export type Request = {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type FakeGitHub = {
  /** For GITHUB_API_URL. */
  readonly apiUrl: string
  /** For GITHUB_GRAPHQL_URL. */
  readonly graphqlUrl: string
  readonly comments: StoredComment[]
  readonly issues: StoredIssue[]
  /** The latest last. */
  readonly merged: StoredPull[]
  readonly runs: StoredRun[]
  readonly requests: Request[]
  readonly faults: Fault[]
  /** Adds a comment of somebody. */
  add(issue: number, author: string, body: string): StoredComment
  /** Opens an issue of somebody. */
  open(author: string, given: Pick<StoredIssue, 'title' | 'body' | 'labels'>): StoredIssue
  /** Called before an issue is opened by request. */
  onOpen?: (body: string) => void
}

export type GitHubOptions = {
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly pullRequests: readonly number[]
  readonly tokens: Readonly<Record<string, Token>>
  /** The repository's branches and commits. */
  readonly git?: GitData
  /** Answers under /api/v3 and /api/graphql, as GitHub Enterprise Server does. */
  readonly isEnterprise?: boolean
}

/** The longest body of a comment, in characters. */
const BODY_MAX = 65_536
/** The largest request. */
const REQUEST_MAX = 2_000_000
/** The most nodes of a page, in GraphQL. */
const PAGE_MAX = 100
/** Pull requests and issues share their numbers. */
const FIRST_ISSUE = 101
/** Newer comments have IDs that no 32-bit number holds. */
const FIRST_ID = 3_000_000_001

let schema: GraphQLSchema | undefined

function readSchema(): GraphQLSchema {
  const file = new URL('../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url)
  schema ??= buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true, noLocation: true })
  return schema
}

/** REST, and `viewer` in GraphQL, show an app with this suffix; other logins in GraphQL have none. */
const nameOfApp = (login: string): string => (login === 'github-actions' ? `${login}[bot]` : login)

export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const fail = (status: number, message: string, more: object = {}): Answer => ({
  status,
  body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status), ...more },
})

function answerFault({ status, message, errors, headers = {} }: Fault): Answer {
  return errors ? { status, body: { data: null, errors }, headers } : { ...fail(status, message), headers }
}

/** Starts a GitHub that is closed when the test ends. */
export async function startGitHub(
  t: { teardown(end: () => unknown): void },
  options: GitHubOptions,
): Promise<FakeGitHub> {
  const { repository, pullRequests, tokens, git, isEnterprise = false } = options
  const comments: StoredComment[] = []
  const issues: StoredIssue[] = []
  const merged: StoredPull[] = []
  const runs: StoredRun[] = []
  const requests: Request[] = []
  const faults: Fault[] = []
  let nextId = FIRST_ID
  const open = (
    author: string,
    { title, body, labels }: Pick<StoredIssue, 'title' | 'body' | 'labels'>,
  ): StoredIssue => {
    const one: StoredIssue = {
      number: FIRST_ISSUE + issues.length,
      author,
      title,
      body,
      labels,
      state: 'open',
      edits: 0,
    }
    issues.push(one)
    return one
  }
  const add = (issue: number, author: string, body: string): StoredComment => {
    const one = { id: nextId++, issue, author, body, createdAt: new Date(0).toISOString(), edits: 0 }
    comments.push(one)
    return one
  }
  const urlOf = ({ id, issue }: StoredComment): string =>
    `https://github.example/${repository}/pull/${issue}#issuecomment-${id}`
  const show = (one: StoredComment) => ({
    id: one.id,
    html_url: urlOf(one),
    body: one.body,
    user: { login: one.author },
  })

  const isPullRequest = (number: number): boolean =>
    pullRequests.includes(number) || merged.some((one) => one.number === number)

  const writeLabels = (method: string, path: string, token: Token, given: unknown): Answer => {
    const [, number, , name] = path.split('/')
    const pull = merged.find((one) => one.number === Number(number))
    if (!pull) return fail(404, 'Not Found')
    if (!token.canWrite) return fail(403, 'Resource not accessible by integration')
    const label = decodeURIComponent(name ?? '')
    if (method === 'POST') pull.labels = [...new Set([...pull.labels, ...(given as { labels: string[] }).labels])]
    else if (!pull.labels.includes(label)) return fail(404, 'Label does not exist')
    else pull.labels = pull.labels.filter((one) => one !== label)
    return { status: 200, body: pull.labels.map((one) => ({ name: one })) }
  }

  const rest = (
    method: string,
    path: string,
    query: URLSearchParams,
    token: Token | undefined,
    given: unknown,
  ): Answer => {
    if (token === undefined) return fail(401, 'Bad credentials')
    const start = `/repos/${repository}/`
    if (!path.startsWith(start)) return fail(404, 'Not Found')
    if (method === 'GET' && path === `${start}issues`) return listIssues(query)
    if (method === 'GET' && path.startsWith(`${start}actions/`)) return readActions(path.slice(start.length), query)
    if (git && path.startsWith(`${start}git/`)) return git.rest(path.slice(start.length), token, given)
    if (/^issues(\/\d+)?$/.test(path.slice(start.length)))
      return writeIssue(method, path.slice(start.length), token, given)
    if (/^issues\/\d+\/labels/.test(path.slice(start.length)))
      return writeLabels(method, path.slice(start.length), token, given)
    const [, issue] = /^issues\/(\d+)\/comments$/.exec(path.slice(start.length)) ?? []
    const [, id] = /^issues\/comments\/(\d+)$/.exec(path.slice(start.length)) ?? []
    const isKnown = issue === undefined || isPullRequest(Number(issue))
    const found = id === undefined ? undefined : comments.find((one) => one.id === Number(id))
    if ((issue === undefined && id === undefined) || !isKnown || (id !== undefined && !found))
      return fail(404, 'Not Found')
    if (!token.canWrite) return fail(403, 'Resource not accessible by integration')
    if (method === 'DELETE' && found) {
      comments.splice(comments.indexOf(found), 1)
      return { status: 204 }
    }
    const { body } = (given ?? {}) as { body?: unknown }
    if (typeof body !== 'string' || body.trim() === '')
      return fail(422, 'Validation Failed', { errors: ["body can't be blank"] })
    if ([...body].length > BODY_MAX)
      return fail(422, 'Validation Failed', { errors: ['body is too long (maximum is 65536 characters)'] })
    if (method === 'POST' && issue !== undefined)
      return { status: 201, body: show(add(Number(issue), token.login, body)) }
    if (method === 'PATCH' && found) {
      found.body = body
      found.edits++
      return { status: 200, body: show(found) }
    }
    return fail(404, 'Not Found')
  }

  const writeIssue = (method: string, path: string, token: Token, given: unknown): Answer => {
    if (!(token.canWriteIssues ?? token.canWrite)) return fail(403, 'Resource not accessible by integration')
    const {
      title,
      body,
      labels = [],
      state,
      state_reason: reason,
    } = (given ?? {}) as {
      title?: string
      body?: string
      labels?: string[]
      state?: 'open' | 'closed'
      state_reason?: string
    }
    const [, number] = path.split('/')
    const found = issues.find((one) => one.number === Number(number))
    if (body !== undefined && [...body].length > BODY_MAX)
      return fail(422, 'Validation Failed', { errors: ['body is too long (maximum is 65536 characters)'] })
    if (method === 'POST' && number === undefined) {
      if (typeof title !== 'string' || title === '' || title.length > 256) return fail(422, 'Validation Failed')
      fake.onOpen?.(body ?? '')
      return { status: 201, body: { number: open(token.login, { title, body: body ?? '', labels }).number, labels } }
    }
    if (method !== 'PATCH' || !found) return fail(404, 'Not Found')
    if (reason !== undefined && !['completed', 'not_planned', 'reopened', 'duplicate'].includes(reason))
      return fail(422, 'Validation Failed')
    Object.assign(found, title && { title }, body && { body }, state && { state }, reason && { stateReason: reason })
    found.edits++
    return { status: 200, body: { number: found.number } }
  }

  const readActions = (path: string, query: URLSearchParams): Answer => {
    const [, workflow] = /^actions\/workflows\/([^/]+)\/runs$/.exec(path) ?? []
    const [, id] = /^actions\/runs\/(\d+)\/jobs$/.exec(path) ?? []
    const found = runs.find((one) => one.id === Number(id))
    if (found) return { status: 200, body: { total_count: found.jobs.length, jobs: found.jobs } }
    if (workflow === undefined) return fail(404, 'Not Found')
    const all = runs.filter((one) => one.workflow === workflow && [null, one.status].includes(query.get('status')))
    return { status: 200, body: { total_count: all.length, workflow_runs: all } }
  }

  const listIssues = (query: URLSearchParams): Answer => {
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 30)]
    const state = query.get('state') ?? 'open'
    const labels = query.get('labels')?.split(',') ?? []
    const all = issues
      .filter((one) => state === 'all' || one.state === state)
      .filter((one) => labels.every((label) => one.labels.includes(label)))
      .filter((one) => [null, nameOfApp(one.author)].includes(query.get('creator')))
      .map(({ number, title, body, author }) => ({ number, title, body, user: { login: nameOfApp(author) } }))
    return { status: 200, body: all.reverse().slice((page - 1) * size, page * size) }
  }

  const graphql = async (token: Token | undefined, given: unknown): Promise<Answer> => {
    if (token === undefined) return fail(401, 'Bad credentials')
    const { query = '', variables = {} } = (given ?? {}) as { query?: string; variables?: Record<string, unknown> }
    const document = parse(query)
    const errors = validate(readSchema(), document)
    if (errors.length > 0) return { status: 200, body: { errors } }
    const pullRequest = ({ number }: { number: number }) =>
      isPullRequest(number) ? { comments: (page: Page) => listComments(number, page, token) } : null
    const listPulls = ({ labels, first }: { labels?: string[] | null; first: number }) => ({
      nodes: merged
        .filter((one) => !labels || one.labels.some((label) => labels.includes(label)))
        .map((one) => ({
          ...one,
          mergeCommit: { oid: one.commit },
          labels: () => ({ nodes: one.labels.map((name) => ({ name })) }),
          commits: () => ({ totalCount: one.count, nodes: [{ commit: one.last }] }),
          comments: (page: Page) => listComments(one.number, page, token),
        }))
        .reverse()
        .slice(0, first),
    })
    const rootValue = {
      repository: ({ owner, name }: { owner: string; name: string }) =>
        `${owner}/${name}` === repository ? { pullRequest, pullRequests: listPulls, ref: git?.ref } : null,
      viewer: { login: nameOfApp(token.login) },
      createCommitOnBranch: ({ input }: { input: CommitInput }) => git?.commit(input, token, repository),
    }
    const result = await execute({ schema: readSchema(), document, rootValue, variableValues: variables })
    // GitHub names the type of an error beside its message.
    const typed = result.errors?.map((error) => ({ ...error.toJSON(), type: error.extensions['type'] }))
    return { status: 200, body: { data: result.data, ...(typed && { errors: typed }) } }
  }

  type Page = { first?: number | null; last?: number | null; after?: string | null }
  const listComments = (issue: number, page: Page, { login }: Token) => {
    const all = comments.filter((one) => one.issue === issue)
    const nodes = all.map((one) => ({
      fullDatabaseId: String(one.id),
      databaseId: one.id,
      url: urlOf(one),
      body: one.body,
      viewerDidAuthor: one.author === login,
    }))
    return cutPage(nodes, page)
  }
  const cutPage = <Node>(all: readonly Node[], { first: asked, last, after }: Page) => {
    const first = asked ?? last
    if (!first || first > PAGE_MAX) throw new Error('You must provide a `first` value of 1 to 100')
    const start = last ? Math.max(0, all.length - last) : after ? Number(Buffer.from(after, 'base64').toString()) : 0
    const nodes = all.slice(start, start + first)
    const end = start + nodes.length
    return {
      nodes,
      totalCount: all.length,
      pageInfo: { hasNextPage: end < all.length, endCursor: Buffer.from(String(end)).toString('base64') },
    }
  }

  const answer = async (
    method: string,
    url: URL,
    headers: IncomingHttpHeaders,
    text: string,
  ): Promise<Answer | 'cut'> => {
    const path = url.pathname
    const isMeant = (one: Fault): boolean =>
      (one.method === undefined || one.method === method) &&
      (one.path === undefined || one.path.test(path)) &&
      (one.body === undefined || one.body.test(text))
    const fault = faults.find(isMeant)
    if (fault) faults.splice(faults.indexOf(fault), 1)
    const act = (): Promise<Answer> => answerUsually(method, url, headers, text)
    if (fault?.late) void fault.late.then(act)
    if (fault?.isDone) await act()
    if (fault) return fault.isCut ? 'cut' : answerFault(fault)
    return act()
  }

  const answerUsually = async (
    method: string,
    { pathname: path, searchParams }: URL,
    headers: IncomingHttpHeaders,
    text: string,
  ): Promise<Answer> => {
    const [, secret = ''] = /^(?:token|bearer) (.*)$/i.exec(headers.authorization ?? '') ?? []
    const token = tokens[secret]
    if (text.length > (git?.requestMax ?? REQUEST_MAX)) return fail(413, 'Payload Too Large')
    if (!headers['user-agent']) return fail(403, 'Request forbidden by administrative rules')
    const given: unknown = text === '' ? undefined : JSON.parse(text)
    const api = isEnterprise ? '/api/v3' : ''
    if (path === (isEnterprise ? '/api/graphql' : '/graphql')) return graphql(token, given)
    return path.startsWith(api)
      ? rest(method, path.slice(api.length), searchParams, token, given)
      : fail(404, 'Not Found')
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const method = request.method ?? ''
      const url = new URL(request.url ?? '', 'http://localhost')
      const text = Buffer.concat(chunks).toString()
      const answered = await answer(method, url, request.headers, text)
      const { status, body, headers = {} }: Answer = answered === 'cut' ? { status: 0 } : answered
      requests.push({ method, path: url.pathname, status, headers: request.headers, body: text })
      if (answered === 'cut') return void request.socket.destroy()
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
      response.end(body === undefined ? undefined : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  const { port } = server.address() as AddressInfo
  const base = `http://127.0.0.1:${port}`
  const fake: FakeGitHub = {
    apiUrl: isEnterprise ? `${base}/api/v3` : base,
    graphqlUrl: isEnterprise ? `${base}/api/graphql` : `${base}/graphql`,
    comments,
    issues,
    merged,
    runs,
    requests,
    faults,
    add,
    open,
  }
  return fake
}
