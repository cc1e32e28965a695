import type { Address } from '../model/address.ts'
import type { Attention } from '../model/attention.ts'
import { isSameJson, type Json } from '../model/json.ts'
import type { Change, State } from '../model/state.ts'

/** A change of the index of a split state. Everything but records is in the index. */
export type IndexChange = Exclude<Change, { readonly set: 'record' }>

/** What a commit asks of the index. */
export type IndexWish = {
  readonly changes: readonly IndexChange[]
  /** The part that holds the record of an address from now on. */
  readonly claims: ReadonlyMap<Address, string>
  /** The serials of the parts that the run holds, by name. They name new parts, too. */
  readonly serials: ReadonlyMap<string, number>
}

/**
 * Explains why a wish does not fit the index as it is now. `known`: the index by which this run planned. What the run relied on must not have
 * changed: the owner, the source, and all that it changes itself. Undefined: the wish fits, whatever other runs wrote.
 */
export function findClash(known: State, now: State, { changes, claims }: IndexWish): string | undefined {
  if (now.lineage !== known.lineage || now.split !== known.split) return 'the state was split or joined meanwhile'
  const isOwned = known.project === undefined || now.project === known.project
  if (!isOwned || !isSame(now.claimed, known.claimed)) return 'the state has another owner now'
  const source = changes.find((change) => change.set === 'source')?.source
  if (now.source?.commit !== known.source?.commit && now.source?.commit !== source?.commit)
    return 'another commit was reconciled meanwhile'
  const taken = [...claims.keys()].find((address) => now.homes?.[address] !== known.homes?.[address])
  if (taken !== undefined) return `another run has claimed ${taken}`
  for (const change of changes) {
    const what = findChanged(known, now, change)
    if (what !== undefined) return `another run has changed ${what}`
  }
  return undefined
}

function findChanged(known: State, now: State, change: IndexChange): string | undefined {
  switch (change.set) {
    case 'budget':
      return isSame(known.budgets?.[change.key], now.budgets?.[change.key]) ? undefined : `the budget ${change.key}`
    case 'series':
      return isSame(known.series?.[change.address], now.series?.[change.address])
        ? undefined
        : `the schedule of ${change.address}`
    case 'attention':
      return listNotes(known.attention, change.attention).find(
        (address) => !isSame(known.attention?.[address], now.attention?.[address]),
      )
    case 'foreign':
    case 'source':
      return undefined
  }
}

/** Rewrites changes so that they keep what other runs wrote to the index meanwhile. */
export function rebaseChanges(known: State, now: State, changes: readonly IndexChange[]): IndexChange[] {
  return changes.map((change) =>
    change.set === 'attention'
      ? { set: 'attention', attention: mergeNotes(known.attention, now.attention, change.attention) }
      : change,
  )
}

function mergeNotes(known: Attention | undefined, now: Attention | undefined, next: Attention): Attention {
  const merged: Record<Address, Attention[Address]> = { ...now }
  for (const address of listNotes(known, next)) {
    if (next[address] === undefined) delete merged[address]
    else merged[address] = next[address]
  }
  return merged
}

/** The addresses whose notes differ. */
function listNotes(known: Attention = {}, next: Attention): Address[] {
  const all = new Set([...Object.keys(known), ...Object.keys(next)]) as Set<Address>
  return [...all].filter((address) => !isSame(known[address], next[address]))
}

/** Returns whether a wish changes the index. New serials of known parts alone are not worth a write. */
export function isWrite({ parts = {} }: State, { changes, claims, serials }: IndexWish): boolean {
  return changes.length + claims.size > 0 || [...serials.keys()].some((name) => parts[name] === undefined)
}

/** The members of an index that say where records are, after a wish. */
export function addClaims(
  { parts = {}, homes = {} }: Pick<State, 'parts' | 'homes'>,
  { claims, serials }: Pick<IndexWish, 'claims' | 'serials'>,
): Required<Pick<State, 'parts' | 'homes'>> {
  const least = [...serials].map(([name, serial]) => [name, Math.max(serial, parts[name] ?? 0)] as const)
  return {
    parts: { ...parts, ...Object.fromEntries(least) },
    homes: claims.size === 0 ? homes : { ...homes, ...Object.fromEntries(claims) },
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return isSameJson(one as Json | undefined, other as Json | undefined)
}
