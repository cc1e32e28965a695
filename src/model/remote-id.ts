import type { Spec } from './spec.ts'

/**
 * For kinds whose caller chooses the job ID, returns the ID of a spec: its own ID, or its name. From run 2 on, the name
 * gets `-rN`.
 */
export function getRemoteId(spec: Spec, idMember: string): string {
  const own = spec.request[idMember]
  if (typeof own === 'string') return own
  return spec.policy.run === 1 ? spec.name : `${spec.name}-r${spec.policy.run}`
}
