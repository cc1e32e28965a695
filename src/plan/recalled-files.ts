import { type Address, formatAddress } from '../model/address.ts'
import { isTerminal } from '../model/condition.ts'
import { isDownloadDue } from '../model/record.ts'
import type { Blocked, Spec } from '../model/spec.ts'
import { isSettled, type JobRecord, recordEntries } from '../model/state.ts'
import type { PlanInput } from './input.ts'
import { findEdits } from './questions/edits.ts'
import { fillRecordedMd5 } from './questions/files.ts'

/** The files to check afresh before a plan: all, or these. */
export type Doubtful = 'all' | ReadonlySet<string>

/** Specs, and the files among theirs that were remembered instead of read. */
export type Recalled = Pick<PlanInput, 'specs' | 'blocked' | 'state' | 'modelOf'> & {
  readonly recalled: ReadonlySet<string>
}

/**
 * Finds the remembered specs that a plan must not use. A plan may use such a spec only if it leads to `keep`: its job
 * is finished, and the spec has not changed. A create and a removal depend on every spec: one that is missing, renamed
 * or waited for. So if either is possible, all specs are doubtful.
 */
export function findDoubtful(input: Recalled): Doubtful {
  const { specs, blocked, state, recalled } = input
  if (recalled.size === 0) return recalled
  if (state === undefined || specs.some((spec) => isSubmittable(spec, state.records[spec.address]))) return 'all'
  if (hasOrphan(state.records, [...specs, ...blocked])) return 'all'
  const doubtful = [...specs.filter((spec) => !isDone(input, spec)), ...blocked]
  return new Set(doubtful.map(({ place }) => place.file).filter((file) => recalled.has(file)))
}

/** Returns whether a create may be due, or may have been sent. */
function isSubmittable({ policy }: Spec, record: JobRecord | undefined): boolean {
  if (record !== undefined && !isSettled(record)) return true
  return !policy.hold && policy.run > (record?.run ?? 0)
}

/** Returns whether a record has no spec and was not withdrawn yet. */
function hasOrphan(
  records: Readonly<Record<Address, JobRecord>>,
  all: readonly Pick<Spec | Blocked, 'address'>[],
): boolean {
  const present = new Set(all.map(({ address }) => address))
  return recordEntries(records).some(([address, { withdrawn }]) => withdrawn === undefined && !present.has(address))
}

/** Returns whether the job of a spec has ended, and nothing about either is left to do or to record. */
function isDone({ state, modelOf }: Recalled, given: Spec): boolean {
  const record = state?.records[given.address]
  if (!record || !isTerminal(record.condition) || record.withdrawn !== undefined || record.lost || record.unaudited)
    return false
  const former = given.formerly === undefined ? undefined : formatAddress(given.kind, given.formerly)
  if (record.run !== given.policy.run || (former !== undefined && state?.records[former])) return false
  const spec = fillRecordedMd5({ state, modelOf }, given)
  return !isDownloadDue(spec, record) && findEdits(spec, record, modelOf(spec.kind), undefined).length === 0
}
