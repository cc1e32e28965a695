import { digest } from '../model/digest.ts'
import { getSiteKey, type Site } from '../model/state.ts'

/**
 * Names the part for the jobs of a site. Jobs that could be mistaken for each other are in the same part. So a part has
 * the jobs of one account and region, or of one account if the service has no regions. So two targets of one account
 * and region share a part.
 */
export function namePart(site: Site, isRegionless: boolean): string {
  const { account, region, partition, endpoint } = site
  const name = `${account}-${isRegionless ? 'global' : region}`
  if (partition === 'aws' && endpoint === undefined) return name
  return `${name}-${digest(getSiteKey({ ...site, region: isRegionless ? '*' : region })).slice(-12)}`
}

/** Names the file of a part: `jobs.state.json` has the part `jobs.state.123456789012-eu-west-1.json`. */
export function namePartFile(file: string, part: string): string {
  const [, stem = file, end = ''] = /^(.*[^/])(\.[^./]+)$/.exec(file) ?? []
  return `${stem}.${part}${end}`
}
