import type { Address } from '../model/address.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { isSameJson, type Json } from '../model/json.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { emptyState, type JobRecord, recordEntries, SPLIT_READER, type State } from '../model/state.ts'
import type { Clock } from '../system/clock.ts'
import type { Committed, HeldStore, Store } from './store.ts'

/** How a split state is kept. */
export type SplitPlaces = {
  /** The place of the index, for people. It is where the whole state was. */
  readonly where: string
  /** Creates the store of the index, or of the part of this name. */
  readonly storeOf: (part: string | undefined) => Store
  /** Names the part that a record belongs to. */
  readonly partOf: (address: Address, record: JobRecord) => string
  readonly clock: Pick<Clock, 'sleep'>
  /** Called before reads that must show the newest texts. */
  readonly refresh?: () => void
}

const RESTORE = 'Restore it: a newer version of the object, the last commit of the branch, or a backup'

/** Creates a part without records. `split`: the serial of the whole state that is split. */
export function emptyPart(name: string, { lineage, horizon }: State, split: number): State {
  return { ...emptyState(lineage, horizon), serial: split, minReader: SPLIT_READER, part: name, split }
}

/**
 * Stores the first text of a part, over what an earlier split left there. A split that was killed left a copy of the same whole state. Throws a
 * Problem (exit 8) if another state or a newer split of this one uses the part.
 */
export async function storePart(held: HeldStore, where: string, part: State): Promise<Committed> {
  const there = held.state
  if (there === undefined) return held.create(part, { anew: true })
  const trouble = findForeignPart(where, there, part)
  if (trouble !== undefined) throw new Problem(trouble)
  const { split = 0 } = part
  const isUsed =
    there.split === split && recordEntries(there.records).some(([at, one]) => !isSame(one, part.records[at]))
  if (isUsed || (there.split ?? 0) > split) throw new Problem(createOutdated(where, there))
  return held.replace({ ...part, serial: Math.max(split, there.serial) + 1 }, `Begin the part ${part.part}`)
}

/** Explains why a text cannot be this part of a split state; undefined if it can. `least`: the serial that it has at least. */
export function findWrongPart(
  where: string,
  there: State | undefined,
  index: State,
  least: number,
): Diagnostic | undefined {
  // What the index names was stored. It is never taken for empty.
  if (there === undefined)
    return refuse(
      'STATE_MISSING',
      `${where}, a part of the state, is missing; without it, its jobs would be created again`,
      RESTORE,
    )
  const foreign = findForeignPart(where, there, index)
  if (foreign !== undefined) return foreign
  const { split = 0 } = index
  if ((there.split ?? 0) > split) return createOutdated(where, there)
  if (there.split !== split)
    return refuse(
      'STATE_REWOUND',
      `${where} is a part of an earlier split of the state, at serial ${there.split}`,
      RESTORE,
    )
  if (there.serial >= least) return undefined
  return refuse('STATE_REWOUND', `${where} has serial ${there.serial}; the index has seen serial ${least}`, RESTORE)
}

/** Creates the diagnostic for an index that lacks the address of a record. */
export function createOutdatedIndex(where: string, address: Address): Diagnostic {
  const message = `${where}, the index of the state, does not know ${address}, which a part records`
  return refuse('STATE_REWOUND', message, RESTORE)
}

/** The state that would use the part is older than the part. */
function createOutdated(where: string, { split, serial }: State): Diagnostic {
  const message = `${where} is newer than the state: a part at serial ${serial}, of a split at serial ${split}`
  return refuse(
    'STATE_REWOUND',
    message,
    'Restore the newer state beside it: a newer version, a later commit, or a backup',
  )
}

function findForeignPart(where: string, { lineage: own }: State, { lineage }: State): Diagnostic | undefined {
  if (own === lineage) return undefined
  const message = `${where} is of lineage ${own}; the state that it would be a part of has lineage ${lineage}`
  return refuse('STATE_LINEAGE', message, 'If no state needs it any more, move it away', 'Else restore the right part')
}

function refuse(code: Diagnostic['code'], message: string, ...ways: readonly string[]): Diagnostic {
  return diagnose({ code, message, remedies: ways.map(advise) })
}

function isSame(one: JobRecord, other: JobRecord | undefined): boolean {
  return isSameJson(one as unknown as Json, other as unknown as Json | undefined)
}
