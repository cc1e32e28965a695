/** What Git says about the folder that the specs were read from. */
export type Checkout =
  | { readonly git: false }
  | {
      readonly git: true
      /** HEAD; absent in a repository without commits. */
      readonly commit?: string
      /** Spec files that differ from HEAD or are untracked, relative to the root. */
      readonly dirty: readonly string[]
      /** YAML files that HEAD holds and the folder does not, relative to the root. */
      readonly deleted: readonly string[]
      /** History is cut off, so that ancestry may be unknown. */
      readonly shallow: boolean
      /** HEAD seen from the commit that the state was written from; `none` where the state names no commit. */
      readonly relation: 'none' | 'same' | 'ahead' | 'behind' | 'diverged' | 'unknown'
    }
