import { createOwnMemory } from '../documents/own-memory.ts'
import { createHeadMemory, type HeadMemory } from '../load/head-memory.ts'
import type { LoadOptions } from '../load/load.ts'
import { createRepositoryMemory, type RepositoryMemory } from '../load/repository.ts'
import { createStateReader, type StateReader } from '../state/state-reader.ts'
import { keepTexts } from '../system/known-texts.ts'

/** What a process that plans again and again keeps in memory: unchanged texts, their checked specs, the state, and HEAD. */
export type Known = {
  /** Begins to load specs again. */
  begin(): Pick<LoadOptions, 'source' | 'memory'>
  /** Returns the stamp that a file had when it was loaded. */
  readonly stampOf: (file: string) => string | undefined
  readonly stateReader: StateReader
  readonly head: HeadMemory
  readonly repository: RepositoryMemory
}

/** Creates an empty memory for the project in a folder. */
export function createKnown(root: string): Known {
  const texts = keepTexts(root)
  const memory = createOwnMemory()
  return {
    begin() {
      memory.begin()
      return { source: texts.open(), memory }
    },
    stampOf: texts.stampOf,
    stateReader: createStateReader(),
    head: createHeadMemory(),
    repository: createRepositoryMemory(root),
  }
}
