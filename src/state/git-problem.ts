import { explainGitEnd } from '../model/git-problem.ts'
import { Problem } from '../model/problem.ts'
import { advise, type Remedy } from '../model/remedy.ts'
import type { GitResult } from '../system/git.ts'

const WORDS_MAX_LINES = 20

/** A failure of a remote, by the words of git, curl and ssh. `means` completes a sentence about the remote. */
type Failure = {
  readonly words: RegExp
  /** In lower case: what one line says as well, with other text between the two. */
  readonly apart?: readonly [string, string]
  readonly means: string
  readonly remedies: readonly Remedy[]
}

const ADDRESS: Remedy = { text: 'check the address', command: ['git', 'remote', '--verbose'] }
const RIGHT = advise('check the right to write to it (in Actions: permissions: contents: write)')
const AGAIN = advise('run the command again once it answers: nothing is lost')

/** Most specific first: ssh and curl end every failure with general words. */
const FAILURES: readonly Failure[] = [
  {
    words: /host key verification failed/i,
    means: 'this machine does not know the key of its host',
    remedies: [advise('compare and accept the key once: connect to that host with ssh')],
  },
  {
    words:
      /could not resolve (host|proxy)|name or service not known|temporary failure in name resolution|nodename nor servname/i,
    means: 'the name of its host cannot be resolved',
    remedies: [advise('check the network'), ADDRESS],
  },
  {
    words:
      /failed to connect|could not connect|couldn't connect|connection (refused|timed out|reset|closed)|timed out|network is unreachable|no route to host/i,
    means: 'its host does not answer',
    remedies: [advise('check the network and the proxy'), ADDRESS, AGAIN],
  },
  {
    words: /certificate|SSL|TLS/,
    means: 'its certificate is not accepted',
    remedies: [advise('give git the certificate of your proxy or server: http.sslCAInfo'), ADDRESS],
  },
  {
    words:
      /authentication failed|could not read (username|password)|permission (to \S+ )?denied|invalid credentials|error: 40[13]/i,
    apart: ['write access ', ' not granted'],
    means: 'it does not accept these credentials',
    remedies: [advise('sign in to it, or give this machine a key or token'), RIGHT],
  },
  {
    words: /does not appear to be a git repository|error: 404/i,
    apart: ['repository ', 'not found'],
    means: 'there is no repository at its address, or these credentials may not read it',
    remedies: [ADDRESS, RIGHT],
  },
  {
    words: /no space left|disk quota|unpacker error/i,
    means: 'it cannot store the push',
    remedies: [advise('check the disk and the quota of that repository, then run the command again')],
  },
]

/**
 * Creates a Problem (STATE_REMOTE, exit 4) that explains a remote's failure, with git's own words. A git that does not
 * run at all is reported as such.
 */
export function createRefused(what: string, result: GitResult): Problem {
  const unusable = explainGitEnd(result)
  if (unusable !== undefined) return unusable
  const words = `${result.stderr}\n${result.stdout}`
  const failure: Omit<Failure, 'words'> | undefined =
    result.code === 124 ? SILENT : FAILURES.find((one) => one.words.test(words) || saysApart(words, one.apart))
  const means = failure === undefined ? '' : `${failure.means}: `
  return createRemoteProblem(`${what}: ${means}${extractWords(result)}`, failure?.remedies ?? UNKNOWN)
}

/** Whether a line has both texts in this order. A pattern with `.*` between them takes time that grows with the square of the line. */
function saysApart(words: string, apart: Failure['apart']): boolean {
  if (apart === undefined) return false
  const [first, last] = apart
  return words
    .toLowerCase()
    .split('\n')
    .some((line) => {
      const at = line.indexOf(first)
      return at >= 0 && line.includes(last, at + first.length)
    })
}

const SILENT = {
  means: 'it did not answer in time',
  remedies: [advise('check the network and the proxy'), ADDRESS, AGAIN],
}
const UNKNOWN: readonly Remedy[] = [
  advise(
    'Check the network, the address of the remote and the right to write to it (in Actions: permissions: contents: write)',
  ),
]

/** Creates a Problem (STATE_REMOTE, exit 4) without the credentials of addresses. */
export function createRemoteProblem(message: string, remedies: readonly Remedy[]): Problem {
  return new Problem({ code: 'STATE_REMOTE', message: stripCredentials(message), remedies })
}

/** Removes user and password from the addresses in a text. */
export function stripCredentials(text: string): string {
  return text.replace(/:\/\/[^\s/@]*@/g, '://')
}

/** Git's output as one line, in the style of messages. Only the last lines if it is long. */
export function extractWords({ stderr, stdout, code }: GitResult): string {
  const words = stderr.trim() || stdout.trim() || `git ended with ${code}`
  const lines = words.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .slice(-WORDS_MAX_LINES)
    .join('; ')
}
