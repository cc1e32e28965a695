/** What started the workflow, and where its pages are. */
export type WorkflowEvent = {
  /** `pull_request`, `push`, ... */
  readonly name: string
  /** Its checkout holds changes that nobody has merged, so it must not submit anything. */
  readonly isUnmerged: boolean
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly pullRequest?: PullRequest
  /** The tip of the branch before and after a push. */
  readonly pushed?: { readonly before: string; readonly after: string }
  /** The page of the repository. */
  readonly repositoryUrl: string
  /** The page of this run. */
  readonly runUrl: string
  /** The path of the workflow's file in the repository; empty if unknown. */
  readonly workflowFile: string
  /** The page of the workflow. */
  readonly workflowUrl: string
  /** The base of the addresses of files at the commit in question. */
  readonly filesUrl: string
  readonly apiUrl: string
  readonly graphqlUrl: string
}

/** The pull request of an event. */
export type PullRequest = {
  readonly number: number
  /** It comes from another repository, so the token may only read. */
  readonly isFork: boolean
}

/** Events whose checkout is a pull request, whatever the ref. */
const UNMERGED: ReadonlySet<string> = new Set(['pull_request', 'merge_group'])
/** Other events run on these refs too: reviews on the merge of a pull request, pushes on the branches of a merge queue. */
const UNMERGED_REF = /^refs\/(pull|heads\/gh-readonly-queue)\//

type Env = Readonly<Record<string, string | undefined>>

/** Reads the event from the runner's variables and its payload. The payload is text from outside: only numbers, hashes and names are taken. */
export function readEvent(env: Env, payload: unknown): WorkflowEvent {
  const server = env['GITHUB_SERVER_URL'] || 'https://github.com'
  const repository = env['GITHUB_REPOSITORY'] ?? ''
  const pull = getMember(payload, 'pull_request')
  const head = getMember(pull, 'head')
  const number = getMember(pull, 'number')
  const headName = getMember(getMember(head, 'repo'), 'full_name')
  // A pull request is checked out as a merge commit. After the branch moves, nobody can see that commit any more.
  const commit = readHash(head, 'sha') ?? env['GITHUB_SHA'] ?? ''
  // The files of a fork are in the fork, whose commits the repository shows too.
  const base = `${server}/${encodePath(repository)}`
  // `OWNER/NAME/.github/workflows/reconcile.yml@refs/heads/main`
  const [, workflowFile = ''] = /(\.github\/workflows\/[^/@]+)@/.exec(env['GITHUB_WORKFLOW_REF'] ?? '') ?? []
  const [before, after] = [readHash(payload, 'before'), readHash(payload, 'after')]
  const apiUrl = (env['GITHUB_API_URL'] || 'https://api.github.com').replace(/\/$/, '')
  const name = env['GITHUB_EVENT_NAME'] ?? ''
  return {
    name,
    isUnmerged: UNMERGED.has(name) || UNMERGED_REF.test(env['GITHUB_REF'] ?? ''),
    repository,
    ...(Number.isSafeInteger(number) && {
      pullRequest: { number: number as number, isFork: headName !== repository },
    }),
    ...(before !== undefined && after !== undefined && { pushed: { before, after } }),
    repositoryUrl: base,
    runUrl: `${base}/actions/runs/${encodePath(env['GITHUB_RUN_ID'] ?? '')}`,
    workflowFile,
    workflowUrl: `${base}/actions/workflows/${encodePath(workflowFile.split('/').at(-1) ?? '')}`,
    filesUrl: `${base}/blob/${commit}`,
    apiUrl,
    graphqlUrl: env['GITHUB_GRAPHQL_URL'] || `${apiUrl}/graphql`,
  }
}

/** Returns the address of a file's line, relative to the top of the repository. */
export function formatFileUrl({ filesUrl }: WorkflowEvent, file: string, line: number | undefined): string {
  return `${filesUrl}/${encodePath(file)}${line === undefined ? '' : `#L${line}`}`
}

/** Encodes a path for an address. Half a surrogate pair has no encoding. */
function encodePath(path: string): string {
  return path
    .replace(/\p{Cs}/gu, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
}

/** Reads the full hash of a commit. */
function readHash(value: unknown, name: string): string | undefined {
  const hash = getMember(value, name)
  return typeof hash === 'string' && /^[0-9a-f]{40,64}$/.test(hash) ? hash : undefined
}

function getMember(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
