import { ALLOWED_ENDPOINTS, isEndpointAllowed } from '../model/endpoint.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import type { Env, Target } from './target.ts'

/**
 * Resolves the endpoint that replaces a service, such as `iot` or `sts` (`any`: all services): the target's `endpoint`,
 * else AWS_ENDPOINT_URL_<SERVICE>, else AWS_ENDPOINT_URL, as in AWS's own tools. Undefined: AWS's own endpoint. Signed
 * requests go there. The operator controls the environment, so it may name any https host, or an http host of this
 * machine. A commit can change jobwright.yaml, so that file may name only this machine or AWS. Throws a Problem (exit
 * 4) otherwise. A base path is kept.
 */
export function resolveEndpoint(
  service: string,
  target: Pick<Target, 'name' | 'endpoint'>,
  env: Env,
): string | undefined {
  if (target.endpoint) return checkCommitted(target.endpoint, target.name)
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return undefined
  const own = service === 'any' ? [] : [`AWS_ENDPOINT_URL_${service.toUpperCase()}`]
  for (const variable of [...own, 'AWS_ENDPOINT_URL']) {
    const value = env[variable]
    if (value) return checkUrl(value, variable)
  }
  return undefined
}

/** Checks a target's endpoint again before it is used, although reading jobwright.yaml checked it. */
function checkCommitted(value: string, target: string): string {
  if (isEndpointAllowed(value)) return new URL(value).href.replace(/\/$/, '')
  const url = URL.canParse(value) ? new URL(value) : undefined
  throw new Problem({
    code: 'CONFIG_ENDPOINT',
    message: `endpoint of the target "${target}" is ${formatUrl(value, url)}, where signed requests must not go`,
    remedies: [
      advise(`name ${ALLOWED_ENDPOINTS}`),
      advise('for any other host, remove the line and set AWS_ENDPOINT_URL in the environment'),
    ],
  })
}

function checkUrl(value: string, source: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const safe = url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))
  if (url && safe && !url.username && !url.password && !url.search) return url.href.replace(/\/$/, '')
  throw new Problem({
    code: 'CONFIG_ENDPOINT',
    message: `${source} is ${formatUrl(value, url)}, where signed requests must not go`,
    remedies: [
      advise(
        'use an https URL, or http on this machine (localhost, 127.0.0.1, [::1]), without user, password or query',
      ),
    ],
  })
}

function formatUrl(value: string, url: URL | undefined): string {
  return url && url.host !== '' ? `${url.protocol}//${url.host}` : JSON.stringify(value.slice(0, 80))
}

/** Returns true if a URL's host name is this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
