import { computeDigest } from './digest.ts'
import type { Site } from './state.ts'

/** Others learn nothing of an endpoint but that it is the same. AWS's own endpoints lead to one quota. */
export function nameEndpoint(endpoint: string | undefined): string[] {
  if (endpoint === undefined || /^https:\/\/[\w.-]+\.amazonaws\.com(?:\.cn)?\/?$/.test(endpoint)) return []
  return [computeDigest(endpoint, 'hex').slice(0, 12)]
}

/** Names the slots for running jobs of a service at a site. */
export function nameSlots({ endpoint, account, region }: Site, service: string, limit: string): string {
  return `slots:${[...nameEndpoint(endpoint), account, region, service, limit.replace(/[^\w.-]+/g, '-')].join('/')}`
}

/** Names the daily budget of a service in an account. */
export function nameBudget({ endpoint, account }: Site, service: string): string {
  return `budget:${[...nameEndpoint(endpoint), account, service].join('/')}`
}
