import type { LaneShare } from '../aws/lanes.ts'
import { type Diagnostic, diagnose } from '../model/diagnostic.ts'
import { Problem } from '../model/problem.ts'
import { type RedisPlace, readRedisPlace } from '../model/redis-place.ts'
import { advise, type Remedy, suggest } from '../model/remedy.ts'
import { isUntrusted, type RedisTrouble } from '../redis/trouble.ts'
import { systemClock } from '../system/clock.ts'
import type { Project } from './project.ts'

/** Takes the place of `lanes.url` in jobwright.yaml, because a password belongs in no file. */
const VARIABLE = 'JOBWRIGHT_LANES_URL'

/** Returns the Redis that holds the lanes; undefined if nothing is shared. Throws a Problem (exit 4) for a bad URL. */
export function findLanesPlace({ config, env }: Pick<Project, 'config' | 'env'>): RedisPlace | undefined {
  const text = env[VARIABLE] || config.lanes?.url
  if (text === undefined) return undefined
  const read = readRedisPlace(text)
  if ('place' in read) return read.place
  throw new Problem({
    code: 'CONFIG_REDIS',
    message: `${VARIABLE} cannot be used: ${read.fault}`,
    remedies: [
      advise(`set ${VARIABLE} to rediss://user:password@host:port, with each special character as %xx; or unset it`),
    ],
  })
}

/**
 * Shares the lanes of a run with others, if jobwright.yaml or the environment says where. Warns once if Redis cannot be
 * used. The emulator's quotas are its own.
 */
export async function openLaneShare(
  project: Pick<Project, 'config' | 'env' | 'tell'>,
  isEmulator: boolean,
): Promise<LaneShare | undefined> {
  const place = isEmulator ? undefined : findLanesPlace(project)
  if (place === undefined) return undefined
  // Nobody else loads this.
  const { shareLanes } = await import('../redis/shared-lanes.ts')
  return shareLanes({
    place,
    clock: systemClock,
    warn: (trouble) => project.tell?.({ ...diagnoseTrouble(place, trouble), severity: 'warning' }),
  })
}

/** Says what is wrong with Redis, and what follows. Neither its password nor its own words are part of that. */
export function diagnoseTrouble(place: RedisPlace, trouble: RedisTrouble): Diagnostic {
  const { name, words } = trouble
  return diagnose({
    code: 'LANES_REDIS',
    message: `the lanes at ${place.name} cannot be used: ${words} (${name}). Until it answers, each reconcile uses its own share: the limit divided by the last known number of peers`,
    remedies: [
      ...listWaysOut(place, trouble),
      suggest('nothing is lost, and runs share again once it answers; to look again', 'lanes'),
    ],
  })
}

/** Returns what mends a trouble whose cause is known. */
function listWaysOut({ tls, host }: RedisPlace, trouble: RedisTrouble): Remedy[] {
  const { name } = trouble
  if (['NOAUTH', 'WRONGPASS', 'NOPERM'].includes(name))
    return [advise(`set ${VARIABLE} to a URL whose user has the rights in docs/scale.md`)]
  if (isUntrusted(trouble))
    return [advise('set NODE_EXTRA_CA_CERTS to the file with the certificate of the authority that signed it')]
  if (name === 'CERT_HAS_EXPIRED' || name === 'CERT_NOT_YET_VALID')
    return [advise('renew the certificate of the server, or set the clock right')]
  if (name === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [advise(`write the host as the certificate names it, in place of ${host}`)]
  if (tls && NO_TLS.test(name)) return [advise('if the server speaks no TLS on this port, begin the URL with redis://')]
  if (!tls && NO_PLAIN.test(name)) return [advise('if the server wants TLS on this port, begin the URL with rediss://')]
  return []
}

/** How a server that speaks no TLS ends a greeting of TLS, and the other way round. */
const NO_TLS = /^(?:TIMEOUT|CLOSED|ECONNRESET|EPROTO|ERR_SSL_\w+)$/
const NO_PLAIN = /^(?:CLOSED|ECONNRESET|EPIPE|PROTOCOL)$/
