/** A Redis or Valkey server. It may hold a password, so only its `name` is ever shown. */
export type RedisPlace = {
  /** `rediss://host:port` and a database other than 0, without user and password. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly db: number
  readonly username?: string
  readonly password?: string
}

/** A place, or what is wrong with its URL. The words never repeat the URL, which may hold a password. */
export type RedisPlaceRead = { readonly place: RedisPlace } | { readonly fault: string }

const DEFAULT_PORT = 6379

/** Reads the URL of a Redis server: `rediss://user:password@host:port/database`, or `redis:` without TLS. */
export function readRedisPlace(text: string): RedisPlaceRead {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'rediss:' && url.protocol !== 'redis:'))
    return { fault: 'it is not a URL such as rediss://redis.example.com:6379' }
  if (url.hostname === '' || !HOST.test(url.hostname)) return { fault: 'it names no host' }
  if (url.search || url.hash) return { fault: 'it has a query or a fragment, and Jobwright reads neither' }
  const [, database = ''] = /^\/?([0-9]{0,4})\/?$/.exec(url.pathname) ?? []
  if (!/^\/?[0-9]{0,4}\/?$/.test(url.pathname)) return { fault: 'its path is not the number of a database' }
  const [username, password] = [decode(url.username), decode(url.password)]
  if (username === undefined || password === undefined)
    return { fault: 'its user or password has a % that encodes nothing' }
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port)
  const db = Number(database)
  return {
    place: {
      name: `${url.protocol}//${url.hostname}:${port}${db === 0 ? '' : `/${db}`}`,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port,
      tls: url.protocol === 'rediss:',
      db,
      ...(username !== '' && { username }),
      ...(password !== '' && { password }),
    },
  }
}

/** A name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])$/

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Returns whether a text may be a URL with a user or a password, however it is misspelt. */
export function mayHoldPassword(text: string): boolean {
  return text.includes('@')
}
