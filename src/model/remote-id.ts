import type { Spec } from './spec.ts'

/** The job ID that a spec of a caller-named kind asks for: the one it writes, else the name, and `name-rN` from the second run on. */
export function getRemoteId(spec: Spec, idMember: string): string {
  const own = spec.request[idMember]
  if (typeof own === 'string') return own
  return spec.policy.run === 1 ? spec.name : `${spec.name}-r${spec.policy.run}`
}
