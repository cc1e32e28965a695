import type { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Git } from '../system/git.ts'
import { createRefused, createRemoteProblem, stripCredentials } from './git-problem.ts'
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

/**
 * What the server's own comparison says where another push came first, in the status of the ref. What a hook prints stands in other lines: its
 * words decide nothing.
 */
const LOST_RACE =
  /^!.*\((stale info|fetch first|non-fast-forward|incorrect old value provided|reference already exists)\)/m
/** The server could not lock the ref. Another push may be at it, and then the head moves. */
const LOCKED = /^!.*\((failed to update ref|cannot lock ref|failed to lock)\)/m
/** The same of a branch in this repository. */
const LOST_RACE_HERE = /is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference/
/** How often a push is tried where the ref is locked. */
const PUSHES = 3

/** The branch in a remote repository. Reading it leaves no ref; writing keeps the last commit seen: at `refs/jobwright/<branch>` for origin. */
export function openRemoteBranch(git: Git, remote: string, branch: string): Branch {
  const ref = `refs/heads/${branch}`
  const kept = remote === 'origin' ? branch : `@${encodeURIComponent(remote)}/${branch}`
  const keep = (commit: string) => git(['update-ref', `refs/jobwright/${kept}`, commit])

  const readHead = async (): Promise<string | undefined> => {
    const listed = await git(['ls-remote', '--', remote, ref])
    if (listed.code !== 0) throw createRefused(`${remote} could not be read`, listed)
    const line = listed.stdout.split('\n').find((one) => one.endsWith(`\t${ref}`))
    return line?.split('\t')[0]
  }

  return {
    head: readHead,
    async bring(commit, toWrite) {
      if ((await git(['cat-file', '-e', `${commit}^{commit}`])).code !== 0) await fetch(git, remote, ref)
      if (toWrite) await keep(commit)
    },
    async move(next, expected) {
      const lease = `--force-with-lease=${ref}:${expected ?? ''}`
      // With a lease the server compares and moves in one step, against a head that was put back as well as one that went on.
      const push = ['push', '--porcelain', '--no-verify', '--no-follow-tags', lease, '--', remote, `${next}:${ref}`]
      for (let tried = 1; ; tried++) {
        const pushed = await git(push)
        const elsewhere = await findPushElsewhere(git, remote)
        const now = pushed.code === 0 && elsewhere === undefined ? next : await readHead()
        // A push whose answer was lost is told from a refused one by where the branch is.
        if (now === next) {
          await keep(next)
          return { is: 'committed', version: next }
        }
        const isRefusedByRace = LOST_RACE.test(pushed.stdout)
        if (now !== expected || (isRefusedByRace && elsewhere === undefined)) {
          return {
            is: 'stale',
            message: stripCredentials(`${branch} of ${remote} has moved on to ${now ?? 'nothing'}`),
          }
        }
        if (elsewhere !== undefined && (pushed.code === 0 || isRefusedByRace))
          throw createTwoRepositories(remote, elsewhere)
        if (LOCKED.test(pushed.stdout)) {
          const taken = findNameInTheWay(branch, await listBranches(git, ['ls-remote', '--heads', '--', remote]))
          if (taken !== undefined) throw nameTaken(`${remote} has`, branch, taken)
          if (tried < PUSHES) continue
        }
        throw createRefused(`${remote} refused the push to ${branch}`, pushed, expected === undefined)
      }
    },
  }
}

/** The branch in this repository alone. */
export function openLocalBranch(git: Git, branch: string): Branch {
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
      if (now !== expected || LOST_RACE_HERE.test(moved.stderr)) {
        return { is: 'stale', message: `${branch} has moved on to ${now ?? 'nothing'}` }
      }
      const taken = findNameInTheWay(
        branch,
        await listBranches(git, ['for-each-ref', '--format=%(objectname)\t%(refname)']),
      )
      if (taken !== undefined) throw nameTaken('this repository has', branch, taken)
      throw createRefused(`git could not move ${branch}`, moved)
    },
  }
}

/** The addresses of a remote where it pushes to others than it reads from. */
type Elsewhere = {
  readonly reads: string
  readonly pushes: string
  /** By a setting of its own, and not of all remotes. */
  readonly isSet: boolean
}

/** Undefined where a remote pushes to the address that it reads from. Git's settings may give it another one, or several. */
async function findPushElsewhere(git: Git, remote: string): Promise<Elsewhere | undefined> {
  const [reads, pushes] = await Promise.all([
    git(['remote', 'get-url', '--', remote]),
    git(['remote', 'get-url', '--push', '--all', '--', remote]),
  ])
  const isSame = reads.code !== 0 || pushes.code !== 0 || reads.stdout === pushes.stdout
  if (isSame) return undefined
  const { code } = await git(['config', '--get-all', `remote.${remote}.pushurl`])
  return { reads: reads.stdout.trim(), pushes: pushes.stdout.trim().replaceAll('\n', ', '), isSet: code === 0 }
}

function createTwoRepositories(remote: string, { reads, pushes, isSet }: Elsewhere): Problem {
  return createRemoteProblem(
    `${remote} pushes to another repository than it reads from: what is pushed to ${pushes} does not arrive at ${reads}`,
    [
      ...(isSet
        ? [
            {
              text: 'let it push where it reads',
              command: ['git', 'config', '--unset-all', `remote.${remote}.pushurl`],
            } as const,
          ]
        : [advise('take away the setting url.*.pushInsteadOf that rewrites its address')]),
      advise('or name a remote whose two addresses are of one repository as state.remote in jobwright.yaml'),
    ],
  )
}

async function listBranches(git: Git, command: readonly string[]): Promise<string[]> {
  const { stdout } = await git(command)
  return stdout.split('\n').flatMap((line) => line.split('\trefs/heads/')[1] ?? [])
}

/** A branch of which a name is the beginning, or that is the beginning of it: Git keeps branches like files, and no file is a folder. */
function findNameInTheWay(branch: string, there: readonly string[]): string | undefined {
  return there.find((one) => one.startsWith(`${branch}/`) || branch.startsWith(`${one}/`))
}

function nameTaken(who: string, branch: string, taken: string): Problem {
  return createRemoteProblem(`${who} a branch ${taken}, and Git can have no branch ${branch} beside it`, [
    advise('name another branch as state.branch in jobwright.yaml'),
    advise(`or rename the branch ${taken}`),
  ])
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
  if (fetched.code !== 0) throw createRefused(`${ref} could not be fetched from ${remote}`, fetched)
}
