import type { Loaded } from '../load/load.ts'
import type { Address } from '../model/address.ts'
import type { Spec } from '../model/spec.ts'
import type { State } from '../model/state.ts'

/**
 * Admits specs whose jobs exist although jobwright.yaml no longer lists their variable. AWS received the secret with the create, so the
 * missing line is only a warning. No secret is read without the line.
 */
export function admitRecorded(loaded: Loaded, state: State | undefined): Loaded {
  const admitted = new Map<Address, Spec>()
  for (const { address, spec } of loaded.blocked) {
    const record = state?.records[address]
    if (spec === undefined || record?.id === undefined || record.run < spec.policy.run) continue
    const errors = loaded.diagnostics.filter((one) => one.address === address && one.severity === 'error')
    if (errors.length > 0 && errors.every(({ code }) => code === 'SPEC_VARIABLE')) admitted.set(address, spec)
  }
  if (admitted.size === 0) return loaded
  return {
    ...loaded,
    specs: [...loaded.specs, ...admitted.values()],
    blocked: loaded.blocked.filter(({ address }) => !admitted.has(address)),
    invalid: loaded.invalid - admitted.size,
    diagnostics: loaded.diagnostics.map((one) =>
      one.code === 'SPEC_VARIABLE' && one.address !== undefined && admitted.has(one.address)
        ? { ...one, severity: 'warning' }
        : one,
    ),
  }
}
