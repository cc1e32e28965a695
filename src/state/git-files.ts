import type { Git } from '../system/git.ts'
import type { Branch } from './git-compare-and-swap.ts'
import { formatEntry, listEntries, readBlob, type TreeEntry, writeBlob } from './git-objects.ts'
import type { StateText } from './state-text.ts'
import type { Loaded, Swapped } from './store.ts'
import { addWriteId, splitWriteId } from './write-id.ts'

/** How often a write tries to follow a head that other files' writes move. */
const TRIES = 20

/** Stores a file in a commit over this head, if the branch is still there. */
export type PutFile = (head: string | undefined, file: NewFile) => Promise<Swapped>

/** A new text for a file, its blob, and the tree entries of the other files at that head. */
export type NewFile = {
  readonly name: string
  readonly text: string
  readonly blob: string
  readonly others: readonly string[]
  readonly message: string
}

/** A file of a branch that other files share. */
export type BranchFile = {
  load(toWrite: boolean): Promise<Loaded>
  swap(expected: string | undefined, next: StateText, message: string): Promise<Swapped>
}

/** A branch whose files are written by different runs. */
export type BranchFiles = {
  /** Forgets the head, so that the next read asks for it. All reads until then are of one commit. */
  forget(): void
  fileOf(name: string, put: PutFile): BranchFile
}

/** Gives the stores of one branch's files the same view of it. */
export type SharedBranch = {
  open(create: () => BranchFiles): BranchFiles
  /** Forgets the head, if the branch is open. */
  forget(): void
}

/** Shares a branch that its first user opens. */
export function shareBranch(): SharedBranch {
  let files: BranchFiles | undefined
  return { open: (create) => (files ??= create()), forget: () => files?.forget() }
}

/** What one commit holds. */
type Snapshot = { readonly head: string | undefined; readonly entries: readonly TreeEntry[] }

/**
 * Opens a branch with several files. A file's version is its blob. Each write has an ID in its text, so each gives another blob. If only
 * other files changed meanwhile, a write follows the new head. So runs that write different files do not stop each other. `mark` creates a
 * text that no other write has.
 */
export function openBranchFiles(git: Git, branch: Branch, mark: () => string): BranchFiles {
  let known: Promise<Snapshot> | undefined
  const readSnapshot = async (): Promise<Snapshot> => {
    for (let tries = 1; ; tries++) {
      const head = await branch.head()
      if (head === undefined) return { head, entries: [] }
      try {
        await branch.bring(head)
        return { head, entries: await listEntries(git, head) }
      } catch (error) {
        // If the branch moves meanwhile, a fetch by name may not bring its previous head.
        if (tries === TRIES || (await branch.head()) === head) throw error
      }
    }
  }
  const forget = (): void => {
    known = undefined
  }
  const look = (): Promise<Snapshot> => {
    known ??= readSnapshot().catch((error: unknown) => {
      forget()
      throw error
    })
    return known
  }
  return {
    forget,
    fileOf: (name, put) => ({
      async load(toWrite) {
        if (toWrite) forget()
        const { head, entries } = await look()
        const entry = entries.find((one) => one.name === name)
        if (head !== undefined && toWrite) await branch.keep(head)
        if (entry === undefined) return {}
        return { text: splitWriteId(await readBlob(git, entry.object)).text, version: entry.object }
      },
      async swap(expected, next, message) {
        const text = addWriteId(next.text, mark())
        const blob = await writeBlob(git, text)
        for (let tries = 1; tries <= TRIES; tries++) {
          const snapshot = await look()
          const { head, entries } = snapshot
          const there = entries.find((one) => one.name === name)?.object
          // After a lost answer, other runs may have written their files on top of ours.
          if (there === blob) return { is: 'committed', version: blob }
          if (there === expected) {
            const others = entries.filter((one) => one.name !== name)
            const lines = others.map(({ line }) => line)
            const stored = await put(head, { name, text, blob, others: lines, message })
            if (stored.is === 'committed') {
              const own = { name, object: blob, line: formatEntry(name, blob) }
              known = Promise.resolve({ head: stored.version, entries: [...others, own] })
              return { is: 'committed', version: blob }
            }
          } else if (tries > 1) return { is: 'stale', message: `${name} was changed by something else` }
          // The head has moved, or is newer than the last read.
          forget()
        }
        return { is: 'stale', message: `other runs kept moving the branch of ${name}` }
      },
    }),
  }
}
