import path from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { Problem } from '../model/problem.ts'
import type { State } from '../model/state.ts'
import type { Disk } from '../system/disk.ts'
import { kernelLock, type TryLock } from '../system/kernel-lock.ts'
import { identifyProcess, type ProcessName } from '../system/this-process.ts'
import { reportDiskErrors } from './disk-problem.ts'
import { findMove } from './find-move.ts'
import { takeLock } from './lock.ts'
import { openHeldStore } from './open-store.ts'
import { compareStates, type Recovered, recover } from './recover.ts'
import { findWrongForm, type StateForm } from './state-form.ts'
import type { StateReader } from './state-reader.ts'
import type { Backing, HeldStore, Seen, Store } from './store.ts'

/** A store's access to its machine; a simulation passes its own. */
export type StoreAccess = {
  readonly disk: Disk
  readonly tryLock?: TryLock
  readonly name?: () => ProcessName
  /** Decides whose a state is. If missing, any state is accepted. */
  readonly judge?: Judge
  /** Reads the state's texts; by default each afresh. */
  readonly reader?: StateReader
  /** What its text must be. Default: a whole state. */
  readonly form?: StateForm
}

/** Judges a state for a project; `version` is that of its text. */
export type Judge = (state: State, version: string | undefined) => Promise<Verdict>

/** Why a state must not be used, or the project that the next write records in it. */
export type Verdict = { readonly problem?: Diagnostic; readonly stamp?: string }

/** Opens a store over anything that can replace a text if it is unchanged. `backing` is called at the first use. */
export function createStore(where: string, backing: () => Promise<Backing>, doors: StoreAccess): Store {
  const { disk, tryLock = kernelLock, name = identifyProcess, judge, reader, form } = doors
  // The journal is read first. If a process commits meanwhile, the result is an older journal over a newer state, which
  // recovery handles.
  const gather = async (from: Backing, toWrite: boolean, isMove = false) => {
    const journal = await reportDiskErrors(from.journal, 'reading the journal', () => disk.read(from.journal))
    const loaded = await from.load(toWrite)
    const recovered = recover({ where, ...loaded, journalFile: from.journal, journal }, reader)
    const seen = { text: loaded.text, changes: listChanges(recovered) }
    const left = isMove ? undefined : findMoveOf(where, recovered)
    const wrong = left ?? (recovered.state && findWrongForm(recovered.state, where, form))
    if (wrong !== undefined) return { loaded, recovered: { problem: wrong }, seen }
    if (judge === undefined || recovered.state === undefined) return { loaded, recovered, seen }
    const { problem, stamp } = await judge(recovered.state, loaded.version)
    return { loaded, recovered: problem === undefined ? recovered : { problem }, stamp, seen }
  }
  const hold = async (isMove: boolean): Promise<HeldStore> => {
    const from = await backing()
    const folder = path.dirname(from.journal)
    await reportDiskErrors(folder, 'making the folder', () => disk.makeFolder(folder))
    const release = await takeLock(from.lock, where, disk, tryLock, name())
    try {
      await reportDiskErrors(folder, 'clearing up', () => removeLeftovers(disk, from.journal))
      const { loaded, recovered, stamp, seen } = await gather(from, true, isMove)
      if (recovered.problem !== undefined && recovered.problem.code !== 'STATE_MISSING')
        throw new Problem(recovered.problem)
      return await openHeldStore({ where, backing: from, disk, loaded, recovered, release, seen, stamp })
    } catch (error) {
      await release()
      throw error
    }
  }
  return {
    where,
    async read() {
      const { recovered, seen } = await gather(await backing(), false)
      const { state, problem } = recovered
      return { state, diagnostics: problem === undefined ? [] : [problem], ...(form !== undefined && { seen }) }
    },
    open: () => hold(false),
    openToMove: () => hold(true),
  }
}

/** Explains why a state must not be used, if a move is the reason. */
function findMoveOf(where: string, { state, base, journal }: Recovered): Diagnostic | undefined {
  if (state === undefined || base === undefined) return undefined
  const isKept = base.moved !== undefined && journal !== undefined
  return findMove(where, state, isKept ? compareStates(base, state).length : 0)
}

/** Lists what a journal adds to the stored text, as one text. */
function listChanges({ journal }: Recovered): Seen['changes'] {
  return JSON.stringify(journal?.entries.filter(({ set }) => set !== 'folding') ?? [])
}

/**
 * Removes temporary files that a crash left beside the journal or the state. While we hold the lock, nobody else writes
 * there.
 */
async function removeLeftovers(disk: Disk, journal: string): Promise<void> {
  const folder = path.dirname(journal)
  const stem = path.basename(journal, '.journal')
  for (const name of await disk.list(folder)) {
    if (name.startsWith(`${stem}.`) && name.endsWith('.tmp')) await disk.remove(path.join(folder, name))
  }
}
