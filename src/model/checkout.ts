/** What Git says about the folder that the specs were read from. */
export type Checkout =
  | { readonly git: false }
  | {
      readonly git: true
      /** HEAD; absent in a repository without commits. */
      readonly commit?: string
      /** Files of which HEAD does not hold what was read: specs, their `$file` texts, jobwright.yaml. By name. */
      readonly dirty: readonly Uncommitted[]
      /** The same of files of `policy.upload`, as far as their MD5 is computed. They hold no specs. */
      readonly uploads?: readonly Uncommitted[]
      /** YAML files that HEAD holds and the folder does not, and what may hide such files: links and submodules. By name. */
      readonly deleted: readonly Uncommitted[]
      /** History is cut off, so that ancestry may be unknown. */
      readonly shallow: boolean
      /** HEAD seen from the commit that the state was written from; `none` where the state names no commit. */
      readonly relation: 'none' | 'same' | 'ahead' | 'behind' | 'diverged' | 'unknown'
    }

/** A file of which HEAD does not hold what was read. */
export type Uncommitted = {
  /** Relative to the root, with forward slashes, as the specs lead to it. */
  readonly file: string
  readonly why: UncommittedWhy
  /** The path that `why` is about, relative to the root; absent: the file itself. */
  readonly at?: string
}

/** Why HEAD does not hold what was read of a file. */
export type UncommittedWhy =
  | 'edited'
  /** Edited, and an index flag hides the edit from Git. */
  | 'assume-unchanged'
  | 'skip-worktree'
  /** In the index, not in HEAD. */
  | 'staged'
  | 'untracked'
  | 'ignored'
  /** HEAD holds it, this folder does not. */
  | 'deleted'
  /** The same of a file that a sparse checkout, or its index flag, leaves out. */
  | 'left-out'
  /** A path leads elsewhere by links (`at`) than HEAD's links do. */
  | 'link'
  /** A link of HEAD (`at`) leads outside of the repository, or round in a circle. */
  | 'link-outside'
  /** The submodule `at` has not been cloned. */
  | 'submodule-missing'
  /** The submodule `at` is at another commit than HEAD records. */
  | 'submodule-moved'
  /** What was read differs from HEAD, and the attributes by which Git would convert it (`at`) do so too. */
  | 'attributes'
  /** Git gave the file CRLF line ends in this checkout, and HEAD's have none: an upload would send other bytes. */
  | 'line-ends'
  | 'no-commit'
