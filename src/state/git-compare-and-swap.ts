import type { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Git, GitResult } from '../system/git.ts'
import { createRefused, createRemoteProblem, extractWords, stripCredentials } from './git-problem.ts'
import { createRuleProblem } from './refused-rules.ts'
import type { Swapped } from './store.ts'

/**
 * A state branch, which other machines may move too. Commits are named by object ID; undefined means that the branch
 * does not exist.
 */
export type Branch = {
  /** The current head commit. */
  head(): Promise<string | undefined>
  /** Makes a recent head commit readable here. */
  bring(commit: string): Promise<void>
  /** Makes a commit stay readable here. */
  keep(commit: string): Promise<void>
  /** Throws a Problem (exit 4) if Git can have no branch of this name beside another one. */
  assertNameFree(): Promise<void>
  /** Moves the branch to `next` if its head is still `expected`. */
  move(next: string, expected: string | undefined): Promise<Swapped>
}

/**
 * The server's status of the ref when another push came first. A hook's output is on other lines and decides nothing.
 */
const LOST_RACE =
  /^!.*\((stale info|fetch first|non-fast-forward|incorrect old value provided|reference already exists)\)/m
/** The server could not lock the ref. If another push holds the lock, the head will move. */
const LOCKED = /^!.*\((failed to update ref|cannot lock ref|failed to lock)\)/m
/** The same for a branch in this repository. */
const LOST_RACE_HERE = /is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference/
/** The settings that give a remote other addresses to push to. */
const PUSH_SETTINGS = String.raw`^(remote\..*\.pushurl|url\..*\.pushinsteadof)$`
/** The most pushes while the ref is locked. */
const PUSHES = 3

/**
 * The branch in a remote repository. A read leaves no ref. A write keeps the last seen commit, for origin at
 * `refs/jobwright/<branch>`.
 */
export function openRemoteBranch(git: Git, remote: string, branch: string): Branch {
  const ref = `refs/heads/${branch}`
  const kept = remote === 'origin' ? branch : `@${encodeURIComponent(remote)}/${branch}`
  const keep = async (commit: string): Promise<void> => {
    await git(['update-ref', `refs/jobwright/${kept}`, commit])
  }

  const readHead = async (): Promise<string | undefined> => {
    const listed = await git(['ls-remote', '--', remote, ref])
    if (listed.code !== 0) throw createRefused(`${remote} could not be read`, listed)
    const line = listed.stdout.split('\n').find((one) => one.endsWith(`\t${ref}`))
    return line?.split('\t')[0]
  }

  const assertNameFree = async (): Promise<void> => {
    const taken = findNameInTheWay(branch, await listBranches(git, ['ls-remote', '--heads', '--', remote]))
    if (taken !== undefined) throw nameTaken(`${remote} has`, branch, taken)
  }

  return {
    head: readHead,
    assertNameFree,
    async bring(commit) {
      if ((await git(['cat-file', '-e', `${commit}^{commit}`])).code !== 0) await fetch(git, remote, ref)
    },
    keep,
    async move(next, expected) {
      const lease = `--force-with-lease=${ref}:${expected ?? ''}`
      // With a lease, the server compares and moves in one step. That rejects a rolled-back head as well as a newer
      // one.
      const push = ['push', '--porcelain', '--no-verify', '--no-follow-tags', lease, '--', remote, `${next}:${ref}`]
      for (let tried = 1; ; tried++) {
        const pushed = await git(push)
        const elsewhere = await findPushElsewhere(git, remote)
        const now = pushed.code === 0 && elsewhere === undefined ? next : await readHead()
        // After a lost answer, the branch's head shows whether the push succeeded.
        if (now === next) {
          await keep(next)
          return { is: 'committed', version: next }
        }
        const isRefusedByRace = LOST_RACE.test(pushed.stdout)
        if (now !== expected || (isRefusedByRace && elsewhere === undefined)) {
          return {
            is: 'stale',
            message: stripCredentials(`${branch} of ${remote} has moved to ${now ?? 'nothing'}`),
          }
        }
        if (elsewhere !== undefined && (pushed.code === 0 || isRefusedByRace))
          throw createTwoRepositories(remote, elsewhere)
        if (LOCKED.test(pushed.stdout)) {
          await assertNameFree()
          if (tried < PUSHES) continue
        }
        throw explainPush(remote, branch, pushed, expected === undefined)
      }
    },
  }
}

function explainPush(remote: string, branch: string, pushed: GitResult, isNew: boolean): Problem {
  const what = `${remote} refused the push to ${branch}`
  const words = `${pushed.stderr}\n${pushed.stdout}`
  return createRuleProblem(what, words, extractWords(pushed), { branch, isNew }) ?? createRefused(what, pushed)
}

/** The branch in this repository alone. */
export function openLocalBranch(git: Git, branch: string): Branch {
  const ref = `refs/heads/${branch}`
  const head = async (): Promise<string | undefined> => {
    const found = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])
    return found.code === 0 ? found.stdout.trim() : undefined
  }
  const assertNameFree = async (): Promise<void> => {
    const there = await listBranches(git, ['for-each-ref', '--format=%(objectname)\t%(refname)'])
    const taken = findNameInTheWay(branch, there)
    if (taken !== undefined) throw nameTaken('this repository has', branch, taken)
  }
  return {
    head,
    assertNameFree,
    bring: () => Promise.resolve(),
    keep: () => Promise.resolve(),
    async move(next, expected) {
      const moved = await git(['update-ref', '--no-deref', ref, next, expected ?? ''])
      const now = moved.code === 0 ? next : await head()
      if (now === next) return { is: 'committed', version: next }
      if (now !== expected || LOST_RACE_HERE.test(moved.stderr)) {
        return { is: 'stale', message: `${branch} has moved to ${now ?? 'nothing'}` }
      }
      await assertNameFree()
      throw createRefused(`git could not move ${branch}`, moved)
    },
  }
}

/** The push addresses of a remote, if they differ from the one it is read from. */
type Elsewhere = {
  readonly reads: string
  readonly pushes: string
  /** Set for this remote, not for all remotes. */
  readonly isSet: boolean
}

/** Undefined if a remote pushes to the address that it reads from. Git's settings may give it other addresses. */
async function findPushElsewhere(git: Git, remote: string): Promise<Elsewhere | undefined> {
  const settings = await git(['config', '--get-regexp', PUSH_SETTINGS])
  // Git exits with 1 if nothing matches.
  if (settings.code === 1) return undefined
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
    `${remote} pushes to another repository than it reads from: a push to ${pushes} does not reach ${reads}`,
    [
      ...(isSet
        ? [
            {
              text: 'make it push to the address it reads from',
              command: ['git', 'config', '--unset-all', `remote.${remote}.pushurl`],
            } as const,
          ]
        : [advise('remove the setting url.*.pushInsteadOf that rewrites its address')]),
      advise('or name a remote whose two addresses are of one repository as state.remote in jobwright.yaml'),
    ],
  )
}

async function listBranches(git: Git, command: readonly string[]): Promise<string[]> {
  const { stdout } = await git(command)
  return stdout.split('\n').flatMap((line) => line.split('\trefs/heads/')[1] ?? [])
}

/**
 * Finds a branch whose name is a folder of this name, or the reverse. Git stores branches like files, and no file is
 * also a folder.
 */
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
 * Fetches without a trace: no remote-tracking ref, no FETCH_HEAD, no tags. In a shallow clone the head is enough, but a
 * full clone must not become shallow.
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
