import type { CheckedDocument, Memory } from './memory.ts'

/** A memory of what this process checked itself. */
export type OwnMemory = Memory & {
  /** Begins a round. What the round before did not recall is forgotten. */
  begin(): void
}

/** Creates a memory of checked files, by their text. */
export function createOwnMemory(): OwnMemory {
  let before = new Map<string, readonly CheckedDocument[]>()
  let used = new Map<string, readonly CheckedDocument[]>()
  return {
    isOwn: true,
    begin() {
      before = used
      used = new Map()
    },
    recall(_file, text) {
      const known = used.get(text) ?? before.get(text)
      if (known) used.set(text, known)
      return known
    },
    keep(text, documents) {
      used.set(text, documents)
    },
  }
}
