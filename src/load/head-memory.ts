import { computeTextBlobId, detectObjectFormat, type ObjectFormat } from '../system/git-blob.ts'
import type { HeadTree } from './head.ts'

/** What a commit's ID fixes for ever. */
type Names = Pick<HeadTree, 'commit' | 'entries' | 'folders' | 'targets'>

/** What a process that compares with HEAD again and again keeps in memory. IDs of Git follow from content, so none of it ages. */
export type HeadMemory = {
  /** Begins a comparison. Texts that the one before did not have are forgotten. */
  begin(): void
  /** Returns the tree of a commit, if it is the last one that was kept. */
  recallTree(commit: string): Names | undefined
  keepTree(names: Names): void
  /** Computes the blob ID of a text. */
  computeId(text: string, format: ObjectFormat): string
}

/** Creates an empty memory for one repository. */
export function createHeadMemory(): HeadMemory {
  let last: Names | undefined
  let before = new Map<string, string>()
  let used = new Map<string, string>()
  return {
    begin() {
      before = used
      used = new Map()
    },
    recallTree: (commit) => (last?.commit === commit ? last : undefined),
    keepTree({ commit, entries, folders, targets }) {
      last = { commit, entries, folders, targets }
    },
    computeId(text, format) {
      const known = used.get(text) ?? before.get(text)
      const isKnown = known !== undefined && detectObjectFormat(known) === format
      const id = isKnown ? known : computeTextBlobId(text, format)
      used.set(text, id)
      return id
    },
  }
}
