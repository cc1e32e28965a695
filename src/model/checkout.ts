/** The Git status of the folder that the specs were read from. */
export type Checkout =
  | { readonly git: false }
  | {
      readonly git: true
      /** HEAD. Missing in a repository without commits. */
      readonly commit?: string
      /** Files that differ from HEAD: specs, their `$file` texts, jobwright.yaml. Sorted by name. */
      readonly dirty: readonly Uncommitted[]
      /** Files of `policy.upload` that differ from HEAD, if their MD5 is computed. They hold no specs. */
      readonly uploads?: readonly Uncommitted[]
      /**
       * YAML files in HEAD that the folder lacks. Also links and submodules that may hide such files. Sorted by name.
       */
      readonly deleted: readonly Uncommitted[]
      /**
       * The YAML files of HEAD below the folder that were not read, relative to it. Only if HEAD holds what was read byte
       * for byte, and no link, submodule or filter of Git had a part in that.
       */
      readonly unread?: readonly string[]
      /** History is cut off, so ancestry may be unknown. */
      readonly shallow: boolean
      /** How HEAD relates to the commit that the state was written from. `none`: the state names no commit. */
      readonly relation: 'none' | 'same' | 'ahead' | 'behind' | 'diverged' | 'unknown'
    }

/** A file that differs from HEAD. */
export type Uncommitted = {
  /** Relative to the root, with forward slashes, as the specs name it. */
  readonly file: string
  readonly why: UncommittedWhy
  /** The path that `why` is about, relative to the root. Missing: the file itself. */
  readonly at?: string
}

/** Why a file differs from HEAD. */
export type UncommittedWhy =
  | 'edited'
  /** Edited, and an index flag hides the edit from Git. */
  | 'assume-unchanged'
  | 'skip-worktree'
  /** In the index, not in HEAD. */
  | 'staged'
  | 'untracked'
  | 'ignored'
  /** In HEAD, but not in this folder. */
  | 'deleted'
  /** In HEAD, but a sparse checkout or an index flag leaves it out. */
  | 'left-out'
  /** The link `at` leads elsewhere than in HEAD. */
  | 'link'
  /** The link `at` of HEAD leads outside the repository, or in a circle. */
  | 'link-outside'
  /** The submodule `at` has not been cloned. */
  | 'submodule-missing'
  /** The submodule `at` is at another commit than in HEAD. */
  | 'submodule-moved'
  /** The file differs from HEAD. So do the attributes `at`, by which Git would convert it. */
  | 'attributes'
  /** Git wrote the file with CRLF line ends, and HEAD has LF: an upload would send other bytes. */
  | 'line-ends'
  | 'no-commit'
