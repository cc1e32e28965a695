import type { Spec } from './spec.ts'

/**
 * Returns the job ID of a spec whose kind lets the caller choose: the ID it names, else `name`, else `name-rN` from run
 * 2 on.
 */
export function getRemoteId(spec: Spec, idMember: string): string {
  const own = spec.request[idMember]
  if (typeof own === 'string') return own
  return spec.policy.run === 1 ? spec.name : `${spec.name}-r${spec.policy.run}`
}
