import { findDomain } from './partition.ts'

/** The URLs that jobwright.yaml may name, in words. */
export const ALLOWED_ENDPOINTS =
  'this machine (localhost, 127.0.0.1, [::1]), or a host of one of the five services or of STS, such as https://iot.eu-west-1.amazonaws.com'

/**
 * The first labels of a host of AWS: a service, perhaps with `-fips`, and a region. The region determines the domain.
 */
const REGIONAL = /^(?:iot|mediapackage|pinpoint|dataexchange|sts)(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-[0-9]+)\.(.*)$/
const GLOBAL: readonly string[] = ['importexport.amazonaws.com', 'sts.amazonaws.com']

/**
 * Returns whether jobwright.yaml may send signed requests to a URL. Anyone can own a host below amazonaws.com (a
 * bucket, a load balancer, an API). So only the hosts of the services that Jobwright calls are allowed. The name alone
 * decides; nothing is looked up.
 */
export function isEndpointAllowed(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  if (url.username || url.password || url.search || url.hash) return false
  // An unusual spelling of an address, such as 0x7f.1 or a full-width dot, is meant to deceive.
  if (parseHost(text) !== url.hostname) return false
  if (isLoopbackHost(url.hostname)) return url.protocol === 'http:' || url.protocol === 'https:'
  return url.protocol === 'https:' && url.port === '' && isHostOfAws(url.hostname)
}

/** Returns whether a URL's host is always this machine, whatever a name server says. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.[0-9]{1,3}){3}$/.test(host)
}

function isHostOfAws(host: string): boolean {
  const [, region, domain] = REGIONAL.exec(host) ?? []
  return GLOBAL.includes(host) || (region !== undefined && domain === findDomain(region))
}

/** Returns the host of a URL as written, in lower case. */
function parseHost(text: string): string | undefined {
  return /^https?:\/\/(\[[^\]/]*\]|[^:/?#\\]*)(?::[0-9]*)?(?:\/|$)/i.exec(text)?.[1]?.toLowerCase()
}
