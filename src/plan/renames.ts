import { type Address, partsOf } from '../model/address.ts'
import { canonical } from '../model/json.ts'
import type { KindModel } from '../model/kind.ts'
import { type JobRecord, recordEntries } from '../model/state.ts'
import { written } from '../model/written.ts'
import { requestKey } from './edit.ts'
import type { PlanInput } from './input.ts'

/** Records whose spec is gone, and specs without a record that look like them: perhaps one job under two names. */
export type Renames = {
  /** The new name -> the old one. */
  readonly to: ReadonlyMap<Address, Address>
  /** The old name -> a new one. Such a record is not withdrawn, so that the question stays open until somebody answers it. */
  readonly from: ReadonlyMap<Address, Address>
}

const NONE: Renames = { to: new Map(), from: new Map() }

/** Compares requests without their job ID. Costs nothing while every record has a spec. */
export function findRenames(
  input: Pick<PlanInput, 'specs' | 'blocked' | 'modelOf'>,
  records: Readonly<Record<Address, JobRecord>>,
): Renames {
  const present = new Set<Address>([...input.specs, ...input.blocked].map(({ address }) => address))
  const fresh = input.specs.filter((spec) => !records[spec.address] && !spec.policy.allowIdentical)
  const kinds = new Set(fresh.map(({ kind }) => kind))
  const orphans = new Map<string, Address[]>()
  for (const [address, record] of recordEntries(records)) {
    const { kind } = partsOf(address)
    if (record.withdrawn !== undefined || present.has(address) || !kinds.has(kind)) continue
    const key = keyOf(input.modelOf(kind), record.request)
    orphans.set(key, [...(orphans.get(key) ?? []), address])
  }
  if (orphans.size === 0) return NONE
  const to = new Map<Address, Address>()
  const from = new Map<Address, Address>()
  for (const spec of fresh) {
    const alike = orphans.get(keyOf(input.modelOf(spec.kind), spec.request)) ?? []
    for (const old of alike) {
      if (!to.has(spec.address)) to.set(spec.address, old)
      if (!from.has(old)) from.set(old, spec.address)
    }
  }
  return { to, from }
}

/** A job that is renamed may say something else in what AWS lets one change. */
function keyOf(model: KindModel, request: JobRecord['request']): string {
  const identity = model.identity.identify?.(written(request, model.request.documents))
  return `${model.kind} ${identity ? canonical(identity) : requestKey(request, model)}`
}
