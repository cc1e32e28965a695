import { type Address, parseAddress } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import { isSameJson } from '../model/json.ts'
import {
  applyChanges,
  type Change,
  getSiteKey,
  isSettled,
  type JobRecord,
  recordEntries,
  type State,
} from '../model/state.ts'

/**
 * An attempt of a create. `at` is when its intent became durable. It is needed because a released attempt's number is
 * used again, perhaps on another machine.
 */
export type Attempt = { readonly run: number; readonly attempt: number; readonly at: string }

type Budget = NonNullable<State['budgets']>[string]

/** A change in the journal. `was` is the attempt whose intent the change replaces or removes. */
export type Entry = Change & { readonly was?: Attempt }

/**
 * Chooses the record that is further along. The first of these that differs decides: the higher run, a known job before
 * a possibly sent one, the later attempt, the later stage, an ended job before an unfinished one. If all are equal, a
 * record with an ID wins, then the first.
 */
export function chooseMoreAdvanced(a: JobRecord, b: JobRecord): JobRecord {
  const [left, right] = [rank(a), rank(b)]
  for (const [index, own] of left.entries()) {
    const other = right[index] ?? 0
    if (own > other) return a
    if (own < other) return b
  }
  return a
}

/**
 * Merges a journal into a base that may be older or newer than its own. For each address, the further of the base's
 * record and the journal's last one stays. If the base has moved the record to another address, it is merged there. A
 * release removes only the intent of the attempt that it released. The base's source stays if it has one; of a budget,
 * the higher count of the later day stays. The merge is idempotent.
 */
export function merge(base: State, entries: readonly Entry[]): State {
  const released = new Map<Address, Attempt[]>()
  const settled = new Map<Address, Attempt[]>()
  const last = new Map<Address, JobRecord | null>()
  const others: Change[] = []
  for (const entry of entries) {
    if (entry.set !== 'record') {
      others.push(...keepOver(base, entry))
      continue
    }
    last.set(entry.address, entry.record)
    if (entry.was === undefined) continue
    const attempts = entry.record === null ? released : settled
    attempts.set(entry.address, [...(attempts.get(entry.address) ?? []), entry.was])
  }
  const heirs = indexHeirs(base)
  const records: Change[] = []
  for (const [name, record] of last) {
    const address = record === null ? name : (findHeir(base, heirs, name, record, settled.get(name) ?? []) ?? name)
    const stored = base.records[address]
    const next =
      record === null
        ? dropReleased(stored, released.get(address) ?? [])
        : stored === undefined
          ? record
          : chooseMoreAdvanced(stored, record)
    records.push({ set: 'record', address, record: next ?? null })
  }
  return applyChanges(base, [...records, ...others])
}

/** The attempt whose intent a record is, if it is one. */
export function getAttempt(record: JobRecord | undefined): Attempt | undefined {
  if (record?.intent === undefined || (record.stage !== 'intent' && record.stage !== 'settling')) return undefined
  const { attempt, at } = record.intent
  return { run: record.run, attempt, at }
}

/**
 * Finds where a job's or an attempt's record is now. The key is a kind, a site and a run, with the job's ID or the
 * attempt's number and time.
 */
type HeirIndex = ReadonlyMap<string, readonly Address[]>

function indexHeirs(base: State): HeirIndex {
  const index = new Map<string, Address[]>()
  for (const [address, record] of recordEntries(base.records)) {
    const attempt = getAttempt(record)
    const keys = [
      ...(record.history ?? []).map(({ run, id }) => getJobKey(address, record, run, id)),
      attempt ? getAttemptKey(address, record, attempt) : getJobKey(address, record, record.run, record.id),
    ]
    for (const key of new Set(keys)) {
      if (key === undefined) continue
      const known = index.get(key)
      if (known) known.push(address)
      else index.set(key, [address])
    }
  }
  return index
}

function getJobKey(address: Address, { site }: JobRecord, run: number, id: string | undefined): string | undefined {
  return id === undefined ? undefined : JSON.stringify([parseAddress(address).kind, getSiteKey(site), run, id])
}

function getAttemptKey(address: Address, { site }: JobRecord, { run, attempt, at }: Attempt): string {
  return JSON.stringify([parseAddress(address).kind, getSiteKey(site), run, attempt, at])
}

/**
 * Finds the renamed spec that has taken a record: its address has or had the job, or settles the same attempt. The old
 * name may belong to another spec by now. The address that has the job comes first: a job has one owner.
 */
function findHeir(
  base: State,
  heirs: HeirIndex,
  address: Address,
  record: JobRecord,
  settled: readonly Attempt[],
): Address | undefined {
  const stored = base.records[address]
  const isSameRequest = (held: JobRecord): boolean => isSameJson(held.request, record.request)
  const ofJob = heirs.get(getJobKey(address, record, record.run, record.id) ?? '') ?? []
  if (ofJob.length > 0) return ofJob.includes(address) ? address : ofJob[0]
  // An identical spec of the same pass has an attempt of the same number and time.
  if (stored !== undefined && isSameRequest(stored)) return undefined
  return settled
    .flatMap((attempt) => heirs.get(getAttemptKey(address, record, attempt)) ?? [])
    .find((other) => isSameRequest(base.records[other]!))
}

function isSame(a: Attempt, b: Attempt | undefined): boolean {
  return a.run === b?.run && a.attempt === b.attempt && a.at === b.at
}

function dropReleased(record: JobRecord | undefined, released: readonly Attempt[]): JobRecord | undefined {
  const attempt = getAttempt(record)
  return released.some((one) => isSame(one, attempt)) ? undefined : record
}

function keepOver(base: State, change: Exclude<Change, { set: 'record' }>): Change[] {
  switch (change.set) {
    case 'source':
      return base.source === undefined ? [change] : []
    case 'budget':
      return isLater(change, base.budgets?.[change.key]) ? [change] : []
    case 'foreign':
      return [change]
    // No journal contains them.
    case 'attention':
    case 'series':
      return []
  }
}

function isLater(budget: Budget, stored: Budget | undefined): boolean {
  return stored === undefined || budget.day > stored.day || (budget.day === stored.day && budget.used > stored.used)
}

function rank(record: JobRecord): number[] {
  const isKnown = isSettled(record)
  return [
    record.run,
    isKnown ? 1 : 0,
    isKnown ? 0 : record.intent.attempt,
    record.stage === 'settling' || record.stage === 'started' ? 1 : 0,
    isTerminal(record.condition) ? 1 : 0,
    record.id === undefined ? 0 : 1,
  ]
}
