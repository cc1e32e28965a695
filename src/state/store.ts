import type { Address } from '../model/address.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Change, Claim, State } from '../model/state.ts'
import type { Entry } from './merge.ts'
import type { StateText } from './state-text.ts'

/** The content of a store. Without `state`, there is none, or a diagnostic says why it cannot be used. */
export type Stored = { readonly state?: State; readonly diagnostics: readonly Diagnostic[]; readonly seen?: Seen }

/** What a state was read from: its text, and the changes that a journal adds, as a JSON list. */
export type Seen = { readonly text: string | undefined; readonly changes: string }

/** How a commit ended. `stale`: another writer came first and nothing was written, so read and plan again. */
export type Committed =
  | { readonly is: 'committed'; readonly state: State }
  | { readonly is: 'stale'; readonly message: string }

/** The options of a commit. */
export type CommitOptions = {
  /** Write even if nothing has changed. */
  readonly always?: boolean
  /** The state's owner from now on. */
  readonly claim?: { readonly project: string; readonly claimed: Claim }
  /** Addresses about whose recorded jobs calls follow. What is known of them is stored first. */
  readonly steps?: readonly Address[]
  /** What makes the text the index of a split state, from now on. */
  readonly split?: Pick<State, 'parts' | 'homes' | 'split'> & Partial<Pick<State, 'minReader'>>
}

/** A state held for writing. Its methods throw Problems (exit 8, or 4 if the repository cannot be reached). */
export type OpenStore = {
  /** The stored state with everything appended since. */
  readonly state: State | undefined
  /** What it was opened with. Missing for a state of several texts. */
  readonly seen?: Seen
  /**
   * Compare-and-swap: stores the state with these changes and all appended ones, with its serial raised by one. It
   * succeeds only if the stored state is still the one last loaded or committed. Writes nothing if nothing has changed.
   * `always` writes even then, so that only one of two concurrent runs can proceed. The changes are lost on failure, so
   * append first what must survive.
   */
  commit(changes: readonly Change[], message: string, options?: CommitOptions): Promise<Committed>
  /**
   * Resolves when the changes are durable on this machine. They are in `state` at once, and stay there even if the disk
   * fails.
   */
  append(changes: readonly Change[]): Promise<void>
  /**
   * Stores the first state of a lineage. Rejects if there is a state (STATE_EXISTS), or if there was one
   * (STATE_MISSING) unless `anew`. The old lineage's journal is then moved aside, not deleted.
   */
  create(state: State, options?: { readonly anew?: boolean }): Promise<Committed>
  /**
   * Commits what was only appended, and releases the lock. Throws STATE_STALE if the commit fails; the changes stay on
   * this machine.
   */
  close(): Promise<void>
}

/** A state held to be moved. */
export type HeldStore = OpenStore & {
  /** What was appended, and no stored state holds. */
  readonly pending: readonly Entry[]
  /** Compare-and-swap: stores exactly this state, if the stored one is still the one last loaded or committed. */
  replace(state: State, message: string): Promise<Committed>
}

/** Where a state is kept. */
export type Store = {
  /** The place, for people. */
  readonly where: string
  /** The current state, journal included. Takes no lock and changes nothing. */
  read(): Promise<Stored>
  /** Takes the lock, and merges a journal that a dead process left. */
  open(): Promise<OpenStore>
  /** The same for a move, which also opens a tombstone and an inactive copy. */
  openToMove(): Promise<HeldStore>
}

/**
 * A stored text and its version. A version without a text means that the place exists but is empty. `digest` is the
 * text's, if the place knows it.
 */
export type Loaded = { readonly text?: string; readonly digest?: string; readonly version?: string }

/** How a swap ended. */
export type Swapped =
  | { readonly is: 'committed'; readonly version: string }
  | { readonly is: 'stale'; readonly message: string }

/**
 * The base of a store: a text that is replaced only if nobody has changed it, and a local folder for journal and lock.
 */
export type Backing = {
  /** The journal's file; the lock and its owner's name are beside it. */
  readonly journal: string
  readonly lock: string
  /** The most bytes of a text that it takes. Missing: as many as the place has room for. */
  readonly maxBytes?: number
  /** Reads the text. With `toWrite` false, the read leaves no trace. */
  load(toWrite: boolean): Promise<Loaded>
  /**
   * Replaces the text if its version is still `expected`; `undefined` means that there must be none. Durable when it
   * resolves.
   */
  swap(expected: string | undefined, next: StateText, message: string): Promise<Swapped>
}
