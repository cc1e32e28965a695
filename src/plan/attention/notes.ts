import type { Address } from '../../model/address.ts'
import {
  type Attention,
  type Finding,
  findNote,
  type NotedFinding,
  nameDuplicate,
  readDuplicateId,
} from '../../model/attention.ts'
import { groupBy } from '../../model/group.ts'
import { formatIso } from '../../model/iso.ts'
import type { Planned } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import type { Decision } from '../input.ts'
import { draftDuplicate, finish, hasFailed, isExcused, readFacts } from './findings.ts'

/**
 * The duplicates that a run found: address -> the IDs of its duplicates. Addresses that it did not check are missing.
 */
export type Audited = ReadonlyMap<Address, readonly string[]>

/** The inputs of notes. */
export type Notes = {
  readonly findings: readonly Finding[]
  readonly lines: readonly Planned[]
  readonly state: State
  readonly audited: Audited
  /** Whether every address was planned. Then one without a line needs no notes. */
  readonly isWhole: boolean
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * Returns the notes of a state after a run: what needs a person, and what people acknowledged. A higher run or a
 * removed spec drops an acknowledgement. A finding that no line shows any more is dropped, unless AWS could not be
 * read. Undefined: no notes, old or new.
 */
export function noteAttention(given: Notes): Attention | undefined {
  const { findings, lines, state } = given
  const before = state.attention
  if (before === undefined && findings.length === 0) return undefined
  const lineAt = new Map(lines.map((planned) => [planned.address, planned]))
  const found = groupBy(findings, ({ address }) => address)
  const addresses = new Set([...(Object.keys(before ?? {}) as Address[]), ...found.keys()])
  const entries = [...addresses].sort().map((address): [Address, NotedFinding[]] => {
    const kept = (before?.[address] ?? []).filter((noted) =>
      isStillDue({ ...given, findings: found.get(address) ?? [] }, address, noted, lineAt.get(address)),
    )
    const isNew = (one: Finding): boolean => one.kind === 'duplicate' || one.isOfLine
    const own = (found.get(address) ?? []).filter(
      (one) => isNew(one) && findNote({ [address]: kept }, one) === undefined,
    )
    return [address, [...kept, ...own.map(({ run, finding }) => ({ run, finding, seen: formatIso(given.now) }))]]
  })
  return Object.fromEntries(entries.filter(([, noted]) => noted.length > 0))
}

function isStillDue(given: Notes, address: Address, noted: NotedFinding, planned: Planned | undefined): boolean {
  const record = given.state.records[address]
  if (record?.withdrawn !== undefined) return false
  const wanted = planned ? readFacts(planned, undefined).wanted : 0
  if (noted.run < Math.max(wanted, record?.run ?? 0)) return false
  const id = readDuplicateId(noted.finding)
  const duplicates = given.audited.get(address)
  if (id !== undefined && duplicates && !noted.acknowledged) return duplicates.includes(id)
  if (planned === undefined) return record !== undefined || !given.isWhole
  if (noted.acknowledged !== undefined) return true
  if (isExcused(given.state, address, noted)) return false
  if (id !== undefined) return true
  // What could not be judged in this run stays as it was.
  if (planned.action === 'settling' || planned.action === 'blocked') return true
  return given.findings.some((one) => one.run === noted.run && one.finding === noted.finding)
}

/** Replaces the duplicates of audited addresses with those that the audit found. */
export function addDuplicates(
  findings: readonly Finding[],
  { state, audited, lines }: Pick<Notes, 'state' | 'audited' | 'lines'>,
): Finding[] {
  const specAt = new Map(lines.map(({ address, spec }) => [address, spec]))
  const rest = findings.filter(({ kind, address }) => kind !== 'duplicate' || !audited.has(address))
  const fresh = [...audited].flatMap(([address, ids]) => {
    const record = state.records[address]
    if (record === undefined) return []
    const { run, id: own } = record
    const drafts = ids.map((id) => draftDuplicate(address, { run, finding: nameDuplicate(id) }, id, own))
    return drafts.map((draft) => finish(state.attention, { address, spec: specAt.get(address) }, draft))
  })
  return [...rest, ...fresh]
}

/** Returns the notes after a person acknowledged findings. */
export function acknowledge(
  attention: Attention | undefined,
  findings: readonly Finding[],
  { now, reason }: { readonly now: number; readonly reason?: string },
): Attention {
  const next: Record<Address, readonly NotedFinding[]> = { ...attention }
  for (const { address, run, finding } of findings) {
    const notes = next[address] ?? []
    const old = notes.find((noted) => noted.run === run && noted.finding === finding)
    const noted: NotedFinding = {
      ...old,
      run,
      finding,
      acknowledged: formatIso(now),
      ...(reason !== undefined && { reason }),
    }
    next[address] = [...notes.filter((one) => one !== old), noted]
  }
  return next
}

/**
 * Returns the notes of a state after people decided about addresses. A decision that changed a record settles the run's
 * notes about it. A baseline acknowledges a job that failed before the state began. Undefined: nothing changes.
 */
export function noteDecided({
  state,
  decisions,
  touched,
  audited,
  now,
}: {
  readonly state: State
  readonly audited: Audited
  readonly decisions: ReadonlyMap<Address, Decision>
  readonly touched: ReadonlySet<Address>
  /** Epoch milliseconds. */
  readonly now: number
}): Attention | undefined {
  const next: Record<Address, readonly NotedFinding[]> = { ...state.attention }
  for (const [address, decision] of decisions) {
    const record = state.records[address]
    const kept = (next[address] ?? []).filter((noted) => {
      if (noted.acknowledged !== undefined) return true
      if (isExcused(state, address, noted)) return false
      return readDuplicateId(noted.finding) !== undefined || !touched.has(address)
    })
    const isTaken = decision.is === 'baseline' && touched.has(address) && record !== undefined && hasFailed(record)
    const taken: NotedFinding[] = isTaken
      ? [{ run: record.run, finding: 'failed', acknowledged: formatIso(now), reason: 'baseline' }]
      : []
    next[address] = [...kept, ...taken]
    if (next[address].length === 0) delete next[address]
  }
  for (const [address, ids] of audited) {
    const run = state.records[address]?.run
    if (run === undefined) continue
    const named = ids.map((id) => ({ run, finding: nameDuplicate(id), seen: formatIso(now) }))
    const fresh = named.filter((one) => findNote(next, { address, ...one }) === undefined)
    if (fresh.length > 0) next[address] = [...(next[address] ?? []), ...fresh]
  }
  return state.attention === undefined && Object.keys(next).length === 0 ? undefined : next
}
