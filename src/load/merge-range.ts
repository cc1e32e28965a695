import { openGit } from '../system/git.ts'

/** What a code host says of a merged branch. */
export type Merged = {
  /** The commit on the default branch: a merge, a squashed commit, or the last one of a rebased branch. */
  readonly commit: string
  /** How many commits the branch had. */
  readonly count: number
  /** The last commit of the branch. */
  readonly last?: { readonly message: string; readonly authoredDate: string }
}

/**
 * Returns the commit of the default branch right before a branch was merged, whatever the method. Undefined if HEAD does not contain the
 * merge.
 */
export async function findMergeBase(root: string, { commit, count, last }: Merged): Promise<string | undefined> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return undefined
  const git = openGit(root)
  if ((await git(['merge-base', '--is-ancestor', commit, 'HEAD'])).code !== 0) return undefined
  const { stdout } = await git(['show', '--no-patch', '--format=%P%n%aI%n%B', commit])
  const [parents = '', authoredDate = '', ...message] = stdout.split('\n')
  const [first = '', ...others] = parents.split(' ')
  // A rebase keeps author, date and message of each commit. A squash makes one new commit.
  const isSame = Date.parse(authoredDate) === Date.parse(last?.authoredDate ?? '')
  const isRebased = others.length === 0 && isSame && message.join('\n').trim() === last?.message.trim()
  if (!isRebased || count < 2) return first || undefined
  const { code, stdout: base } = await git(['rev-parse', '--verify', '--quiet', `${commit}~${count}^{commit}`])
  return code === 0 ? base.trim() : first
}

/** Returns whether a push brought a commit. */
export async function isPushedWith(
  root: string,
  { before, after }: { readonly before: string; readonly after: string },
  commit: string,
): Promise<boolean> {
  const git = openGit(root)
  const contains = async (tip: string): Promise<boolean> =>
    (await git(['merge-base', '--is-ancestor', commit, tip])).code === 0
  return (await contains(after)) && !(await contains(before))
}
