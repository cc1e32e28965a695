import type { Diagnostic } from '../model/diagnostic.ts'
import type { Change, Claim, State } from '../model/state.ts'

/** What a store holds. `state` is absent where there is none, or where a diagnostic says why it cannot be used. */
export type Stored = { readonly state?: State; readonly diagnostics: readonly Diagnostic[] }

/** How a commit ended. `stale`: someone else wrote first, nothing was written; read again and plan again. */
export type Committed =
  | { readonly is: 'committed'; readonly state: State }
  | { readonly is: 'stale'; readonly message: string }

/** How a commit is made. */
export type CommitOptions = {
  /** Write even where nothing differs. */
  readonly always?: boolean
  /** Whose the state is from now on. */
  readonly claim?: { readonly project: string; readonly claimed: Claim }
}

/** A state held for writing. Its methods throw Problems (exit 8, or 4 for a repository that cannot be reached). */
export type OpenStore = {
  /** The stored state with everything appended since. */
  readonly state: State | undefined
  /**
   * Compare-and-swap: stores the state with these changes and all appended ones, its serial raised by one, only if the stored one is still
   * the one that was loaded or committed last. Nothing is written where nothing differs, unless `always`: of two that hold the same state one
   * alone gets further. The changes are lost if it fails: what must
   * survive that is appended first.
   */
  commit(changes: readonly Change[], message: string, options?: CommitOptions): Promise<Committed>
  /** Resolves when the changes are durable on this machine. They are in `state` at once, and stay there even if the disk refuses. */
  append(changes: readonly Change[]): Promise<void>
  /**
   * Stores the first state of a lineage. Refuses where there is one (STATE_EXISTS), and where there was one (STATE_MISSING) unless
   * `anew`; then the old lineage's journal is put aside, not dropped.
   */
  create(state: State, options?: { readonly anew?: boolean }): Promise<Committed>
  /** Commits what was only appended, and frees the lock. Throws STATE_STALE where that could not be committed; it is kept on this machine. */
  close(): Promise<void>
}

/** Where a state is kept. */
export type Store = {
  /** The place, for people. */
  readonly where: string
  /** The state as it is now, journal included. Takes no lock and changes nothing. */
  read(): Promise<Stored>
  /** Takes the lock; a journal that a dead process left is merged. */
  open(): Promise<OpenStore>
}

/** A stored text, and what tells this version of it from all others. Without a text, a version says that the place is there but empty. */
export type Loaded = { readonly text?: string; readonly version?: string }

/** How a swap ended. */
export type Swapped =
  | { readonly is: 'committed'; readonly version: string }
  | { readonly is: 'stale'; readonly message: string }

/** What a store is made over: one text that can be replaced if it is unchanged, and a folder on this machine for journal and lock. */
export type Backing = {
  /** The journal's file; the lock and its holder's name are beside it. */
  readonly journal: string
  readonly lock: string
  /** Reads the text. `toWrite` is false for a read that must leave no trace. */
  load(toWrite: boolean): Promise<Loaded>
  /** Replaces the text if its version is still `expected`; `undefined` means that there must be none. Durable when it resolves. */
  swap(expected: string | undefined, text: string, message: string): Promise<Swapped>
}
