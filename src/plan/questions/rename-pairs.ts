import { type Address, parseAddress } from '../../model/address.ts'
import { groupBy } from '../../model/group.ts'
import { canonicalise } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { type JobRecord, recordEntries } from '../../model/state.ts'
import { writeDocuments } from '../../model/write-documents.ts'
import type { PlanInput } from '../input.ts'
import { getRequestKey } from './request-key.ts'

/**
 * Pairs of a record whose spec was removed and an unrecorded spec with the same request. Perhaps they are one job under
 * two names.
 */
export type Renames = {
  /** The new name -> the old one. */
  readonly to: ReadonlyMap<Address, Address>
  /**
   * The old name -> a new one. Such a record is not withdrawn, so the question stays open until somebody answers it.
   */
  readonly from: ReadonlyMap<Address, Address>
}

const NONE: Renames = { to: new Map(), from: new Map() }

/** Compares requests without their job ID. Costs nothing while every record has a spec, or every spec a record. */
export function findRenames(
  input: Pick<PlanInput, 'specs' | 'blocked' | 'modelOf'>,
  records: Readonly<Record<Address, JobRecord>>,
): Renames {
  const fresh = input.specs.filter((spec) => !records[spec.address] && !spec.policy.allowIdentical)
  if (fresh.length === 0) return NONE
  const present = new Set<Address>([...input.specs, ...input.blocked].map(({ address }) => address))
  const kinds = new Set(fresh.map(({ kind }) => kind))
  const isOrphan = ([address, { withdrawn }]: [Address, JobRecord]): boolean =>
    withdrawn === undefined && !present.has(address) && kinds.has(parseAddress(address).kind)
  const orphans = groupBy(recordEntries(records).filter(isOrphan), ([address, { request }]) =>
    getKey(input.modelOf(parseAddress(address).kind), request),
  )
  if (orphans.size === 0) return NONE
  const to = new Map<Address, Address>()
  const from = new Map<Address, Address>()
  for (const spec of fresh) {
    const key = getKey(input.modelOf(spec.kind), spec.request)
    const [first, ...others] = orphans.get(key) ?? []
    if (first === undefined) continue
    to.set(spec.address, first[0])
    // Each former name is reported once, by the first spec that looks like it.
    for (const [old] of [first, ...others]) if (!from.has(old)) from.set(old, spec.address)
    orphans.set(key, [first])
  }
  return { to, from }
}

/** A renamed spec may differ in members that AWS can update. */
function getKey(model: KindModel, request: JobRecord['request']): string {
  const identity = model.identity.identify?.(writeDocuments(request, model.request.documents))
  return `${model.kind} ${identity ? canonicalise(identity) : getRequestKey(request, model)}`
}
