import { type Address, formatAddress } from '../../model/address.ts'
import { moveNotes } from '../../model/attention.ts'
import type { JobRecord } from '../../model/state.ts'
import type { PlanInput } from '../input.ts'
import { explainPresence } from './absence.ts'

/**
 * Applies `metadata.formerly`: moves the record of the old name to the new one before anything is compared, without a
 * call. This requires that the old spec was removed. Otherwise the old spec would lose its record and be submitted
 * again.
 */
export function moveFormerNames(input: PlanInput): { input: PlanInput; moved: ReadonlyMap<Address, Address> } {
  const moved = new Map<Address, Address>()
  // Records are copied only if one may move.
  const renamed = input.specs.filter(({ formerly }) => formerly !== undefined)
  if (renamed.length === 0 || explainPresence(input) !== undefined) return { input, moved }
  const records: Record<Address, JobRecord> = { ...input.state?.records }
  const present = new Set<Address>([...input.specs, ...input.blocked].map(({ address }) => address))
  for (const spec of renamed) {
    const from = formatAddress(spec.kind, spec.formerly!)
    const record = records[from]
    // A decision about the old name needs its record under that name.
    if (!record || records[spec.address] || present.has(from) || input.decisions?.has(from)) continue
    delete records[from]
    records[spec.address] = record
    moved.set(spec.address, from)
  }
  return moved.size === 0 || !input.state
    ? { input, moved }
    : {
        input: { ...input, state: { ...input.state, records, attention: moveNotes(input.state.attention, moved) } },
        moved,
      }
}
