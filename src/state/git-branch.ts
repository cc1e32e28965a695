import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Git, GitResult } from '../system/git.ts'
import type { Swapped } from './store.ts'

/** A branch that holds the state and that other machines may move as well. A commit is named by its object ID; undefined: no branch. */
export type Branch = {
  /** The commit at its head now. */
  head(): Promise<string | undefined>
  /** Sees to it that a commit which was the head just now can be read here. `toWrite`: and that it stays readable. */
  bring(commit: string, toWrite: boolean): Promise<void>
  /** Moves the branch to `next` if its head is still `expected`. */
  move(next: string, expected: string | undefined): Promise<Swapped>
}

/** What git says where another push came first. All else that it refuses is no race, and needs a person. */
const LOST_RACE =
  /stale info|fetch first|non-fast-forward|cannot lock ref|failed to (update|lock)|incorrect old value|reference already exists/i

const WORDS_MAX_LINES = 20

/** The branch in a remote repository. Reading it leaves no ref; writing keeps `refs/jobwright/<branch>` at the last commit seen. */
export function remoteBranch(git: Git, remote: string, branch: string): Branch {
  const ref = `refs/heads/${branch}`
  const keep = (commit: string) => git(['update-ref', `refs/jobwright/${branch}`, commit])

  const head = async (): Promise<string | undefined> => {
    const listed = await git(['ls-remote', '--', remote, ref])
    if (listed.code !== 0) throw refused(`${remote} could not be read`, listed)
    const line = listed.stdout.split('\n').find((one) => one.endsWith(`\t${ref}`))
    return line?.split('\t')[0]
  }

  return {
    head,
    async bring(commit, toWrite) {
      if ((await git(['cat-file', '-e', `${commit}^{commit}`])).code !== 0) await fetch(git, remote, ref)
      if (toWrite) await keep(commit)
    },
    async move(next, expected) {
      const lease = `--force-with-lease=${ref}:${expected ?? ''}`
      // With a lease the server compares and moves in one step, against a head that was put back as well as one that went on.
      const pushed = await git([
        'push',
        '--porcelain',
        '--no-verify',
        '--no-follow-tags',
        lease,
        '--',
        remote,
        `${next}:${ref}`,
      ])
      const now = pushed.code === 0 ? next : await head()
      // A push whose answer was lost is told from a refused one by where the branch is.
      if (now === next) {
        await keep(next)
        return { is: 'committed', version: next }
      }
      if (now !== expected || LOST_RACE.test(pushed.stdout + pushed.stderr)) {
        return {
          is: 'stale',
          message: withoutCredentials(`${branch} of ${remote} has moved on to ${now ?? 'nothing'}`),
        }
      }
      throw refused(`${remote} refused the push to ${branch}`, pushed)
    },
  }
}

/** The branch in this repository alone. */
export function localBranch(git: Git, branch: string): Branch {
  const ref = `refs/heads/${branch}`
  const head = async (): Promise<string | undefined> => {
    const found = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])
    return found.code === 0 ? found.stdout.trim() : undefined
  }
  return {
    head,
    bring: () => Promise.resolve(),
    async move(next, expected) {
      const moved = await git(['update-ref', '--no-deref', ref, next, expected ?? ''])
      const now = moved.code === 0 ? next : await head()
      if (now === next) return { is: 'committed', version: next }
      if (now !== expected || LOST_RACE.test(moved.stderr)) {
        return { is: 'stale', message: `${branch} has moved on to ${now ?? 'nothing'}` }
      }
      throw refused(`git could not move ${branch}`, moved)
    },
  }
}

/** A Problem (STATE_REMOTE, exit 4) with git's own words. */
export function refused(what: string, result: GitResult): Problem {
  const way =
    'Check the network, the address of the remote and the right to write to it (in Actions: permissions: contents: write)'
  const message = withoutCredentials(`${what}: ${wordsOf(result)}`)
  return new Problem({ code: 'STATE_REMOTE', message, remedies: [advise(way)] })
}

/** A text without the user and password of the addresses in it. */
export function withoutCredentials(text: string): string {
  return text.replace(/:\/\/[^\s/@]*@/g, '://')
}

/** What git said as one line, as messages are shown; its last lines where it said much. */
export function wordsOf({ stderr, stdout, code }: GitResult): string {
  const words = stderr.trim() || stdout.trim() || `git ended with ${code}`
  const lines = words.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .slice(-WORDS_MAX_LINES)
    .join('; ')
}

/**
 * Fetches without a trace: no remote-tracking ref, no FETCH_HEAD, no tags. Where the clone is shallow already the head is enough; a full
 * clone must not become a shallow one.
 */
async function fetch(git: Git, remote: string, ref: string): Promise<void> {
  const shallow = (await git(['rev-parse', '--is-shallow-repository'])).stdout.trim() === 'true'
  const options = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--refmap=',
    ...(shallow ? ['--depth=1'] : []),
  ]
  const fetched = await git(['fetch', ...options, '--', remote, ref])
  if (fetched.code !== 0) throw refused(`${ref} could not be fetched from ${remote}`, fetched)
}
